// Package invitations lets people into rooms: by name, by group and by link.
package invitations

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Hash is the SHA-256 of a link's token: the token itself is never stored.
type Hash [sha256.Size]byte

// HashOf is what is stored of a token. A plain hash is enough for what cannot be guessed.
func HashOf(token string) Hash { return sha256.Sum256([]byte(token)) }

// Invitee is somebody to invite. Who has left the product, or was suspended, is away.
type Invitee struct {
	room.Person
	Away bool
}

// Store reads invitations, and who can be invited.
type Store interface {
	// Invitation and ByHash return not_found for one that is not there, or whose room was deleted.
	Invitation(ctx context.Context, invitationID id.ID) (room.Invitation, error)
	ByHash(ctx context.Context, hash Hash) (room.Invitation, error)
	// OfRoom lists what waits in a room, and the room as the person has it; not_found to outsiders.
	OfRoom(ctx context.Context, roomID, person, after id.ID, limit int) (room.Mine, []room.Invitation, error)
	// OfPerson lists what waits for a person.
	OfPerson(ctx context.Context, person, after id.ID, limit int) ([]room.Invitation, error)
	// Named finds somebody by username; not_found.
	Named(ctx context.Context, username string) (Invitee, error)
	// OfGroup is who is in a group of the owner's; not_found.
	OfGroup(ctx context.Context, owner, group id.ID) ([]Invitee, error)
	// Part is a person's part in a room: with the role Outside if they are not in it, or not any more.
	Part(ctx context.Context, roomID, person id.ID) (room.Membership, error)
}

// Invitations is the use case.
type Invitations struct {
	Store       Store
	Rooms       rooms.Store
	Runner      transact.Runner
	Memberships realtime.Memberships
	Now         func() time.Time
}

// OfRoom lists the invitations that wait in a room. Returns not_found, forbidden.
func (i Invitations) OfRoom(ctx context.Context, roomID, person, after id.ID, limit int) ([]room.Invitation, error) {
	mine, list, err := i.Store.OfRoom(ctx, roomID, person, after, limit)
	if err == nil {
		err = mine.Role.Check(room.ManageMembers)
	}
	return list, err
}

// Mine lists the invitations that wait for a person.
func (i Invitations) Mine(ctx context.Context, person, after id.ID, limit int) ([]room.Invitation, error) {
	return i.Store.OfPerson(ctx, person, after, limit)
}

// Preview is what a link leads to, and whether the person is there already.
type Preview struct {
	room.Invitation
	Inside bool
}

// Preview tells what a link leads to before anybody joins. Returns not_found, gone.
func (i Invitations) Preview(ctx context.Context, person id.ID, token string) (p Preview, err error) {
	if p.Invitation, err = i.Store.ByHash(ctx, HashOf(token)); err != nil {
		return p, err
	}
	part, err := i.Store.Part(ctx, p.RoomID, person)
	if err != nil {
		return p, err
	}
	if p.Inside = part.Role.Valid(); p.Inside {
		return p, nil
	}
	maker, err := i.Store.Part(ctx, p.RoomID, p.InvitedBy.ID)
	if err != nil {
		return p, err
	}
	if err := p.Usable(i.Now(), maker.Role); err != nil {
		return p, err
	}
	p.Role, err = p.RoleFor(part.Left)
	return p, err
}

// Accept lets the invited person in; doing it again is harmless, and who is in already stays what they are. Returns
// not_found, gone, room_archived, room_frozen.
func (i Invitations) Accept(ctx context.Context, person, invitationID id.ID) (rooms.Listing, error) {
	found, err := i.own(ctx, person, invitationID)
	if err != nil {
		return rooms.Listing{}, err
	}
	return i.enter(ctx, person, found)
}

// Join lets in who holds a link, as Accept does.
func (i Invitations) Join(ctx context.Context, person id.ID, token string) (rooms.Listing, error) {
	found, err := i.Store.ByHash(ctx, HashOf(token))
	if err != nil {
		return rooms.Listing{}, err
	}
	return i.enter(ctx, person, found)
}

func (i Invitations) enter(ctx context.Context, person id.ID, found room.Invitation) (rooms.Listing, error) {
	n := change.Needs{RoomID: found.RoomID, Order: change.InOrder, Person: person, Self: change.Present, Profile: true, Parts: []id.ID{person, found.InvitedBy.ID},
		Streams: []id.ID{person}, Invitation: found.ID}
	var joined room.Membership
	err := i.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		joined = room.Membership{}
		if s.Invitation == nil || !s.Room.DeletedAt.IsZero() {
			return nil, unknown()
		}
		if err := s.Stays(); err != nil {
			return nil, err
		}
		inv, p := *s.Invitation, s.Plan(person, n)
		if s.Room.Role.Valid() {
			if inv.Kind == room.ForUser && inv.Status == room.Pending {
				end(p, inv, room.Accepted)
			}
			return p, nil
		}
		if err := inv.Usable(s.Now, s.Parts[inv.InvitedBy.ID].Role); err != nil {
			return nil, err
		}
		role, err := inv.RoleFor(s.Parts[person].Left)
		if err != nil {
			return nil, err
		}
		if err := s.Room.Open(); err != nil {
			return nil, err
		}
		joined = rooms.Enter(s, p, role, inv.MonthlyCap)
		if inv.Kind == room.ForUser {
			end(p, inv, room.Accepted)
		} else if inv.UsesLeft != nil {
			p.Write(change.UseInvitation{InvitationID: inv.ID})
		}
		return p, nil
	}, func() []transact.Step {
		if joined.RoomID.IsZero() {
			return nil
		}
		return []transact.Step{{Name: "project a membership", Do: func(ctx context.Context) error {
			return i.Memberships.Raise(ctx, rooms.Project([]room.Membership{joined})...)
		}}}
	})
	if err != nil {
		return rooms.Listing{}, err
	}
	return i.Rooms.Room(ctx, found.RoomID, person)
}

// end writes what became of an invitation, and tells the invited person.
func end(p *change.Plan, i room.Invitation, status room.InvitationStatus) {
	p.Write(change.EndInvitation{InvitationID: i.ID, Status: status})
	if i.InvitedUser != nil {
		p.UserEvent(i.InvitedUser.ID, event.InvitationUpdated, i.ID)
	}
}

// Reject ends an invitation without joining; doing it again is harmless. Returns not_found, conflict.
func (i Invitations) Reject(ctx context.Context, person, invitationID id.ID) error {
	found, err := i.own(ctx, person, invitationID)
	if err != nil {
		return err
	}
	n := change.Needs{RoomID: found.RoomID, Order: change.InOrder, Person: person, Streams: []id.ID{person}, Invitation: invitationID}
	return i.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		switch {
		case s.Invitation == nil:
			return nil, unknown()
		case s.Invitation.Status == room.Accepted:
			return nil, fault.New(fault.Conflict, "You have accepted this invitation. You can leave the room.")
		case s.Invitation.Status != room.Pending:
			return nil, nil
		}
		p := s.Plan(person, n)
		end(p, *s.Invitation, room.Rejected)
		return p, nil
	}, nil)
}

// own finds an invitation of the person's; anybody else's is not there.
func (i Invitations) own(ctx context.Context, person, invitationID id.ID) (room.Invitation, error) {
	found, err := i.Store.Invitation(ctx, invitationID)
	if err == nil && (found.InvitedUser == nil || found.InvitedUser.ID != person) {
		err = unknown()
	}
	return found, err
}

// Revoke takes an invitation back; doing it again is harmless. Returns not_found, forbidden.
func (i Invitations) Revoke(ctx context.Context, roomID, person, invitationID id.ID) error {
	n := change.Needs{RoomID: roomID, Order: change.InOrder, Person: person, Invitation: invitationID}
	found, err := i.Store.Invitation(ctx, invitationID)
	switch {
	case err != nil && !fault.Is(err, fault.NotFound):
		return err
	case found.InvitedUser != nil:
		n.Streams = []id.ID{found.InvitedUser.ID}
	}
	return i.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		if s.Invitation == nil {
			return nil, unknown()
		}
		if err := s.Room.Role.Check(room.ToManage(s.Invitation.Role)); err != nil || s.Invitation.Status != room.Pending {
			return nil, err
		}
		p := s.Plan(person, n)
		end(p, *s.Invitation, room.Revoked)
		return p, nil
	}, nil)
}

func unknown() error { return fault.New(fault.NotFound, "There is no such invitation.") }
