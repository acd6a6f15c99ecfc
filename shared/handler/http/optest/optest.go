// Package optest serves every operation of the HTTP contract in one process, on real servers, for tests and benchmarks:
// the same frame, handlers, use cases and stores as the Lambdas, with queues that only count and models that are listed.
package optest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/adapter/s3"
	"github.com/yoriai/yoriai/shared/adapter/s3/s3test"
	"github.com/yoriai/yoriai/shared/adapter/simplejwt"
	"github.com/yoriai/yoriai/shared/adapter/stripe/stripetest"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/domain/user"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/usecase/accounts"
	"github.com/yoriai/yoriai/shared/usecase/exports"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// House is the server with its database and its table.
type House struct {
	testing.TB
	DB        *pgxpool.Pool
	Table     dynamodb.Table
	Rooms     rooms.Rooms
	Jobs      jobs.Jobs
	Accounts  accounts.Accounts
	Exports   exports.Exports
	Files     s3.Bucket
	Queues    *Queues
	Catalogue *Catalogue
	Server    *httpapi.Server
	Sessions  postgres.Sessions
	Stripe    *stripetest.Desk

	redis *redis.Client
	auth  *simplejwt.Service
	now   func() time.Time
}

// Queues count what they are given.
type Queues struct {
	mu   sync.Mutex
	Rows map[outbox.Queue]int
	// A stage keeps what was given until it is delivered.
	keep bool
	kept []outbox.Row
}

// Send takes everything.
func (q *Queues) Send(_ context.Context, rows []outbox.Row) (taken []id.ID, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range rows {
		q.Rows[r.Queue]++
		taken = append(taken, r.ID)
	}
	if q.keep {
		q.kept = append(q.kept, rows...)
	}
	return taken, nil
}

// Catalogue knows one model, "scripted" of the provider "scripted", unless it is away.
type Catalogue struct{ Away atomic.Bool }

// Model is what the catalogue knows.
var Model = ai.Model{ID: "scripted", Provider: "scripted", DisplayName: "Scripted", ContextWindow: 8192, MaxOutputTokens: 4096,
	Weights: ai.NewWeights(1_000_000, 1_000_000), Streaming: true, Configured: true, Available: true}

// Models lists the one.
func (c *Catalogue) Models(context.Context) ([]ai.Model, error) {
	if c.Away.Load() {
		return nil, fault.New(fault.Unavailable, "The models cannot be listed now.")
	}
	return []ai.Model{Model}, nil
}

// EstimateTokens counts by our own estimate.
func (c *Catalogue) EstimateTokens(_ context.Context, r ai.Request) (counts []int, err error) {
	for _, l := range r.Lines {
		counts = append(counts, ai.Estimate(l.Text))
	}
	return counts, nil
}

// unlimited is a factor that no test reaches the end of.
const unlimited = 1000

// New serves every operation on a database and a table of its own, without limits to reach.
func New(t testing.TB) *House { return open(t, unlimited, time.Now) }

// Limited is New with the limits that strangers meet, by a clock.
func Limited(t testing.TB, now func() time.Time) *House { return open(t, 1, now) }

func open(t testing.TB, factor int, now func() time.Time) *House {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	cache, err := redis.Open(os.Getenv("TEST_REDIS_URL"))
	if err != nil {
		t.Fatal(err)
	}
	h := &House{TB: t, DB: pgtest.New(t), Table: dynamotest.New(t), Files: s3test.New(t), Queues: &Queues{Rows: map[outbox.Queue]int{}}, Catalogue: &Catalogue{}, redis: cache, now: now,
		Stripe: stripetest.New(t, "http://127.0.0.1:1/nobody-listens")}
	h.Sessions = postgres.Sessions{Pool: h.DB}
	h.auth = &simplejwt.Service{Verifier: simplejwt.NewVerifier(time.Now, public), Signer: simplejwt.NewSigner(private, time.Now),
		Accounts: postgres.Accounts{Pool: h.DB}, Sessions: h.Sessions, Cost: simplejwt.Cost{MemoryKiB: 64, Iterations: 1}, Now: time.Now}
	h.Server = httpapi.New(httpapi.Config{PublicOrigin: Origin, Log: slog.New(slog.NewJSONHandler(io.Discard, nil)), Auth: httpapi.BySession(h.auth, h.Sessions)})
	h.serve(factor)
	return h
}

// Tokens are what everybody has.
const Tokens = 1_000_000_000

// Person makes somebody with tokens to spend, with a session, and a token of it.
func (h *House) Person(name string) (id.ID, string) {
	h.Helper()
	v, session := id.New(), id.New()
	if _, err := h.DB.Exec(context.Background(), `INSERT INTO users (id, username, email, display_name) VALUES ($1, $2, $3, $2)`, v, name, name+"@example.com"); err != nil {
		h.Fatal(err)
	}
	pgtest.Fund(h, h.DB, v, Tokens)
	var hash user.TokenHash
	if _, err := rand.Read(hash[:]); err != nil {
		h.Fatal(err)
	}
	begins := time.Now()
	if err := h.Sessions.Open(context.Background(), user.Session{ID: session, UserID: v, CreatedAt: begins, ExpiresAt: begins.Add(user.RefreshLifetime)}, hash); err != nil {
		h.Fatal(err)
	}
	token, err := h.auth.Signer.Sign(user.Caller{UserID: v, SessionID: session, Username: name, DisplayName: name})
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
