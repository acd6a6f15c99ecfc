package postgres

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/audit"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	auditing "github.com/yoriai/yoriai/shared/usecase/audit"
)

// Audit is auditing.Store.
type Audit struct{ DB *pgxpool.Pool }

var _ auditing.Store = Audit{}

// OfRoom implements auditing.Store.
func (s Audit) OfRoom(ctx context.Context, roomID, person, before id.ID, limit int) (mine room.Mine, lines []audit.Line, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		if mine, err = roomOf(ctx, tx, roomID, person); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT id, act, actor_id, room_id, subject_id, details FROM audit_log
			WHERE room_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`, roomID, before, limit)
		if lines, err = collect(rows, err, scanLine); err != nil {
			return err
		}
		return name(ctx, tx, lines)
	})
	return mine, lines, err
}

// name says who the people of some lines are. What a line was done to may be no person.
func name(ctx context.Context, tx Tx, lines []audit.Line) error {
	var ids []id.ID
	for _, l := range lines {
		ids = append(ids, l.Actor, l.Subject)
	}
	rows, err := tx.Query(ctx, `SELECT `+personColumns+` FROM users u WHERE u.id = ANY ($1::uuid[])`, IDs(ids))
	people, err := collect(rows, err, func(row pgx.CollectableRow) (room.Person, error) {
		var p room.Person
		return p, row.Scan(personFields(&p)...)
	})
	if err != nil {
		return err
	}
	named := map[id.ID]*room.Person{}
	for _, p := range people {
		named[p.ID] = &p
	}
	for i := range lines {
		lines[i].Who, lines[i].Whom = named[lines[i].Actor], named[lines[i].Subject]
	}
	return nil
}

func scanLine(row pgx.CollectableRow) (audit.Line, error) {
	var l audit.Line
	var details []byte
	if err := row.Scan(&l.ID, &l.Act, &l.Actor, &l.RoomID, &l.Subject, &details); err != nil {
		return l, err
	}
	l.At = l.ID.Time()
	return l, json.Unmarshal(details, &l.Details)
}

func queueAudit(b *pgx.Batch, entries []audit.Entry, address string) {
	for len(entries) > 0 {
		n := min(len(entries), mostOwed)
		var p parameters
		b.Queue(insertAudit(&p, entries[:n], address), p...)
		entries = entries[n:]
	}
}

func insertAudit(p *parameters, entries []audit.Entry, address string) string {
	values := make([]string, len(entries))
	for i, e := range entries {
		if e.Details == nil {
			e.Details = map[audit.Detail]string{}
		}
		details, err := json.Marshal(e.Details)
		if err != nil {
			panic(err) // strings always marshal
		}
		values[i] = p.row(e.ID, string(e.Act), e.Actor, e.RoomID, e.Subject, string(details), address)
	}
	return `INSERT INTO audit_log (id, act, actor_id, room_id, subject_id, details, address) VALUES ` + strings.Join(values, ", ")
}

// record adds an entry in a transaction that no plan describes: those of sessions and accounts.
func record(ctx context.Context, db DB, e audit.Entry) error {
	e.ID = id.New()
	var p parameters
	_, err := db.Exec(ctx, insertAudit(&p, []audit.Entry{e}, audit.AddressOf(ctx)), p...)
	return err
}
