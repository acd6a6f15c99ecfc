package postgres

import (
	"context"

	"github.com/yoriai/yoriai/shared/adapter/postgres/pg"
)

// PurgeEvents deletes events older than 30 days that are also below the newest 10,000 of their room, a batch at a time.
func (s *Store) PurgeEvents(ctx context.Context, limit int) (int64, error) {
	tag, err := s.db.Exec(ctx, `DELETE FROM room_events WHERE (room_id, event) IN (SELECT e.room_id, e.event FROM room_events e
		JOIN room_sequences s ON s.room_id = e.room_id WHERE e.at < now() - interval '30 days' AND e.event <= s.event - 10000 LIMIT $1)`, limit)
	return tag.RowsAffected(), pg.Translate(err)
}

// PurgeKeys deletes idempotency keys older than 30 days, a batch at a time.
func (s *Store) PurgeKeys(ctx context.Context, limit int) (int64, error) {
	tag, err := s.db.Exec(ctx, `DELETE FROM idempotency_keys WHERE ctid IN (SELECT ctid FROM idempotency_keys WHERE created_at < now() - interval '30 days' LIMIT $1)`, limit)
	return tag.RowsAffected(), pg.Translate(err)
}

// MakePartitions makes the months ahead that are missing, and tells how many lie ahead.
func (s *Store) MakePartitions(ctx context.Context) (ahead int, err error) {
	if _, err := s.db.Exec(ctx, `SELECT ensure_message_partitions((now() AT TIME ZONE 'UTC')::date, ((now() AT TIME ZONE 'UTC') + interval '12 months')::date)`); err != nil {
		return 0, pg.Translate(err)
	}
	err = s.db.QueryRow(ctx, `SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'messages'::regclass
		AND c.relname > 'messages_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')`).Scan(&ahead)
	return ahead, pg.Translate(err)
}

// PurgeAttempts takes the text from superseded attempts after 90 days; the numbers stay.
func (s *Store) PurgeAttempts(ctx context.Context, limit int) (int64, error) {
	tag, err := s.db.Exec(ctx, `UPDATE ai_generations SET partial_text = '' WHERE (message_id, attempt) IN (SELECT g.message_id, g.attempt
		FROM ai_generations g JOIN messages m ON m.id = g.message_id WHERE g.partial_text <> '' AND g.settled_at < now() - interval '90 days'
		AND m.content_attempt <> g.attempt LIMIT $1)`, limit)
	return tag.RowsAffected(), pg.Translate(err)
}
