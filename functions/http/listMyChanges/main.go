// listMyChanges answers GET /me/changes.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	needs := []environment.Need{environment.Postgres}
	chat.Serve("GET", "/me/changes", needs, func(p *chat.Parts) httpapi.Handler {
		return operations.ListMyChanges(p.Changes())
	})
}
