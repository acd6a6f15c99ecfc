package jobs

import (
	"context"
	"errors"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// ErrEnded is what a step answers that finds its job over: somebody cancelled it meanwhile.
var ErrEnded = errors.New("the job has ended")

// Kind is how one kind of job is done. Each step may be killed, and may run twice: it goes on where the job's cursor stands. What it
// refuses with a fault ends the job for good; any other error is tried again.
type Kind interface {
	// Prepare says what will be done, and makes room for it.
	Prepare(ctx context.Context, j job.Job) error
	// Work does a part of it, in less than a minute; more tells that there is another.
	Work(ctx context.Context, j job.Job) (more bool, err error)
	// Finish shows what was made, and lets the job succeed.
	Finish(ctx context.Context, j job.Job) error
	// Undo names what the decision to fail or cancel a job needs besides the job, and hides what is half made.
	Undo(j job.Job) (change.Needs, func(s change.Situation, p *change.Plan))
	// Cleanup removes a part of what is half made; more tells that there is another.
	Cleanup(ctx context.Context, j job.Job) (more bool, err error)
}

// Keeper is a kind whose jobs make a file.
type Keeper interface {
	// Download leads to the file of a job for whoever asked for it, with the role that they have in its room now; nil if there is none
	// for them.
	Download(ctx context.Context, j job.Job, role room.Role) (*job.Download, error)
}
