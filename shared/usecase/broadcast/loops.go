package broadcast

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// refreshLoop reads each second who is watching and may see the reply.
func (r *running) refreshLoop(ctx context.Context) {
	timer := time.NewTimer(refreshEvery)
	defer timer.Stop()
	for {
		r.refresh(ctx)
		timer.Reset(refreshEvery)
		select {
		case <-timer.C:
		case <-r.ended:
			return
		}
	}
}

// refresh says who may hear. If that cannot be known, nobody hears anything until it is known again.
func (r *running) refresh(ctx context.Context) {
	recipients, err := r.recipients(ctx)
	r.mu.Lock()
	first := !r.state.open
	if err != nil {
		r.state.open = false
	} else {
		r.state.admit(recipients)
	}
	r.mu.Unlock()
	switch {
	case err != nil && ctx.Err() == nil:
		slog.WarnContext(ctx, "who may hear a reply is unknown; nobody is told", "room", r.g.RoomID, "error", err)
	case err == nil && first:
		r.hurry()
	}
}

func (r *running) recipients(ctx context.Context) ([]realtime.Connection, error) {
	ctx, cancel := context.WithTimeout(ctx, refreshWithin)
	defer cancel()
	viewing, err := r.Connections.Viewing(ctx, r.g.RoomID)
	if err != nil {
		return nil, err
	}
	viewing = realtime.Outlets(viewing)
	members, err := r.Memberships.Members(ctx, r.g.RoomID, realtime.People(viewing))
	if err != nil {
		return nil, err
	}
	var allowed []realtime.Connection
	for _, c := range viewing {
		if members[c.UserID].In() && (r.g.Visibility == message.Public || c.UserID == r.g.AskerID) {
			allowed = append(allowed, c)
		}
	}
	return allowed, nil
}

// flushLoop sends at the broadcast's pace; the last time after the end.
func (r *running) flushLoop(ctx context.Context) {
	timer := time.NewTimer(r.Interval)
	defer timer.Stop()
	for {
		ended := false
		select {
		case <-r.wake:
		case <-timer.C:
		case <-r.ended:
			ended = true
		}
		r.flush(ctx)
		if ended {
			return
		}
		timer.Reset(r.Interval)
	}
}

// flush sends to as many sockets as are due, as the budget grants, and as may be in flight. The others keep what they wait for.
func (r *running) flush(ctx context.Context) {
	r.mu.Lock()
	due := r.state.due(postsAtOnce - r.inFlight)
	r.mu.Unlock()
	granted := 0
	if len(due) > 0 {
		granted, _ = r.Budget.Take(ctx, realtime.Hints, len(due))
	}
	r.mu.Lock()
	posts := r.state.flush(due[:granted])
	r.inFlight += len(posts)
	r.mu.Unlock()
	for _, p := range posts {
		r.posts.Go(func() { r.post(ctx, p) })
	}
}

// post sends one frame. One that fails is lost, and the offset rule heals it.
func (r *running) post(ctx context.Context, p post) {
	within, cancel := context.WithTimeout(ctx, postWithin)
	err := r.Hub.Post(within, p.connection, r.encode(p))
	cancel()
	gone := errors.Is(err, realtime.ErrGone)
	r.mu.Lock()
	r.inFlight--
	r.state.done(p.outlet, err == nil)
	if gone {
		delete(r.state.outlets, p.connection)
	}
	r.mu.Unlock()
	if gone {
		_ = r.Connections.Remove(ctx, realtime.Connection{ID: p.connection}) // found again at the next post if it failed
	}
}

func (r *running) encode(p post) []byte {
	if p.thinking != nil {
		return r.Frames.Thinking(*p.thinking)
	}
	d := p.delta
	d.RoomID, d.MessageID, d.Attempt = r.g.RoomID, r.g.MessageID, r.g.Number
	return r.Frames.Delta(d)
}
