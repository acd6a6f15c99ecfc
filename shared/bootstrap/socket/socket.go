// Package socket builds the WebSocket functions. They must not link the database driver; a test holds them to it.
package socket

import (
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/domain/ratelimit"
	"github.com/yoriai/yoriai/shared/handler/websocket"
	"github.com/yoriai/yoriai/shared/usecase/sockets"
)

// Route builds the handler of one route.
type Route func(r websocket.Routes, e *environment.Environment) any

// Start is the main of a WebSocket route.
func Start(name string, route Route) {
	environment.Start(name, func(e *environment.Environment) (any, error) {
		r := websocket.Routes{Log: e.Config.Log()}
		if e.Config.CallbackURL != "" {
			r.Hub = e.AWS.Hub()
		}
		return route(r, e), nil
	})
}

// Connect is the route $connect.
func Connect(r websocket.Routes, e *environment.Environment) any {
	h, hub := connecting(e), e.AWS.Hub()
	// Who comes in may take the place of who is told so and closed.
	h.Hub, h.Closer = hub, hub
	return r.Connecting(websocket.Connect(h, e.AWS.Origin()))
}

// Disconnect is the route $disconnect.
func Disconnect(r websocket.Routes, e *environment.Environment) any {
	return r.Disconnecting(websocket.Disconnect(connecting(e)))
}

// View is the route view.
func View(r websocket.Routes, e *environment.Environment) any {
	return r.Receiving(websocket.View(frames(e)))
}

// Heartbeat is the route heartbeat.
func Heartbeat(r websocket.Routes, e *environment.Environment) any {
	return r.Answering(websocket.Heartbeat(frames(e)))
}

// Typing is the route typing.
func Typing(r websocket.Routes, e *environment.Environment) any {
	return r.Receiving(websocket.Typing(frames(e)))
}

// Default is the route $default.
func Default(r websocket.Routes, _ *environment.Environment) any {
	return r.Receiving(websocket.Default())
}

func connecting(e *environment.Environment) sockets.ConnectHandler {
	t := e.AWS.Table()
	return sockets.ConnectHandler{
		Tickets: dynamodb.Tickets{Table: t}, Denials: dynamodb.Denials{Table: t}, Connections: dynamodb.Connections{Table: t}, Now: time.Now,
	}
}

func frames(e *environment.Environment) sockets.FrameHandler {
	t, h := e.AWS.Table(), e.AWS.Hub()
	return sockets.FrameHandler{
		Connections: dynamodb.Connections{Table: t}, Memberships: dynamodb.Memberships{Table: t}, Heads: dynamodb.Heads{Table: t},
		Denials: dynamodb.Denials{Table: t}, Hub: h, Closer: h, Limits: ratelimit.NewLocal(time.Now), Now: time.Now,
	}
}
