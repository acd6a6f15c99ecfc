package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/reports"
)

// Reports is reports.Store.
type Reports struct{ DB *pgxpool.Pool }

var _ reports.Store = Reports{}

const reportSQL = `SELECT p.id, p.room_id, p.message_id, p.reason, p.note, p.snapshot, coalesce(p.resolution, ''), p.resolved_by, p.resolved_at, p.created_at, ` + personColumns + `
	FROM reports p JOIN users u ON u.id = p.reporter_id`

func scanReport(row pgx.Row) (message.Report, error) {
	var r message.Report
	err := row.Scan(append([]any{&r.ID, &r.RoomID, &r.MessageID, &r.Reason, &r.Note, &r.Snapshot, &r.Resolution, &r.ResolvedBy, moment{&r.ResolvedAt}, moment{&r.CreatedAt}},
		personFields(&r.Reporter)...)...)
	return r, err
}

// Report implements reports.Store.
func (s Reports) Report(ctx context.Context, reportID id.ID) (message.Report, error) {
	r, err := scanReport(s.DB.QueryRow(ctx, reportSQL+` WHERE p.id = $1`, reportID))
	return r, Translate(err)
}

// OfRoom implements reports.Store.
func (s Reports) OfRoom(ctx context.Context, roomID, person, before id.ID, limit int) (mine room.Mine, list []message.Report, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		if mine, err = roomOf(ctx, tx, roomID, person); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, reportSQL+` WHERE p.room_id = $1 AND ($2::uuid IS NULL OR p.id < $2) ORDER BY p.id DESC LIMIT $3`, roomID, before, limit)
		list, err = collect(rows, err, func(row pgx.CollectableRow) (message.Report, error) { return scanReport(row) })
		return err
	})
	return mine, list, err
}

// reports: a report is locked, and nothing else with it.
func (l *loading) reports() {
	if l.n.Reported {
		l.one(`SELECT EXISTS (SELECT FROM reports WHERE message_id = $1 AND reporter_id = $2)`, []any{l.n.Message, l.n.Person}, func(row pgx.Row) error { return row.Scan(&l.s.Reported) })
	}
	if !l.n.Report.IsZero() {
		l.one(reportSQL+` WHERE p.id = $1 AND p.room_id = $2 FOR UPDATE OF p`, []any{l.n.Report, l.n.RoomID}, func(row pgx.Row) error {
			r, err := scanReport(row)
			if err == nil {
				l.s.Report = &r
			}
			return err
		})
	}
}

func queueOfReport(b *pgx.Batch, w change.Write) {
	switch w := w.(type) {
	case change.InsertReport:
		r := w.Report
		b.Queue(`INSERT INTO reports (id, room_id, message_id, reporter_id, reason, note, snapshot)
			SELECT $1, $2, m.id, $4, $5, $6, jsonb_build_object('type', m.type, 'sender_id', coalesce(m.sender_id::text, '00000000-0000-0000-0000-000000000000'), 'content', left(m.content, 32000),
				'attempts', coalesce((SELECT jsonb_agg(jsonb_build_object('attempt', g.attempt, 'provider', g.provider, 'model', g.model, 'status', g.status, 'content', left(g.partial_text, 4000))
					ORDER BY g.attempt) FROM (SELECT * FROM ai_generations WHERE message_id = m.id ORDER BY attempt DESC LIMIT 10) g), '[]'))
			FROM messages m WHERE m.id = $3 AND m.room_id = $2 ON CONFLICT DO NOTHING`, r.ID, r.RoomID, r.MessageID, r.Reporter.ID, r.Reason, r.Note)
	case change.ResolveReport:
		b.Queue(`UPDATE reports SET resolution = $2, resolved_by = $3, resolved_at = $4 WHERE id = $1`, w.ReportID, string(w.Resolution), w.By, w.At)
	}
}
