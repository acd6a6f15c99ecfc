// deleteMessage answers DELETE /rooms/{roomId}/messages/{messageId}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	needs := []environment.Need{environment.Postgres, environment.Table, environment.FanOut, environment.Redis}
	chat.Serve("DELETE", "/rooms/{roomId}/messages/{messageId}", needs, func(p *chat.Parts) httpapi.Handler {
		return operations.DeleteMessage(p.Messages())
	})
}
