package accounts

import (
	"context"
	"errors"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

const (
	// together is how many rooms are looked up at a time.
	together = 50
	// swept is for how many people the sweeper goes on at a time.
	swept = 20
)

// Sweep goes on with what was left behind. One person's trouble keeps nobody else waiting.
func (a Accounts) Sweep(ctx context.Context) error {
	people, err := a.Store.Untold(ctx, swept)
	for _, person := range people {
		if ctx.Err() != nil {
			break
		}
		err = errors.Join(err, a.Tell(ctx, person))
	}
	return err
}

// Tell carries a person's news into their rooms until all know them. It may be ended anywhere and done again, by two at once, too.
func (a Accounts) Tell(ctx context.Context, person id.ID) error {
	ended := false
	for {
		news, found, err := a.Store.Next(ctx, person, together)
		if err != nil || !found {
			return err
		}
		if news.Leaving && !ended {
			if err := a.end(ctx, person); err != nil {
				return err
			}
			ended = true
		}
		for _, roomID := range news.Rooms {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := a.tellRoom(ctx, news, roomID); err != nil {
				return err
			}
		}
		if len(news.Rooms) == together {
			continue
		}
		if err := a.told(ctx, news); err != nil {
			return err
		}
	}
}

// end ends what is no room's: each step is harmless a second time.
func (a Accounts) end(ctx context.Context, person id.ID) error {
	ending, err := a.Store.Ending(ctx, person)
	if err != nil {
		return err
	}
	err = errors.Join(a.Sessions.EndAll(ctx, person, ending.Sessions), a.Plans.EndPlans(ctx, person))
	for _, jobID := range ending.Jobs {
		_, jobErr := a.Jobs.Cancel(ctx, jobID, person)
		err = errors.Join(err, unlessOver(jobErr))
	}
	for _, invitationID := range ending.Invitations {
		err = errors.Join(err, unlessOver(a.Invitations.Reject(ctx, person, invitationID)))
	}
	return err
}

// unlessOver forgives what had ended already.
func unlessOver(err error) error {
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

func (a Accounts) tellRoom(ctx context.Context, news News, roomID id.ID) error {
	if news.Leaving {
		if err := unlessOver(a.Rooms.Depart(ctx, roomID, news.Person)); err != nil {
			return err
		}
	}
	n := change.Needs{RoomID: roomID, Order: change.InOrder, Person: news.Person, Self: change.Present, News: true, Parts: []id.ID{news.Person}, Summaries: true}
	var part room.Membership
	return a.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		part = room.Membership{}
		if s.News == nil || s.News.Version != news.Version || s.Account == nil {
			return nil, nil
		}
		p := s.Plan(news.Person, n)
		p.Write(change.NewsTold{UserID: news.Person, RoomID: roomID, Version: news.Version})
		if !s.Account.AIMayRead {
			p.Write(change.ForgetSummaries{RoomID: roomID})
		}
		if mine := s.Parts[news.Person]; s.News.Renamed && mine.Role.Valid() && s.Room.DeletedAt.IsZero() {
			mine.Version = p.RoomEvent(event.MemberUpdated, news.Person)
			p.Write(change.RaiseVersion{RoomID: roomID, UserID: news.Person, Version: mine.Version})
			part = mine
		}
		return p, nil
	}, func() []transact.Step {
		if part.RoomID.IsZero() {
			return nil
		}
		return []transact.Step{{Name: "project a membership", Do: func(ctx context.Context) error {
			return a.Memberships.Raise(ctx, rooms.Project([]room.Membership{part})...)
		}}}
	})
}

// told ends news that all rooms know; newer ones stay.
func (a Accounts) told(ctx context.Context, news News) error {
	n := change.Needs{Person: news.Person, Self: change.Present}
	return a.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		p := s.Plan(news.Person, n)
		p.Write(change.NewsTold{UserID: news.Person, Version: news.Version})
		return p, nil
	}, nil)
}
