package replies_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/broadcast"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// world is the reply path on real PostgreSQL, with queues, a model and time in the test's hand.
type world struct {
	*testing.T
	db     *pgxpool.Pool
	queues *queues
	sends  outbox.Queues // the queues, unless another takes their place
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

// SetClean holds to its condition as the table does: what was raised since is not called clean.
func (a *activity) SetClean(_ context.Context, at, ifRaised time.Time) (bool, error) {
	if !a.raised.Equal(ifRaised) {
		return false, nil
	}
	a.clean = at
	return true, nil
}

// fakeModel answers with its words and counts calls by request, as a provider's bill would.
type fakeModel struct {
	mu      sync.Mutex
	calls   map[string]int
	prompts [][]ai.Line
	// thinks are signs that come before the words; silent after them, until it is cancelled.
	thinks []ai.Thinking
	silent bool
	asked  []ai.Request
	words  []string
	pause  time.Duration
	fail   error
	ends   ai.FinishReason // stop unless told
	// answers, where it is there, makes the words from what was sent.
	answers func(r ai.Request) []string
}

func (m *fakeModel) finish() ai.FinishReason {
	if m.ends == "" {
		return ai.Stop
	}
	return m.ends
}

func (m *fakeModel) Stream(ctx context.Context, r ai.Request) iter.Seq2[ai.Chunk, error] {
	return func(yield func(ai.Chunk, error) bool) {
		m.mu.Lock()
		m.calls[r.RequestID]++
		m.prompts = append(m.prompts, r.Lines)
		m.asked = append(m.asked, r)
		words, fail := m.words, m.fail
		if m.answers != nil {
			words = m.answers(r)
		}
		m.mu.Unlock()
		for _, sign := range m.thinks {
			if !yield(ai.Chunk{Thinking: &sign}, nil) {
				return
			}
		}
		if m.silent {
			<-ctx.Done()
			yield(ai.Chunk{}, &ai.Failure{Code: "cancelled", Cause: ctx.Err()})
			return
		}
		for _, w := range words {
			select {
			case <-ctx.Done():
				yield(ai.Chunk{}, &ai.Failure{Code: "cancelled", Cause: ctx.Err()})
				return
			case <-time.After(m.pause):
			}
			if !yield(ai.Chunk{Text: w}, nil) {
				return
			}
		}
		if fail != nil {
			yield(ai.Chunk{}, fail)
			return
		}
		_ = yield(ai.Chunk{Usage: &ai.Usage{InputTokens: 10, OutputTokens: int64(len(words))}}, nil) && yield(ai.Chunk{Finish: m.finish()}, nil)
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
func (silence) Publish(context.Context, id.ID)                          {}
func (silence) Get(context.Context, id.ID) (int, string, bool)          { return 0, "", false }
func (silence) Subscribe(context.Context, id.ID) (<-chan struct{}, func()) {
	return make(chan struct{}), func() {}
}

var scripted = ai.Model{ID: "m", Provider: "p", ContextWindow: 8192, MaxOutputTokens: 1000, Weights: ai.NewWeights(1_000_000, 1_000_000), Configured: true, Available: true}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := pgtest.New(t)
	w := &world{T: t, db: db, queues: &queues{}, aki: id.New(),
		model: &fakeModel{calls: map[string]int{}, words: []string{"one ", "two ", "three"}}}
	w.sends = w.queues
	if _, err := db.Exec(t.Context(), `INSERT INTO users (id, username, email, display_name) VALUES ($1, 'aki', 'aki@example.com', 'Aki')`, w.aki); err != nil {
		t.Fatal(err)
	}
	pgtest.Fund(t, db, w.aki, 1_000_000)
	r := rooms.Rooms{Store: postgres.Rooms{DB: db}, Runner: w.runner(), Memberships: projection{}, Catalogue: catalogue{}, Hint: silence{}}
	mine, _, err := r.Create(t.Context(), rooms.Create{Maker: w.aki, Name: "room"}, w.key("createRoom"))
	if err != nil {
		t.Fatal(err)
	}
	w.room = mine.ID
	return w
}

// catalogue lists the one model.
type catalogue struct{}

func (catalogue) Models(context.Context) ([]ai.Model, error) {
	return []ai.Model{scripted, thinker}, nil
}

// thinker takes two efforts; thinking is paid for.
var thinker = ai.Model{ID: "thinker", Provider: "p", ContextWindow: 200_000, MaxOutputTokens: 20_000, Weights: ai.NewWeights(1_000_000, 1_000_000), Configured: true, Available: true,
	Reasoning: ai.Reasoning{Mode: ai.MayThink, Efforts: []room.Effort{room.NoEffort, room.HighEffort}, Usual: room.HighEffort,
		Allowances: map[room.Effort]int64{room.HighEffort: 8000}}}

// projection stands where DynamoDB would; nothing here reads it.
type projection struct{ realtime.Memberships }

func (projection) Raise(context.Context, ...realtime.Membership) error { return nil }

func (w *world) key(operation string) change.Key {
	return change.NewKey(w.aki, operation, id.New(), nil, nil)
}

func (w *world) runner() transact.Runner {
	return transact.Runner{Store: postgres.Changes{DB: w.db}, Relay: transact.Relay{Queues: w.sends, Store: postgres.Outbox{DB: w.db}, Activity: &activity{}}}
}

func (w *world) messages() messages.Messages {
	return messages.Messages{Store: postgres.Messages{DB: w.db}, Runner: w.runner(), Catalogue: catalogue{}, Running: silence{}, Hint: silence{}}
}

func (w *world) replies() replies.Replies {
	return replies.Replies{Store: postgres.Generations{DB: w.db}, Runner: w.runner(), Catalogue: catalogue{}, Hint: silence{}}
}

func (w *world) asks(text string) (question, answer message.Message) {
	w.Helper()
	cmd := messages.Send{RoomID: w.room, Sender: w.aki, ClientMessageID: id.New(), Content: text, Ask: &messages.Ask{}}
	sent, err := w.messages().Send(w.Context(), cmd, w.key("sendMessage"))
	if err != nil {
		w.Fatal(err)
	}
	return sent.Message, *sent.AIMessage
}

// newest is the generation that writes an answer now.
func (w *world) newest(answer id.ID) (generation id.ID) {
	w.Helper()
	if err := w.db.QueryRow(w.Context(), `SELECT id FROM ai_generations WHERE message_id = $1 ORDER BY attempt DESC LIMIT 1`, answer).Scan(&generation); err != nil {
		w.Fatal(err)
	}
	return generation
}

func (w *world) worker(hook func(step string)) replies.Worker {
	return replies.Worker{Store: postgres.Generations{DB: w.db}, LLM: w.model, Broadcast: silence{}, Stops: silence{}, Running: silence{}, Runner: w.runner(),
		Reaper: w.reaper(), Catalogue: catalogue{}, Pace: replies.Pace{Checkpoint: 10 * time.Millisecond}, Hook: hook}
}

func (w *world) reaper() replies.Reaper {
	return replies.Reaper{Store: postgres.Generations{DB: w.db}, Runner: w.runner()}
}

// works runs a worker to its end.
func (w *world) works(generation id.ID) {
	w.Helper()
	if err := w.worker(nil).Reply(w.Context(), generation); err != nil {
		w.Fatalf("worker: %v", err)
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
			if rows[i].Queue == outbox.AIReplies {
				w.works(job.GenerationID)
				continue
			}
			if err := w.reaper().Watch(w.Context(), job.GenerationID); err != nil {
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
	m, err := w.messages().Get(w.Context(), w.room, w.aki, v)
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
