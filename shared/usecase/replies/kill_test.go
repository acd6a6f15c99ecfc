package replies_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
)

// These variables turn the test's program into a worker that kills itself.
const (
	doomedDatabase   = "REPLIES_TEST_DATABASE"
	doomedGeneration = "REPLIES_TEST_GENERATION"
	doomedStep       = "REPLIES_TEST_STEP"
)

func TestMain(m *testing.M) {
	if os.Getenv(doomedDatabase) != "" {
		die()
		return
	}
	os.Exit(m.Run())
}

// die is a worker in a process of its own, which ends by SIGKILL at a step: nothing deferred runs, no context ends, and the
// database sees a connection that breaks. What it did outside the database it says on its standard output.
func die() {
	ctx := context.Background()
	db, err := postgres.Open(ctx, os.Getenv(doomedDatabase))
	generation, wrong := id.Parse(os.Getenv(doomedGeneration))
	if err != nil || wrong != nil {
		fmt.Fprintln(os.Stderr, err, wrong)
		os.Exit(1)
	}
	w := &world{db: db, sends: said{}, model: &fakeModel{calls: map[string]int{}, words: []string{"one ", "two ", "three"}}}
	worker := w.worker(func(step string) {
		if step == os.Getenv(doomedStep) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	})
	worker.LLM = billed{w.model}
	fmt.Fprintln(os.Stderr, "the worker outlived the step:", worker.Reply(ctx, generation))
	os.Exit(1)
}

// said tells of each row that a queue was given.
type said struct{}

func (said) Send(_ context.Context, rows []outbox.Row) (taken []id.ID, err error) {
	for _, r := range rows {
		taken = append(taken, r.ID)
		encoded, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		fmt.Printf("owed %s\n", encoded)
	}
	return taken, nil
}

// billed tells of each call to the provider.
type billed struct{ *fakeModel }

func (b billed) Stream(ctx context.Context, r ai.Request) iter.Seq2[ai.Chunk, error] {
	fmt.Printf("called %s\n", r.RequestID)
	return b.fakeModel.Stream(ctx, r)
}

// killed runs a worker that dies at a step.
func (w *world) killed(generation id.ID, step string) {
	w.Helper()
	program, err := os.Executable()
	if err != nil {
		w.Fatal(err)
	}
	var out, errs bytes.Buffer
	c := exec.CommandContext(w.Context(), program) //nolint:gosec // this very program
	c.Env = append(os.Environ(), doomedDatabase+"="+w.db.Config().ConnString(), doomedGeneration+"="+generation.String(), doomedStep+"="+step)
	c.Stdout, c.Stderr = &out, &errs
	_ = c.Run()
	if s, ok := c.ProcessState.Sys().(syscall.WaitStatus); !ok || s.Signal() != syscall.SIGKILL {
		w.Fatalf("the worker was not killed at %q: %v\n%s", step, c.ProcessState, errs.String())
	}
	for line := range strings.Lines(out.String()) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "called":
			w.model.mu.Lock()
			w.model.calls[rest]++
			w.model.mu.Unlock()
		case "owed":
			var r outbox.Row
			if err := json.Unmarshal([]byte(rest), &r); err != nil {
				w.Fatal(err)
			}
			if _, err := w.queues.Send(w.Context(), []outbox.Row{r}); err != nil {
				w.Fatal(err)
			}
		}
	}
}
