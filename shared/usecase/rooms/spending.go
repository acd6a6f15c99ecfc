package rooms

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// Spending is what one person has spent in a room this month, what is held for them included, with what they may. What others
// spent it does not tell: their private questions would be part of it.
type Spending struct {
	Mine  room.Mine
	Month string
	Spent int64
	// Cap is the person's own, or the room's for who has none; nil is none. Nobody's cap binds the one who pays.
	Cap *int64
	// Limits are told to the master alone.
	Limits room.Limits
}

// Left is what the cap leaves; nil where there is none.
func (s Spending) Left() *int64 {
	if s.Cap == nil {
		return nil
	}
	left := max(*s.Cap-s.Spent, 0)
	return &left
}

// MaySeeLimits says whether the limits are told.
func (s Spending) MaySeeLimits() bool { return s.Mine.Role.May(room.ManageAdmins) }

// Spending tells what somebody spent and may spend. Returns not_found.
func (r Rooms) Spending(ctx context.Context, roomID, person id.ID) (Spending, error) {
	return r.Store.Spending(ctx, roomID, person)
}

// SetLimits limits what a room may cost in a month; what runs goes on. Returns not_found, forbidden, room_archived,
// room_frozen, room_not_ready, validation_failed.
func (r Rooms) SetLimits(ctx context.Context, roomID, person id.ID, limits room.Limits) error {
	n := change.Needs{RoomID: roomID, Order: change.Alone, Person: person}
	return r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		if err := s.Room.WritableBy(room.ManageAdmins); err != nil {
			return nil, err
		}
		if err := limits.Validate(); err != nil {
			return nil, err
		}
		p := s.Plan(person, n)
		p.Write(change.SetLimits{RoomID: roomID, Limits: limits, At: s.Now})
		return p, nil
	}, nil)
}
