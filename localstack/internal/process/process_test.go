package process

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// shell is a part that runs a script.
func shell(t *testing.T, script string) Spec {
	t.Helper()
	return Spec{Name: "part", Command: []string{"/bin/sh", "-c", script}, Log: filepath.Join(t.TempDir(), "logs", "part.log")}
}

func TestAPartThatEndsBeforeItAnswersNamesItsLog(t *testing.T) {
	t.Parallel()
	spec := shell(t, "echo the port is mine; exit 3")
	spec.Ready = func(context.Context) error { return errors.New("not yet") }
	_, err := Start(t.Context(), spec)
	var failure *Failure
	if !errors.As(err, &failure) {
		t.Fatalf("err = %v, want a Failure", err)
	}
	for _, want := range []string{"part ended: exit status 3", spec.Log, "the port is mine"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not tell %q", err, want)
		}
	}
}

func TestAPartThatNeverAnswersIsStopped(t *testing.T) {
	t.Parallel()
	spec := shell(t, "exec sleep 60")
	spec.Ready = func(context.Context) error { return errors.New("connection refused") }
	spec.StartTimeout = 200 * time.Millisecond
	_, err := Start(t.Context(), spec)
	if err == nil || !strings.Contains(err.Error(), "did not answer within 200ms (connection refused)") {
		t.Errorf("err = %v", err)
	}
}

func TestAFullDiskIsNamed(t *testing.T) {
	t.Parallel()
	spec := shell(t, "echo 'write: No space left on device'; exit 1")
	spec.Ready = func(context.Context) error { return errors.New("not yet") }
	if _, err := Start(t.Context(), spec); err == nil || !strings.Contains(err.Error(), "The disk is full") {
		t.Errorf("err = %v, want a hint at the disk", err)
	}
}

func TestStoppingEndsWhatAPartStartedToo(t *testing.T) {
	t.Parallel()
	pidFile := filepath.Join(t.TempDir(), "child")
	spec := shell(t, "sleep 60 & echo $! >"+pidFile+".new; mv "+pidFile+".new "+pidFile+"; wait")
	spec.Ready = func(context.Context) error {
		_, err := os.Stat(pidFile)
		return err
	}
	p, err := Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	p.Stop()
	select {
	case <-p.Done():
	default:
		t.Error("Stop returned before the part had ended")
	}
	for deadline := time.Now().Add(5 * time.Second); syscall.Kill(-p.PID(), 0) == nil; {
		if time.Now().After(deadline) {
			t.Fatal("something of the part's group still runs")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestAPartThatIgnoresItsSignalIsKilled(t *testing.T) {
	t.Parallel()
	ready := filepath.Join(t.TempDir(), "ready")
	spec := shell(t, "trap '' TERM; touch "+ready+"; while :; do sleep 0.1; done")
	spec.StopTimeout = 200 * time.Millisecond
	spec.Ready = func(context.Context) error {
		_, err := os.Stat(ready)
		return err
	}
	p, err := Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	p.Stop()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("stopping took %s", took)
	}
}

func TestTheTailIsTheLastLines(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte("1\n2\n3\n4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for lines, want := range map[int]string{1: "4", 2: "3\n4", 9: "1\n2\n3\n4"} {
		if got := Tail(path, lines); got != want {
			t.Errorf("the last %d lines are %q, want %q", lines, got, want)
		}
	}
	if got := Tail(path+".missing", 1); got != "" {
		t.Errorf("a missing file has the tail %q", got)
	}
}
