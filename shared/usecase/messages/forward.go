package messages

import (
	"context"
	"errors"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// Forward is the wish to pass a message on to another room.
type Forward struct {
	RoomID, MessageID id.ID // where it was said
	Person            id.ID
	To                id.ID
}

// Forward says a message's text once more in another room, as the person's own message that tells where it comes from. An
// equal request answers the first one's message. Returns not_found to outsiders of either room, idempotency_mismatch,
// forbidden, room_archived, room_not_ready, generation_running, validation_failed.
func (m Messages) Forward(ctx context.Context, cmd Forward, key change.Key) (Sent, error) {
	key.Resource = key.Value
	n := change.Needs{Key: &key, RoomID: cmd.To, Order: change.InOrder, Person: cmd.Person, Profile: true, RaisesRead: true, Source: cmd.MessageID}
	var sent Sent
	err := m.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		if err := s.Claim.Again(key); err != nil {
			return nil, err
		}
		source, err := forwardable(s, cmd)
		if err != nil {
			return nil, err
		}
		p := s.Plan(cmd.Person, n)
		sent = Sent{Created: true, Message: p.Post(message.Message{RoomID: s.Room.ID, Sender: &s.Actor, Type: message.Human, Status: message.Completed,
			Content: source.Content, ExcludeFromAI: source.ExcludeFromAI || source.KeptFromAI, Visibility: message.Public, ClientMessageID: key.Value, TokenEstimate: ai.Estimate(source.Content), Forwarded: origin(source)})}
		now := p.Room()
		p.Write(change.RaiseRead{RoomID: now.ID, UserID: cmd.Person, MessageID: now.LastMessageID, Sequence: now.LastSequence})
		return p, nil
	}, nil)
	if errors.Is(err, change.ErrRepeated) {
		return m.Store.Sent(ctx, cmd.To, key)
	}
	return sent, err
}

func forwardable(s change.Situation, cmd Forward) (source message.Message, err error) {
	if s.Source == nil || s.Source.RoomID != cmd.RoomID || !s.Source.DeletedAt.IsZero() {
		return source, fault.New(fault.NotFound, "There is no such message.")
	}
	source = *s.Source
	if err := s.Room.WritableBy(room.Send); err != nil {
		return source, err
	}
	switch {
	// What is passed on says where it was said, which would tell another room that somebody asked in private. The way out is
	// sharing, which shows before what it tells.
	case source.Visibility != message.Public:
		return source, fault.New(fault.Forbidden, "A private message is not passed on.")
	case source.Type == message.System:
		return source, fault.New(fault.Forbidden, "What a room says of itself is not passed on.")
	case source.Status.Open():
		return source, fault.New(fault.GenerationRunning, "The answer is still being written.")
	}
	return source, message.ValidateContent(source.Content)
}

// origin is where a text was said first: one that is passed on twice keeps its first place.
func origin(m message.Message) *message.Forwarded {
	if m.Forwarded != nil {
		return m.Forwarded
	}
	f := &message.Forwarded{RoomID: m.RoomID, MessageID: m.ID, Type: m.Type, At: m.CreatedAt}
	switch {
	case m.Sender != nil:
		f.Author = message.NameOf(*m.Sender).Name
	case m.Reply != nil:
		f.Author = m.Reply.Model
	}
	return f
}
