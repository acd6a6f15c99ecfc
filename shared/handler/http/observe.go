package http

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/user"
)

// tracer records nothing until a provider is set, which is bootstrap's to do.
var tracer = otel.Tracer("github.com/yoriai/yoriai/shared/handler/http")

const callerKey = "yoriai.caller"

// observe identifies the request, catches panics, answers errors, and writes the request's one log line: never a body, a
// token or a query string.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		requestID := identify(c)
		ctx, span := tracer.Start(c.Request().Context(), c.Request().Method+" "+c.Path(), trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()
		c.SetRequest(c.Request().WithContext(ctx))
		err := guarded(next, c)
		if err != nil {
			s.fail(err, c)
		}
		attributes := []slog.Attr{
			slog.String("request_id", requestID),
			slog.String("method", c.Request().Method),
			slog.String("route", c.Path()),
			slog.Int("status", c.Response().Status),
			slog.Float64("ms", float64(time.Since(began).Microseconds())/1000),
		}
		if caller, ok := c.Get(callerKey).(user.Caller); ok {
			attributes = append(attributes, slog.String("user", caller.UserID.String()))
		}
		if room := c.Param("roomId"); len(room) == 36 {
			attributes = append(attributes, slog.String("room", room))
		}
		level := slog.LevelInfo
		if err != nil {
			attributes = append(attributes, slog.String("code", string(codeOf(err))))
			if c.Response().Status >= http.StatusInternalServerError {
				level = slog.LevelError
				attributes = append(attributes, slog.String("error", err.Error()))
			}
		}
		span.SetAttributes(attribute.String("http.request.method", c.Request().Method), attribute.String("http.route", c.Path()),
			attribute.Int("http.response.status_code", c.Response().Status), attribute.String("yoriai.request_id", requestID))
		if level == slog.LevelError {
			span.SetStatus(codes.Error, string(codeOf(err)))
		}
		s.config.Log.LogAttrs(c.Request().Context(), level, "request", attributes...)
		return nil
	}
}

// guarded turns a panic into an error that keeps the stack for the log.
func guarded(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Wrap(fault.Internal, "Something went wrong.", fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	return next(c)
}
