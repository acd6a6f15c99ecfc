package replies_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/broadcast"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

// watcher keeps what was told while an answer was made, in its order.
type watcher struct {
	silence
	mu     sync.Mutex
	thinks []string
	text   string
}

func (w *watcher) Open(context.Context, ai.Generation) broadcast.Broadcast { return w }

func (w *watcher) Think(_ time.Duration, _ int64, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.thinks = append(w.thinks, text)
}

func (w *watcher) Send(_ int, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text += text
}

func (w *world) asksThinker(effort room.Effort) (answer message.Message, err error) {
	w.Helper()
	cmd := messages.Send{RoomID: w.room, Sender: w.aki, ClientMessageID: id.New(), Content: "hello", Ask: &messages.Ask{Provider: "p", Model: "thinker", Effort: effort}}
	sent, err := w.messages().Send(w.Context(), cmd, w.key("sendMessage"))
	if err != nil {
		return answer, err
	}
	return *sent.AIMessage, nil
}

func (w *world) attempts(answer id.ID) []ai.Generation {
	w.Helper()
	page, err := w.replies().Attempts(w.Context(), replies.AttemptQuery{RoomID: w.room, Person: w.aki, MessageID: answer, Limit: 10})
	if err != nil {
		w.Fatal(err)
	}
	return page.Attempts
}

func TestThinkingIsToldApartFromTheTextAndKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.model.thinks = []ai.Thinking{{Text: "Weighing ", Elapsed: time.Second, Tokens: 3}, {Elapsed: 2 * time.Second, Tokens: 5}, {Text: "temples.\x00", Tokens: 9}}
	answer, err := w.asksThinker(room.HighEffort)
	if err != nil {
		t.Fatal(err)
	}
	seen := &watcher{}
	worker := w.worker(nil)
	worker.Broadcast = seen
	if err := worker.Reply(t.Context(), w.newest(answer.ID)); err != nil {
		t.Fatal(err)
	}
	m := w.message(answer.ID)
	if m.Content != "one two three" || seen.text != m.Content || !m.Reply.Thought {
		t.Errorf("%+v %+v, told %q", m, m.Reply, seen.text)
	}
	// Three signs at once are one frame: sockets are told at most once a second.
	if len(seen.thinks) != 1 || seen.thinks[0] != "Weighing " {
		t.Errorf("told %q", seen.thinks)
	}
	kept := w.attempts(answer.ID)[0]
	if kept.Thinking != "Weighing temples.\uFFFD" || kept.Terms.Effort != room.HighEffort || kept.Terms.ReasoningAllowance != 8000 {
		t.Errorf("%+v", kept)
	}
	if asked := w.model.asked[0]; asked.Effort != room.HighEffort || asked.ReasoningAllowance != 8000 || asked.MaxOutputTokens != room.DefaultReply {
		t.Errorf("the model was asked %+v", asked)
	}
	if err := w.messages().Delete(t.Context(), w.room, w.aki, answer.ID); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := w.db.QueryRow(t.Context(), `SELECT count(*) FROM ai_generations WHERE thinking <> ''`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d thoughts outlive their message (%v)", left, err)
	}
	w.sound(answer.ID)
}

func TestStoppedWhileThinkingPaysForWhatWasThought(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.model.thinks, w.model.silent = []ai.Thinking{{Text: "Hm. ", Tokens: 40}}, true
	answer, err := w.asksThinker(room.HighEffort)
	if err != nil {
		t.Fatal(err)
	}
	worker := w.worker(func(step string) {
		if step == "thinking" {
			if _, _, err := w.replies().Stop(w.Context(), w.room, w.aki, answer.ID); err != nil {
				t.Error(err)
			}
		}
	})
	if err := worker.Reply(t.Context(), w.newest(answer.ID)); err != nil {
		t.Fatal(err)
	}
	m, kept := w.message(answer.ID), w.attempts(answer.ID)[0]
	if m.Status != message.Cancelled || m.Content != "" || *m.Reply.Reasoning != 40 || *m.Reply.ChargedTokens != int64(kept.PromptEstimate)+40 || kept.Thinking != "Hm. " {
		t.Errorf("%+v %+v %+v", m, m.Reply, kept)
	}
	w.sound(answer.ID)
}

// What a worker that dies had heard stands in its last checkpoint.
func TestThoughtsSurviveTheirWorker(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.model.thinks, w.model.silent = []ai.Thinking{{Text: "Hm. ", Tokens: 40}}, true
	answer, err := w.asksThinker(room.HighEffort)
	if err != nil {
		t.Fatal(err)
	}
	generation := w.newest(answer.ID)
	ctx, die := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.worker(nil).Reply(ctx, generation) }()
	for saved := 0; saved < 1; time.Sleep(5 * time.Millisecond) {
		if err := w.db.QueryRow(t.Context(), `SELECT count(*) FROM ai_generations WHERE reasoning_tokens = 40 AND thinking = 'Hm. '`).Scan(&saved); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := w.replies().Stop(t.Context(), w.room, w.aki, answer.ID); err != nil {
		t.Fatal(err)
	}
	die()
	<-ended
	for range 10 { // one look after another, until one of them ends it
		w.passes(61 * time.Second)
		w.sweeps()
		if !w.message(answer.ID).Status.Open() {
			break
		}
	}
	if m := w.message(answer.ID); m.Status != message.Cancelled || *m.Reply.Reasoning != 40 || !m.Reply.Thought {
		t.Errorf("%+v %+v", m, m.Reply)
	}
}

func TestOfLongThinkingTheBeginningIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 50 {
		w.model.thinks = append(w.model.thinks, ai.Thinking{Text: strings.Repeat("思", 400)})
	}
	answer, err := w.asksThinker("")
	if err != nil {
		t.Fatal(err)
	}
	w.deliver()
	if kept := w.attempts(answer.ID)[0].Thinking; len(kept) > ai.MaxThinkingBytes || len(kept) < ai.MaxThinkingBytes-2 || strings.Trim(kept, "思") != "" {
		t.Errorf("%d bytes are kept", len(kept))
	}
	w.sound(answer.ID)
}

func TestAnEffortThatTheModelDoesNotTakeStoresNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, effort := range []room.Effort{room.LowEffort, "furious"} {
		if _, err := w.asksThinker(effort); !fault.Is(err, fault.ValidationFailed) {
			t.Errorf("%s: %v", effort, err)
		}
	}
	var rows int
	if err := w.db.QueryRow(t.Context(), `SELECT count(*) FROM messages`).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d messages (%v)", rows, err)
	}
	answer, err := w.asksThinker(room.NoEffort)
	if err != nil {
		t.Fatal(err)
	}
	w.deliver()
	again := replies.Regenerate{RoomID: w.room, QuestionID: answer.Answers, Person: w.aki, Wish: ai.Wish{Effort: room.HighEffort}}
	// Asked again, the room's model answers, and that one does not think.
	if _, _, err := w.replies().Regenerate(t.Context(), again, w.key("regenerateReply")); !fault.Is(err, fault.ValidationFailed) {
		t.Errorf("%v", err)
	}
}

// Asked again of another model, that one answers and is paid by its own price; the room's stays the room's.
func TestAnotherModelAnswersAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, answer := w.asks("hello")
	w.deliver()
	again := replies.Regenerate{RoomID: w.room, QuestionID: answer.Answers, Person: w.aki, Wish: ai.Wish{Provider: "p", Model: "thinker", Effort: room.HighEffort}}
	asked, created, err := w.replies().Regenerate(t.Context(), again, w.key("regenerateReply"))
	if err != nil || !created || asked.Reply.Model != "thinker" || asked.Reply.Attempt != 2 {
		t.Fatalf("%+v, created %v: %v", asked.Reply, created, err)
	}
	w.deliver()
	for i, want := range []string{"m", "thinker"} {
		if g := w.attempts(answer.ID)[i]; g.Terms.Model != want || w.model.asked[i].Model != want {
			t.Errorf("attempt %d was of %s, and %s was asked", i+1, g.Terms.Model, w.model.asked[i].Model)
		}
	}
	if sent := w.model.asked[1]; sent.Effort != room.HighEffort || sent.ReasoningAllowance != 8000 {
		t.Errorf("%+v", sent)
	}
	w.sound(answer.ID)
}
