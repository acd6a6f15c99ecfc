package replies_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/idempotency"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/usecase/broadcast"
	"github.com/yoriai/yoriai/shared/usecase/handover"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// world is the reply path on real PostgreSQL, with queues, a model and time in the test's hand.
type world struct {
	*testing.T
	store  *postgres.Store
	db     *pgxpool.Pool
	queues *queues
	model  *fakeModel
	room   id.ID
	aki    id.ID
}

// queues keep what was sent until the test delivers it, and may lose a queue's messages.
type queues struct {
	mu   sync.Mutex
	rows []outbox.Row
	lose outbox.Queue
}

func (q *queues) Send(_ context.Context, rows []outbox.Row) (taken []id.ID, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range rows {
		taken = append(taken, r.ID)
		if r.Queue != q.lose {
			q.rows = append(q.rows, r)
		}
	}
	return taken, nil
}

func (q *queues) take() []outbox.Row {
	q.mu.Lock()
	defer q.mu.Unlock()
	rows := q.rows
	q.rows = nil
	return rows
}

type activity struct{ raised, clean time.Time }

func (a *activity) Raise(context.Context) error                        { return nil }
func (a *activity) Read(context.Context) (time.Time, time.Time, error) { return a.raised, a.clean, nil }
func (a *activity) SetClean(_ context.Context, at, _ time.Time) (bool, error) {
	a.clean = at
	return true, nil
}

// fakeModel answers with its words and counts calls by request, as a provider's bill would.
type fakeModel struct {
	mu      sync.Mutex
	calls   map[string]int
	prompts [][]ai.Line
	words   []string
	pause   time.Duration
	fail    error
}

func (m *fakeModel) Stream(ctx context.Context, r ai.Request) iter.Seq2[ai.Piece, error] {
	return func(yield func(ai.Piece, error) bool) {
		m.mu.Lock()
		m.calls[r.RequestID]++
		m.prompts = append(m.prompts, r.Lines)
		words, fail := m.words, m.fail
		m.mu.Unlock()
		for _, w := range words {
			select {
			case <-ctx.Done():
				yield(ai.Piece{}, &ai.Failure{Code: "cancelled", Cause: ctx.Err()})
				return
			case <-time.After(m.pause):
			}
			if !yield(ai.Piece{Text: w}, nil) {
				return
			}
		}
		if fail != nil {
			yield(ai.Piece{}, fail)
			return
		}
		_ = yield(ai.Piece{Usage: &ai.Usage{InputTokens: 10, OutputTokens: int64(len(words))}}, nil) && yield(ai.Piece{Finished: true}, nil)
	}
}

func (m *fakeModel) EstimateTokens(context.Context, ai.Request) ([]int, error) {
	return nil, errors.New("not here")
}

func (m *fakeModel) Models(context.Context) ([]ai.Model, error) { return nil, nil }

type silence struct{}

func (silence) Open(context.Context, ai.Generation) broadcast.Broadcast { return silence{} }
func (silence) Send(int, string)                                        {}
func (silence) Think(time.Duration, int64, string)                      {}
func (silence) Close()                                                  {}
func (silence) Set(context.Context, id.ID, int, string)                 {}
func (silence) Subscribe(context.Context, id.ID) (<-chan struct{}, func()) {
	return make(chan struct{}), func() {}
}

var scripted = ai.Model{ID: "m", Provider: "p", ContextWindow: 8192, MaxOutputTokens: 1000, Weights: ai.Weights{Input: 1_000_000, Output: 1_000_000}, Available: true}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := pgtest.New(t)
	w := &world{T: t, db: db, store: postgres.New(db, postgres.AllowAll{}), queues: &queues{}, aki: id.New(),
		model: &fakeModel{calls: map[string]int{}, words: []string{"one ", "two ", "three"}}}
	if _, err := db.Exec(t.Context(), `INSERT INTO users (id, username, email, display_name) VALUES ($1, 'aki', 'aki@example.com', 'Aki')`, w.aki); err != nil {
		t.Fatal(err)
	}
	mine, _, _, err := w.store.CreateRoom(t.Context(), rooms.Create{Maker: w.aki, Name: "room"}, w.key("createRoom"))
	if err != nil {
		t.Fatal(err)
	}
	w.room = mine.ID
	return w
}

func (w *world) key(operation string) idempotency.Key {
	return idempotency.NewKey(w.aki, operation, id.New(), nil, nil)
}

func (w *world) handOver() handover.HandOver {
	return handover.HandOver{Queues: w.queues, Store: w.store, Activity: &activity{}}
}

func (w *world) asks(text string) (question, answer message.Message) {
	w.Helper()
	cmd := messages.Send{RoomID: w.room, Sender: w.aki, ClientMessageID: id.New(), Content: text, Ask: &scripted}
	sent, owed, err := w.store.Send(w.Context(), cmd, w.key("sendMessage"))
	if err != nil {
		w.Fatal(err)
	}
	w.handOver().Deliver(w.Context(), owed)
	return sent.Message, *sent.AIMessage
}

func (w *world) worker(hook func(step string)) replies.Worker {
	return replies.Worker{Store: w.store, LLM: w.model, Live: silence{}, Stops: silence{}, Running: silence{}, HandOver: w.handOver(),
		Undertaker: w.undertaker(), Pace: replies.Pace{Checkpoint: 10 * time.Millisecond}, Hook: hook}
}

func (w *world) undertaker() replies.Undertaker {
	return replies.Undertaker{Store: w.store, HandOver: w.handOver()}
}

// works runs a worker in a goroutine that dies at a step, as kill -9 would: nothing after it happens, and its lease is
// not renewed any more.
func (w *world) works(a ai.Attempt, dieAt string) {
	w.Helper()
	ctx, cancel := context.WithCancel(w.Context())
	defer cancel()
	done := make(chan error, 1)
	died := make(chan struct{})
	go func() {
		defer close(died)
		done <- w.worker(func(step string) {
			if step == dieAt {
				cancel()
				runtime.Goexit()
			}
		}).Reply(ctx, a)
	}()
	<-died
	select {
	case err := <-done:
		if err != nil {
			w.Fatalf("worker: %v", err)
		}
	default:
		if dieAt == "" {
			w.Fatal("the worker died by itself")
		}
	}
}

// deliver gives every waiting queue message to its consumer, each one twice, newest first.
func (w *world) deliver() {
	w.Helper()
	rows := w.queues.take()
	for i := len(rows) - 1; i >= 0; i-- {
		for range 2 {
			var job outbox.Job
			if rows[i].Queue == outbox.FanOut {
				continue
			}
			if err := json.Unmarshal([]byte(rows[i].Body), &job); err != nil {
				w.Fatal(err)
			}
			a := ai.Attempt{MessageID: job.MessageID, Number: job.Attempt}
			if rows[i].Queue == outbox.AIReplies {
				w.works(a, "")
				continue
			}
			if err := w.undertaker().Watch(w.Context(), a); err != nil {
				w.Fatal(err)
			}
		}
	}
}

// passes lets time go by for every open attempt.
func (w *world) passes(d time.Duration) {
	w.Helper()
	if _, err := w.db.Exec(w.Context(), `UPDATE ai_generations SET lease_until = lease_until - make_interval(secs => $1), created_at = created_at - make_interval(secs => $1),
		requeued_at = requeued_at - make_interval(secs => $1), provider_called_at = provider_called_at - make_interval(secs => $1)
		WHERE status IN ('pending', 'streaming')`, d.Seconds()); err != nil {
		w.Fatal(err)
	}
}

func (w *world) message(v id.ID) message.Message {
	w.Helper()
	m, err := w.store.Message(w.Context(), w.room, w.aki, v)
	if err != nil {
		w.Fatal(err)
	}
	return m
}

// sound proves the rules that hold whatever happened.
func (w *world) sound(answer id.ID) {
	w.Helper()
	m := w.message(answer)
	if m.Status.Open() {
		w.Errorf("the answer never ended: %+v", m)
	}
	for request, n := range w.model.calls {
		if n > 1 {
			w.Errorf("the provider was called %d times for %s", n, request)
		}
	}
	var bad int
	if err := w.db.QueryRow(w.Context(), `WITH m AS (SELECT sequence, row_number() OVER (ORDER BY id) AS place FROM messages),
		e AS (SELECT event, row_number() OVER (ORDER BY event) AS place FROM room_events)
		SELECT (SELECT count(*) FROM m WHERE sequence <> place) + (SELECT count(*) FROM e WHERE event <> place)
		+ (SELECT count(*) FROM ai_generations WHERE charged_tokens IS NULL OR charged_tokens > hold)`).Scan(&bad); err != nil || bad != 0 {
		w.Errorf("%d rows are out of order or unsettled (%v)", bad, err)
	}
}
