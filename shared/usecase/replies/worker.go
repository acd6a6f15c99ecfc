package replies

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/broadcast"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// WorkerStore is what a worker reads and writes; every write is fenced by its lease.
type WorkerStore interface {
	// Lease gives a generation to a worker; false if it is settled, called, or another's.
	Lease(ctx context.Context, generation, token id.ID) (ai.Generation, bool, error)
	// Renew keeps a lease and hears Stop; held is false if the lease was lost.
	Renew(ctx context.Context, generation, token id.ID) (stop, held bool, err error)
	// Call commits that the provider is about to be called, once and for all, and whether a summary goes along; false if it must
	// not be.
	Call(ctx context.Context, generation, token id.ID, promptTokens int, summary bool) (bool, error)
	// Checkpoint saves what came so far, renews the lease and hears Stop, in one statement.
	Checkpoint(ctx context.Context, generation, token id.ID, p Progress) (stop, held bool, err error)
	// Briefing reads what a prompt is built from, beside the history.
	Briefing(ctx context.Context, g ai.Generation) (Briefing, error)
	// Said reads what was said in public after one message up to another, oldest first.
	Said(ctx context.Context, roomID, after, to id.ID, limit int) ([]message.Message, error)
	History
}

// Progress is what of an attempt must survive its worker: the text, and what was thought and shown of it.
type Progress struct {
	Text, Thinking string
	Thought        int64
}

// Briefing is the room's settings and the question; a summary has none.
type Briefing struct {
	Room     room.Room
	Question message.Message
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
	Store     WorkerStore
	LLM       ai.LLM
	Broadcast broadcast.Opener
	Stops     Stops
	Running   Running
	Reaper    Reaper
	Runner    transact.Runner
	// Catalogue lists the models that could make a summary.
	Catalogue ai.Catalogue
	Pace      Pace
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
	lastMoment    = time.Second     // what an invocation keeps to end by itself
	settleAgain   = 2 * time.Second // the longest pause between two tries
)

var errLost = errors.New("the lease was lost")

// Reply writes one generation. It returns an error only where another delivery of the same message could do better.
func (w Worker) Reply(ctx context.Context, generation id.ID) error {
	if err := w.Runner.Relay.Activity.Raise(ctx); err != nil {
		return err
	}
	g, leased, err := w.Store.Lease(ctx, generation, id.New())
	if err != nil {
		return err
	}
	if !leased {
		// Settled, another's, or called by a worker that died: never called again.
		_, err := w.Reaper.Reap(ctx, generation)
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

// settle ends the attempt. A database that is away is asked again as long as the invocation lives, since the answer is
// paid for; the lease is fenced all the same.
func (w Worker) settle(ctx context.Context, g ai.Generation, o ai.Outcome) error {
	until := time.Now().Add(settleReserve)
	if deadline, ok := ctx.Deadline(); ok {
		until = deadline.Add(-lastMoment)
	}
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), until)
	defer cancel()
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, settleAgain) {
		settled, err := w.trySettle(ctx, g, o)
		if err == nil {
			w.step("settled")
			slog.InfoContext(ctx, "reply ended", "generation", g.ID, "message_id", g.MessageID, "attempt", g.Number, "room_id", g.RoomID,
				"status", o.Status, "error_code", o.ErrorCode, "finish_reason", o.Finish, "settled", settled)
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
		// Nobody else may end what is about to be settled.
		_, _, _ = w.Store.Renew(ctx, g.ID, g.LeaseToken)
	}
}

// trySettle is fenced: a worker that lost its lease changes nothing. What is settled may have made the room too long: then its
// next summary is begun with it.
func (w Worker) trySettle(ctx context.Context, g ai.Generation, o ai.Outcome) (settled bool, err error) {
	n := change.ToEnd(g)
	n.Backlog = g.Visibility == message.Public && o.Status == message.Completed
	var models []ai.Model
	if n.Backlog {
		models, _ = w.Catalogue.Models(ctx) // without a list there is no summary
	}
	err = w.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		settled = s.Generation != nil && s.Generation.Status.Open() && s.Generation.LeaseToken == g.LeaseToken
		if !settled {
			return nil, nil
		}
		p := s.Plan(g.AskerID, n)
		backlog := s.Backlog
		if g.Kind == ai.Summary {
			made, settlement := p.EndSummary(*s.Generation, o)
			warnOfExcess(ctx, g, settlement)
			if made == nil {
				return p, nil
			}
			backlog = backlog.After(*made)
		} else {
			warnOfExcess(ctx, g, p.End(*s.Generation, o, s.Question, s.Answer))
		}
		if n.Backlog {
			p.Summarise(s, backlog, models)
		}
		return p, nil
	}, nil)
	return settled, err
}

func warnOfExcess(ctx context.Context, g ai.Generation, s ai.Settlement) {
	if s.Excess > 0 {
		slog.WarnContext(ctx, "charge exceeds its hold", "generation", g.ID, "room_id", g.RoomID, "excess_tokens", s.Excess)
	}
}

// prompt builds what is sent for a generation. Returns ai.ErrMayNotBeSeen or ai.ErrTooLong for a question that cannot be
// answered.
func (w Worker) prompt(ctx context.Context, g ai.Generation) (Prompt, error) {
	b, err := w.Store.Briefing(ctx, g)
	if err != nil {
		return Prompt{}, err
	}
	if g.Kind == ai.Summary {
		return w.summary(ctx, g, b.Room)
	}
	return Builder{Store: w.Store, Counter: w.LLM}.Build(ctx, g, b.Room, b.Question)
}
