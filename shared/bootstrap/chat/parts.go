// Package chat builds what the operations about rooms, messages and AI replies need.
package chat

import (
	"context"
	"slices"

	sdksqs "github.com/aws/aws-sdk-go-v2/service/sqs"

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
	"github.com/yoriai/yoriai/shared/usecase/handover"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// Parts are made once per environment; what a function does not need is nil.
type Parts struct {
	Config   environment.Config
	AWS      environment.AWS
	Store    *postgres.Store
	Sessions identity.Sessions
	Table    dynamodb.Table
	Redis    *redis.Client
	Queues   *sqs.Queues
	HandOver handover.HandOver
	// Catalogue is set by bootstrap/asking, for the functions that speak to the gateway.
	Catalogue Catalogue
	needs     []environment.Need
}

// Catalogue finds and lists models.
type Catalogue interface {
	rooms.Catalogue
	Models(ctx context.Context) ([]ai.Model, error)
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
		p.Store, p.Sessions = postgres.New(pool, postgres.AllowAll{}), identity.Sessions{Pool: pool}
		p.Queues = sqs.New(sdksqs.NewFromConfig(p.AWS.Config, func(o *sdksqs.Options) {
			o.EndpointOptions.UseDualStackEndpoint = p.AWS.DualStack()
		}), map[outbox.Queue]string{
			outbox.FanOut: c.FanOutQueueURL, outbox.AIReplies: c.AIRepliesURL, outbox.AIWatchdog: c.AIWatchdogURL})
		p.HandOver = handover.HandOver{Queues: p.Queues, Store: p.Store, Activity: dynamodb.NewActivity(p.Table)}
	}
	return p, nil
}

func (p *Parts) has(need environment.Need) bool { return slices.Contains(p.needs, need) }

// Rooms is the use case about rooms.
func (p *Parts) Rooms() rooms.Rooms {
	return rooms.Rooms{Store: p.Store, Memberships: dynamodb.Memberships{Table: p.Table}, HandOver: p.HandOver, Catalogue: p.Catalogue, StopHint: p.stopHint}
}

// Messages is the use case about messages.
func (p *Parts) Messages() messages.Messages {
	return messages.Messages{Store: p.Store, HandOver: p.HandOver, Catalogue: p.Catalogue, StopHint: p.stopHint}
}

// Replies is the use case about answers.
func (p *Parts) Replies() replies.Replies {
	return replies.Replies{Store: p.Store, HandOver: p.HandOver, Catalogue: p.Catalogue, StopHint: p.stopHint}
}

func (p *Parts) stopHint(ctx context.Context, attempts []ai.Attempt) {
	hint := redis.NewStopHint(p.Redis)
	for _, a := range attempts {
		hint.Publish(ctx, a.MessageID)
	}
}

// Running finds the text of a reply that is being written.
func (p *Parts) Running(ctx context.Context, a ai.Attempt) (string, bool) {
	attempt, text, found := redis.NewStreamText(p.Redis).Get(ctx, a.MessageID)
	return text, found && attempt == a.Number
}

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
