package room

import (
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// InvitationKind says who may use an invitation.
type InvitationKind string

// The kinds: one person, or whoever holds the link.
const (
	ForUser InvitationKind = "user"
	ForLink InvitationKind = "link"
)

// InvitationStatus is what became of an invitation.
type InvitationStatus string

// The states. Expired is never stored: time does it.
const (
	Pending  InvitationStatus = "pending"
	Accepted InvitationStatus = "accepted"
	Rejected InvitationStatus = "rejected"
	Revoked  InvitationStatus = "revoked"
	Expired  InvitationStatus = "expired"
)

// Invitation lets somebody into a room as what it says.
type Invitation struct {
	ID          id.ID
	RoomID      id.ID
	RoomName    string
	Kind        InvitationKind
	Role        Role
	InvitedBy   Person
	InvitedUser *Person // of a person's
	UsesLeft    *int    // of a link's; nil is no limit
	MonthlyCap  *int64  // that who comes by the link gets
	Status      InvitationStatus
	CreatedAt   time.Time
	ExpiresAt   time.Time
}

// At is the invitation as it is at a moment.
func (i Invitation) At(now time.Time) Invitation {
	if i.Status == Pending && !now.Before(i.ExpiresAt) {
		i.Status = Expired
	}
	return i
}

// Usable returns gone, with the field that says why, for what lets nobody in at that moment: by its own state, or because
// its maker could not invite any more.
func (i Invitation) Usable(now time.Time, maker Role) error {
	switch i = i.At(now); {
	case i.Status == Expired:
		return gone("expires_at", "has passed")
	case i.Status != Pending:
		return gone("status", "is "+string(i.Status))
	case i.UsesLeft != nil && *i.UsesLeft == 0:
		return gone("uses_left", "is 0")
	case !maker.May(ToManage(i.Role)):
		return gone("invited_by", "may not invite any more")
	}
	return nil
}

// RoleFor is what the invitation makes of somebody who may have been in the room before. A link that was made before they went
// is for those who were never there: it brings nobody back who was taken out, which is gone, and nobody to more than they were.
func (i Invitation) RoleFor(before *Departure) (Role, error) {
	switch {
	case i.Kind != ForLink || before == nil || i.CreatedAt.After(before.At):
		return i.Role, nil
	case before.Removed:
		return Outside, gone("removed_at", "is later than this link")
	}
	return i.Role.lower(before.Role), nil
}

func gone(field, message string) error {
	return &fault.Error{Code: fault.Gone, Detail: "This invitation holds no longer.", Fields: []fault.Field{{Name: field, Message: message}}}
}
