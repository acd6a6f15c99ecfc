// default answers the WebSocket route $default.
package main

import "github.com/yoriai/yoriai/shared/bootstrap/socket"

func main() { socket.Start("default", socket.Default) }
