// Package rooms makes rooms, lists them, changes them, and says who is in them.
package rooms

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/idempotency"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/handover"
)

// Create is the wish for a room.
type Create struct {
	Maker    id.ID
	Name     string
	Provider string
	Model    string
}

// Listing is rooms with their last messages, and the person's own number at that moment.
type Listing struct {
	Rooms     []room.Mine
	Last      map[id.ID]message.Message
	UserEvent int64
}

// Members is a page of who is in a room, with the numbers of its snapshot.
type Members struct {
	Members              []room.Membership
	RoomEvent, UserEvent int64
}

// Store keeps rooms.
type Store interface {
	CreateRoom(ctx context.Context, cmd Create, key idempotency.Key) (mine room.Mine, created bool, owed []outbox.Row, err error)
	Room(ctx context.Context, roomID, person id.ID) (Listing, error)
	Rooms(ctx context.Context, person, before id.ID, limit int) (Listing, error)
	UpdateRoom(ctx context.Context, roomID, person id.ID, changes room.Changes, refusal error) (Listing, []ai.Attempt, []outbox.Row, error)
	DeleteRoom(ctx context.Context, roomID, person id.ID) ([]room.Membership, []ai.Attempt, []outbox.Row, error)
	Members(ctx context.Context, roomID, person, after id.ID, limit int) (Members, error)
	MarkRead(ctx context.Context, roomID, person, messageID id.ID) (room.Mine, error)
	Join(ctx context.Context, roomID id.ID, username string, role room.Role) (room.Membership, []outbox.Row, error)
	Remove(ctx context.Context, roomID, person, actor id.ID) (room.Membership, []outbox.Row, error)
}

// Catalogue finds models.
type Catalogue interface {
	// Choose completes a choice: of the model itself, of a provider's first, or of any; model_unavailable if there is none.
	Choose(ctx context.Context, provider, model string) (ai.Model, error)
}

// Rooms is the use case.
type Rooms struct {
	Store       Store
	Memberships realtime.Memberships
	HandOver    handover.HandOver
	Catalogue   Catalogue
	StopHint    func(ctx context.Context, attempts []ai.Attempt)
}

// Create makes a room; its maker is master. An equal request answers the first one's room, with created false.
func (r Rooms) Create(ctx context.Context, cmd Create, key idempotency.Key) (room.Mine, bool, error) {
	if err := (room.Changes{Name: &cmd.Name, AIProvider: &cmd.Provider, AIModel: &cmd.Model}).Validate(); err != nil {
		return room.Mine{}, false, err
	}
	m, err := r.Catalogue.Choose(ctx, cmd.Provider, cmd.Model)
	switch {
	case err == nil:
		cmd.Provider, cmd.Model = m.Provider, m.ID
	case cmd.Provider != "" || cmd.Model != "":
		return room.Mine{}, false, err
		// A room is made even while no model is there; asking the AI will say so.
	}
	if err := r.HandOver.Begin(ctx); err != nil {
		return room.Mine{}, false, err
	}
	mine, created, owed, err := r.Store.CreateRoom(ctx, cmd, key)
	if err != nil {
		return mine, false, err
	}
	if err := r.Memberships.Raise(ctx, realtime.Membership{UserID: cmd.Maker, RoomID: mine.ID, Role: string(room.Master), Version: 1}); err != nil {
		return mine, created, err
	}
	r.HandOver.Deliver(ctx, owed)
	return mine, created, nil
}

// Update changes settings; archiving stops the answers that are being written.
func (r Rooms) Update(ctx context.Context, roomID, person id.ID, changes room.Changes) (Listing, error) {
	// What is wrong with the request itself is told after access and rights.
	refusal := changes.Validate()
	switch {
	case refusal != nil || changes.AIProvider == nil && changes.AIModel == nil:
	case changes.AIProvider == nil || changes.AIModel == nil:
		refusal = fault.Invalid("ai_model", "provider and model are changed together")
	default:
		_, refusal = r.Catalogue.Choose(ctx, *changes.AIProvider, *changes.AIModel)
	}
	if err := r.HandOver.Begin(ctx); err != nil {
		return Listing{}, err
	}
	listing, stopped, owed, err := r.Store.UpdateRoom(ctx, roomID, person, changes, refusal)
	if err != nil {
		return listing, err
	}
	r.StopHint(ctx, stopped)
	r.HandOver.Deliver(ctx, owed)
	return listing, nil
}

// Delete hides the room from everybody; a retention job erases it for good later.
func (r Rooms) Delete(ctx context.Context, roomID, person id.ID) error {
	if err := r.HandOver.Begin(ctx); err != nil {
		return err
	}
	gone, stopped, owed, err := r.Store.DeleteRoom(ctx, roomID, person)
	if err != nil {
		return err
	}
	r.StopHint(ctx, stopped)
	if err := r.Memberships.Raise(ctx, Project(gone)...); err != nil {
		return err
	}
	r.HandOver.Deliver(ctx, owed)
	return nil
}

// MarkRead raises my read position, in the truth and in the projection that heartbeats read.
func (r Rooms) MarkRead(ctx context.Context, roomID, person, messageID id.ID) (room.Mine, error) {
	mine, err := r.Store.MarkRead(ctx, roomID, person, messageID)
	if err != nil || mine.LastReadMessageID.IsZero() {
		return mine, err
	}
	return mine, r.Memberships.RaiseRead(ctx, person, roomID, mine.LastReadMessageID)
}

// Join puts a person into a room. Invitations will call it; until they exist, operators and tests do.
func (r Rooms) Join(ctx context.Context, roomID id.ID, username string, role room.Role) (room.Membership, error) {
	if err := r.HandOver.Begin(ctx); err != nil {
		return room.Membership{}, err
	}
	m, owed, err := r.Store.Join(ctx, roomID, username, role)
	if err != nil {
		return m, err
	}
	if err := r.Memberships.Raise(ctx, Project([]room.Membership{m})...); err != nil {
		return m, err
	}
	r.HandOver.Deliver(ctx, owed)
	return m, nil
}

// Remove takes a person out of a room.
func (r Rooms) Remove(ctx context.Context, roomID, person, actor id.ID) error {
	if err := r.HandOver.Begin(ctx); err != nil {
		return err
	}
	m, owed, err := r.Store.Remove(ctx, roomID, person, actor)
	if err != nil {
		return err
	}
	if err := r.Memberships.Raise(ctx, Project([]room.Membership{m})...); err != nil {
		return err
	}
	r.HandOver.Deliver(ctx, owed)
	return nil
}

// Project makes the projection of memberships; somebody outside has the role "none".
func Project(ms []room.Membership) []realtime.Membership {
	list := make([]realtime.Membership, len(ms))
	for i, m := range ms {
		role := string(m.Role)
		if m.Role == room.Outside {
			role = realtime.None
		}
		list[i] = realtime.Membership{UserID: m.Person.ID, RoomID: m.RoomID, Role: role, Version: m.Version, Username: m.Username, DisplayName: m.DisplayName}
	}
	return list
}
