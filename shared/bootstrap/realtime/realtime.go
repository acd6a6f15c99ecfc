// Package realtime builds the WebSocket functions. They must not link the database driver; a test holds them to it.
package realtime

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/domain/ratelimit"
	"github.com/yoriai/yoriai/shared/handler/websocket"
	usecase "github.com/yoriai/yoriai/shared/usecase/realtime"
)

// Connect builds $connect.
func Connect(ctx context.Context, getenv func(string) string) (any, error) {
	c, a, err := load(ctx, getenv, environment.Table, environment.Verify)
	if err != nil {
		return nil, err
	}
	return routes(c, a).Connecting(websocket.Connect(doorman(a), a.Origin())), nil
}

// Disconnect builds $disconnect.
func Disconnect(ctx context.Context, getenv func(string) string) (any, error) {
	c, a, err := load(ctx, getenv, environment.Table)
	if err != nil {
		return nil, err
	}
	return routes(c, a).Disconnecting(websocket.Disconnect(doorman(a))), nil
}

// View builds view.
func View(ctx context.Context, getenv func(string) string) (any, error) {
	c, a, err := load(ctx, getenv, environment.Table, environment.Connections)
	if err != nil {
		return nil, err
	}
	return routes(c, a).Receiving(websocket.View(listener(a))), nil
}

// Heartbeat builds heartbeat.
func Heartbeat(ctx context.Context, getenv func(string) string) (any, error) {
	c, a, err := load(ctx, getenv, environment.Table, environment.Connections)
	if err != nil {
		return nil, err
	}
	return routes(c, a).Answering(websocket.Heartbeat(listener(a))), nil
}

// Typing builds typing.
func Typing(ctx context.Context, getenv func(string) string) (any, error) {
	c, a, err := load(ctx, getenv, environment.Table, environment.Connections)
	if err != nil {
		return nil, err
	}
	return routes(c, a).Receiving(websocket.Typing(listener(a))), nil
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

func doorman(a environment.AWS) usecase.Doorman {
	t := a.Table()
	return usecase.Doorman{
		Tickets: dynamodb.Tickets{Table: t}, Denials: dynamodb.Denials{Table: t}, Connections: dynamodb.Connections{Table: t}, Now: time.Now,
	}
}

func listener(a environment.AWS) usecase.Listener {
	t, h := a.Table(), a.Hub()
	return usecase.Listener{
		Connections: dynamodb.Connections{Table: t}, Memberships: dynamodb.Memberships{Table: t}, Heads: dynamodb.Heads{Table: t},
		Denials: dynamodb.Denials{Table: t}, Hub: h, Closer: h, Limits: ratelimit.NewLocal(time.Now), Now: time.Now,
	}
}
