// Package control is how one invocation of the local cloud finds another: a lock that the running one holds, and a file
// in which it tells about itself.
package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/yoriai/yoriai/localstack/internal/layout"
)

// Part is a part of the running cloud.
type Part struct {
	Name string `json:"name"`
	// PID is 0 for a part inside the supervisor.
	PID      int    `json:"pid"`
	Program  string `json:"program"`
	Port     int    `json:"port"`
	Log      string `json:"log"`
	State    string `json:"state"`
	Restarts int    `json:"restarts"`
}

// State is what the running cloud tells about itself.
type State struct {
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	// Ready is when everything answered; nil before.
	Ready   *time.Time `json:"ready,omitempty"`
	Address string     `json:"address"`
	Parts   []Part     `json:"parts"`
}

// ErrRunning is returned when another cloud with the same home runs.
var ErrRunning = errors.New("it is running already")

// Lock claims the home for this process until it ends.
func Lock(l layout.Layout) (release func(), err error) {
	if err := os.MkdirAll(l.Home, 0o750); err != nil {
		return nil, fmt.Errorf("make %s: %w", l.Home, err)
	}
	file, err := os.OpenFile(lockFile(l), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil { //nolint:gosec // A descriptor is small.
		return nil, errors.Join(ErrRunning, file.Close())
	}
	return func() { _ = file.Close() }, nil
}

// Running tells whether a cloud with this home runs.
func Running(l layout.Layout) bool {
	if _, err := os.Stat(lockFile(l)); err != nil {
		return false
	}
	release, err := Lock(l)
	if err != nil {
		return errors.Is(err, ErrRunning)
	}
	release()
	return false
}

func lockFile(l layout.Layout) string { return l.State("lock") }

// File is where the state is.
func File(l layout.Layout) string { return l.State("cloud.json") }

// Write replaces the state at once, so that a reader never sees half of it.
func (s State) Write(l layout.Layout) error {
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the state: %w", err)
	}
	temporary := File(l) + ".new"
	if err := os.MkdirAll(filepath.Dir(temporary), 0o750); err != nil {
		return fmt.Errorf("make the folder of the state: %w", err)
	}
	if err := os.WriteFile(temporary, append(content, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the state: %w", err)
	}
	if err := os.Rename(temporary, File(l)); err != nil {
		return fmt.Errorf("replace the state: %w", err)
	}
	return nil
}

// Read is the state that the running, or the last, cloud wrote.
func Read(l layout.Layout) (State, error) {
	content, err := os.ReadFile(File(l))
	if err != nil {
		return State{}, fmt.Errorf("read the state: %w", err)
	}
	var state State
	if err := json.Unmarshal(content, &state); err != nil {
		return State{}, fmt.Errorf("read the state: %w", err)
	}
	return state, nil
}

// Find is the running cloud's part of that name.
func Find(l layout.Layout, name string) (Part, error) {
	if !Running(l) {
		return Part{}, errors.New("no local cloud runs here; start it with: make up")
	}
	state, err := Read(l)
	if err != nil {
		return Part{}, err
	}
	for _, part := range state.Parts {
		if part.Name == name && part.PID != 0 {
			return part, nil
		}
	}
	return Part{}, fmt.Errorf("the local cloud has no running %s", name)
}

// Stop asks the running cloud to end and waits until it has; what a killed one left behind is ended too.
func Stop(ctx context.Context, l layout.Layout) (bool, error) {
	state, err := Read(l)
	if !Running(l) {
		if err == nil {
			return endOrphans(state), nil
		}
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := syscall.Kill(state.PID, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return false, fmt.Errorf("ask process %d to end: %w", state.PID, err)
	}
	for Running(l) {
		select {
		case <-ctx.Done():
			return false, fmt.Errorf("process %d did not end in time; see %s", state.PID, l.Short(l.State("logs")))
		case <-time.After(100 * time.Millisecond):
		}
	}
	return true, nil
}
