package replies

import (
	"context"
	"errors"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Reaper ends or revives generations that nobody holds.
type Reaper struct {
	Store interface {
		// Find reads a generation with the database's clock; false if there is none.
		Find(ctx context.Context, generation id.ID) (ai.Generation, time.Time, bool, error)
	}
	Runner transact.Runner
}

// Watch reaps a generation and looks again later while it lives: the watchdog and both dead-letter consumers do.
func (r Reaper) Watch(ctx context.Context, generation id.ID) error {
	verdict, err := r.Reap(ctx, generation)
	if err != nil || verdict != ai.LookAgain && verdict != ai.Requeue {
		return err
	}
	return r.Runner.Relay.Watch(ctx, generation, ai.LookAgainAfter)
}

// Reap looks at a generation and does what must be done. Everybody who finds one in doubt ends here; whatever happens
// meanwhile is seen under the locks.
func (r Reaper) Reap(ctx context.Context, generation id.ID) (verdict ai.Verdict, err error) {
	g, now, found, err := r.Store.Find(ctx, generation)
	if err != nil || !found {
		return ai.Settled, err
	}
	if verdict, _ = ai.Judge(g, now); verdict == ai.Settled || verdict == ai.LookAgain {
		return verdict, nil
	}
	n := change.ToEnd(g)
	err = r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if s.Generation == nil {
			verdict = ai.Settled
			return nil, nil
		}
		var outcome ai.Outcome
		verdict, outcome = ai.Judge(*s.Generation, s.Now)
		p := s.Plan(s.Generation.AskerID, n)
		switch verdict {
		case ai.End:
			warnOfExcess(ctx, *s.Generation, p.End(*s.Generation, outcome, s.Question, s.Answer))
		case ai.Requeue:
			p.Write(change.Requeue{GenerationID: g.ID})
			p.Owe(outbox.NewReply(g.ID, g.PayerID))
		case ai.Settled, ai.LookAgain:
			return nil, nil
		}
		return p, nil
	}, nil)
	return verdict, err
}

// Sweeper finds what was left behind, without waking a database that has nothing to say.
type Sweeper struct {
	Store interface {
		// Dead lists open generations that nobody has held for over a minute, those first that wait longest.
		Dead(ctx context.Context, limit int) ([]id.ID, error)
		// Unfinished says whether anything is still owed to a queue or open.
		Unfinished(ctx context.Context) (bool, error)
	}
	Reaper Reaper
	// Jobs are begun anew that have not moved.
	Jobs interface {
		Sweep(ctx context.Context) error
	}
	// Accounts go on telling people's rooms what changed of them.
	Accounts interface {
		Sweep(ctx context.Context) error
	}
	Relay    transact.Relay
	Activity realtime.Activity
}

// settleTime is how long after a raise a sweep may call the database clean: longer than any transaction.
const settleTime = 90 * time.Second

// Sweep hands over old outbox rows and reaps dead generations; it tells whether it looked at the database at all. One that
// cannot be handed over or reaped does not keep the others waiting.
func (s Sweeper) Sweep(ctx context.Context, now time.Time) (looked bool, err error) {
	raised, clean, err := s.Activity.Read(ctx)
	if err != nil {
		return false, err
	}
	if clean.After(raised) {
		return false, nil
	}
	_, err = s.Relay.DeliverOld(ctx)
	dead, listErr := s.Store.Dead(ctx, 100)
	err = errors.Join(err, listErr)
	for _, generation := range dead {
		if ctx.Err() != nil {
			break
		}
		_, reapErr := s.Reaper.Reap(ctx, generation)
		err = errors.Join(err, reapErr)
	}
	err = errors.Join(err, s.Jobs.Sweep(ctx), s.Accounts.Sweep(ctx))
	if err != nil || now.Sub(raised) < settleTime {
		return true, err
	}
	unfinished, err := s.Store.Unfinished(ctx)
	if err != nil || unfinished {
		return true, err
	}
	_, err = s.Activity.SetClean(ctx, now, raised)
	return true, err
}
