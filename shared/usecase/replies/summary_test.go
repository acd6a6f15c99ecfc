package replies_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

var fact = regexp.MustCompile(`door \d+ opens with [a-z]+\d+`)

// recalls answers with the facts that stand in what it was sent, and nothing that it was not: a summary keeps them.
func recalls(r ai.Request) []string {
	var known []string
	for _, l := range r.Lines {
		known = append(known, fact.FindAllString(l.Text, -1)...)
	}
	return []string{"known: " + strings.Join(known, "; ")}
}

func summarises(r ai.Request) bool {
	return strings.HasPrefix(r.Lines[len(r.Lines)-1].Text, "Summarise everything above")
}

// says writes what aki said, as fast as the database takes it: n messages, each after the last.
func (w *world) says(n int, text func(i int) string) {
	w.Helper()
	for i := range n {
		cmd := messages.Send{RoomID: w.room, Sender: w.aki, ClientMessageID: id.New(), Content: text(i)}
		if _, err := w.messages().Send(w.Context(), cmd, w.key("sendMessage")); err != nil {
			w.Fatal(err)
		}
	}
	_ = w.queues.take()
}

// chatter is some forty tokens that nobody needs to remember.
func chatter(i int) string {
	return fmt.Sprintf("message %d of many, which says little that anybody would want to hear again later, but takes its place in the prompt", i)
}

// drains delivers until nothing is owed any more: one summary begins the next.
func (w *world) drains() {
	w.Helper()
	for range 50 {
		w.deliver()
		var open int
		if err := w.db.QueryRow(w.Context(), `SELECT count(*) FROM ai_generations WHERE status IN ('pending', 'streaming')`).Scan(&open); err != nil {
			w.Fatal(err)
		}
		if open == 0 {
			return
		}
	}
	w.Fatal("it never ends")
}

func (w *world) count(sql string, args ...any) (n int) {
	w.Helper()
	if err := w.db.QueryRow(w.Context(), sql, args...).Scan(&n); err != nil {
		w.Fatal(err)
	}
	return n
}

const summaries = `SELECT count(*) FROM message_context_summaries`

// A room of 2,000 messages keeps answering, and what it was told at its beginning is still known. Each prompt keeps to its budget,
// what is shown is what is sent, and the books add up.
func TestALongRoomStillKnowsItsBeginning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.model.answers = recalls
	w.says(3, func(i int) string { return fmt.Sprintf("door %d opens with key%d", i, i) })
	asked, used, known := 0, 0, 0
	var last message.Message
	for part := range 10 {
		w.says(200, chatter)
		shown := w.shows(replies.Draft{Content: "which doors are there?"})
		calls := len(w.model.prompts)
		_, answer := w.asks("which doors are there?")
		w.drains()
		if !same(shown.Request.Lines, w.model.prompts[calls]) {
			t.Fatalf("after %d parts, what was shown was not sent", part)
		}
		m := w.message(answer.ID)
		asked++
		if m.Reply.UsedSummary {
			used++
		}
		if m.Reply.UsedSummary != (shown.Summary != nil) {
			t.Errorf("the answer says %v, the look %v", m.Reply.UsedSummary, shown.Summary)
		}
		if shown.Summary != nil {
			if kept, err := w.replies().UsedSummary(w.Context(), w.room, w.aki, answer.ID); err != nil || kept.Text != shown.Summary.Text || kept.To != shown.Summary.To {
				t.Errorf("of %q %q is kept (%v)", shown.Summary.Text, kept.Text, err)
			}
			last = answer
		}
		if strings.Count(m.Content, "opens with key") >= 3 {
			known++
		}
		w.sound(answer.ID)
	}
	// The first long part comes before its summary, and says so by using none.
	if used < asked-1 || known < asked-1 {
		t.Errorf("of %d answers %d used a summary, %d knew all doors", asked, used, known)
	}
	t.Logf("hit rate: %d of %d answers used a summary, %d of %d knew what was said first; %d summaries for 2,013 messages", used, asked, known, asked, w.count(summaries))
	for i, r := range w.model.asked {
		total := 0
		for _, l := range r.Lines {
			total += l.Tokens
		}
		if budget := w.count(`SELECT prompt_budget FROM ai_generations WHERE id = $1::text::uuid`, r.RequestID); total > budget {
			t.Errorf("prompt %d has %d tokens of %d", i, total, budget)
		}
	}
	if n := w.count(`SELECT count(*) FROM usage_daily WHERE kind = 'summary' AND charged > 0`); n != 1 {
		t.Errorf("%d lines of usage tell of summaries", n)
	}
	if n := w.count(`SELECT count(*) FROM token_holds`); n != 0 {
		t.Errorf("%d holds are left", n)
	}

	// What the last one was given goes with a message that it covers. Of those that stand, none is told instead.
	kept, err := w.replies().UsedSummary(w.Context(), w.room, w.aki, last.ID)
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	if _, err := w.messages().Edit(w.Context(), messages.Edit{RoomID: w.room, MessageID: kept.To, Person: w.aki, ExcludeFromAI: &yes}); err != nil {
		t.Fatal(err)
	}
	if w.count(summaries) == 0 {
		t.Fatal("none of the earlier summaries stands")
	}
	if kept, err := w.replies().UsedSummary(w.Context(), w.room, w.aki, last.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("%q is told of what was forgotten (%v)", kept.Text, err)
	}
}

// long is a room with a summary of its beginning.
func long(t *testing.T) (w *world, first message.Message) {
	t.Helper()
	w = newWorld(t)
	w.model.answers = recalls
	first, _ = w.asks("door 1 opens with key1")
	w.drains()
	w.says(150, chatter)
	w.asks("which doors are there?")
	w.drains()
	if w.count(summaries) == 0 {
		t.Fatal("a long room has no summary")
	}
	return w, first
}

// Whatever changes a message takes the summaries that hold its words with it, at once; a reaction, and what no summary covers, does not.
func TestWhatChangesASaidWordTakesItsSummary(t *testing.T) {
	t.Parallel()
	yes, text := true, "door 1 is closed"
	for name, c := range map[string]struct {
		change func(w *world, first message.Message) error
		kept   bool
	}{
		"edit": {func(w *world, m message.Message) error {
			_, err := w.messages().Edit(w.Context(), messages.Edit{RoomID: w.room, MessageID: m.ID, Person: w.aki, Content: &text})
			return err
		}, false},
		"exclude": {func(w *world, m message.Message) error {
			_, err := w.messages().Edit(w.Context(), messages.Edit{RoomID: w.room, MessageID: m.ID, Person: w.aki, ExcludeFromAI: &yes})
			return err
		}, false},
		"delete": {func(w *world, m message.Message) error { return w.messages().Delete(w.Context(), w.room, w.aki, m.ID) }, false},
		"regenerate": {func(w *world, m message.Message) error {
			_, _, err := w.replies().Regenerate(w.Context(), replies.Regenerate{RoomID: w.room, QuestionID: m.ID, Person: w.aki}, w.key("regenerateReply"))
			return err
		}, false},
		"cutoff": {func(w *world, m message.Message) error { return w.cuts(m.CreatedAt.Add(time.Millisecond)) }, false},
		"an edit of what was said last": {func(w *world, _ message.Message) error {
			sent, err := w.messages().Send(w.Context(), messages.Send{RoomID: w.room, Sender: w.aki, ClientMessageID: id.New(), Content: "x"}, w.key("sendMessage"))
			if err == nil {
				_, err = w.messages().Edit(w.Context(), messages.Edit{RoomID: w.room, MessageID: sent.Message.ID, Person: w.aki, Content: &text})
			}
			return err
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, first := long(t)
			if err := c.change(w, first); err != nil {
				t.Fatal(err)
			}
			if kept := w.count(summaries) > 0; kept != c.kept {
				t.Errorf("kept: %v", kept)
			}
		})
	}
}

func (w *world) cuts(at time.Time) error {
	r := rooms.Rooms{Runner: w.runner(), Memberships: projection{}, Catalogue: catalogue{}, Hint: silence{}}
	_, err := r.Update(w.Context(), w.room, w.aki, room.Changes{Cutoff: &at})
	return err
}

// A message that changes while a summary is made of it: what was made is thrown away, and is nobody's answer.
func TestASummaryOfWhatChangedMeanwhileIsNotKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	yes := true
	first, _ := w.asks("door 1 opens with key1")
	w.drains()
	w.model.answers = func(r ai.Request) []string {
		if summarises(r) {
			if _, err := w.messages().Edit(w.Context(), messages.Edit{RoomID: w.room, MessageID: first.ID, Person: w.aki, ExcludeFromAI: &yes}); err != nil {
				w.Error(err)
			}
		}
		return recalls(r)
	}
	w.says(150, chatter)
	w.asks("which doors are there?")
	w.drains()
	if n := w.count(summaries + ` WHERE text LIKE '%key1%'`); n != 0 {
		t.Fatal("a summary tells what is kept from the AI")
	}
	if n := w.count(`SELECT count(*) FROM ai_generations WHERE kind = 'summary'`); n == 0 {
		t.Fatal("no summary was tried")
	}
}

// A thousand toggles at once end: the room is sound, and no summary tells what is excluded.
func TestAThousandTogglesAtOnce(t *testing.T) {
	t.Parallel()
	w, first := long(t)
	// Answers repeat what they were told, and are words of their own: they would tell it, whatever became of the first message.
	if _, err := w.db.Exec(t.Context(), `WITH hidden AS (UPDATE messages SET exclude_from_ai = true WHERE type = 'ai') DELETE FROM message_context_summaries`); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for part := range 10 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := range 100 {
				excluded := (part+i)%2 == 0
				if _, err := w.messages().Edit(w.Context(), messages.Edit{RoomID: w.room, MessageID: first.ID, Person: w.aki, ExcludeFromAI: &excluded}); err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	_, answer := w.asks("and now?")
	w.drains()
	wait.Wait()
	w.drains()
	w.sound(answer.ID)
	if w.message(first.ID).ExcludeFromAI && w.count(summaries+` WHERE text LIKE '%key1%'`) > 0 {
		t.Error("a summary tells what is kept from the AI")
	}
}

// A summary that fails costs nothing, is not tried again and again, and keeps nobody from an answer. A room that may spend no
// more gets none, and answers go on.
func TestASummaryThatCannotBeMadeKeepsNobodyFromAnAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.model.answers = recalls
	w.says(150, chatter)
	tried := func() int { return w.count(`SELECT count(*) FROM ai_generations WHERE kind = 'summary'`) }
	for range 8 {
		_, answer := w.asks("which doors are there?")
		w.deliver()
		w.model.answers, w.model.words, w.model.fail = nil, nil, &ai.Failure{Code: "overloaded"}
		w.drains()
		w.model.answers, w.model.fail = recalls, nil
		if m := w.message(answer.ID); m.Status != message.Completed {
			t.Fatalf("%+v", m.Reply)
		}
	}
	if n := tried(); n == 0 || n > ai.MaxSummaryFailures {
		t.Errorf("%d summaries were tried", n)
	}
	if n := w.count(`SELECT count(*) FROM ai_generations WHERE kind = 'summary' AND (status <> 'failed' OR charged_tokens <> 0)`); n != 0 {
		t.Errorf("%d failed otherwise, or were charged", n)
	}
	poor := newWorld(t)
	poor.model.answers = recalls
	poor.says(150, chatter)
	_, answer := poor.asks("which doors are there?")
	if _, err := poor.db.Exec(t.Context(), `UPDATE rooms SET monthly_budget = 100`); err != nil {
		t.Fatal(err)
	}
	poor.drains()
	if m := poor.message(answer.ID); m.Status != message.Completed || poor.count(`SELECT count(*) FROM ai_generations WHERE kind = 'summary'`) != 0 {
		t.Errorf("%+v", m.Reply)
	}
}

// A worker of a summary is killed between every two steps, and every queue message comes twice and late: one end, at most one call,
// nothing held, and the room has a summary in the end.
func TestADeadWorkerOfASummary(t *testing.T) {
	t.Parallel()
	for step, want := range map[string]string{"leased": "completed", "prepared": "completed", "called": "failed", "streaming": "failed", "answered": "failed", "settled": "completed"} {
		for _, lost := range []outbox.Queue{"", outbox.AIWatchdog} {
			t.Run(step+" without "+string(lost), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.queues.lose = lost
				w.says(170, chatter)
				_, answer := w.asks("hello")
				w.works(w.newest(answer.ID))
				var generation id.ID
				if err := w.db.QueryRow(t.Context(), `SELECT id FROM ai_generations WHERE kind = 'summary'`).Scan(&generation); err != nil {
					t.Fatal(err)
				}
				w.killed(generation, step)
				w.deliver()
				for range 4 {
					w.passes(61 * time.Second)
					w.deliver()
					w.sweeps()
					w.deliver()
				}
				var status string
				if err := w.db.QueryRow(t.Context(), `SELECT status FROM ai_generations WHERE id = $1`, generation).Scan(&status); err != nil || status != want {
					t.Errorf("%s, want %s (%v)", status, want, err)
				}
				if made := w.count(summaries) > 0; made != (want == "completed") {
					t.Errorf("made: %v", made)
				}
				if n := w.count(`SELECT count(*) FROM token_holds`); n != 0 {
					t.Errorf("%d holds are left", n)
				}
				w.sound(answer.ID)
			})
		}
	}
}

// A room that is deleted or archived stops what is being made of it.
func TestAnArchivedRoomStopsItsSummary(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.says(170, chatter)
	_, answer := w.asks("hello")
	w.works(w.newest(answer.ID))
	yes := true
	r := rooms.Rooms{Runner: w.runner(), Memberships: projection{}, Catalogue: catalogue{}, Hint: silence{}}
	if _, err := r.Update(t.Context(), w.room, w.aki, room.Changes{IsArchived: &yes}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`SELECT count(*) FROM ai_generations WHERE kind = 'summary' AND status = 'cancelled' AND charged_tokens = 0`); n != 1 {
		t.Errorf("%d summaries were stopped", n)
	}
	w.drains()
	if w.count(summaries) != 0 || w.count(`SELECT count(*) FROM token_holds`) != 0 {
		t.Error("it was made all the same, or is still held")
	}
}
