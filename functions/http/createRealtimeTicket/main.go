// createRealtimeTicket answers POST /realtime/tickets.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/operation"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	operation.Start("createRealtimeTicket", func(f *operation.Frame) httpapi.Handler {
		return operations.CreateRealtimeTicket(f.Tickets(), f.Config.WebSocketURL)
	})
}
