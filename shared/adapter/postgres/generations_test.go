package postgres_test

import (
	"testing"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

func TestRegenerateUpdatesTheSameRowAndKeepsTheOldAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	question, answer := h.asks(h.master, "hello")
	h.works(answer, ai.Outcome{Status: message.Completed, Text: "first", Usage: &ai.Usage{InputTokens: 1, OutputTokens: 1}})
	again := replies.Regenerate{RoomID: h.room, QuestionID: question.ID, Person: h.master}
	key := h.key(h.master, "regenerateReply", "")
	m, created, err := h.replies.Regenerate(t.Context(), again, key)
	if err != nil || !created || m.ID != answer.ID || m.Sequence != answer.Sequence || m.Status != message.Pending || m.Content != "first" || m.Reply.Attempt != 2 || m.Reply.ContentAttempt != 1 {
		t.Fatalf("%+v %+v %v", m, m.Reply, err)
	}
	if _, created, err := h.replies.Regenerate(t.Context(), again, key); err != nil || created {
		t.Fatalf("the same key again: %v %v", created, err)
	}
	if _, _, err := h.replies.Regenerate(t.Context(), again, h.key(h.master, "regenerateReply", "")); !fault.Is(err, fault.GenerationRunning) {
		t.Fatalf("while one runs: %v", err)
	}
	h.works(m, ai.Outcome{Status: message.Failed, ErrorCode: "overloaded"})
	m = h.message(answer.ID)
	if m.Status != message.Failed || m.Content != "first" || m.Reply.ErrorCode != "overloaded" || *m.Reply.ChargedTokens != 0 {
		t.Fatalf("%+v %+v", m, m.Reply)
	}
	page, err := h.replies.Attempts(t.Context(), replies.AttemptQuery{RoomID: h.room, Person: h.master, MessageID: question.ID, Limit: 10})
	list := page.Attempts
	if err != nil || page.More || len(list) != 2 || list[0].Text != "first" || list[1].Status != message.Failed {
		t.Fatalf("%+v %v", list, err)
	}
	h.dense()
}

func TestDeletingEitherOfThePairStopsTheAnswerAndTakesItsTexts(t *testing.T) {
	t.Parallel()
	for _, which := range []string{"question", "answer"} {
		h := newHouse(t)
		question, answer := h.asks(h.master, "hello")
		g := h.calls(answer.ID, 5)
		if _, held, err := h.generations.Checkpoint(t.Context(), g.ID, g.LeaseToken, replies.Progress{Text: "secret"}); !held || err != nil {
			t.Fatal(held, err)
		}
		target := question.ID
		if which == "answer" {
			target = answer.ID
		}
		if err := h.messages.Delete(t.Context(), h.room, h.master, target); err != nil {
			t.Fatal(err)
		}
		if n := h.number(`SELECT count(*) FROM ai_generations WHERE stop_requested_at IS NOT NULL`); n != 1 {
			t.Fatalf("%d workers were asked to stop, want 1", n)
		}
		if stop, held, err := h.generations.Checkpoint(t.Context(), g.ID, g.LeaseToken, replies.Progress{Text: "secret more"}); !stop || !held || err != nil {
			t.Fatal(stop, held, err)
		}
		if !h.settle(g, ai.Outcome{Status: message.Cancelled, Text: "secret more"}) {
			t.Fatal("not settled")
		}
		var texts string
		if err := h.db.QueryRow(t.Context(), `SELECT string_agg(partial_text, '') || (SELECT content FROM messages WHERE id = $1) FROM ai_generations`, answer.ID).Scan(&texts); err != nil || texts != "" {
			t.Fatalf("%s deleted, but its text stays: %q %v", which, texts, err)
		}
		if _, err := h.replies.Attempts(t.Context(), replies.AttemptQuery{RoomID: h.room, Person: h.master, MessageID: question.ID, Limit: 10}); !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		h.dense()
	}
}

func TestALostLeaseChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, answer := h.asks(h.master, "hello")
	a := h.generation(answer.ID)
	old, _, err := h.generations.Lease(t.Context(), a, id.New())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := h.generations.Lease(t.Context(), a, id.New()); ok || err != nil {
		t.Fatalf("a live lease was taken over: %v", err)
	}
	h.passes(a, "21 seconds")
	fresh, ok, err := h.generations.Lease(t.Context(), a, id.New())
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	if ok, _ := h.generations.Call(t.Context(), a, old.LeaseToken, 1, false); ok {
		t.Error("the old worker called")
	}
	if _, held, _ := h.generations.Checkpoint(t.Context(), a, old.LeaseToken, replies.Progress{Text: "old"}); held {
		t.Error("the old worker saved")
	}
	if ok := h.settle(old, ai.Outcome{Status: message.Completed, Text: "old"}); ok {
		t.Error("the old worker settled")
	}
	if ok, err := h.generations.Call(t.Context(), a, fresh.LeaseToken, 1, false); !ok || err != nil {
		t.Fatal(err)
	}
	if ok, _ := h.generations.Call(t.Context(), a, fresh.LeaseToken, 1, false); ok {
		t.Error("called twice")
	}
}

// passes moves an attempt's clock back, as if so much time had gone by.
func (h *house) passes(a id.ID, interval string) {
	h.Helper()
	if _, err := h.db.Exec(h.Context(), `UPDATE ai_generations SET lease_until = lease_until - $2::text::interval, created_at = created_at - $2::text::interval,
		requeued_at = requeued_at - $2::text::interval, provider_called_at = provider_called_at - $2::text::interval WHERE id = $1`, a, interval); err != nil {
		h.Fatal(err)
	}
}

func TestWhatNobodyHoldsIsRevivedOnceAndThenEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, answer := h.asks(h.master, "hello")
	a := h.generation(answer.ID)
	attend := func(want ai.Verdict) []outbox.Row {
		t.Helper()
		h.queues.take()
		verdict, err := h.reaper.Reap(t.Context(), a)
		if err != nil || verdict != want {
			t.Fatalf("verdict %v, want %v (%v)", verdict, want, err)
		}
		return h.queues.take()
	}
	attend(ai.LookAgain)
	if _, ok, err := h.generations.Lease(t.Context(), a, id.New()); !ok || err != nil {
		t.Fatal(ok, err)
	}
	attend(ai.LookAgain)
	h.passes(a, "21 seconds")
	if owed := attend(ai.Requeue); len(owed) != 1 || owed[0].Queue != outbox.AIReplies {
		t.Fatal(owed)
	}
	var requeued bool
	if err := h.db.QueryRow(t.Context(), `SELECT requeued_at IS NOT NULL FROM ai_generations`).Scan(&requeued); err != nil || !requeued {
		t.Fatal(err)
	}
	attend(ai.LookAgain)
	if _, ok, err := h.generations.Lease(t.Context(), a, id.New()); !ok || err != nil {
		t.Fatal(ok, err)
	}
	h.passes(a, "21 seconds")
	attend(ai.End)
	m := h.message(answer.ID)
	if m.Status != message.Failed || m.Reply.ErrorCode != ai.NotStarted || *m.Reply.ChargedTokens != 0 {
		t.Fatalf("%+v %+v", m, m.Reply)
	}
	attend(ai.Settled)
	h.dense()
}

func TestALostWorkerKeepsItsTextAndChargesIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, answer := h.asks(h.master, "hello")
	g := h.calls(answer.ID, 7)
	a := g.ID
	if _, held, err := h.generations.Checkpoint(t.Context(), a, g.LeaseToken, replies.Progress{Text: "so far"}); !held || err != nil {
		t.Fatal(err)
	}
	m := h.message(answer.ID)
	if m.Status != message.Streaming || m.Content != "so far" || m.Reply.ContentAttempt != 1 {
		t.Fatalf("%+v", m)
	}
	h.passes(a, "21 seconds")
	if verdict, err := h.reaper.Reap(t.Context(), a); verdict != ai.End || err != nil {
		t.Fatal(verdict, err)
	}
	m = h.message(answer.ID)
	if m.Status != message.Failed || m.Reply.ErrorCode != ai.WorkerLost || m.Content != "so far" || *m.Reply.ChargedTokens <= 7 {
		t.Fatalf("%+v %+v", m, m.Reply)
	}
}
