// Package realtime builds the WebSocket functions. They must not link the database driver; a test holds them to it.
package realtime

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/domain/ratelimit"
	"github.com/yoriai/yoriai/shared/handler/websocket"
	"github.com/yoriai/yoriai/shared/usecase/sockets"
)

// Connect builds $connect.
func Connect(ctx context.Context, getenv func(string) string) (any, error) {
	c, a, err := load(ctx, getenv, environment.Table, environment.Verify, environment.Connections)
	if err != nil {
		return nil, err
	}
	return routes(c, a).Connecting(websocket.Connect(connectHandler(c, a), a.Origin())), nil
}

// Disconnect builds $disconnect.
func Disconnect(ctx context.Context, getenv func(string) string) (any, error) {
	c, a, err := load(ctx, getenv, environment.Table)
	if err != nil {
		return nil, err
	}
	return routes(c, a).Disconnecting(websocket.Disconnect(connectHandler(c, a))), nil
}

// View builds view.
func View(ctx context.Context, getenv func(string) string) (any, error) {
	c, a, err := load(ctx, getenv, environment.Table, environment.Connections)
	if err != nil {
		return nil, err
	}
	return routes(c, a).Receiving(websocket.View(frameHandler(a))), nil
}

// Heartbeat builds heartbeat.
func Heartbeat(ctx context.Context, getenv func(string) string) (any, error) {
	c, a, err := load(ctx, getenv, environment.Table, environment.Connections)
	if err != nil {
		return nil, err
	}
	return routes(c, a).Answering(websocket.Heartbeat(frameHandler(a))), nil
}

// Typing builds typing.
func Typing(ctx context.Context, getenv func(string) string) (any, error) {
	c, a, err := load(ctx, getenv, environment.Table, environment.Connections)
	if err != nil {
		return nil, err
	}
	return routes(c, a).Receiving(websocket.Typing(frameHandler(a))), nil
}

// Default builds $default.
func Default(ctx context.Context, getenv func(string) string) (any, error) {
	c, a, err := load(ctx, getenv, environment.Connections)
	if err != nil {
		return nil, err
	}
	return routes(c, a).Receiving(websocket.Default()), nil
}

func load(ctx context.Context, getenv func(string) string, needs ...environment.Need) (environment.Config, environment.AWS, error) {
	c, err := environment.Load(getenv, needs...)
	if err != nil {
		return c, environment.AWS{}, err
	}
	a, err := environment.LoadAWS(ctx, c)
	return c, a, err
}

func routes(c environment.Config, a environment.AWS) websocket.Routes {
	r := websocket.Routes{Log: c.Log()}
	if c.CallbackURL != "" {
		r.Hub = a.Hub()
	}
	return r
}

func connectHandler(c environment.Config, a environment.AWS) sockets.ConnectHandler {
	t := a.Table()
	h := sockets.ConnectHandler{
		Tickets: dynamodb.Tickets{Table: t}, Denials: dynamodb.Denials{Table: t}, Connections: dynamodb.Connections{Table: t}, Now: time.Now,
	}
	if c.CallbackURL != "" {
		hub := a.Hub()
		h.Hub, h.Closer = hub, hub
	}
	return h
}

func frameHandler(a environment.AWS) sockets.FrameHandler {
	t, h := a.Table(), a.Hub()
	return sockets.FrameHandler{
		Connections: dynamodb.Connections{Table: t}, Memberships: dynamodb.Memberships{Table: t}, Heads: dynamodb.Heads{Table: t},
		Denials: dynamodb.Denials{Table: t}, Hub: h, Closer: h, Limits: ratelimit.NewLocal(time.Now), Now: time.Now,
	}
}
