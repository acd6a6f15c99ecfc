package cloud

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/yoriai/yoriai/localstack/internal/control"
	"github.com/yoriai/yoriai/localstack/internal/process"
)

// words are what the supervisor says.
type words struct {
	mu   sync.Mutex
	said []string
}

func (w *words) say(line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said = append(w.said, line)
}

func (w *words) all() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.said, "\n")
}

// supervise runs a part made of a shell script.
func supervise(t *testing.T, script string, restart bool) (*supervisor, *part, *words) {
	t.Helper()
	w := &words{}
	s := newSupervisor(w.say, func([]control.Part) {})
	log := filepath.Join(t.TempDir(), "gateway.log")
	p := &part{name: "gateway", log: log, restart: restart, start: func(ctx context.Context) (*process.Process, error) {
		return process.Start(ctx, process.Spec{Name: "gateway", Command: []string{"/bin/sh", "-c", script}, Log: log})
	}}
	if err := s.run(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return s, p, w
}

// within waits for something to become true.
func within(t *testing.T, what string, true func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !true(); {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not happen", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestACrashedPartIsStartedAgainAndNamed(t *testing.T) {
	t.Parallel()
	s, p, w := supervise(t, "exec sleep 60", true)
	defer s.stop()
	first := s.process("gateway").PID()
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	within(t, "a restart", func() bool { return s.process("gateway").PID() != first })
	within(t, "the word of it", func() bool { return strings.Contains(w.all(), "gateway runs again") })
	for _, want := range []string{"gateway ended: signal: killed", p.log} {
		if !strings.Contains(w.all(), want) {
			t.Errorf("%q does not tell %q", w.all(), want)
		}
	}
	select {
	case err := <-s.lost:
		t.Errorf("the cloud was given up: %v", err)
	default:
	}
}

func TestAPartThatKeepsCrashingIsGivenUp(t *testing.T) {
	t.Parallel()
	s, p, _ := supervise(t, "echo no config; exit 1", true)
	defer s.stop()
	select {
	case err := <-s.lost:
		var failure *process.Failure
		if !errors.As(err, &failure) || !strings.Contains(err.Error(), p.log) || !strings.Contains(err.Error(), "no config") {
			t.Errorf("err = %v, want the part's log and its words", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it was started again for ever")
	}
}

func TestALostStoreIsTheEnd(t *testing.T) {
	t.Parallel()
	s, _, _ := supervise(t, "exec sleep 60", false)
	defer s.stop()
	if err := syscall.Kill(s.process("gateway").PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-s.lost:
		if !strings.Contains(err.Error(), "signal: killed") {
			t.Errorf("err = %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("nobody noticed")
	}
}

func TestStoppingIsNoCrash(t *testing.T) {
	t.Parallel()
	s, _, w := supervise(t, "exec sleep 60", true)
	s.stop()
	if said := w.all(); said != "" {
		t.Errorf("stopping said %q", said)
	}
	select {
	case err := <-s.lost:
		t.Errorf("stopping counts as a loss: %v", err)
	default:
	}
}
