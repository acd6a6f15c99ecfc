package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pg"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/idempotency"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// house is a database with people and a room of theirs.
type house struct {
	*testing.T
	*postgres.Store
	db     *pgxpool.Pool
	trace  *recorder
	master id.ID
	room   id.ID
}

var model = ai.Model{ID: "scripted", Provider: "scripted", ContextWindow: 8192, MaxOutputTokens: 4096, Weights: ai.Weights{Input: 1_000_000, Output: 4_000_000}, Available: true}

func newHouse(t *testing.T) *house {
	t.Helper()
	trace := &recorder{}
	db, err := pg.Open(t.Context(), pgtest.URL(t), pg.MaxConns(10), func(c *pgxpool.Config) { c.ConnConfig.Tracer = trace })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	h := &house{T: t, Store: postgres.New(db, postgres.AllowAll{}), db: db, trace: trace}
	h.master = h.person("aki")
	mine, created, _, err := h.CreateRoom(t.Context(), rooms.Create{Maker: h.master, Name: "Kyoto"}, h.key(h.master, "createRoom", "Kyoto"))
	if err != nil || !created {
		t.Fatalf("create: %v %v", created, err)
	}
	h.room = mine.ID
	return h
}

func (h *house) person(name string) id.ID {
	h.Helper()
	v := id.New()
	if _, err := h.db.Exec(h.Context(), `INSERT INTO users (id, username, email, display_name) VALUES ($1, $2, $3, $2)`, v, name, name+"@example.com"); err != nil {
		h.Fatal(err)
	}
	return v
}

func (h *house) joins(name string, role room.Role) id.ID {
	h.Helper()
	v := h.person(name)
	if _, _, err := h.Join(h.Context(), h.room, name, role); err != nil {
		h.Fatal(err)
	}
	return v
}

func (h *house) key(person id.ID, operation string, body any) idempotency.Key {
	return idempotency.NewKey(person, operation, id.New(), nil, body)
}

func (h *house) wish(person id.ID, text string) (messages.Send, idempotency.Key) {
	cmd := messages.Send{RoomID: h.room, Sender: person, ClientMessageID: id.New(), Content: text}
	return cmd, idempotency.NewKey(person, "sendMessage", cmd.ClientMessageID, []id.ID{h.room}, text)
}

func (h *house) says(person id.ID, text string) message.Message {
	h.Helper()
	cmd, key := h.wish(person, text)
	sent, _, err := h.Send(h.Context(), cmd, key)
	if err != nil {
		h.Fatal(err)
	}
	return sent.Message
}

func (h *house) asks(person id.ID, text string) (question, answer message.Message) {
	h.Helper()
	cmd, key := h.wish(person, text)
	cmd.Ask = &model
	sent, _, err := h.Send(h.Context(), cmd, key)
	if err != nil {
		h.Fatal(err)
	}
	return sent.Message, *sent.AIMessage
}

// works leases, calls and settles the newest attempt.
func (h *house) works(answer message.Message, o ai.Outcome) {
	h.Helper()
	a := ai.Attempt{MessageID: answer.ID, Number: answer.Reply.Attempt}
	g, ok, err := h.Lease(h.Context(), a, id.New())
	if err != nil || !ok {
		h.Fatalf("lease: %v %v", ok, err)
	}
	if ok, err := h.Call(h.Context(), a, g.LeaseToken, 10); err != nil || !ok {
		h.Fatalf("call: %v %v", ok, err)
	}
	if ok, _, err := h.Settle(h.Context(), g, o); err != nil || !ok {
		h.Fatalf("settle: %v %v", ok, err)
	}
}

// dense proves that neither sequence nor event has a hole or a double, and that ids rise with sequence.
func (h *house) dense() {
	h.Helper()
	var bad int
	err := h.db.QueryRow(h.Context(), `WITH m AS (SELECT sequence, id, row_number() OVER (ORDER BY id) AS place FROM messages WHERE room_id = $1 AND sequence IS NOT NULL),
		e AS (SELECT event, row_number() OVER (ORDER BY event) AS place FROM room_events WHERE room_id = $1)
		SELECT (SELECT count(*) FROM m WHERE sequence <> place) + (SELECT count(*) FROM e WHERE event <> place)
		+ (SELECT abs(s.sequence - (SELECT count(*) FROM m)) + abs(s.event - (SELECT count(*) FROM e)) FROM room_sequences s WHERE room_id = $1)`, h.room).Scan(&bad)
	if err != nil || bad != 0 {
		h.Fatalf("%d rows out of order (%v)", bad, err)
	}
}

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
	page, err := h.Messages(t.Context(), messages.Query{RoomID: h.room, Person: h.master, Limit: 10})
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
	cmd.Ask = &model
	var wait sync.WaitGroup
	ids := make([]id.ID, 8)
	made := make([]bool, 8)
	for i := range 8 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			sent, _, err := h.Send(context.Background(), cmd, key)
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
	if _, _, err := h.Send(t.Context(), cmd, key); !fault.Is(err, fault.IdempotencyMismatch) {
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
					cmd.Ask = &model
				}
				if _, _, err := h.Send(context.Background(), cmd, key); err != nil {
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
			cmd.Ask = &model
		}
		_, _, err := h.Send(t.Context(), cmd, key)
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
	if _, _, err := h.Edit(t.Context(), messages.Edit{RoomID: h.room, MessageID: m.ID, Person: guest, Content: &theirs}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a guest edits the master's message: %v", err)
	}
	if _, _, err := h.Delete(t.Context(), h.room, guest, m.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a guest deletes the master's message: %v", err)
	}
	if _, err := h.Message(t.Context(), h.room, stranger, m.ID); !fault.Is(err, fault.NotFound) {
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
	cmd.Ask = &model
	if _, _, err := h.Send(t.Context(), cmd, key); !fault.Is(err, fault.GenerationRunning) {
		t.Fatal(err)
	}
	var rows int
	if err := h.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM idempotency_keys WHERE operation = 'sendMessage')`).Scan(&rows); err != nil || rows != 9 {
		t.Fatalf("something of the refused send was stored: %d %v", rows, err)
	}
}

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

func TestPagesGoBothWaysAndAround(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var all []id.ID
	for i := range 25 {
		all = append(all, h.says(h.master, fmt.Sprint(i)).ID)
	}
	read := func(q messages.Query) (list []string, more bool) {
		t.Helper()
		q.RoomID, q.Person = h.room, h.master
		page, err := h.Messages(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Messages {
			list = append(list, m.Content)
		}
		return list, page.More
	}
	for name, c := range map[string]struct {
		q    messages.Query
		want string
		more bool
	}{
		"newest":  {messages.Query{Limit: 3}, "24 23 22", true},
		"before":  {messages.Query{Before: all[2], Limit: 5}, "1 0", false},
		"after":   {messages.Query{After: all[20], Limit: 3}, "21 22 23", true},
		"the end": {messages.Query{After: all[22], Limit: 3}, "23 24", false},
		"around":  {messages.Query{Around: all[10], Limit: 5}, "12 11 10 9 8", true},
		"exactly": {messages.Query{Before: all[3], Limit: 3}, "2 1 0", false},
	} {
		if list, more := read(c.q); strings.Join(list, " ") != c.want || more != c.more {
			t.Errorf("%s: %v %v", name, list, more)
		}
	}
}

func TestChangesTellEachEntityOnceAndResetWhatTheyCannot(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.says(h.master, "one")
	two := "two"
	if _, _, err := h.Edit(t.Context(), messages.Edit{RoomID: h.room, MessageID: m.ID, Person: h.master, Content: &two}); err != nil {
		t.Fatal(err)
	}
	mei := h.joins("mei", room.Member)
	if _, _, err := h.Remove(t.Context(), h.room, mei, h.master); err != nil {
		t.Fatal(err)
	}
	ch, err := h.RoomChanges(t.Context(), h.room, h.master, 1)
	if err != nil || len(ch.Messages) != 1 || ch.Messages[0].Content != "two" || len(ch.Removed) != 1 || len(ch.Members) != 0 || ch.LatestEvent != 5 || ch.HasMore || ch.Reset {
		t.Fatalf("%+v %v", ch, err)
	}
	if ch, _ := h.RoomChanges(t.Context(), h.room, h.master, 6); !ch.Reset {
		t.Error("a number from the future must reset")
	}
	if ch, _ := h.RoomChanges(t.Context(), h.room, h.master, 5); ch.Reset || ch.LatestEvent != 5 {
		t.Error("up to date must not reset")
	}
	if _, err := h.db.Exec(t.Context(), `DELETE FROM room_events WHERE event <= 3`); err != nil {
		t.Fatal(err)
	}
	if ch, _ := h.RoomChanges(t.Context(), h.room, h.master, 2); !ch.Reset {
		t.Error("a purged log must reset")
	}
	mine, err := h.MyChanges(t.Context(), mei, 0)
	if err != nil || len(mine.Left) != 1 || mine.LatestEvent != 2 {
		t.Fatalf("%+v %v", mine, err)
	}
	if _, err := h.RoomChanges(t.Context(), h.room, mei, 0); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestReadPositionsOnlyRise(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Member)
	one, two := h.says(h.master, "one"), h.says(h.master, "two")
	for _, c := range []struct {
		message id.ID
		unread  int64
	}{{one.ID, 1}, {two.ID, 0}, {one.ID, 0}} {
		mine, err := h.MarkRead(t.Context(), h.room, mei, c.message)
		if err != nil || mine.Unread() != c.unread {
			t.Fatalf("%d unread, want %d (%v)", mine.Unread(), c.unread, err)
		}
	}
	if _, err := h.MarkRead(t.Context(), h.room, mei, id.New()); !fault.Is(err, fault.ValidationFailed) {
		t.Fatal(err)
	}
}
