package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// endingStep is how long each step may take that ends a session, unless said otherwise. All of them fit into a request.
const endingStep = 2 * time.Second

// Sockets knows which sockets a session holds.
type Sockets interface {
	OfUsers(ctx context.Context, users []id.ID) ([]realtime.Connection, error)
	Remove(ctx context.Context, c realtime.Connection) error
}

// deny ends everywhere what a session has ended: first what its access tokens can still do, then its sockets are taken from
// the table, so that nothing is sent to them, and then closed. Each step is tried whatever became of the others, and goes on
// if the caller leaves; all of it can be done again. Returns unavailable if a step failed that the session could live on by.
func (i *Identity) deny(ctx context.Context, person, session id.ID) error {
	ctx = context.WithoutCancel(ctx)
	denied := i.step(ctx, "deny the session", func(ctx context.Context) error { return i.Denials.Deny(ctx, session) })
	forgotten := i.closeSockets(ctx, person, session)
	if err := errors.Join(denied, forgotten); err != nil {
		return fault.Wrap(fault.Unavailable, "The session could not be ended everywhere. Try again.", err)
	}
	return nil
}

// EndAll denies sessions everywhere that were revoked, and closes their sockets. Each is tried whatever became of the others.
func (i *Identity) EndAll(ctx context.Context, person id.ID, sessions []id.ID) error {
	var err error
	for _, session := range sessions {
		err = errors.Join(err, i.deny(ctx, person, session))
	}
	return err
}

// closeSockets returns an error if a socket stays listed. One that is only not closed hears nothing more, and its client's
// next frame finds that it is not known.
func (i *Identity) closeSockets(ctx context.Context, person, session id.ID) error {
	if i.Sockets == nil {
		return nil
	}
	var held []realtime.Connection
	err := i.step(ctx, "find the session's sockets", func(ctx context.Context) error {
		connections, err := i.Sockets.OfUsers(ctx, []id.ID{person})
		for _, c := range connections {
			if c.SessionID == session {
				held = append(held, c)
			}
		}
		return err
	})
	err = errors.Join(err, i.step(ctx, "forget its sockets", func(ctx context.Context) error {
		return each(ctx, held, i.Sockets.Remove)
	}))
	if i.Closer != nil {
		if err := i.step(ctx, "close its sockets", func(ctx context.Context) error {
			return each(ctx, held, func(ctx context.Context, c realtime.Connection) error { return i.Closer.Close(ctx, c.ID) })
		}); err != nil {
			slog.WarnContext(ctx, "sockets stay open", "error", err, "session", session.String())
		}
	}
	return err
}

func (i *Identity) step(ctx context.Context, what string, do func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(i.EndingStep, endingStep))
	defer cancel()
	if err := do(ctx); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// each does something to all at once, so that one that hangs keeps nobody waiting.
func each(ctx context.Context, connections []realtime.Connection, do func(ctx context.Context, c realtime.Connection) error) error {
	errs := make([]error, len(connections))
	var all sync.WaitGroup
	for n, c := range connections {
		all.Go(func() { errs[n] = do(ctx, c) })
	}
	all.Wait()
	return errors.Join(errs...)
}
