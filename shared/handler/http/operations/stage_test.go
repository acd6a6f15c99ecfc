package operations_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/apigateway"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/adapter/simplejwt"
	"github.com/yoriai/yoriai/shared/api/apitest"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ratelimit"
	domain "github.com/yoriai/yoriai/shared/domain/realtime"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
	"github.com/yoriai/yoriai/shared/usecase/identity"
	"github.com/yoriai/yoriai/shared/usecase/sockets"
)

const origin = "http://localhost:8080"

// stage is the identity stack: the real frame, database and table, and a clock.
type stage struct {
	t        *testing.T
	server   *httpapi.Server
	pool     *pgxpool.Pool
	accounts postgres.Accounts
	table    dynamodb.Table
	hub      *apigateway.InProcess
	signer   *simplejwt.Signer

	denialsAway atomic.Bool

	mu    sync.Mutex
	clock time.Time
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, pool: pgtest.New(t), hub: apigateway.NewInProcess(), clock: time.Now()}
	s.table = dynamotest.At(t, s.now)
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.signer = simplejwt.NewSigner(private, s.now)
	s.accounts = postgres.Accounts{Pool: s.pool}
	accounts, sessions := s.accounts, postgres.Sessions{Pool: s.pool}
	auth := &simplejwt.Service{
		Verifier: simplejwt.NewVerifier(s.now, public), Signer: s.signer, Accounts: accounts, Sessions: sessions,
		Cost: simplejwt.Cost{MemoryKiB: 64, Iterations: 1}, Now: s.now,
	}
	limits := ratelimit.NewLocal(s.now)
	denials := &flaky{Denials: dynamodb.Denials{Table: s.table}, away: &s.denialsAway}
	h := operations.Identity{Cookies: httpapi.Cookies{PublicOrigin: origin}, Identity: &identity.Identity{
		Auth: auth, Accounts: accounts, Limits: limits, Denials: denials, Sockets: dynamodb.Connections{Table: s.table}, Closer: s.hub,
		EndingStep: time.Minute, // a loaded machine is no failing cloud
	}}
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	s.server = httpapi.New(httpapi.Config{PublicOrigin: origin, Auth: httpapi.BySession(auth, sessions), Log: log})
	s.server.Handle("POST", "/auth/register", true, h.Register)
	s.server.Handle("POST", "/auth/login", true, h.LogIn)
	s.server.Handle("POST", "/auth/refresh", true, h.Refresh)
	s.server.Handle("POST", "/auth/logout", true, h.LogOut)
	s.server.Handle("GET", "/me", false, h.Me)
	// This one has no Postgres: it must know from the table that a session has ended.
	withoutPostgres := httpapi.New(httpapi.Config{PublicOrigin: origin, Auth: httpapi.ByDenials(auth, denials), Log: log})
	office := sockets.TicketService{Tickets: dynamodb.Tickets{Table: s.table}, Limits: limits, Now: s.now}
	withoutPostgres.Handle("POST", "/realtime/tickets", false, operations.CreateRealtimeTicket(office, "ws://localhost:8080/ws"))
	s.server.Handle("POST", "/realtime/tickets", true, func(r *httpapi.Request) error {
		withoutPostgres.ServeHTTP(r.Response(), r.Request())
		return nil
	})
	return s
}

// flaky can be told to deny nobody for a while.
type flaky struct {
	domain.Denials
	away *atomic.Bool
}

func (f *flaky) Deny(ctx context.Context, session id.ID) error {
	if f.away.Load() {
		return errors.New("away")
	}
	return f.Denials.Deny(ctx, session)
}

func (s *stage) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock
}

func (s *stage) later(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = s.clock.Add(d)
}

// answer is what a request got.
type answer struct {
	t       *testing.T
	status  int
	body    []byte
	cookies []*http.Cookie
	header  http.Header
}

var operationOf = map[string]string{
	"POST /auth/register": "registerUser", "POST /auth/login": "logIn", "POST /auth/refresh": "refreshSession",
	"POST /auth/logout": "logOut", "GET /me": "getMe", "POST /realtime/tickets": "createRealtimeTicket",
}

// call sends one request, and holds the answer against the contract.
func (s *stage) call(method, path string, body any, headers ...string) answer {
	s.t.Helper()
	var payload []byte
	if body != nil {
		var err error
		if payload, err = json.Marshal(body); err != nil {
			s.t.Fatal(err)
		}
	}
	r := httptest.NewRequest(method, "/api"+path, bytes.NewReader(payload))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, r)
	apitest.CheckResponse(s.t, operationOf[method+" "+path], w.Code, w.Body.Bytes())
	return answer{t: s.t, status: w.Code, body: w.Body.Bytes(), cookies: w.Result().Cookies(), header: w.Header()}
}

func (a answer) want(status int, code string) answer {
	a.t.Helper()
	if a.status != status || code != "" && a.text("code") != code {
		a.t.Fatalf("got %d %s, want %d %s", a.status, a.body, status, code)
	}
	return a
}

func (a answer) text(name string) string {
	a.t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(a.body, &fields); err != nil {
		a.t.Fatalf("%s: %v", a.body, err)
	}
	v, _ := fields[name].(string)
	return v
}

// cookieHeader is what a browser sends back.
func (a answer) cookieHeader() string {
	var pairs []string
	for _, c := range a.cookies {
		if c.MaxAge >= 0 {
			pairs = append(pairs, c.Name+"="+c.Value)
		}
	}
	return strings.Join(pairs, "; ")
}

const password = "correct horse battery"

func (s *stage) register(name string, headers ...string) answer {
	s.t.Helper()
	return s.call("POST", "/auth/register", map[string]string{"username": name, "email": name + "@example.org", "password": password}, headers...).want(201, "")
}

func (s *stage) logIn(login, password string, headers ...string) answer {
	s.t.Helper()
	return s.call("POST", "/auth/login", map[string]string{"login": login, "password": password}, headers...)
}

func (s *stage) refresh(token string) answer {
	s.t.Helper()
	return s.call("POST", "/auth/refresh", map[string]string{"refresh_token": token})
}

func (s *stage) me(token string) answer {
	s.t.Helper()
	return s.call("GET", "/me", nil, "Authorization", "Bearer "+token)
}

func (s *stage) ticket(token string) answer {
	s.t.Helper()
	return s.call("POST", "/realtime/tickets", nil, "Authorization", "Bearer "+token)
}
