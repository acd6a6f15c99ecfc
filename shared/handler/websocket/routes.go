package websocket

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/sockets"
)

// originSecretHeader is set by the front door.
const originSecretHeader = "X-Yoriai-Origin-Secret"

// Origin proves that a socket came through this stage's front door.
type Origin interface {
	Admits(ctx context.Context, presented string) (bool, error)
}

// Connect answers $connect: the front door's secret, then the ticket.
func Connect(d sockets.ConnectHandler, o Origin) Route {
	return func(ctx context.Context, e Event) ([]byte, error) {
		ok, err := o.Admits(ctx, header(e, originSecretHeader))
		if err != nil {
			return nil, fault.Wrap(fault.Unavailable, "The service cannot check where this socket came from.", err)
		}
		if !ok {
			return nil, fault.New(fault.Forbidden, "This address is not open to the public.")
		}
		_, err = d.Connect(ctx, e.RequestContext.ConnectionID, e.QueryStringParameters["ticket"])
		return nil, err
	}
}

func header(e Event, name string) string {
	for n, v := range e.Headers {
		if strings.EqualFold(n, name) {
			return v
		}
	}
	return ""
}

// Disconnect answers $disconnect.
func Disconnect(d sockets.ConnectHandler) Route {
	return func(ctx context.Context, e Event) ([]byte, error) {
		return nil, d.Disconnect(ctx, e.RequestContext.ConnectionID)
	}
}

// View answers view.
func View(h sockets.FrameHandler) Route {
	return func(ctx context.Context, e Event) ([]byte, error) {
		var frame struct {
			Action string               `json:"action"`
			RoomID wire.Nullable[id.ID] `json:"room_id"`
		}
		if err := decode(e, &frame); err != nil {
			return nil, err
		}
		if !frame.RoomID.Set {
			return nil, wire.Malformed("room_id", "must be there, if only as null")
		}
		var room id.ID
		if frame.RoomID.Value != nil {
			room = *frame.RoomID.Value
		}
		return nil, h.View(ctx, e.RequestContext.ConnectionID, room)
	}
}

type pong struct {
	Type  string               `json:"type"`
	User  int64                `json:"user"`
	Rooms map[string]*roomHead `json:"rooms"`
}

type roomHead struct {
	Event int64  `json:"event"`
	Read  *id.ID `json:"read"`
}

// Heartbeat answers heartbeat with pong.
func Heartbeat(h sockets.FrameHandler) Route {
	return func(ctx context.Context, e Event) ([]byte, error) {
		var frame struct {
			Action string           `json:"action"`
			User   *int64           `json:"user"`
			Rooms  map[string]int64 `json:"rooms"`
		}
		if err := decode(e, &frame); err != nil {
			return nil, err
		}
		if frame.User == nil || frame.Rooms == nil {
			return nil, wire.Malformed("user", "and rooms must be there")
		}
		rooms := make([]id.ID, 0, len(frame.Rooms))
		for name := range frame.Rooms {
			room, err := id.Parse(name)
			if err != nil {
				return nil, wire.Malformed("rooms", "must be named by their ids")
			}
			rooms = append(rooms, room)
		}
		answer, err := h.Heartbeat(ctx, e.RequestContext.ConnectionID, rooms)
		if err != nil {
			return nil, err
		}
		return json.Marshal(pongOf(answer))
	}
}

func pongOf(p sockets.Pong) pong {
	out := pong{Type: "pong", User: p.User, Rooms: make(map[string]*roomHead, len(p.Rooms))}
	for room, head := range p.Rooms {
		if head == nil {
			out.Rooms[room.String()] = nil
			continue
		}
		body := &roomHead{Event: head.Event}
		if !head.Read.IsZero() {
			body.Read = &head.Read
		}
		out.Rooms[room.String()] = body
	}
	return out
}

// Typing answers typing.
func Typing(h sockets.FrameHandler) Route {
	return func(ctx context.Context, e Event) ([]byte, error) {
		var frame struct {
			Action string `json:"action"`
			RoomID id.ID  `json:"room_id"`
		}
		if err := decode(e, &frame); err != nil {
			return nil, err
		}
		if frame.RoomID.IsZero() {
			return nil, wire.Malformed("room_id", "must be there")
		}
		return nil, h.Typing(ctx, e.RequestContext.ConnectionID, frame.RoomID)
	}
}

// Default answers whatever no route takes.
func Default() Route {
	return func(_ context.Context, e Event) ([]byte, error) {
		if !json.Valid([]byte(e.Body)) {
			return nil, fault.New(fault.Malformed, "The frame is not JSON.")
		}
		return nil, fault.New(fault.Malformed, "There is no such action.")
	}
}

func decode(e Event, into any) error { return wire.Decode([]byte(e.Body), into) }
