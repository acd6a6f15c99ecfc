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

// Hide keeps a received message from other consumers for a while, counted from now.
type Hide func(ctx context.Context, receipt string, duration time.Duration) error

var tracer = otel.Tracer("github.com/yoriai/yoriai/shared/handler/queue")

// Each works on all records at once; only those that failed are delivered again, soon.
func Each(name string, hide Hide, record Record) Handler {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		began := time.Now()
		var mu sync.Mutex
		var wait sync.WaitGroup
		// Never null: some consumers of this answer take null for a broken one, and deliver everything again.
		out := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
		for _, m := range e.Records {
			wait.Go(func() {
				ctx, span := resume(ctx, name, m)
				defer span.End()
				if err := guarded(ctx, record, m); err != nil {
					span.SetStatus(codes.Error, "delivered again")
					slog.ErrorContext(ctx, "record failed", "queue", name, "record", m.MessageId, "error", err)
					retrySoon(ctx, hide, m)
					mu.Lock()
					defer mu.Unlock()
					out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
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
func guarded(ctx context.Context, record Record, m events.SQSMessage) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return record(ctx, m)
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
		var body T
		if err := json.Unmarshal([]byte(m.Body), &body); err != nil {
			// Nobody but ourselves writes these queues; a body that cannot be read never will be.
			slog.ErrorContext(ctx, "a record that cannot be read was dropped", "error", err)
			return nil
		}
		return handle(ctx, body)
	}
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
