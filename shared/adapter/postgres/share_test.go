package postgres_test

import (
	"sync"
	"testing"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/search"
)

func (h *house) shares(person, messageID id.ID) (messages.Sent, error) {
	return h.messages.Share(h.Context(), messages.Share{RoomID: h.room, MessageID: messageID, Person: person}, h.key(person, "shareMessage", messageID))
}

func TestASharedPairIsAsAnyOtherAndIsSharedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei, ctx := h.joins("mei", room.Member), t.Context()
	said := h.says(h.master, "in public")
	cmd, key := h.wish(mei, "psst, @ai")
	cmd.Ask, cmd.Visibility, cmd.ReplyTo = &messages.Ask{}, message.Private, said.ID
	cmd.Mentions = []message.Mention{{Kind: message.MentionsAI}}
	asked, err := h.messages.Send(ctx, cmd, key)
	if err != nil {
		t.Fatal(err)
	}
	g := h.calls(asked.AIMessage.ID, 10)
	h.settle(g, ai.Outcome{Status: message.Completed, Text: "whisper", Finish: ai.Length, Usage: &ai.Usage{InputTokens: 10, OutputTokens: 5}})
	balance, _ := h.balance(h.master)
	behind := h.says(h.master, "meanwhile")
	shared, err := h.shares(mei, asked.AIMessage.ID)
	if err != nil || !shared.Created {
		t.Fatal(shared, err)
	}
	question, answer := shared.Message, *shared.AIMessage
	if question.Content != "psst, @ai" || question.Sender.ID != mei || question.Visibility != message.Public || question.Sequence != behind.Sequence+1 ||
		question.ReplyTo != said.ID || len(question.Mentions) != 1 || !question.SharedAs.IsZero() || question.ID == asked.Message.ID {
		t.Errorf("%+v", question)
	}
	if r := answer.Reply; answer.Content != "whisper" || answer.Visibility != message.Public || answer.Sequence != question.Sequence+1 || answer.Answers != question.ID || answer.Status != message.Completed ||
		r.AskerID != mei || r.Provider != "scripted" || r.Model != "scripted" || r.Attempt != 1 || r.ContentAttempt != 1 || r.FinishReason != string(ai.Length) || r.InputTokens != nil || *r.ChargedTokens != 0 {
		t.Errorf("%+v %+v", answer, answer.Reply)
	}
	if now, held := h.balance(h.master); now != balance || held != 0 {
		t.Errorf("sharing cost %d", balance-now)
	}
	if own, err := h.messages.Get(ctx, h.room, mei, asked.Message.ID); err != nil || own.SharedAs != question.ID || own.Visibility != message.Private {
		t.Errorf("%+v", own)
	}
	// Again, by either of the pair, and by many at once.
	before := h.ofTheRoom()
	var all sync.WaitGroup
	for _, v := range []id.ID{asked.Message.ID, asked.AIMessage.ID, asked.Message.ID, asked.AIMessage.ID} {
		all.Go(func() {
			again, err := h.shares(mei, v)
			if err != nil || again.Created || again.Message.ID != question.ID || again.AIMessage.ID != answer.ID {
				t.Errorf("%+v %v", again, err)
			}
		})
	}
	all.Wait()
	if now := h.ofTheRoom(); now != before {
		t.Errorf("sharing again changed the room:\n%s\n%s", before, now)
	}
	if found := h.finds(search.Wish{Person: h.master, Text: "whisper"}); found != "whisper" {
		t.Errorf("the master finds %q", found)
	}
	if page := h.page(h.master, messages.Query{}); page != "whisper psst, @ai meanwhile in public" {
		t.Errorf("the master reads %q", page)
	}
	// The copy can be asked again, and the first pair be deleted without it.
	if _, created, err := h.replies.Regenerate(ctx, replies.Regenerate{RoomID: h.room, QuestionID: question.ID, Person: h.master}, h.key(h.master, "regenerateReply", "")); err != nil || !created {
		t.Error(created, err)
	}
	if err := h.messages.Delete(ctx, h.room, mei, asked.Message.ID); err != nil {
		t.Fatal(err)
	}
	if own := h.message(question.ID); !own.DeletedAt.IsZero() || own.Content != "psst, @ai" {
		t.Errorf("%+v", own)
	}
	h.dense()
	h.sound()
}

func TestAPairIsSharedAtOnceByManyAsOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	question, answer := h.asksPrivately(h.master, "psst")
	h.works(answer, ai.Outcome{Status: message.Completed, Text: "whisper"})
	var all sync.WaitGroup
	var mu sync.Mutex
	made, pairs := 0, map[id.ID]bool{}
	for range 6 {
		all.Go(func() {
			sent, err := h.shares(h.master, question.ID)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			pairs[sent.Message.ID] = true
			if sent.Created {
				made++
			}
		})
	}
	all.Wait()
	if made != 1 || len(pairs) != 1 {
		t.Errorf("%d were made, of %d pairs", made, len(pairs))
	}
	h.dense()
}

func TestWhatCannotBeShared(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Member)
	public, answered := h.asks(mei, "in public")
	h.works(answered, ai.Outcome{Status: message.Completed, Text: "hi"})
	open, writing := h.asksPrivately(mei, "psst")
	failed, failing := h.asksPrivately(mei, "psst")
	h.works(failing, ai.Outcome{Status: message.Failed, ErrorCode: "timeout", Text: "hal"})
	empty, silent := h.asksPrivately(mei, "psst")
	h.works(silent, ai.Outcome{Status: message.Cancelled})
	deleted, forgotten := h.asksPrivately(mei, "psst")
	h.works(forgotten, ai.Outcome{Status: message.Completed, Text: "whisper"})
	if err := h.messages.Delete(t.Context(), h.room, mei, forgotten.ID); err != nil {
		t.Fatal(err)
	}
	before := h.ofTheRoom()
	for what, c := range map[string]struct {
		person, message id.ID
		want            fault.Code
	}{
		"another's":                {h.master, failed.ID, fault.NotFound},
		"another's answer":         {h.master, writing.ID, fault.NotFound},
		"what is public":           {mei, public.ID, fault.Conflict},
		"a question being written": {mei, open.ID, fault.GenerationRunning},
		"an answer being written":  {mei, writing.ID, fault.GenerationRunning},
		"a failed one":             {mei, failed.ID, fault.Conflict},
		"one without text":         {mei, empty.ID, fault.Conflict},
		"a deleted one":            {mei, deleted.ID, fault.NotFound},
		"what never was":           {mei, id.New(), fault.NotFound},
	} {
		if sent, err := h.shares(c.person, c.message); !fault.Is(err, c.want) {
			t.Errorf("%s: %+v %v, want %s", what, sent, err, c.want)
		}
	}
	if now := h.ofTheRoom(); now != before {
		t.Errorf("the room is another:\n%s\n%s", before, now)
	}
}

// A text that stands since an earlier attempt is shared as what that attempt wrote.
func TestAnAnswerThatOutlivedALaterAttemptIsSharedAsItsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	question, answer := h.asksPrivately(h.master, "psst")
	h.works(answer, ai.Outcome{Status: message.Completed, Text: "whisper", Finish: ai.Stop})
	if _, _, err := h.replies.Regenerate(t.Context(), replies.Regenerate{RoomID: h.room, QuestionID: question.ID, Person: h.master}, h.key(h.master, "regenerateReply", "")); err != nil {
		t.Fatal(err)
	}
	h.works(answer, ai.Outcome{Status: message.Failed, ErrorCode: "timeout"})
	sent, err := h.shares(h.master, question.ID)
	if err != nil || sent.AIMessage.Status != message.Completed || sent.AIMessage.Content != "whisper" || sent.AIMessage.Reply.ErrorCode != "" || sent.AIMessage.Reply.FinishReason != string(ai.Stop) {
		t.Fatalf("%+v %v", sent, err)
	}
	page, err := postgres.Generations{DB: h.db}.Attempts(t.Context(), replies.AttemptQuery{RoomID: h.room, Person: h.master, MessageID: sent.Message.ID, Limit: 10})
	if err != nil || len(page.Attempts) != 1 || page.Attempts[0].Terms.Model != "scripted" || page.Attempts[0].Text != "whisper" {
		t.Errorf("%+v %v", page, err)
	}
}
