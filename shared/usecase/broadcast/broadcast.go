// Package broadcast passes the text of a reply to those who are watching, while it is being written. Deltas are hints: one
// that is lost is healed by its offset.
package broadcast

import (
	"context"
	"sync"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// Delta is a chunk of an answer; Offset counts Unicode code points.
type Delta struct {
	RoomID    id.ID
	MessageID id.ID
	Attempt   int
	Offset    int
	Text      string
}

// Thinking is how far a model has come that does not write yet.
type Thinking struct {
	RoomID    id.ID
	MessageID id.ID
	Attempt   int
	Elapsed   time.Duration
	Tokens    int64
	Text      string
}

// Frames encodes what is sent.
type Frames interface {
	Delta(d Delta) []byte
	Thinking(t Thinking) []byte
}

// Opener begins the broadcast of one attempt.
type Opener interface {
	Open(ctx context.Context, g ai.Generation) Broadcast
}

// Broadcast takes what a model says as it comes. None of its methods waits for a socket, but Close, for a bounded time.
type Broadcast interface {
	// Send takes text; the offset counts code points.
	Send(offset int, text string)
	// Think tells how far a model has come before its first text. The newest replaces what was not sent yet.
	Think(elapsed time.Duration, tokens int64, text string)
	// Close sends what is left, as far as that goes at once, and ends.
	Close()
}

// Broadcaster broadcasts over the hub.
type Broadcaster struct {
	Connections interface {
		Viewing(ctx context.Context, room id.ID) ([]realtime.Connection, error)
		Remove(ctx context.Context, c realtime.Connection) error
	}
	Memberships realtime.MembersOf
	Hub         realtime.MessageHub
	Frames      Frames
	// Interval is the shortest time between two frames to one socket; Budget is what the whole stage may send.
	Interval time.Duration
	Budget   realtime.Budget
}

const (
	refreshEvery  = time.Second
	refreshWithin = 2 * time.Second
	postWithin    = 2 * time.Second
	closeWithin   = 2 * time.Second
	// postsAtOnce bounds the goroutines of one broadcast.
	postsAtOnce = 128
)

// Open starts the broadcast. It outlives the context's end, but not Close.
func (b Broadcaster) Open(ctx context.Context, g ai.Generation) Broadcast {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &running{Broadcaster: b, g: g, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	r.state.outlets = map[string]*outlet{}
	r.end = cancel
	r.loops.Go(func() { r.refreshLoop(ctx) }) //nolint:contextcheck // the broadcast outlives its caller
	r.loops.Go(func() { r.flushLoop(ctx) })   //nolint:contextcheck // the broadcast outlives its caller
	return r
}

// running is one broadcast. Two loops work side by side: one reads who may hear, the other sends.
type running struct {
	Broadcaster
	g       ai.Generation
	wake    chan struct{}
	ended   chan struct{}
	end     context.CancelFunc
	loops   sync.WaitGroup
	posts   sync.WaitGroup
	closing sync.Once

	mu       sync.Mutex
	state    state
	inFlight int
}

// Send implements Broadcast.
func (r *running) Send(offset int, text string) {
	r.mu.Lock()
	r.state.append(offset, text)
	r.mu.Unlock()
	if offset == 0 {
		r.hurry() // the first text is waited for
	}
}

// Think implements Broadcast.
func (r *running) Think(elapsed time.Duration, tokens int64, text string) {
	t := Thinking{RoomID: r.g.RoomID, MessageID: r.g.MessageID, Attempt: r.g.Number, Elapsed: elapsed, Tokens: tokens, Text: last(text)}
	r.mu.Lock()
	r.state.think(t)
	r.mu.Unlock()
}

// hurry flushes once before its time; what the budget does not grant still waits.
func (r *running) hurry() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Close implements Broadcast. A socket that hangs is not waited for: the finished text comes as an event of its own.
func (r *running) Close() {
	r.closing.Do(func() {
		close(r.ended)
		done := make(chan struct{})
		go func() {
			r.loops.Wait()
			r.posts.Wait()
			close(done)
		}()
		timer := time.NewTimer(closeWithin)
		defer timer.Stop()
		select {
		case <-done:
		case <-timer.C:
		}
		r.end() // what is still in flight hears it
	})
}
