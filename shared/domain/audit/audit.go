// Package audit holds the log of who did what to rooms, their people and accounts, and from where. It is only ever added to.
package audit

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// Act is what was done.
type Act string

// What is done to a room.
const (
	RoomCreated  Act = "room.created"
	RoomDeleted  Act = "room.deleted"
	RoomFrozen   Act = "room.frozen"
	RoomUnfrozen Act = "room.unfrozen"
	RoomForked   Act = "room.forked"
	// RoomRetention: for how long messages are kept, or will be.
	RoomRetention Act = "room.retention"
	RoomExported  Act = "room.exported"
	// ExportFetched: a link to the file was given out.
	ExportFetched Act = "export.fetched"

	MemberAdded   Act = "member.added"
	MemberRemoved Act = "member.removed"
	MemberLeft    Act = "member.left"
	MemberChanged Act = "member.changed"

	OwnerOffered   Act = "owner.offered"
	OfferWithdrawn Act = "owner.offer_withdrawn"
	OwnerChanged   Act = "owner.changed"

	InvitationCreated Act = "invitation.created"
	InvitationEnded   Act = "invitation.ended"

	MessageRemoved Act = "message.removed"
)

// What is done to an account.
const (
	SessionOpened  Act = "session.opened"
	SessionEnded   Act = "session.ended"
	SessionRevoked Act = "session.revoked"
	Exported       Act = "account.exported"
	Suspended      Act = "account.suspended"
	Reinstated     Act = "account.reinstated"

	AccountDeleted  Act = "account.deleted"
	AccountRestored Act = "account.restored"
	AccountErased   Act = "account.erased"

	HoldPlaced Act = "hold.placed"
	HoldLifted Act = "hold.lifted"
)

// Detail says more of an act.
type Detail string

// The details.
const (
	Role   Detail = "role"
	Before Detail = "role_before"
	Kind   Detail = "kind"
	Status Detail = "status"
	Cap    Detail = "monthly_cap"
	Days   Detail = "days" // empty for ever
)

// Entry is one line of the log.
type Entry struct {
	ID      id.ID
	Act     Act
	Actor   id.ID // zero for the house itself
	RoomID  id.ID // zero for what is done to an account
	Subject id.ID // to whom or to what it was done
	Details map[Detail]string
	// Address is from where it was asked, as the edge knows it; empty for what nobody asked for at that moment.
	Address string
	At      time.Time
}

// Line is an entry as the admins of its room read it: with names, and without where people were.
type Line struct {
	Entry
	Who  *room.Person
	Whom *room.Person // where the subject is a person
}

type addressKey struct{}

// WithAddress gives ctx the address from which something is asked.
func WithAddress(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, addressKey{}, address)
}

// AddressOf is the address that ctx carries, empty if none.
func AddressOf(ctx context.Context) string {
	v, _ := ctx.Value(addressKey{}).(string)
	return v
}
