package broadcast_test

import (
	"context"
	"encoding/json"
	"errors"
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

func (c *cloud) Remove(_ context.Context, connection string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.removed = append(c.removed, connection)
	return nil
}

func (c *cloud) Post(ctx context.Context, connection string, body []byte) error {
	c.mu.Lock()
	c.posts++
	c.inFlight++
	c.most = max(c.most, c.inFlight)
	hung, gone := c.hung[connection], c.gone[connection]
	c.mu.Unlock()
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

func TestEveryWatcherGetsTheWholeTextInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		for n := range 300 {
			c.watch(fmt.Sprintf("w%d-", n), 1)
		}
		b := c.open(t, 10_000, public())
		var want strings.Builder
		for n := range 100 {
			chunk := fmt.Sprintf("%d 寄合<&>😀 ", n)
			b.Send(len([]rune(want.String())), chunk)
			want.WriteString(chunk)
			time.Sleep(37 * time.Millisecond)
		}
		settle(time.Second)
		b.Close()
		for n := range 300 {
			if got := c.text(t, fmt.Sprintf("w%d-0", n)); got != want.String() {
				t.Fatalf("watcher %d got %q", n, got)
			}
		}
		// One batch for each look, however many watch.
		if looks, batches := c.looks.Load(), c.batches.Load(); batches > looks || batches < 3 {
			t.Fatalf("%d looks, %d batches", looks, batches)
		}
	})
}

func TestASlowLookAtWhoWatchesHoldsNoTextUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		c.watch("w", 1)
		b := c.open(t, 1000, public())
		b.Send(0, "a")
		settle(10 * time.Millisecond)
		c.change(func() { c.slow = 1900 * time.Millisecond })
		for n := range 20 {
			b.Send(1+n, "b")
			settle(200 * time.Millisecond)
		}
		b.Close()
		frames := c.frames["w0"]
		for n := 1; n < len(frames); n++ {
			if pause := frames[n].at.Sub(frames[n-1].at); pause > 400*time.Millisecond {
				t.Fatalf("a silence of %v before frame %d", pause, n)
			}
		}
		if len(frames) < 15 {
			t.Fatalf("%d frames", len(frames))
		}
	})
}

func TestNoSpeedOfTextExceedsTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		for n := range 100 {
			c.watch(fmt.Sprintf("w%d-", n), 1)
		}
		const perSecond = 10
		b := c.open(t, perSecond, public())
		for n := range 25 { // 50 KB in five seconds, each piece larger than 2 KB
			b.Send(n*2100, strings.Repeat("x", 2100))
			settle(200 * time.Millisecond)
		}
		// Half of a full budget at once, then what time brings; never more.
		if most := perSecond/2 + 5*perSecond; c.posts > most || c.posts < most/2 {
			t.Fatalf("%d posts in five seconds, want at most %d", c.posts, most)
		}
		b.Close()
	})
}

func TestOnePersonsThousandsOfSocketsAreFiveOutlets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		c.watch("many", 7000)
		c.watch("bob", 1)
		b := c.open(t, 1000, public())
		b.Send(0, "hello")
		settle(2 * time.Second)
		b.Close()
		if len(c.frames) != 6 || c.text(t, "bob0") != "hello" || c.text(t, "many6999") != "hello" {
			t.Fatalf("%d sockets were told", len(c.frames))
		}
	})
}

func TestAHungSocketHoldsUpNeitherOthersNorTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		for n := range 200 {
			c.watch(fmt.Sprintf("hung%d-", n), 1)
			c.hung[fmt.Sprintf("hung%d-0", n)] = true
		}
		c.watch("good", 1)
		b := c.open(t, 100_000, public())
		text := strings.Repeat("x", 120_000)
		for offset := 0; offset < len(text); offset += 6000 {
			b.Send(offset, text[offset:offset+6000])
			settle(500 * time.Millisecond)
		}
		if c.most > 128 {
			t.Fatalf("%d posts at once", c.most)
		}
		if got := len(c.text(t, "good0")); got < 60_000 {
			t.Fatalf("the good socket got %d bytes", got)
		}
		began := time.Now()
		b.Close()
		// The clock is the test's own: it moves only while everything sleeps.
		if took := time.Since(began); took > 2*time.Second {
			t.Fatalf("closing took %v", took)
		}
		b.Close() // again is harmless
	})
}

func TestWhoLeftHearsNothingMoreAndWhoComesBeginsWhereTheTextIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		ann := c.watch("ann", 1)
		c.watch("bob", 1)
		b := c.open(t, 1000, public())
		b.Send(0, "one")
		settle(500 * time.Millisecond)
		c.change(func() { c.members[ann] = realtime.Membership{UserID: ann, Role: realtime.None} })
		settle(1100 * time.Millisecond)
		c.watch("eve", 1)
		b.Send(3, "two")
		settle(1500 * time.Millisecond)
		b.Send(6, "three")
		settle(time.Second)
		b.Close()
		if got := c.text(t, "ann0"); got != "one" {
			t.Errorf("ann got %q", got)
		}
		if got := c.text(t, "bob0"); got != "onetwothree" {
			t.Errorf("bob got %q", got)
		}
		if frames := c.frames["eve0"]; len(frames) != 1 || frames[0].delta.Offset != 6 {
			t.Errorf("eve got %+v", frames)
		}
	})
}

func TestAPrivateAnswerGoesToItsAskerAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		ann := c.watch("ann", 2)
		c.watch("bob", 1)
		g := public()
		g.Visibility, g.AskerID = message.Private, ann
		b := c.open(t, 1000, g)
		b.Think(time.Second, 5, "hm")
		settle(500 * time.Millisecond)
		b.Send(0, "secret")
		settle(time.Second)
		b.Close()
		if len(c.frames) != 2 || len(c.frames["bob0"]) != 0 || c.text(t, "ann0") != "secret" || c.text(t, "ann1") != "secret" {
			t.Fatalf("got %v", c.frames)
		}
	})
}

func TestWhileNobodyKnowsWhoMayHearNobodyHears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		c.watch("ann", 1)
		b := c.open(t, 1000, public())
		b.Send(0, "before ")
		settle(500 * time.Millisecond)
		c.change(func() { c.fails = errors.New("DynamoDB is away") })
		settle(time.Second)
		b.Send(7, "during ")
		settle(3 * time.Second)
		if got := c.text(t, "ann0"); got != "before " {
			t.Fatalf("while it failed: %q", got)
		}
		c.change(func() { c.fails = nil })
		settle(1100 * time.Millisecond)
		if got := c.text(t, "ann0"); got != "before during " {
			t.Fatalf("afterwards: %q", got)
		}
		c.change(func() { c.slow = time.Hour }) // a look that hangs is one that fails
		settle(4 * time.Second)
		b.Send(14, "hang")
		settle(time.Second)
		if got := c.text(t, "ann0"); got != "before during " {
			t.Fatalf("while it hung: %q", got)
		}
		b.Close()
	})
}

func TestASocketThatIsGoneIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		c.watch("ann", 2)
		c.gone["ann0"] = true
		b := c.open(t, 1000, public())
		b.Send(0, "x")
		settle(900 * time.Millisecond)
		b.Send(1, "y")
		settle(50 * time.Millisecond)
		b.Close()
		if len(c.removed) != 1 || c.removed[0] != "ann0" || c.text(t, "ann1") != "xy" {
			t.Fatalf("removed %v", c.removed)
		}
	})
}

func TestFramesFitWhateverTheyHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, unit := range map[string]string{
			"markup": "<", "controls": "\x01", "quotes": `"\`, "separators": "\u2028", "kanji": "寄", "emoji": "😀", "letters": "x", "lines": "\n\t",
		} {
			c := newCloud()
			c.watch("ann", 1)
			b := c.open(t, 1000, public())
			text := strings.Repeat(unit, 30_000/len([]rune(unit)))
			b.Think(time.Second, 1, text)
			settle(time.Second)
			b.Send(0, text)
			settle(10 * time.Second)
			b.Close()
			if got := c.text(t, "ann0"); got != text {
				t.Errorf("%s: %d of %d bytes", name, len(got), len(text))
			}
			if first := c.frames["ann0"][0]; first.thinking == nil || !strings.HasSuffix(text, first.thinking.Text) || first.thinking.Text == "" {
				t.Errorf("%s: the thinking is not its end", name)
			}
			for _, f := range c.frames["ann0"] {
				if f.size > realtime.MaxPush {
					t.Errorf("%s: a frame of %d bytes", name, f.size)
				}
			}
		}
	})
}

func TestThinkingIsToldAtTheBroadcastsPaceAndEndsWithTheText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		c.watch("ann", 1)
		b := c.open(t, 1000, public())
		for n := range 100 {
			b.Think(time.Duration(n)*10*time.Millisecond, int64(n), fmt.Sprint("thought ", n))
			settle(10 * time.Millisecond)
		}
		settle(300 * time.Millisecond)
		frames := c.frames["ann0"]
		if len(frames) < 4 || len(frames) > 8 {
			t.Fatalf("%d frames in a second", len(frames))
		}
		if end := frames[len(frames)-1].thinking; end == nil || end.Tokens != 99 || end.Text != "thought 99" || end.Elapsed != 990*time.Millisecond {
			t.Fatalf("the last says %+v", end)
		}
		settle(time.Second)
		if len(c.frames["ann0"]) != len(frames) {
			t.Fatal("the same was told twice")
		}
		b.Think(time.Second, 100, "never told")
		b.Send(0, "text")
		settle(300 * time.Millisecond)
		b.Think(time.Second, 101, "too late")
		settle(time.Second)
		b.Close()
		rest := c.frames["ann0"][len(frames):]
		if len(rest) != 1 || rest[0].delta == nil || rest[0].delta.Text != "text" {
			t.Fatalf("after the text began: %+v", rest)
		}
	})
}
