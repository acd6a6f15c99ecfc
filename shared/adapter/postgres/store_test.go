package postgres_test

import (
	"context"
	"fmt"
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
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
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
