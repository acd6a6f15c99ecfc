// Package realtime holds what the sockets know: connections, tickets, who is in which room, and how far streams have come.
//
// All of it is a projection; Postgres is the truth. It exists so that sockets never wake the database.
package realtime

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// How long things last.
const (
	TicketLifetime = time.Minute
	// ConnectionLifetime is a little more than API Gateway's own two hours.
	ConnectionLifetime = 2*time.Hour + 10*time.Minute
	// DenialLifetime outlives every access token and every socket that a denied session may still hold: a socket that could
	// not be closed is found by its denial before something is pushed to it.
	DenialLifetime = ConnectionLifetime + 10*time.Minute
	// RemovalLifetime is how long a membership of role "none" is kept, so that a late projection cannot bring it back.
	RemovalLifetime = 30 * 24 * time.Hour
	// MaxHeartbeatRooms bounds what one heartbeat may ask.
	MaxHeartbeatRooms = 20
	// MaxFrame is the largest frame that API Gateway passes.
	MaxFrame = 32 * 1024
	// MaxPush is the largest frame that is sent, as encoded, escapes included.
	MaxPush = 28 * 1024
	// TouchEvery is how old a sign of life may be before another is written.
	TouchEvery = 5 * time.Minute
)

// None is the role of somebody who is not in the room any more.
const None = "none"

// RoomStream names a room's stream of events.
func RoomStream(room id.ID) string { return "room:" + room.String() }

// UserStream names a person's own stream of events; on the wire it is just "user".
func UserStream(user id.ID) string { return "user:" + user.String() }

// Connection is one open socket.
type Connection struct {
	ID          string
	UserID      id.ID
	SessionID   id.ID
	Username    string
	DisplayName string
	Viewing     id.ID
	OpenedAt    time.Time
	SeenAt      time.Time
}

// Connections stores open sockets.
type Connections interface {
	// Put records a new socket.
	Put(ctx context.Context, c Connection) error
	// Get says false if the socket is not known.
	Get(ctx context.Context, connectionID string) (Connection, bool, error)
	// View says which room the socket has on screen; the zero id is none. Says false if the socket is not known.
	View(ctx context.Context, connectionID string, room id.ID) (bool, error)
	// Touch records a sign of life. Says false if the socket is not known.
	Touch(ctx context.Context, connectionID string, at time.Time) (bool, error)
	// OfUsers is every socket of these people: its id, person, session and when it opened. It may not know of the last moment.
	OfUsers(ctx context.Context, users []id.ID) ([]Connection, error)
	// Viewing is every socket that has the room on screen, as an index knows it: it may not know of the last moment, either.
	Viewing(ctx context.Context, room id.ID) ([]Connection, error)
	// Remove forgets a socket, by its id; an unknown one is harmless. Who knows its person says so: one that is only listed is
	// found by nothing else.
	Remove(ctx context.Context, c Connection) error
}

// Ticket opens one socket, once. It carries what a socket must know of its person without asking Postgres.
type Ticket struct {
	UserID      id.ID
	SessionID   id.ID
	Username    string
	DisplayName string
	ExpiresAt   time.Time
}

// TicketHash is the SHA-256 of a ticket's secret: the secret itself is never stored.
type TicketHash [32]byte

// Tickets stores tickets until they are spent.
type Tickets interface {
	Put(ctx context.Context, hash TicketHash, t Ticket) error
	// Spend takes the ticket away; of two at once only one gets it. Says false for one that is unknown, spent or expired.
	Spend(ctx context.Context, hash TicketHash, now time.Time) (Ticket, bool, error)
}

// Membership is what sockets know of a person in a room. Version is the room's event of the last change; Role is "none" after
// a removal; Read is the read position.
type Membership struct {
	UserID      id.ID
	RoomID      id.ID
	Role        string
	Version     int64
	Read        id.ID
	Username    string
	DisplayName string
}

// In says whether the person is in the room.
func (m Membership) In() bool { return m.Role != "" && m.Role != None }

// Memberships is the projection of room_members.
type Memberships interface {
	// Raise stores each membership unless a newer version is there. The read position stays unless it rises.
	Raise(ctx context.Context, ms ...Membership) error
	// RaiseRead raises the read position, never lowers it.
	RaiseRead(ctx context.Context, userID, roomID, read id.ID) error
	// Get says false if nothing is known; a removed member has role "none".
	Get(ctx context.Context, userID, roomID id.ID) (Membership, bool, error)
}

// MembershipsOf answers for many rooms at once.
type MembershipsOf interface {
	// GetMany leaves out what is not known.
	GetMany(ctx context.Context, userID id.ID, rooms []id.ID) (map[id.ID]Membership, error)
}

// MembersOf answers for many people of one room at once.
type MembersOf interface {
	// Members leaves out who is not known.
	Members(ctx context.Context, roomID id.ID, users []id.ID) (map[id.ID]Membership, error)
}

// Heads says how far each stream has come.
type Heads interface {
	// Raise never lowers.
	Raise(ctx context.Context, stream string, event int64) error
	// Get leaves out streams without a head.
	Get(ctx context.Context, streams []string) (map[string]int64, error)
}

// Denials are sessions that ended while access tokens for them may still be about.
type Denials interface {
	Deny(ctx context.Context, session id.ID) error
	Denied(ctx context.Context, session id.ID) (bool, error)
}

// DenialsOf answers for many sessions at once.
type DenialsOf interface {
	// DeniedOf names those that are denied.
	DeniedOf(ctx context.Context, sessions []id.ID) (map[id.ID]bool, error)
}

// Activity tells the sweeper whether the database may hold work, without waking it.
type Activity interface {
	// Raise records, before a transaction begins, that there may be work. It does nothing if it did so less than 30 s ago.
	Raise(ctx context.Context) error
	// Read returns zero times for what never happened.
	Read(ctx context.Context) (raised, clean time.Time, err error)
	// SetClean records that at that time nothing was left, unless something was raised since. Says whether it did.
	SetClean(ctx context.Context, at, ifRaised time.Time) (bool, error)
}
