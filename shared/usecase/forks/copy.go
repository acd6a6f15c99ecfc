package forks

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
)

const (
	// batch is how many messages are looked at in one transaction: senders of the source never wait for it, and a killed one loses little.
	batch = 1000
	// workFor is how long one call of Work goes on.
	workFor = 20 * time.Second
	// retryAfter is when somebody with many jobs may ask again.
	retryAfter = 30 * time.Second
)

// Scene is what a batch sees under the job's lock: the job, the source as who asked for it has it, and the copy.
type Scene struct {
	Job    job.Job
	Source room.Mine
	Target room.Room
}

// Range is a part of the source: the messages after one, up to another, so many at most.
type Range struct {
	After, Until id.ID
	Limit        int
	// Copied is how many were copied before: places go on from there.
	Copied int64
}

// Copied tells what came of a range.
type Copied struct {
	Seen     int   // how many were looked at
	Last     id.ID // the last of them, and its number in the source
	Sequence int64
	Rows     int64 // how many were copied
	Place    id.ID // the last copy
}

// Store works on one batch of a copy, in a transaction that holds the job.
type Store interface {
	Batch(ctx context.Context, jobID id.ID, do func(ctx context.Context, b Batch) error) error
	// Erase removes so many messages of the copy, or what is left without them; more tells that there is something left.
	Erase(ctx context.Context, roomID id.ID, limit int) (more bool, err error)
}

// Batch is what can be done in the transaction of a batch.
type Batch interface {
	// Scene is false if there is no such job.
	Scene(ctx context.Context) (Scene, bool, error)
	// Copy copies what is settled, public and not deleted in a range of the source: answers with their questions, or not at all.
	Copy(ctx context.Context, s Scene, r Range) (Copied, error)
	// Index lets so many copies be found by their words, and tells how many it looked at and the last of them.
	Index(ctx context.Context, s Scene, after id.ID, limit int) (seen int, last id.ID, err error)
	// Save writes how far the job is, and the numbers of the copy.
	Save(ctx context.Context, j job.Job, copied int64, last id.ID) error
}

// Work implements jobs.Kind: first the rows, then what they are found by.
func (f Forks) Work(ctx context.Context, j job.Job) (more bool, err error) {
	progress := jobs.Progress{Relay: f.Runner.Relay}
	for until := time.Now().Add(workFor); ; {
		done := false
		err := f.Store.Batch(ctx, j.ID, func(ctx context.Context, b Batch) (err error) {
			j, done, err = next(ctx, b)
			return err
		})
		if done || err != nil {
			return false, err
		}
		progress.Tell(ctx, j)
		if time.Now().After(until) {
			return true, nil
		}
	}
}

// next does one batch of a job.
func next(ctx context.Context, b Batch) (j job.Job, done bool, err error) {
	s, found, err := b.Scene(ctx)
	if err != nil {
		return j, false, err
	}
	j = s.Job
	if !found || j.State != job.Running {
		return j, false, jobs.ErrEnded
	}
	if s.Target.ID.IsZero() || !s.Target.DeletedAt.IsZero() {
		return j, false, fault.New(fault.NotFound, "The copy was deleted.")
	}
	if err := mayGoOn(s.Source); err != nil {
		return j, false, err
	}
	w, err := job.Decode[wish](j.Wish)
	if err != nil {
		return j, false, err
	}
	c, err := job.Decode[cursor](j.Cursor)
	if err != nil {
		return j, false, err
	}
	switch {
	case c.After.Compare(w.Until) < 0:
		err = c.copy(ctx, b, s, w, &j)
	case c.Indexed.Compare(c.Place) < 0 && c.Copied > 0:
		err = c.index(ctx, b, s)
	default:
		return j, true, nil
	}
	if err != nil {
		return j, false, err
	}
	j.Cursor = job.Encode(c)
	return j, false, b.Save(ctx, j, c.Copied, c.Place)
}

func (c *cursor) copy(ctx context.Context, b Batch, s Scene, w wish, j *job.Job) error {
	got, err := b.Copy(ctx, s, Range{After: c.After, Until: w.Until, Limit: batch, Copied: c.Copied})
	if err != nil {
		return err
	}
	c.After = got.Last
	if got.Seen < batch {
		c.After = w.Until
	}
	j.Done = max(j.Done, got.Sequence)
	if got.Rows > 0 {
		c.Copied, c.Place = c.Copied+got.Rows, got.Place
	}
	return nil
}

func (c *cursor) index(ctx context.Context, b Batch, s Scene) error {
	seen, last, err := b.Index(ctx, s, c.Indexed, batch)
	c.Indexed = last
	if seen < batch {
		c.Indexed = c.Place
	}
	return err
}

// Cleanup implements jobs.Kind.
func (f Forks) Cleanup(ctx context.Context, j job.Job) (more bool, err error) {
	for until := time.Now().Add(workFor); ; {
		if more, err = f.Store.Erase(ctx, j.ID, batch); err != nil || !more || time.Now().After(until) {
			return more, err
		}
	}
}
