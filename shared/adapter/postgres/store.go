// Package postgres keeps rooms, messages, AI generations, both event logs and the outbox in PostgreSQL, the truth.
//
// Exported methods own their transaction and read like the story; small unexported functions do one statement. Every
// transaction that changes a room takes the row lock on room_sequences first: it is the room's order. What a
// transaction writes goes out as one pipelined batch that ends with the COMMIT, so that the lock is held for one round
// trip.
package postgres

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/postgres/pg"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// Store is the one door to the database.
type Store struct {
	db    *pgxpool.Pool
	meter Meter
}

// New makes a store on a pool; nothing is opened before the first use.
func New(db *pgxpool.Pool, meter Meter) *Store { return &Store{db: db, meter: meter} }

// querier is what statements need; a connection inside a transaction.
type querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

const (
	readCommitted  = "BEGIN"
	snapshot       = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	rollbackWithin = 5 * time.Second
)

// inTx runs a story in a transaction. The story may end it itself by a COMMIT in its last batch.
func (s *Store) inTx(ctx context.Context, begin string, story func(c querier) error) error {
	c, err := s.db.Acquire(ctx)
	if err != nil {
		return pg.Translate(err)
	}
	defer c.Release()
	t := &transaction{conn: c.Conn(), begin: begin}
	err = story(t)
	open := t.conn.PgConn().TxStatus() != 'I'
	switch {
	case err != nil && open:
		// The caller may be gone; the connection must be clean all the same.
		rollback, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackWithin)
		defer cancel()
		_, _ = t.conn.Exec(rollback, "ROLLBACK")
	case err == nil && open:
		_, err = t.conn.Exec(ctx, "COMMIT")
	}
	return pg.Translate(err)
}

// transaction is a connection whose first statement begins a transaction: BEGIN travels in front of the first batch, which
// saves a round trip.
type transaction struct {
	conn  *pgx.Conn
	begin string // until it was sent
}

func (t *transaction) open(ctx context.Context) error {
	if t.begin == "" {
		return nil
	}
	_, err := t.conn.Exec(ctx, t.begin)
	t.begin = ""
	return err
}

func (t *transaction) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if err := t.open(ctx); err != nil {
		return pgconn.CommandTag{}, err
	}
	return t.conn.Exec(ctx, sql, args...)
}

func (t *transaction) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if err := t.open(ctx); err != nil {
		return nil, err
	}
	return t.conn.Query(ctx, sql, args...)
}

func (t *transaction) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if err := t.open(ctx); err != nil {
		return failed{err}
	}
	return t.conn.QueryRow(ctx, sql, args...)
}

func (t *transaction) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	if t.begin != "" {
		b.QueuedQueries = append([]*pgx.QueuedQuery{{SQL: t.begin}}, b.QueuedQueries...)
		t.begin = ""
	}
	return t.conn.SendBatch(ctx, b)
}

// failed is the row of a query that was never sent.
type failed struct{ err error }

func (f failed) Scan(...any) error { return f.err }

// locked is a room under its lock, as one person sees it.
type locked struct {
	room.Mine
	exists bool
	now    time.Time
}

const lockSQL = `SELECT sequence, event, last_message_id, clock_timestamp() FROM room_sequences WHERE room_id = $1 FOR UPDATE`

const (
	roomSQL = `SELECT ` + roomColumns + ` FROM rooms r WHERE r.id = $1`
	mineSQL = `SELECT role, last_read_message_id, last_read_sequence FROM room_members WHERE room_id = $1 AND user_id = $2 AND removed_at IS NULL`
)

// lock takes the room's lock and then reads the room and the person's role in it, as committed by whoever held it before.
func lock(ctx context.Context, c querier, roomID, person id.ID) (*locked, error) {
	b := &pgx.Batch{}
	l := &locked{}
	queueLock(b, l, roomID, person)
	return l, c.SendBatch(ctx, b).Close()
}

// queueLock adds the lock to a batch that has something to say before it. The room and the person's part in it are two
// statements: planning their join would cost three times as much, under the lock.
func queueLock(b *pgx.Batch, l *locked, roomID, person id.ID) {
	b.Queue(lockSQL, roomID).QueryRow(func(r pgx.Row) error {
		return orNothing(r.Scan(&l.LastSequence, &l.LatestEvent, &l.LastMessageID, &l.now))
	})
	b.Queue(roomSQL, roomID).QueryRow(func(r pgx.Row) error {
		err := r.Scan(roomFields(&l.Room)...)
		l.exists = err == nil
		return orNothing(err)
	})
	b.Queue(mineSQL, roomID, person).QueryRow(func(r pgx.Row) error {
		return orNothing(r.Scan(&l.Role, &l.LastReadMessageID, &l.LastReadSequence))
	})
}

// orNothing takes a row that is not there for zero values.
func orNothing(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}

// change collects what a transaction writes to one room, and sends it in one go.
type change struct {
	*locked
	b      *pgx.Batch
	events []event.Event
	owed   []outbox.Row
	actor  id.ID
}

func (l *locked) begin(actor id.ID) *change {
	return &change{locked: l, b: &pgx.Batch{}, actor: actor}
}

// event counts one public change and logs it.
func (w *change) event(kind event.Kind, entity id.ID) int64 {
	w.LatestEvent++
	w.events = append(w.events, event.Event{Number: w.LatestEvent, Kind: kind, EntityID: entity, ActorID: w.actor})
	return w.LatestEvent
}

// nextMessage gives the next place and number in the room.
func (w *change) nextMessage() (id.ID, int64) {
	place := w.LastMessageID.Place().Next(w.now)
	w.LastMessageID = place.ID()
	w.LastSequence++
	return w.LastMessageID, w.LastSequence
}

func (w *change) owe(rows ...outbox.Row) { w.owed = append(w.owed, rows...) }

// commit writes the room's log and numbers, the outbox and the COMMIT, and returns what is owed to the queues.
func (w *change) commit(ctx context.Context, c querier) ([]outbox.Row, error) {
	if len(w.events) > 0 {
		w.owe(outbox.NewPush(event.Stream{Room: w.ID}, w.events[0].Number, w.LatestEvent))
		w.queueLog()
	} else {
		queueOutbox(w.b, w.owed)
	}
	w.b.Queue("COMMIT")
	return w.owed, c.SendBatch(ctx, w.b).Close()
}

// queueLog is one statement for all that follows from a change: it is under the lock of every send, and each statement
// costs parsing and planning.
func (w *change) queueLog() {
	var p parameters
	var logged []string
	for _, e := range w.events {
		logged = append(logged, p.row(w.ID, e.Number, string(e.Kind), e.EntityID, e.ActorID))
	}
	w.b.Queue(`WITH logged AS (INSERT INTO room_events (room_id, event, kind, entity_id, actor_id) VALUES `+strings.Join(logged, ", ")+`),
		owed AS (`+insertOutbox(&p, w.owed)+`)
		UPDATE room_sequences SET (sequence, event, last_message_id) = `+p.row(w.LastSequence, w.LatestEvent, w.LastMessageID)+`
		WHERE room_id = `+p.one(w.ID), p...)
}

func queueOutbox(b *pgx.Batch, rows []outbox.Row) {
	if len(rows) > 0 {
		var p parameters
		b.Queue(insertOutbox(&p, rows), p...)
	}
}

func insertOutbox(p *parameters, rows []outbox.Row) string {
	list := make([]string, len(rows))
	for i, r := range rows {
		list[i] = p.row(r.ID, string(r.Queue), r.Body, r.Fairness, int(r.Delay/time.Second))
	}
	return `INSERT INTO outbox (id, queue, body, fairness, delay_seconds) VALUES ` + strings.Join(list, ", ")
}

// parameters numbers the values of a statement whose rows vary in number.
type parameters []any

func (p *parameters) one(v any) string {
	*p = append(*p, v)
	return "$" + strconv.Itoa(len(*p))
}

func (p *parameters) row(values ...any) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = p.one(v)
	}
	return "(" + strings.Join(names, ", ") + ")"
}

// DeleteRows forgets rows that the queues have taken. It does not wait for the disk: a row that a crash brings back goes
// twice, which every queue allows for.
func (s *Store) DeleteRows(ctx context.Context, ids []id.ID) error {
	b := &pgx.Batch{}
	b.Queue(`SELECT set_config('synchronous_commit', 'off', true)`)
	b.Queue(`DELETE FROM outbox WHERE id = ANY ($1::text[]::uuid[])`, texts(ids))
	return pg.Translate(s.db.SendBatch(ctx, b).Close())
}

// OldRows lists rows that nobody handed over, oldest first.
func (s *Store) OldRows(ctx context.Context, age time.Duration, limit int) ([]outbox.Row, error) {
	rows, err := s.db.Query(ctx, `SELECT id, queue, body, fairness, delay_seconds FROM outbox
		WHERE created_at < clock_timestamp() - make_interval(secs => $1) ORDER BY created_at LIMIT $2`, age.Seconds(), limit)
	if err != nil {
		return nil, pg.Translate(err)
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (outbox.Row, error) {
		var o outbox.Row
		var queue string
		var seconds int
		err := r.Scan(&o.ID, &queue, &o.Body, &o.Fairness, &seconds)
		o.Queue, o.Delay = outbox.Queue(queue), time.Duration(seconds)*time.Second
		return o, err
	})
	return list, pg.Translate(err)
}

func texts(ids []id.ID) []string {
	list := make([]string, len(ids))
	for i, v := range ids {
		list[i] = v.String()
	}
	return list
}

// orNull is NULL for the zero time.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// moment reads a nullable time; NULL is the zero time.
type moment struct{ to *time.Time }

// Scan takes a time or NULL.
func (m moment) Scan(src any) error {
	if t, ok := src.(time.Time); ok {
		*m.to = t.UTC()
		return nil
	}
	*m.to = time.Time{}
	return nil
}
