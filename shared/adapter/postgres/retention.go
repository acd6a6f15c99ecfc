package postgres

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/usecase/retention"
)

// Retention is retention.Store.
type Retention struct{ DB *pgxpool.Pool }

var _ retention.Store = Retention{}

const dueSQL = `SELECT ` + roomColumns + `, ` + counterColumns + `, s.purge_untold, (SELECT id FROM messages WHERE room_id = r.id ORDER BY id LIMIT 1)
	FROM rooms r JOIN room_sequences s ON s.room_id = r.id WHERE r.deleted_at IS NULL AND r.id > $1 AND `

// Bounded implements retention.Store.
func (s Retention) Bounded(ctx context.Context, after id.ID, limit int) ([]retention.Room, error) {
	return s.rooms(ctx, dueSQL+`(r.retention_days IS NOT NULL OR r.retention_next_at IS NOT NULL) ORDER BY r.id LIMIT $2`, after, limit)
}

// Longer implements retention.Store.
func (s Retention) Longer(ctx context.Context, days int, after id.ID, limit int) ([]retention.Room, error) {
	return s.rooms(ctx, dueSQL+`(r.retention_days IS NULL OR r.retention_days > $3) AND (r.retention_next_at IS NULL OR coalesce(r.retention_next_days > $3, true))
		ORDER BY r.id LIMIT $2`, after, limit, days)
}

func (s Retention) rooms(ctx context.Context, sql string, after id.ID, args ...any) ([]retention.Room, error) {
	rows, err := s.DB.Query(ctx, sql, append([]any{lowest(after)}, args...)...)
	return collect(rows, err, func(row pgx.CollectableRow) (r retention.Room, err error) {
		return r, row.Scan(append(append(roomFields(&r.Room), counterFields(&r.Room)...), &r.Untold, &r.Oldest)...)
	})
}

// oldest reads the beginning of a room's history. Which answers run cannot change while the room is locked.
func (l *loading) oldest() {
	if l.n.Oldest == 0 {
		return
	}
	l.one(`SELECT purge_untold, room_held($1, clock_timestamp()) FROM room_sequences WHERE room_id = $1`, []any{l.n.RoomID},
		func(row pgx.Row) error { return row.Scan(&l.s.Untold, &l.s.Held) })
	l.b.Queue(`SELECT m.id, coalesce(m.sequence, 0),
			(SELECT a.id FROM messages a WHERE a.answers = m.id AND a.id > m.id AND a.id < id_floor(m.created_at + interval '2 milliseconds')),
			EXISTS (SELECT FROM ai_generations g WHERE (g.message_id = m.id OR g.question_id = m.id) AND`+open+`)
		FROM (SELECT id, sequence, created_at FROM messages WHERE room_id = $1 ORDER BY id LIMIT `+strconv.Itoa(l.n.Oldest)+`) m ORDER BY m.id`, l.n.RoomID).
		Query(into(&l.s.Oldest, func(row pgx.CollectableRow) (m message.Oldest, err error) {
			return m, row.Scan(&m.ID, &m.Sequence, &m.AnsweredBy, &m.Running)
		}))
}

// queueHistory removes a part of a room's history: first what hangs on its messages, so that no trigger looks for it row by row.
func queueHistory(b *pgx.Batch, w change.RemoveHistory) {
	if len(w.Messages) > 0 {
		gone := texts(w.Messages)
		for _, table := range []string{"message_search", "message_reactions", "message_mentions", "ai_generations"} {
			b.Queue(`DELETE FROM `+table+` WHERE message_id = ANY ($1::text[]::uuid[])`, gone)
		}
		b.Queue(`DELETE FROM messages WHERE id = ANY ($1::text[]::uuid[])`, gone)
	}
	b.Queue(`UPDATE room_sequences SET first_sequence = greatest(first_sequence, $2), history_begins_at = greatest(history_begins_at, $3), purge_untold = $4 WHERE room_id = $1`,
		w.RoomID, w.FirstSequence, orNull(w.BeginsAt), w.Untold)
}
