package forks_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/usecase/forks"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
)

// timed is a store that adds up how long each kind of batch takes.
type timed struct {
	forks.Store
	copying, indexing *time.Duration
}

func (s timed) Batch(ctx context.Context, jobID id.ID, do func(ctx context.Context, b forks.Batch) error) error {
	began, to := time.Now(), s.copying
	err := s.Store.Batch(ctx, jobID, func(ctx context.Context, b forks.Batch) error { return do(ctx, timedBatch{b, &to, s.indexing}) })
	*to += time.Since(began)
	return err
}

type timedBatch struct {
	forks.Batch
	to       **time.Duration
	indexing *time.Duration
}

func (b timedBatch) Index(ctx context.Context, s forks.Scene, after id.ID, limit int) (int, id.ID, error) {
	*b.to = b.indexing
	return b.Batch.Index(ctx, s, after, limit)
}

// The figures of a fork: printed, never asserted.
func TestFigureFork(t *testing.T) {
	if os.Getenv("YORIAI_BENCH") == "" {
		t.Skip("a measurement: make bench")
	}
	w := newWorld(t)
	const rows = 50_000
	w.fill(rows)
	w.exec(`ANALYZE`)
	fork := func() (copying, indexing time.Duration) {
		j := w.fork(w.akiToken, map[string]any{})
		u := w.Jobs
		f := w.Jobs.Kinds[job.Fork].(forks.Forks)
		f.Store = timed{f.Store, &copying, &indexing}
		u.Kinds = map[job.Kind]jobs.Kind{job.Fork: f}
		for step := jobs.Prepare; step != jobs.Done; {
			next, err := u.Step(t.Context(), step, j.ID)
			if err != nil || next == jobs.CleanUp {
				t.Fatal(next, err)
			}
			step = next
		}
		return copying, indexing
	}
	for range 2 {
		copying, indexing := fork()
		fmt.Printf("%-58s %8.0f messages/s\n%-58s %8.0f messages/s\n", "a fork's rows, one after another (goal: ≥ 50,000)", rows/copying.Seconds(), "what they are found by", rows/indexing.Seconds())
	}
	// Senders of the source, alone and beside forks.
	send := func(beside func(stop <-chan struct{})) float64 {
		stop, ended := make(chan struct{}), make(chan struct{})
		var sent atomic.Int64
		go func() {
			defer close(ended)
			for began := time.Now(); time.Since(began) < 8*time.Second; sent.Add(1) {
				w.say(w.akiToken, "while it is copied", nil)
			}
			close(stop)
		}()
		if beside != nil {
			beside(stop)
		}
		<-ended
		return float64(sent.Load()) / 8
	}
	alone := send(nil)
	with := send(func(stop <-chan struct{}) {
		for {
			select {
			case <-stop:
				return
			default:
				fork()
			}
		}
	})
	fmt.Printf("%-58s %8.0f sends/s alone, %.0f beside forks: %s\n", "one sender in the source (goal: at most 10 % less)", alone, with, strings.TrimSpace(fmt.Sprintf("%+.0f %%", 100*(with-alone)/alone)))
}
