// createRealtimeTicket answers POST /realtime/tickets.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/web"
)

func main() { web.Serve(web.RealtimeTicket) }
