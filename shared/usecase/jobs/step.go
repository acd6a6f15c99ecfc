package jobs

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Step is what a state machine calls, and what it is told to do next.
type Step string

// The steps, and the ends of a machine.
const (
	Prepare Step = "prepare"
	Work    Step = "work"
	Finish  Step = "finish"
	CleanUp Step = "clean_up"

	Done      Step = "done"
	Cancelled Step = "cancelled"
	Failed    Step = "failed"
)

// Step does one step of a job and tells the next. The row decides, not the machine: whatever is called for a job that was cancelled
// or failed, cleans up.
func (u Jobs) Step(ctx context.Context, step Step, jobID id.ID) (Step, error) {
	j, _, found, err := u.Store.Find(ctx, jobID, id.ID{})
	if err != nil {
		return "", err
	}
	if !found {
		slog.ErrorContext(ctx, "a step of a job that is not there", "job", jobID)
		return Failed, nil
	}
	kind, err := u.kind(j)
	if err != nil {
		return "", err
	}
	next := map[Step]Step{Prepare: Work, Work: Finish, Finish: Done}[step]
	if step == CleanUp || !j.State.Open() {
		return u.cleanUp(ctx, kind, j)
	}
	switch step {
	case Prepare:
		err = kind.Prepare(ctx, j)
	case Work:
		var more bool
		if more, err = kind.Work(ctx, j); more {
			next = Work
		}
	case Finish:
		err = kind.Finish(ctx, j)
	default:
		slog.ErrorContext(ctx, "a step that nobody knows", "step", step)
		return Failed, nil
	}
	if code, refused := refusal(err); refused {
		slog.WarnContext(ctx, "a job cannot go on", "job", jobID, "kind", j.Kind, "error", err)
		_, err = u.end(ctx, j, id.ID{}, func(j job.Job) job.Job { return j.Fail(code) })
		return CleanUp, err
	}
	if errors.Is(err, ErrEnded) {
		return CleanUp, nil
	}
	return next, err
}

// refusal tells an answer that another try would get again from what may pass.
func refusal(err error) (fault.Code, bool) {
	var f *fault.Error
	if !errors.As(err, &f) {
		return "", false
	}
	passing := []fault.Code{fault.Internal, fault.Unavailable, fault.DatabaseWaking, fault.RateLimited}
	return f.Code, !slices.Contains(passing, f.Code)
}

// cleanUp removes a part of what was half made. A job that comes here while it is open did not get through its steps.
func (u Jobs) cleanUp(ctx context.Context, kind Kind, j job.Job) (Step, error) {
	var err error
	if j.State.Open() {
		if j, err = u.end(ctx, j, id.ID{}, func(j job.Job) job.Job { return j.Fail(fault.Internal) }); err != nil {
			return "", err
		}
	}
	ended := map[job.State]Step{job.Succeeded: Done, job.Cancelled: Cancelled, job.Failed: Failed}[j.State]
	if !j.EndedAt.IsZero() {
		return ended, nil
	}
	if more, err := kind.Cleanup(ctx, j); more || err != nil {
		return CleanUp, err
	}
	return ended, u.Runner.Change(ctx, change.Needs{Job: j.ID}, func(s change.Situation) (*change.Plan, error) {
		if s.Job == nil || !s.Job.EndedAt.IsZero() {
			return nil, nil
		}
		p := s.Plan(id.ID{}, change.Needs{})
		over := *s.Job
		over.EndedAt = s.Now
		Moved(p, over)
		return p, nil
	}, nil)
}

// noticeEach is how often progress is told at most.
const noticeEach = time.Second

// Progress tells whoever asked for a job how far it is, now and then. One that is lost costs a look.
type Progress struct {
	Relay transact.Relay
	last  time.Time
}

// Tell gives notice, unless it did a moment ago.
func (p *Progress) Tell(ctx context.Context, j job.Job) {
	if time.Since(p.last) < noticeEach {
		return
	}
	p.last = time.Now()
	if _, err := p.Relay.Queues.Send(ctx, []outbox.Row{outbox.NewNotice(j.RequestedBy, outbox.JobMoved, j.ID)}); err != nil {
		slog.WarnContext(ctx, "progress was not told", "job", j.ID, "error", err)
	}
}
