// typing answers the WebSocket route typing.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/bootstrap/realtime"
)

func main() { environment.Start(realtime.Typing) }
