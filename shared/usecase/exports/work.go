package exports

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/export"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
)

const (
	// page is how many rows one statement reads, maxEntries and maxBytes how many of them, and how much, go into a part.
	page       = 500
	maxEntries = 10_000
	maxBytes   = 8 << 20
	// workFor is how long one call of Work goes on.
	workFor = 20 * time.Second
)

// Scene is what a part sees under the job's lock: the job, the room as who asked for it has it, and who that is.
type Scene struct {
	Job    job.Job
	Room   room.Mine
	Person export.Person
	Locale string
	// Gone says that the account was deleted.
	Gone bool
}

// Query asks for messages after one, up to another: those of a room that the person may see, or the person's own in all rooms.
type Query struct {
	RoomID, Person id.ID
	After, Until   id.ID
	Limit          int
}

// Store reads what is taken along, a part at a time, in a transaction that holds the job.
type Store interface {
	Part(ctx context.Context, jobID id.ID, do func(ctx context.Context, p Part) error) error
	// Own counts what somebody said, up to a place.
	Own(ctx context.Context, person, until id.ID) (int64, error)
	// Fetched writes down that somebody was led to a file, once a minute at most.
	Fetched(ctx context.Context, j job.Job) error
}

// Part is what can be done in the transaction of a part. Rows come one after another, in order, until each answers false.
type Part interface {
	// Scene is false if there is no such job.
	Scene(ctx context.Context) (Scene, bool, error)
	Messages(ctx context.Context, q Query, each func(m export.Message) (more bool, err error)) (seen int, err error)
	Account(ctx context.Context, person id.ID) (export.Account, error)
	// Reactions are those that somebody gave, after one of them.
	Reactions(ctx context.Context, person, after id.ID, emoji string, limit int) ([]export.Given, error)
	// Transactions are those before one of them, the newest first.
	Transactions(ctx context.Context, person, before id.ID, limit int) ([]export.Transaction, error)
	// Save writes how far the job is.
	Save(ctx context.Context, j job.Job) error
}

// Work implements jobs.Kind: part after part, each in a transaction that holds the job while the part is kept.
func (e Exports) Work(ctx context.Context, j job.Job) (more bool, err error) {
	progress := jobs.Progress{Relay: e.Runner.Relay}
	for until := time.Now().Add(workFor); ; {
		done := false
		err := e.Store.Part(ctx, j.ID, func(ctx context.Context, p Part) (err error) {
			j, done, err = e.next(ctx, p)
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

// topics are what the job writes, in order.
func topics(j job.Job) []export.Topic {
	if j.RoomID.IsZero() {
		return []export.Topic{export.Profiles, export.Messages, export.Reactions, export.Transactions}
	}
	return []export.Topic{export.Messages}
}

// next writes one part of a job.
func (e Exports) next(ctx context.Context, p Part) (j job.Job, done bool, err error) {
	s, found, err := p.Scene(ctx)
	if err != nil {
		return j, false, err
	}
	j = s.Job
	switch {
	case !found || j.State != job.Running:
		return j, false, jobs.ErrEnded
	case s.Gone:
		return j, false, fault.New(fault.NotFound, "The account was deleted.")
	}
	if err := still(j, s.Room); err != nil {
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
	all := topics(j)
	if c.Topic >= len(all) {
		return j, true, nil
	}
	part := &writing{s: s, w: w, c: &c, part: p, topic: all[c.Topic]}
	body, err := part.write(ctx)
	if err != nil {
		return j, false, err
	}
	if err := e.Files.Put(ctx, partKey(j.ID, len(c.Parts)), body); err != nil {
		return j, false, err
	}
	if j.RoomID.IsZero() {
		if part.topic == export.Messages {
			j.Done += part.made.Entries
		}
	} else {
		j.Done = max(j.Done, part.made.Last)
	}
	j.Total = max(j.Total, j.Done)
	j.Cursor = job.Encode(c)
	return j, false, p.Save(ctx, j)
}
