// registerUser answers POST /auth/register.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/accounts"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/identity"
)

func main() {
	needs := []environment.Need{environment.Postgres, environment.Redis, environment.SigningKey}
	accounts.Serve("POST", "/auth/register", needs, func(h identity.Handlers) httpapi.Handler { return h.Register })
}
