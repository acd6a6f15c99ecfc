package queue

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/codes"
)

// Run is something to do that tells what was done.
type Run func(ctx context.Context) (done map[string]any, err error)

// Tasks are what a schedule's function can do, by name; the one without a name is what the schedule starts.
type Tasks map[string]Run

// Task is the event that asks for something in place of what the schedule starts: {"task": "prove"}.
type Task struct {
	Task string `json:"task"`
}

// Scheduled runs the task that an event names, with one line of log, and answers what was done.
func Scheduled(name string, tasks Tasks) func(ctx context.Context, t Task) (map[string]any, error) {
	return func(ctx context.Context, t Task) (map[string]any, error) {
		run, known := tasks[t.Task]
		if !known {
			return nil, fmt.Errorf("there is no task %q", t.Task)
		}
		return timed(ctx, name, t.Task, run)
	}
}

func timed(ctx context.Context, name, task string, run Run) (map[string]any, error) {
	began := time.Now()
	ctx, span := tracer.Start(ctx, name)
	defer span.End()
	done, err := run(ctx)
	level := slog.LevelInfo
	if err != nil {
		level = slog.LevelError
		span.SetStatus(codes.Error, "failed")
	}
	slog.Log(ctx, level, "tick", "schedule", name, "task", task, "done", done, "error", err, "ms", time.Since(began).Milliseconds())
	return done, err
}
