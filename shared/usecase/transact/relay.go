// Package transact carries out a change: it decides within a transaction, and does after the commit what follows from it.
package transact

import (
	"context"
	"errors"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// Relay gives outbox rows to their queues, right after the commit; what is left behind, the sweeper gives later. So no
// committed change is ever without its push or its reply.
type Relay struct {
	Queues   outbox.Queues
	Store    outbox.Store
	Activity realtime.Activity
}

// Deliver hands rows over and forgets those that were taken. Returns an error for those that stay, which is no loss.
func (r Relay) Deliver(ctx context.Context, rows []outbox.Row) error {
	if len(rows) == 0 {
		return nil
	}
	taken, err := r.Queues.Send(ctx, rows)
	if len(taken) > 0 {
		// What is not forgotten goes twice, which every queue allows for.
		err = errors.Join(err, r.Store.DeleteRows(ctx, taken))
	}
	return err
}

// leftBehind is the age at which a row is surely not being handed over by its own writer any more.
const leftBehind = 5 * time.Second

// DeliverOld hands over what was left behind, and tells how much it was. A queue that refuses does not keep the others
// waiting: its rows are passed over until the next time.
func (r Relay) DeliverOld(ctx context.Context) (total int, err error) {
	const batch = 100
	var after outbox.Cursor
	for {
		rows, next, readErr := r.Store.OldRows(ctx, leftBehind, after, batch)
		if readErr != nil {
			return total, errors.Join(err, readErr)
		}
		taken, sendErr := r.Queues.Send(ctx, rows)
		err = errors.Join(err, sendErr)
		if len(taken) > 0 {
			err = errors.Join(err, r.Store.DeleteRows(ctx, taken))
		}
		total += len(taken)
		if len(rows) < batch || ctx.Err() != nil {
			return total, err
		}
		after = next
	}
}

// Watch asks the watchdog to look at a generation after a while. Should the message be lost, the sweeper finds it.
func (r Relay) Watch(ctx context.Context, generation id.ID, after time.Duration) error {
	_, err := r.Queues.Send(ctx, []outbox.Row{outbox.NewWatch(generation, after)})
	return err
}
