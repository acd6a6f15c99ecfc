package transact

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/change"
)

// Runner is how every use case changes something.
type Runner struct {
	Store change.Store
	Relay Relay
}

// Change raises the activity that keeps sweepers looking, decides and writes in one transaction, and then hands over what
// the change owes and does the steps that after names. Once it was committed it does not fail.
func (r Runner) Change(ctx context.Context, n change.Needs, decide change.Decide, after func() []Step) error {
	if err := r.Relay.Activity.Raise(ctx); err != nil {
		return err
	}
	owed, err := r.Store.Change(ctx, n, decide)
	if err != nil {
		return err
	}
	var steps []Step
	if len(owed) > 0 {
		steps = append(steps, Step{Name: "hand over", Do: func(ctx context.Context) error { return r.Relay.Deliver(ctx, owed) }})
	}
	if after != nil {
		steps = append(steps, after()...)
	}
	follow(ctx, steps)
	return nil
}
