// Package steps runs what has to be done before the local cloud is ready: each step as soon as those it needs are done,
// side by side where they can, with a line for each.
package steps

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/yoriai/yoriai/localstack/internal/process"
)

// Step is one thing to do.
type Step struct {
	// Name is what people see, and the name of its log.
	Name string
	// After names the steps that must be done before.
	After []string
	// Heavy steps keep a core busy: no more of them at once than there are cores to spare.
	Heavy bool
	// Run does it and says in a few words what it did. Its output goes to the log.
	Run func(ctx context.Context, log *os.File) (string, error)
}

// Runner runs steps.
type Runner struct {
	// Log is the file that takes the output of a step.
	Log func(step string) string
	// Progress tells people.
	Progress *Progress
	// Cores is how many heavy steps may run at once.
	Cores int
}

// Error is a step that failed: which one, why, and where its log is.
type Error struct {
	Step string
	Log  string
	Tail string
	Err  error
}

// Error names the step, the cause and the log.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s: %v", e.Step, e.Err)
	if e.Tail != "" {
		text += process.DiskFull(e.Tail) + "\n  log: " + e.Log + "\n" + e.Tail
	}
	return text
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Run runs all steps. The first failure cancels the others and is what it returns.
func (r *Runner) Run(ctx context.Context, all []Step) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(map[string]chan struct{}, len(all))
	for _, step := range all {
		done[step.Name] = make(chan struct{})
	}
	cores := make(chan struct{}, max(r.Cores, 1))
	var wait sync.WaitGroup
	for _, step := range all {
		wait.Go(func() {
			if err := await(ctx, step, done); err != nil {
				cancel(err)
				return
			}
			if step.Heavy {
				select {
				case cores <- struct{}{}:
					defer func() { <-cores }()
				case <-ctx.Done():
					return
				}
			}
			if err := r.run(ctx, step); err != nil {
				cancel(err)
				return
			}
			close(done[step.Name])
		})
	}
	wait.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return nil
}

// await waits for what a step needs.
func await(ctx context.Context, step Step, done map[string]chan struct{}) error {
	for _, name := range step.After {
		before, known := done[name]
		if !known {
			return fmt.Errorf("%s waits for %s, which is no step", step.Name, name)
		}
		select {
		case <-before:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return ctx.Err()
}

// run runs one step with its log open.
func (r *Runner) run(ctx context.Context, step Step) error {
	path := r.Log(step.Name)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return fmt.Errorf("%s: make the folder of its log: %w", step.Name, err)
	}
	log, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600) //nolint:gosec // A log of ours.
	if err != nil {
		return fmt.Errorf("%s: make its log: %w", step.Name, err)
	}
	defer log.Close() //nolint:errcheck // Written by now.
	began := time.Now()
	r.Progress.Began(step.Name)
	said, err := step.Run(ctx, log)
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx) // it failed because another did
		}
		r.Progress.Failed(step.Name)
		var part *process.Failure
		if errors.As(err, &part) {
			return err // it tells all of this itself
		}
		return &Error{Step: step.Name, Log: path, Tail: tail(path), Err: err}
	}
	r.Progress.Done(step.Name, said, time.Since(began))
	return nil
}
