package steps

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func runner(t *testing.T, cores int) *Runner {
	t.Helper()
	dir := t.TempDir()
	out, err := os.Create(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = out.Close() })
	return &Runner{Log: func(step string) string { return filepath.Join(dir, step+".log") }, Progress: NewProgress(out), Cores: cores}
}

func TestStepsRunAfterWhatTheyNeed(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var order []string
	note := func(name string) func(context.Context, *os.File) (string, error) {
		return func(context.Context, *os.File) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, name)
			return "", nil
		}
	}
	err := runner(t, 2).Run(t.Context(), []Step{
		{Name: "c", After: []string{"a", "b"}, Run: note("c")}, {Name: "b", After: []string{"a"}, Run: note("b")}, {Name: "a", Run: note("a")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, ""); got != "abc" {
		t.Errorf("order = %s, want abc", got)
	}
}

func TestHeavyStepsShareTheCores(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int32
	heavy := func(context.Context, *os.File) (string, error) {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		time.Sleep(20 * time.Millisecond)
		now.Add(-1)
		return "", nil
	}
	var all []Step
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		all = append(all, Step{Name: name, Heavy: true, Run: heavy})
	}
	if err := runner(t, 2).Run(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	if most.Load() > 2 {
		t.Errorf("%d heavy steps ran at once on 2 cores", most.Load())
	}
}

func TestAFailureNamesStepAndLogAndCancelsTheOthers(t *testing.T) {
	t.Parallel()
	cancelled, slow := false, make(chan struct{})
	err := runner(t, 2).Run(t.Context(), []Step{
		{Name: "broken", Run: func(_ context.Context, log *os.File) (string, error) {
			<-slow
			_, _ = log.WriteString("undefined: x\n")
			return "", errors.New("go build: exit status 1")
		}},
		{Name: "slow", Run: func(ctx context.Context, _ *os.File) (string, error) {
			close(slow)
			<-ctx.Done()
			cancelled = true
			return "", ctx.Err()
		}},
		{Name: "later", After: []string{"broken"}, Run: func(context.Context, *os.File) (string, error) {
			t.Error("a step ran although what it needs had failed")
			return "", nil
		}},
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"broken: go build: exit status 1", "broken.log", "undefined: x"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not tell %q", err, want)
		}
	}
	if !cancelled {
		t.Error("the other step was not cancelled")
	}
}

func TestAnUnknownNeedIsAnError(t *testing.T) {
	t.Parallel()
	err := runner(t, 1).Run(t.Context(), []Step{{Name: "a", After: []string{"nothing"}, Run: nil}})
	if err == nil || !strings.Contains(err.Error(), "a waits for nothing") {
		t.Errorf("err = %v", err)
	}
}

func TestALogKeepsTellingWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out, err := os.Create(filepath.Join(t.TempDir(), "out"))
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		progress := NewProgress(out)
		progress.Began("functions")
		progress.Began("web-build")
		time.Sleep(31 * time.Second)
		synctest.Wait()
		progress.Close()
		said, err := os.ReadFile(out.Name())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(said), "  … functions 30 s · web-build 30 s\n") {
			t.Errorf("said %q", said)
		}
	})
}
