// Package optest serves the operations about rooms, messages and AI replies in one process, on a real database, for
// tests and benchmarks: the same frame, handlers, use cases and SQL as the Lambdas, with queues that only count.
package optest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/adapter/simplejwt"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/domain/user"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
	"github.com/yoriai/yoriai/shared/usecase/billing"
	"github.com/yoriai/yoriai/shared/usecase/changes"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// House is the server with its database.
type House struct {
	testing.TB
	DB     *pgxpool.Pool
	Rooms  rooms.Rooms
	Queues *Queues
	Server *httpapi.Server
	signer *simplejwt.Signer
}

// Queues count what they are given.
type Queues struct {
	mu   sync.Mutex
	Rows map[outbox.Queue]int
}

// Send takes everything.
func (q *Queues) Send(_ context.Context, rows []outbox.Row) (taken []id.ID, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range rows {
		q.Rows[r.Queue]++
		taken = append(taken, r.ID)
	}
	return taken, nil
}

// projection stands where DynamoDB would; nothing here reads it.
type projection struct{}

func (projection) Raise(context.Context, ...realtime.Membership) error  { return nil }
func (projection) RaiseRead(context.Context, id.ID, id.ID, id.ID) error { return nil }
func (projection) Get(context.Context, id.ID, id.ID) (m realtime.Membership, found bool, err error) {
	return m, false, nil
}

type activity struct{}

func (activity) Raise(context.Context) error                                  { return nil }
func (activity) Read(context.Context) (raised, clean time.Time, err error)    { return raised, clean, nil }
func (activity) SetClean(context.Context, time.Time, time.Time) (bool, error) { return true, nil }

// catalogue knows one model, "scripted" of the provider "scripted".
type catalogue struct{}

// Model is what the catalogue knows.
var Model = ai.Model{ID: "scripted", Provider: "scripted", DisplayName: "Scripted", ContextWindow: 8192, MaxOutputTokens: 4096,
	Weights: ai.NewWeights(1_000_000, 1_000_000), Streaming: true, Configured: true, Available: true}

func (catalogue) Models(context.Context) ([]ai.Model, error) { return []ai.Model{Model}, nil }

// nothing stands where Redis would.
type nothing struct{}

func (nothing) Publish(context.Context, id.ID)                 {}
func (nothing) Get(context.Context, id.ID) (int, string, bool) { return 0, "", false }

type alive struct{}

func (alive) Alive(context.Context, id.ID, id.ID) (bool, error) { return true, nil }

// New serves every operation on a database of its own.
func New(t testing.TB) *House {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	db := pgtest.New(t)
	h := &House{TB: t, DB: db, Queues: &Queues{Rows: map[outbox.Queue]int{}}, signer: simplejwt.NewSigner(private, time.Now)}
	h.Server = httpapi.New(httpapi.Config{PublicOrigin: "http://localhost:8080", Log: slog.New(slog.NewJSONHandler(io.Discard, nil)),
		Auth: httpapi.BySession(simplejwt.NewVerifier(time.Now, public), alive{})})
	h.routes()
	return h
}

func (h *House) routes() {
	run := transact.Runner{Store: postgres.Changes{DB: h.DB}, Relay: transact.Relay{Queues: h.Queues, Store: postgres.Outbox{DB: h.DB}, Activity: activity{}}}
	h.Rooms = rooms.Rooms{Store: postgres.Rooms{DB: h.DB}, Runner: run, Memberships: projection{}, Catalogue: catalogue{}, Hint: nothing{}}
	m := messages.Messages{Store: postgres.Messages{DB: h.DB}, Runner: run, Catalogue: catalogue{}, Running: nothing{}, Hint: nothing{}}
	a := replies.Replies{Store: postgres.Generations{DB: h.DB}, Runner: run, Catalogue: catalogue{}, Hint: nothing{}}
	b := billing.Billing{Store: postgres.Billing{DB: h.DB}}
	c := changes.Changes{Store: postgres.Logs{DB: h.DB}}
	const one, list, entry = "/rooms/{roomId}", "/rooms/{roomId}/messages", "/rooms/{roomId}/messages/{messageId}"
	for _, o := range []struct {
		method, path string
		handler      httpapi.Handler
	}{
		{"POST", "/rooms", operations.CreateRoom(h.Rooms)}, {"GET", "/rooms", operations.ListRooms(h.Rooms)}, {"GET", one, operations.GetRoom(h.Rooms)},
		{"PATCH", one, operations.UpdateRoom(h.Rooms)}, {"DELETE", one, operations.DeleteRoom(h.Rooms)}, {"GET", one + "/members", operations.ListMembers(h.Rooms)},
		{"PUT", one + "/read", operations.MarkRead(h.Rooms)}, {"GET", one + "/changes", operations.ListChanges(c)}, {"GET", "/me/changes", operations.ListMyChanges(c)},
		{"POST", list, operations.SendMessage(m)}, {"GET", list, operations.ListMessages(m)}, {"GET", entry, operations.GetMessage(m)},
		{"PATCH", entry, operations.EditMessage(m)}, {"DELETE", entry, operations.DeleteMessage(m)}, {"POST", entry + "/regenerate", operations.RegenerateReply(a)},
		{"POST", entry + "/stop", operations.StopReply(a)}, {"GET", entry + "/attempts", operations.ListAttempts(a)}, {"GET", "/models", operations.ListModels(catalogue{})},
		{"GET", "/billing/balance", operations.GetBalance(b)}, {"GET", "/billing/transactions", operations.ListTransactions(b)}, {"GET", "/billing/usage", operations.GetUsage(b)},
	} {
		h.Server.Handle(o.method, o.path, false, o.handler)
	}
}

// Tokens are what everybody has.
const Tokens = 1_000_000_000

// Person makes somebody with tokens to spend, and a token for them.
func (h *House) Person(name string) (id.ID, string) {
	h.Helper()
	v := id.New()
	if _, err := h.DB.Exec(context.Background(), `INSERT INTO users (id, username, email, display_name) VALUES ($1, $2, $3, $2)`, v, name, name+"@example.com"); err != nil {
		h.Fatal(err)
	}
	pgtest.Fund(h, h.DB, v, Tokens)
	token, err := h.signer.Sign(user.Caller{UserID: v, SessionID: id.New(), Username: name, DisplayName: name})
	if err != nil {
		h.Fatal(err)
	}
	return v, token
}

// Joins puts somebody into a room.
func (h *House) Joins(roomID id.ID, name string, role room.Role) {
	h.Helper()
	if _, err := h.Rooms.Join(context.Background(), roomID, name, role); err != nil {
		h.Fatal(err)
	}
}

// Call sends a request; body is JSON text or a value to encode. Headers come as pairs.
func (h *House) Call(token, method, path string, body any, headers ...string) *httptest.ResponseRecorder {
	var reader io.Reader = http.NoBody
	switch b := body.(type) {
	case nil:
	case string:
		reader = bytes.NewBufferString(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			h.Fatal(err)
		}
		reader = bytes.NewReader(text)
	}
	r := httptest.NewRequestWithContext(context.Background(), method, path, reader)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.Server.ServeHTTP(w, r)
	return w
}
