package postgres_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/usecase/retention"
)

// slowest knows the longest transaction: no statement is longer, and so long does who writes in the room wait.
type slowest struct {
	change.Store
	longest time.Duration
}

func (s *slowest) Change(ctx context.Context, n change.Needs, decide change.Decide) ([]outbox.Row, error) {
	began := time.Now()
	owed, err := s.Store.Change(ctx, n, decide)
	s.longest = max(s.longest, time.Since(began))
	return owed, err
}

// The figures of a purge: printed, never asserted. MESSAGES says of how many (1,000,000).
func TestFigurePurge(t *testing.T) {
	if os.Getenv("YORIAI_BENCH") == "" {
		t.Skip("a measurement: make bench")
	}
	count, err := strconv.Atoi(os.Getenv("MESSAGES"))
	if err != nil {
		count = 1_000_000
	}
	h := newHouse(t)
	h.exec(`SELECT ensure_message_partitions((now() - interval '14 months')::date, now()::date)`)
	const part = 100_000
	now := time.Now()
	for from := 1; from <= count; from += part {
		h.longAgo(now, from, min(from+part-1, count), count)
	}
	h.exec(`UPDATE room_sequences SET sequence = $2, event = event + $2, last_message_id = (SELECT id FROM messages WHERE room_id = $1 ORDER BY id DESC LIMIT 1) WHERE room_id = $1`, h.room, count)
	h.exec(`UPDATE rooms SET forked_from_room_id = id, retention_days = 30 WHERE id = $1`, h.room)
	h.exec(`ANALYZE`)
	run := h.run
	changes := &slowest{Store: run.Store}
	run.Store = changes
	began := time.Now()
	n, _, err := retention.Retention{Store: postgres.Retention{DB: h.db}, Runner: run}.Run(t.Context())
	if err != nil || n < int64(count) {
		t.Fatalf("%d of %d went: %v", n, count, err)
	}
	took := time.Since(began)
	fmt.Printf("%-58s %8.0f messages/s, %d of them in %.0f s\n", "a purge", float64(n)/took.Seconds(), n, took.Seconds())
	fmt.Printf("%-58s %8.0f ms\n", "its longest transaction (goal: no statement beyond 1,000)", 1000*changes.longest.Seconds())
}

// longAgo writes a part of what was said in the room in the year before the last month: each twentieth is an answered question, each
// tenth was reacted to, all can be found.
func (h *house) longAgo(now time.Time, from, to, count int) {
	h.Helper()
	key := roomKey(h.room)
	h.exec(fmt.Sprintf(`WITH rows AS (SELECT i, i %% 20 = 1 AND i > 1 AS answer, date_trunc('milliseconds', '%[7]s'::timestamptz - interval '40 days' - (%[5]d - i) * interval '360 days' / %[5]d) AS at FROM generate_series(%[3]d - 1, %[4]d) i),
		placed AS (SELECT *, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(i %% 4096), 3, '0') || '8' || substr(md5(i::text), 1, 15))::uuid AS id FROM rows),
		linked AS (SELECT *, lag(id) OVER (ORDER BY i) AS before, lag(at) OVER (ORDER BY i) AS asked FROM placed),
		ready AS (SELECT i, answer, before, CASE WHEN answer THEN asked ELSE at END AS at,
			CASE WHEN answer THEN (left(before::text, 15) || lpad(to_hex(i %% 4096), 3, '0') || substr(id::text, 19))::uuid ELSE id END AS id FROM linked WHERE i >= %[3]d),
		said AS (INSERT INTO messages (id, room_id, sequence, event, sender_id, type, status, content, answers, attempt, content_attempt, created_at)
			SELECT id, '%[1]s', i, i, CASE WHEN NOT answer THEN '%[2]s'::uuid END, CASE WHEN answer THEN 'ai' ELSE 'human' END, 'completed', repeat('hello world ', 10),
				CASE WHEN answer THEN before END, answer::int, answer::int, at FROM ready RETURNING id, type, answers, sequence),
		answered AS (INSERT INTO ai_generations (message_id, attempt, room_id, question_id, asker_id, requested_by, payer_id, provider, model, status, prompt_budget, reply_cap, weight_input, weight_output, settled_at)
			SELECT id, 1, '%[1]s', answers, '%[2]s', '%[2]s', '%[2]s', 'p', 'm', 'completed', 1, 1, 1, 1, now() FROM said WHERE type = 'ai'),
		liked AS (INSERT INTO message_reactions (message_id, emoji, user_id) SELECT id, '👍', '%[2]s' FROM said WHERE sequence %% 10 = 0)
		INSERT INTO message_search (message_id, room_id, from_ai, vector) SELECT id, '%[1]s', type = 'ai', array_to_tsvector(ARRAY['%[6]shello', '%[6]sworld', '%[6]s' || sequence]) FROM said`,
		h.room, h.master, from, to, count, key, now.UTC().Format(time.RFC3339)))
}
