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
	again := replies.Regenerate{RoomID: h.room, QuestionID: question.ID, Person: h.master, Model: model}
	key := h.key(h.master, "regenerateReply", "")
	m, created, _, err := h.Regenerate(t.Context(), again, key)
	if err != nil || !created || m.ID != answer.ID || m.Sequence != answer.Sequence || m.Status != message.Pending || m.Content != "first" || m.Reply.Attempt != 2 || m.Reply.ContentAttempt != 1 {
		t.Fatalf("%+v %+v %v", m, m.Reply, err)
	}
	if _, created, _, err := h.Regenerate(t.Context(), again, key); err != nil || created {
		t.Fatalf("the same key again: %v %v", created, err)
	}
	if _, _, _, err := h.Regenerate(t.Context(), again, h.key(h.master, "regenerateReply", "")); !fault.Is(err, fault.GenerationRunning) {
		t.Fatalf("while one runs: %v", err)
	}
	h.works(m, ai.Outcome{Status: message.Failed, ErrorCode: "overloaded"})
	m, err = h.Message(t.Context(), h.room, h.master, answer.ID)
	if err != nil || m.Status != message.Failed || m.Content != "first" || m.Reply.ErrorCode != "overloaded" || *m.Reply.ChargedTokens != 0 {
		t.Fatalf("%+v %+v %v", m, m.Reply, err)
	}
	list, err := h.Attempts(t.Context(), h.room, h.master, question.ID)
	if err != nil || len(list) != 2 || list[0].Text != "first" || list[1].Status != message.Failed {
		t.Fatalf("%+v %v", list, err)
	}
	h.dense()
}

func TestDeletingEitherOfThePairStopsTheAnswerAndTakesItsTexts(t *testing.T) {
	t.Parallel()
	for _, which := range []string{"question", "answer"} {
		h := newHouse(t)
		question, answer := h.asks(h.master, "hello")
		a := ai.Attempt{MessageID: answer.ID, Number: 1}
		g, _, err := h.Lease(t.Context(), a, id.New())
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := h.Call(t.Context(), a, g.LeaseToken, 5); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if _, held, err := h.Checkpoint(t.Context(), a, g.LeaseToken, "secret"); !held || err != nil {
			t.Fatal(held, err)
		}
		target := question.ID
		if which == "answer" {
			target = answer.ID
		}
		stopped, _, err := h.Delete(t.Context(), h.room, h.master, target)
		if err != nil || len(stopped) != 1 {
			t.Fatal(stopped, err)
		}
		if stop, held, err := h.Checkpoint(t.Context(), a, g.LeaseToken, "secret more"); !stop || !held || err != nil {
			t.Fatal(stop, held, err)
		}
		if ok, _, err := h.Settle(t.Context(), g, ai.Outcome{Status: message.Cancelled, Text: "secret more"}); !ok || err != nil {
			t.Fatal(ok, err)
		}
		var texts string
		if err := h.db.QueryRow(t.Context(), `SELECT string_agg(partial_text, '') || (SELECT content FROM messages WHERE id = $1) FROM ai_generations`, answer.ID).Scan(&texts); err != nil || texts != "" {
			t.Fatalf("%s deleted, but its text stays: %q %v", which, texts, err)
		}
		if _, err := h.Attempts(t.Context(), h.room, h.master, question.ID); !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		h.dense()
	}
}

func TestALostLeaseChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, answer := h.asks(h.master, "hello")
	a := ai.Attempt{MessageID: answer.ID, Number: 1}
	old, _, err := h.Lease(t.Context(), a, id.New())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := h.Lease(t.Context(), a, id.New()); ok || err != nil {
		t.Fatalf("a live lease was taken over: %v", err)
	}
	h.passes(a, "21 seconds")
	fresh, ok, err := h.Lease(t.Context(), a, id.New())
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	if ok, _ := h.Call(t.Context(), a, old.LeaseToken, 1); ok {
		t.Error("the old worker called")
	}
	if _, held, _ := h.Checkpoint(t.Context(), a, old.LeaseToken, "old"); held {
		t.Error("the old worker saved")
	}
	if ok, _, _ := h.Settle(t.Context(), old, ai.Outcome{Status: message.Completed, Text: "old"}); ok {
		t.Error("the old worker settled")
	}
	if ok, err := h.Call(t.Context(), a, fresh.LeaseToken, 1); !ok || err != nil {
		t.Fatal(err)
	}
	if ok, _ := h.Call(t.Context(), a, fresh.LeaseToken, 1); ok {
		t.Error("called twice")
	}
}

// passes moves an attempt's clock back, as if so much time had gone by.
func (h *house) passes(a ai.Attempt, interval string) {
	h.Helper()
	if _, err := h.db.Exec(h.Context(), `UPDATE ai_generations SET lease_until = lease_until - $3::text::interval, created_at = created_at - $3::text::interval,
		requeued_at = requeued_at - $3::text::interval, provider_called_at = provider_called_at - $3::text::interval WHERE message_id = $1 AND attempt = $2`, a.MessageID, a.Number, interval); err != nil {
		h.Fatal(err)
	}
}

func TestWhatNobodyHoldsIsRevivedOnceAndThenEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, answer := h.asks(h.master, "hello")
	a := ai.Attempt{MessageID: answer.ID, Number: 1}
	attend := func(want ai.Verdict) []outbox.Row {
		t.Helper()
		verdict, owed, err := h.Attend(t.Context(), a)
		if err != nil || verdict != want {
			t.Fatalf("verdict %v, want %v (%v)", verdict, want, err)
		}
		return owed
	}
	attend(ai.LookAgain)
	if _, ok, err := h.Lease(t.Context(), a, id.New()); !ok || err != nil {
		t.Fatal(ok, err)
	}
	attend(ai.LookAgain)
	h.passes(a, "21 seconds")
	if owed := attend(ai.Requeue); len(owed) > 0 && owed[0].Queue != outbox.AIReplies {
		t.Fatal(owed)
	}
	var requeued bool
	if err := h.db.QueryRow(t.Context(), `SELECT requeued_at IS NOT NULL FROM ai_generations`).Scan(&requeued); err != nil || !requeued {
		t.Fatal(err)
	}
	attend(ai.LookAgain)
	if _, ok, err := h.Lease(t.Context(), a, id.New()); !ok || err != nil {
		t.Fatal(ok, err)
	}
	h.passes(a, "21 seconds")
	attend(ai.End)
	m, err := h.Message(t.Context(), h.room, h.master, answer.ID)
	if err != nil || m.Status != message.Failed || m.Reply.ErrorCode != ai.NotStarted || *m.Reply.ChargedTokens != 0 {
		t.Fatalf("%+v %+v %v", m, m.Reply, err)
	}
	attend(ai.Settled)
	h.dense()
}

func TestALostWorkerKeepsItsTextAndChargesIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, answer := h.asks(h.master, "hello")
	a := ai.Attempt{MessageID: answer.ID, Number: 1}
	g, _, err := h.Lease(t.Context(), a, id.New())
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := h.Call(t.Context(), a, g.LeaseToken, 7); !ok || err != nil {
		t.Fatal(err)
	}
	if _, held, err := h.Checkpoint(t.Context(), a, g.LeaseToken, "so far"); !held || err != nil {
		t.Fatal(err)
	}
	m, err := h.Message(t.Context(), h.room, h.master, answer.ID)
	if err != nil || m.Status != message.Streaming || m.Content != "so far" || m.Reply.ContentAttempt != 1 {
		t.Fatalf("%+v %v", m, err)
	}
	h.passes(a, "21 seconds")
	if verdict, _, err := h.Attend(t.Context(), a); verdict != ai.End || err != nil {
		t.Fatal(verdict, err)
	}
	m, err = h.Message(t.Context(), h.room, h.master, answer.ID)
	if err != nil || m.Status != message.Failed || m.Reply.ErrorCode != ai.WorkerLost || m.Content != "so far" || *m.Reply.ChargedTokens <= 7 {
		t.Fatalf("%+v %+v %v", m, m.Reply, err)
	}
}
