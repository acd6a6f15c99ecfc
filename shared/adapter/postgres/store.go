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
	"time"

	"github.com/jackc/pgx/v5"
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
func (s *Store) inTx(ctx context.Context, begin string, story func(c *pgxpool.Conn) error) error {
	c, err := s.db.Acquire(ctx)
	if err != nil {
		return pg.Translate(err)
	}
	defer c.Release()
	if _, err := c.Exec(ctx, begin); err != nil {
		return pg.Translate(err)
	}
	err = story(c)
	open := c.Conn().PgConn().TxStatus() != 'I'
	switch {
	case err != nil && open:
		// The caller may be gone; the connection must be clean all the same.
		rollback, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackWithin)
		defer cancel()
		_, _ = c.Exec(rollback, "ROLLBACK")
		return pg.Translate(err)
	case err != nil:
		return pg.Translate(err)
	case open:
		_, err = c.Exec(ctx, "COMMIT")
		return pg.Translate(err)
	}
	return nil
}

// locked is a room under its lock, as one person sees it.
type locked struct {
	room.Mine
	exists bool
	now    time.Time
}

const lockSQL = `SELECT sequence, event, last_message_id, clock_timestamp() FROM room_sequences WHERE room_id = $1 FOR UPDATE`

const mineSQL = `SELECT ` + roomColumns + `, coalesce(m.role, ''), m.last_read_message_id, coalesce(m.last_read_sequence, 0)
	FROM rooms r LEFT JOIN room_members m ON m.room_id = r.id AND m.user_id = $2 AND m.removed_at IS NULL WHERE r.id = $1`

// lock takes the room's lock and then reads the room and the person's role in it, as committed by whoever held it before.
func lock(ctx context.Context, c querier, roomID, person id.ID) (*locked, error) {
	b := &pgx.Batch{}
	l := &locked{}
	queueLock(b, l, roomID, person)
	return l, c.SendBatch(ctx, b).Close()
}

// queueLock adds the lock to a batch that has something to say before it.
func queueLock(b *pgx.Batch, l *locked, roomID, person id.ID) {
	var sequence, latest int64
	var last id.ID
	b.Queue(lockSQL, roomID).QueryRow(func(r pgx.Row) error {
		err := r.Scan(&sequence, &latest, &last, &l.now)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	b.Queue(mineSQL, roomID, person).QueryRow(func(r pgx.Row) error {
		mine, err := scanMine(r)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		l.Mine, l.exists = mine, err == nil
		l.LastSequence, l.LatestEvent, l.LastMessageID = sequence, latest, last
		return err
	})
}

// change collects what a transaction writes to one room, and sends it in one go.
type change struct {
	*locked
	b     *pgx.Batch
	from  int64
	owed  []outbox.Row
	actor id.ID
}

func (l *locked) begin(actor id.ID) *change {
	return &change{locked: l, b: &pgx.Batch{}, from: l.LatestEvent + 1, actor: actor}
}

// event counts one public change and logs it.
func (w *change) event(kind event.Kind, entity id.ID) int64 {
	w.LatestEvent++
	w.b.Queue(`INSERT INTO room_events (room_id, event, kind, entity_id, actor_id) VALUES ($1, $2, $3, $4, $5)`,
		w.ID, w.LatestEvent, string(kind), entity, w.actor)
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

// commit writes the room's numbers, the outbox and the COMMIT, and returns what is owed to the queues.
func (w *change) commit(ctx context.Context, c querier) ([]outbox.Row, error) {
	if w.LatestEvent >= w.from {
		w.b.Queue(`UPDATE room_sequences SET sequence = $2, event = $3, last_message_id = $4 WHERE room_id = $1`,
			w.ID, w.LastSequence, w.LatestEvent, w.LastMessageID)
		w.owe(outbox.NewPush(event.Stream{Room: w.ID}, w.from, w.LatestEvent))
	}
	queueOutbox(w.b, w.owed)
	w.b.Queue("COMMIT")
	return w.owed, c.SendBatch(ctx, w.b).Close()
}

func queueOutbox(b *pgx.Batch, rows []outbox.Row) {
	for _, r := range rows {
		b.Queue(`INSERT INTO outbox (id, queue, body, fairness, delay_seconds) VALUES ($1, $2, $3, $4, $5)`,
			r.ID, string(r.Queue), r.Body, r.Fairness, int(r.Delay/time.Second))
	}
}

// DeleteRows forgets rows that the queues have taken.
func (s *Store) DeleteRows(ctx context.Context, ids []id.ID) error {
	_, err := s.db.Exec(ctx, `DELETE FROM outbox WHERE id = ANY ($1::text[]::uuid[])`, texts(ids))
	return pg.Translate(err)
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
