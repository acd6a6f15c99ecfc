// Package event names the numbered changes of a room's stream and of a person's own.
package event

import (
	"strings"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// Kind is what happened.
type Kind string

// The kinds that exist so far.
const (
	MessageCreated Kind = "message.created"
	MessageUpdated Kind = "message.updated"
	MemberUpdated  Kind = "member.updated"
	MemberRemoved  Kind = "member.removed"
	RoomUpdated    Kind = "room.updated"
	RoomDeleted    Kind = "room.deleted"
	RoomForked     Kind = "room.forked" // the first event of a copy
	RoomJoined     Kind = "room.joined"
	RoomLeft       Kind = "room.left"

	InvitationCreated Kind = "invitation.created"
	InvitationUpdated Kind = "invitation.updated"
)

// Event is one row of a log: that an entity changed, not what it is now.
type Event struct {
	Number   int64
	Kind     Kind
	EntityID id.ID
	ActorID  id.ID
	At       time.Time
}

// Stream names one of the two logs.
type Stream struct {
	Room id.ID // set on a room's stream
	User id.ID // set on a person's
}

// RoomStream is the log of what everybody in a room may see.
func RoomStream(room id.ID) Stream { return Stream{Room: room} }

// UserStream is one person's own log: private messages, and which rooms they are in.
func UserStream(user id.ID) Stream { return Stream{User: user} }

// String is the stream's key: room:<id> or user:<id>.
func (s Stream) String() string {
	if s.Room.IsZero() {
		return "user:" + s.User.String()
	}
	return "room:" + s.Room.String()
}

// ParseStream reads what String wrote.
func ParseStream(s string) (Stream, bool) {
	kind, rest, found := strings.Cut(s, ":")
	v, err := id.Parse(rest)
	switch {
	case !found || err != nil:
		return Stream{}, false
	case kind == "room":
		return Stream{Room: v}, true
	case kind == "user":
		return Stream{User: v}, true
	}
	return Stream{}, false
}
