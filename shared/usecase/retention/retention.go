// Package retention lets rooms keep their messages only as long as they say.
package retention

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Room is a room with the oldest message that it keeps. Untold says that some were removed and the room does not know.
type Room struct {
	room.Room
	Oldest id.ID
	Untold bool
}

// Store lists rooms that are not deleted, by ascending ids.
type Store interface {
	// Bounded lists those that do not keep everything, or announced so.
	Bounded(ctx context.Context, after id.ID, limit int) ([]Room, error)
	// Longer lists those that keep messages for more than so many days, and announced nothing else.
	Longer(ctx context.Context, days int, after id.ID, limit int) ([]Room, error)
}

// Retention is the use case.
type Retention struct {
	Store  Store
	Runner transact.Runner
	// Bound is for how many days the installation lets rooms keep messages; zero is for ever.
	Bound int
	// Batch is how many messages go in one transaction, DefaultBatch if zero: senders wait for it.
	Batch int
}

// DefaultBatch is gone in a fraction of a second.
const DefaultBatch = 500

const page = 100

// Run announces the installation's bound where rooms keep more, and removes what rooms need not keep. It tells how many messages
// went, and whether the next night will have something to remove although nobody writes: time goes by. A room that fails keeps no
// other from it; each goes on where it was.
func (r Retention) Run(ctx context.Context) (removed int64, again bool, err error) {
	if r.Bound > 0 {
		err = r.each(ctx, func(ctx context.Context, after id.ID) ([]Room, error) {
			return r.Store.Longer(ctx, r.Bound, after, page)
		}, r.announce)
	}
	err = errors.Join(err, r.each(ctx, func(ctx context.Context, after id.ID) ([]Room, error) { return r.Store.Bounded(ctx, after, page) },
		func(ctx context.Context, found Room) error {
			n, err := r.keep(ctx, found)
			removed, again = removed+n, true
			return err
		}))
	return removed, again, err
}

func (r Retention) each(ctx context.Context, list func(ctx context.Context, after id.ID) ([]Room, error), do func(ctx context.Context, found Room) error) (failed error) {
	var after id.ID
	for {
		rooms, err := list(ctx, after)
		if err != nil {
			return errors.Join(failed, err)
		}
		for _, found := range rooms {
			if ctx.Err() != nil {
				return errors.Join(failed, ctx.Err())
			}
			if err := do(ctx, found); err != nil {
				failed = errors.Join(failed, fmt.Errorf("room %s: %w", found.ID, err))
			}
			after = found.ID
		}
		if len(rooms) < page {
			return failed
		}
	}
}

// announce tells a room that the installation will keep its messages for a shorter time.
func (r Retention) announce(ctx context.Context, found Room) error {
	n := change.Needs{RoomID: found.ID, Order: change.Alone}
	return r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		changed := s.Room.Retention.Bound(r.Bound, s.Now)
		if stands(s.Room.Room) || changed == s.Room.Retention {
			return nil, nil
		}
		p := s.Plan(id.ID{}, n)
		p.Retain(changed, nil)
		return p, nil
	}, nil)
}

// keep lets what was announced hold, and removes what the room need not keep.
func (r Retention) keep(ctx context.Context, found Room) (removed int64, err error) {
	if err := r.settle(ctx, found); err != nil {
		return 0, err
	}
	from, bounded := found.Retention.Keeps(time.Now())
	if !bounded || !found.Untold && (found.Oldest.IsZero() || found.Oldest.Compare(from) >= 0) {
		return 0, nil
	}
	for more := true; more; {
		n, left, err := r.remove(ctx, found.ID)
		removed += int64(n)
		if err != nil {
			return removed, err
		}
		more = left
	}
	return removed, nil
}

// settle writes that what was announced holds now.
func (r Retention) settle(ctx context.Context, found Room) error {
	if found.Retention.At(time.Now()) == found.Retention {
		return nil
	}
	n := change.Needs{RoomID: found.ID, Order: change.Alone}
	return r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		now := s.Room.Retention.At(s.Now)
		if stands(s.Room.Room) || now == s.Room.Retention {
			return nil, nil
		}
		p := s.Plan(id.ID{}, n)
		p.Write(change.SetRetention{RoomID: found.ID, Retention: now, At: s.Now})
		p.RoomEvent(event.RoomUpdated, found.ID)
		return p, nil
	}, nil)
}

// stands says that nothing of a room is changed at night: nobody is in it any more, moderation holds it, or a fork fills it.
func stands(r room.Room) bool {
	return r.ID.IsZero() || !r.DeletedAt.IsZero() || r.Open(room.Archived) != nil
}

// remove removes one batch; more tells that others may follow.
func (r Retention) remove(ctx context.Context, roomID id.ID) (removed int, more bool, err error) {
	limit := r.Batch
	if limit == 0 {
		limit = DefaultBatch
	}
	n := change.Needs{RoomID: roomID, Order: change.Alone, Oldest: limit, Summaries: true}
	err = r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		removed, more = 0, false
		p := s.Plan(id.ID{}, n)
		removed, more = decide(s, p, limit)
		if removed == 0 && !s.Untold {
			return nil, nil
		}
		return p, nil
	}, nil)
	if err != nil {
		return 0, false, err
	}
	return removed, more, nil
}

// decide plans one batch. The room hears of the last alone; of private questions alone that went nobody hears, then or by when the
// history begins.
func decide(s change.Situation, p *change.Plan, limit int) (removed int, more bool) {
	from, bounded := s.Room.Retention.Keeps(s.Now)
	if s.Held || stands(s.Room.Room) || !bounded {
		return 0, false
	}
	removed, stopped := message.Gone(s.Oldest, from)
	more = removed > 0 && !stopped && len(s.Oldest) == limit
	w := change.RemoveHistory{RoomID: s.Room.ID}
	for _, m := range s.Oldest[:removed] {
		if w.Messages = append(w.Messages, m.ID); m.Sequence > 0 {
			w.FirstSequence = m.Sequence + 1
		}
	}
	if public := w.FirstSequence > 0; public || s.Untold {
		w.BeginsAt, w.Untold = begins(s.Oldest, removed, more, from), more
		if public {
			p.Write(change.ForgetSummaries{RoomID: s.Room.ID})
		}
		if !more {
			p.RoomEvent(event.RoomUpdated, s.Room.ID)
		}
	}
	p.Write(w)
	return removed, more
}

// begins is the moment before which nothing is kept when so many of the oldest messages went.
func begins(oldest []message.Oldest, removed int, more bool, from id.ID) time.Time {
	switch {
	case more:
		return oldest[removed-1].ID.Time()
	case removed < len(oldest) && oldest[removed].ID.Compare(from) < 0:
		return oldest[removed].ID.Time() // it is being answered
	}
	return from.Time()
}
