// heartbeat answers the WebSocket route heartbeat.
package main

import "github.com/yoriai/yoriai/shared/bootstrap/socket"

func main() { socket.Start("heartbeat", socket.Heartbeat) }
