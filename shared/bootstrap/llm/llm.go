// Package llm adds the LLM gateway to what a function has; only functions that speak to it link gRPC.
package llm

import (
	"context"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/gateway"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/live"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// Host is an operation's frame or a function's services.
type Host interface {
	Env() *environment.Environment
}

// Models finds and lists models.
type Models interface {
	rooms.Catalogue
	Models(ctx context.Context) ([]ai.Model, error)
}

// Catalogue is the models that the gateway knows.
func Catalogue(h Host) Models {
	e := h.Env()
	client, err := gateway.Open(e.Config.GatewayAddr)
	if err != nil {
		e.Fail(err)
		return nil
	}
	return gateway.NewCatalogue(client)
}

// Worker writes AI replies.
func Worker(s *service.Services) replies.Worker {
	client, err := gateway.Open(s.Config.GatewayAddr)
	s.Fail(err)
	broadcaster := live.Caster{Connections: dynamodb.Connections{Table: s.Table}, Memberships: dynamodb.Memberships{Table: s.Table},
		Hub: s.AWS.Hub(), Encode: wire.Delta, Interval: s.Config.DeltaInterval, Budget: s.Config.SendBudget}
	return replies.Worker{Store: s.Store, LLM: client, Live: broadcaster, Stops: redis.NewStopHint(s.Redis), Running: redis.NewStreamText(s.Redis),
		Undertaker: s.Reaper(), HandOver: s.Relay(), Pace: replies.Pace{Checkpoint: s.Config.CheckpointPeriod}}
}
