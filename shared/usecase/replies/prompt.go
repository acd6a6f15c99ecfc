package replies

import (
	"context"
	"log/slog"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
)

const (
	historyPage = 500
	maxHistory  = 2000 // messages read for one prompt, however few of them may be seen
)

// History reads what a prompt is built from.
type History interface {
	// History reads messages before a place that the asker may see, newest first, none of them older than a moment, with no
	// more of each than a prompt takes. What the AI may see of them, the domain decides.
	History(ctx context.Context, q HistoryQuery) (list []message.Message, more bool, err error)
	// Summary is the room's newest one that ends before a message and begins at or after another; false if there is none.
	Summary(ctx context.Context, roomID, before, notBefore id.ID) (ai.RoomSummary, bool, error)
}

// HistoryQuery asks for a page of what was said in public between two places and, if an asker is named, to them alone.
type HistoryQuery struct {
	RoomID, Asker     id.ID
	Before, NotBefore id.ID
	Limit             int
}

// Counter counts a prompt as its provider would, one count for each line.
type Counter interface {
	EstimateTokens(ctx context.Context, r ai.Request) ([]int, error)
}

// Builder builds what is sent to a model: for the worker that sends it, and for people who want to know it before.
type Builder struct {
	Store   History
	Counter Counter
}

// Prompt is what is sent, and its tokens. Truncated says that older messages are left out; a summary may stand for them.
type Prompt struct {
	Request   ai.Request
	Tokens    int
	Truncated bool
	Summary   *ai.RoomSummary
}

// Build builds the prompt of a generation. A question without text is not asked yet: what it would take along is built.
// Returns ai.ErrMayNotBeSeen, ai.ErrTooLong.
func (b Builder) Build(ctx context.Context, g ai.Generation, r room.Room, question message.Message) (out Prompt, err error) {
	out.Request = ai.Request{RequestID: g.ID.String(), RoomID: g.RoomID, Provider: g.Terms.Provider, Model: g.Terms.Model, MaxOutputTokens: g.Terms.ReplyCap,
		Effort: g.Terms.Effort, ReasoningAllowance: g.Terms.ReasoningAllowance}
	view := ai.View{Question: question, AskerID: g.AskerID, Cutoff: r.AIContextCutoffAt, Instructions: r.AIInstructions, Budget: g.Terms.PromptBudget}
	p := ai.Unasked(view)
	if question.Content != "" {
		if p, err = ai.NewPrompt(view); err != nil {
			return out, err
		}
	}
	if err := b.read(ctx, p, g, r, question.ID); err != nil {
		return out, err
	}
	if p.Full() {
		s, found, err := b.Store.Summary(ctx, g.RoomID, question.ID, id.Floor(r.AIContextCutoffAt))
		if err != nil {
			return out, err
		}
		if found {
			p.Fold(s)
		}
	}
	out.Request.Lines = p.Lines()
	counts, err := b.Counter.EstimateTokens(ctx, out.Request)
	if err != nil {
		// The call itself will tell what is wrong with the gateway; our own estimate is on the high side.
		slog.WarnContext(ctx, "the gateway counted no tokens", "generation", g.ID, "error", err)
	}
	out.Request.Lines, out.Tokens, err = p.Fit(counts)
	out.Truncated, out.Summary = p.Full(), p.Summary()
	return out, err
}

// read offers the history to the prompt until that is full.
func (b Builder) read(ctx context.Context, p *ai.Prompt, g ai.Generation, r room.Room, before id.ID) error {
	q := HistoryQuery{RoomID: g.RoomID, Before: before, NotBefore: r.Oldest(), Limit: historyPage}
	if g.Visibility == message.Private {
		q.Asker = g.AskerID
	}
	if cutoff := r.AIContextCutoffAt; !cutoff.IsZero() && id.Floor(cutoff).Compare(q.NotBefore) > 0 {
		q.NotBefore = id.Floor(cutoff)
	}
	read, more := 0, true
	for more && !p.Full() && read < maxHistory {
		page, next, err := b.Store.History(ctx, q)
		if err != nil {
			return err
		}
		for _, m := range page {
			p.Offer(m)
		}
		more = next
		if read += len(page); more && len(page) > 0 {
			q.Before = page[len(page)-1].ID
		}
	}
	if more {
		p.Leave()
	}
	return nil
}
