// regenerateReply answers POST /rooms/{roomId}/messages/{messageId}/regenerate.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/asking"
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	needs := []environment.Need{environment.Postgres, environment.Table, environment.Redis, environment.FanOut, environment.Gateway, environment.AIReplies, environment.AIWatchdog}
	asking.Serve("POST", "/rooms/{roomId}/messages/{messageId}/regenerate", needs, func(p *chat.Parts) httpapi.Handler {
		return operations.RegenerateReply(p.Replies())
	})
}
