// Package jobs carries long work from its request to its end: a state machine calls the steps, a row tells people how far it is.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Store reads jobs.
type Store interface {
	// Find reads a job with the person's role in its room; false if there is none.
	Find(ctx context.Context, jobID, person id.ID) (job.Job, room.Role, bool, error)
	// Stale lists jobs that are not over and have not moved for a while, those first that stand longest.
	Stale(ctx context.Context, age time.Duration, limit int) ([]id.ID, error)
	// Made is the job that an earlier equal request began.
	Made(ctx context.Context, key change.Key) (job.Job, error)
}

// Jobs is the use case.
type Jobs struct {
	Store  Store
	Runner transact.Runner
	Kinds  map[job.Kind]Kind
}

// Get reads a job, and leads whoever asked for it to the file that it made. Returns not_found to those who may not see it.
func (u Jobs) Get(ctx context.Context, jobID, person id.ID) (j job.Job, file *job.Download, err error) {
	j, role, err := u.find(ctx, jobID, person)
	if err != nil || j.RequestedBy != person {
		return j, nil, err
	}
	if keeper, keeps := u.Kinds[j.Kind].(Keeper); keeps {
		file, err = keeper.Download(ctx, j, role)
	}
	return j, file, err
}

func (u Jobs) find(ctx context.Context, jobID, person id.ID) (job.Job, room.Role, error) {
	j, role, found, err := u.Store.Find(ctx, jobID, person)
	if err == nil && (!found || !j.MaySee(person, role)) {
		err = fault.New(fault.NotFound, "There is no such job.")
	}
	return j, role, err
}

// Cancel ends a job; its next step cleans up. Cancelling twice changes nothing. Returns not_found, conflict for one that has ended.
func (u Jobs) Cancel(ctx context.Context, jobID, person id.ID) (job.Job, error) {
	j, _, err := u.find(ctx, jobID, person)
	if err != nil || j.State == job.Cancelled {
		return j, err
	}
	if err := j.CheckOpen(); err != nil {
		return j, err
	}
	j, err = u.end(ctx, j, person, func(j job.Job) job.Job {
		j.State = job.Cancelled
		return j
	})
	if err == nil && j.State != job.Cancelled {
		err = j.CheckOpen()
	}
	return j, err
}

// end lets an open job fail or be cancelled, and hides what it half made. One that is over already stays what it is.
func (u Jobs) end(ctx context.Context, j job.Job, actor id.ID, how func(j job.Job) job.Job) (job.Job, error) {
	kind, err := u.kind(j)
	if err != nil {
		return j, err
	}
	n, undo := kind.Undo(j)
	n.Job = j.ID
	err = u.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if s.Job == nil {
			return nil, fault.New(fault.NotFound, "There is no such job.")
		}
		if j = *s.Job; !j.State.Open() {
			return nil, nil
		}
		j = how(j)
		p := s.Plan(actor, n)
		undo(s, p)
		Moved(p, j)
		return p, nil
	}, nil)
	return j, err
}

// Moved plans how far a job is, and tells whoever asked for it.
func Moved(p *change.Plan, j job.Job) {
	p.Write(change.UpdateJob{Job: j})
	p.Owe(outbox.NewNotice(j.RequestedBy, outbox.JobMoved, j.ID))
}

func (u Jobs) kind(j job.Job) (Kind, error) {
	kind, known := u.Kinds[j.Kind]
	if !known {
		return nil, fmt.Errorf("nobody does jobs of kind %q", j.Kind)
	}
	return kind, nil
}

// Sweep looks after jobs that have not moved: one more beginning for each, or its end after the last.
func (u Jobs) Sweep(ctx context.Context) error {
	stale, err := u.Store.Stale(ctx, job.StaleAfter, 20)
	for _, jobID := range stale {
		if ctx.Err() != nil {
			break
		}
		err = errors.Join(err, u.revive(ctx, jobID))
	}
	return err
}

func (u Jobs) revive(ctx context.Context, jobID id.ID) error {
	var last *job.Job
	err := u.Runner.Change(ctx, change.Needs{Job: jobID}, func(s change.Situation) (*change.Plan, error) {
		last = nil
		if s.Job == nil || !s.Job.Stale(s.Now) {
			return nil, nil
		}
		j := *s.Job
		if j.Attempt >= job.MaxAttempts {
			last = &j
			return nil, nil
		}
		j.Attempt++
		p := s.Plan(id.ID{}, change.Needs{})
		p.Write(change.UpdateJob{Job: j})
		p.Owe(outbox.NewStart(j))
		return p, nil
	}, nil)
	if err != nil || last == nil {
		return err
	}
	for next := CleanUp; next == CleanUp && err == nil && ctx.Err() == nil; {
		next, err = u.Step(ctx, CleanUp, jobID)
	}
	return err
}
