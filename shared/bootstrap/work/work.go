// Package work builds what consumers of queues and schedules need.
package work

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/hub"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pg"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/fanout"
	"github.com/yoriai/yoriai/shared/usecase/live"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

// What ends or revives a generation, and what pushes events.
var (
	Settling = []environment.Need{environment.Postgres, environment.Redis, environment.Table, environment.FanOut, environment.AIReplies, environment.AIWatchdog}
	Replying = append([]environment.Need{environment.Gateway, environment.Connections}, Settling...)
	Fanning  = []environment.Need{environment.Postgres, environment.Redis, environment.Table, environment.Connections}
)

// Start is the main of a consumer: what it needs, and its handler.
func Start(needs []environment.Need, handler func(p *chat.Parts) any, options ...pg.Option) {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	p, err := chat.Build(context.Background(), needs, options...)
	if err != nil {
		slog.Error("cannot start", "error", err)
		os.Exit(1)
	}
	lambda.Start(handler(p))
}

// Undertaker ends or revives what nobody holds.
func Undertaker(p *chat.Parts) replies.Undertaker {
	return replies.Undertaker{Store: p.Store, HandOver: p.HandOver}
}

// Worker writes AI replies. It needs two connections: one settles or prepares while the other keeps the lease.
func Worker(p *chat.Parts) replies.Worker {
	return replies.Worker{Store: p.Store, LLM: p.LLM, Stops: redis.NewStopHint(p.Redis), Running: redis.NewStreamText(p.Redis),
		Undertaker: Undertaker(p), HandOver: p.HandOver, Pace: replies.Pace{Checkpoint: p.Config.CheckpointPeriod},
		Live: live.Caster{Connections: dynamodb.Connections{Table: p.Table}, Memberships: dynamodb.Memberships{Table: p.Table},
			Hub: hub.NewAPIGateway(p.AWS, p.Config.CallbackURL), Encode: wire.Delta, Interval: p.Config.DeltaInterval, Budget: p.Config.SendBudget}}
}

// Sweeper finds what was left behind.
func Sweeper(p *chat.Parts) replies.Sweeper {
	return replies.Sweeper{Store: p.Store, Undertaker: Undertaker(p), HandOver: p.HandOver}
}

// FanOut pushes events.
func FanOut(p *chat.Parts) fanout.FanOut {
	return fanout.FanOut{Store: p.Store, Heads: dynamodb.Heads{Table: p.Table}, Memberships: dynamodb.Memberships{Table: p.Table},
		Connections: dynamodb.Connections{Table: p.Table}, Hub: hub.NewAPIGateway(p.AWS, p.Config.CallbackURL), Frames: wire.Frames{}}
}
