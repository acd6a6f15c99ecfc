package service

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/fanout"
	"github.com/yoriai/yoriai/shared/usecase/handover"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// Rooms is the use case about rooms. The catalogue is nil where no model is chosen.
func (s *Services) Rooms(c rooms.Catalogue) rooms.Rooms {
	return rooms.Rooms{Store: s.Store, Memberships: s.memberships(), HandOver: s.Relay(), Catalogue: c, StopHint: s.stopHint}
}

// Messages is the use case about messages. The catalogue is nil where no model is asked.
func (s *Services) Messages(c rooms.Catalogue) messages.Messages {
	return messages.Messages{Store: s.Store, HandOver: s.Relay(), Catalogue: c, StopHint: s.stopHint}
}

// Replies is the use case about answers. The catalogue is nil where no model is asked.
func (s *Services) Replies(c rooms.Catalogue) replies.Replies {
	return replies.Replies{Store: s.Store, HandOver: s.Relay(), Catalogue: c, StopHint: s.stopHint}
}

// Relay gives what a transaction owes to the queues.
func (s *Services) Relay() handover.HandOver {
	return handover.HandOver{Queues: s.Queues, Store: s.Store, Activity: s.Activity}
}

// Reaper ends or revives answers that nobody works on.
func (s *Services) Reaper() replies.Undertaker {
	return replies.Undertaker{Store: s.Store, HandOver: s.Relay()}
}

// Sweeper finds what was left behind.
func (s *Services) Sweeper() replies.Sweeper {
	return replies.Sweeper{Store: s.Store, Undertaker: s.Reaper(), HandOver: s.Relay()}
}

// FanOut pushes events.
func (s *Services) FanOut() fanout.FanOut {
	return fanout.FanOut{Store: s.Store, Heads: dynamodb.Heads{Table: s.Table}, Memberships: s.memberships(),
		Connections: dynamodb.Connections{Table: s.Table}, Hub: s.AWS.Hub(), Frames: wire.Frames{}}
}

// Running finds the text of a reply that is being written.
func (s *Services) Running(ctx context.Context, a ai.Attempt) (string, bool) {
	attempt, text, found := redis.NewStreamText(s.Redis).Get(ctx, a.MessageID)
	return text, found && attempt == a.Number
}

// Sweep is the sweeper's run.
func (s *Services) Sweep(ctx context.Context) (map[string]any, error) {
	looked, err := s.Sweeper().Sweep(ctx, time.Now())
	return map[string]any{"looked": looked}, err
}

func (s *Services) memberships() dynamodb.Memberships { return dynamodb.Memberships{Table: s.Table} }

func (s *Services) stopHint(ctx context.Context, attempts []ai.Attempt) {
	hint := redis.NewStopHint(s.Redis)
	for _, a := range attempts {
		hint.Publish(ctx, a.MessageID)
	}
}
