package websocket_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/apigateway"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/api/apitest"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ratelimit"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/user"
	"github.com/yoriai/yoriai/shared/handler/websocket"
	"github.com/yoriai/yoriai/shared/usecase/sockets"
)

// cloud is a stage's socket side: a real table, and a hub inside the test.
type cloud struct {
	t       *testing.T
	table   dynamodb.Table
	hub     *apigateway.InProcess
	tickets sockets.TicketService
	connect func(context.Context, websocket.Event) (websocket.Answer, error)
	leave   func(context.Context, websocket.Event) (websocket.Answer, error)
	routes  map[string]func(context.Context, websocket.Event) (websocket.Answer, error)
	log     *bytes.Buffer

	mu     sync.Mutex
	frames map[string][]string
	clock  time.Time
}

type door string

func (d door) Admits(_ context.Context, presented string) (bool, error) {
	return presented == string(d), nil
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{t: t, hub: apigateway.NewInProcess(), log: &bytes.Buffer{}, frames: map[string][]string{}, clock: time.Now()}
	c.table = dynamotest.At(t, c.now)
	tickets, denials := dynamodb.Tickets{Table: c.table}, dynamodb.Denials{Table: c.table}
	connections := dynamodb.Connections{Table: c.table}
	c.tickets = sockets.TicketService{Tickets: tickets, Limits: ratelimit.NewLocal(c.now), Now: c.now}
	connect := sockets.ConnectHandler{Tickets: tickets, Denials: denials, Connections: connections, Hub: c.hub, Closer: c.hub, Now: c.now}
	frames := sockets.FrameHandler{
		Connections: connections, Memberships: dynamodb.Memberships{Table: c.table}, Heads: dynamodb.Heads{Table: c.table},
		Denials: denials, Hub: c.hub, Closer: c.hub, Limits: ratelimit.NewLocal(c.now), Now: c.now,
	}
	routes := websocket.Routes{Hub: c.hub, Log: slog.New(slog.NewJSONHandler(&lockedWriter{c: c}, nil))}
	c.connect = routes.Connecting(websocket.Connect(connect, door("secret")))
	c.leave = routes.Disconnecting(websocket.Disconnect(connect))
	c.routes = map[string]func(context.Context, websocket.Event) (websocket.Answer, error){
		"view": routes.Receiving(websocket.View(frames)), "heartbeat": routes.Answering(websocket.Heartbeat(frames)),
		"typing": routes.Receiving(websocket.Typing(frames)), "$default": routes.Receiving(websocket.Default()),
	}
	return c
}

type lockedWriter struct{ c *cloud }

func (w *lockedWriter) Write(p []byte) (int, error) {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	return w.c.log.Write(p)
}

func (c *cloud) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.clock
}

func (c *cloud) later(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock = c.clock.Add(d)
}

func event(route, kind, connectionID, body string) websocket.Event {
	var e websocket.Event
	e.RequestContext.RouteKey, e.RequestContext.EventType, e.RequestContext.ConnectionID = route, kind, connectionID
	e.RequestContext.RequestID = "request-1"
	e.Body = body
	return e
}

func (c *cloud) knock(connectionID, ticket, secret string) int {
	c.t.Helper()
	e := event("$connect", "CONNECT", connectionID, "")
	e.QueryStringParameters = map[string]string{"ticket": ticket}
	e.Headers = map[string]string{"x-yoriai-origin-secret": secret}
	answer, err := c.connect(c.t.Context(), e)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer.StatusCode
}

func (c *cloud) ticket(p user.Caller) string {
	c.t.Helper()
	ticket, err := c.tickets.Issue(c.t.Context(), p)
	if err != nil {
		c.t.Fatal(err)
	}
	return ticket
}

func person(name string) user.Caller {
	return user.Caller{UserID: id.New(), SessionID: id.New(), Username: name, DisplayName: strings.ToUpper(name)}
}

// open connects a person and listens.
func (c *cloud) open(p user.Caller, connectionID string) {
	c.t.Helper()
	if status := c.knock(connectionID, c.ticket(p), "secret"); status != 200 {
		c.t.Fatalf("%s was refused: %d", connectionID, status)
	}
	c.hub.Listen(connectionID, func(frame []byte) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.frames[connectionID] = append(c.frames[connectionID], string(frame))
	})
}

// send sends a frame and returns what the route answers; frames that were posted are in received.
func (c *cloud) send(connectionID, route, body string) string {
	c.t.Helper()
	answer, err := c.routes[route](c.t.Context(), event(route, "MESSAGE", connectionID, body))
	if err != nil || answer.StatusCode != 200 {
		c.t.Fatalf("%s: %+v, %v", route, answer, err)
	}
	return answer.Body
}

// received takes the frames that a socket got.
func (c *cloud) received(connectionID string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	frames := c.frames[connectionID]
	delete(c.frames, connectionID)
	return frames
}

func (c *cloud) wantError(connectionID string, code fault.Code) {
	c.t.Helper()
	frames := c.received(connectionID)
	if len(frames) != 1 {
		c.t.Fatalf("got %q, want one error %s", frames, code)
	}
	c.isError(frames[0], code)
}

func (c *cloud) isError(frame string, code fault.Code) {
	c.t.Helper()
	apitest.CheckFrame(c.t, "error", []byte(frame))
	var body struct{ Code fault.Code }
	if err := json.Unmarshal([]byte(frame), &body); err != nil || body.Code != code {
		c.t.Fatalf("got %s, want %s", frame, code)
	}
}

func (c *cloud) join(p user.Caller, room id.ID, role string, version int64, read id.ID) {
	c.t.Helper()
	if err := (dynamodb.Memberships{Table: c.table}).Raise(c.t.Context(), realtime.Membership{
		UserID: p.UserID, RoomID: room, Role: role, Version: version, Read: read, Username: p.Username, DisplayName: p.DisplayName,
	}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cloud) deny(p user.Caller) {
	c.t.Helper()
	if err := (dynamodb.Denials{Table: c.table}).Deny(c.t.Context(), p.SessionID); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cloud) known(connectionID string) (realtime.Connection, bool) {
	c.t.Helper()
	conn, ok, err := dynamodb.Connections{Table: c.table}.Get(c.t.Context(), connectionID)
	if err != nil {
		c.t.Fatal(err)
	}
	return conn, ok
}

func viewFrame(room any) string {
	if room == nil {
		return `{"action":"view","room_id":null}`
	}
	return fmt.Sprintf(`{"action":"view","room_id":"%s"}`, room)
}
