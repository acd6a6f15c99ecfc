// refreshSession answers POST /auth/refresh.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/accounts"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/identity"
)

func main() {
	needs := []environment.Need{environment.Postgres, environment.Table, environment.Redis, environment.SigningKey, environment.Connections}
	accounts.Serve("POST", "/auth/refresh", needs, func(h identity.Handlers) httpapi.Handler { return h.Refresh })
}
