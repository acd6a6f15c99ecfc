package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
)

func TestAQuestionAndItsAnswerStandTogether(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	question, answer := h.asks(h.master, "hello")
	if answer.Answers != question.ID || answer.Sequence != question.Sequence+1 || answer.ID.Place() != question.ID.Place().After() {
		t.Fatalf("question %+v answer %+v", question, answer)
	}
	if answer.Status != message.Pending || answer.Reply.Attempt != 1 {
		t.Fatalf("answer %+v", answer)
	}
	h.works(answer, ai.Outcome{Status: message.Completed, Text: "hi", Usage: &ai.Usage{InputTokens: 10, OutputTokens: 2}})
	page, err := h.messages.List(t.Context(), messages.Query{RoomID: h.room, Person: h.master, Limit: 10})
	if err != nil || len(page.Messages) != 2 {
		t.Fatalf("%+v %v", page, err)
	}
	got := page.Messages[0]
	if got.Content != "hi" || got.Status != message.Completed || *got.Reply.ChargedTokens != 18 || got.Reply.ContentAttempt != 1 || page.RoomEvent != got.Event {
		t.Fatalf("%+v %+v", got, got.Reply)
	}
	h.dense()
}

func TestEightEqualSendsMakeOneMessage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cmd, key := h.wish(h.master, "once")
	cmd.Ask = &messages.Ask{}
	var wait sync.WaitGroup
	ids := make([]id.ID, 8)
	made := make([]bool, 8)
	for i := range 8 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			sent, err := h.messages.Send(context.Background(), cmd, key)
			if err != nil {
				t.Error(err)
				return
			}
			ids[i], made[i] = sent.AIMessage.ID, sent.Created
		}()
	}
	wait.Wait()
	count := 0
	for i := range 8 {
		if ids[i] != ids[0] || ids[0].IsZero() {
			t.Fatalf("answers differ: %v", ids)
		}
		if made[i] {
			count++
		}
	}
	if count != 1 {
		t.Fatalf("%d sends created", count)
	}
	key.RequestHash[0]++
	if _, err := h.messages.Send(t.Context(), cmd, key); !fault.Is(err, fault.IdempotencyMismatch) {
		t.Fatalf("another body under the same key: %v", err)
	}
	h.dense()
}

func TestEightPeopleAtOnceKeepTheOrderDense(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var wait sync.WaitGroup
	for i := range 8 {
		person := h.joins(fmt.Sprintf("person-%d", i), room.Member)
		wait.Add(1)
		go func() {
			defer wait.Done()
			for n := range 20 {
				cmd, key := h.wish(person, fmt.Sprintf("message %d", n))
				if n == 7 {
					cmd.Ask = &messages.Ask{}
				}
				if _, err := h.messages.Send(context.Background(), cmd, key); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	wait.Wait()
	h.dense()
}

func TestRightsAndTheOrderOfChecks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	reader, guest, stranger := h.joins("reader", room.Reader), h.joins("guest", room.Guest), h.person("stranger")
	send := func(person id.ID, ask bool, refusal error) error {
		cmd, key := h.wish(person, "x")
		cmd.Refusal = refusal
		if ask {
			cmd.Ask = &messages.Ask{}
		}
		_, err := h.messages.Send(t.Context(), cmd, key)
		return err
	}
	bad := fault.Invalid("content", "bad")
	for name, c := range map[string]struct {
		got  error
		want fault.Code
	}{
		"a stranger's bad text": {send(stranger, false, bad), fault.NotFound},
		"a reader's bad text":   {send(reader, false, bad), fault.Forbidden},
		"a guest asks the AI":   {send(guest, true, nil), fault.Forbidden},
		"a guest's bad text":    {send(guest, false, bad), fault.ValidationFailed},
		"a guest speaks":        {send(guest, false, nil), ""},
	} {
		if fault.CodeOf(c.got) != c.want {
			t.Errorf("%s: got %v, want %s", name, c.got, c.want)
		}
	}
	m := h.says(h.master, "mine")
	theirs := "theirs"
	if _, err := h.messages.Edit(t.Context(), messages.Edit{RoomID: h.room, MessageID: m.ID, Person: guest, Content: &theirs}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a guest edits the master's message: %v", err)
	}
	if err := h.messages.Delete(t.Context(), h.room, guest, m.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a guest deletes the master's message: %v", err)
	}
	if _, err := h.messages.Get(t.Context(), h.room, stranger, m.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger reads: %v", err)
	}
	h.dense()
}

func TestThreeUnfinishedAnswersAreEnough(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 3 {
		h.asks(h.master, "more")
	}
	cmd, key := h.wish(h.master, "too much")
	cmd.Ask = &messages.Ask{}
	if _, err := h.messages.Send(t.Context(), cmd, key); !fault.Is(err, fault.GenerationRunning) {
		t.Fatal(err)
	}
	var rows int
	if err := h.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM idempotency_keys WHERE operation = 'sendMessage')`).Scan(&rows); err != nil || rows != 9 {
		t.Fatalf("something of the refused send was stored: %d %v", rows, err)
	}
}
