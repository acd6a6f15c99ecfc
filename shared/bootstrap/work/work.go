// Package work builds what consumers of queues and schedules need.
package work

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/handler/queue"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/fanout"
	"github.com/yoriai/yoriai/shared/usecase/nightly"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/upkeep"
)

// What ends or revives a generation, and what pushes events.
var (
	Settling = []environment.Need{environment.Postgres, environment.Redis, environment.Table, environment.FanOut, environment.AIReplies, environment.AIWatchdog}
	Fanning  = []environment.Need{environment.Postgres, environment.Redis, environment.Table, environment.Connections}
)

// Start is the main of a consumer: what it needs, and its handler.
func Start(needs []environment.Need, handler func(p *chat.Parts) any) {
	chat.Start(needs, func(p *chat.Parts) (any, error) { return handler(p), nil })
}

// Reaper ends or revives what nobody holds.
func Reaper(p *chat.Parts) replies.Reaper {
	return replies.Reaper{Store: postgres.Generations{DB: p.DB}, Runner: p.Runner}
}

// Sweeper finds what was left behind.
func Sweeper(p *chat.Parts) replies.Sweeper {
	return replies.Sweeper{Store: postgres.Generations{DB: p.DB}, Reaper: Reaper(p), Relay: p.Runner.Relay, Activity: p.Activity}
}

// FanOut pushes events.
func FanOut(p *chat.Parts) fanout.FanOut {
	return fanout.FanOut{Store: postgres.Logs{DB: p.DB}, Heads: dynamodb.Heads{Table: p.Table}, Memberships: dynamodb.Memberships{Table: p.Table},
		Connections: dynamodb.Connections{Table: p.Table}, Denials: dynamodb.Denials{Table: p.Table}, Hub: p.AWS.Hub(),
		Budget: redis.NewBudget(p.Redis, p.Config.SendBudget), Frames: wire.Frames{}}
}

// Night does one night's work.
func Night(p *chat.Parts) queue.Run {
	return func(ctx context.Context) (map[string]any, error) {
		return nightly.Run(ctx, postgres.Maintenance{DB: p.DB}, p.Sessions, time.Now())
	}
}

// Prove looks for holes in the logs.
func Prove(p *chat.Parts) queue.Run {
	return func(ctx context.Context) (map[string]any, error) { return upkeep.Prove(ctx, postgres.Proofs{DB: p.DB}) }
}

// Project makes the projection in DynamoDB anew.
func Project(p *chat.Parts) queue.Run {
	return func(ctx context.Context) (map[string]any, error) {
		return upkeep.Project(ctx, postgres.Proofs{DB: p.DB}, dynamodb.Memberships{Table: p.Table}, dynamodb.Heads{Table: p.Table})
	}
}
