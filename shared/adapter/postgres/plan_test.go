package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/export"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/exports"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
	"github.com/yoriai/yoriai/shared/usecase/search"
)

// plan is what EXPLAIN says of a statement.
type plan struct {
	NodeType string   `json:"Node Type"`
	Relation string   `json:"Relation Name"`
	Loops    *float64 `json:"Actual Loops"` // nil unless it was run
	Rows     float64  `json:"Actual Rows"`
	Plans    []plan   `json:"Plans"`
}

func (p plan) walk(visit func(plan)) {
	visit(p)
	for _, sub := range p.Plans {
		sub.walk(visit)
	}
}

// reads is one thing that the product does often, with the most that one of its statements may touch of messages.
type reads struct {
	run        func() error
	partitions int
	rows       float64
}

// Over 60 monthly partitions, with thousands of rows in every other table: no statement of a hot path, batched or not,
// reading or writing, scans a table from end to end, and pages read no more than they return.
func TestHotStatementsReadLittle(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fill(h, 60, 60000)
	for name, c := range hotReads(h) {
		t.Run(name, func(t *testing.T) { h.proves(t, c) })
	}
	// These change what the next one finds, so they have an order.
	question, answer := h.asks(h.master, "first")
	h.proves(t, reads{func() error { h.works(answer, ai.Outcome{Status: message.Completed, Text: "hi"}); return nil }, 2, 2})
	for _, c := range hotChanges(h, question, answer) {
		t.Run(c.name, func(t *testing.T) { h.proves(t, c.reads) })
	}
}

// What a purge removes is found by its id, in every table.
func TestPurgesReadWhatTheyRemove(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fill(h, 3, 60000)
	h.retains(30)
	h.proves(t, reads{func() error {
		purge := h.keeps()
		purge.Batch = 50
		n, _, err := purge.Run(t.Context())
		if n != 99 { // the hundredth waits for its answer
			t.Errorf("%d messages went", n)
		}
		return err
	}, 20, 50}) // a room without messages is looked for in every month
}

func hotReads(h *house) map[string]reads {
	ctx := h.Context()
	page := func(q messages.Query) func() error {
		q.RoomID, q.Person = h.room, h.master
		return func() error { _, err := h.messages.List(ctx, q); return err }
	}
	var middle, generation id.ID
	if err := h.db.QueryRow(ctx, `SELECT id, (SELECT g.id FROM ai_generations g LIMIT 1) AS generation FROM messages WHERE room_id = $1 ORDER BY id OFFSET 30000 LIMIT 1`, h.room).Scan(&middle, &generation); err != nil {
		h.Fatal(err)
	}
	box := postgres.Outbox{DB: h.db}
	return map[string]reads{
		"newest page": {page(messages.Query{Limit: 50}), 3, 60},
		"page before": {page(messages.Query{Before: middle, Limit: 50}), 3, 60},
		"page after":  {page(messages.Query{After: middle, Limit: 50}), 3, 60},
		"page around": {page(messages.Query{Around: middle, Limit: 50}), 3, 60},
		"one message": {func() error { _, err := h.messages.Get(ctx, h.room, h.master, middle); return err }, 1, 1},
		"search in a room": {func() error {
			if h.finds(search.Wish{Person: h.master, RoomID: h.room, Text: "number30000 wor"}) == "" {
				h.Error("nothing found")
			}
			return nil
		}, 1, 1},
		"search everywhere": {func() error {
			if h.finds(search.Wish{Person: h.master, Text: "number29999"}) == "" {
				h.Error("nothing found")
			}
			return nil
		}, 1, 1},
		"jobs that stand still":      {func() error { _, err := (postgres.Jobs{DB: h.db}).Stale(ctx, job.StaleAfter, 20); return err }, 0, 0},
		"one job":                    {func() error { _, _, _, err := (postgres.Jobs{DB: h.db}).Find(ctx, h.room, h.master); return err }, 0, 0},
		"rooms that keep for a time": {func() error { _, err := (postgres.Retention{DB: h.db}).Bounded(ctx, id.ID{}, 100); return err }, 80, 100},
		"rooms":                      {func() error { _, err := h.rooms.List(ctx, h.master, rooms.Cursor{}, 50); return err }, 1, 50},
		"one room":                   {func() error { _, err := h.rooms.Get(ctx, h.room, h.master); return err }, 1, 1},
		"members": {func() error {
			_, err := h.rooms.ListMembers(ctx, rooms.MemberQuery{RoomID: h.room, Person: h.master, Limit: 50})
			return err
		}, 0, 0},
		"members named": {func() error {
			_, err := h.rooms.ListMembers(ctx, rooms.MemberQuery{RoomID: h.room, Person: h.master, Name: "user-1", Limit: 50})
			return err
		}, 0, 0},
		"what changed":   {func() error { _, err := h.logs.RoomChanges(ctx, h.room, h.master, 59990); return err }, 2, 11},
		"my changes":     {func() error { _, err := h.logs.MyChanges(ctx, h.master, 19990); return err }, 1, 11},
		"push":           {func() error { _, err := h.logs.RoomPush(ctx, h.room, 59999, 60000); return err }, 1, 2},
		"audience":       {func() error { _, err := h.logs.Audience(ctx, h.room, id.ID{}, 1000); return err }, 0, 0},
		"my push":        {func() error { _, err := h.logs.UserPush(ctx, h.master, 19999, 20000); return err }, 1, 2},
		"dead attempts":  {func() error { _, err := h.generations.Dead(ctx, 100); return err }, 0, 0},
		"one generation": {func() error { _, _, _, err := h.generations.Find(ctx, generation); return err }, 0, 0},
		"outbox":         {func() error { _, _, err := box.OldRows(ctx, 0, outbox.Cursor{}, 100); return err }, 0, 0},
		"the next of the outbox": {func() error {
			_, _, err := box.OldRows(ctx, 0, outbox.Cursor{At: time.Now().Add(-time.Hour), ID: id.New()}, 100)
			return err
		}, 0, 0},
		"outbox forgets":          {func() error { return box.DeleteRows(ctx, []id.ID{id.New(), id.New()}) }, 0, 0},
		"a page of an export":     {taken(h, exports.Query{RoomID: h.room, Person: h.master, After: middle, Until: id.Last, Limit: 500}), 3, 1000},
		"a page of what one said": {taken(h, exports.Query{Person: h.master, After: middle, Until: id.Floor(time.Now()), Limit: 500}), 32, 1000},
		"reactions that one gave": {func() error {
			return h.part(func(p exports.Part) error { _, err := p.Reactions(ctx, h.master, middle, "", 500); return err })
		}, 2, 500},
		"history": {func() error {
			_, _, err := h.generations.History(ctx, replies.HistoryQuery{RoomID: h.room, Before: middle, Limit: 100})
			return err
		}, 4, 110},
	}
}

// part is a part of an export that reads.
func (h *house) part(do func(p exports.Part) error) error {
	return postgres.Exports{DB: h.db}.Part(h.Context(), id.New(), func(_ context.Context, p exports.Part) error { return do(p) })
}

// taken reads a page of an export to its end.
func taken(h *house, q exports.Query) func() error {
	return func() error {
		return h.part(func(p exports.Part) error {
			seen, err := p.Messages(h.Context(), q, func(export.Message) (bool, error) { return true, nil })
			if seen != q.Limit {
				h.Errorf("%d rows were read", seen)
			}
			return err
		})
	}
}

type story struct {
	name string
	reads
}

func hotChanges(h *house, question, answer message.Message) []story {
	ctx := h.Context()
	said := h.says(h.master, "said")
	text, archived, open := "edited", true, false
	var asked, again message.Message
	return []story{
		{"send", reads{func() error { h.says(h.master, "hello"); return nil }, 2, 2}},
		{"edit", reads{func() error {
			_, err := h.messages.Edit(ctx, messages.Edit{RoomID: h.room, MessageID: said.ID, Person: h.master, Content: &text})
			return err
		}, 2, 2}},
		{"read", reads{func() error {
			_, err := h.rooms.MarkRead(ctx, h.room, h.master, h.says(h.master, "new").ID)
			return err
		}, 2, 2}},
		{"react", reads{func() error {
			_, err := h.messages.React(ctx, messages.React{RoomID: h.room, MessageID: said.ID, Person: h.master, Emoji: "🎌"})
			return err
		}, 2, 2}},
		{"forward", reads{func() error {
			_, err := h.messages.Forward(ctx, messages.Forward{RoomID: h.room, MessageID: said.ID, Person: h.master, To: h.room}, h.key(h.master, "forwardMessage", ""))
			return err
		}, 2, 2}},
		{"delete", reads{func() error { return h.messages.Delete(ctx, h.room, h.master, said.ID) }, 2, 2}},
		{"ask", reads{func() error { _, asked = h.asks(h.master, "why"); return nil }, 2, 2}},
		{"checkpoint", reads{func() error {
			g := h.calls(asked.ID, 10)
			_, _, err := h.generations.Checkpoint(ctx, g.ID, g.LeaseToken, replies.Progress{Text: "so far"})
			return err
		}, 0, 0}},
		{"stop", reads{func() error { _, _, err := h.replies.Stop(ctx, h.room, h.master, asked.ID); return err }, 2, 2}},
		{"reap", reads{func() error {
			h.passes(h.generation(asked.ID), "1 minute")
			_, err := h.reaper.Reap(ctx, h.generation(asked.ID))
			return err
		}, 2, 2}},
		{"regenerate", reads{func() (err error) {
			again, _, err = h.replies.Regenerate(ctx, replies.Regenerate{RoomID: h.room, QuestionID: question.ID, Person: h.master}, h.key(h.master, "regenerateReply", ""))
			return err
		}, 2, 2}},
		{"settle", reads{func() error { h.works(again, ai.Outcome{Status: message.Completed, Text: "again"}); return nil }, 2, 2}},
		{"attempts", reads{func() error {
			_, err := h.replies.Attempts(ctx, replies.AttemptQuery{RoomID: h.room, Person: h.master, MessageID: answer.ID, Limit: 10})
			return err
		}, 2, 2}},
		{"used summary", reads{func() error {
			if _, err := h.replies.UsedSummary(ctx, h.room, h.master, answer.ID); !fault.Is(err, fault.NotFound) {
				return fmt.Errorf("a summary of nothing: %w", err)
			}
			return nil
		}, 2, 2}},
		{"archive", reads{func() error {
			_, err := h.rooms.Update(ctx, h.room, h.master, room.Changes{IsArchived: &archived})
			return err
		}, 2, 2}},
		{"reopen", reads{func() error {
			_, err := h.rooms.Update(ctx, h.room, h.master, room.Changes{IsArchived: &open})
			return err
		}, 2, 2}},
		{"join and leave", reads{func() error { mei := h.joins("mei", room.Member); return h.rooms.Remove(ctx, h.room, mei, mei) }, 0, 0}},
		{"delete the room", reads{func() error { return h.rooms.Delete(ctx, h.room, h.master) }, 1, 1}},
	}
}

// ours are the statements of a story that are the product's: not those by which a test sets its stage.
func (h *house) ours(t *testing.T, run func() error) (list []statement) {
	t.Helper()
	h.trace.take()
	if err := run(); err != nil {
		t.Fatal(err)
	}
	for _, s := range h.trace.take() {
		verb, _, _ := strings.Cut(strings.TrimSpace(s.sql), " ")
		staged := strings.HasPrefix(s.sql, "INSERT INTO users") || strings.Contains(s.sql, "::text::interval") || strings.Contains(s.sql, "DESC LIMIT 1") && strings.Contains(s.sql, "ORDER BY attempt")
		if slices.Contains([]string{"SELECT", "WITH", "UPDATE", "DELETE", "INSERT"}, verb) && !staged {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		t.Fatal("nothing was recorded")
	}
	return list
}

func (h *house) proves(t *testing.T, c reads) {
	t.Helper()
	for _, s := range h.ours(t, c.run) {
		touched := map[string]bool{}
		rows := 0.0
		h.explain(t, s).walk(func(p plan) {
			if p.Loops != nil && *p.Loops == 0 {
				return // planned, but never run: the ordered Append had enough before
			}
			if strings.HasPrefix(p.Relation, "messages_") && p.NodeType != "ModifyTable" && p.Loops != nil {
				touched[p.Relation] = true
				rows += p.Rows * *p.Loops
			}
			if p.NodeType == "Seq Scan" {
				t.Errorf("scans %s from end to end:\n%s", p.Relation, s.sql)
			}
		})
		if len(touched) > c.partitions || rows > c.rows {
			t.Errorf("%d partitions and %.0f rows of messages, want at most %d and %.0f:\n%s", len(touched), rows, c.partitions, c.rows, s.sql)
		}
	}
}

// inserts would meet their own rows if they were run again: they are planned only.
var inserts = regexp.MustCompile(`INSERT INTO \w+ \([^()]*\)\s+VALUES`)

// explain runs a statement once more, in a transaction that is rolled back.
func (h *house) explain(t *testing.T, s statement) plan {
	t.Helper()
	options := "ANALYZE, TIMING OFF, FORMAT JSON"
	if inserts.MatchString(s.sql) {
		options = "FORMAT JSON"
	}
	tx, err := h.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	var text string
	if err := tx.QueryRow(t.Context(), `EXPLAIN (`+options+`) `+s.sql, append([]any{pgx.QueryExecModeExec}, s.args...)...).Scan(&text); err != nil {
		t.Fatalf("%v\n%s", err, s.sql)
	}
	var out []struct{ Plan plan }
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out[0].Plan
}

// roomKey is what stands before each lexeme of a room.
func roomKey(v id.ID) string { return strings.TrimSuffix(search.Lexemes(v, "x")[0], "x") }

// fill gives the room messages spread over months up to now, each with its event, and every other table so many rows that
// no planner would scan it for one.
func fill(h *house, months, count int) {
	h.Helper()
	const people, places = 30000, 30000
	for _, sql := range []string{
		fmt.Sprintf(`SELECT ensure_message_partitions((now() - interval '%d months')::date, now()::date)`, months),
		fmt.Sprintf(`INSERT INTO messages (id, room_id, sequence, event, sender_id, type, status, content, token_estimate, created_at)
			SELECT (left(id_floor(at)::text, 14) || '7' || lpad(to_hex(g %% 4096), 3, '0') || '-8' || substr(md5(g::text), 1, 3) || '-' || substr(md5(g::text), 4, 12))::uuid,
			'%s', g, g + 1, '%s', 'human', 'completed', repeat('hello world ', 10), 34, at
			FROM (SELECT g, date_trunc('milliseconds', now() - (%d - g) * interval '%d months' / %d) AS at FROM generate_series(1, %d) g) s`,
			h.room, h.master, count, months-1, count, count),
		fmt.Sprintf(`INSERT INTO message_search SELECT id, room_id, sender_id, false, NULL,
			array_to_tsvector(ARRAY['%[1]shello', '%[1]sworld', '%[1]snumber' || sequence]) FROM messages WHERE room_id = '%[2]s'`, roomKey(h.room), h.room),
		fmt.Sprintf(`UPDATE messages SET content = content || 'number' || sequence WHERE room_id = '%s' AND sequence BETWEEN 29000 AND 31000`, h.room),
		fmt.Sprintf(`INSERT INTO room_events (room_id, event, kind, entity_id) SELECT room_id, event, 'message.created', id FROM messages WHERE room_id = '%s'`, h.room),
		fmt.Sprintf(`UPDATE room_sequences SET sequence = %d, event = %d, last_message_id = (SELECT id FROM messages WHERE room_id = '%s' ORDER BY id DESC LIMIT 1) WHERE room_id = '%s'`,
			count, count+1, h.room, h.room),
		// The messages are older than the room, which only a fork's are.
		fmt.Sprintf(`UPDATE rooms SET forked_from_room_id = id WHERE id = '%s'`, h.room),
		fmt.Sprintf(`INSERT INTO users (id, username, email, display_name) SELECT gen_random_uuid(), 'user-' || g, 'user-' || g || '@example.com', 'User' FROM generate_series(1, %d) g`, people),
		`INSERT INTO user_sequences (user_id, event) SELECT id, 1 FROM users ON CONFLICT DO NOTHING`,
		fmt.Sprintf(`INSERT INTO rooms (id, name, owner_id) SELECT gen_random_uuid(), 'Room', '%s' FROM generate_series(1, %d)`, h.master, places),
		fmt.Sprintf(`UPDATE rooms SET retention_days = 90 WHERE id IN (SELECT id FROM rooms WHERE id <> '%s' LIMIT 200)`, h.room),
		fmt.Sprintf(`INSERT INTO room_sequences (room_id, last_message_id) SELECT id, id FROM rooms WHERE id <> '%s'`, h.room),
		fmt.Sprintf(`INSERT INTO room_members (room_id, user_id, role, version) SELECT id, '%s', 'member', 1 FROM (SELECT id FROM rooms WHERE id <> '%s' LIMIT 60) r`, h.master, h.room),
		fmt.Sprintf(`INSERT INTO room_members (room_id, user_id, role, version) SELECT r.id, u.id, 'member', 1
			FROM (SELECT id, row_number() OVER () AS n FROM rooms WHERE id <> '%s') r JOIN (SELECT id, row_number() OVER () AS n FROM users WHERE id <> '%s') u ON u.n = r.n`, h.room, h.master),
		fmt.Sprintf(`INSERT INTO room_members (room_id, user_id, role, version) SELECT '%s', id, 'member', 1 FROM (SELECT id FROM users WHERE id <> '%s' LIMIT 20) u`, h.room, h.master),
		fmt.Sprintf(`INSERT INTO room_invitations (id, room_id, kind, role, invited_by, invited_user, expires_at) SELECT gen_random_uuid(), r.id, 'user', 'member', '%[2]s', u.id, now() + interval '1 day'
			FROM (SELECT id, row_number() OVER () AS n FROM rooms WHERE id <> '%[1]s') r JOIN (SELECT id, row_number() OVER () AS n FROM users WHERE id <> '%[2]s') u ON u.n = r.n`, h.room, h.master),
		fmt.Sprintf(`INSERT INTO user_events (user_id, event, kind, entity_id) SELECT '%s', g, 'room.joined', (SELECT '%s'::uuid) FROM generate_series(2, 20000) g`, h.master, h.room),
		fmt.Sprintf(`UPDATE user_sequences SET event = 20000 WHERE user_id = '%s'`, h.master),
		// Settled ones of every room, two hundred of which still run, elsewhere.
		fmt.Sprintf(`INSERT INTO ai_generations (message_id, attempt, room_id, question_id, asker_id, requested_by, payer_id, provider, model, status, prompt_budget, reply_cap,
			weight_input, weight_output, partial_text, created_at, settled_at)
			SELECT m.id, 1, r.id, m.id, '%[1]s', '%[1]s', '%[1]s', 'p', 'm', CASE WHEN m.n %% 100 = 0 THEN 'pending' ELSE 'completed' END, 100, 100, 1, 1,
			CASE WHEN m.n %% 50 = 1 THEN 'old' ELSE '' END, now() - interval '1 year' + m.n * interval '10 minutes', CASE WHEN m.n %% 100 = 0 THEN NULL ELSE now() - interval '1 year' + m.n * interval '10 minutes' END
			FROM (SELECT id, row_number() OVER () AS n FROM messages LIMIT 20000) m JOIN (SELECT id, row_number() OVER () AS n FROM rooms WHERE id <> '%[2]s') r ON r.n = m.n %% %[3]d + 1`,
			h.master, h.room, places),
		// Reactions and names of others at a third of all messages.
		fmt.Sprintf(`INSERT INTO message_reactions (message_id, emoji, user_id) SELECT id, '👍', '%s' FROM messages WHERE sequence %% 3 = 0`, h.master),
		fmt.Sprintf(`INSERT INTO message_mentions (message_id, room_id, kind, user_id, name) SELECT m.id, m.room_id, 'user', u.id, 'somebody'
			FROM messages m JOIN (SELECT id, row_number() OVER () AS n FROM users WHERE id <> '%s') u ON u.n = m.sequence WHERE m.sequence %% 3 = 0`, h.master),
		`INSERT INTO outbox (id, queue, body, created_at) SELECT gen_random_uuid(), 'fan-out', '{}', now() - g * interval '1 second' FROM generate_series(1, 20000) g`,
		fmt.Sprintf(`INSERT INTO idempotency_keys (user_id, operation, key, request_hash, resource_id, created_at)
			SELECT '%s', 'sendMessage', gen_random_uuid(), '', gen_random_uuid(), now() - g * interval '10 minutes' FROM generate_series(1, 20000) g`, h.master),
		`INSERT INTO token_holds (generation_id, account_id, room_id, user_id, month, amount) SELECT gen_random_uuid(), id, id, id, '2001-01', 1 FROM users`,
		`INSERT INTO token_lots (id, account_id, source, source_key, granted, remaining) SELECT gen_random_uuid(), id, 'grant', id, 1, 1 FROM users`,
		`INSERT INTO token_transactions (id, account_id, kind, amount, balance_after, source_key) SELECT gen_random_uuid(), id, 'grant', 1, 1, id FROM users`,
		`INSERT INTO member_usage (room_id, month, user_id, charged) SELECT id, '2001-01', id, 1 FROM users`,
		`INSERT INTO usage_daily (account_id, day, room_id, user_id, provider, model, visibility, kind) SELECT id, now(), id, id, 'p', 'm', 'public', 'reply' FROM users`,
		`INSERT INTO message_context_summaries (generation_id, room_id, from_message_id, to_message_id, text, tokens, provider, model)
			SELECT g.id, r.id, r.id, r.id, 'x', 1, 'p', 'm' FROM (SELECT id, row_number() OVER () AS n FROM ai_generations
				WHERE message_id > (SELECT id FROM messages ORDER BY id OFFSET 1000 LIMIT 1)) g JOIN (SELECT id, row_number() OVER () AS n FROM rooms) r USING (n)`,
		fmt.Sprintf(`INSERT INTO jobs (id, kind, room_id, requested_by, state, ended_at) SELECT CASE WHEN id = '%[1]s' THEN '%[2]s' ELSE gen_random_uuid() END, 'fork', '%[2]s', id, 'succeeded', now() FROM users`, h.master, h.room),
		`ANALYZE`,
	} {
		h.exec(sql)
	}
}
