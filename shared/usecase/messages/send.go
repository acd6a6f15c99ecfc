package messages

import (
	"context"
	"errors"
	"slices"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// Send is the wish to say something, and perhaps to ask the AI with it.
type Send struct {
	RoomID, Sender  id.ID
	ClientMessageID id.ID
	Content         string
	ReplyTo         id.ID
	Mentions        []message.Mention // by kind and id; whose name stands in the text, the room says
	Visibility      message.Visibility
	Ask             *Ask
	// Refusal is what is wrong with the request itself: it is told after access, replay and rights.
	Refusal error
}

// Ask is the wish for an answer.
type Ask = ai.Wish

// Sent is what a send made, or made before.
type Sent struct {
	Message   message.Message
	AIMessage *message.Message
	Created   bool
}

// Send stores a message, and with it a pending answer if the AI was asked. An equal request answers the first one's
// messages. Returns not_found to outsiders, idempotency_mismatch, forbidden, room_archived, room_not_ready,
// validation_failed, generation_running, model_unavailable, model_not_allowed, insufficient_balance, cap_reached.
func (m Messages) Send(ctx context.Context, cmd Send, key change.Key) (Sent, error) {
	var models []ai.Model
	var unlisted error
	if cmd.Ask != nil {
		models, unlisted = m.Catalogue.Models(ctx)
	}
	key.Resource = cmd.ClientMessageID
	n := needs(cmd, key, ai.MaxPrompt(models, room.MinReplyTokens))
	var sent Sent
	err := m.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		if err := s.Claim.Again(key); err != nil {
			return nil, err
		}
		p := s.Plan(cmd.Sender, n)
		var err error
		sent, err = m.send(s, p, cmd, models, unlisted)
		return p, err
	}, nil)
	if errors.Is(err, change.ErrRepeated) {
		return m.Store.Sent(ctx, cmd.RoomID, key)
	}
	return sent, err
}

// needs is what a send must see: a private one stands beside the room, and is told by its asker's own log.
func needs(cmd Send, key change.Key, budget int) change.Needs {
	n := change.Needs{Key: &key, RoomID: cmd.RoomID, Order: change.InOrder, Person: cmd.Sender, Profile: true, RaisesRead: true,
		ReplyTo: cmd.ReplyTo, People: mentioned(cmd.Mentions), Unfinished: cmd.Ask != nil}
	if cmd.Ask != nil {
		n.Asking = &change.Asking{Budget: budget}
	}
	if cmd.Visibility == message.Private {
		n.Order, n.Streams, n.RaisesRead = change.Beside, []id.ID{cmd.Sender}, false
		if n.Asking != nil {
			n.Asking.Private = cmd.Sender
		}
	}
	return n
}

func (m Messages) send(s change.Situation, p *change.Plan, cmd Send, models []ai.Model, unlisted error) (Sent, error) {
	right := room.Send
	if cmd.Ask != nil {
		right = room.AskAI
	}
	if err := s.Room.WritableBy(right); err != nil {
		return Sent{}, err
	}
	if err := refusal(s, cmd); err != nil {
		return Sent{}, err
	}
	mentions, err := mark(s, cmd)
	if err != nil {
		return Sent{}, err
	}
	said := message.Message{RoomID: s.Room.ID, Sender: &s.Actor, Type: message.Human, Status: message.Completed, Content: cmd.Content, ReplyTo: cmd.ReplyTo,
		Mentions: mentions, Visibility: message.Public, ClientMessageID: cmd.ClientMessageID, TokenEstimate: ai.Estimate(cmd.Content)}
	if cmd.Visibility == message.Private {
		said.Visibility, said.VisibleTo = message.Private, cmd.Sender
	}
	sent := Sent{Created: true, Message: p.Post(said)}
	if cmd.Ask != nil {
		answer, err := m.ask(s, p, sent.Message, *cmd.Ask, models, unlisted)
		if err != nil {
			return Sent{}, err
		}
		sent.AIMessage = &answer
	}
	if cmd.Visibility == message.Private {
		return sent, nil // nothing of the room moves
	}
	// What I said I have read.
	now := p.Room()
	p.Write(change.RaiseRead{RoomID: now.ID, UserID: cmd.Sender, MessageID: now.LastMessageID, Sequence: now.LastSequence})
	return sent, nil
}

func refusal(s change.Situation, cmd Send) error {
	if cmd.Refusal != nil {
		return cmd.Refusal
	}
	if err := message.ValidateContent(cmd.Content); err != nil {
		return err
	}
	if cmd.Ask != nil {
		if err := room.CheckEffort(cmd.Ask.Effort); err != nil {
			return err
		}
	}
	if !cmd.ReplyTo.IsZero() && s.ReplyTo == nil {
		return fault.Invalid("reply_to", "is not a message of this room")
	}
	return secrecy(s, cmd)
}

// secrecy refuses what would bring together what others see and what they do not.
func secrecy(s change.Situation, cmd Send) error {
	private := cmd.Visibility == message.Private
	switch {
	case private && cmd.Ask == nil:
		return fault.Invalid("visibility", "is private, but the AI is not asked: nobody could read it")
	case private && slices.ContainsFunc(cmd.Mentions, func(m message.Mention) bool { return m.Kind != message.MentionsAI }):
		return fault.Invalid("mentions", "names people in a private message, which they do not see")
	case !private && s.ReplyTo != nil && s.ReplyTo.Visibility != message.Public:
		return fault.Invalid("reply_to", "is a private message, which others do not see")
	}
	return nil
}

// ask puts the pending answer right behind its question, and owes a worker for it.
func (m Messages) ask(s change.Situation, p *change.Plan, question message.Message, ask Ask, models []ai.Model, unlisted error) (message.Message, error) {
	asker := question.Sender.ID
	if s.KeepsFromAI {
		return message.Message{}, fault.New(fault.Conflict, "You keep your words from the AI, so it cannot answer them.")
	}
	if s.Unfinished[asker] >= ai.MaxUnfinished {
		return message.Message{}, fault.New(fault.GenerationRunning, "Three of your answers are still being written here.")
	}
	if unlisted != nil {
		return message.Message{}, unlisted
	}
	terms, cheaper, err := ask.Terms(models, s.Room.Room)
	if err != nil {
		return message.Message{}, err
	}
	if ai.SurelyExceeds(question.TokenEstimate, terms.PromptBudget) {
		return message.Message{}, fault.Invalid("content", "is longer than this model can read")
	}
	g, err := p.Hold(s, ai.Generation{ID: id.New(), Kind: ai.Reply, RoomID: s.Room.ID, QuestionID: question.ID, AskerID: asker, RequestedBy: asker,
		Terms: terms, Visibility: question.Visibility}, question.TokenEstimate, cheaper...)
	if err != nil {
		return message.Message{}, err
	}
	answer := p.PostAnswer(message.Message{RoomID: question.RoomID, Type: message.AI, Status: message.Pending, Visibility: question.Visibility,
		VisibleTo: question.VisibleTo, Answers: question.ID,
		Reply: &message.Reply{AskerID: asker, Provider: terms.Provider, Model: terms.Model, Attempt: 1}}, question)
	g.Attempt = ai.Attempt{MessageID: answer.ID, Number: 1}
	p.Generate(g)
	return answer, nil
}
