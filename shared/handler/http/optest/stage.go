package optest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/apigateway"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/broadcast"
	"github.com/yoriai/yoriai/shared/usecase/fanout"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Stage is what runs behind the operations of a house: workers that write answers, and pushes to sockets that listen.
type Stage struct {
	*House
	Model   *Author
	hub     *apigateway.InProcess
	mu      sync.Mutex
	frames  map[string][]string
	sockets int
}

// Author is a model that answers with its words, and shows what it was sent.
type Author struct {
	Words []string
	// Between runs after each word.
	Between func()
	Asked   []ai.Request
}

var _ ai.LLM = (*Author)(nil)

// Stream implements ai.LLM.
func (a *Author) Stream(_ context.Context, r ai.Request) iter.Seq2[ai.Chunk, error] {
	return func(yield func(ai.Chunk, error) bool) {
		a.Asked = append(a.Asked, r)
		for _, w := range a.Words {
			if !yield(ai.Chunk{Text: w}, nil) {
				return
			}
			if a.Between != nil {
				a.Between()
			}
		}
		_ = yield(ai.Chunk{Usage: &ai.Usage{InputTokens: 10, OutputTokens: 5}}, nil) && yield(ai.Chunk{Finish: ai.Stop}, nil)
	}
}

// EstimateTokens implements ai.LLM: the worker's own estimate stands.
func (a *Author) EstimateTokens(context.Context, ai.Request) ([]int, error) {
	return nil, errors.New("this model counts nothing")
}

// Models implements ai.LLM.
func (a *Author) Models(context.Context) ([]ai.Model, error) { return []ai.Model{Model}, nil }

// Stage begins to keep what queues are given. It is asked for once.
func (h *House) Stage() *Stage {
	h.Queues.mu.Lock()
	h.Queues.keep = true
	h.Queues.mu.Unlock()
	return &Stage{House: h, Model: &Author{Words: []string{"well"}}, hub: apigateway.NewInProcess(), frames: map[string][]string{}}
}

// Listens opens a socket of somebody's that has a room on screen.
func (s *Stage) Listens(name string, person, roomID id.ID) {
	s.Helper()
	s.sockets++
	socket, connections := fmt.Sprint(name, s.sockets), dynamodb.Connections{Table: s.Table}
	if err := connections.Put(context.Background(), realtime.Connection{ID: socket, UserID: person, SessionID: id.New(), OpenedAt: time.Now(), SeenAt: time.Now()}); err != nil {
		s.Fatal(err)
	}
	if ok, err := connections.View(context.Background(), socket, roomID); err != nil || !ok {
		s.Fatal(ok, err)
	}
	s.hub.Listen(socket, func(frame []byte) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.frames[name] = append(s.frames[name], string(frame))
	})
}

// Heard is every frame that somebody's sockets were sent.
func (s *Stage) Heard(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.frames[name], "\n")
}

// Deliver gives every waiting message to its consumer, until none is left; watchdogs have nothing to do.
func (s *Stage) Deliver() {
	s.Helper()
	for rows := s.waiting(); len(rows) > 0; rows = s.waiting() {
		for _, r := range rows {
			if err := s.consume(r); err != nil {
				s.Fatal(err)
			}
		}
	}
}

func (s *Stage) waiting() []outbox.Row {
	s.Queues.mu.Lock()
	defer s.Queues.mu.Unlock()
	rows := s.Queues.kept
	s.Queues.kept = nil
	return rows
}

func (s *Stage) consume(r outbox.Row) error {
	switch r.Queue {
	case outbox.FanOut:
		var push outbox.Push
		if err := json.Unmarshal([]byte(r.Body), &push); err != nil {
			return err
		}
		return s.fanOut().Push(context.Background(), push)
	case outbox.AIReplies:
		var job outbox.Job
		if err := json.Unmarshal([]byte(r.Body), &job); err != nil {
			return err
		}
		return s.worker().Reply(context.Background(), job.GenerationID)
	case outbox.AIWatchdog, outbox.Payments, outbox.StripeCommands, outbox.Jobs: // nothing that a socket would hear of
	}
	return nil
}

// plenty is a budget of frames that no test reaches.
const plenty = 100_000

func (s *Stage) fanOut() fanout.FanOut {
	return fanout.FanOut{Store: postgres.Logs{DB: s.DB}, Heads: dynamodb.Heads{Table: s.Table}, Memberships: dynamodb.Memberships{Table: s.Table},
		Connections: dynamodb.Connections{Table: s.Table}, Denials: dynamodb.Denials{Table: s.Table}, Hub: s.hub,
		Budget: realtime.NewLocalBudget(plenty, time.Now), Frames: wire.Frames{}}
}

func (s *Stage) worker() replies.Worker {
	run := transact.Runner{Store: postgres.Changes{DB: s.DB}, Relay: transact.Relay{Queues: s.Queues, Store: postgres.Outbox{DB: s.DB}, Activity: dynamodb.NewActivity(s.Table)}}
	generations := postgres.Generations{DB: s.DB}
	return replies.Worker{Store: generations, LLM: s.Model, Catalogue: s.Catalogue, Stops: redis.NewStopHint(s.redis), Running: redis.NewStreamText(s.redis), Runner: run,
		Reaper: replies.Reaper{Store: generations, Runner: run}, Pace: replies.Pace{Checkpoint: 10 * time.Millisecond},
		Broadcast: broadcast.Broadcaster{Connections: dynamodb.Connections{Table: s.Table}, Memberships: dynamodb.Memberships{Table: s.Table}, Hub: s.hub,
			Frames: wire.Stream{}, Interval: 10 * time.Millisecond, Budget: realtime.NewLocalBudget(plenty, time.Now)}}
}
