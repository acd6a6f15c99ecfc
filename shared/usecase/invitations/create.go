package invitations

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"time"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// ForGroup invites everybody of a group, each by an invitation of their own.
const ForGroup room.InvitationKind = "group"

// The bounds of a wish.
const (
	MaxUses      = 10_000
	MaxHours     = 30 * 24
	DefaultHours = 7 * 24
)

// Create is the wish to invite: one person, a group, or whoever holds a link.
type Create struct {
	RoomID, Inviter id.ID
	Kind            room.InvitationKind
	Role            room.Role
	Username        string
	GroupID         id.ID
	MaxUses         *int
	Hours           *int
	MonthlyCap      *int64
}

// Outcome is what became of inviting one person.
type Outcome string

// The outcomes. CannotBeInvited does not tell whether somebody blocked the inviter or is away.
const (
	Invited         Outcome = "invited"
	AlreadyIn       Outcome = "already_in"
	AlreadyInvited  Outcome = "already_invited"
	CannotBeInvited Outcome = "cannot_be_invited"
)

// One is a person, what became of inviting them, and the invitation that waits.
type One struct {
	Person     room.Person
	Outcome    Outcome
	Invitation *room.Invitation
}

// Made is what a wish made, or made before. The token of a link is told once.
type Made struct {
	Invitation *room.Invitation
	Token      string
	People     []One // of a group
	Created    bool
}

// Create invites. An equal request answers what the first one made. Returns not_found to outsiders, idempotency_mismatch,
// forbidden, room_archived, room_frozen, validation_failed, already_exists, conflict.
func (i Invitations) Create(ctx context.Context, cmd Create, key change.Key) (made Made, err error) {
	people, refusal, err := i.people(ctx, cmd)
	if err != nil {
		return made, err
	}
	key.Resource = id.New()
	n := change.Needs{Key: &key, RoomID: cmd.RoomID, Order: change.InOrder, Person: cmd.Inviter, Profile: true, Blocks: true, Invited: true}
	for _, p := range people {
		n.Parts, n.Streams = append(n.Parts, p.ID), append(n.Streams, p.ID)
	}
	token, err := newToken()
	if err != nil {
		return made, err
	}
	var first id.ID
	err = i.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		made, first = Made{}, s.Claim.Resource
		if err := s.Readable(); err != nil {
			return nil, err
		}
		if err := s.Claim.Again(key); err != nil {
			made.People = outcomes(s, nil, cmd, people)
			return nil, err
		}
		if err := mayInvite(s, cmd, refusal); err != nil {
			return nil, err
		}
		p := s.Plan(cmd.Inviter, n)
		made.Created = true
		return p, carryOut(s, p, cmd, people, &made, key.Resource, token)
	}, nil)
	if errors.Is(err, change.ErrRepeated) {
		err = nil
		if cmd.Kind != ForGroup {
			var again room.Invitation
			again, err = i.Store.Invitation(ctx, first)
			again = again.At(i.Now())
			made.Invitation = &again
		}
	}
	return made, err
}

// people is whom the wish names; what is wrong with that is told after access.
func (i Invitations) people(ctx context.Context, cmd Create) (people []Invitee, refusal, err error) {
	field := ""
	switch cmd.Kind {
	case room.ForUser:
		field = "username"
		var one Invitee
		if one, err = i.Store.Named(ctx, cmd.Username); err == nil {
			people = []Invitee{one}
		}
	case ForGroup:
		field = "group_id"
		people, err = i.Store.OfGroup(ctx, cmd.Inviter, cmd.GroupID)
	case room.ForLink:
	default:
		return nil, fault.Invalid("kind", "must be user, link or group"), nil
	}
	if fault.Is(err, fault.NotFound) {
		return nil, fault.Invalid(field, "is not known"), nil
	}
	return people, nil, err
}

func mayInvite(s change.Situation, cmd Create, refusal error) error {
	rights := []room.Right{room.ManageMembers, room.ToManage(cmd.Role)}
	if cmd.MonthlyCap != nil {
		rights = append(rights, room.ManageAdmins)
	}
	for _, right := range rights {
		if err := s.Room.Role.Check(right); err != nil {
			return err
		}
	}
	if err := s.Room.Open(); err != nil {
		return err
	}
	link := cmd.Kind == room.ForLink
	switch {
	case refusal != nil:
		return refusal
	case !cmd.Role.Given():
		return fault.Invalid("role", "must be reader, guest, member or admin")
	case cmd.Hours != nil && (*cmd.Hours < 1 || *cmd.Hours > MaxHours):
		return fault.Invalid("expires_in_hours", "must lie between 1 and 720")
	case cmd.MaxUses != nil && (!link || *cmd.MaxUses < 1 || *cmd.MaxUses > MaxUses):
		return fault.Invalid("max_uses", "must lie between 1 and 10,000, and is for links")
	case cmd.MonthlyCap != nil && !link:
		return fault.Invalid("monthly_cap", "is for links")
	}
	return room.CheckLimit("monthly_cap", cmd.MonthlyCap)
}

func carryOut(s change.Situation, p *change.Plan, cmd Create, people []Invitee, made *Made, invitationID id.ID, token string) error {
	switch cmd.Kind {
	case room.ForLink:
		link := wanted(s, cmd, invitationID)
		link.Kind, link.UsesLeft, link.MonthlyCap = room.ForLink, cmd.MaxUses, cmd.MonthlyCap
		hash := HashOf(token)
		p.Write(change.InsertInvitation{Invitation: link, Hash: hash[:]})
		made.Invitation, made.Token = &link, token
	case room.ForUser:
		if people[0].ID == cmd.Inviter {
			return fault.Invalid("username", "is you")
		}
		one := invite(s, p, cmd, people[0], invitationID)
		made.Invitation = one.Invitation
		return one.Outcome.refusal()
	case ForGroup:
		made.People = outcomes(s, p, cmd, people)
	}
	return nil
}

func (o Outcome) refusal() error {
	switch o {
	case AlreadyIn:
		return fault.New(fault.AlreadyExists, "This person is in the room.")
	case AlreadyInvited:
		return fault.New(fault.AlreadyExists, "This person has been invited.")
	case CannotBeInvited:
		return fault.New(fault.Conflict, "This person cannot be invited.")
	case Invited:
	}
	return nil
}

// outcomes invites everybody who can be; without a plan it tells what became of that before.
func outcomes(s change.Situation, p *change.Plan, cmd Create, people []Invitee) (all []One) {
	for _, person := range people {
		one := invite(s, p, cmd, person, id.New())
		if p == nil && one.Outcome == AlreadyInvited {
			one.Outcome = Invited
		}
		all = append(all, one)
	}
	return all
}

func invite(s change.Situation, p *change.Plan, cmd Create, person Invitee, invitationID id.ID) One {
	one := One{Person: person.Person}
	waiting, invited := s.Invited[person.ID]
	switch {
	case s.Parts[person.ID].Role.Valid():
		one.Outcome = AlreadyIn
	case invited && waiting.At(s.Now).Status == room.Pending:
		one.Outcome, one.Invitation = AlreadyInvited, &waiting
	case person.Away, s.Blocked[person.ID], p == nil:
		one.Outcome = CannotBeInvited
	default:
		if invited { // and it expired
			end(p, waiting, room.Revoked)
		}
		made := wanted(s, cmd, invitationID)
		made.Kind, made.InvitedUser = room.ForUser, &person.Person
		p.Write(change.InsertInvitation{Invitation: made})
		p.UserEvent(person.ID, event.InvitationCreated, made.ID)
		one.Outcome, one.Invitation = Invited, &made
	}
	return one
}

func wanted(s change.Situation, cmd Create, invitationID id.ID) room.Invitation {
	hours := DefaultHours
	if cmd.Hours != nil {
		hours = *cmd.Hours
	}
	return room.Invitation{ID: invitationID, RoomID: s.Room.ID, RoomName: s.Room.Name, Role: cmd.Role, InvitedBy: s.Actor, Status: room.Pending,
		ExpiresAt: s.Now.Add(time.Duration(hours) * time.Hour).Truncate(time.Millisecond)}
}

// newToken is what opens a link: 256 bits.
func newToken() (string, error) {
	var b [32]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}
