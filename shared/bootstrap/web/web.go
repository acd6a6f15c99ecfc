// Package web builds the frame of HTTP functions, and those of them that need no database.
package web

import (
	"context"
	"net/http"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/adapter/simplejwt"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
	httprealtime "github.com/yoriai/yoriai/shared/handler/http/realtime"
	usecase "github.com/yoriai/yoriai/shared/usecase/realtime"
)

// Server is the frame of a function, without its operation.
func Server(c environment.Config, a environment.AWS, auth *httpapi.Auth) *httpapi.Server {
	return httpapi.New(httpapi.Config{PublicOrigin: c.PublicOrigin, Auth: auth, Origin: a.Origin(), Log: c.Log()})
}

// Verifier proves access tokens.
func Verifier(c environment.Config) *simplejwt.Verifier {
	return simplejwt.NewVerifier(time.Now, c.JWTPublicKey)
}

// Denials knows sessions that have ended: Redis first, where the stage has one.
func Denials(t dynamodb.Table, r *redis.Client) realtime.Denials {
	return redis.NewDenials(r, dynamodb.Denials{Table: t})
}

// Serve starts an operation's function.
func Serve(build func(ctx context.Context, getenv func(string) string) (*httpapi.Server, error)) {
	environment.Start(func(ctx context.Context, getenv func(string) string) (any, error) {
		s, err := build(ctx, getenv)
		if err != nil {
			return nil, err
		}
		return s.Lambda(), nil
	})
}

// Health serves the operation health.
func Health(ctx context.Context, getenv func(string) string) (*httpapi.Server, error) {
	c, a, err := Load(ctx, getenv)
	if err != nil {
		return nil, err
	}
	s := Server(c, a, nil)
	s.Handle(http.MethodGet, "/health", true, operations.Health(c.Version))
	return s, nil
}

// RealtimeTicket serves the operation createRealtimeTicket.
func RealtimeTicket(ctx context.Context, getenv func(string) string) (*httpapi.Server, error) {
	c, a, err := Load(ctx, getenv, environment.Table, environment.Redis, environment.WebSocketURL)
	if err != nil {
		return nil, err
	}
	cache, err := redis.Open(c.RedisURL)
	if err != nil {
		return nil, err
	}
	table := a.Table()
	office := usecase.TicketOffice{Tickets: dynamodb.Tickets{Table: table}, Limits: redis.NewLimiter(cache), Now: time.Now}
	s := Server(c, a, httpapi.ByDenials(Verifier(c), Denials(table, cache)))
	s.Handle(http.MethodPost, "/realtime/tickets", false, httprealtime.CreateTicket(office, c.WebSocketURL))
	return s, nil
}

// Load reads the environment of an HTTP function and how to reach AWS.
func Load(ctx context.Context, getenv func(string) string, needs ...environment.Need) (environment.Config, environment.AWS, error) {
	c, err := environment.Load(getenv, append(needs, environment.Verify)...)
	if err != nil {
		return c, environment.AWS{}, err
	}
	a, err := environment.LoadAWS(ctx, c)
	return c, a, err
}
