// disconnect answers the WebSocket route $disconnect.
package main

import "github.com/yoriai/yoriai/shared/bootstrap/socket"

func main() { socket.Start("disconnect", socket.Disconnect) }
