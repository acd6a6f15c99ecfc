package rooms

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// offerLifetime is how long an offer of a room waits for its answer.
const offerLifetime = 7 * 24 * time.Hour

// Cost is what somebody takes on with a room: how many may ask its AI, and what that cost in the thirty days before today.
// Today is left out, since it could tell of a private question.
type Cost struct {
	MayAsk  int
	Charged int64
}

// Transfer is an offer of a room, with what it would cost.
type Transfer struct {
	Mine room.Mine
	Cost Cost
}

// Transfer tells the offer of a room to those whom it concerns. Returns not_found, forbidden.
func (r Rooms) Transfer(ctx context.Context, roomID, person id.ID) (t Transfer, err error) {
	if t.Mine, t.Cost, err = r.Store.Cost(ctx, roomID, person); err != nil {
		return t, err
	}
	return t, concerns(t.Mine, person, true)
}

// Offer offers a room to another member, instead of whom it was offered to before: nobody is made to pay without saying yes.
// Returns not_found, forbidden, room_frozen, room_not_ready, validation_failed.
func (r Rooms) Offer(ctx context.Context, roomID, person, to id.ID) (listing Listing, err error) {
	n := change.Needs{RoomID: roomID, Order: change.Alone, Person: person, Parts: []id.ID{to}, LastMessage: true}
	err = r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		if err := s.Room.WritableBy(room.TransferRoom, room.Archived); err != nil {
			return nil, err
		}
		switch {
		case to == person:
			return nil, fault.Invalid("user_id", "is you")
		case !s.Parts[to].Role.Valid():
			return nil, fault.Invalid("user_id", "is not in this room")
		}
		if listing = listingOf(s, s.Room); s.Room.OfferedTo == to {
			return nil, nil
		}
		p := s.Plan(person, n)
		offer(p, roomID, to, s.Now)
		mine := p.Room()
		mine.OfferedTo, mine.OfferedUntil = to, s.Now.Add(offerLifetime)
		listing = listingOf(s, mine)
		return p, nil
	}, nil)
	return listing, err
}

// offer writes to whom a room is offered; the zero id is nobody.
func offer(p *change.Plan, roomID, to id.ID, now time.Time) {
	p.Write(change.OfferRoom{RoomID: roomID, To: to, Until: now.Add(offerLifetime), At: now})
	p.RoomEvent(event.RoomUpdated, roomID)
}

// concerns returns not_found where there is no offer, and forbidden for others than the one whom it was made to; the master,
// who made it, may look at it and take it back.
func concerns(mine room.Mine, person id.ID, orMaster bool) error {
	switch {
	case mine.OfferedTo.IsZero():
		return fault.New(fault.NotFound, "The room is not offered to anybody.")
	case mine.OfferedTo != person && (!orMaster || !mine.Role.May(room.TransferRoom)):
		return fault.New(fault.Forbidden, "The room is offered to somebody else.")
	}
	return nil
}

// Accept makes the person master to whom the room was offered, and the old master admin. From then on the new one's balance
// pays. Returns not_found, forbidden, room_frozen, room_not_ready.
func (r Rooms) Accept(ctx context.Context, roomID, person id.ID) (listing Listing, err error) {
	n := change.Needs{RoomID: roomID, Order: change.Alone, Person: person, Self: change.Present, Profile: true, Parts: []id.ID{person}, Master: true, LastMessage: true}
	var changed []room.Membership
	err = r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := mayAnswer(s, person, false); err != nil {
			return nil, err
		}
		if err := s.Stays(); err != nil {
			return nil, err
		}
		p := s.Plan(person, n)
		old, master := s.Parts[s.Room.OwnerID], s.Parts[person]
		old.Role, old.Version = room.Admin, p.RoomEvent(event.MemberUpdated, old.Person.ID)
		master.Role, master.Version = room.Master, p.RoomEvent(event.MemberUpdated, person)
		master.MonthlyCap = nil
		// In this order: a room has at no time two masters.
		p.Write(change.UpdateMember{Membership: old}, change.UpdateMember{Membership: master}, change.SetOwner{RoomID: roomID, OwnerID: person, At: s.Now})
		p.RoomEvent(event.RoomUpdated, roomID)
		note := p.Tell(message.Note{Code: message.Transferred, Actor: message.NameOf(old.Person), User: message.NameOf(s.Actor)})
		s.LastMessage = &note
		changed = []room.Membership{old, master}
		mine := p.Room()
		mine.OwnerID, mine.Role, mine.OfferedTo, mine.OfferedUntil, mine.UpdatedAt = person, room.Master, id.ID{}, time.Time{}, s.Now
		listing = listingOf(s, mine)
		return p, nil
	}, func() []transact.Step { return []transact.Step{r.project(changed...)} })
	return listing, err
}

// Reject ends an offer: by the one whom it was made to, or by the master, who takes it back. Returns not_found, forbidden,
// room_frozen, room_not_ready.
func (r Rooms) Reject(ctx context.Context, roomID, person id.ID) error {
	n := change.Needs{RoomID: roomID, Order: change.Alone, Person: person}
	return r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := mayAnswer(s, person, true); err != nil {
			return nil, err
		}
		p := s.Plan(person, n)
		offer(p, roomID, id.ID{}, s.Now)
		return p, nil
	}, nil)
}

func mayAnswer(s change.Situation, person id.ID, orMaster bool) error {
	if err := s.Readable(); err != nil {
		return err
	}
	if err := concerns(s.Room, person, orMaster); err != nil {
		return err
	}
	return s.Room.Open(room.Archived)
}
