// Package replies tells the story of an AI reply, from the queue to its end: a worker holds a lease, calls the model
// once, streams, saves, and settles; the reaper ends or revives what nobody holds; people stop it and ask again.
package replies

import (
	"context"
	"errors"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Store reads answers; not_found to outsiders.
type Store interface {
	// Answer is the AI message of a pair that either id names.
	Answer(ctx context.Context, roomID, person, messageID id.ID) (message.Message, error)
	// Attempts lists attempts at an answer, oldest first, those after a number.
	Attempts(ctx context.Context, q AttemptQuery) (AttemptPage, error)
	// UsedSummary is what stood for older messages in the newest attempt at the answer that either id names; not_found if
	// nothing did, or if it was forgotten since.
	UsedSummary(ctx context.Context, roomID, person, messageID id.ID) (ai.WrittenSummary, error)
}

// AttemptQuery asks for a page of attempts at the answer that either id of the pair names.
type AttemptQuery struct {
	RoomID, Person, MessageID id.ID
	After, Limit              int
}

// AttemptPage is attempts, and whether there are more.
type AttemptPage struct {
	Attempts []ai.Generation
	More     bool
}

// StopHint tells workers to stop before their next checkpoint. Losing one costs a second, never a rule.
type StopHint interface {
	Publish(ctx context.Context, messageID id.ID)
}

// Replies lets people stop answers, ask again, and look at earlier attempts.
type Replies struct {
	Store     Store
	Runner    transact.Runner
	Catalogue ai.Catalogue
	Hint      StopHint
}

// Attempts lists attempts at an answer.
func (r Replies) Attempts(ctx context.Context, q AttemptQuery) (AttemptPage, error) {
	return r.Store.Attempts(ctx, q)
}

// UsedSummary is what stood for older messages when an answer was written.
func (r Replies) UsedSummary(ctx context.Context, roomID, person, messageID id.ID) (ai.WrittenSummary, error) {
	return r.Store.UsedSummary(ctx, roomID, person, messageID)
}

// maySteer says whether the person may stop an answer or ask again: an asker their own, admins all.
func maySteer(role room.Role, answer message.Message, person id.ID) error {
	if answer.IsOwnOf(person) {
		return role.Check(room.AskAI)
	}
	return role.Check(room.SteerAny)
}

// Stop ends an answer, or asks its worker to; it names the AI message or its question. Running says that a worker still
// has to hear of it. Returns not_found, forbidden.
func (r Replies) Stop(ctx context.Context, roomID, person, messageID id.ID) (answer message.Message, running bool, err error) {
	n := change.Needs{RoomID: roomID, Order: change.InOrder, Person: person, Streams: []id.ID{person}, Pair: messageID, Running: change.RunningOfPair}
	var told []ai.Generation
	err = r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		var err error
		if _, answer, err = s.Pair(); err != nil {
			return nil, err
		}
		if err := maySteer(s.Room.Role, answer, person); err != nil {
			return nil, err
		}
		p := s.Plan(person, n)
		told = p.Stop(s.Running)
		if len(s.Running) > len(told) {
			answer = stopped(answer, p)
		}
		return p, nil
	}, func() []transact.Step {
		if len(told) == 0 {
			return nil
		}
		return []transact.Step{{Name: "hint at a stop", Do: func(ctx context.Context) error {
			r.Hint.Publish(ctx, answer.ID)
			return nil
		}}}
	})
	return answer, len(told) > 0, err
}

// stopped is an answer whose attempt ended before it called anybody.
func stopped(answer message.Message, p *change.Plan) message.Message {
	reply := *answer.Reply
	var nothing int64
	reply.InputTokens, reply.OutputTokens, reply.ChargedTokens = &nothing, &nothing, &nothing
	answer.Reply, answer.Status = &reply, message.Cancelled
	if log, any := p.RoomLog(); any {
		answer.Event = log.Event
	}
	for _, log := range p.UserLogs() {
		answer.Event = log.Event
	}
	return answer
}

// Regenerate is the wish for another attempt at the answer to a question.
type Regenerate struct {
	RoomID, QuestionID, Person id.ID
	ai.Wish
}

// Regenerate asks again, with the model that the room has now or another, by a new attempt of the message that stands: never
// a new row. An equal request answers the same message, with created false. Returns not_found, idempotency_mismatch, forbidden,
// room_archived, room_not_ready, generation_running, conflict, validation_failed, model_unavailable, model_not_allowed, insufficient_balance, cap_reached.
func (r Replies) Regenerate(ctx context.Context, cmd Regenerate, key change.Key) (answer message.Message, created bool, err error) {
	models, unlisted := r.Catalogue.Models(ctx)
	key.Resource = cmd.QuestionID
	n := change.Needs{Key: &key, RoomID: cmd.RoomID, Order: change.InOrder, Person: cmd.Person, Streams: []id.ID{cmd.Person}, Pair: cmd.QuestionID, Unfinished: true, Summaries: true,
		Asking: &change.Asking{Before: cmd.QuestionID, Private: cmd.Person, Budget: ai.MaxPrompt(models, room.MinReplyTokens)}}
	err = r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		if err := s.Claim.Again(key); err != nil {
			return nil, err
		}
		question, found, err := s.Pair()
		if err != nil {
			return nil, err
		}
		if err := mayRegenerate(s, question, found, cmd); err != nil {
			return nil, err
		}
		if unlisted != nil {
			return nil, unlisted
		}
		p := s.Plan(cmd.Person, n)
		answer, err = r.again(s, p, question, found, cmd, models)
		return p, err
	}, nil)
	if errors.Is(err, change.ErrRepeated) {
		answer, err = r.Store.Answer(ctx, cmd.RoomID, cmd.Person, cmd.QuestionID)
		return answer, false, err
	}
	return answer, err == nil, err
}

func mayRegenerate(s change.Situation, question, answer message.Message, cmd Regenerate) error {
	if question.ID != cmd.QuestionID {
		return fault.New(fault.NotFound, "That is not a question.")
	}
	if err := maySteer(s.Room.Role, answer, cmd.Person); err != nil {
		return err
	}
	if err := s.Room.WritableBy(room.AskAI); err != nil {
		return err
	}
	if err := room.CheckEffort(cmd.Effort); err != nil {
		return err
	}
	if answer.Status.Open() {
		return fault.New(fault.GenerationRunning, "The answer is still being written.")
	}
	asker := answer.Reply.AskerID
	if view := (ai.View{Question: question, AskerID: asker, Cutoff: s.Room.AIContextCutoffAt}); !view.May(question) {
		return fault.New(fault.Conflict, "The AI may not read this question any more.")
	}
	if s.Unfinished[asker] >= ai.MaxUnfinished {
		return fault.New(fault.GenerationRunning, "Three answers of the asker are still being written here.")
	}
	return nil
}

// again gives the answer its next attempt. The context and the asker stay those of the question; the presser's right and
// cap count.
func (r Replies) again(s change.Situation, p *change.Plan, question, answer message.Message, cmd Regenerate, models []ai.Model) (message.Message, error) {
	terms, cheaper, err := cmd.Terms(models, s.Room.Room)
	if err != nil {
		return answer, err
	}
	number := answer.Reply.Attempt + 1
	g, err := p.Hold(s, ai.Generation{ID: id.New(), Kind: ai.Reply, Attempt: ai.Attempt{MessageID: answer.ID, Number: number}, RoomID: s.Room.ID,
		QuestionID: question.ID, AskerID: answer.Reply.AskerID, RequestedBy: cmd.Person, Terms: terms,
		Visibility: answer.Visibility}, question.TokenEstimate, cheaper...)
	if err != nil {
		return answer, err
	}
	answer = p.Changed(answer)
	answer.Status = message.Pending
	answer.Reply = &message.Reply{AskerID: answer.Reply.AskerID, Provider: g.Terms.Provider, Model: g.Terms.Model, Attempt: number,
		ContentAttempt: answer.Reply.ContentAttempt}
	p.Forget(answer)
	p.Write(change.BeginAttempt{MessageID: answer.ID, Attempt: number, Event: answer.Event})
	p.Generate(g)
	return answer, nil
}
