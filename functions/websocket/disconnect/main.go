// disconnect answers the WebSocket route $disconnect.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/bootstrap/realtime"
)

func main() { environment.Start(realtime.Disconnect) }
