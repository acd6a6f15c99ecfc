package sockets_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ratelimit"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/user"
	"github.com/yoriai/yoriai/shared/usecase/sockets"
)

// cloud keeps what sockets know, and counts and fails as a test asks.
type cloud struct {
	mu        sync.Mutex
	tickets   map[realtime.TicketHash]realtime.Ticket
	open      map[string]realtime.Connection
	denied    map[id.ID]bool
	members   map[id.ID]realtime.Membership
	touches   int
	steps     map[string][]string // what was done to a socket, in order
	listErr   error
	removeErr error
	closeErr  error
	hang      bool // the callback does not answer
	questions int  // about members
}

func newCloud() *cloud {
	return &cloud{tickets: map[realtime.TicketHash]realtime.Ticket{}, open: map[string]realtime.Connection{}, denied: map[id.ID]bool{},
		members: map[id.ID]realtime.Membership{}, steps: map[string][]string{}}
}

type tickets struct{ *cloud }

func (t tickets) Put(_ context.Context, hash realtime.TicketHash, ticket realtime.Ticket) error {
	t.cloud.tickets[hash] = ticket
	return nil
}

func (t tickets) Spend(_ context.Context, hash realtime.TicketHash, _ time.Time) (realtime.Ticket, bool, error) {
	ticket, ok := t.cloud.tickets[hash]
	delete(t.cloud.tickets, hash)
	return ticket, ok, nil
}

func (c *cloud) Put(_ context.Context, conn realtime.Connection) error {
	c.open[conn.ID] = conn
	return nil
}

func (c *cloud) Get(_ context.Context, connection string) (realtime.Connection, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	conn, ok := c.open[connection]
	return conn, ok, nil
}

func (c *cloud) View(_ context.Context, connection string, _ id.ID) (bool, error) {
	_, ok := c.open[connection]
	return ok, nil
}

func (c *cloud) Touch(_ context.Context, connection string, at time.Time) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.touches++
	conn := c.open[connection]
	conn.SeenAt = at
	c.open[connection] = conn
	return true, nil
}

func (c *cloud) OfUsers(_ context.Context, users []id.ID) ([]realtime.Connection, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []realtime.Connection
	for _, conn := range c.open {
		if conn.UserID == users[0] {
			found = append(found, conn)
		}
	}
	return found, c.listErr
}

func (c *cloud) Viewing(_ context.Context, room id.ID) ([]realtime.Connection, error) {
	var found []realtime.Connection
	for _, conn := range c.open {
		if conn.Viewing == room {
			found = append(found, conn)
		}
	}
	return found, nil
}

func (c *cloud) did(connection, step string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.steps[connection] = append(c.steps[connection], step)
}

func (c *cloud) Remove(_ context.Context, connection realtime.Connection) error {
	c.did(connection.ID, "removed")
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.removeErr == nil {
		delete(c.open, connection.ID)
	}
	return c.removeErr
}

func (c *cloud) Post(ctx context.Context, connection string, frame []byte) error {
	if c.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	c.did(connection, string(frame))
	return nil
}

func (c *cloud) Close(ctx context.Context, connection string) error {
	if c.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	c.did(connection, "closed")
	return c.closeErr
}

func (c *cloud) Deny(_ context.Context, session id.ID) error {
	c.denied[session] = true
	return nil
}

func (c *cloud) Denied(_ context.Context, session id.ID) (bool, error) { return c.denied[session], nil }

type memberships struct{ *cloud }

func (m memberships) Raise(context.Context, ...realtime.Membership) error  { return nil }
func (m memberships) RaiseRead(context.Context, id.ID, id.ID, id.ID) error { return nil }
func (m memberships) Get(_ context.Context, person, _ id.ID) (realtime.Membership, bool, error) {
	m.questions++
	one, ok := m.members[person]
	return one, ok, nil
}
func (m memberships) GetMany(_ context.Context, person id.ID, rooms []id.ID) (map[id.ID]realtime.Membership, error) {
	found := map[id.ID]realtime.Membership{}
	for _, room := range rooms {
		found[room] = m.members[person]
	}
	return found, nil
}
func (m memberships) Members(_ context.Context, _ id.ID, people []id.ID) (map[id.ID]realtime.Membership, error) {
	m.questions++
	found := map[id.ID]realtime.Membership{}
	for _, person := range people {
		found[person] = m.members[person]
	}
	return found, nil
}

// heads refuses duplicates, as BatchGetItem does.
type heads struct{}

func (heads) Raise(context.Context, string, int64) error { return nil }
func (heads) Get(_ context.Context, streams []string) (map[string]int64, error) {
	found := map[string]int64{}
	for _, stream := range streams {
		if _, twice := found[stream]; twice {
			return nil, errors.New("Provided list of item keys contains duplicates")
		}
		found[stream] = 1
	}
	return found, nil
}

func (c *cloud) service() sockets.TicketService {
	return sockets.TicketService{Tickets: tickets{c}, Limits: ratelimit.NewLocal(time.Now), Now: time.Now}
}

func (c *cloud) handler() sockets.ConnectHandler {
	return sockets.ConnectHandler{Tickets: tickets{c}, Denials: c, Connections: c, Hub: c, Closer: c, Now: time.Now}
}

func (c *cloud) frames() sockets.FrameHandler {
	return sockets.FrameHandler{Connections: c, Memberships: memberships{c}, Heads: heads{}, Denials: c, Hub: c, Closer: c,
		Limits: ratelimit.NewLocal(time.Now), Now: time.Now}
}

func (c *cloud) connect(t *testing.T, connection string, p user.Caller) {
	t.Helper()
	ticket, err := c.service().Issue(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.handler().Connect(t.Context(), connection, ticket); err != nil {
		t.Fatalf("%s: %v", connection, err)
	}
	time.Sleep(time.Second)
}

func caller(person id.ID) user.Caller { return user.Caller{UserID: person, SessionID: id.New()} }

func TestThousandsOfSocketsNeverStandOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		ann, bob := id.New(), id.New()
		c.connect(t, "bob", caller(bob))
		for n := range 7000 {
			c.connect(t, fmt.Sprintf("a%d", n), caller(ann))
			if len(c.open) > realtime.SocketsPerUser+1 {
				t.Fatalf("%d open after %d", len(c.open), n+1)
			}
		}
		for _, connection := range []string{"bob", "a6980", "a6999"} {
			if _, ok := c.open[connection]; !ok {
				t.Errorf("%s was closed", connection)
			}
		}
		steps := c.steps["a0"]
		if len(steps) != 3 || steps[0] != "removed" || !strings.Contains(steps[1], `"connection_replaced"`) || steps[2] != "closed" {
			t.Errorf("the oldest: %q", steps)
		}
	})
}

func TestASessionHasFiveSockets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		p := caller(id.New())
		c.connect(t, "elsewhere", caller(p.UserID))
		for n := range 6 {
			c.connect(t, fmt.Sprintf("s%d", n), p)
		}
		if _, there := c.open["s0"]; there || len(c.open) != 6 {
			t.Fatalf("open: %v", c.open)
		}
	})
}

func TestANewSocketOpensWhateverBecomesOfTheOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, breaks := range map[string]func(c *cloud){
			"the callback hangs":        func(c *cloud) { c.hang = true },
			"closing fails":             func(c *cloud) { c.closeErr = errors.New("away") },
			"removing fails":            func(c *cloud) { c.removeErr = errors.New("away") },
			"the list cannot be read":   func(c *cloud) { c.listErr = errors.New("away") },
			"there is nothing to close": func(*cloud) {},
		} {
			c := newCloud()
			p := caller(id.New())
			for n := range 5 {
				c.connect(t, fmt.Sprintf("s%d", n), p)
			}
			breaks(c)
			began := time.Now()
			c.connect(t, "new", p)
			if _, there := c.open["new"]; !there {
				t.Errorf("%s: the new socket is not listed", name)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("%s: it took %v", name, took)
			}
			// Nothing is pushed to it although it cannot be closed.
			if _, there := c.open["s0"]; there && c.removeErr == nil && c.listErr == nil {
				t.Errorf("%s: the old one stays listed", name)
			}
		}
	})
}

func TestAnEndedSessionsSocketIsForgottenThoughItCannotBeClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		p := caller(id.New())
		c.connect(t, "a", p)
		c.denied[p.SessionID] = true
		c.closeErr = errors.New("the callback's host is not reached")
		if _, err := c.frames().Heartbeat(t.Context(), "a", nil); !fault.Is(err, fault.Unauthenticated) {
			t.Fatalf("got %v", err)
		}
		if _, there := c.open["a"]; there {
			t.Fatal("it stays listed")
		}
		// And closed though it cannot be forgotten.
		c.connect(t, "b", caller(p.UserID))
		c.denied[c.open["b"].SessionID] = true
		c.removeErr = errors.New("away")
		if _, err := c.frames().Heartbeat(t.Context(), "b", nil); err == nil || c.steps["b"][len(c.steps["b"])-1] != "closed" {
			t.Fatalf("got %v, %v", err, c.steps["b"])
		}
	})
}

func TestHeartbeatsSeldomWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		c.connect(t, "a", caller(id.New()))
		h := c.frames()
		for range 120 { // an hour's
			time.Sleep(30 * time.Second)
			if _, err := h.Heartbeat(t.Context(), "a", nil); err != nil {
				t.Fatal(err)
			}
		}
		if c.touches < 11 || c.touches > 12 {
			t.Fatalf("%d writes in an hour", c.touches)
		}
	})
}

func TestARoomNamedTwiceIsOneRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		p := caller(id.New())
		c.connect(t, "a", p)
		c.members[p.UserID] = realtime.Membership{Role: "member"}
		room, other := id.New(), id.New()
		pong, err := c.frames().Heartbeat(t.Context(), "a", []id.ID{room, other, room})
		if err != nil || len(pong.Rooms) != 2 || pong.Rooms[room] == nil || pong.Rooms[other] == nil {
			t.Fatalf("got %+v, %v", pong, err)
		}
	})
}

func TestTypingAsksOnceForAllWhoWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		p, room := caller(id.New()), id.New()
		c.connect(t, "a", p)
		c.members[p.UserID] = realtime.Membership{Role: "member"}
		for n := range 300 {
			person := id.New()
			if n%3 > 0 { // every third was removed with the room on screen
				c.members[person] = realtime.Membership{Role: "reader"}
			}
			connection := fmt.Sprintf("w%d", n)
			c.open[connection] = realtime.Connection{ID: connection, UserID: person, Viewing: room}
		}
		if err := c.frames().Typing(t.Context(), "a", room); err != nil {
			t.Fatal(err)
		}
		told := 0
		for _, steps := range c.steps {
			told += len(steps)
		}
		if told != 200 || c.questions != 2 {
			t.Fatalf("%d told, %d questions", told, c.questions)
		}
		c.hang = true // nobody answers: the frame ends all the same
		began := time.Now()
		if err := c.frames().Typing(t.Context(), "a", room); err != nil || time.Since(began) > time.Minute {
			t.Fatalf("%v after %v", err, time.Since(began))
		}
	})
}
