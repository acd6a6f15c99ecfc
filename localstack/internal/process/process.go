// Package process starts one program of the local cloud, waits until it answers, and stops it.
//
// Every program runs in a process group of its own: Ctrl-C in the terminal reaches only the supervisor, which then
// stops the parts in order, and a part is stopped together with whatever it started (MiniStack's Lambdas).
package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Spec says how to run a program.
type Spec struct {
	// Name is what people call it, and the name of its log.
	Name string
	// Command is the program and its arguments.
	Command []string
	// Dir is its working directory; empty is the caller's.
	Dir string
	// Env is its whole environment; nil inherits the caller's.
	Env []string
	// Log is the file that takes its output.
	Log string
	// Ready answers nil once the program serves; nil means at once.
	Ready func(context.Context) error
	// StartTimeout bounds the wait for Ready.
	StartTimeout time.Duration
	// StopSignal asks it to end; zero means SIGTERM.
	StopSignal syscall.Signal
	// StopTimeout is how long it may take to end before it is killed; zero means 10 s.
	StopTimeout time.Duration
	// Attributes adjusts how it is started (another user, another namespace).
	Attributes func(*syscall.SysProcAttr)
}

// Process is a running program.
type Process struct {
	spec Spec
	cmd  *exec.Cmd
	log  *os.File
	done chan struct{}
	err  error
}

// Start runs the program and returns when it is ready. It fails, and leaves nothing running, if the program ends or
// does not answer in time.
func Start(ctx context.Context, spec Spec) (*Process, error) {
	p, err := launch(spec)
	if err != nil {
		return nil, err
	}
	if err := p.awaitReady(ctx); err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
}

// launch starts the program with its output in its log.
func launch(spec Spec) (*Process, error) {
	if err := os.MkdirAll(filepath.Dir(spec.Log), 0o750); err != nil {
		return nil, fmt.Errorf("%s: make the folder of its log: %w", spec.Name, err)
	}
	log, err := os.OpenFile(spec.Log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%s: open its log: %w", spec.Name, err)
	}
	//nolint:gosec // The command line is ours, not a visitor's.
	cmd := exec.Command(spec.Command[0], spec.Command[1:]...)
	cmd.Dir, cmd.Env = spec.Dir, spec.Env
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithParent(cmd.SysProcAttr, spec.stopSignal())
	if spec.Attributes != nil {
		spec.Attributes(cmd.SysProcAttr)
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: start: %w", spec.Name, err), log.Close())
	}
	p := &Process{spec: spec, cmd: cmd, log: log, done: make(chan struct{})}
	go p.wait()
	return p, nil
}

// wait collects the program's end.
func (p *Process) wait() {
	p.err = p.cmd.Wait()
	_ = p.log.Close()
	close(p.done)
}

// startTimeout is patient: on a first start compilers have all of the machine, and a program that ends is seen at once.
const startTimeout = 5 * time.Minute

// awaitReady polls Ready until it succeeds, the program ends, or time is up.
func (p *Process) awaitReady(ctx context.Context) error {
	if p.spec.Ready == nil {
		return nil
	}
	timeout := p.spec.StartTimeout
	if timeout == 0 {
		timeout = startTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var last error
	for {
		if last = p.spec.Ready(ctx); last == nil {
			return nil
		}
		select {
		case <-p.done:
			return p.Failure()
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return ctx.Err()
			}
			return Fail(p.spec.Name, p.spec.Log, fmt.Sprintf("did not answer within %s (%v)", timeout, last))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Done is closed when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// PID is the process id, which is also the id of its group.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Program is the program as it was called.
func (p *Process) Program() string { return p.spec.Command[0] }

// Signal sends a signal to the program, and not to what it started.
func (p *Process) Signal(signal syscall.Signal) error {
	if err := p.cmd.Process.Signal(signal); err != nil {
		return fmt.Errorf("%s: send %s: %w", p.spec.Name, signal, err)
	}
	return nil
}

// Failure tells how the program ended, and where to read why. Only after Done.
func (p *Process) Failure() *Failure {
	reason := "ended by itself"
	if p.err != nil {
		reason = "ended: " + p.err.Error()
	}
	return Fail(p.spec.Name, p.spec.Log, reason)
}

// Stop asks the program to end, waits, and kills what is left of its group.
func (p *Process) Stop() {
	timeout := p.spec.StopTimeout
	if timeout == 0 {
		timeout = 10 * time.Second
	}
	_ = p.cmd.Process.Signal(p.spec.stopSignal())
	select {
	case <-p.done:
	case <-time.After(timeout):
	}
	// The group outlives its leader when the leader left children behind.
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.done
}

// stopSignal is the signal that asks the program to end.
func (s Spec) stopSignal() syscall.Signal {
	if s.StopSignal == 0 {
		return syscall.SIGTERM
	}
	return s.StopSignal
}
