// Package handover gives what a transaction owes to the queues, right after the commit; what is left behind, the sweeper
// gives later. So no committed change is ever without its push or its reply.
package handover

import (
	"context"
	"log/slog"
	"time"

	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// HandOver delivers outbox rows.
type HandOver struct {
	Queues   outbox.Queues
	Store    outbox.Store
	Activity realtime.Activity
}

// Begin is called before a transaction that may owe something: a sweeper that finds nothing raised leaves the database
// asleep.
func (h HandOver) Begin(ctx context.Context) error { return h.Activity.Raise(ctx) }

// Deliver never fails the request: the rows stay until a queue has taken them.
func (h HandOver) Deliver(ctx context.Context, rows []outbox.Row) {
	if len(rows) == 0 {
		return
	}
	// The client may hang up; what was committed is delivered all the same.
	ctx = context.WithoutCancel(ctx)
	taken, err := h.Queues.Send(ctx, rows)
	if err != nil {
		slog.WarnContext(ctx, "hand-over left rows behind", "error", err, "rows", len(rows)-len(taken))
	}
	if len(taken) == 0 {
		return
	}
	if err := h.Store.DeleteRows(ctx, taken); err != nil {
		slog.WarnContext(ctx, "delivered rows stay in the outbox and will go twice", "error", err)
	}
}

// leftBehind is the age at which a row is surely not being handed over by its own writer any more.
const leftBehind = 5 * time.Second

// DeliverOld hands over what was left behind, and tells how much it was.
func (h HandOver) DeliverOld(ctx context.Context) (int, error) {
	const batch = 100
	total := 0
	for {
		rows, err := h.Store.OldRows(ctx, leftBehind, batch)
		if err != nil || len(rows) == 0 {
			return total, err
		}
		taken, err := h.Queues.Send(ctx, rows)
		if len(taken) > 0 {
			if err := h.Store.DeleteRows(ctx, taken); err != nil {
				return total, err
			}
		}
		total += len(taken)
		if err != nil || len(rows) < batch {
			return total, err
		}
	}
}
