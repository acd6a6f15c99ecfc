// Package queue turns SQS records and schedules into calls of use cases. Queues deliver at least once: every use case
// here is safe to call twice, late and out of order.
package queue

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/outbox"
)

// Handler is what lambda.Start takes for a queue.
type Handler func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error)

// Each calls handle for each record, all at once; only those that failed are delivered again.
func Each[T any](name string, handle func(ctx context.Context, body T) error) Handler {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		began := time.Now()
		var mu sync.Mutex
		var wait sync.WaitGroup
		// Never null: some consumers of this answer take null for a broken one, and deliver everything again.
		out := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
		for _, record := range e.Records {
			wait.Add(1)
			go func() {
				defer wait.Done()
				if err := one(ctx, record.Body, handle); err != nil {
					slog.ErrorContext(ctx, "record failed", "queue", name, "record", record.MessageId, "error", err)
					mu.Lock()
					defer mu.Unlock()
					out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: record.MessageId})
				}
			}()
		}
		wait.Wait()
		slog.InfoContext(ctx, "batch", "queue", name, "records", len(e.Records), "failed", len(out.BatchItemFailures), "ms", time.Since(began).Milliseconds())
		return out, nil
	}
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

// Attempts calls handle with the attempt that a job names.
func Attempts(name string, handle func(ctx context.Context, a ai.Attempt) error) Handler {
	return Each(name, func(ctx context.Context, j outbox.Job) error {
		return handle(ctx, ai.Attempt{MessageID: j.MessageID, Number: j.Attempt})
	})
}

// Tick runs what a schedule starts, with one line of log.
func Tick(name string, run func(ctx context.Context) (map[string]any, error)) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		began := time.Now()
		done, err := run(ctx)
		level := slog.LevelInfo
		if err != nil {
			level = slog.LevelError
		}
		slog.Log(ctx, level, "tick", "schedule", name, "done", done, "error", err, "ms", time.Since(began).Milliseconds())
		return err
	}
}
