// Package accounts lets people change what they say of themselves, and end their accounts. What changed is carried into their rooms one by
// one, each in its own order; whatever stops that, the sweeper goes on with it.
package accounts

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/user"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// News is what rooms are still to be told of somebody.
type News struct {
	user.News
	Person id.ID
	// Leaving says that the person ended the account: they leave the rooms.
	Leaving bool
	// Rooms are the next ones: those which they are in, and those where words of theirs stand.
	Rooms []id.ID
}

// Ending is what ends with an account besides its memberships.
type Ending struct{ Sessions, Jobs, Invitations []id.ID }

// Store reads whose news are not told yet.
type Store interface {
	// Untold lists those people, who waits longest first.
	Untold(ctx context.Context, limit int) ([]id.ID, error)
	// Next is a person's news with so many of the rooms that are to be told next; false if all is told.
	Next(ctx context.Context, person id.ID, limit int) (News, bool, error)
	Ending(ctx context.Context, person id.ID) (Ending, error)
}

// Sessions end everywhere.
type Sessions interface {
	EndAll(ctx context.Context, person id.ID, sessions []id.ID) error
}

// Rooms lets people leave.
type Rooms interface {
	Depart(ctx context.Context, roomID, person id.ID) error
}

// Invitations are refused.
type Invitations interface {
	Reject(ctx context.Context, person, invitationID id.ID) error
}

// Jobs are cancelled.
type Jobs interface {
	Cancel(ctx context.Context, jobID, person id.ID) (job.Job, error)
}

// Plans are cancelled, and open pages on which somebody would pay are closed.
type Plans interface {
	EndPlans(ctx context.Context, account id.ID) error
}

// Accounts is the use case.
type Accounts struct {
	Store       Store
	Runner      transact.Runner
	Memberships realtime.Memberships
	Sessions    Sessions
	Rooms       Rooms
	Invitations Invitations
	Jobs        Jobs
	Plans       Plans
}

// Update changes what a person says of themselves. What would change nothing is no event. Once the AI may not read their words, no summary
// that may hold them is left when this returns. Returns validation_failed.
func (a Accounts) Update(ctx context.Context, person id.ID, wish user.Changes) (changed user.User, err error) {
	if err := wish.Validate(); err != nil {
		return changed, err
	}
	n := change.Needs{Person: person, Self: change.Own}
	var told bool
	err = a.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		told = false
		if err := s.Stays(); err != nil {
			return nil, err
		}
		before := s.Account.User
		changed = before
		wish.Apply(&changed)
		if changed == before {
			return nil, nil
		}
		p := s.Plan(person, n)
		p.Write(change.UpdateProfile{User: changed})
		renamed, silent := changed.DisplayName != before.DisplayName, before.AIMayRead && !changed.AIMayRead
		if silent {
			p.Write(change.SilenceSummaries{UserID: person})
		}
		if told = renamed || silent; told {
			p.Write(change.PutNews{UserID: person, Renamed: renamed})
		}
		return p, nil
	}, func() []transact.Step {
		if !told {
			return nil
		}
		return []transact.Step{a.telling(person)}
	})
	return changed, err
}

func (a Accounts) telling(person id.ID) transact.Step {
	return transact.Step{Name: "tell a person's rooms", Do: func(ctx context.Context) error { return a.Tell(ctx, person) }}
}
