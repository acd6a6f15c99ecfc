// Package llm adds the LLM gateway to what a function has; only functions that speak to it link gRPC.
package llm

import (
	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/gateway"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/broadcast"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

// Host is an operation's frame or a function's services.
type Host interface {
	Env() *environment.Environment
}

// Catalogue is the models that the stage offers.
func Catalogue(h Host) ai.Catalogue {
	e := h.Env()
	client, err := gateway.Open(e.Config.GatewayAddr)
	if err != nil {
		e.Fail(err)
		return nil
	}
	return gateway.NewCatalogue(client, ai.Offer{Allowed: e.Config.AllowedModels, Unknown: e.Config.UnknownModels})
}

// Worker writes AI replies.
func Worker(s *service.Services) replies.Worker {
	client, err := gateway.Open(s.Config.GatewayAddr)
	s.Fail(err)
	broadcaster := broadcast.Broadcaster{Connections: dynamodb.Connections{Table: s.Table}, Memberships: dynamodb.Memberships{Table: s.Table},
		Hub: s.AWS.Hub(), Frames: wire.Stream{}, Interval: s.Config.DeltaInterval, Budget: redis.NewBudget(s.Redis, s.Config.SendBudget)}
	return replies.Worker{Store: postgres.Generations{DB: s.DB}, LLM: client, Broadcast: broadcaster, Stops: redis.NewStopHint(s.Redis),
		Running: redis.NewStreamText(s.Redis), Reaper: s.Reaper(), Runner: s.Runner(), Catalogue: Catalogue(s), Pace: replies.Pace{Checkpoint: s.Config.CheckpointPeriod}}
}

// Preview shows what a question would send.
func Preview(s *service.Services) replies.Preview {
	client, err := gateway.Open(s.Config.GatewayAddr)
	s.Fail(err)
	return replies.Preview{Changes: postgres.Changes{DB: s.DB}, Builder: replies.Builder{Store: postgres.Generations{DB: s.DB}, Counter: client}, Catalogue: Catalogue(s)}
}
