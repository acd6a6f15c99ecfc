// Package chat builds what the operations about rooms, messages and AI replies need.
package chat

import (
	"context"
	"slices"

	sdksqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/identity"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pg"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/adapter/sqs"
	"github.com/yoriai/yoriai/shared/bootstrap/database"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/bootstrap/web"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/usecase/changes"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Parts are made once per environment; what a function does not need is nil.
type Parts struct {
	Config   environment.Config
	AWS      environment.AWS
	DB       *pgxpool.Pool
	Sessions identity.Sessions
	Table    dynamodb.Table
	Redis    *redis.Client
	Queues   *sqs.Queues
	Activity *dynamodb.Activity
	Runner   transact.Runner
	// Catalogue is set by bootstrap/asking, for the functions that speak to the gateway.
	Catalogue ai.Catalogue
	needs     []environment.Need
}

// build prepares clients; none of them connects yet.
func build(ctx context.Context, c environment.Config, a environment.AWS, needs []environment.Need, options ...pg.Option) (*Parts, error) {
	p := &Parts{Config: c, AWS: a, needs: needs}
	var err error
	if p.Redis, err = redis.Open(c.RedisURL); err != nil {
		return nil, err
	}
	if p.has(environment.Table) {
		p.Table = p.AWS.Table()
	}
	if p.has(environment.Postgres) {
		pool, err := database.Open(ctx, c, p.AWS.Config, options...)
		if err != nil {
			return nil, err
		}
		p.DB, p.Sessions = pool, identity.Sessions{Pool: pool}
		p.Queues = sqs.New(sdksqs.NewFromConfig(p.AWS.Config, func(o *sdksqs.Options) {
			o.EndpointOptions.UseDualStackEndpoint = p.AWS.DualStack()
		}), map[outbox.Queue]string{
			outbox.FanOut: c.FanOutQueueURL, outbox.AIReplies: c.AIRepliesURL, outbox.AIWatchdog: c.AIWatchdogURL})
		p.Activity = dynamodb.NewActivity(p.Table)
		p.Runner = transact.Runner{Store: postgres.Changes{DB: pool}, Relay: transact.Relay{Queues: p.Queues, Store: postgres.Outbox{DB: pool}, Activity: p.Activity}}
	}
	return p, nil
}

func (p *Parts) has(need environment.Need) bool { return slices.Contains(p.needs, need) }

// Rooms is the use case about rooms.
func (p *Parts) Rooms() rooms.Rooms {
	return rooms.Rooms{Store: postgres.Rooms{DB: p.DB}, Runner: p.Runner, Memberships: dynamodb.Memberships{Table: p.Table}, Catalogue: p.Catalogue,
		Hint: redis.NewStopHint(p.Redis)}
}

// Messages is the use case about messages.
func (p *Parts) Messages() messages.Messages {
	return messages.Messages{Store: postgres.Messages{DB: p.DB}, Runner: p.Runner, Catalogue: p.Catalogue, Meter: ai.Unmetered{},
		Running: redis.NewStreamText(p.Redis), Hint: redis.NewStopHint(p.Redis)}
}

// Replies is the use case about answers.
func (p *Parts) Replies() replies.Replies {
	return replies.Replies{Store: postgres.Generations{DB: p.DB}, Runner: p.Runner, Catalogue: p.Catalogue, Meter: ai.Unmetered{}, Hint: redis.NewStopHint(p.Redis)}
}

// Changes is the use case about what was missed.
func (p *Parts) Changes() changes.Changes { return changes.Changes{Store: postgres.Logs{DB: p.DB}} }

// Serve is the main of an operation: its method and path as in the contract, what it needs, and its handler.
func Serve(method, path string, needs []environment.Need, handler func(p *Parts) httpapi.Handler) {
	web.Serve(method, path, needs, func(ctx context.Context, f *web.Frame) (httpapi.Handler, error) {
		p, err := InFrame(ctx, f, needs)
		if err != nil {
			return nil, err
		}
		return handler(p), nil
	})
}

// InFrame makes the parts of an operation, and lets those call it who are signed in.
func InFrame(ctx context.Context, f *web.Frame, needs []environment.Need) (*Parts, error) {
	p, err := build(ctx, f.Config, f.AWS, needs)
	if err != nil {
		return nil, err
	}
	if p.has(environment.Postgres) {
		f.Let(httpapi.BySession(f.Verifier(), p.Sessions))
	} else {
		f.LetUndenied(p.Redis)
	}
	return p, nil
}

// Start is the main of a consumer: what it needs, and its handler.
func Start(needs []environment.Need, handler func(p *Parts) (any, error), options ...pg.Option) {
	environment.Start(func(ctx context.Context, getenv func(string) string) (any, error) {
		c, err := environment.Load(getenv, needs...)
		if err != nil {
			return nil, err
		}
		a, err := environment.LoadAWS(ctx, c)
		if err != nil {
			return nil, err
		}
		p, err := build(ctx, c, a, needs, options...)
		if err != nil {
			return nil, err
		}
		return handler(p)
	})
}
