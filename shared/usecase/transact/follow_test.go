package transact_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// committed is a store that commits whatever is decided, and owes one row.
type committed struct{}

func (committed) Change(context.Context, change.Needs, change.Decide) ([]outbox.Row, error) {
	return []outbox.Row{{ID: id.New(), Queue: outbox.FanOut}}, nil
}

// hanging is a queue that answers only when its caller gives up.
type hanging struct{}

func (hanging) Send(ctx context.Context, _ []outbox.Row) ([]id.ID, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

type raised struct{ realtime.Activity }

func (raised) Raise(context.Context) error { return nil }

// What was committed is answered in time even if a queue hangs, and even if the client has gone; no step is skipped for it.
func TestAHangingQueueHoldsUpNeitherTheAnswerNorTheOtherSteps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, hangUp := context.WithCancel(t.Context())
		r := transact.Runner{Store: committed{}, Relay: transact.Relay{Queues: hanging{}, Activity: raised{}}}
		projected := make(chan error, 1)
		began := time.Now()
		err := r.Change(ctx, change.Needs{}, nil, func() []transact.Step {
			hangUp()
			return []transact.Step{{Name: "project", Do: func(ctx context.Context) error { projected <- ctx.Err(); return nil }}}
		})
		// The clock is the test's own: it moves only while everything sleeps.
		if took := time.Since(began); err != nil || took > 5*time.Second {
			t.Fatalf("%v after %v", err, took)
		}
		if err := <-projected; err != nil {
			t.Fatalf("a step was given a context that had ended: %v", err)
		}
	})
}

func TestNoFailureSkipsAStep(t *testing.T) {
	t.Parallel()
	done := make(chan struct{}, 1)
	err := transact.Follow(t.Context(),
		transact.Step{Name: "fails", Do: func(context.Context) error { return errors.New("broken") }},
		transact.Step{Name: "panics", Do: func(context.Context) error { panic("worse") }},
		transact.Step{Name: "works", Do: func(context.Context) error { done <- struct{}{}; return nil }})
	if err == nil || !strings.Contains(err.Error(), "fails: broken") || !strings.Contains(err.Error(), "panics: panic: worse") {
		t.Errorf("%v", err)
	}
	select {
	case <-done:
	default:
		t.Error("the last step was skipped")
	}
}
