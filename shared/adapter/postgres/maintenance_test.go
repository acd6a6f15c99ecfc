package postgres_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

// A month's table is made while people read and go on reading.
func TestAMonthIsMadeWhileSomebodyReads(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.says(h.master, "hello")
	reader, err := h.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Rollback(context.WithoutCancel(t.Context())) }()
	read := func(tx pgx.Tx) {
		t.Helper()
		var n int
		if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM messages`).Scan(&n); err != nil || n != 1 {
			t.Fatal(n, err)
		}
	}
	read(reader)
	maker, err := h.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = maker.Rollback(context.WithoutCancel(t.Context())) }()
	var made int
	if err := maker.QueryRow(t.Context(), `SELECT ensure_message_partitions((now() + interval '20 months')::date, (now() + interval '20 months')::date)`).Scan(&made); err != nil || made != 1 {
		t.Fatalf("made %d, %v: it waits for a reader", made, err)
	}
	// What made it has not committed yet, and keeps out nobody who reads.
	third, err := h.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = third.Rollback(context.WithoutCancel(t.Context())) }()
	if _, err := third.Exec(t.Context(), `SET LOCAL lock_timeout = '2s'`); err != nil {
		t.Fatal(err)
	}
	read(third)
	read(reader)
	if err := maker.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ahead, err := (postgres.Maintenance{DB: h.db}).MakePartitions(t.Context()); err != nil || ahead < 12 {
		t.Fatal(ahead, err)
	}
}

func TestOldTextsOfSupersededAttemptsGoAndTheShownOneStays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	question, answer := h.asks(h.master, "hello")
	for i, text := range []string{"one", "two", "three", "four"} {
		if i > 0 {
			var err error
			if answer, _, err = h.replies.Regenerate(t.Context(), replies.Regenerate{RoomID: h.room, QuestionID: question.ID, Person: h.master}, h.key(h.master, "regenerateReply", "")); err != nil {
				t.Fatal(err)
			}
		}
		h.works(answer, ai.Outcome{Status: message.Completed, Text: text})
	}
	texts := func() string {
		t.Helper()
		page, err := h.replies.Attempts(t.Context(), replies.AttemptQuery{RoomID: h.room, Person: h.master, MessageID: question.ID, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, g := range page.Attempts {
			list = append(list, g.Text)
		}
		return strings.Join(list, " ")
	}
	purge := func(limit int, want int64) {
		t.Helper()
		if n, err := (postgres.Maintenance{DB: h.db}).PurgeAttempts(t.Context(), limit); err != nil || n != want {
			t.Fatalf("%d purged, want %d (%v)", n, want, err)
		}
	}
	if got := texts(); got != "one two three four" {
		t.Fatal(got)
	}
	age := func(days int) {
		h.exec(`UPDATE ai_generations SET created_at = now() - make_interval(days => $1), settled_at = now() - make_interval(days => $1)`, days)
	}
	age(89)
	purge(10, 0)
	age(91)
	purge(2, 2)
	purge(10, 1)
	purge(10, 0)
	if got := texts(); got != "   four" {
		t.Fatalf("%q", got)
	}
	if m := h.message(answer.ID); m.Content != "four" {
		t.Fatalf("%+v", m)
	}
	if n := h.number(`SELECT count(*) FROM ai_generations WHERE charged_tokens IS NOT NULL`); n != 4 {
		t.Fatalf("the numbers of %d attempts stay, want 4", n)
	}
}

// The night reads what it deletes, by an index, however much there is beside it.
func TestPurgesUseIndexes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fill(h, 2, 30000)
	// Fronts that are old enough, and attempts whose texts are.
	h.exec(`UPDATE room_events SET at = now() - interval '40 days' WHERE room_id = $1 AND event <= 15000`, h.room)
	h.exec(`UPDATE user_events SET at = now() - interval '40 days' WHERE user_id = $1 AND event <= 8000`, h.master)
	h.exec(`VACUUM ANALYZE`)
	m := postgres.Maintenance{DB: h.db}
	for name, c := range map[string]struct {
		purge func(ctx context.Context, limit int) (int64, error)
		table string
	}{
		"events": {m.PurgeEvents, "room_events"}, "people's events": {m.PurgeUserEvents, "user_events"},
		"keys": {m.PurgeKeys, "idempotency_keys"}, "attempts": {m.PurgeAttempts, "ai_generations"},
	} {
		var purged int64
		for _, s := range h.ours(t, func() (err error) { purged, err = c.purge(t.Context(), 100); return err }) {
			h.explain(t, s).walk(func(p plan) {
				if p.NodeType == "Seq Scan" && p.Relation == c.table {
					t.Errorf("%s: scans %s from end to end", name, p.Relation)
				}
			})
		}
		if purged != 100 {
			t.Errorf("%s: %d purged, want 100", name, purged)
		}
	}
}

func TestThoseThatWaitInTheQueueDoNotHideTheDead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, answer := h.asks(h.master, "forgotten")
	dead := h.generation(answer.ID)
	h.passes(dead, "2 minutes")
	// A hundred and twenty older ones were given to the queue again a minute ago.
	h.exec(`WITH m AS (INSERT INTO messages (id, room_id, sequence, event, type, status, answers, attempt, created_at)
			SELECT (left(id_floor(now() - g * interval '1 minute')::text, 14) || '7000-8000-' || lpad(to_hex(g), 12, '0'))::uuid, room_id, 1000 + g, 1000 + g, 'ai', 'pending', id, 1, now()
			FROM messages, generate_series(1, 120) g WHERE type = 'human' RETURNING id, room_id, answers)
		INSERT INTO ai_generations (message_id, attempt, room_id, question_id, asker_id, requested_by, payer_id, provider, model, prompt_budget, reply_cap, weight_input, weight_output,
			lease_until, requeued_at, created_at)
		SELECT id, 1, room_id, answers, $1, $1, $1, 'p', 'm', 100, 100, 1, 1, now() - interval '5 minutes', now() - interval '1 minute', now() - interval '6 minutes' FROM m`, h.master)
	found, err := h.generations.Dead(t.Context(), 100)
	if err != nil || len(found) != 1 || found[0] != dead {
		t.Fatalf("%v %v, want %s alone", found, err, dead)
	}
	// Once they have waited too long, nobody looks after them any more: then the oldest are found first.
	h.exec(`UPDATE ai_generations SET requeued_at = requeued_at - make_interval(secs => $1) WHERE requeued_at IS NOT NULL`, (ai.NeverStarted + time.Second).Seconds())
	if found, err = h.generations.Dead(t.Context(), 100); err != nil || len(found) != 100 {
		t.Fatal(len(found), err)
	}
}
