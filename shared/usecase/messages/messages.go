// Package messages sends, reads, edits and deletes what is said in a room.
package messages

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/idempotency"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/usecase/handover"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// Send is the wish to say something, and to ask the AI with it.
type Send struct {
	RoomID          id.ID
	Sender          id.ID
	ClientMessageID id.ID
	Content         string
	ReplyTo         id.ID
	AskAI           bool
	Provider, Model string    // empty: the room's
	Ask             *ai.Model // the model that will answer; filled by the use case
	Refusal         error     // what is wrong with the request itself: told after access, replay and rights
}

// Sent is what a send made, or made before.
type Sent struct {
	Message   message.Message
	AIMessage *message.Message
	Created   bool
}

// Edit changes the text, or whether the AI may read it; nil leaves it.
type Edit struct {
	RoomID, MessageID, Person id.ID
	Content                   *string
	ExcludeFromAI             *bool
	Refusal                   error // told after access and rights
}

// Query asks for a page: before, after or around a message, or the newest.
type Query struct {
	RoomID, Person        id.ID
	Before, After, Around id.ID
	Limit                 int
}

// Page is messages with the numbers of their snapshot; More tells whether the direction goes on.
type Page struct {
	Messages             []message.Message
	More                 bool
	RoomEvent, UserEvent int64
}

// Store keeps messages.
type Store interface {
	Send(ctx context.Context, cmd Send, key idempotency.Key) (Sent, []outbox.Row, error)
	Edit(ctx context.Context, cmd Edit) (message.Message, []outbox.Row, error)
	Delete(ctx context.Context, roomID, person, messageID id.ID) ([]ai.Attempt, []outbox.Row, error)
	Message(ctx context.Context, roomID, person, messageID id.ID) (message.Message, error)
	Messages(ctx context.Context, q Query) (Page, error)
	Room(ctx context.Context, roomID, person id.ID) (rooms.Listing, error)
}

// Messages is the use case.
type Messages struct {
	Store     Store
	HandOver  handover.HandOver
	Catalogue rooms.Catalogue
	StopHint  func(ctx context.Context, attempts []ai.Attempt)
}

// Send stores a message, and with it a pending answer if the AI was asked.
func (m Messages) Send(ctx context.Context, cmd Send, key idempotency.Key) (Sent, error) {
	if cmd.Refusal == nil {
		cmd.Refusal = message.ValidateContent(cmd.Content)
	}
	if cmd.AskAI {
		chosen, err := ChooseModel(ctx, m.Store, m.Catalogue, cmd.RoomID, cmd.Sender, cmd.Provider, cmd.Model)
		if err != nil && cmd.Refusal == nil {
			cmd.Refusal = err
		}
		cmd.Ask = &chosen
	}
	if err := m.HandOver.Begin(ctx); err != nil {
		return Sent{}, err
	}
	sent, owed, err := m.Store.Send(ctx, cmd, key)
	if err != nil {
		return sent, err
	}
	m.HandOver.Deliver(ctx, owed)
	return sent, nil
}

// RoomReader reads a room as one of its members sees it.
type RoomReader interface {
	Room(ctx context.Context, roomID, person id.ID) (rooms.Listing, error)
}

// ChooseModel is the model of the request, or the room's; not_found for an outsider comes first.
func ChooseModel(ctx context.Context, store RoomReader, catalogue rooms.Catalogue, roomID, person id.ID, provider, model string) (ai.Model, error) {
	listing, err := store.Room(ctx, roomID, person)
	if err != nil {
		return ai.Model{}, err
	}
	if model == "" && provider == "" {
		provider, model = listing.Rooms[0].AIProvider, listing.Rooms[0].AIModel
	}
	return catalogue.Choose(ctx, provider, model)
}

// Edit changes a message.
func (m Messages) Edit(ctx context.Context, cmd Edit) (message.Message, error) {
	if cmd.Content == nil && cmd.ExcludeFromAI == nil {
		cmd.Refusal = fault.Invalid("content", "nothing to change")
	}
	if cmd.Content != nil {
		cmd.Refusal = message.ValidateContent(*cmd.Content)
	}
	if err := m.HandOver.Begin(ctx); err != nil {
		return message.Message{}, err
	}
	changed, owed, err := m.Store.Edit(ctx, cmd)
	if err != nil {
		return changed, err
	}
	m.HandOver.Deliver(ctx, owed)
	return changed, nil
}

// Delete leaves a tombstone and stops what is being written for it.
func (m Messages) Delete(ctx context.Context, roomID, person, messageID id.ID) error {
	if err := m.HandOver.Begin(ctx); err != nil {
		return err
	}
	stopped, owed, err := m.Store.Delete(ctx, roomID, person, messageID)
	if err != nil {
		return err
	}
	m.StopHint(ctx, stopped)
	m.HandOver.Deliver(ctx, owed)
	return nil
}
