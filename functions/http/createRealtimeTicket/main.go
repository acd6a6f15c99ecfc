// createRealtimeTicket answers POST /realtime/tickets.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/bootstrap/web"
)

func main() {
	needs := []environment.Need{environment.Table, environment.Redis, environment.WebSocketURL}
	web.Serve("POST", "/realtime/tickets", needs, web.RealtimeTicket)
}
