package replies_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
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

// A worker is killed between every two steps; then every message is delivered twice, late and newest first, with and
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
				w.works(w.newest(answer.ID), step)
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
	return replies.Sweeper{Store: postgres.Generations{DB: w.db}, Reaper: w.reaper(), Relay: w.runner().Relay, Activity: a}
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

func TestWhatTheModelMayNotSendIsReplacedAndCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.model.words = []string{"a\x00b", "\xff", strings.Repeat("語", message.MaxReplyBytes/3+10)}
	_, answer := w.asks("hello")
	w.deliver()
	m := w.message(answer.ID)
	if m.Status != message.Completed || !strings.HasPrefix(m.Content, "a\uFFFDb\uFFFD語") || len(m.Content) > message.MaxReplyBytes || len(m.Content) < message.MaxReplyBytes-4 {
		t.Fatalf("%s, %d bytes", m.Status, len(m.Content))
	}
}

func TestThePromptIsTheRoomUpToTheQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, first := w.asks("first question")
	w.deliver()
	w.model.fail = &ai.Failure{Code: "overloaded"}
	w.model.words = nil
	w.asks("failed one")
	w.deliver()
	w.model.fail, w.model.words = nil, []string{"fine"}
	w.asks("last question")
	w.deliver()
	var said []string
	for _, l := range w.model.prompts[len(w.model.prompts)-1] {
		said = append(said, string(l.Speaker)+" "+l.Author+": "+l.Text)
	}
	want := "user aki: first question|assistant : one two three|user aki: failed one|user aki: last question"
	if strings.Join(said, "|") != want {
		t.Fatalf("got  %s\nwant %s", strings.Join(said, "|"), want)
	}
	w.sound(first.ID)
}

// What the provider finished is paid for, text or not; why it ended is kept.
func TestAnEndTellsItsReasonAndAnEmptyOneIsCharged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		words  []string
		ends   ai.FinishReason
		status message.Status
		code   string
	}{
		"cut at the limit":        {[]string{"so far"}, ai.Length, message.Completed, ""},
		"cut by a filter":         {[]string{"so far"}, ai.ContentFilter, message.Completed, ""},
		"thought up to its limit": {nil, ai.Length, message.Failed, ai.EmptyReply},
		"only white space":        {[]string{" ", "\n"}, ai.Stop, message.Failed, ai.EmptyReply},
	} {
		w := newWorld(t)
		w.model.words, w.model.ends = c.words, c.ends
		_, answer := w.asks("hello")
		w.deliver()
		m := w.message(answer.ID)
		if m.Status != c.status || m.Reply.ErrorCode != c.code || m.Reply.FinishReason != string(c.ends) || *m.Reply.ChargedTokens == 0 {
			t.Errorf("%s: %s %q %q charged %d", name, m.Status, m.Reply.ErrorCode, m.Reply.FinishReason, *m.Reply.ChargedTokens)
		}
		w.sound(answer.ID)
	}
}

// A prompt never exceeds what was held: a question that does is not asked, and costs nothing.
func TestAQuestionLongerThanThePromptMayBeIsNotAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, answer := w.asks(strings.Repeat("長い", 100))
	if _, err := w.db.Exec(t.Context(), `UPDATE ai_generations SET prompt_budget = 50`); err != nil {
		t.Fatal(err)
	}
	w.deliver()
	m := w.message(answer.ID)
	if m.Status != message.Failed || m.Reply.ErrorCode != ai.ContextTooLong || *m.Reply.ChargedTokens != 0 || len(w.model.calls) != 0 {
		t.Fatalf("%+v %+v, called %v", m, m.Reply, w.model.calls)
	}
	w.sound(answer.ID)
}

// A room of what may not be seen is not read to its beginning for one prompt.
func TestHistoryHasAnEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	read := 0
	worker := w.worker(nil)
	worker.Store = endless{WorkerStore: worker.Store, read: &read}
	_, answer := w.asks("hello")
	if err := worker.Reply(t.Context(), w.newest(answer.ID)); err != nil {
		t.Fatal(err)
	}
	if read == 0 || read > 25 {
		t.Fatalf("%d pages were read", read)
	}
}

// endless is a room whose history has no beginning, and nothing in it that the AI may see.
type endless struct {
	replies.WorkerStore
	read *int
}

func (e endless) History(_ context.Context, q replies.HistoryQuery) (list []message.Message, more bool, err error) {
	*e.read++
	for range q.Limit {
		list = append(list, message.Message{ID: q.Before, RoomID: q.RoomID, Type: message.Human, Status: message.Completed, ExcludeFromAI: true, Content: "x"})
	}
	return list, true, nil
}

// One queue that refuses does not keep the sweeper from ending what died.
func TestASweepGoesOnPastWhatFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, answer := w.asks("hello")
	w.works(w.newest(answer.ID), "called")
	w.passes(2 * time.Minute)
	if _, err := w.db.Exec(t.Context(), `INSERT INTO outbox (id, queue, body, created_at) VALUES (gen_random_uuid(), 'fan-out', '{}', now() - interval '1 minute')`); err != nil {
		t.Fatal(err)
	}
	s := w.sweeper(&activity{raised: time.Now()})
	s.Relay.Queues = refusing{}
	if _, err := s.Sweep(t.Context(), time.Now()); err == nil {
		t.Error("a queue that refuses was not told of")
	}
	if m := w.message(answer.ID); m.Reply.ErrorCode != ai.WorkerLost {
		t.Fatalf("the dead answer was not ended: %+v", m.Reply)
	}
}

type refusing struct{}

func (refusing) Send(context.Context, []outbox.Row) ([]id.ID, error) {
	return nil, errors.New("refused")
}

// An answer that is paid for is settled as long as there is time for it.
func TestSettlingOutlastsAFailover(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	worker := w.worker(nil)
	tries := 0
	worker.Runner.Store = failing{Store: worker.Runner.Store, tries: &tries}
	_, answer := w.asks("hello")
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	if err := worker.Reply(ctx, w.newest(answer.ID)); err != nil {
		t.Fatal(err)
	}
	if m := w.message(answer.ID); m.Status != message.Completed || tries != 8 {
		t.Fatalf("%s after %d tries", m.Status, tries)
	}
}

// failing is a database that is away for seven tries: more than five, which were once all there were.
type failing struct {
	change.Store
	tries *int
}

func (f failing) Change(ctx context.Context, n change.Needs, decide change.Decide) ([]outbox.Row, error) {
	if *f.tries++; *f.tries < 8 {
		return nil, errors.New("away")
	}
	return f.Store.Change(ctx, n, decide)
}
