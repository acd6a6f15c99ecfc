package rooms

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// SetRetention lets a room keep its messages for so many days; zero is for ever. What would change nothing is no event. Returns
// not_found, forbidden, room_frozen, room_not_ready, validation_failed.
func (r Rooms) SetRetention(ctx context.Context, roomID, person id.ID, days int) (listing Listing, err error) {
	n := change.Needs{RoomID: roomID, Order: change.Alone, Person: person, Profile: true, LastMessage: true}
	err = r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		listing = listingOf(s, s.Room)
		if err := s.Readable(); err != nil {
			return nil, err
		}
		if err := s.Room.WritableBy(room.SetRetention, room.Archived); err != nil {
			return nil, err
		}
		if err := room.CheckRetention(days, r.LongestRetention); err != nil {
			return nil, err
		}
		changed := s.Room.Retention.Change(days, s.Now)
		if changed == s.Room.Retention {
			return nil, nil
		}
		p := s.Plan(person, n)
		note := p.Retain(changed, message.NameOf(s.Actor))
		s.LastMessage = &note
		mine := p.Room()
		mine.UpdatedAt = s.Now
		listing = listingOf(s, mine)
		return p, nil
	}, nil)
	return listing, err
}
