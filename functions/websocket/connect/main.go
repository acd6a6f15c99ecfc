// connect answers the WebSocket route $connect.
package main

import "github.com/yoriai/yoriai/shared/bootstrap/socket"

func main() { socket.Start("connect", socket.Connect) }
