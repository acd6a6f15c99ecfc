package queue

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/codes"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
)

// StepEvent is what a state machine gives to a step, and gets back with the next one. It counts its rounds, so that none turns forever.
type StepEvent struct {
	JobID id.ID     `json:"job_id"`
	Step  jobs.Step `json:"step"`
	Round int       `json:"round"`
}

// maxRounds is how many steps an execution has at most: its history holds 25,000 events.
const maxRounds = 1000

// Step runs one step of a job for a state machine, with one line of log.
func Step(name string, do func(ctx context.Context, step jobs.Step, jobID id.ID) (jobs.Step, error)) func(ctx context.Context, e StepEvent) (StepEvent, error) {
	return func(ctx context.Context, e StepEvent) (StepEvent, error) {
		began := time.Now()
		ctx = id.WithRequest(ctx, e.JobID.String())
		ctx, span := tracer.Start(ctx, name+" "+string(e.Step))
		defer span.End()
		next, err := do(ctx, e.Step, e.JobID)
		if e.Round++; err == nil && next == jobs.Work && e.Round >= maxRounds {
			next = jobs.CleanUp
		}
		level := slog.LevelInfo
		if err != nil {
			level = slog.LevelError
			span.SetStatus(codes.Error, "failed")
		}
		slog.Log(ctx, level, "step", "kind", name, "job", e.JobID, "step", e.Step, "next", next, "round", e.Round, "error", err, "ms", time.Since(began).Milliseconds())
		e.Step = next
		return e, err
	}
}
