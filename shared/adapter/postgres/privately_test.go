package postgres_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/search"
)

func (h *house) asksPrivately(person id.ID, text string) (question, answer message.Message) {
	h.Helper()
	cmd, key := h.wish(person, text)
	cmd.Ask, cmd.Visibility = &messages.Ask{}, message.Private
	sent, err := h.messages.Send(h.Context(), cmd, key)
	if err != nil {
		h.Fatal(err)
	}
	return sent.Message, *sent.AIMessage
}

// ofTheRoom is every row that people of the room share, as text.
func (h *house) ofTheRoom() (text string) {
	h.Helper()
	if err := h.db.QueryRow(h.Context(), `SELECT concat_ws(E'\n', (SELECT r::text FROM rooms r WHERE id = $1), (SELECT s::text FROM room_sequences s WHERE room_id = $1),
		(SELECT string_agg(m::text, E'\n' ORDER BY user_id) FROM room_members m WHERE room_id = $1),
		(SELECT string_agg(e::text, E'\n' ORDER BY event) FROM room_events e WHERE room_id = $1),
		(SELECT string_agg(m::text, E'\n' ORDER BY id) FROM messages m WHERE room_id = $1 AND visibility = 'public'))`, h.room).Scan(&text); err != nil {
		h.Fatal(err)
	}
	h.trace.take()
	return text
}

// page is what somebody reads of the room, newest first.
func (h *house) page(person id.ID, q messages.Query) string {
	h.Helper()
	q.RoomID, q.Person, q.Limit = h.room, person, 50
	page, err := h.messages.List(h.Context(), q)
	if err != nil {
		h.Fatal(err)
	}
	var texts []string
	for _, m := range page.Messages {
		if m.Type != message.System {
			texts = append(texts, m.Content)
		}
	}
	return strings.Join(texts, " ")
}

func TestAPrivateQuestionMovesNothingOfItsRoomInItsWholeLife(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei, ctx := h.joins("mei", room.Member), t.Context()
	h.says(h.master, "hello")
	before := h.ofTheRoom()
	step := func(what string) {
		t.Helper()
		if now := h.ofTheRoom(); now != before {
			t.Fatalf("after %s the room is another:\n%s\n%s", what, before, now)
		}
	}
	question, answer := h.asksPrivately(mei, "psst")
	if question.Sequence != 0 || answer.Sequence != 0 || question.VisibleTo != mei || answer.VisibleTo != mei || answer.Event != question.Event+1 {
		t.Fatalf("%+v %+v", question, answer)
	}
	step("asking")
	h.works(answer, ai.Outcome{Status: message.Completed, Text: "whisper"})
	step("the answer")
	if _, created, err := h.replies.Regenerate(ctx, replies.Regenerate{RoomID: h.room, QuestionID: question.ID, Person: mei}, h.key(mei, "regenerateReply", "")); err != nil || !created {
		t.Fatal(created, err)
	}
	step("asking again")
	if stopped, running, err := h.replies.Stop(ctx, h.room, mei, question.ID); err != nil || running || stopped.Status != message.Cancelled {
		t.Fatal(stopped, running, err)
	}
	step("a stop")
	if page, err := h.replies.Attempts(ctx, replies.AttemptQuery{RoomID: h.room, Person: mei, MessageID: answer.ID, Limit: 10}); err != nil || len(page.Attempts) != 2 {
		t.Fatal(page, err)
	}
	text, excluded := "psst again", true
	for _, edit := range []messages.Edit{{MessageID: question.ID, Content: &text}, {MessageID: answer.ID, ExcludeFromAI: &excluded}} {
		edit.RoomID, edit.Person = h.room, mei
		if _, err := h.messages.Edit(ctx, edit); err != nil {
			t.Fatal(err)
		}
	}
	step("an edit")
	if page := h.page(mei, messages.Query{}); page != "whisper psst again hello" {
		t.Errorf("the asker reads %q", page)
	}
	if page := h.page(h.master, messages.Query{}); page != "hello" {
		t.Errorf("the master reads %q", page)
	}
	for _, v := range []id.ID{answer.ID, question.ID} {
		if err := h.messages.Delete(ctx, h.room, mei, v); err != nil {
			t.Fatal(err)
		}
	}
	step("deleting")
	ch, err := h.logs.MyChanges(ctx, mei, 0)
	if err != nil || len(ch.Messages) != 2 || ch.Messages[0].DeletedAt.IsZero() || ch.Messages[1].DeletedAt.IsZero() {
		t.Errorf("the asker's own log tells %+v %v", ch, err)
	}
	h.dense()
	h.sound()
}

func TestNobodyElseReachesAPrivatePair(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei, ctx := h.joins("mei", room.Member), t.Context()
	question, answer := h.asksPrivately(mei, "zanzibar")
	h.works(answer, ai.Outcome{Status: message.Completed, Text: "zanzibar too"})
	before, text, flag := h.number(`SELECT sum(hashtext(m::text)) FROM messages m`), "mine", true
	for _, v := range []id.ID{question.ID, answer.ID} {
		for what, run := range map[string]func() error{
			"get": func() error { _, err := h.messages.Get(ctx, h.room, h.master, v); return err },
			"edit": func() error {
				_, err := h.messages.Edit(ctx, messages.Edit{RoomID: h.room, MessageID: v, Person: h.master, Content: &text})
				return err
			},
			"exclude": func() error {
				_, err := h.messages.Edit(ctx, messages.Edit{RoomID: h.room, MessageID: v, Person: h.master, ExcludeFromAI: &flag})
				return err
			},
			"delete": func() error { return h.messages.Delete(ctx, h.room, h.master, v) },
			"react":  func() error { _, err := h.reacts(h.master, v, "👍", false); return err },
			"forward": func() error {
				_, err := h.messages.Forward(ctx, messages.Forward{RoomID: h.room, MessageID: v, Person: h.master, To: h.room}, h.key(h.master, "forwardMessage", ""))
				return err
			},
			"stop": func() error { _, _, err := h.replies.Stop(ctx, h.room, h.master, v); return err },
			"regenerate": func() error {
				_, _, err := h.replies.Regenerate(ctx, replies.Regenerate{RoomID: h.room, QuestionID: v, Person: h.master}, h.key(h.master, "regenerateReply", ""))
				return err
			},
			"attempts": func() error {
				_, err := h.replies.Attempts(ctx, replies.AttemptQuery{RoomID: h.room, Person: h.master, MessageID: v, Limit: 10})
				return err
			},
		} {
			if err := run(); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := h.rooms.MarkRead(ctx, h.room, h.master, v); !fault.Is(err, fault.ValidationFailed) {
			t.Errorf("mark read: %v", err)
		}
		cmd, key := h.wish(h.master, "what did you ask?")
		cmd.ReplyTo = v
		if _, err := h.messages.Send(ctx, cmd, key); !fault.Is(err, fault.ValidationFailed) {
			t.Errorf("a reply: %v", err)
		}
		// Around it the master finds what is public.
		if page := h.page(h.master, messages.Query{Around: v}); strings.Contains(page, "zanzibar") {
			t.Errorf("around it: %q", page)
		}
	}
	if after := h.number(`SELECT sum(hashtext(m::text)) FROM messages m`); after != before {
		t.Error("something was changed")
	}
	if found := h.finds(search.Wish{Person: h.master, Text: "zanzibar"}); found != "" {
		t.Errorf("the master finds %q", found)
	}
	if found := h.finds(search.Wish{Person: mei, Text: "zanzibar"}); found == "" {
		t.Error("the asker finds nothing")
	}
}

// Their own asker may not bring them among others either: only sharing does, which shows what it will tell.
func TestTheAskerMixesNothingPrivateWithWhatOthersSee(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei, ctx := h.joins("mei", room.Member), t.Context()
	question, answer := h.asksPrivately(mei, "psst")
	h.works(answer, ai.Outcome{Status: message.Completed, Text: "whisper"})
	before := h.ofTheRoom()
	for what, c := range map[string]struct {
		want fault.Code
		run  func() error
	}{
		"a public reply": {fault.ValidationFailed, func() error {
			cmd, key := h.wish(mei, "look")
			cmd.ReplyTo = question.ID
			_, err := h.messages.Send(ctx, cmd, key)
			return err
		}},
		"a private message without a question": {fault.ValidationFailed, func() error {
			cmd, key := h.wish(mei, "a note")
			cmd.Visibility = message.Private
			_, err := h.messages.Send(ctx, cmd, key)
			return err
		}},
		"a private message that names somebody": {fault.ValidationFailed, func() error {
			cmd, key := h.wish(mei, "@aki look")
			cmd.Visibility, cmd.Ask = message.Private, &messages.Ask{}
			cmd.Mentions = []message.Mention{{Kind: message.MentionsUser, UserID: h.master}}
			_, err := h.messages.Send(ctx, cmd, key)
			return err
		}},
		"a reaction": {fault.Forbidden, func() error { _, err := h.reacts(mei, answer.ID, "👍", false); return err }},
		"passing it on": {fault.Forbidden, func() error {
			_, err := h.messages.Forward(ctx, messages.Forward{RoomID: h.room, MessageID: answer.ID, Person: mei, To: h.room}, h.key(mei, "forwardMessage", ""))
			return err
		}},
	} {
		if err := c.run(); !fault.Is(err, c.want) {
			t.Errorf("%s: %v, want %s", what, err, c.want)
		}
	}
	if now := h.ofTheRoom(); now != before {
		t.Errorf("the room is another:\n%s\n%s", before, now)
	}
	// What others see may be asked about, and one's own private words too.
	for _, about := range []id.ID{h.says(h.master, "in public").ID, question.ID} {
		cmd, key := h.wish(mei, "what is meant by that, @ai?")
		cmd.Visibility, cmd.Ask, cmd.ReplyTo = message.Private, &messages.Ask{}, about
		cmd.Mentions = []message.Mention{{Kind: message.MentionsAI}}
		sent, err := h.messages.Send(ctx, cmd, key)
		if err != nil || sent.Message.ReplyTo != about {
			t.Errorf("%+v %v", sent, err)
		}
	}
}

func TestAnEqualPrivateQuestionIsAskedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cmd, key := h.wish(h.master, "psst")
	cmd.Ask, cmd.Visibility = &messages.Ask{}, message.Private
	first, err := h.messages.Send(t.Context(), cmd, key)
	if err != nil {
		t.Fatal(err)
	}
	again, err := h.messages.Send(t.Context(), cmd, key)
	if err != nil || again.Created || again.Message.ID != first.Message.ID || again.AIMessage == nil || again.AIMessage.ID != first.AIMessage.ID {
		t.Fatalf("%+v %v", again, err)
	}
	if n := h.number(`SELECT count(*) FROM ai_generations`); n != 1 {
		t.Errorf("%d generations", n)
	}
}

func TestReadingAPrivateMessageReadsWhatStandsBeforeIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Member)
	h.says(h.master, "one")
	unread := h.number(`SELECT s.sequence - m.last_read_sequence FROM room_sequences s JOIN room_members m USING (room_id) WHERE m.room_id = $1 AND m.user_id = $2`, h.room, mei)
	_, answer := h.asksPrivately(mei, "psst")
	if now := h.number(`SELECT s.sequence - m.last_read_sequence FROM room_sequences s JOIN room_members m USING (room_id) WHERE m.room_id = $1 AND m.user_id = $2`, h.room, mei); now != unread {
		t.Errorf("asking in private moved what is unread from %d to %d", unread, now)
	}
	h.says(h.master, "two")
	mine, err := h.rooms.MarkRead(t.Context(), h.room, mei, answer.ID)
	if err != nil || mine.LastReadMessageID != answer.ID || mine.LastSequence-mine.LastReadSequence != 1 {
		t.Errorf("%+v %v", mine, err)
	}
}

func TestWhoLeftAndCameBackFindsTheirPrivateWordsAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei, ctx := h.joins("mei", room.Member), t.Context()
	question, answer := h.asksPrivately(mei, "psst")
	if err := h.rooms.Remove(ctx, h.room, mei, h.master); err != nil {
		t.Fatal(err)
	}
	// The answer goes on, is charged, and nobody is shown it.
	h.works(answer, ai.Outcome{Status: message.Completed, Text: "whisper"})
	if n := h.number(`SELECT charged_tokens FROM ai_generations WHERE message_id = $1`, answer.ID); n == 0 {
		t.Error("nothing was charged")
	}
	if _, err := h.messages.Get(ctx, h.room, mei, question.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("who left reads it: %v", err)
	}
	if found := h.finds(search.Wish{Person: mei, Text: "whisper"}); found != "" {
		t.Errorf("who left finds %q", found)
	}
	cmd, key := h.wish(mei, "more")
	cmd.Ask, cmd.Visibility = &messages.Ask{}, message.Private
	if _, err := h.messages.Send(ctx, cmd, key); !fault.Is(err, fault.NotFound) {
		t.Errorf("who left asks: %v", err)
	}
	if _, err := h.rooms.Join(ctx, h.room, "mei", room.Guest); err != nil {
		t.Fatal(err)
	}
	if page := h.page(mei, messages.Query{}); page != "whisper psst" {
		t.Errorf("who came back reads %q", page)
	}
	if _, err := h.messages.Send(ctx, cmd, key); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a guest asks: %v", err)
	}
	h.sound()
}

// Whoever is removed while they ask either asked before or not at all, and of many questions at once three are answered.
func TestManyPrivateQuestionsAtOnceAndARemoval(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Member)
	var all sync.WaitGroup
	var mu sync.Mutex
	answered := map[fault.Code]int{}
	for range 8 {
		all.Go(func() {
			cmd, key := h.wish(mei, "psst")
			cmd.Ask, cmd.Visibility = &messages.Ask{}, message.Private
			_, err := h.messages.Send(t.Context(), cmd, key)
			mu.Lock()
			defer mu.Unlock()
			answered[fault.CodeOf(err)]++
		})
	}
	all.Go(func() {
		if err := h.rooms.Remove(t.Context(), h.room, mei, h.master); err != nil {
			t.Error(err)
		}
	})
	all.Wait()
	asked := h.number(`SELECT count(*) FROM ai_generations WHERE asker_id = $1`, mei)
	if asked > ai.MaxUnfinished || answered[""] != asked || asked+answered[fault.GenerationRunning]+answered[fault.NotFound] != 8 {
		t.Errorf("%d were asked; answers: %v", asked, answered)
	}
	h.dense()
	h.sound()
}

// An admin who asks again for somebody is not refused for what that person asks in private; they themselves are.
func TestWhatIsAskedInPrivateIsNoReasonThatOthersAreTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Member)
	question, answer := h.asks(mei, "in public")
	h.works(answer, ai.Outcome{Status: message.Completed, Text: "hi"})
	for range ai.MaxUnfinished {
		h.asksPrivately(mei, "psst")
	}
	again := func(person id.ID) error {
		_, _, err := h.replies.Regenerate(t.Context(), replies.Regenerate{RoomID: h.room, QuestionID: question.ID, Person: person}, h.key(person, "regenerateReply", ""))
		return err
	}
	if err := again(mei); !fault.Is(err, fault.GenerationRunning) {
		t.Errorf("the asker: %v", err)
	}
	if err := again(h.master); err != nil {
		t.Errorf("the master: %v", err)
	}
}

// What somebody keeps from the AI stays so when others pass it on.
func TestWordsKeptFromTheAIAreKeptWhenPassedOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Member)
	said := h.says(mei, "mine")
	h.exec(`UPDATE users SET ai_may_read = false WHERE id = $1`, mei)
	sent, err := h.messages.Forward(t.Context(), messages.Forward{RoomID: h.room, MessageID: said.ID, Person: h.master, To: h.room}, h.key(h.master, "forwardMessage", ""))
	if err != nil || !sent.Message.ExcludeFromAI {
		t.Errorf("%+v %v", sent, err)
	}
	if found := h.message(said.ID); !found.KeptFromAI {
		t.Errorf("%+v", found)
	}
	if err := h.askError(mei); !fault.Is(err, fault.Conflict) {
		t.Errorf("who keeps their words asks: %v", err)
	}
}
