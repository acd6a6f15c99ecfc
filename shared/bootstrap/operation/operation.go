// Package operation builds HTTP functions: the frame around each, and those of them that need no database.
package operation

import (
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/adapter/simplejwt"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/usecase/sockets"
)

// Frame is what an operation without a database is built from.
type Frame struct {
	*environment.Environment
	redis *redis.Client
}

// Start is the main of an operation that needs no database: callers are those whose token is good and whose session has not
// ended, as DynamoDB and Redis know it.
func Start(name string, build func(f *Frame) httpapi.Handler) {
	environment.Start(name, func(e *environment.Environment) (any, error) {
		cache, err := redis.Open(e.Config.RedisURL)
		if err != nil {
			return nil, err
		}
		f := &Frame{Environment: e, redis: cache}
		return Serve(e, cache, httpapi.ByDenials(Verifier(e), Denials(e.AWS.Table(), cache)), build(f)), nil
	})
}

// Serve frames the handler of an operation as its contract says: who may call it, and how often. Calls are counted in Redis
// where the function has it, else by each environment alone.
func Serve(e *environment.Environment, cache *redis.Client, auth *httpapi.Auth, handler httpapi.Handler) any {
	if class := e.Function.Limit; class != "" {
		limited, err := httpapi.Limited(httpapi.Limits{Limiter: redis.NewLimiter(cache), Factor: e.Config.LimitFactor}, class, handler)
		e.Fail(err)
		handler = limited
	}
	s := httpapi.New(httpapi.Config{PublicOrigin: e.Config.PublicOrigin, Auth: auth, Origin: e.AWS.Origin(), Log: e.Config.Log()})
	s.Handle(e.Function.Method, e.Function.Path, e.Function.Open, handler)
	return s.Lambda()
}

// Verifier proves access tokens.
func Verifier(e *environment.Environment) *simplejwt.Verifier {
	return simplejwt.NewVerifier(time.Now, e.Config.JWTPublicKeys...)
}

// Denials knows sessions that have ended: Redis first, where the stage has one.
func Denials(t dynamodb.Table, r *redis.Client) realtime.Denials {
	return redis.NewDenials(r, dynamodb.Denials{Table: t})
}

// Tickets hands out tickets for sockets.
func (f *Frame) Tickets() sockets.TicketService {
	return sockets.TicketService{Tickets: dynamodb.Tickets{Table: f.AWS.Table()}, Limits: redis.NewLimiter(f.redis), Now: time.Now}
}
