// deleteRoom answers DELETE /rooms/{roomId}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	needs := []environment.Need{environment.Postgres, environment.Table, environment.Redis, environment.FanOut}
	chat.Serve("DELETE", "/rooms/{roomId}", needs, func(p *chat.Parts) httpapi.Handler {
		return operations.DeleteRoom(p.Rooms())
	})
}
