// logOut answers POST /auth/logout.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/accounts"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/identity"
)

func main() {
	needs := []environment.Need{environment.Postgres, environment.Table, environment.Connections}
	accounts.Serve("POST", "/auth/logout", needs, func(h identity.Handlers) httpapi.Handler { return h.LogOut })
}
