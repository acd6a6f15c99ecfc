// typing answers the WebSocket route typing.
package main

import "github.com/yoriai/yoriai/shared/bootstrap/socket"

func main() { socket.Start("typing", socket.Typing) }
