// Package chat builds what the operations about rooms, messages and AI replies need.
package chat

import (
	"context"
	"os"
	"slices"
	"time"

	sdksqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/identity"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pg"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/adapter/simplejwt"
	"github.com/yoriai/yoriai/shared/adapter/sqs"
	"github.com/yoriai/yoriai/shared/bootstrap/database"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
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

// Build reads the environment and prepares clients; none of them connects yet.
func Build(ctx context.Context, needs []environment.Need, options ...pg.Option) (*Parts, error) {
	c, err := environment.Load(os.Getenv, needs...)
	if err != nil {
		return nil, err
	}
	p := &Parts{Config: c, needs: needs}
	if p.AWS, err = environment.LoadAWS(ctx, c); err != nil {
		return nil, err
	}
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

// Server is the frame of one operation.
func (p *Parts) Server() *httpapi.Server {
	verifier := simplejwt.NewVerifier(time.Now, p.Config.JWTPublicKey)
	auth := httpapi.ByDenials(verifier, dynamodb.Denials{Table: p.Table})
	if p.has(environment.Postgres) {
		auth = httpapi.BySession(verifier, p.Sessions)
	}
	return httpapi.New(httpapi.Config{PublicOrigin: p.Config.PublicOrigin, Auth: auth, Origin: p.AWS.Origin(), Log: p.Config.Log()})
}

// Serve is the main of an operation's function: its method and path as in the contract, what it needs, and its handler.
func Serve(method, path string, needs []environment.Need, handler func(p *Parts) httpapi.Handler) {
	Start(func(ctx context.Context) (any, error) {
		p, err := Build(ctx, append(needs, environment.Verify))
		if err != nil {
			return nil, err
		}
		return p.Operation(method, path, handler(p)), nil
	})
}

// Operation is the Lambda handler of one operation.
func (p *Parts) Operation(method, path string, handler httpapi.Handler) any {
	s := p.Server()
	s.Handle(method, path, false, handler)
	return s.Lambda()
}

// Start serves what build makes.
func Start(build func(ctx context.Context) (handler any, err error)) {
	environment.Start(func(ctx context.Context, _ func(string) string) (any, error) { return build(ctx) })
}
