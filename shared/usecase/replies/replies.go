// Package replies tells the story of an AI reply, from the queue to its end: a worker holds a lease, calls the model
// once, streams, saves, and settles; one function ends or revives what nobody holds.
package replies

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/idempotency"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/handover"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// Briefing is what a prompt is built from, beside the history.
type Briefing struct {
	Room     room.Room
	Question message.Message
}

// Regenerate is the wish for another attempt at the answer to a question.
type Regenerate struct {
	RoomID, QuestionID, Person id.ID
	Model                      ai.Model
	Refusal                    error // told after access, replay and rights
}

// Stopped is the AI message after a stop, and the attempts whose workers must still hear of it.
type Stopped struct {
	Message message.Message
	Told    []ai.Attempt
}

// Steering is what people do to an answer.
type Steering interface {
	messages.RoomReader
	Stop(ctx context.Context, roomID, person, messageID id.ID) (Stopped, []outbox.Row, error)
	Regenerate(ctx context.Context, cmd Regenerate, key idempotency.Key) (message.Message, bool, []outbox.Row, error)
}

// Replies lets people stop and regenerate.
type Replies struct {
	Store     Steering
	HandOver  handover.HandOver
	Catalogue rooms.Catalogue
	StopHint  func(ctx context.Context, attempts []ai.Attempt)
}

// Stop names the AI message or its question; running says that a worker still has to hear of it.
func (r Replies) Stop(ctx context.Context, roomID, person, messageID id.ID) (m message.Message, running bool, err error) {
	if err := r.HandOver.Begin(ctx); err != nil {
		return m, false, err
	}
	stop, owed, err := r.Store.Stop(ctx, roomID, person, messageID)
	if err != nil {
		return m, false, err
	}
	r.StopHint(ctx, stop.Told)
	r.HandOver.Deliver(ctx, owed)
	return stop.Message, len(stop.Told) > 0, nil
}

// Regenerate asks again, with the model that the room has now.
func (r Replies) Regenerate(ctx context.Context, cmd Regenerate, key idempotency.Key) (message.Message, bool, error) {
	cmd.Model, cmd.Refusal = messages.ChooseModel(ctx, r.Store, r.Catalogue, cmd.RoomID, cmd.Person, "", "")
	if err := r.HandOver.Begin(ctx); err != nil {
		return message.Message{}, false, err
	}
	m, created, owed, err := r.Store.Regenerate(ctx, cmd, key)
	if err != nil {
		return m, false, err
	}
	r.HandOver.Deliver(ctx, owed)
	return m, created, nil
}

// Undertaker ends or revives attempts that nobody holds.
type Undertaker struct {
	Store interface {
		Attend(ctx context.Context, a ai.Attempt) (ai.Verdict, []outbox.Row, error)
	}
	HandOver handover.HandOver
}

// Watch attends an attempt and looks again later while it lives: the watchdog and both dead-letter consumers do.
func (u Undertaker) Watch(ctx context.Context, a ai.Attempt) error {
	verdict, err := u.Attend(ctx, a)
	if err != nil || verdict != ai.LookAgain && verdict != ai.Requeue {
		return err
	}
	// Not from an outbox row: should this message be lost, the sweeper finds the attempt.
	_, err = u.HandOver.Queues.Send(ctx, []outbox.Row{outbox.NewWatch(outbox.Job{MessageID: a.MessageID, Attempt: a.Number}, ai.LookAgainAfter)})
	return err
}

// Attend looks at an attempt and does what must be done. Everybody who finds one in doubt ends here.
func (u Undertaker) Attend(ctx context.Context, a ai.Attempt) (ai.Verdict, error) {
	if err := u.HandOver.Begin(ctx); err != nil {
		return ai.LookAgain, err
	}
	verdict, owed, err := u.Store.Attend(ctx, a)
	if err != nil {
		return verdict, err
	}
	u.HandOver.Deliver(ctx, owed)
	return verdict, nil
}

// Sweeper finds what was left behind, without waking a database that has nothing to say.
type Sweeper struct {
	Store interface {
		Dead(ctx context.Context, limit int) ([]ai.Attempt, error)
		Unfinished(ctx context.Context) (bool, error)
	}
	Undertaker Undertaker
	HandOver   handover.HandOver
}

// settleTime is how long after a raise a sweep may call the database clean: longer than any transaction.
const settleTime = 90 * time.Second

// Sweep hands over old outbox rows and attends dead attempts; it tells whether it looked at the database at all.
func (s Sweeper) Sweep(ctx context.Context, now time.Time) (looked bool, err error) {
	raised, clean, err := s.HandOver.Activity.Read(ctx)
	if err != nil {
		return false, err
	}
	if clean.After(raised) {
		return false, nil
	}
	if _, err := s.HandOver.DeliverOld(ctx); err != nil {
		return true, err
	}
	dead, err := s.Store.Dead(ctx, 100)
	if err != nil {
		return true, err
	}
	for _, a := range dead {
		if _, err := s.Undertaker.Attend(ctx, a); err != nil {
			return true, err
		}
	}
	if now.Sub(raised) < settleTime {
		return true, nil
	}
	unfinished, err := s.Store.Unfinished(ctx)
	if err != nil || unfinished {
		return true, err
	}
	_, err = s.HandOver.Activity.SetClean(ctx, now, raised)
	return true, err
}
