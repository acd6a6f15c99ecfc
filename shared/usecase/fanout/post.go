package fanout

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

const (
	postsAtOnce = 64
	postWithin  = 5 * time.Second
	// budgetWithin is how long a push waits for its share of what the stage may send. What it does not get is not sent: heads
	// and heartbeats tell of it.
	budgetWithin = 15 * time.Second
	// takeAtOnce keeps one large push from emptying the budget before all others.
	takeAtOnce = 100
)

// postTo sends frames to one person's newest sockets.
func (f FanOut) postTo(ctx context.Context, person id.ID, frames ...[]byte) error {
	_, err := f.post(ctx, []id.ID{person}, letters{shared: frames}, time.Now().Add(budgetWithin))
	return err
}

// post sends the frames to the newest sockets of each of these people, in order for each socket, many sockets at once. It
// says whether all were told: the budget has until then to grant it.
func (f FanOut) post(ctx context.Context, people []id.ID, l letters, until time.Time) (told bool, err error) {
	frames := l.shared
	if len(frames) == 0 || len(people) == 0 {
		return true, nil
	}
	open, err := f.Connections.OfUsers(ctx, people)
	if err != nil {
		return false, err
	}
	connections, err := f.undenied(ctx, realtime.Outlets(open))
	if err != nil {
		return false, err
	}
	share, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	granted := 0
	var posts sync.WaitGroup
	defer posts.Wait()
	slots := make(chan struct{}, postsAtOnce)
	for n, c := range connections {
		for granted < len(frames) {
			more := f.take(share, min(takeAtOnce, (len(connections)-n)*len(frames)))
			if more == 0 {
				slog.WarnContext(ctx, "the budget is used up; sockets are not told", "sockets", len(connections)-n, "frames", len(frames))
				return false, nil
			}
			granted += more
		}
		granted -= len(frames)
		slots <- struct{}{}
		posts.Go(func() {
			defer func() { <-slots }()
			f.postAll(ctx, c, l.to(c.UserID))
		})
	}
	return true, nil
}

// take waits for at least one frame of the budget; 0 if time runs out first.
func (f FanOut) take(ctx context.Context, n int) int {
	for {
		granted, wait := f.Budget.Take(ctx, realtime.Events, n)
		if granted > 0 {
			return granted
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return 0
		}
	}
}

// undenied leaves out the sockets of ended sessions and forgets them. The index may list a socket that was opened in the
// moment its session ended, or one that could not be closed.
func (f FanOut) undenied(ctx context.Context, connections []realtime.Connection) ([]realtime.Connection, error) {
	if len(connections) == 0 {
		return nil, nil
	}
	seen := map[id.ID]bool{}
	var sessions []id.ID
	for _, c := range connections {
		if !seen[c.SessionID] {
			seen[c.SessionID] = true
			sessions = append(sessions, c.SessionID)
		}
	}
	denied, err := f.Denials.DeniedOf(ctx, sessions)
	if err != nil {
		return nil, err
	}
	good := make([]realtime.Connection, 0, len(connections))
	for _, c := range connections {
		if denied[c.SessionID] {
			f.forget(ctx, c)
			continue
		}
		good = append(good, c)
	}
	return good, nil
}

func (f FanOut) postAll(ctx context.Context, c realtime.Connection, frames [][]byte) {
	for _, frame := range frames {
		post, cancel := context.WithTimeout(ctx, postWithin)
		err := f.Hub.Post(post, c.ID, frame)
		cancel()
		switch {
		case errors.Is(err, realtime.ErrGone):
			f.forget(ctx, c)
			return
		case err != nil:
			// Not sent again: the socket sees by the next number, or by its heartbeat, that it missed something.
			slog.WarnContext(ctx, "push failed", "error", err)
			return
		}
	}
}

func (f FanOut) forget(ctx context.Context, c realtime.Connection) {
	if err := f.Connections.Remove(ctx, c); err != nil {
		slog.WarnContext(ctx, "a closed socket stays listed", "error", err)
	}
}
