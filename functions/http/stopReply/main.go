// stopReply answers POST /rooms/{roomId}/messages/{messageId}/stop.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	needs := []environment.Need{environment.Postgres, environment.Table, environment.Redis, environment.FanOut}
	chat.Serve("POST", "/rooms/{roomId}/messages/{messageId}/stop", needs, func(p *chat.Parts) httpapi.Handler {
		return operations.StopReply(p.Replies())
	})
}
