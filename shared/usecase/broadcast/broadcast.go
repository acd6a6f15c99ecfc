// Package broadcast passes the text of a reply to those who are watching, while it is being written. Deltas are hints: one
// that is lost is healed by its offset.
package broadcast

import (
	"context"
	"errors"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// Delta is a piece of an answer; Offset counts Unicode code points.
type Delta struct {
	RoomID    id.ID
	MessageID id.ID
	Attempt   int
	Offset    int
	Text      string
}

// Opener begins the broadcast of one attempt.
type Opener interface {
	Open(ctx context.Context, g ai.Generation) Broadcast
}

// Broadcast takes text as it comes.
type Broadcast interface {
	// Send never waits for a socket.
	Send(offset int, text string)
	// Close sends what is left and ends.
	Close()
}

// Broadcaster broadcasts over the hub.
type Broadcaster struct {
	Connections interface {
		Viewing(ctx context.Context, room id.ID) ([]realtime.Connection, error)
		Remove(ctx context.Context, connectionID string) error
	}
	Memberships interface {
		Get(ctx context.Context, userID, roomID id.ID) (realtime.Membership, bool, error)
	}
	Hub    realtime.MessageHub
	Encode func(Delta) []byte
	// Interval is the shortest time between two frames to one socket; Budget how many frames a second one reply may send.
	Interval time.Duration
	Budget   int
}

const (
	refreshEvery = time.Second
	flushBytes   = 2 << 10
	maxChunk     = 6 << 10 // bytes of text in one frame: JSON may make four of each, and a frame holds 28 KB
	postWithin   = 2 * time.Second
)

// Open starts the broadcast.
func (c Broadcaster) Open(ctx context.Context, g ai.Generation) Broadcast {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	b := &cast{Broadcaster: c, g: g, ctx: ctx, cancel: cancel, wake: make(chan struct{}, 1), done: make(chan struct{}), outlets: map[string]*outlet{}}
	go b.run() //nolint:contextcheck // the broadcast outlives its caller and carries a context of its own
	return b
}

type cast struct {
	Broadcaster
	g       ai.Generation
	ctx     context.Context
	cancel  context.CancelFunc
	wake    chan struct{}
	done    chan struct{}
	posts   sync.WaitGroup
	mu      sync.Mutex
	pending []rune // not yet given to the outlets
	offset  int    // where pending begins
	closed  bool
	outlets map[string]*outlet
}

// outlet is one socket. One post is in flight at a time; what comes meanwhile is joined to the next.
type outlet struct {
	busy   bool
	offset int
	text   []rune
}

// Send keeps the text until the next flush; the first text, and 2 KB, go at once.
func (b *cast) Send(offset int, text string) {
	b.mu.Lock()
	if len(b.pending) == 0 {
		b.offset = offset
	}
	b.pending = append(b.pending, []rune(text)...)
	hurry := offset == 0 || len(b.pending) > flushBytes
	b.mu.Unlock()
	if hurry {
		select {
		case b.wake <- struct{}{}:
		default:
		}
	}
}

// Close flushes, and lets posts in flight end; the finished text comes as an event of its own.
func (b *cast) Close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default:
	}
	<-b.done
	b.posts.Wait()
	b.cancel()
}

func (b *cast) run() {
	defer close(b.done)
	b.refresh()
	refreshed := time.Now()
	timer := time.NewTimer(b.interval())
	defer timer.Stop()
	for {
		select {
		case <-b.wake:
		case <-timer.C:
		}
		if time.Since(refreshed) >= refreshEvery {
			b.refresh()
			refreshed = time.Now()
		}
		b.mu.Lock()
		closed := b.closed // read before the flush: nothing is sent after Close, so this flush is the last
		b.mu.Unlock()
		b.flush()
		if closed {
			return
		}
		timer.Reset(b.interval())
	}
}

// interval grows with the watchers, so that one reply never sends more than its budget.
func (b *cast) interval() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Budget <= 0 {
		return b.Interval
	}
	return max(b.Interval, time.Second*time.Duration(len(b.outlets))/time.Duration(b.Budget))
}

// refresh reads again who is watching and may see the reply.
func (b *cast) refresh() {
	viewing, err := b.Connections.Viewing(b.ctx, b.g.RoomID)
	if err != nil {
		return
	}
	allowed := map[id.ID]bool{}
	now := map[string]*outlet{}
	for _, c := range viewing {
		may, asked := allowed[c.UserID]
		if !asked {
			m, known, err := b.Memberships.Get(b.ctx, c.UserID, b.g.RoomID)
			may = err == nil && known && m.In() && (b.g.Visibility == message.Public || c.UserID == b.g.AskerID)
			allowed[c.UserID] = may
		}
		if !may {
			continue
		}
		b.mu.Lock()
		o := b.outlets[c.ID]
		b.mu.Unlock()
		if o == nil {
			o = &outlet{}
		}
		now[c.ID] = o
	}
	b.mu.Lock()
	b.outlets = now
	b.mu.Unlock()
}

func (b *cast) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.pending) == 0 {
		return
	}
	for connection, o := range b.outlets {
		if len(o.text) == 0 {
			o.offset = b.offset
		}
		o.text = append(o.text, b.pending...)
		if !o.busy {
			o.busy = true
			b.posts.Add(1)
			go b.post(connection, o)
		}
	}
	b.offset += len(b.pending)
	b.pending = b.pending[:0]
}

// post sends what an outlet has until it has nothing left.
func (b *cast) post(connection string, o *outlet) {
	defer b.posts.Done()
	for {
		b.mu.Lock()
		if len(o.text) == 0 {
			o.busy = false
			b.mu.Unlock()
			return
		}
		d := Delta{RoomID: b.g.RoomID, MessageID: b.g.MessageID, Attempt: b.g.Number, Offset: o.offset}
		n, size := 0, 0
		for n < len(o.text) && size < maxChunk {
			size += utf8.RuneLen(o.text[n])
			n++
		}
		d.Text = string(o.text[:n])
		o.text, o.offset = o.text[n:], o.offset+n
		b.mu.Unlock()
		ctx, cancel := context.WithTimeout(b.ctx, postWithin)
		err := b.Hub.Post(ctx, connection, b.Encode(d))
		cancel()
		if errors.Is(err, realtime.ErrGone) {
			_ = b.Connections.Remove(b.ctx, connection) // found again at the next post if it failed
			b.mu.Lock()
			delete(b.outlets, connection)
			o.text = nil
			b.mu.Unlock()
		}
	}
}
