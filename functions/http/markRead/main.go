// markRead answers PUT /rooms/{roomId}/read.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	needs := []environment.Need{environment.Postgres, environment.Table}
	chat.Serve("PUT", "/rooms/{roomId}/read", needs, func(p *chat.Parts) httpapi.Handler {
		return operations.MarkRead(p.Rooms())
	})
}
