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

// MaxBytes bounds the texts of one answer: a room's are made of messages, and one alone may have a megabyte.
const MaxBytes = 512 << 10

// Shorten ends events before the texts of the messages they speak of exceed MaxBytes; the first event always stays.
func Shorten(events []event.Event, sizes map[id.ID]int) []event.Event {
	total := 0
	counted := map[id.ID]bool{}
	for i, e := range events {
		if !counted[e.EntityID] {
			counted[e.EntityID] = true
			total += sizes[e.EntityID]
		}
		if total > MaxBytes && i > 0 {
			return events[:i]
		}
	}
	return events
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
	Messages []message.Message // private ones
	Rooms    rooms.Listing
	Left     []id.ID
	// Invitations are those that were made or ended, as they are now.
	Invitations []room.Invitation
}

// Store reads the logs, from one snapshot, each entity once in its present state; not_found to outsiders.
type Store interface {
	RoomChanges(ctx context.Context, roomID, person id.ID, since int64) (Room, error)
	MyChanges(ctx context.Context, person id.ID, since int64) (Mine, error)
}

// Changes is the use case.
type Changes struct{ Store Store }

// OfRoom tells what changed in a room since an event. Returns not_found to outsiders.
func (c Changes) OfRoom(ctx context.Context, roomID, person id.ID, since int64) (Room, error) {
	return c.Store.RoomChanges(ctx, roomID, person, since)
}

// Mine tells what changed in a person's own stream since an event.
func (c Changes) Mine(ctx context.Context, person id.ID, since int64) (Mine, error) {
	return c.Store.MyChanges(ctx, person, since)
}
