// Package asking adds the LLM gateway to what a function has; only functions that need it link gRPC.
package asking

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/gateway"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pg"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/bootstrap/web"
	"github.com/yoriai/yoriai/shared/bootstrap/work"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/queue"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/broadcast"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

// Serve is chat.Serve for an operation that must know models.
func Serve(method, path string, needs []environment.Need, handler func(p *chat.Parts) httpapi.Handler) {
	web.Serve(method, path, needs, func(ctx context.Context, f *web.Frame) (httpapi.Handler, error) {
		p, err := chat.InFrame(ctx, f, needs)
		if err != nil {
			return nil, err
		}
		client, err := gateway.Open(p.Config.GatewayAddr)
		if err != nil {
			return nil, err
		}
		p.Catalogue = gateway.NewCatalogue(client)
		return handler(p), nil
	})
}

// connections of a worker: one settles or prepares while the other keeps the lease.
const connections = 2

// Worker is the main of the function that writes AI replies.
func Worker(handler func(hide queue.Hide, reply func(ctx context.Context, generation id.ID) error) any) {
	needs := append([]environment.Need{environment.Gateway, environment.Connections}, work.Settling...)
	chat.Start(needs, func(p *chat.Parts) (any, error) {
		client, err := gateway.Open(p.Config.GatewayAddr)
		if err != nil {
			return nil, err
		}
		broadcaster := broadcast.Broadcaster{Connections: dynamodb.Connections{Table: p.Table}, Memberships: dynamodb.Memberships{Table: p.Table},
			Hub: p.AWS.Hub(), Frames: wire.Stream{}, Interval: p.Config.DeltaInterval, Budget: redis.NewBudget(p.Redis, p.Config.SendBudget)}
		worker := replies.Worker{Store: postgres.Generations{DB: p.DB}, LLM: client, Broadcast: broadcaster, Stops: redis.NewStopHint(p.Redis),
			Running: redis.NewStreamText(p.Redis), Reaper: work.Reaper(p), Runner: p.Runner, Pace: replies.Pace{Checkpoint: p.Config.CheckpointPeriod}}
		hide := func(ctx context.Context, receipt string, duration time.Duration) error {
			return p.Queues.Hide(ctx, outbox.AIReplies, receipt, duration)
		}
		return handler(hide, worker.Reply), nil
	}, pg.MaxConns(connections))
}
