package postgres_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// house is a database with people and a room of theirs, and the use cases on it. Its queues take nothing, so that what is
// owed stays to be seen.
type house struct {
	*testing.T
	db          *pgxpool.Pool
	trace       *recorder
	queues      *queues
	run         transact.Runner
	rooms       rooms.Rooms
	messages    messages.Messages
	replies     replies.Replies
	reaper      replies.Reaper
	generations postgres.Generations
	logs        postgres.Logs
	master      id.ID
	room        id.ID
}

var model = ai.Model{ID: "scripted", Provider: "scripted", ContextWindow: 8192, MaxOutputTokens: 4096, Weights: ai.NewWeights(1_000_000, 4_000_000),
	Price:      ai.Price{Input: 2, CachedInput: 0.5, Output: 8},
	Configured: true, Available: true}

// everything stands where DynamoDB, Redis and the gateway would.
type everything struct{ realtime.Memberships }

func (everything) Models(context.Context) ([]ai.Model, error)                      { return []ai.Model{model}, nil }
func (everything) Raise(context.Context, ...realtime.Membership) error             { return nil }
func (everything) RaiseRead(context.Context, id.ID, id.ID, id.ID) error            { return nil }
func (everything) OfUsers(context.Context, []id.ID) ([]realtime.Connection, error) { return nil, nil }
func (everything) Publish(context.Context, id.ID)                                  {}

type activity struct{}

func (activity) Raise(context.Context) error                                  { return nil }
func (activity) Read(context.Context) (raised, clean time.Time, err error)    { return raised, clean, nil }
func (activity) SetClean(context.Context, time.Time, time.Time) (bool, error) { return true, nil }

type queues struct {
	mu   sync.Mutex
	rows []outbox.Row
}

func (q *queues) Send(_ context.Context, rows []outbox.Row) ([]id.ID, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.rows = append(q.rows, rows...)
	return nil, nil
}

func (q *queues) take() []outbox.Row {
	q.mu.Lock()
	defer q.mu.Unlock()
	rows := q.rows
	q.rows = nil
	return rows
}

func newHouse(t *testing.T) *house {
	t.Helper()
	trace := &recorder{}
	db, err := postgres.Open(t.Context(), pgtest.URL(t), postgres.MaxConns(10), func(c *pgxpool.Config) { c.ConnConfig.Tracer = trace })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	h := &house{T: t, db: db, trace: trace, queues: &queues{}, generations: postgres.Generations{DB: db}, logs: postgres.Logs{DB: db}}
	h.run = transact.Runner{Store: postgres.Changes{DB: db}, Relay: transact.Relay{Queues: h.queues, Store: postgres.Outbox{DB: db}, Activity: activity{}}}
	h.rooms = rooms.Rooms{Store: postgres.Rooms{DB: db}, Runner: h.run, Memberships: everything{}, Presence: everything{}, Catalogue: everything{}, Hint: everything{}}
	h.messages = messages.Messages{Store: postgres.Messages{DB: db}, Runner: h.run, Catalogue: everything{}, Running: nowhere{}, Hint: everything{}}
	h.replies = replies.Replies{Store: h.generations, Runner: h.run, Catalogue: everything{}, Hint: everything{}}
	h.reaper = replies.Reaper{Store: h.generations, Runner: h.run}
	h.master = h.person("aki")
	mine, created, err := h.rooms.Create(t.Context(), rooms.Create{Maker: h.master, Name: "Kyoto"}, h.key(h.master, "createRoom", "Kyoto"))
	if err != nil || !created {
		t.Fatalf("create: %v %v", created, err)
	}
	h.room = mine.ID
	return h
}

// nowhere has no text that runs.
type nowhere struct{}

func (nowhere) Get(context.Context, id.ID) (int, string, bool) { return 0, "", false }

func (h *house) exec(sql string, args ...any) {
	h.Helper()
	if _, err := h.db.Exec(h.Context(), sql, args...); err != nil {
		h.Fatalf("%v\n%s", err, sql)
	}
}

// number reads one number.
func (h *house) number(sql string, args ...any) (n int) {
	h.Helper()
	if err := h.db.QueryRow(h.Context(), sql, args...).Scan(&n); err != nil {
		h.Fatalf("%v\n%s", err, sql)
	}
	return n
}

func (h *house) person(name string) id.ID {
	h.Helper()
	v := id.New()
	h.exec(`INSERT INTO users (id, username, email, display_name) VALUES ($1, $2, $3, $2)`, v, name, name+"@example.com")
	pgtest.Fund(h, h.db, v, 1_000_000)
	h.trace.take()
	return v
}

func (h *house) joins(name string, role room.Role) id.ID {
	h.Helper()
	v := h.person(name)
	if _, err := h.rooms.Join(h.Context(), h.room, name, role); err != nil {
		h.Fatal(err)
	}
	return v
}

func (h *house) key(person id.ID, operation string, body any) change.Key {
	return change.NewKey(person, operation, id.New(), nil, body)
}

func (h *house) wish(person id.ID, text string) (messages.Send, change.Key) {
	cmd := messages.Send{RoomID: h.room, Sender: person, ClientMessageID: id.New(), Content: text}
	return cmd, change.NewKey(person, "sendMessage", cmd.ClientMessageID, []id.ID{h.room}, text)
}

func (h *house) says(person id.ID, text string) message.Message {
	h.Helper()
	cmd, key := h.wish(person, text)
	sent, err := h.messages.Send(h.Context(), cmd, key)
	if err != nil {
		h.Fatal(err)
	}
	return sent.Message
}

func (h *house) asks(person id.ID, text string) (question, answer message.Message) {
	h.Helper()
	cmd, key := h.wish(person, text)
	cmd.Ask = &messages.Ask{}
	sent, err := h.messages.Send(h.Context(), cmd, key)
	if err != nil {
		h.Fatal(err)
	}
	return sent.Message, *sent.AIMessage
}

// generation is the one that writes an answer now.
func (h *house) generation(answer id.ID) (v id.ID) {
	h.Helper()
	if err := h.db.QueryRow(h.Context(), `SELECT id FROM ai_generations WHERE message_id = $1 ORDER BY attempt DESC LIMIT 1`, answer).Scan(&v); err != nil {
		h.Fatal(err)
	}
	return v
}

// calls leases the newest attempt, and commits that its provider is called.
func (h *house) calls(answer id.ID, tokens int) ai.Generation {
	h.Helper()
	g, ok, err := h.generations.Lease(h.Context(), h.generation(answer), id.New())
	if err != nil || !ok {
		h.Fatalf("lease: %v %v", ok, err)
	}
	if ok, err := h.generations.Call(h.Context(), g.ID, g.LeaseToken, tokens, false); err != nil || !ok {
		h.Fatalf("call: %v %v", ok, err)
	}
	return g
}

// settle ends an attempt as its worker does: only under its own lease.
func (h *house) settle(g ai.Generation, o ai.Outcome) (settled bool) {
	h.Helper()
	n := change.ToEnd(g)
	if err := h.run.Change(h.Context(), n, func(s change.Situation) (*change.Plan, error) {
		settled = s.Generation != nil && s.Generation.Status.Open() && s.Generation.LeaseToken == g.LeaseToken
		if !settled {
			return nil, nil
		}
		p := s.Plan(g.AskerID, n)
		p.End(*s.Generation, o, s.Question, s.Answer)
		return p, nil
	}, nil); err != nil {
		h.Fatalf("settle: %v", err)
	}
	return settled
}

// works leases, calls and settles the newest attempt.
func (h *house) works(answer message.Message, o ai.Outcome) {
	h.Helper()
	if !h.settle(h.calls(answer.ID, 10), o) {
		h.Fatal("the attempt could not be settled")
	}
}

func (h *house) message(v id.ID) message.Message {
	h.Helper()
	m, err := h.messages.Get(h.Context(), h.room, h.master, v)
	if err != nil {
		h.Fatal(err)
	}
	return m
}

// dense proves that neither sequence nor event has a hole or a double, and that ids rise with sequence.
func (h *house) dense() {
	h.Helper()
	var bad int
	err := h.db.QueryRow(h.Context(), `WITH m AS (SELECT sequence, id, row_number() OVER (ORDER BY id) AS place FROM messages WHERE room_id = $1 AND sequence IS NOT NULL),
		e AS (SELECT event, row_number() OVER (ORDER BY event) AS place FROM room_events WHERE room_id = $1)
		SELECT (SELECT count(*) FROM m WHERE sequence <> place) + (SELECT count(*) FROM e WHERE event <> place)
		+ (SELECT abs(s.sequence - (SELECT count(*) FROM m)) + abs(s.event - (SELECT count(*) FROM e)) FROM room_sequences s WHERE room_id = $1)`, h.room).Scan(&bad)
	if err != nil || bad != 0 {
		h.Fatalf("%d rows out of order (%v)", bad, err)
	}
}
