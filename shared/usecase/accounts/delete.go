package accounts

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/user"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Delete ends a person's account: at once they are signed out everywhere, leave their rooms, and pay for nothing more; after the grace it is
// erased, with what they said in rooms if they wish. Returns unauthenticated for an account that has ended, master_must_transfer with the
// rooms, store_subscription_active.
func (a Accounts) Delete(ctx context.Context, person id.ID, messages bool) error {
	n := change.Needs{Person: person, Self: change.Own, Departure: true}
	var sessions []id.ID
	return a.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Stays(); err != nil {
			return nil, err
		}
		if err := mayLeave(s.Departure); err != nil {
			return nil, err
		}
		sessions = s.Departure.Sessions
		p := s.Plan(person, n)
		p.Write(change.EndAccount{UserID: person, At: s.Now, EraseAfter: s.Now.Add(user.Grace), EraseMessages: messages}, change.PutNews{UserID: person})
		return p, nil
	}, func() []transact.Step {
		return []transact.Step{
			{Name: "end sessions", Do: func(ctx context.Context) error { return a.Sessions.EndAll(ctx, person, sessions) }},
			a.telling(person),
		}
	})
}

func mayLeave(d user.Departure) error {
	if d.SoldElsewhere {
		return fault.New(fault.StoreSubscription, "Cancel the plan where you bought it first.")
	}
	if len(d.Masters) == 0 {
		return nil
	}
	refused := fault.New(fault.MasterMustTransfer, "Give the rooms of which you are master to somebody else, or delete them, first.")
	for _, r := range d.Masters {
		refused.Fields = append(refused.Fields, fault.Field{Name: r.ID.String(), Message: r.Name})
	}
	return refused
}
