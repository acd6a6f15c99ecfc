// view answers the WebSocket route view.
package main

import "github.com/yoriai/yoriai/shared/bootstrap/socket"

func main() { socket.Start("view", socket.View) }
