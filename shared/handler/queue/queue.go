// Package queue turns SQS records and schedules into calls of use cases. Queues deliver at least once: every use case
// here is safe to call twice, late and out of order.
package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
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
)

// Handler is what lambda.Start takes for a queue.
type Handler func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error)

// Record works on one message.
type Record func(ctx context.Context, m events.SQSMessage) error

// Work says how a batch is worked on.
type Work interface {
	jobs(batch []events.SQSMessage) []job
}

// job is work on messages that succeed or fail together; it goes on with the request of the first.
type job struct {
	messages []events.SQSMessage
	do       func(ctx context.Context) error
}

// jobs implements Work: each message is a job of its own.
func (r Record) jobs(batch []events.SQSMessage) []job {
	list := make([]job, 0, len(batch))
	for _, m := range batch {
		list = append(list, job{messages: []events.SQSMessage{m}, do: func(ctx context.Context) error { return r(ctx, m) }})
	}
	return list
}

// Hide keeps a received message from other consumers for a while, counted from now.
type Hide func(ctx context.Context, receipt string, duration time.Duration) error

var tracer = otel.Tracer("github.com/yoriai/yoriai/shared/handler/queue")

// Each does all jobs of a batch at once; only the messages of those that failed are delivered again, soon.
func Each(name string, hide Hide, work Work) Handler {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		began := time.Now()
		var mu sync.Mutex
		var wait sync.WaitGroup
		// Never null: some consumers of this answer take null for a broken one, and deliver everything again.
		out := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
		for _, j := range work.jobs(e.Records) {
			wait.Go(func() {
				ctx, span := resume(ctx, name, j.messages[0])
				defer span.End()
				err := guarded(ctx, j.do)
				if err == nil {
					return
				}
				span.SetStatus(codes.Error, "delivered again")
				for _, m := range j.messages {
					slog.ErrorContext(ctx, "record failed", "queue", name, "record", m.MessageId, "error", err)
					retrySoon(ctx, hide, m)
					mu.Lock()
					out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		slog.InfoContext(ctx, "batch", "queue", name, "records", len(e.Records), "failed", len(out.BatchItemFailures), "ms", time.Since(began).Milliseconds())
		countFailed(ctx, name, len(out.BatchItemFailures))
		return out, nil
	}
}

// guarded turns a panic into an error that keeps the stack for the log: the batch's other records go on.
func guarded(ctx context.Context, do func(ctx context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do(ctx)
}

// resume goes on with the request and the trace that a record came from; what nobody asked for is its own beginning.
func resume(ctx context.Context, name string, record events.SQSMessage) (context.Context, trace.Span) {
	carried := propagation.MapCarrier{}
	for key, a := range record.MessageAttributes {
		if a.StringValue != nil {
			carried[key] = *a.StringValue
		}
	}
	requestID := carried[id.RequestCarried]
	if requestID == "" {
		requestID = record.MessageId
	}
	ctx = otel.GetTextMapPropagator().Extract(id.WithRequest(ctx, requestID), carried)
	return tracer.Start(ctx, "process "+name, trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(
		attribute.String("messaging.system", "aws_sqs"), attribute.String("messaging.destination.name", name),
		attribute.String("messaging.message.id", record.MessageId), attribute.String("yoriai.request_id", requestID)))
}

// JSON calls handle with a message's body.
func JSON[T any](handle func(ctx context.Context, body T) error) Record {
	return func(ctx context.Context, m events.SQSMessage) error {
		body, readable := read[T](ctx, m)
		if !readable {
			return nil
		}
		return handle(ctx, body)
	}
}

// read says false for a body that cannot be read: nobody but ourselves writes these queues, so it never will be.
func read[T any](ctx context.Context, m events.SQSMessage) (body T, readable bool) {
	if err := json.Unmarshal([]byte(m.Body), &body); err != nil {
		slog.ErrorContext(ctx, "a record that cannot be read was dropped", "error", err, "record", m.MessageId)
		return body, false
	}
	return body, true
}

// Pushes calls push once for what continues in one stream: what came together is read once, and told in as few frames as it takes.
type Pushes func(ctx context.Context, p outbox.Push) error

// jobs implements Work.
func (push Pushes) jobs(batch []events.SQSMessage) []job {
	var pushes []outbox.Push
	var messages []events.SQSMessage
	for _, m := range batch {
		if p, readable := read[outbox.Push](context.Background(), m); readable {
			pushes, messages = append(pushes, p), append(messages, m)
		}
	}
	merged, of := outbox.Merge(pushes)
	list := make([]job, len(merged))
	for n, p := range merged {
		list[n].do = func(ctx context.Context) error { return push(ctx, p) }
		for _, at := range of[n] {
			list[n].messages = append(list[n].messages, messages[at])
		}
	}
	return list
}

// Generation calls handle with the generation that a job names.
func Generation(handle func(ctx context.Context, generation id.ID) error) Record {
	return JSON(func(ctx context.Context, j outbox.Job) error { return handle(ctx, j.GenerationID) })
}

const (
	// hiddenFor outlasts a lease by as much as a late renewal may cost: whoever gets the message then finds the lease dead.
	hiddenFor  = 30 * time.Second
	renewAfter = 10 * time.Second
)

// Held is for work that may take minutes: while it goes on its message stays hidden, a little longer each time, so that the
// message of a worker that died comes back in half a minute and not after the longest answer.
func Held(hide Hide, record Record) Record {
	return func(ctx context.Context, m events.SQSMessage) error {
		release := hold(ctx, hide, m.ReceiptHandle)
		defer release()
		return record(ctx, m)
	}
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
