// Package changes tells clients what they missed: the durable logs, read by number.
package changes

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// MaxEvents is how many events one answer covers.
const MaxEvents = 200

// Window says which events an answer covers.
type Window struct {
	LatestEvent int64 // the last event covered
	HasMore     bool
	Reset       bool // the client must load anew
}

// NewWindow judges what was found after since: a number from the future, or a log that no longer reaches back to it,
// means that the client must load anew.
func NewWindow(since, latest int64, found []event.Event) Window {
	switch {
	case since > latest, since < latest && (len(found) == 0 || found[0].Number != since+1):
		return Window{LatestEvent: latest, Reset: true}
	case len(found) == 0:
		return Window{LatestEvent: latest}
	}
	last := found[len(found)-1].Number
	return Window{LatestEvent: last, HasMore: last < latest}
}

// Room is what changed in a room.
type Room struct {
	Window
	Messages []message.Message
	Members  []room.Membership
	Removed  []id.ID
	Room     *rooms.Listing
}

// Mine is what changed in a person's own stream.
type Mine struct {
	Window
	Rooms rooms.Listing
	Left  []id.ID
}

// Store reads the logs.
type Store interface {
	RoomChanges(ctx context.Context, roomID, person id.ID, since int64) (Room, error)
	MyChanges(ctx context.Context, person id.ID, since int64) (Mine, error)
}
