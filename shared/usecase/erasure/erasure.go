// Package erasure takes away for good what people deleted: accounts whose grace is over, and rooms that were deleted a while ago. It is done
// at night, in batches that may end anywhere and be done twice. What a legal hold keeps stays as long as it does.
package erasure

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/user"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

const (
	// RoomsKept is how long a deleted room is kept.
	RoomsKept = 30 * 24 * time.Hour
	// JobsKept is how long it is kept what became of a job.
	JobsKept = 30 * 24 * time.Hour
)

// Words are public messages of one person in one room.
type Words struct {
	Person, RoomID id.ID
	Messages       []id.ID
}

// Store finds and takes away, at most so much at once; nothing of what is held at that moment.
type Store interface {
	// Ended are accounts whose grace is over and whose rooms know that they left.
	Ended(ctx context.Context, now time.Time, limit int) ([]id.ID, error)
	// Words are what erased people said in rooms who wished that to go. A copy is its author's, wherever it stands.
	Words(ctx context.Context, now time.Time, limit int) ([]Words, error)
	// ErasePrivate takes private questions of erased people, with answers and attempts; EraseNames their names in what rooms say of themselves.
	ErasePrivate(ctx context.Context, now time.Time, limit int) (int64, error)
	EraseNames(ctx context.Context, now time.Time, limit int) (int64, error)
	// Finish ends the erasure of people of whom nothing is left to be taken.
	Finish(ctx context.Context, now time.Time, limit int) (int64, error)
	// EraseRooms takes rows of rooms that were deleted before a moment, and at last the rooms.
	EraseRooms(ctx context.Context, deletedBefore, now time.Time, limit int) (int64, error)
	PurgeJobs(ctx context.Context, endedBefore time.Time, limit int) (int64, error)
	PurgeNames(ctx context.Context, now time.Time, limit int) (int64, error)
	// NextDue is when the next account or room is to be erased; zero: none waits.
	NextDue(ctx context.Context, roomsKept time.Duration) (time.Time, error)
}

// Erasure is the use case.
type Erasure struct {
	Store  Store
	Runner transact.Runner
}

// Steps are what a night does, in this order.
func (e Erasure) Steps(now time.Time) []maintenance.Step {
	at := func(do func(ctx context.Context, now time.Time, limit int) (int64, error)) func(context.Context, int) (int64, error) {
		return func(ctx context.Context, limit int) (int64, error) { return do(ctx, now, limit) }
	}
	return []maintenance.Step{
		{Name: "accounts", Do: at(e.accounts)}, {Name: "private_messages", Do: at(e.Store.ErasePrivate)}, {Name: "names", Do: at(e.Store.EraseNames)},
		{Name: "words", Do: at(e.words)}, {Name: "people_erased", Do: at(e.Store.Finish)},
		{Name: "rooms", Do: func(ctx context.Context, limit int) (int64, error) {
			return e.Store.EraseRooms(ctx, now.Add(-RoomsKept), now, limit)
		}},
		{Name: "jobs", Do: func(ctx context.Context, limit int) (int64, error) {
			return e.Store.PurgeJobs(ctx, now.Add(-JobsKept), limit)
		}},
		{Name: "reserved_names", Do: at(e.Store.PurgeNames)},
	}
}

// Due is when a night has something to erase next, whether or not anything is written until then.
func (e Erasure) Due(ctx context.Context) (time.Time, error) { return e.Store.NextDue(ctx, RoomsKept) }

// accounts takes names, addresses, passwords and sessions of accounts whose grace is over.
func (e Erasure) accounts(ctx context.Context, now time.Time, limit int) (total int64, err error) {
	people, err := e.Store.Ended(ctx, now, limit)
	if err != nil {
		return 0, err
	}
	for _, person := range people {
		if err := e.account(ctx, person, now); err != nil {
			return total, err
		}
		total++
	}
	return total, nil
}

func (e Erasure) account(ctx context.Context, person id.ID, now time.Time) error {
	n := change.Needs{Person: person, Self: change.Own, HeldAt: now, Accounts: []id.ID{person}, Payments: &change.Payments{Rail: billing.Stripe}}
	return e.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		// Whoever signed in meanwhile has taken it back.
		if s.Account == nil || !s.Account.Leaving() || now.Before(s.Account.EraseAfter) || s.AccountHeld {
			return nil, nil
		}
		p := s.Plan(id.ID{}, n)
		p.Write(change.EraseAccount{UserID: person, At: now, Username: user.ErasedName(), NameHash: user.NameHash(s.Account.Username), ReservedUntil: now.Add(user.NameReserved)})
		if s.Payments.Customer != "" {
			p.Owe(outbox.NewCommand(billing.DeleteCustomer, s.Payments.Customer))
		}
		return p, nil
	}, nil)
}

// words leaves tombstones of what erased people said who wished that, in the order of each room, so that everybody there sees them go.
func (e Erasure) words(ctx context.Context, now time.Time, limit int) (total int64, err error) {
	found, err := e.Store.Words(ctx, now, limit)
	for _, w := range found {
		if err == nil {
			err = e.erase(ctx, w)
			total += int64(len(w.Messages))
		}
	}
	return total, err
}

func (e Erasure) erase(ctx context.Context, w Words) error {
	n := change.Needs{RoomID: w.RoomID, Order: change.InOrder, Person: w.Person, Messages: w.Messages, Summaries: true}
	return e.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		p := s.Plan(id.ID{}, n)
		for _, m := range s.Messages {
			if m.DeletedAt.IsZero() && m.IsOwnOf(w.Person) && m.Visibility == message.Public {
				p.Write(change.Tombstone{MessageID: m.ID, DeletedAt: s.Now, By: message.ByAuthor, Event: p.Changed(m).Event})
			}
		}
		p.Write(change.ForgetSummaries{RoomID: w.RoomID})
		return p, nil
	}, nil)
}
