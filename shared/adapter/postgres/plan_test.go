package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/messages"
)

// recorder collects the SQL that a story runs, so that the plans tested are those of the real statements.
type recorder struct{ statements []statement }

type statement struct {
	sql  string
	args []any
}

func (r *recorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	r.statements = append(r.statements, statement{d.SQL, d.Args})
	return ctx
}

func (r *recorder) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// plan is what EXPLAIN says of a statement.
type plan struct {
	NodeType string  `json:"Node Type"`
	Relation string  `json:"Relation Name"`
	Loops    float64 `json:"Actual Loops"`
	Rows     float64 `json:"Actual Rows"`
	Subplans int     `json:"Subplans Removed"`
	Plans    []plan  `json:"Plans"`
}

func (p plan) walk(visit func(plan)) {
	visit(p)
	for _, sub := range p.Plans {
		sub.walk(visit)
	}
}

// Over 60 monthly partitions: no statement of a hot path scans a table from end to end, and pages read no more of it
// than they return and touch a partition or two.
func TestHotQueriesReadLittle(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fill(t, h, 60, 60000)
	page := func(q messages.Query) func() error {
		q.RoomID, q.Person = h.room, h.master
		return func() error { _, err := h.Messages(t.Context(), q); return err }
	}
	var middle id.ID
	if err := h.db.QueryRow(t.Context(), `SELECT id FROM messages WHERE room_id = $1 ORDER BY id OFFSET 30000 LIMIT 1`, h.room).Scan(&middle); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		run        func() error
		partitions int
		rows       float64
	}{
		"newest page":     {page(messages.Query{Limit: 50}), 3, 60},
		"page before":     {page(messages.Query{Before: middle, Limit: 50}), 3, 60},
		"page after":      {page(messages.Query{After: middle, Limit: 50}), 3, 60},
		"page around":     {page(messages.Query{Around: middle, Limit: 50}), 3, 60},
		"one message":     {func() error { _, err := h.Message(t.Context(), h.room, h.master, middle); return err }, 1, 1},
		"rooms":           {func() error { _, err := h.Rooms(t.Context(), h.master, id.ID{}, 50); return err }, 1, 50},
		"what changed":    {func() error { _, err := h.RoomChanges(t.Context(), h.room, h.master, 59990); return err }, 2, 11},
		"dead attempts":   {func() error { _, err := h.Dead(t.Context(), 100); return err }, 0, 100},
		"outbox":          {func() error { _, err := h.OldRows(t.Context(), 0, 100); return err }, 0, 1000},
		"members to push": {func() error { _, err := h.MembersNow(t.Context(), h.room); return err }, 0, 10},
	} {
		t.Run(name, func(t *testing.T) {
			for _, s := range h.recorded(t, c.run) {
				touched := map[string]bool{}
				rows := 0.0
				h.explain(t, s).walk(func(p plan) {
					if p.Loops == 0 {
						return // planned, but never run: the ordered Append had enough before
					}
					if strings.HasPrefix(p.Relation, "messages_") {
						touched[p.Relation] = true
						rows += p.Rows * p.Loops
					}
					if p.NodeType == "Seq Scan" && !small(p.Relation) {
						t.Errorf("scans %s from end to end:\n%s", p.Relation, s.sql)
					}
				})
				if len(touched) > c.partitions || rows > c.rows {
					t.Errorf("%d partitions and %.0f rows of messages, want at most %d and %.0f:\n%s", len(touched), rows, c.partitions, c.rows, s.sql)
				}
			}
		})
	}
}

// small tables of this test are rightly scanned: a planner that sees one row does not take an index.
func small(relation string) bool {
	return !strings.HasPrefix(relation, "messages_") && relation != "room_events"
}

// recorded runs a story and gives its reading statements.
func (h *house) recorded(t *testing.T, run func() error) (list []statement) {
	t.Helper()
	h.trace.statements = nil
	if err := run(); err != nil {
		t.Fatal(err)
	}
	for _, s := range h.trace.statements {
		if strings.HasPrefix(strings.TrimSpace(s.sql), "SELECT") {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		t.Fatal("nothing was recorded")
	}
	return list
}

func (h *house) explain(t *testing.T, s statement) plan {
	t.Helper()
	var text string
	if err := h.db.QueryRow(t.Context(), `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) `+s.sql, s.args...).Scan(&text); err != nil {
		t.Fatal(err)
	}
	var out []struct{ Plan plan }
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out[0].Plan
}

// fill gives the room messages spread over months up to now, each with its event.
func fill(t testing.TB, h *house, months, count int) {
	t.Helper()
	for _, sql := range []string{
		fmt.Sprintf(`SELECT ensure_message_partitions((now() - interval '%d months')::date, now()::date)`, months),
		fmt.Sprintf(`INSERT INTO messages (id, room_id, sequence, event, sender_id, type, status, content, token_estimate, created_at)
			SELECT (left(id_floor(at)::text, 14) || '7' || lpad(to_hex(g %% 4096), 3, '0') || '-8' || substr(md5(g::text), 1, 3) || '-' || substr(md5(g::text), 4, 12))::uuid,
			'%s', g, g + 1, '%s', 'human', 'completed', repeat('hello world ', 10), 34, at
			FROM (SELECT g, date_trunc('milliseconds', now() - (%d - g) * interval '%d months' / %d) AS at FROM generate_series(1, %d) g) s`,
			h.room, h.master, count, months-1, count, count),
		fmt.Sprintf(`INSERT INTO room_events (room_id, event, kind, entity_id) SELECT room_id, event, 'message.created', id FROM messages WHERE room_id = '%s'`, h.room),
		fmt.Sprintf(`UPDATE room_sequences SET sequence = %d, event = %d, last_message_id = (SELECT id FROM messages WHERE room_id = '%s' ORDER BY id DESC LIMIT 1) WHERE room_id = '%s'`,
			count, count+1, h.room, h.room),
		`ANALYZE`,
	} {
		if _, err := h.db.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
	}
}
