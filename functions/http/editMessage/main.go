// editMessage answers PATCH /rooms/{roomId}/messages/{messageId}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	needs := []environment.Need{environment.Postgres, environment.Table, environment.FanOut}
	chat.Serve("PATCH", "/rooms/{roomId}/messages/{messageId}", needs, func(p *chat.Parts) httpapi.Handler {
		return operations.EditMessage(p.Messages())
	})
}
