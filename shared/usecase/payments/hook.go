package payments

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/outbox"
)

// Hook hears the provider.
type Hook struct {
	Provider   Provider
	Queues     outbox.Queues
	Projection Projection
	Now        func() time.Time
}

// Hear takes what the provider sent: only who signed it, and which event of what, is believed; all else is asked for anew. It
// succeeds only once the queue has taken the fact. Returns unauthenticated, unavailable.
func (h Hook) Hear(ctx context.Context, payload []byte, signature string) error {
	e, err := h.Provider.Verify(ctx, payload, signature)
	if err != nil {
		return err
	}
	return h.pass(ctx, e)
}

func (h Hook) pass(ctx context.Context, e Event) error {
	fact, err := h.Provider.Look(ctx, e)
	if err != nil {
		return fault.Wrap(fault.Unavailable, "The provider cannot be asked now.", err)
	}
	if fact == nil {
		slog.InfoContext(ctx, "an event that tells nothing", "event", e.ID, "type", e.Type)
		return nil
	}
	taken, err := h.Queues.Send(ctx, []outbox.Row{outbox.NewFact(*fact)})
	if err != nil || len(taken) != 1 {
		return fault.Wrap(fault.Unavailable, "The queue does not take it now.", err)
	}
	return nil
}

const (
	// longestBack is how long the provider keeps events.
	longestBack = 30 * 24 * time.Hour
	// inFlight is how young an event may still be on its way.
	inFlight = time.Hour
)

// Reconcile sends again what happened since the last time and nobody confirmed: what was never heard, and what got lost. What
// fails does not keep the rest back, and is looked for again the next time.
func (h Hook) Reconcile(ctx context.Context) (map[string]any, error) {
	if ready, err := h.Provider.Ready(ctx); err != nil || !ready {
		return map[string]any{"sells": ready}, err
	}
	now := h.Now()
	since, err := h.Projection.Reconciled(ctx)
	if err != nil {
		return nil, err
	}
	if oldest := now.Add(-longestBack); since.Before(oldest) {
		since = oldest
	}
	events, err := h.Provider.Events(ctx, since)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	confirmed, err := h.Projection.Confirmed(ctx, ids)
	if err != nil {
		return nil, err
	}
	sent := 0
	var failed error
	for _, e := range events {
		if confirmed[e.ID] {
			continue
		}
		if err := h.pass(ctx, e); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", e.ID, err))
			continue
		}
		sent++
	}
	done := map[string]any{"events": len(events), "sent": sent}
	if failed != nil {
		return done, failed
	}
	return done, h.Projection.SetReconciled(ctx, now.Add(-inFlight))
}

// Executor does what the books wish of the provider.
type Executor struct{ Provider Provider }

// Do carries out one command. It may come twice.
func (e Executor) Do(ctx context.Context, c billing.Command) error {
	return e.Provider.Do(ctx, c)
}
