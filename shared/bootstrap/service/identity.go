package service

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/adapter/secretsmanager"
	"github.com/yoriai/yoriai/shared/adapter/simplejwt"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/bootstrap/operation"
	"github.com/yoriai/yoriai/shared/domain/ledger"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
	"github.com/yoriai/yoriai/shared/usecase/identity"
)

// Identity is the handlers of accounts and sessions, with what the function needs and no more.
func (s *Services) Identity() operations.Identity {
	auth := &simplejwt.Service{
		Verifier: operation.Verifier(s.Environment), Sessions: s.Sessions,
		Accounts: postgres.Accounts{Pool: s.Sessions.Pool, Start: ledger.Start{Tokens: s.Config.UnprovedTokens, PerDay: s.Config.FreeTokensPerDay}},
		Cost:     simplejwt.DefaultCost, Now: time.Now,
	}
	if s.Function.Has(environment.SigningKey) {
		key, err := secretsmanager.SigningKey(context.Background(), s.AWS.Secrets(), s.Config.SigningKeyARN)
		s.Fail(err)
		if err == nil {
			auth.Signer = simplejwt.NewSigner(key, time.Now)
		}
	}
	u := &identity.Identity{Auth: auth, Accounts: auth.Accounts, Limits: redis.NewLimiter(s.Redis)}
	if s.Function.Has(environment.Table) {
		u.Denials, u.Sockets = operation.Denials(s.Table, s.Redis), dynamodb.Connections{Table: s.Table}
	}
	if s.Function.Has(environment.Connections) {
		u.Closer = s.AWS.Hub()
	}
	return operations.Identity{Identity: u, Cookies: httpapi.Cookies{PublicOrigin: s.Config.PublicOrigin}}
}
