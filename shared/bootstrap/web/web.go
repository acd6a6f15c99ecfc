// Package web builds the frame of HTTP functions, and those of them that need no database.
package web

import (
	"context"
	"errors"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/adapter/simplejwt"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
	"github.com/yoriai/yoriai/shared/usecase/sockets"
)

// Frame is what every HTTP function stands in. Who builds an operation says who may call it: nobody may until then.
type Frame struct {
	Config environment.Config
	AWS    environment.AWS
	auth   *httpapi.Auth
	anyone bool
}

// Build makes an operation's handler, and says who may call it.
type Build func(ctx context.Context, f *Frame) (httpapi.Handler, error)

var errNobody = errors.New("nobody said who may call this operation")

// Serve is the main of an operation's function: its method and path as in the contract, and what it needs.
func Serve(method, path string, needs []environment.Need, build Build) {
	environment.Start(func(ctx context.Context, getenv func(string) string) (any, error) {
		c, err := environment.Load(getenv, append(needs, environment.Verify)...)
		if err != nil {
			return nil, err
		}
		f := &Frame{Config: c}
		if f.AWS, err = environment.LoadAWS(ctx, c); err != nil {
			return nil, err
		}
		handler, err := build(ctx, f)
		if err != nil {
			return nil, err
		}
		if f.auth == nil && !f.anyone {
			return nil, errNobody
		}
		s := httpapi.New(httpapi.Config{PublicOrigin: c.PublicOrigin, Auth: f.auth, Origin: f.AWS.Origin(), Log: c.Log()})
		s.Handle(method, path, f.anyone, handler)
		return s.Lambda(), nil
	})
}

// Let admits callers that auth proves.
func (f *Frame) Let(auth *httpapi.Auth) { f.auth = auth }

// LetAnyone admits everybody.
func (f *Frame) LetAnyone() { f.anyone = true }

// Verifier proves access tokens.
func (f *Frame) Verifier() *simplejwt.Verifier {
	return simplejwt.NewVerifier(time.Now, f.Config.JWTPublicKeys...)
}

// LetUndenied admits callers of functions without a database: whose token is good and whose session has not ended.
func (f *Frame) LetUndenied(r *redis.Client) {
	f.Let(httpapi.ByDenials(f.Verifier(), Denials(f.AWS.Table(), r)))
}

// Denials knows sessions that have ended: Redis first, where the stage has one.
func Denials(t dynamodb.Table, r *redis.Client) realtime.Denials {
	return redis.NewDenials(r, dynamodb.Denials{Table: t})
}

// Health builds the operation health.
func Health(_ context.Context, f *Frame) (httpapi.Handler, error) {
	f.LetAnyone()
	return operations.Health(f.Config.Version), nil
}

// RealtimeTicket builds the operation createRealtimeTicket.
func RealtimeTicket(_ context.Context, f *Frame) (httpapi.Handler, error) {
	cache, err := redis.Open(f.Config.RedisURL)
	if err != nil {
		return nil, err
	}
	f.LetUndenied(cache)
	tickets := sockets.TicketService{Tickets: dynamodb.Tickets{Table: f.AWS.Table()}, Limits: redis.NewLimiter(cache), Now: time.Now}
	return operations.CreateRealtimeTicket(tickets, f.Config.WebSocketURL), nil
}
