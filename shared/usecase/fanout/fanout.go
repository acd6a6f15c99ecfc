// Package fanout pushes committed events to the sockets of those who may see them. A push is a hint: whoever misses one
// sees it by the number of the next, or by the head in a heartbeat's answer.
package fanout

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// RoomPush is what a push of a room's events says: rows as they are now.
type RoomPush struct {
	Events   []event.Event
	Messages []message.Message
	Members  []room.Membership // whom the events speak of, as far as they are in the room
	Room     rooms.Listing     // only if an event is about the room itself
}

// UserPush is what a push of a person's own events says. Memberships are the person's in the rooms joined or left, as they
// are now: where one is out, with the role "outside" and the version of the removal.
type UserPush struct {
	Events      []event.Event
	Messages    []message.Message // private ones
	Rooms       rooms.Listing
	Left        []id.ID
	Memberships []room.Membership
	Invitations []room.Invitation
}

// Store reads what is pushed.
type Store interface {
	RoomPush(ctx context.Context, roomID id.ID, from, to int64) (RoomPush, error)
	// Audience is who is in the room, by id, so many after that one; of a deleted room it tells who was.
	Audience(ctx context.Context, roomID, after id.ID, limit int) ([]id.ID, error)
	UserPush(ctx context.Context, person id.ID, from, to int64) (UserPush, error)
}

// Frames encodes events; Room and User answer nil for events that say nothing any more.
type Frames interface {
	Room(roomID id.ID, r Run, p RoomPush) []byte
	User(r Run, p UserPush) []byte
	Notice(n outbox.Notice) []byte
}

// FanOut is the use case.
type FanOut struct {
	Store       Store
	Heads       realtime.Heads
	Memberships realtime.Memberships
	Connections interface {
		OfUsers(ctx context.Context, users []id.ID) ([]realtime.Connection, error)
		Remove(ctx context.Context, c realtime.Connection) error
	}
	Denials realtime.DenialsOf
	Hub     realtime.MessageHub
	Budget  realtime.Budget
	Frames  Frames
}

// Push tells of events or gives notice. It raises the head first: whatever happens next, heartbeats tell that there is more.
func (f FanOut) Push(ctx context.Context, p outbox.Push) error {
	stream, ok := event.ParseStream(p.Stream)
	if !ok {
		slog.ErrorContext(ctx, "a push of no stream", "stream", p.Stream)
		return nil
	}
	if p.Notice != nil {
		return f.postTo(ctx, stream.User, f.Frames.Notice(*p.Notice))
	}
	if err := f.Heads.Raise(ctx, stream.String(), p.To); err != nil {
		return err
	}
	if stream.Room.IsZero() {
		return f.pushUser(ctx, stream.User, p)
	}
	return f.pushRoom(ctx, stream.Room, p)
}

// RaiseHead is all that is left to do for a push that failed for good.
func (f FanOut) RaiseHead(ctx context.Context, p outbox.Push) error {
	if p.Notice != nil {
		return nil
	}
	return f.Heads.Raise(ctx, p.Stream, p.To)
}

func (f FanOut) pushRoom(ctx context.Context, roomID id.ID, p outbox.Push) error {
	push, err := f.Store.RoomPush(ctx, roomID, p.From, p.To)
	if err != nil {
		return err
	}
	if err := f.project(ctx, roomID, push); err != nil {
		return err
	}
	return f.toAll(ctx, roomID, push)
}

// audiencePage is how many members are read, looked up and posted to at a time.
const audiencePage = 1000

// toAll posts a push to everybody in the room, a page of people after the other.
func (f FanOut) toAll(ctx context.Context, roomID id.ID, push RoomPush) error {
	l, until := f.letters(roomID, push), time.Now().Add(budgetWithin)
	var after id.ID
	for {
		people, err := f.Store.Audience(ctx, roomID, after, audiencePage)
		if err != nil {
			return err
		}
		if err := f.projectEnd(ctx, roomID, push, people); err != nil {
			return err
		}
		if told, err := f.post(ctx, people, l, until); err != nil || !told || len(people) < audiencePage {
			return err
		}
		after = people[len(people)-1]
	}
}

// projectEnd puts these people out of a room that was deleted.
func (f FanOut) projectEnd(ctx context.Context, roomID id.ID, push RoomPush, people []id.ID) error {
	at := slices.IndexFunc(push.Events, func(e event.Event) bool { return e.Kind == event.RoomDeleted })
	if at < 0 {
		return nil
	}
	out := make([]room.Membership, 0, len(people))
	for _, person := range people {
		out = append(out, room.Membership{Person: room.Person{ID: person}, RoomID: roomID, Version: push.Events[at].Number})
	}
	return f.raise(ctx, out)
}

// project heals the memberships' projection, should the function that changed one have died before writing it, and
// raises senders' read positions past what they sent.
func (f FanOut) project(ctx context.Context, roomID id.ID, push RoomPush) error {
	var raised []room.Membership
	var errs []error
	for _, e := range push.Events {
		switch e.Kind {
		case event.MemberUpdated, event.RoomForked:
			whose := e.EntityID
			if e.Kind == event.RoomForked {
				whose = e.ActorID // alone in the room at first
			}
			for _, m := range push.Members {
				if m.Person.ID == whose {
					raised = append(raised, m)
				}
			}
		case event.MemberRemoved:
			raised = append(raised, room.Membership{Person: room.Person{ID: e.EntityID}, RoomID: roomID, Version: e.Number})
		case event.MessageCreated:
			if !e.ActorID.IsZero() && !tellsOfItself(push, e.EntityID) {
				errs = append(errs, f.Memberships.RaiseRead(ctx, e.ActorID, roomID, e.EntityID))
			}
		case event.MessageUpdated, event.RoomUpdated, event.RoomDeleted, event.RoomJoined, event.RoomLeft, event.InvitationCreated, event.InvitationUpdated: // say nothing of a single member
		}
	}
	return errors.Join(append(errs, f.raise(ctx, raised))...)
}

// tellsOfItself says whether the message is the room's own: who caused it has not read past it.
func tellsOfItself(push RoomPush, messageID id.ID) bool {
	return slices.ContainsFunc(push.Messages, func(m message.Message) bool { return m.ID == messageID && m.Type == message.System })
}

// raise writes of each membership only the newest that is known here.
func (f FanOut) raise(ctx context.Context, all []room.Membership) error {
	type place struct{ person, room id.ID }
	newest := map[place]room.Membership{}
	for _, m := range all {
		at := place{m.Person.ID, m.RoomID}
		if held, ok := newest[at]; !ok || held.Version < m.Version {
			newest[at] = m
		}
	}
	if len(newest) == 0 {
		return nil
	}
	return f.Memberships.Raise(ctx, rooms.Project(slices.Collect(maps.Values(newest)))...)
}

func (f FanOut) pushUser(ctx context.Context, person id.ID, p outbox.Push) error {
	push, err := f.Store.UserPush(ctx, person, p.From, p.To)
	if err != nil {
		return err
	}
	if err := f.raise(ctx, push.Memberships); err != nil {
		return err
	}
	var frames [][]byte
	for _, r := range runs(push.Events) {
		if frame := f.Frames.User(r, push); frame != nil {
			frames = append(frames, frame)
		}
	}
	return f.postTo(ctx, person, frames...)
}
