package replies

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/usecase/broadcast"
	"github.com/yoriai/yoriai/shared/usecase/handover"
)

// WorkerStore is what a worker writes; everything is fenced by its lease.
type WorkerStore interface {
	Lease(ctx context.Context, a ai.Attempt, token id.ID) (ai.Generation, bool, error)
	Renew(ctx context.Context, a ai.Attempt, token id.ID) (stop, held bool, err error)
	Call(ctx context.Context, a ai.Attempt, token id.ID, promptTokens int) (bool, error)
	Checkpoint(ctx context.Context, a ai.Attempt, token id.ID, text string) (stop, held bool, err error)
	Settle(ctx context.Context, g ai.Generation, o ai.Outcome) (bool, []outbox.Row, error)
	Briefing(ctx context.Context, g ai.Generation) (Briefing, error)
	History(ctx context.Context, roomID, asker, before id.ID, limit int) ([]message.Message, error)
}

// Stops hears that somebody asked to stop a message's reply. It is a hint: losing one costs a second, never a rule.
type Stops interface {
	Subscribe(ctx context.Context, message id.ID) (hints <-chan struct{}, cancel func())
}

// Running keeps the text so far where reloads find it sooner than in the database.
type Running interface {
	Set(ctx context.Context, message id.ID, attempt int, text string)
}

// Worker writes AI replies.
type Worker struct {
	Store      WorkerStore
	LLM        ai.LLM
	Live       broadcast.Opener
	Stops      Stops
	Running    Running
	Undertaker Undertaker
	HandOver   handover.HandOver
	Pace       Pace
	// Hook is called between every two steps; tests end the worker there.
	Hook func(step string)
}

// Pace is how often a worker speaks to the database.
type Pace struct {
	Checkpoint time.Duration // 1 s
}

// The worker's own limits.
const (
	renewEvery    = 5 * time.Second
	largeText     = 32 << 10 // from here on the text is saved three times less often
	longestCall   = 280 * time.Second
	settleReserve = 15 * time.Second
	settleTries   = 5
	historyPage   = 100
)

var errLost = errors.New("the lease was lost")

// Reply writes one attempt. It returns an error only where another delivery of the same message could do better.
func (w Worker) Reply(ctx context.Context, a ai.Attempt) error {
	if err := w.HandOver.Begin(ctx); err != nil {
		return err
	}
	g, leased, err := w.Store.Lease(ctx, a, id.New())
	if err != nil {
		return err
	}
	if !leased {
		// Settled, another's, or called by a worker that died: never called again.
		_, err := w.Undertaker.Attend(ctx, a)
		return err
	}
	w.step("leased")
	s := newStream(w, g)
	stopPulse := s.pulse(ctx)
	outcome, err := s.run(ctx)
	stopPulse()
	if err != nil {
		if errors.Is(err, errLost) {
			return nil
		}
		return err
	}
	w.step("answered")
	return w.settle(ctx, s.generation(), outcome)
}

func (w Worker) step(name string) {
	if w.Hook != nil {
		w.Hook(name)
	}
}

// settle ends the attempt; a database that is away for a moment is asked again, since the answer is paid for.
func (w Worker) settle(ctx context.Context, g ai.Generation, o ai.Outcome) error {
	ctx = context.WithoutCancel(ctx)
	var err error
	for try := range settleTries {
		var settled bool
		var owed []outbox.Row
		if settled, owed, err = w.Store.Settle(ctx, g, o); err == nil {
			w.step("settled")
			w.HandOver.Deliver(ctx, owed)
			slog.InfoContext(ctx, "reply ended", "message_id", g.MessageID, "attempt", g.Number, "room_id", g.RoomID,
				"status", o.Status, "error_code", o.ErrorCode, "settled", settled)
			return nil
		}
		time.Sleep(200 * time.Millisecond << try)
	}
	return err
}

// prompt builds what is sent; false if the question may not be seen any more.
func (w Worker) prompt(ctx context.Context, g ai.Generation) (ai.Request, int, bool, error) {
	r := ai.Request{RequestID: requestID(g.Attempt), RoomID: g.RoomID, Provider: g.Terms.Provider, Model: g.Terms.Model, MaxOutputTokens: g.Terms.ReplyCap}
	b, err := w.Store.Briefing(ctx, g)
	if err != nil {
		return r, 0, false, err
	}
	p, ok := ai.NewPrompt(ai.View{Question: b.Question, AskerID: g.AskerID, Cutoff: b.Room.AIContextCutoffAt,
		Instructions: b.Room.AIInstructions, Budget: g.Terms.PromptBudget})
	if !ok {
		return r, 0, false, nil
	}
	before := b.Question.ID
	for !p.Full() {
		page, err := w.Store.History(ctx, g.RoomID, g.AskerID, before, historyPage)
		if err != nil {
			return r, 0, false, err
		}
		for _, m := range page {
			p.Offer(m)
		}
		if len(page) < historyPage || page[len(page)-1].CreatedAt.Before(b.Room.AIContextCutoffAt) {
			break
		}
		before = page[len(page)-1].ID
	}
	r.Lines = p.Lines()
	counts, err := w.LLM.EstimateTokens(ctx, r)
	if err != nil {
		// The call itself will tell what is wrong with the gateway; our own estimate is on the high side.
		return r, p.Tokens(), true, nil
	}
	var tokens int
	r.Lines, tokens = p.Fit(counts)
	return r, tokens, true, nil
}

// requestID names an attempt to the gateway: logs, traces and the proof that a provider is called once.
func requestID(a ai.Attempt) string {
	return a.MessageID.String() + "-" + strconv.Itoa(a.Number)
}
