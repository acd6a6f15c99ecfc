// Package forks copies rooms: a job makes the new one, copies what was said batch by batch, and opens it when all of it is there.
package forks

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Forks is the use case, and how jobs of kind fork are done. The room that such a job makes has the job's id: whoever makes it twice
// makes the same.
type Forks struct {
	Store       Store
	Jobs        jobs.Store
	Runner      transact.Runner
	Memberships realtime.Memberships
}

var _ jobs.Kind = Forks{}

// wish is what was asked for: all up to a message, which is fixed when it is asked.
type wish struct {
	Until id.ID `json:"until"`
}

// cursor is how far the copy is.
type cursor struct {
	// After is the last message of the source that was looked at, Copied and Place the number and the place of the last that was copied.
	After  id.ID `json:"after"`
	Copied int64 `json:"copied"`
	Place  id.ID `json:"place"`
	// Indexed is the last copy that can be found by its words.
	Indexed id.ID `json:"indexed"`
	// Told says that the source knows.
	Told bool `json:"told"`
}

// Request begins a fork up to a message, or up to now. An equal request answers the first one's job, with created false. Returns
// not_found, forbidden, room_frozen, room_not_ready, rate_limited for somebody who has many jobs already.
func (f Forks) Request(ctx context.Context, roomID, person, upTo id.ID, key change.Key) (j job.Job, created bool, err error) {
	key.Resource = id.New()
	n := change.Needs{Key: &key, RoomID: roomID, Person: person, Message: upTo, OpenJobs: true}
	err = f.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		if err := s.Claim.Again(key); err != nil {
			return nil, err
		}
		if !upTo.IsZero() && s.Message == nil {
			return nil, fault.New(fault.NotFound, "There is no such message.")
		}
		if err := s.Room.WritableBy(room.Fork, room.Archived); err != nil {
			return nil, err
		}
		if s.OpenJobs >= job.MaxOpen {
			return nil, &fault.Error{Code: fault.RateLimited, Detail: "You have as many jobs as one may have at a time.", RetryAfter: retryAfter}
		}
		until, total := s.Room.LastMessageID, s.Room.LastSequence
		if s.Message != nil {
			until = upTo
			if s.Message.Sequence > 0 {
				total = s.Message.Sequence
			}
		}
		j = job.Job{ID: key.Resource, Kind: job.Fork, RoomID: roomID, RequestedBy: person, State: job.Queued, Attempt: 1, Total: total,
			Wish: job.Encode(wish{Until: until}), MovedAt: s.Now, CreatedAt: s.Now}
		p := s.Plan(person, n)
		p.Write(change.InsertJob{Job: j})
		p.Owe(outbox.NewStart(j))
		return p, nil
	}, nil)
	if errors.Is(err, change.ErrRepeated) {
		j, err = f.Jobs.Made(ctx, key)
		return j, false, err
	}
	return j, err == nil, err
}

// copyName is the source's name and what it is, as far as a name may go.
func copyName(name string) string {
	const suffix = " (fork)"
	for utf8.RuneCountInString(name)+len(suffix) > room.MaxName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name + suffix
}

// Prepare implements jobs.Kind: it makes the new room, closed until everything is there. Its log begins with the event that made it.
func (f Forks) Prepare(ctx context.Context, j job.Job) error {
	var made room.Membership
	n := change.Needs{Job: j.ID, RoomID: j.RoomID, Person: j.RequestedBy, Profile: true}
	return f.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		switch {
		case s.Job == nil || !s.Job.State.Open():
			return nil, jobs.ErrEnded
		case s.Job.State == job.Running: // an earlier call did it
			return nil, nil
		}
		if err := mayGoOn(s.Room); err != nil {
			return nil, err
		}
		j := *s.Job
		r := s.Room.Room
		r.ID, r.Name, r.OwnerID = j.ID, copyName(r.Name), j.RequestedBy
		r.IsArchived, r.ForkState, r.ForkedFromRoomID = true, forkRunning, j.RoomID
		r.OfferedTo, r.LatestEvent, r.LastSequence, r.HistoryBeginsAt = id.ID{}, 0, 0, time.Time{}
		r.CreatedAt, r.UpdatedAt = s.Now, s.Now
		p := s.NewRoom(j.RequestedBy, r)
		made = room.Membership{Person: s.Actor, RoomID: r.ID, Role: room.Master, Version: 1}
		p.Write(change.InsertRoom{Room: r}, change.PutMember{Membership: made})
		p.RoomEvent(event.RoomForked, r.ID)
		j.State, j.Result, j.Cursor = job.Running, r.ID, job.Encode(cursor{Place: r.ID})
		jobs.Moved(p, j)
		return p, nil
	}, func() []transact.Step {
		return []transact.Step{{Name: "project memberships", Do: func(ctx context.Context) error {
			if made.RoomID.IsZero() {
				return nil
			}
			return f.Memberships.Raise(ctx, rooms.Project([]room.Membership{made})...)
		}}}
	})
}

// forkRunning is the state of a room that a fork fills.
const forkRunning = "running"

// mayGoOn says whether the source may still be copied by who asked for it: nobody takes along what was taken from them meanwhile.
func mayGoOn(source room.Mine) error { return source.WritableBy(room.Fork, room.Archived) }

// Finish implements jobs.Kind: both rooms say what happened, the new one opens.
func (f Forks) Finish(ctx context.Context, j job.Job) error {
	if err := f.tellSource(ctx, j); err != nil {
		return err
	}
	n := change.Needs{Job: j.ID, RoomID: j.ID, Order: change.Alone, Person: j.RequestedBy, Profile: true, Streams: []id.ID{j.RequestedBy}, RaisesRead: true}
	return f.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		switch {
		case s.Job == nil || s.Job.State == job.Cancelled || s.Job.State == job.Failed:
			return nil, jobs.ErrEnded
		case s.Job.State == job.Succeeded:
			return nil, nil
		case s.Room.ID.IsZero() || !s.Room.DeletedAt.IsZero():
			return nil, fault.New(fault.NotFound, "The copy was deleted.")
		}
		j, r := *s.Job, s.Room.Room
		r.ForkState, r.IsArchived, r.UpdatedAt = "", false, s.Now
		p := s.Plan(j.RequestedBy, n)
		p.Write(change.UpdateRoom{Room: r})
		p.RoomEvent(event.RoomUpdated, r.ID)
		note := p.Tell(message.Note{Code: message.ForkedFrom, Actor: message.NameOf(s.Actor), Value: j.RoomID.String()})
		p.Write(change.RaiseRead{RoomID: r.ID, UserID: j.RequestedBy, MessageID: note.ID, Sequence: note.Sequence})
		p.UserEvent(j.RequestedBy, event.RoomJoined, r.ID)
		j.State, j.Done, j.EndedAt = job.Succeeded, j.Total, s.Now
		jobs.Moved(p, j)
		return p, nil
	}, nil)
}

// tellSource lets the source say, once, that it was copied.
func (f Forks) tellSource(ctx context.Context, j job.Job) error {
	n := change.Needs{Job: j.ID, RoomID: j.RoomID, Order: change.InOrder, Person: j.RequestedBy, Profile: true}
	return f.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if s.Job == nil || s.Job.State == job.Cancelled || s.Job.State == job.Failed {
			return nil, jobs.ErrEnded
		}
		j := *s.Job
		c, err := job.Decode[cursor](j.Cursor)
		if err != nil || c.Told || j.State == job.Succeeded {
			return nil, err
		}
		if err := mayGoOn(s.Room); err != nil {
			return nil, err
		}
		c.Told = true
		j.Cursor = job.Encode(c)
		p := s.Plan(j.RequestedBy, n)
		p.Tell(message.Note{Code: message.Forked, Actor: message.NameOf(s.Actor), Value: j.ID.String()})
		p.Write(change.UpdateJob{Job: j})
		return p, nil
	}, nil)
}

// Undo implements jobs.Kind: the room vanishes at once; its rows go in the clean-up.
func (f Forks) Undo(j job.Job) (change.Needs, func(s change.Situation, p *change.Plan)) {
	return change.Needs{RoomID: j.ID, Order: change.Alone, Streams: []id.ID{j.RequestedBy}}, func(s change.Situation, p *change.Plan) {
		if s.Room.ID.IsZero() || !s.Room.DeletedAt.IsZero() {
			return
		}
		p.Write(change.DeleteRoom{RoomID: j.ID, At: s.Now})
		p.RoomEvent(event.RoomDeleted, j.ID)
		p.UserEvent(j.RequestedBy, event.RoomLeft, j.ID)
	}
}
