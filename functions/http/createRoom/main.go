// createRoom answers POST /rooms.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/asking"
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	needs := []environment.Need{environment.Postgres, environment.Table, environment.Redis, environment.FanOut, environment.Gateway}
	asking.Serve("POST", "/rooms", needs, func(p *chat.Parts) httpapi.Handler {
		return operations.CreateRoom(p.Rooms())
	})
}
