package broadcast_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/usecase/broadcast"
)

// cloud is the projection and the hub of one room, with the ways in which they fail.
type cloud struct {
	mu       sync.Mutex
	viewing  []realtime.Connection
	members  map[id.ID]realtime.Membership
	fails    error
	slow     time.Duration // of a look at who is watching
	hung     map[string]bool
	deaf     bool // posts do not hear that their context ended
	gone     map[string]bool
	frames   map[string][]frame
	posts    int
	inFlight int
	most     int
	removed  []string
	looks    atomic.Int32
	batches  atomic.Int32
}

type frame struct {
	delta    *broadcast.Delta
	thinking *broadcast.Thinking
	at       time.Time
	size     int
}

func newCloud() *cloud {
	return &cloud{members: map[id.ID]realtime.Membership{}, hung: map[string]bool{}, gone: map[string]bool{}, frames: map[string][]frame{}}
}

// watch lets a new person watch with so many sockets.
func (c *cloud) watch(name string, sockets int) id.ID {
	c.mu.Lock()
	defer c.mu.Unlock()
	person := id.New()
	c.members[person] = realtime.Membership{UserID: person, Role: "member"}
	for n := range sockets {
		c.viewing = append(c.viewing, realtime.Connection{
			ID: fmt.Sprintf("%s%d", name, n), UserID: person, OpenedAt: time.Unix(1_700_000_000+int64(n), 0),
		})
	}
	return person
}

func (c *cloud) Viewing(ctx context.Context, _ id.ID) ([]realtime.Connection, error) {
	c.looks.Add(1)
	c.mu.Lock()
	slow, fails, viewing := c.slow, c.fails, append([]realtime.Connection(nil), c.viewing...)
	c.mu.Unlock()
	select {
	case <-time.After(slow):
		return viewing, fails
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *cloud) Members(_ context.Context, _ id.ID, users []id.ID) (map[id.ID]realtime.Membership, error) {
	c.batches.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	found := map[id.ID]realtime.Membership{}
	for _, user := range users {
		if m, ok := c.members[user]; ok {
			found[user] = m
		}
	}
	return found, nil
}

func (c *cloud) Remove(_ context.Context, connection realtime.Connection) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.removed = append(c.removed, connection.ID)
	return nil
}

func (c *cloud) Post(ctx context.Context, connection string, body []byte) error {
	c.mu.Lock()
	c.posts++
	c.inFlight++
	c.most = max(c.most, c.inFlight)
	hung, gone, deaf := c.hung[connection], c.gone[connection], c.deaf
	c.mu.Unlock()
	if deaf {
		time.Sleep(time.Hour)
	}
	defer func() {
		c.mu.Lock()
		c.inFlight--
		c.mu.Unlock()
	}()
	switch {
	case gone:
		return realtime.ErrGone
	case hung:
		<-ctx.Done()
		return ctx.Err()
	}
	f := frame{at: time.Now(), size: len(body)}
	if strings.Contains(string(body), `"Elapsed"`) {
		f.thinking = &broadcast.Thinking{}
		_ = json.Unmarshal(body, f.thinking)
	} else {
		f.delta = &broadcast.Delta{}
		_ = json.Unmarshal(body, f.delta)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frames[connection] = append(c.frames[connection], f)
	return nil
}

// text pieces together what a socket got, and fails on a gap.
func (c *cloud) text(t *testing.T, connection string) string {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	var text []rune
	for _, f := range c.frames[connection] {
		if f.delta == nil {
			continue
		}
		if f.delta.Offset != len(text) {
			t.Fatalf("%s: a gap: offset %d after %d", connection, f.delta.Offset, len(text))
		}
		text = append(text, []rune(f.delta.Text)...)
	}
	return string(text)
}

func (c *cloud) change(what func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	what()
}

// plain is an encoding whose escapes are those of the wire's.
type plain struct{}

func (plain) Delta(d broadcast.Delta) []byte       { return encode(d) }
func (plain) Thinking(t broadcast.Thinking) []byte { return encode(t) }

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

var _ broadcast.Frames = plain{}

func (c *cloud) open(t *testing.T, perSecond int, g ai.Generation) broadcast.Broadcast {
	t.Helper()
	return broadcast.Broadcaster{
		Connections: c, Memberships: c, Hub: c, Frames: plain{}, Interval: 200 * time.Millisecond,
		Budget: realtime.NewLocalBudget(perSecond, time.Now),
	}.Open(t.Context(), g)
}

func public() ai.Generation { return ai.Generation{RoomID: id.New(), Visibility: message.Public} }

func settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
