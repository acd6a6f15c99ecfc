// Package billing shows people what they have, what it was used for, and by whom.
package billing

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ledger"
)

// Store reads the books of one account.
type Store interface {
	Account(ctx context.Context, account id.ID) (ledger.Account, time.Time, error)
	// Lines are entries before an id, newest first. What was asked in private is one line a day, member and model, from the next day on.
	Lines(ctx context.Context, account, before id.ID, limit int) ([]Line, error)
	// Usage sums up days, both included, by a group; of today nothing private.
	Usage(ctx context.Context, q UsageQuery) ([]Usage, error)
}

// Line is an entry as its payer may know it.
type Line struct{ ledger.Transaction }

// Group is what usage is summed up by.
type Group string

// The groups.
const (
	ByDay    Group = "day"
	ByRoom   Group = "room"
	ByMember Group = "member"
	ByModel  Group = "model"
)

// MaxDays is how many days one question about usage may span.
const MaxDays = 366

// UsageQuery asks for the days from one to another, both included, UTC.
type UsageQuery struct {
	Account  id.ID
	From, To time.Time
	Group    Group
}

// Usage is one group's sum. Its key is a day, a model, or the id of a room or a person; empty for the rooms of private questions.
type Usage struct {
	Key         string
	Generations int64
	Input       int64
	Cached      int64
	Output      int64
	Reasoning   int64
	Charged     int64
}

// Balance is what somebody has.
type Balance struct {
	Balance, Held, Available int64
	// Owed was refunded after it had been used.
	Owed   int64
	Frozen bool
	Lots   []ledger.Lot
}

// Billing is the use case.
type Billing struct{ Store Store }

// Balance reads what somebody has. What has ended is not in it, whether or not anybody drained it yet.
func (b Billing) Balance(ctx context.Context, person id.ID) (Balance, error) {
	account, now, err := b.Store.Account(ctx, person)
	if err != nil {
		return Balance{}, err
	}
	book := ledger.Open(account, now)
	out := Balance{Balance: book.Balance, Held: book.Held, Available: book.Available(), Owed: book.Owed, Frozen: !book.FrozenAt.IsZero()}
	for _, l := range book.Lots {
		if l.Remaining > 0 {
			out.Lots = append(out.Lots, l)
		}
	}
	return out, book.Err()
}

// Lines lists entries, newest first.
func (b Billing) Lines(ctx context.Context, person, before id.ID, limit int) ([]Line, error) {
	return b.Store.Lines(ctx, person, before, limit)
}

// Usage sums up days. Returns validation_failed.
func (b Billing) Usage(ctx context.Context, q UsageQuery) ([]Usage, error) {
	switch q.Group {
	case ByDay, ByRoom, ByMember, ByModel:
	default:
		return nil, fault.Invalid("group", "must be day, room, member or model")
	}
	if q.To.Before(q.From) || q.To.Sub(q.From) >= MaxDays*24*time.Hour {
		return nil, fault.Invalid("to", "must lie 0 to 365 days after from")
	}
	return b.Store.Usage(ctx, q)
}
