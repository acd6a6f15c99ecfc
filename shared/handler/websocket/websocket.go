// Package websocket answers the routes of the WebSocket API: an event in, the use case called, an answer or a frame out.
package websocket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// Event is what API Gateway sends to every route.
type Event = events.APIGatewayWebsocketProxyRequest

// Answer is what it takes.
type Answer = events.APIGatewayProxyResponse

// Route answers one route. The frame it returns goes to the socket, where the route has a response.
type Route func(ctx context.Context, e Event) ([]byte, error)

// Routes frames every route: request id, recovery, one log line, errors as frames.
type Routes struct {
	// Hub posts error frames on routes that have no response of their own; nil where there is none.
	Hub realtime.MessageHub
	Log *slog.Logger
}

// answerMargin is what stays of a Lambda's time to answer that its work ran out of time.
const answerMargin = 700 * time.Millisecond

// Connecting is the handler of $connect: an error refuses the socket.
func (r Routes) Connecting(route Route) func(context.Context, Event) (Answer, error) {
	return func(ctx context.Context, e Event) (Answer, error) {
		_, err := r.observe(ctx, e, only("CONNECT", route))
		if err != nil {
			return Answer{StatusCode: refusal(err)}, nil
		}
		return Answer{StatusCode: http.StatusOK}, nil
	}
}

// Disconnecting is the handler of $disconnect; nobody reads its answer.
func (r Routes) Disconnecting(route Route) func(context.Context, Event) (Answer, error) {
	return func(ctx context.Context, e Event) (Answer, error) {
		_, err := r.observe(ctx, e, only("DISCONNECT", route))
		return Answer{StatusCode: http.StatusOK}, err
	}
}

// Receiving is the handler of a route without a response: an error is posted to the socket.
func (r Routes) Receiving(route Route) func(context.Context, Event) (Answer, error) {
	return func(ctx context.Context, e Event) (Answer, error) {
		_, err := r.observe(ctx, e, whole(route))
		if err != nil && !silent(err) {
			// The socket may be gone; then there is nobody left to tell.
			_ = r.Hub.Post(ctx, e.RequestContext.ConnectionID, errorFrame(err))
		}
		return Answer{StatusCode: http.StatusOK}, nil
	}
}

// Answering is the handler of a route with a response: frame or error goes back that way.
func (r Routes) Answering(route Route) func(context.Context, Event) (Answer, error) {
	return func(ctx context.Context, e Event) (Answer, error) {
		frame, err := r.observe(ctx, e, whole(route))
		if err != nil {
			frame = errorFrame(err)
		}
		return Answer{StatusCode: http.StatusOK, Body: string(frame)}, nil
	}
}

// only refuses other events: a frame may name $connect as its action.
func only(kind string, route Route) Route {
	return func(ctx context.Context, e Event) ([]byte, error) {
		if e.RequestContext.EventType != kind {
			return nil, fault.New(fault.Malformed, "There is no such action.")
		}
		return route(ctx, e)
	}
}

// whole refuses frames that API Gateway would not have passed.
func whole(route Route) Route {
	return func(ctx context.Context, e Event) ([]byte, error) {
		if len(e.Body) > realtime.MaxFrame {
			return nil, fault.New(fault.TooLarge, "A frame may have 32 KB.")
		}
		return route(ctx, e)
	}
}

// observe runs the route and writes the one log line: never a frame, a ticket or a query string.
func (r Routes) observe(ctx context.Context, e Event, route Route) ([]byte, error) {
	began := time.Now()
	requestID := e.RequestContext.RequestID
	if requestID == "" {
		requestID = id.New().String()
	}
	ctx = id.WithRequest(ctx, requestID)
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-answerMargin))
		defer cancel()
	}
	frame, err := guarded(ctx, e, route)
	attributes := []slog.Attr{
		slog.String("request_id", requestID), slog.String("route", e.RequestContext.RouteKey),
		slog.String("connection", e.RequestContext.ConnectionID),
		slog.Float64("ms", float64(time.Since(began).Microseconds())/1000),
	}
	level := slog.LevelInfo
	if err != nil {
		code := codeOf(err)
		attributes = append(attributes, slog.String("code", string(code)))
		if code == fault.Internal || code == fault.Unavailable {
			level = slog.LevelError
			attributes = append(attributes, slog.String("error", err.Error()))
		}
	}
	r.Log.LogAttrs(ctx, level, "frame", attributes...)
	return frame, err
}

func guarded(ctx context.Context, e Event, route Route) (frame []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Wrap(fault.Internal, "Something went wrong.", fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	return route(ctx, e)
}

func refusal(err error) int {
	switch codeOf(err) {
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Malformed:
		return http.StatusBadRequest
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// silent errors answer what is only noise: somebody types too fast.
func silent(err error) bool { return fault.Is(err, fault.RateLimited) }

func codeOf(err error) fault.Code {
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.Unavailable
	}
	return fault.CodeOf(err)
}

type errorBody struct {
	Type   string     `json:"type"`
	Code   fault.Code `json:"code"`
	Detail string     `json:"detail"`
}

// errorFrame tells the client what went wrong, and nothing about what is inside.
func errorFrame(err error) []byte {
	body := errorBody{Type: "error", Code: codeOf(err), Detail: "Something went wrong."}
	var e *fault.Error
	if errors.As(err, &e) && e.Code != fault.Internal {
		body.Detail = e.Detail
	}
	frame, marshalErr := json.Marshal(body)
	if marshalErr != nil {
		return []byte(`{"type":"error","code":"internal","detail":""}`)
	}
	return frame
}
