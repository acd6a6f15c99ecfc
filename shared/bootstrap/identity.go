// Package bootstrap builds the functions of accounts and sessions, each from its environment, and nothing else.
package bootstrap

import (
	"context"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	store "github.com/yoriai/yoriai/shared/adapter/postgres/identity"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/adapter/secretsmanager"
	"github.com/yoriai/yoriai/shared/adapter/simplejwt"
	"github.com/yoriai/yoriai/shared/bootstrap/database"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/bootstrap/web"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	httpidentity "github.com/yoriai/yoriai/shared/handler/http/identity"
	"github.com/yoriai/yoriai/shared/usecase/identity"
)

// BySession is how a function with Postgres proves its callers.
func BySession(c environment.Config, pool *pgxpool.Pool) *httpapi.Auth {
	return httpapi.BySession(web.Verifier(c), store.Sessions{Pool: pool})
}

// RegisterUser serves the operation registerUser.
func RegisterUser(ctx context.Context, getenv func(string) string) (*httpapi.Server, error) {
	s, h, err := identityServer(ctx, getenv, environment.Postgres, environment.Redis, environment.SigningKey)
	if err != nil {
		return nil, err
	}
	s.Handle(http.MethodPost, "/auth/register", true, h.Register)
	return s, nil
}

// LogIn serves the operation logIn.
func LogIn(ctx context.Context, getenv func(string) string) (*httpapi.Server, error) {
	s, h, err := identityServer(ctx, getenv, environment.Postgres, environment.Redis, environment.SigningKey)
	if err != nil {
		return nil, err
	}
	s.Handle(http.MethodPost, "/auth/login", true, h.LogIn)
	return s, nil
}

// RefreshSession serves the operation refreshSession.
func RefreshSession(ctx context.Context, getenv func(string) string) (*httpapi.Server, error) {
	s, h, err := identityServer(ctx, getenv, environment.Postgres, environment.Table, environment.Redis, environment.SigningKey)
	if err != nil {
		return nil, err
	}
	s.Handle(http.MethodPost, "/auth/refresh", true, h.Refresh)
	return s, nil
}

// LogOut serves the operation logOut.
func LogOut(ctx context.Context, getenv func(string) string) (*httpapi.Server, error) {
	s, h, err := identityServer(ctx, getenv, environment.Postgres, environment.Table, environment.Connections)
	if err != nil {
		return nil, err
	}
	s.Handle(http.MethodPost, "/auth/logout", true, h.LogOut)
	return s, nil
}

// GetMe serves the operation getMe.
func GetMe(ctx context.Context, getenv func(string) string) (*httpapi.Server, error) {
	s, h, err := identityServer(ctx, getenv, environment.Postgres)
	if err != nil {
		return nil, err
	}
	s.Handle(http.MethodGet, "/me", false, h.Me)
	return s, nil
}

// identityServer builds the use case with what the function needs, and no more.
func identityServer(ctx context.Context, getenv func(string) string, needs ...environment.Need) (*httpapi.Server, httpidentity.Handlers, error) {
	var h httpidentity.Handlers
	c, a, err := web.Load(ctx, getenv, needs...)
	if err != nil {
		return nil, h, err
	}
	pool, err := database.Open(ctx, c, a.Config)
	if err != nil {
		return nil, h, err
	}
	cache, err := redis.Open(c.RedisURL)
	if err != nil {
		return nil, h, err
	}
	auth := &simplejwt.Service{
		Verifier: web.Verifier(c), Accounts: store.Accounts{Pool: pool}, Sessions: store.Sessions{Pool: pool},
		Cost: simplejwt.DefaultCost, Now: time.Now,
	}
	if c.SigningKeyARN != "" {
		key, err := secretsmanager.SigningKey(ctx, a.Secrets(), c.SigningKeyARN)
		if err != nil {
			return nil, h, err
		}
		auth.Signer = simplejwt.NewSigner(key, time.Now)
	}
	u := &identity.Identity{Auth: auth, Accounts: auth.Accounts, Limits: redis.NewLimiter(cache)}
	if c.RealtimeTable != "" {
		table := a.Table()
		u.Denials, u.Sockets = web.Denials(table, cache), dynamodb.Connections{Table: table}
	}
	if c.CallbackURL != "" {
		u.Closer = a.Hub()
	}
	h = httpidentity.Handlers{Identity: u, Cookies: httpapi.Cookies{PublicOrigin: c.PublicOrigin}}
	return web.Server(c, a, BySession(c, pool)), h, nil
}
