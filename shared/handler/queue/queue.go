// Package queue turns SQS records and schedules into calls of use cases. Queues deliver at least once: every use case
// here is safe to call twice, late and out of order.
package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/requestid"
)

// Handler is what lambda.Start takes for a queue.
type Handler func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error)

var tracer = otel.Tracer("github.com/yoriai/yoriai/shared/handler/queue")

// Each calls handle for each record, all at once; only those that failed are delivered again.
func Each[T any](name string, handle func(ctx context.Context, body T) error) Handler {
	return each(name, func(ctx context.Context, record events.SQSMessage) error { return one(ctx, record.Body, handle) })
}

func each(name string, handle func(ctx context.Context, record events.SQSMessage) error) Handler {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		began := time.Now()
		var mu sync.Mutex
		var wait sync.WaitGroup
		// Never null: some consumers of this answer take null for a broken one, and deliver everything again.
		out := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
		for _, record := range e.Records {
			wait.Go(func() {
				ctx, span := resume(ctx, name, record)
				defer span.End()
				if err := handle(ctx, record); err != nil {
					span.SetStatus(codes.Error, "delivered again")
					slog.ErrorContext(ctx, "record failed", "queue", name, "record", record.MessageId, "error", err)
					mu.Lock()
					defer mu.Unlock()
					out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: record.MessageId})
				}
			})
		}
		wait.Wait()
		slog.InfoContext(ctx, "batch", "queue", name, "records", len(e.Records), "failed", len(out.BatchItemFailures), "ms", time.Since(began).Milliseconds())
		return out, nil
	}
}

// resume goes on with the request and the trace that a record came from; what nobody asked for is its own beginning.
func resume(ctx context.Context, name string, record events.SQSMessage) (context.Context, trace.Span) {
	carried := propagation.MapCarrier{}
	for key, a := range record.MessageAttributes {
		if a.StringValue != nil {
			carried[key] = *a.StringValue
		}
	}
	requestID := carried[requestid.Carried]
	if requestID == "" {
		requestID = record.MessageId
	}
	ctx = otel.GetTextMapPropagator().Extract(requestid.With(ctx, requestID), carried)
	return tracer.Start(ctx, "process "+name, trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(
		attribute.String("messaging.system", "aws_sqs"), attribute.String("messaging.destination.name", name),
		attribute.String("messaging.message.id", record.MessageId), attribute.String("yoriai.request_id", requestID)))
}

func one[T any](ctx context.Context, text string, handle func(ctx context.Context, body T) error) error {
	var body T
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		// Nobody but ourselves writes these queues; a body that cannot be read never will be.
		slog.ErrorContext(ctx, "a record that cannot be read was dropped", "error", err)
		return nil
	}
	return handle(ctx, body)
}

// Generations calls handle with the generation that a job names.
func Generations(name string, handle func(ctx context.Context, generation id.ID) error) Handler {
	return Each(name, generation(handle))
}

func generation(handle func(ctx context.Context, generation id.ID) error) func(ctx context.Context, j outbox.Job) error {
	return func(ctx context.Context, j outbox.Job) error { return handle(ctx, j.GenerationID) }
}

// Hide keeps a received message from other consumers for a while, counted from now.
type Hide func(ctx context.Context, receipt string, duration time.Duration) error

const (
	// hiddenFor outlasts a lease by as much as a late renewal may cost: whoever gets the message then finds the lease dead.
	hiddenFor  = 30 * time.Second
	renewAfter = 10 * time.Second
)

// HeldGenerations is Generations for a worker that may take minutes: while it works its message stays hidden, a little longer
// each time, so that the message of a worker that died comes back in half a minute and not after the longest answer.
func HeldGenerations(name string, hide Hide, handle func(ctx context.Context, generation id.ID) error) Handler {
	return each(name, func(ctx context.Context, record events.SQSMessage) error {
		release := hold(ctx, hide, record.ReceiptHandle)
		defer release()
		return one(ctx, record.Body, generation(handle))
	})
}

// hold hides a message until the returned function is called. Failing costs nothing but time: the queue's own timeout, or
// a second delivery that finds the lease alive.
func hold(ctx context.Context, hide Hide, receipt string) (release func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(renewAfter)
		defer ticker.Stop()
		for {
			if err := hide(ctx, receipt, hiddenFor); err != nil && ctx.Err() == nil {
				slog.WarnContext(ctx, "a message could not be kept hidden", "error", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	}()
	return func() { cancel(); <-done }
}

// Run is something to do that tells what was done.
type Run func(ctx context.Context) (done map[string]any, err error)

// Tick runs what a schedule starts, with one line of log.
func Tick(name string, run Run) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		_, err := timed(ctx, name, run)
		return err
	}
}

// Task is the event that asks for something in place of what the schedule starts: {"task": "prove"}.
type Task struct {
	Task string `json:"task"`
}

// Tasks runs the task that an event names, and what the schedule starts if it names none; it answers what was done.
func Tasks(name string, scheduled Run, tasks map[string]Run) func(ctx context.Context, t Task) (map[string]any, error) {
	return func(ctx context.Context, t Task) (map[string]any, error) {
		if t.Task == "" {
			return timed(ctx, name, scheduled)
		}
		run, known := tasks[t.Task]
		if !known {
			return nil, fmt.Errorf("there is no task %q", t.Task)
		}
		return timed(ctx, name+" "+t.Task, run)
	}
}

func timed(ctx context.Context, name string, run Run) (map[string]any, error) {
	began := time.Now()
	ctx, span := tracer.Start(ctx, name)
	defer span.End()
	done, err := run(ctx)
	level := slog.LevelInfo
	if err != nil {
		level = slog.LevelError
		span.SetStatus(codes.Error, "failed")
	}
	slog.Log(ctx, level, "tick", "schedule", name, "done", done, "error", err, "ms", time.Since(began).Milliseconds())
	return done, err
}
