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
)

// Preview shows what a question would send, and what it would cost, before it is asked: by the same decisions and the same
// builder, without a model and without a change.
type Preview struct {
	Changes   change.Store
	Builder   Builder
	Catalogue ai.Catalogue
}

// Draft is a question that is not asked yet; without a text, what would go along with whatever is asked.
type Draft struct {
	RoomID, Person id.ID
	Content        string
	Visibility     message.Visibility
	ai.Wish
}

// Previewed is what would be sent, by whose account it would be paid, and the terms: those of the whole model, and those
// narrowed to what would be held.
type Previewed struct {
	Prompt
	Payer       room.Person
	Terms, Held ai.Terms
}

// Show builds the preview. It is refused as the question would be. Returns not_found, forbidden, room_archived, room_frozen, room_not_ready,
// validation_failed, model_unavailable, model_not_allowed, insufficient_balance, cap_reached, account_frozen, rate_limited.
func (u Preview) Show(ctx context.Context, d Draft) (Previewed, error) {
	models, unlisted := u.Catalogue.Models(ctx)
	n := change.Needs{RoomID: d.RoomID, Person: d.Person, Profile: true, Asking: &change.Asking{Budget: ai.MaxPrompt(models, room.MinReplyTokens), Look: true}}
	if d.Visibility == message.Private {
		n.Asking.Private = d.Person
	}
	var out Previewed
	var g ai.Generation
	var in room.Room
	var question message.Message
	_, err := u.Changes.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := mayPreview(s, d); err != nil {
			return nil, err
		}
		if unlisted != nil {
			return nil, unlisted
		}
		in, question = s.Room.Room, d.question(s)
		out.Payer = s.People[s.Payer()].Person
		var err error
		out.Terms, g, err = d.holds(s, s.Plan(d.Person, n), question, models)
		out.Held = g.Terms
		return nil, err // nothing is written
	})
	if err != nil {
		return out, err
	}
	out.Prompt, err = u.Builder.Build(ctx, g, in, question)
	if errors.Is(err, ai.ErrTooLong) {
		err = fault.Invalid("draft", "is longer than this model can read")
	}
	return out, err
}

func mayPreview(s change.Situation, d Draft) error {
	if err := s.Readable(); err != nil {
		return err
	}
	if err := s.Room.WritableBy(room.AskAI); err != nil {
		return err
	}
	if d.Content != "" {
		if err := message.ValidateContent(d.Content); err != nil {
			return fault.Invalid("draft", "must hold 1 to 32,000 characters, not white space alone")
		}
	}
	return room.CheckEffort(d.Effort)
}

// question is the message that the draft would become, behind everything that was said.
func (d Draft) question(s change.Situation) message.Message {
	m := message.Message{ID: id.Last, RoomID: s.Room.ID, Sender: &s.Actor, Type: message.Human, Status: message.Completed, Content: d.Content,
		Visibility: d.Visibility, CreatedAt: s.Now}
	if d.Visibility == message.Private {
		m.VisibleTo = d.Person
	}
	if d.Content != "" {
		m.TokenEstimate = ai.Estimate(d.Content)
	}
	return m
}

// holds chooses the model and holds what its answer may cost, in a plan that nobody writes.
func (d Draft) holds(s change.Situation, p *change.Plan, question message.Message, models []ai.Model) (ai.Terms, ai.Generation, error) {
	g := ai.Generation{ID: id.New(), Kind: ai.Reply, RoomID: s.Room.ID, AskerID: d.Person, RequestedBy: d.Person, Visibility: d.Visibility}
	whole, cheaper, err := d.Terms(models, s.Room.Room)
	if err != nil {
		return whole, g, err
	}
	if ai.SurelyExceeds(question.TokenEstimate, whole.PromptBudget) {
		return whole, g, fault.Invalid("draft", "is longer than this model can read")
	}
	g.Terms = whole
	g, err = p.Hold(s, g, question.TokenEstimate, cheaper...)
	return whole, g, err
}
