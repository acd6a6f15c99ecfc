// Package outbox holds what a transaction owes the world outside the database: one row for each queue message, written
// with the change and deleted once the queue has taken it. Bodies carry ids only.
package outbox

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
)

// Queue is where a row goes.
type Queue string

// The queues.
const (
	FanOut     Queue = "fan-out"
	AIReplies  Queue = "ai-replies"
	AIWatchdog Queue = "ai-watchdog"
	// Payments takes what a payment provider told, StripeCommands what it shall be asked to do.
	Payments       Queue = "payments"
	StripeCommands Queue = "stripe-commands"
	Jobs           Queue = "jobs"
)

// Row is one queue message that is owed.
type Row struct {
	ID    id.ID
	Queue Queue
	Body  string
	// Fairness groups messages so that one payer cannot keep the others waiting.
	Fairness string
	Delay    time.Duration
}

// Push is the body of a fan-out message: events from and to, both included, of one stream.
type Push struct {
	Stream string `json:"stream"`
	From   int64  `json:"from"`
	To     int64  `json:"to"`
	// Notice stands in place of events: something of the person's own has changed that no stream tells of.
	Notice *Notice `json:"notice,omitempty"`
}

// Merge puts pushes together that continue or overlap each other in one stream, however they are ordered. It tells for each
// what to push, and which of the pushes that does.
func Merge(pushes []Push) (merged []Push, of [][]int) {
	order := make([]int, len(pushes))
	for n := range pushes {
		order[n] = n
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(strings.Compare(pushes[a].Stream, pushes[b].Stream), cmp.Compare(pushes[a].From, pushes[b].From))
	})
	for _, n := range order {
		p := pushes[n]
		if last := len(merged) - 1; last >= 0 && p.Notice == nil && merged[last].Notice == nil && p.Stream == merged[last].Stream && p.From <= merged[last].To+1 {
			merged[last].To = max(merged[last].To, p.To)
			of[last] = append(of[last], n)
			continue
		}
		merged, of = append(merged, p), append(of, []int{n})
	}
	return merged, of
}

// Notice names what has changed. It is not numbered: losing one costs a look, never a rule.
type Notice struct {
	Kind NoticeKind `json:"kind"`
	ID   id.ID      `json:"id"`
}

// NoticeKind is what a notice tells of.
type NoticeKind string

// The notices: BalanceChanged tells a payer of their account, JobMoved whoever asked for a job how far it is.
const (
	BalanceChanged NoticeKind = "balance"
	JobMoved       NoticeKind = "job"
)

// Job is the body of an AI message: one generation.
type Job struct {
	GenerationID id.ID `json:"generation_id"`
}

// NewPush owes the fan-out of events.
func NewPush(stream event.Stream, from, to int64) Row {
	return newRow(FanOut, Push{Stream: stream.String(), From: from, To: to})
}

// NewNotice owes one person the notice of a change.
func NewNotice(person id.ID, kind NoticeKind, changed id.ID) Row {
	return newRow(FanOut, Push{Stream: event.UserStream(person).String(), Notice: &Notice{Kind: kind, ID: changed}})
}

// NewReply owes a worker for a generation.
func NewReply(generation, payer id.ID) Row {
	r := newRow(AIReplies, Job{GenerationID: generation})
	r.Fairness = payer.String()
	return r
}

// NewWatch owes a look at a generation after a while.
func NewWatch(generation id.ID, after time.Duration) Row {
	r := newRow(AIWatchdog, Job{GenerationID: generation})
	r.Delay = after
	return r
}

// NewFact hands on what a payment provider told.
func NewFact(f billing.Fact) Row { return newRow(Payments, f) }

// NewCommand owes a wish to Stripe, under a key of its own.
func NewCommand(wish billing.Wish, subject string) Row {
	v := id.New()
	r := newRow(StripeCommands, billing.Command{Wish: wish, Subject: subject, Key: v.String()})
	r.ID = v
	return r
}

// Start is the body of a message that lets a job begin.
type Start struct {
	JobID   id.ID    `json:"job_id"`
	Kind    job.Kind `json:"kind"`
	Attempt int      `json:"attempt"`
}

// NewStart owes the beginning of a job's attempt.
func NewStart(j job.Job) Row {
	return newRow(Jobs, Start{JobID: j.ID, Kind: j.Kind, Attempt: j.Attempt})
}

func newRow(q Queue, body any) Row {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err) // ids and numbers always marshal
	}
	return Row{ID: id.New(), Queue: q, Body: string(b)}
}

// Queues takes rows and tells which it took; an error means that some were not taken.
type Queues interface {
	Send(ctx context.Context, rows []Row) (taken []id.ID, err error)
}

// Cursor is where a list of old rows goes on.
type Cursor struct {
	At time.Time
	ID id.ID
}

// Store forgets rows that were handed over, and lists those that were left behind, oldest first.
type Store interface {
	DeleteRows(ctx context.Context, ids []id.ID) error
	OldRows(ctx context.Context, age time.Duration, after Cursor, limit int) (rows []Row, next Cursor, err error)
}
