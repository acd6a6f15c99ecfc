package replies

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// mostSaid is how many messages, seen or not, a summary takes in at most.
const mostSaid = 5000

// summary builds the prompt of a summary: the one before it, and what was said since. Returns ai.ErrMayNotBeSeen, ai.ErrTooLong.
func (w Worker) summary(ctx context.Context, g ai.Generation, r room.Room) (Prompt, error) {
	out := Prompt{Request: ai.Request{RequestID: g.ID.String(), RoomID: g.RoomID, Provider: g.Terms.Provider, Model: g.Terms.Model, MaxOutputTokens: g.Terms.ReplyCap,
		Effort: g.Terms.Effort, ReasoningAllowance: g.Terms.ReasoningAllowance}}
	last, found, err := w.Store.Summary(ctx, g.RoomID, g.Covers.To, id.Floor(r.AIContextCutoffAt))
	if err != nil {
		return out, err
	}
	after := g.Covers.From.Before()
	var folded *ai.RoomSummary
	if found {
		folded, after = &last, last.To
	}
	said, err := w.Store.Said(ctx, g.RoomID, after, g.Covers.To, mostSaid)
	if err != nil {
		return out, err
	}
	if len(said) == mostSaid {
		return out, ai.ErrTooLong
	}
	view := ai.View{Question: message.Message{ID: id.Last, RoomID: g.RoomID, Visibility: message.Public}, Cutoff: r.AIContextCutoffAt, Budget: g.Terms.PromptBudget}
	out.Request.Lines, out.Tokens, err = ai.SummaryPrompt(view, folded, said, g.Terms.ReplyCap)
	return out, err
}

// mute is the broadcast of what nobody watches being written.
type mute struct{}

func (mute) Send(int, string)                   {}
func (mute) Think(time.Duration, int64, string) {}
func (mute) Close()                             {}
