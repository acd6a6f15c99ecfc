package replies_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

func TestAReplyIsWrittenOnceHoweverOftenItIsDelivered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, answer := w.asks("hello")
	w.deliver()
	w.deliver()
	m := w.message(answer.ID)
	if m.Status != message.Completed || m.Content != "one two three" || *m.Reply.ChargedTokens != 13 {
		t.Fatalf("%+v %+v", m, m.Reply)
	}
	w.sound(answer.ID)
}

// A worker is killed (SIGKILL) between every two steps; then every message is delivered twice, late and newest first, with and
// without the watchdog's. Whatever happens: one end, at most one call, nothing left held.
func TestADeadWorkerAtAnyStep(t *testing.T) {
	t.Parallel()
	for step, want := range map[string]struct {
		status message.Status
		code   string
	}{
		"leased": {message.Completed, ""}, "prepared": {message.Completed, ""},
		"called": {message.Failed, ai.WorkerLost}, "streaming": {message.Failed, ai.WorkerLost}, "answered": {message.Failed, ai.WorkerLost},
		"settled": {message.Completed, ""},
	} {
		for _, lost := range []outbox.Queue{"", outbox.AIWatchdog} {
			t.Run(step+" without "+string(lost), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.queues.lose = lost
				_, answer := w.asks("hello")
				w.killed(w.newest(answer.ID), step)
				w.deliver() // the lease is alive: nothing happens
				for range 4 {
					w.passes(61 * time.Second)
					w.deliver()
					w.sweeps()
					w.deliver()
				}
				m := w.message(answer.ID)
				if m.Status != want.status || m.Reply.ErrorCode != want.code {
					t.Errorf("got %s %q, want %s %q", m.Status, m.Reply.ErrorCode, want.status, want.code)
				}
				w.sound(answer.ID)
			})
		}
	}
}

func (w *world) sweeps() {
	w.Helper()
	s := w.sweeper(&activity{raised: time.Now()})
	if _, err := s.Sweep(w.Context(), time.Now()); err != nil {
		w.Fatal(err)
	}
}

func (w *world) sweeper(a *activity) replies.Sweeper {
	return replies.Sweeper{Store: postgres.Generations{DB: w.db}, Reaper: w.reaper(), Jobs: noJobs{}, Accounts: noJobs{}, Relay: w.runner().Relay, Activity: a}
}

func TestTheSweeperDeliversWhatAFunctionLeftBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, answer := w.asks("hello")
	_ = w.queues.take() // the function died before its hand-over
	if _, err := w.db.Exec(t.Context(), `INSERT INTO outbox (id, queue, body, created_at) SELECT gen_random_uuid(), 'ai-replies',
		json_build_object('generation_id', id)::text, now() - interval '1 minute' FROM ai_generations`); err != nil {
		t.Fatal(err)
	}
	w.sweeps()
	w.deliver()
	if m := w.message(answer.ID); m.Status != message.Completed {
		t.Fatalf("%+v", m)
	}
	var rows int
	if err := w.db.QueryRow(t.Context(), `SELECT count(*) FROM outbox WHERE created_at < now() - interval '30 seconds'`).Scan(&rows); err != nil || rows != 0 {
		t.Fatal(rows, err)
	}
}

func TestASleepingDatabaseIsNotWoken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := time.Now()
	a := &activity{raised: now.Add(-2 * time.Minute)}
	s := w.sweeper(a)
	if _, err := w.db.Exec(t.Context(), `INSERT INTO outbox (id, queue, body) VALUES (gen_random_uuid(), 'fan-out', '{}')`); err != nil {
		t.Fatal(err)
	}
	if looked, err := s.Sweep(t.Context(), now); err != nil || !looked || !a.clean.IsZero() {
		t.Fatalf("an outbox row is owed, so nothing is clean: %v %v %v", looked, a.clean, err)
	}
	if _, err := w.db.Exec(t.Context(), `DELETE FROM outbox`); err != nil {
		t.Fatal(err)
	}
	if looked, err := s.Sweep(t.Context(), now); err != nil || !looked || !a.clean.Equal(now) {
		t.Fatal(looked, a.clean, err)
	}
	if looked, err := s.Sweep(t.Context(), now.Add(time.Minute)); err != nil || looked {
		t.Fatal("the sweeper looked at a clean database", err)
	}
}

func TestFailuresAreSeenAndCostNothingBeforeText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		words   []string
		status  message.Status
		code    string
		charged bool
	}{
		"before text": {nil, message.Failed, "overloaded", false},
		"after text":  {[]string{"some "}, message.Failed, "overloaded", true},
	} {
		w := newWorld(t)
		w.model.words, w.model.fail = c.words, &ai.Failure{Code: "overloaded"}
		_, answer := w.asks("hello")
		w.deliver()
		m := w.message(answer.ID)
		if m.Status != c.status || m.Reply.ErrorCode != c.code || (*m.Reply.ChargedTokens > 0) != c.charged || m.Content != strings.Join(c.words, "") {
			t.Errorf("%s: %+v %+v", name, m, m.Reply)
		}
		w.sound(answer.ID)
	}
}

func TestStopKeepsTheTextSoFarAndChargesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.model.words, w.model.pause = strings.SplitAfter(strings.Repeat("word ", 500), " "), 5*time.Millisecond
	question, answer := w.asks("hello")
	done := make(chan error, 1)
	go func() { done <- w.worker(nil).Reply(context.Background(), w.newest(answer.ID)) }()
	for w.message(answer.ID).Content == "" {
		time.Sleep(5 * time.Millisecond)
	}
	if _, _, err := w.replies().Stop(t.Context(), w.room, w.aki, question.ID); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	m := w.message(answer.ID)
	if m.Status != message.Cancelled || !strings.HasPrefix(m.Content, "word word") || len(m.Content) >= 2500 || *m.Reply.ChargedTokens == 0 {
		t.Fatalf("%s %d bytes %+v", m.Status, len(m.Content), m.Reply)
	}
	again, running, err := w.replies().Stop(t.Context(), w.room, w.aki, answer.ID)
	if err != nil || running || again.Status != message.Cancelled || again.Event != m.Event {
		t.Fatalf("stopping what has ended changed it: %+v %v", again, err)
	}
	w.sound(answer.ID)
}

// Stop races the finish, and regenerate the stop: only outcomes that make sense come of it.
func TestStopAgainstFinishAndRegenerate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.model.pause = 2 * time.Millisecond
	for range 15 {
		question, answer := w.asks("hello")
		_ = w.queues.take()
		var wait sync.WaitGroup
		race := func(f func() error) {
			wait.Add(1)
			go func() {
				defer wait.Done()
				if err := f(); err != nil && !fault.Is(err, fault.GenerationRunning) {
					t.Error(err)
				}
			}()
		}
		race(func() error {
			return w.worker(nil).Reply(context.Background(), w.newest(answer.ID))
		})
		race(func() error {
			_, _, err := w.replies().Stop(context.Background(), w.room, w.aki, answer.ID)
			return err
		})
		for range 2 {
			race(func() error {
				_, _, err := w.replies().Regenerate(context.Background(), replies.Regenerate{RoomID: w.room, QuestionID: question.ID, Person: w.aki}, w.key("regenerateReply"))
				return err
			})
		}
		wait.Wait()
		w.deliver()
		w.sound(answer.ID)
		if m := w.message(answer.ID); m.Status == message.Failed || m.Reply.Attempt > 3 {
			t.Fatalf("%+v %+v", m, m.Reply)
		}
	}
}

func TestDeleteAgainstSettle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 10 {
		question, answer := w.asks("hello")
		target := question.ID
		if i%2 == 0 {
			target = answer.ID
		}
		var wait sync.WaitGroup
		wait.Add(2)
		go func() {
			defer wait.Done()
			if err := w.worker(nil).Reply(context.Background(), w.newest(answer.ID)); err != nil {
				t.Error(err)
			}
		}()
		go func() {
			defer wait.Done()
			time.Sleep(time.Duration(i) * time.Millisecond)
			if err := w.messages().Delete(context.Background(), w.room, w.aki, target); err != nil {
				t.Error(err)
			}
		}()
		wait.Wait()
		w.sound(answer.ID)
		if m := w.message(target); m.DeletedAt.IsZero() || m.Content != "" {
			t.Fatalf("a deleted message kept its text: %+v", m)
		}
		var texts int
		if err := w.db.QueryRow(t.Context(), `SELECT count(*) FROM ai_generations g JOIN messages m ON m.id = g.message_id WHERE m.deleted_at IS NOT NULL AND partial_text <> ''`).Scan(&texts); err != nil || texts > 0 {
			t.Fatal(texts, err)
		}
	}
}

// noJobs have nothing that stands still.
type noJobs struct{}

func (noJobs) Sweep(context.Context) error { return nil }
