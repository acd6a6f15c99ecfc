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

// Share is the wish to show a private question and its answer to the room; either of the pair names it.
type Share struct{ RoomID, MessageID, Person id.ID }

// Share copies a private pair to the room, once, as new messages that are like any others: the answer names the model that
// wrote it, and is not charged again. What was shared before is answered as it is now, with created false. Returns not_found,
// also for what is another's; idempotency_mismatch, forbidden, room_archived, room_not_ready, generation_running, conflict.
func (m Messages) Share(ctx context.Context, cmd Share, key change.Key) (Sent, error) {
	key.Resource = cmd.MessageID
	n := change.Needs{Key: &key, RoomID: cmd.RoomID, Order: change.InOrder, Person: cmd.Person, Profile: true, RaisesRead: true, Streams: []id.ID{cmd.Person},
		Pair: cmd.MessageID, Quoted: true}
	err := m.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		if err := s.Claim.Again(key); err != nil {
			return nil, err
		}
		question, answer, err := s.Pair()
		if err != nil {
			return nil, err
		}
		if err := mayShare(s.Room, question, answer); err != nil {
			return nil, err
		}
		p := s.Plan(cmd.Person, n)
		share(s, p, question, answer)
		return p, nil
	}, nil)
	if err != nil && !errors.Is(err, change.ErrRepeated) {
		return Sent{}, err
	}
	sent, readErr := m.Store.Shared(ctx, cmd.RoomID, cmd.Person, cmd.MessageID)
	sent.Created = err == nil
	return sent, readErr
}

func mayShare(r room.Mine, question, answer message.Message) error {
	if err := r.WritableBy(room.AskAI); err != nil {
		return err
	}
	switch {
	case question.Visibility == message.Public:
		return fault.New(fault.Conflict, "Everybody in the room sees this already.")
	case !question.SharedAs.IsZero():
		return change.ErrRepeated
	case answer.Status.Open():
		return fault.New(fault.GenerationRunning, "The answer is still being written.")
	case answer.Content == "", answer.Status == message.Failed && answer.Reply.ContentAttempt == answer.Reply.Attempt:
		return fault.New(fault.Conflict, "There is no whole answer to share.")
	}
	return nil
}

func share(s change.Situation, p *change.Plan, question, answer message.Message) {
	asked := message.Message{RoomID: s.Room.ID, Sender: &s.Actor, Type: message.Human, Status: message.Completed, Content: question.Content,
		Mentions: question.Mentions, Visibility: message.Public, ExcludeFromAI: question.ExcludeFromAI, TokenEstimate: ai.Estimate(question.Content)}
	if s.ReplyTo != nil && s.ReplyTo.Visibility == message.Public {
		asked.ReplyTo = s.ReplyTo.ID
	}
	asked = p.Post(asked)
	// An earlier attempt whose text still stands had ended with it.
	written := ai.Attempt{MessageID: answer.ID, Number: answer.Reply.ContentAttempt}
	status := answer.Status
	if written.Number != answer.Reply.Attempt {
		status = message.Completed
	}
	asker := question.VisibleTo
	answered := p.PostAnswer(message.Message{RoomID: s.Room.ID, Type: message.AI, Status: status, Content: answer.Content, Visibility: message.Public, Answers: asked.ID,
		ExcludeFromAI: answer.ExcludeFromAI, TokenEstimate: ai.Estimate(answer.Content), Reply: &message.Reply{AskerID: asker, Attempt: 1, ContentAttempt: 1}}, asked)
	p.Write(change.CopyGeneration{ID: id.New(), From: written, To: ai.Attempt{MessageID: answered.ID, Number: 1}, QuestionID: asked.ID, Status: status},
		change.SetShared{MessageID: question.ID, As: asked.ID, Event: p.Changed(question).Event})
	now := p.Room()
	p.Write(change.RaiseRead{RoomID: now.ID, UserID: asker, MessageID: now.LastMessageID, Sequence: now.LastSequence})
}
