package postgres

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Maintenance is what the night does. Every purge deletes one small batch, by an index, and tells how much it was.
type Maintenance struct{ DB *pgxpool.Pool }

// What a log keeps: everything that is younger than 30 days, and always its newest 10,000 events. Old ones are at its front,
// in the order of its key.
const purgeLog = ` CROSS JOIN LATERAL (SELECT event FROM (SELECT event, at FROM `

// PurgeEvents deletes what rooms' logs need not keep.
func (s Maintenance) PurgeEvents(ctx context.Context, limit int) (int64, error) {
	return s.purge(ctx, `DELETE FROM room_events WHERE (room_id, event) IN (SELECT s.room_id, e.event FROM room_sequences s`+purgeLog+`room_events
		WHERE room_id = s.room_id AND event <= s.event - 10000 ORDER BY event LIMIT $1) front WHERE at < now() - interval '30 days') e
		WHERE s.event > 10000 LIMIT $1)`, limit)
}

// PurgeUserEvents deletes what people's own logs need not keep.
func (s Maintenance) PurgeUserEvents(ctx context.Context, limit int) (int64, error) {
	return s.purge(ctx, `DELETE FROM user_events WHERE (user_id, event) IN (SELECT s.user_id, e.event FROM user_sequences s`+purgeLog+`user_events
		WHERE user_id = s.user_id AND event <= s.event - 10000 ORDER BY event LIMIT $1) front WHERE at < now() - interval '30 days') e
		WHERE s.event > 10000 LIMIT $1)`, limit)
}

// PurgeKeys deletes idempotency keys older than 30 days.
func (s Maintenance) PurgeKeys(ctx context.Context, limit int) (int64, error) {
	return s.purge(ctx, `DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(SELECT ctid FROM idempotency_keys WHERE created_at < now() - interval '30 days'
		ORDER BY created_at LIMIT $1))`, limit)
}

// PurgeAttempts takes the texts of superseded attempts after 90 days; the numbers stay.
func (s Maintenance) PurgeAttempts(ctx context.Context, limit int) (int64, error) {
	return s.purge(ctx, `UPDATE ai_generations SET partial_text = '', thinking = '' WHERE id = ANY (ARRAY(SELECT id FROM ai_generations
		WHERE (partial_text <> '' OR thinking <> '') AND settled_at < now() - interval '90 days' ORDER BY settled_at LIMIT $1))`, limit)
}

func (s Maintenance) purge(ctx context.Context, sql string, limit int) (int64, error) {
	tag, err := s.DB.Exec(ctx, sql, limit)
	return tag.RowsAffected(), Translate(err)
}

// MakePartitions makes the months ahead that are missing, and tells how many lie ahead. It gives up after two seconds of
// waiting for somebody who keeps it out, rather than let everybody wait for it.
func (s Maintenance) MakePartitions(ctx context.Context) (ahead int, err error) {
	_, makeErr := s.DB.Exec(ctx, `SELECT ensure_partitions(parent, (now() AT TIME ZONE 'UTC')::date, ((now() AT TIME ZONE 'UTC') + interval '12 months')::date)
		FROM unnest(ARRAY['messages', 'audit_log']) parent`)
	err = s.DB.QueryRow(ctx, `SELECT min(ahead) FROM (SELECT count(c.oid) AS ahead FROM unnest(ARRAY['messages', 'audit_log']) parent
		LEFT JOIN pg_inherits i ON i.inhparent = parent::regclass
		LEFT JOIN pg_class c ON c.oid = i.inhrelid AND c.relname > parent || to_char(now() AT TIME ZONE 'UTC', '_YYYY_MM') GROUP BY parent) counted`).Scan(&ahead)
	if makeErr != nil {
		err = makeErr
	}
	return ahead, Translate(err)
}
