package replies_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

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
	w.killed(w.newest(answer.ID), "called")
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
