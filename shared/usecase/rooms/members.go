package rooms

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// ListMembers lists who is in a room, by user id.
func (r Rooms) ListMembers(ctx context.Context, roomID, person, after id.ID, limit int) (Members, error) {
	return r.Store.Members(ctx, roomID, person, after, limit)
}

// Join puts a person into a room; who is in it already stays what they are. Invitations will call it; until they exist,
// operators and tests do. Returns not_found, conflict.
func (r Rooms) Join(ctx context.Context, roomID id.ID, username string, role room.Role) (joined room.Membership, err error) {
	person, err := r.Store.PersonNamed(ctx, username)
	if err != nil {
		return joined, err
	}
	n := change.Needs{RoomID: roomID, Order: change.InOrder, Person: person, Profile: true, Member: person, Streams: []id.ID{person}}
	err = r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if s.Room.ID.IsZero() || !s.Room.DeletedAt.IsZero() {
			return nil, room.Outside.Check(room.Read)
		}
		if s.Member.Role.Valid() {
			joined = s.Member
			return nil, nil
		}
		if role == room.Master || !role.Valid() {
			return nil, fault.New(fault.Conflict, "Mastership is transferred, not given.")
		}
		p := s.Plan(person, n)
		joined = room.Membership{Person: s.Actor, RoomID: roomID, Role: role, Version: p.RoomEvent(event.MemberUpdated, person), JoinedAt: s.Now}
		// What was said before they came, or while they were away, is read, and so is that they came.
		joined.LastRead = p.Tell(message.Note{Code: message.Joined, Actor: message.NameOf(s.Actor), User: message.NameOf(s.Actor)}).ID
		p.Write(change.PutMember{Membership: joined, LastRead: joined.LastRead, LastSequence: p.Room().LastSequence})
		p.UserEvent(person, event.RoomJoined, roomID)
		return p, nil
	}, func() []transact.Step { return []transact.Step{r.project(joined)} })
	return joined, err
}

// Remove takes a person out of a room, by themselves or by somebody who may; what they wrote stays. Returns not_found,
// forbidden, master_must_transfer.
func (r Rooms) Remove(ctx context.Context, roomID, person, actor id.ID) error {
	n := change.Needs{RoomID: roomID, Order: change.InOrder, Person: actor, Profile: true, Member: person, Streams: []id.ID{person}}
	var removed room.Membership
	return r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		switch {
		case !s.Member.Role.Valid():
			return nil, fault.New(fault.NotFound, "This person is not in the room.")
		case s.Member.Role == room.Master:
			return nil, fault.New(fault.MasterMustTransfer, "The master must give the room to somebody else first.")
		case actor != person && !s.Room.Role.MayRemove(s.Member.Role):
			return nil, fault.New(fault.Forbidden, "Your role in this room does not allow that.")
		}
		p := s.Plan(actor, n)
		removed = room.Membership{Person: room.Person{ID: person}, RoomID: roomID, Version: p.RoomEvent(event.MemberRemoved, person)}
		p.Write(change.RemoveMember{RoomID: roomID, UserID: person, Version: removed.Version, At: s.Now})
		p.Tell(message.Note{Code: message.Left, Actor: message.NameOf(s.Actor), User: message.NameOf(s.Member.Person)})
		p.UserEvent(person, event.RoomLeft, roomID)
		return p, nil
	}, func() []transact.Step { return []transact.Step{r.project(removed)} })
}

// MarkRead raises my read position to a message that I may see, in the truth and in the projection that heartbeats read.
// Returns not_found, validation_failed.
func (r Rooms) MarkRead(ctx context.Context, roomID, person, messageID id.ID) (mine room.Mine, err error) {
	n := change.Needs{RoomID: roomID, Person: person, RaisesRead: true, Message: messageID}
	err = r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		if s.Message == nil {
			return nil, fault.Invalid("message_id", "is not a message of this room")
		}
		mine = s.Room
		if messageID.Compare(mine.LastReadMessageID) <= 0 {
			return nil, nil
		}
		mine.LastReadMessageID, mine.LastReadSequence = messageID, max(mine.LastReadSequence, s.Message.Sequence)
		p := s.Plan(person, n)
		p.Write(change.RaiseRead{RoomID: roomID, UserID: person, MessageID: messageID, Sequence: s.Message.Sequence})
		return p, nil
	}, func() []transact.Step {
		return []transact.Step{{Name: "project a read position", Do: func(ctx context.Context) error {
			return r.Memberships.RaiseRead(ctx, person, roomID, mine.LastReadMessageID)
		}}}
	})
	return mine, err
}
