// Package accounts builds the functions of accounts and sessions.
package accounts

import (
	"context"
	"time"

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

// Serve is the main of an operation by which people come and go: anyone may call it.
func Serve(method, path string, needs []environment.Need, pick func(h httpidentity.Handlers) httpapi.Handler) {
	serve(method, path, needs, pick, true)
}

// ServeSignedIn is the main of an operation about one's own account.
func ServeSignedIn(method, path string, needs []environment.Need, pick func(h httpidentity.Handlers) httpapi.Handler) {
	serve(method, path, needs, pick, false)
}

func serve(method, path string, needs []environment.Need, pick func(h httpidentity.Handlers) httpapi.Handler, anyone bool) {
	web.Serve(method, path, needs, func(ctx context.Context, f *web.Frame) (httpapi.Handler, error) {
		h, sessions, err := handlers(ctx, f)
		if err != nil {
			return nil, err
		}
		if anyone {
			f.LetAnyone()
		} else {
			f.Let(httpapi.BySession(f.Verifier(), sessions))
		}
		return pick(h), nil
	})
}

// handlers builds the use case with what the function needs, and no more.
func handlers(ctx context.Context, f *web.Frame) (h httpidentity.Handlers, sessions store.Sessions, err error) {
	pool, err := database.Open(ctx, f.Config, f.AWS.Config)
	if err != nil {
		return h, sessions, err
	}
	cache, err := redis.Open(f.Config.RedisURL)
	if err != nil {
		return h, sessions, err
	}
	sessions = store.Sessions{Pool: pool}
	auth := &simplejwt.Service{
		Verifier: f.Verifier(), Accounts: store.Accounts{Pool: pool}, Sessions: sessions, Cost: simplejwt.DefaultCost, Now: time.Now,
	}
	if f.Config.SigningKeyARN != "" {
		key, err := secretsmanager.SigningKey(ctx, f.AWS.Secrets(), f.Config.SigningKeyARN)
		if err != nil {
			return h, sessions, err
		}
		auth.Signer = simplejwt.NewSigner(key, time.Now)
	}
	u := &identity.Identity{Auth: auth, Accounts: auth.Accounts, Limits: redis.NewLimiter(cache)}
	if f.Config.RealtimeTable != "" {
		table := f.AWS.Table()
		u.Denials, u.Sockets = web.Denials(table, cache), dynamodb.Connections{Table: table}
	}
	if f.Config.CallbackURL != "" {
		u.Closer = f.AWS.Hub()
	}
	return httpidentity.Handlers{Identity: u, Cookies: httpapi.Cookies{PublicOrigin: f.Config.PublicOrigin}}, sessions, nil
}
