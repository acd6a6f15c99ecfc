package transact

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Step is something that follows from a commit. It may fail: what it would have done, somebody else does later.
type Step struct {
	Name string
	Do   func(ctx context.Context) error
}

// stepWithin bounds each step, so that what was committed is answered in time whatever hangs.
const stepWithin = 3 * time.Second

// Follow does every step, all at once, each within its own time, and tells what failed. A client that hangs up ends
// nothing: what was committed is followed up all the same.
func Follow(ctx context.Context, steps ...Step) error {
	ctx = context.WithoutCancel(ctx)
	failures := make([]error, len(steps))
	ended := make(chan struct{}, len(steps))
	for i, s := range steps {
		go func() {
			defer func() { ended <- struct{}{} }()
			if err := within(ctx, s.Do); err != nil {
				failures[i] = fmt.Errorf("%s: %w", s.Name, err)
			}
		}()
	}
	for range steps {
		<-ended
	}
	return errors.Join(failures...)
}

// within does not wait for a call that does not hear its context.
func within(ctx context.Context, do func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("panic: %v", p)
			}
		}()
		done <- do(ctx)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// follow logs what failed: the change itself stands.
func follow(ctx context.Context, steps []Step) {
	if err := Follow(ctx, steps...); err != nil {
		slog.WarnContext(ctx, "not all that follows from a commit was done", "error", err)
	}
}
