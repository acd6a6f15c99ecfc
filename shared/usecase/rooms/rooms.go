// Package rooms makes rooms, lists them, changes them, and says who is in them.
package rooms

import (
	"context"
	"errors"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Listing is rooms with their last messages, and the person's own number at that moment.
type Listing struct {
	Rooms     []room.Mine
	Last      map[id.ID]message.Message
	UserEvent int64
}

// Cursor is where a list of rooms goes on: below a place, and above the list's beginning, so that a room which rises while
// somebody turns pages is not lost between two of them.
type Cursor struct{ Below, Above id.ID }

// Store reads rooms; not_found to outsiders.
type Store interface {
	Room(ctx context.Context, roomID, person id.ID) (Listing, error)
	// Rooms lists one's rooms, newest activity first.
	Rooms(ctx context.Context, person id.ID, from Cursor, limit int) (Listing, error)
	Members(ctx context.Context, q MemberQuery) (Members, error)
	Cost(ctx context.Context, roomID, person id.ID) (room.Mine, Cost, error)
	Spending(ctx context.Context, roomID, person id.ID) (Spending, error)
	// PersonNamed finds somebody by username; not_found if there is nobody of that name.
	PersonNamed(ctx context.Context, username string) (id.ID, error)
	// Made is the room that an earlier equal request made.
	Made(ctx context.Context, key change.Key) (room.Mine, error)
}

// StopHint tells workers to stop before their next checkpoint. Losing one costs a second, never a rule.
type StopHint interface {
	Publish(ctx context.Context, messageID id.ID)
}

// Presence knows who has a socket open.
type Presence interface {
	OfUsers(ctx context.Context, users []id.ID) ([]realtime.Connection, error)
}

// Rooms is the use case.
type Rooms struct {
	Store       Store
	Runner      transact.Runner
	Memberships realtime.Memberships
	Presence    Presence
	Catalogue   ai.Catalogue
	Hint        StopHint
	// LongestRetention is for how many days rooms may keep their messages at most; zero is for ever.
	LongestRetention int
}

// List lists one's rooms.
func (r Rooms) List(ctx context.Context, person id.ID, from Cursor, limit int) (Listing, error) {
	return r.Store.Rooms(ctx, person, from, limit)
}

// Get reads one room with its last message.
func (r Rooms) Get(ctx context.Context, roomID, person id.ID) (Listing, error) {
	return r.Store.Room(ctx, roomID, person)
}

// Create is the wish for a room.
type Create struct {
	Maker    id.ID
	Name     string
	Provider string
	Model    string
	// MemberCap is the cap of members without one of their own; nil is none.
	MemberCap *int64
}

// Create makes a room; its maker is master. An equal request answers the first one's room, with created false. Returns
// idempotency_mismatch, validation_failed, model_unavailable.
func (r Rooms) Create(ctx context.Context, cmd Create, key change.Key) (mine room.Mine, created bool, err error) {
	models, unlisted := r.Catalogue.Models(ctx)
	key.Resource = id.New()
	n := change.Needs{Key: &key, Person: cmd.Maker, Self: change.Present, Profile: true, Streams: []id.ID{cmd.Maker}}
	err = r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Claim.Again(key); err != nil {
			return nil, err
		}
		if err := s.Stays(); err != nil {
			return nil, err
		}
		made, err := newRoom(s, cmd, key.Resource, models, unlisted)
		if err != nil {
			return nil, err
		}
		p := s.NewRoom(cmd.Maker, made)
		p.Write(change.InsertRoom{Room: made, Limits: room.Limits{MemberCap: cmd.MemberCap}}, change.PutMember{Membership: room.Membership{Person: s.Actor, RoomID: made.ID, Role: room.Master, Version: 1}})
		p.RoomEvent(event.MemberUpdated, cmd.Maker)
		number := p.UserEvent(cmd.Maker, event.RoomJoined, made.ID)
		mine = p.Room()
		mine.UserEvent = number
		return p, nil
	}, func() []transact.Step {
		return []transact.Step{r.project(room.Membership{Person: room.Person{ID: cmd.Maker}, RoomID: mine.ID, Role: room.Master, Version: 1})}
	})
	if errors.Is(err, change.ErrRepeated) {
		mine, err = r.Store.Made(ctx, key)
		return mine, false, err
	}
	return mine, err == nil, err
}

func newRoom(s change.Situation, cmd Create, roomID id.ID, models []ai.Model, unlisted error) (room.Room, error) {
	made := room.Room{ID: roomID, OwnerID: cmd.Maker, MaxReplyTokens: room.DefaultReply, Effort: room.DefaultEffort, CreatedAt: s.Now, UpdatedAt: s.Now}
	wish := room.Changes{Name: &cmd.Name, AIProvider: &cmd.Provider, AIModel: &cmd.Model}
	if err := wish.Validate(); err != nil {
		return made, err
	}
	if err := (room.Limits{MemberCap: cmd.MemberCap}).Validate(); err != nil {
		return made, err
	}
	m, err := choose(models, unlisted, "", cmd.Provider, cmd.Model)
	switch {
	case err == nil:
		cmd.Provider, cmd.Model = m.Provider, m.ID
	case cmd.Provider != "" || cmd.Model != "":
		return made, err
		// A room is made even while no model is there; asking the AI will say so.
	}
	wish.Apply(&made)
	return made, nil
}

func choose(models []ai.Model, unlisted error, allowed room.ModelList, provider, model string) (ai.Model, error) {
	if unlisted != nil {
		return ai.Model{}, unlisted
	}
	return ai.Choose(models, allowed, provider, model)
}

// Update changes settings; archiving stops the answers that are being written. What would change nothing is no event.
// Returns not_found, forbidden, room_archived, room_not_ready, validation_failed, model_unavailable, model_not_allowed.
func (r Rooms) Update(ctx context.Context, roomID, person id.ID, wish room.Changes) (listing Listing, err error) {
	var models []ai.Model
	var unlisted error
	if choosesModel(wish) {
		models, unlisted = r.Catalogue.Models(ctx)
	}
	n := change.Needs{RoomID: roomID, Order: change.Alone, Person: person, Profile: true, LastMessage: true, Summaries: wish.Cutoff != nil}
	if wish.IsArchived != nil && *wish.IsArchived {
		n.Running = change.RunningOfRoom
	}
	var told []ai.Generation
	err = r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		listing = listingOf(s, s.Room)
		wish := wish.At(s.Now)
		if err := mayUpdate(s, wish, models, unlisted); err != nil {
			return nil, err
		}
		changed := s.Room.Room
		wish.Apply(&changed)
		if changed == s.Room.Room {
			return nil, nil
		}
		p := s.Plan(person, n)
		changed.UpdatedAt = s.Now
		p.Write(change.UpdateRoom{Room: changed})
		p.RoomEvent(event.RoomUpdated, roomID)
		if !changed.AIContextCutoffAt.Equal(s.Room.AIContextCutoffAt) {
			p.Write(change.ForgetSummaries{RoomID: roomID})
		}
		for _, n := range notesOf(s, changed) {
			note := p.Tell(n)
			s.LastMessage = &note
		}
		if changed.IsArchived && !s.Room.IsArchived {
			told = p.Stop(s.Running)
		}
		now := p.Room()
		mine := s.Room
		mine.Room = changed
		mine.LatestEvent, mine.LastSequence, mine.LastMessageID = now.LatestEvent, now.LastSequence, now.LastMessageID
		listing = listingOf(s, mine)
		return p, nil
	}, func() []transact.Step { return r.hints(told) })
	return listing, err
}

// notesOf is what the room says of changed settings: what everybody in it will notice.
func notesOf(s change.Situation, changed room.Room) (notes []message.Note) {
	actor := message.NameOf(s.Actor)
	if changed.Name != s.Room.Name {
		notes = append(notes, message.Note{Code: message.Renamed, Actor: actor, Value: changed.Name})
	}
	if changed.AIProvider != s.Room.AIProvider || changed.AIModel != s.Room.AIModel {
		notes = append(notes, message.Note{Code: message.ModelChanged, Actor: actor, Value: changed.AIProvider + "/" + changed.AIModel})
	}
	return notes
}

func mayUpdate(s change.Situation, wish room.Changes, models []ai.Model, unlisted error) error {
	if err := s.Readable(); err != nil {
		return err
	}
	var reopening []room.Closed
	if wish.IsArchived != nil && !*wish.IsArchived {
		reopening = []room.Closed{room.Archived}
	}
	if err := s.Room.WritableBy(room.ChangeRoom, reopening...); err != nil {
		return err
	}
	if err := wish.Validate(); err != nil {
		return err
	}
	if wish.Cutoff != nil && wish.Cutoff.After(s.Now) {
		return fault.Invalid("ai_context_cutoff_at", "must not lie in the future")
	}
	if (wish.AIProvider == nil) != (wish.AIModel == nil) {
		return fault.Invalid("ai_model", "provider and model are changed together")
	}
	if !choosesModel(wish) {
		return nil
	}
	changed := s.Room.Room
	wish.Apply(&changed)
	model, err := choose(models, unlisted, changed.AllowedModels, changed.AIProvider, changed.AIModel)
	if err != nil || wish.Effort == nil {
		return err
	}
	return ai.CheckEffort(model, *wish.Effort)
}

// choosesModel says whether a wish must be held against the models that there are: it names one, what one shall do, or which
// may be asked, and the room's own must be among these. Going back to the usual is always possible.
func choosesModel(wish room.Changes) bool {
	return wish.AIModel != nil || wish.AIProvider != nil || wish.AllowedModels != nil && len(*wish.AllowedModels) > 0 ||
		wish.Effort != nil && *wish.Effort != room.DefaultEffort
}

func listingOf(s change.Situation, mine room.Mine) Listing {
	l := Listing{Rooms: []room.Mine{mine}, Last: map[id.ID]message.Message{}, UserEvent: mine.UserEvent}
	if s.LastMessage != nil {
		l.Last[mine.ID] = *s.LastMessage
	}
	return l
}

// Delete hides the room from everybody, and stops what runs in it; a retention job erases it for good later. Returns
// not_found, forbidden, room_frozen.
func (r Rooms) Delete(ctx context.Context, roomID, person id.ID) error {
	n := change.Needs{RoomID: roomID, Order: change.Alone, Person: person, Members: true, EveryStream: true, Running: change.RunningOfRoom}
	var told []ai.Generation
	var gone []room.Membership
	return r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		if err := s.Room.WritableBy(room.DeleteRoom, room.Archived, room.Copying); err != nil {
			return nil, err
		}
		p := s.Plan(person, n)
		p.Write(change.DeleteRoom{RoomID: roomID, At: s.Now})
		version := p.RoomEvent(event.RoomDeleted, roomID)
		gone = gone[:0]
		for _, m := range s.Members {
			p.UserEvent(m.Person.ID, event.RoomLeft, roomID)
			m.Role, m.Version = room.Outside, version
			gone = append(gone, m)
		}
		told = p.Stop(s.Running)
		return p, nil
	}, func() []transact.Step { return append(r.hints(told), r.project(gone...)) })
}

// project writes memberships where sockets look for them. Should it fail, the fan-out of the change does it.
func (r Rooms) project(ms ...room.Membership) transact.Step {
	return transact.Step{Name: "project memberships", Do: func(ctx context.Context) error {
		return r.Memberships.Raise(ctx, Project(ms)...)
	}}
}

// hints tells workers to stop.
func (r Rooms) hints(told []ai.Generation) []transact.Step {
	if len(told) == 0 {
		return nil
	}
	return []transact.Step{{Name: "hint at stops", Do: func(ctx context.Context) error {
		for _, g := range told {
			r.Hint.Publish(ctx, g.MessageID)
		}
		return nil
	}}}
}

// Project makes the projection of memberships; somebody outside has the role "none".
func Project(ms []room.Membership) []realtime.Membership {
	list := make([]realtime.Membership, len(ms))
	for i, m := range ms {
		role := string(m.Role)
		if m.Role == room.Outside {
			role = realtime.None
		}
		list[i] = realtime.Membership{UserID: m.Person.ID, RoomID: m.RoomID, Role: role, Version: m.Version, Read: m.LastRead,
			Username: m.Username, DisplayName: m.DisplayName}
	}
	return list
}
