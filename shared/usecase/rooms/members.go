package rooms

import (
	"context"
	"log/slog"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Members is a page of who is in a room, as one of them may see it, with the numbers of its snapshot.
type Members struct {
	Mine    room.Mine
	Members []room.Membership
	// Total is how many are in the room.
	Total int
	// Online names those who have a socket open.
	Online map[id.ID]bool
}

// MemberQuery asks for members of a room, as one of them: so many after that one, of those whose names begin so.
type MemberQuery struct {
	RoomID, Person id.ID
	Name           string
	After          id.ID
	Limit          int
}

// ListMembers lists who is in a room, by user id, and who of them is there now.
func (r Rooms) ListMembers(ctx context.Context, q MemberQuery) (Members, error) {
	page, err := r.Store.Members(ctx, q)
	if err != nil {
		return page, err
	}
	people := make([]id.ID, len(page.Members))
	for i, m := range page.Members {
		people[i] = m.Person.ID
	}
	page.Online = map[id.ID]bool{}
	open, err := r.Presence.OfUsers(ctx, people)
	if err != nil {
		// Who is there is a courtesy: the list is told all the same.
		slog.WarnContext(ctx, "nobody knows who is online", "error", err)
	}
	for _, c := range open {
		page.Online[c.UserID] = true
	}
	return page, nil
}

// Join puts a person into a room without an invitation, for operators and tests; who is in it already stays what they are.
// Returns not_found, conflict.
func (r Rooms) Join(ctx context.Context, roomID id.ID, username string, role room.Role) (joined room.Membership, err error) {
	person, err := r.Store.PersonNamed(ctx, username)
	if err != nil {
		return joined, err
	}
	n := change.Needs{RoomID: roomID, Order: change.InOrder, Person: person, Profile: true, Parts: []id.ID{person}, Streams: []id.ID{person}}
	err = r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if s.Room.ID.IsZero() || !s.Room.DeletedAt.IsZero() {
			return nil, room.Outside.Check(room.Read)
		}
		if joined = s.Parts[person]; joined.Role.Valid() {
			return nil, nil
		}
		if role == room.Master || !role.Valid() {
			return nil, fault.New(fault.Conflict, "Mastership is transferred, not given.")
		}
		p := s.Plan(person, n)
		joined = Enter(s, p, role, nil)
		return p, nil
	}, func() []transact.Step { return []transact.Step{r.project(joined)} })
	return joined, err
}

// Enter puts the acting person into the room. What was said before they came, or while they were away, is read, and so is that
// they came.
func Enter(s change.Situation, p *change.Plan, role room.Role, monthlyCap *int64) room.Membership {
	joined := room.Membership{Person: s.Actor, RoomID: s.Room.ID, Role: role, Version: p.RoomEvent(event.MemberUpdated, s.Actor.ID), JoinedAt: s.Now,
		MonthlyCap: monthlyCap}
	joined.LastRead = p.Tell(message.Note{Code: message.Joined, Actor: message.NameOf(s.Actor), User: message.NameOf(s.Actor)}).ID
	p.Write(change.PutMember{Membership: joined, LastRead: joined.LastRead, LastSequence: p.Room().LastSequence})
	p.UserEvent(s.Actor.ID, event.RoomJoined, s.Room.ID)
	return joined
}

// Rerole is the wish to give a member another role, or another cap on what they may spend in a month; nil leaves one as it is.
type Rerole struct {
	RoomID, Person, Member id.ID
	Role                   *room.Role
	// Cap points to nil for no cap.
	Cap **int64
}

// UpdateMember changes somebody's role or cap. What would change nothing is no event. Returns not_found, forbidden,
// master_must_transfer, room_archived, room_frozen, validation_failed.
func (r Rooms) UpdateMember(ctx context.Context, cmd Rerole) (changed room.Membership, mine room.Mine, err error) {
	n := change.Needs{RoomID: cmd.RoomID, Order: change.InOrder, Person: cmd.Person, Profile: true, Parts: []id.ID{cmd.Member}}
	err = r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		mine, changed = s.Room, s.Parts[cmd.Member]
		if err := mayRerole(s.Room, changed, cmd); err != nil {
			return nil, err
		}
		if !apply(cmd, &changed) {
			return nil, nil
		}
		p := s.Plan(cmd.Person, n)
		changed.Version = p.RoomEvent(event.MemberUpdated, cmd.Member)
		p.Write(change.UpdateMember{Membership: changed})
		if changed.Role != s.Parts[cmd.Member].Role {
			p.Tell(message.Note{Code: message.RoleChanged, Actor: message.NameOf(s.Actor), User: message.NameOf(changed.Person), Value: string(changed.Role)})
		}
		return p, nil
	}, func() []transact.Step { return []transact.Step{r.project(changed)} })
	return changed, mine, err
}

func apply(cmd Rerole, m *room.Membership) (changed bool) {
	if cmd.Role != nil && *cmd.Role != m.Role {
		m.Role, changed = *cmd.Role, true
	}
	if cmd.Cap != nil && !sameCap(*cmd.Cap, m.MonthlyCap) {
		m.MonthlyCap, changed = *cmd.Cap, true
	}
	return changed
}

func sameCap(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }

func mayRerole(mine room.Mine, m room.Membership, cmd Rerole) error {
	if !m.Role.Valid() {
		return notInside()
	}
	rights := []room.Right{room.ManageMembers}
	if cmd.Role != nil {
		rights = append(rights, room.ToManage(m.Role), room.ToManage(*cmd.Role))
	}
	if cmd.Cap != nil {
		rights = append(rights, room.ManageAdmins)
	}
	for _, right := range rights {
		if err := mine.Role.Check(right); err != nil {
			return err
		}
	}
	if err := mine.Open(); err != nil {
		return err
	}
	switch {
	case cmd.Role == nil && cmd.Cap == nil:
		return fault.Invalid("role", "nothing to change")
	case cmd.Role != nil && m.Role == room.Master:
		return mustTransfer()
	case cmd.Role != nil && !cmd.Role.Given():
		return fault.Invalid("role", "must be reader, guest, member or admin")
	case cmd.Cap != nil:
		return room.CheckLimit("monthly_cap", *cmd.Cap)
	}
	return nil
}

func notInside() error { return fault.New(fault.NotFound, "This person is not in the room.") }

func mustTransfer() error {
	return fault.New(fault.MasterMustTransfer, "The master must give the room to somebody else first.")
}

// Remove takes a person out of a room, by themselves or by somebody who may; what they wrote stays, and an offer of the room
// to them ends. Returns not_found, forbidden, master_must_transfer.
func (r Rooms) Remove(ctx context.Context, roomID, person, actor id.ID) error {
	n := change.Needs{RoomID: roomID, Order: change.Alone, Person: actor, Profile: true, Parts: []id.ID{person}, Invited: true, Streams: []id.ID{person}}
	return r.remove(ctx, n, person, func(change.Situation) error { return nil })
}

// Depart lets somebody leave a room who ended their account; whoever came back meanwhile stays. Returns not_found, conflict.
func (r Rooms) Depart(ctx context.Context, roomID, person id.ID) error {
	n := change.Needs{RoomID: roomID, Order: change.Alone, Person: person, Self: change.Present, Profile: true, Parts: []id.ID{person}, Streams: []id.ID{person}}
	err := r.remove(ctx, n, person, func(s change.Situation) error {
		if s.Stays() == nil {
			return fault.New(fault.Conflict, "This account was not deleted.")
		}
		return nil
	})
	if fault.Is(err, fault.MasterMustTransfer) {
		// Nobody else is in it: a copy that was finished just before its maker's account ended.
		return r.Delete(ctx, roomID, person)
	}
	return err
}

func (r Rooms) remove(ctx context.Context, n change.Needs, person id.ID, may func(s change.Situation) error) error {
	roomID, actor := n.RoomID, n.Person
	var removed room.Membership
	return r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		if err := may(s); err != nil {
			return nil, err
		}
		part := s.Parts[person]
		if !part.Role.Valid() {
			return nil, notInside()
		}
		right := room.Read
		if actor != person {
			right = room.ToManage(part.Role)
		}
		if err := s.Room.Role.Check(right); err != nil {
			return nil, err
		}
		if part.Role == room.Master {
			return nil, mustTransfer()
		}
		p := s.Plan(actor, n)
		removed = room.Membership{Person: room.Person{ID: person}, RoomID: roomID, Version: p.RoomEvent(event.MemberRemoved, person)}
		gone := change.RemoveMember{RoomID: roomID, UserID: person, Version: removed.Version, At: s.Now}
		if actor != person {
			gone.By = actor
			revoke(p, s.Invited[person])
		}
		p.Write(gone)
		p.Tell(message.Note{Code: message.Left, Actor: message.NameOf(s.Actor), User: message.NameOf(part.Person)})
		p.UserEvent(person, event.RoomLeft, roomID)
		if s.Room.OfferedTo == person {
			offer(p, roomID, id.ID{}, s.Now)
		}
		return p, nil
	}, func() []transact.Step { return []transact.Step{r.project(removed)} })
}

// revoke ends an invitation that a removed person never answered, having come in by a link: it would bring them back.
func revoke(p *change.Plan, waiting room.Invitation) {
	if waiting.ID.IsZero() {
		return
	}
	p.Write(change.EndInvitation{InvitationID: waiting.ID, Status: room.Revoked})
	p.UserEvent(waiting.InvitedUser.ID, event.InvitationUpdated, waiting.ID)
}

// UpdateMine changes what a room is to one of its members alone. Returns not_found, validation_failed.
func (r Rooms) UpdateMine(ctx context.Context, roomID, person id.ID, level room.Notify) error {
	n := change.Needs{RoomID: roomID, Person: person, RaisesRead: true}
	return r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		if !level.Valid() {
			return nil, fault.Invalid("notify", "must be all, mentions or none")
		}
		p := s.Plan(person, n)
		p.Write(change.SetNotify{RoomID: roomID, UserID: person, Level: level})
		return p, nil
	}, nil)
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
		mine.LastReadMessageID, mine.LastReadSequence = messageID, max(mine.LastReadSequence, s.ReadSequence)
		p := s.Plan(person, n)
		p.Write(change.RaiseRead{RoomID: roomID, UserID: person, MessageID: messageID, Sequence: s.ReadSequence})
		return p, nil
	}, func() []transact.Step {
		return []transact.Step{{Name: "project a read position", Do: func(ctx context.Context) error {
			return r.Memberships.RaiseRead(ctx, person, roomID, mine.LastReadMessageID)
		}}}
	})
	return mine, err
}
