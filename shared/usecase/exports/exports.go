// Package exports makes files of what somebody may read: a job writes numbered parts, packs them, and keeps the file for a day.
package exports

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/export"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

const (
	// kept is how long a file is kept.
	kept = 24 * time.Hour
	// linkLife is how long a link leads to it.
	linkLife = 10 * time.Minute
	// retryAfter is when somebody with many jobs may ask again.
	retryAfter = 30 * time.Second
)

// Files is where parts and files are kept. Whatever is written under a key twice is there once.
type Files interface {
	Put(ctx context.Context, key string, body []byte) error
	Read(ctx context.Context, key string) ([]byte, error)
	// Upload keeps what is written piece by piece, as a whole or not at all.
	Upload(ctx context.Context, key string, write func(w io.Writer) error) (size int64, err error)
	Remove(ctx context.Context, keys []string) error
	// Link leads to a file for a while, as one of this name to be saved.
	Link(ctx context.Context, key, name string, life time.Duration) (string, error)
}

// Exports is the use case, and how jobs of kind export are done.
type Exports struct {
	Store  Store
	Jobs   jobs.Store
	Runner transact.Runner
	Files  Files
	Now    func() time.Time
}

var (
	_ jobs.Kind   = Exports{}
	_ jobs.Keeper = Exports{}
)

// wish is what was asked for: all up to a place, which is fixed when it is asked.
type wish struct {
	Format export.Format `json:"format"`
	Until  id.ID         `json:"until"`
}

// cursor is how far an export is.
type cursor struct {
	// Topic is the number of the topic that is being written, After (and Emoji) the last of its rows that was.
	Topic int    `json:"topic"`
	After id.ID  `json:"after"`
	Emoji string `json:"emoji"`
	// Parts are what was written.
	Parts []export.Part `json:"parts"`
	// Bytes is how long the file is, once it is there.
	Bytes int64 `json:"bytes"`
}

// Room begins the export of a room. An equal request answers the first one's job, with created false. Returns not_found, forbidden,
// room_frozen, room_not_ready, validation_failed, and rate_limited for somebody who has many jobs already.
func (e Exports) Room(ctx context.Context, roomID, person id.ID, format export.Format, key change.Key) (j job.Job, created bool, err error) {
	return e.request(ctx, roomID, person, format, key, func(s change.Situation) error {
		if err := s.Readable(); err != nil {
			return err
		}
		if err := s.Claim.Again(key); err != nil {
			return err
		}
		if format != export.JSON && format != export.Markdown {
			return fault.Invalid("format", "must be json or markdown")
		}
		return mayGoOn(s.Room)
	})
}

// Me begins the export of what is kept about somebody. Returns rate_limited.
func (e Exports) Me(ctx context.Context, person id.ID, key change.Key) (j job.Job, created bool, err error) {
	return e.request(ctx, id.ID{}, person, export.JSON, key, func(s change.Situation) error { return s.Claim.Again(key) })
}

func (e Exports) request(ctx context.Context, roomID, person id.ID, format export.Format, key change.Key, may func(s change.Situation) error) (j job.Job, created bool, err error) {
	key.Resource = id.New()
	n := change.Needs{Key: &key, RoomID: roomID, Person: person, OpenJobs: true}
	err = e.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := may(s); err != nil {
			return nil, err
		}
		if s.OpenJobs >= job.MaxOpen {
			return nil, &fault.Error{Code: fault.RateLimited, Detail: "You have as many jobs as one may have at a time.", RetryAfter: retryAfter}
		}
		// Private rows may stand above the room's last public one.
		until := id.Floor(s.Now)
		if s.Room.LastMessageID.Compare(until) > 0 {
			until = s.Room.LastMessageID
		}
		j = job.Job{ID: key.Resource, Kind: job.Export, RoomID: roomID, RequestedBy: person, State: job.Queued, Attempt: 1, Total: s.Room.LastSequence,
			Wish: job.Encode(wish{Format: format, Until: until}), MovedAt: s.Now, CreatedAt: s.Now}
		p := s.Plan(person, n)
		p.Write(change.InsertJob{Job: j})
		p.Owe(outbox.NewStart(j))
		return p, nil
	}, nil)
	if errors.Is(err, change.ErrRepeated) {
		j, err = e.Jobs.Made(ctx, key)
		return j, false, err
	}
	return j, err == nil, err
}

// mayGoOn says whether the room may still be taken along by who asked for it: nobody takes what was taken from them meanwhile.
func mayGoOn(r room.Mine) error { return r.WritableBy(room.Export, room.Archived) }

// still is mayGoOn for whatever the job is about.
func still(j job.Job, r room.Mine) error {
	if j.RoomID.IsZero() {
		return nil
	}
	return mayGoOn(r)
}

// about are the needs of a decision on a job.
func about(j job.Job) change.Needs {
	return change.Needs{Job: j.ID, RoomID: j.RoomID, Person: j.RequestedBy}
}

// Prepare implements jobs.Kind: it counts what there is to do, where the request could not.
func (e Exports) Prepare(ctx context.Context, j job.Job) error {
	total := j.Total
	if j.RoomID.IsZero() {
		w, err := job.Decode[wish](j.Wish)
		if err != nil {
			return err
		}
		if total, err = e.Store.Own(ctx, j.RequestedBy, w.Until); err != nil {
			return err
		}
	}
	n := about(j)
	return e.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		switch {
		case s.Job == nil || !s.Job.State.Open():
			return nil, jobs.ErrEnded
		case s.Job.State == job.Running: // an earlier call did it
			return nil, nil
		}
		if err := still(j, s.Room); err != nil {
			return nil, err
		}
		begun := *s.Job
		begun.State, begun.Total, begun.Cursor = job.Running, total, job.Encode(cursor{})
		p := s.Plan(j.RequestedBy, n)
		jobs.Moved(p, begun)
		return p, nil
	}, nil)
}

// Undo implements jobs.Kind: nothing of a file can be seen before it is there.
func (e Exports) Undo(job.Job) (change.Needs, func(s change.Situation, p *change.Plan)) {
	return change.Needs{}, func(change.Situation, *change.Plan) {}
}

// Cleanup implements jobs.Kind. The part that was being written when the job ended is counted nowhere.
func (e Exports) Cleanup(ctx context.Context, j job.Job) (more bool, err error) {
	c, err := job.Decode[cursor](j.Cursor)
	if err != nil {
		return false, err
	}
	return false, e.Files.Remove(ctx, append(partKeys(j.ID, len(c.Parts)+1), fileKey(j.ID)))
}

// Download implements jobs.Keeper. Whoever has lost the right to the room since gets no link; one whose room was deleted does.
func (e Exports) Download(ctx context.Context, j job.Job, role room.Role) (*job.Download, error) {
	if j.State != job.Succeeded || !j.RoomID.IsZero() && !role.May(room.Export) {
		return nil, nil
	}
	c, err := job.Decode[cursor](j.Cursor)
	if err != nil {
		return nil, err
	}
	d := &job.Download{Bytes: c.Bytes, ExpiresAt: j.EndedAt.Add(kept)}
	life := min(linkLife, d.ExpiresAt.Sub(e.Now()))
	if life <= 0 {
		return d, nil
	}
	// No link without a line in the log.
	if err := e.Store.Fetched(ctx, j); err != nil {
		return nil, err
	}
	// The name tells nothing to who sees it in a folder.
	name := "yoriai-export-" + j.CreatedAt.UTC().Format("20060102-150405") + ".zip"
	d.URL, err = e.Files.Link(ctx, fileKey(j.ID), name, life)
	return d, err
}
