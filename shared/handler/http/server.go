// Package http is the frame around every HTTP operation: it identifies the request, proves the caller, reads the body
// strictly, turns errors into problems, and writes one log line. Handlers decode, call a use case, encode.
//
// The same stack serves Lambda (through aws-lambda-go-api-proxy) and, in tests and benches, net/http.
package http

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/core"
	echoadapter "github.com/awslabs/aws-lambda-go-api-proxy/echo"
	"github.com/labstack/echo/v4"

	"github.com/yoriai/yoriai/shared/domain/audit"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// answerMargin is what stays of a Lambda's time to answer that its work ran out of time.
const answerMargin = 700 * time.Millisecond

// stagePrefix is what API Gateway and the front door put before the contract's paths.
const stagePrefix = "/api"

// Origin proves that a request came through this stage's front door.
type Origin interface {
	Admits(ctx context.Context, presented string) (bool, error)
}

// Config is what the frame must know.
type Config struct {
	// PublicOrigin is the only Origin that cookies may come with, such as https://yoriai.example.
	PublicOrigin string
	// Auth proves callers; a server of open operations alone needs none.
	Auth *Auth
	// Origin checks the front door's secret; nil admits everybody (tests).
	Origin Origin
	// Log gets one line per request; JSON on standard output unless given.
	Log *slog.Logger
}

// Server serves operations.
type Server struct {
	config Config
	echo   *echo.Echo
}

// Handler answers one operation. What it returns becomes a problem.
type Handler func(r *Request) error

// New makes a server without operations.
func New(config Config) *Server {
	if config.Log == nil {
		config.Log = slog.New(slog.NewJSONHandler(os.Stdout, nil))
	}
	s := &Server{config: config, echo: echo.New()}
	s.echo.HTTPErrorHandler = s.fail
	s.echo.JSONSerializer = plainJSON{}
	s.echo.Pre(stripStage)
	s.echo.Use(s.observe, s.admit)
	// Without a route Echo answers before it runs the middleware above.
	s.echo.RouteNotFound("/*", func(echo.Context) error { return fault.New(fault.NotFound, "There is no such operation.") })
	return s
}

// Handle adds an operation under its path in the contract. An open one has no caller.
func (s *Server) Handle(method, path string, open bool, h Handler) {
	s.echo.Add(method, echoPath(path), func(c echo.Context) error {
		r := &Request{Context: c}
		c.SetRequest(c.Request().WithContext(audit.WithAddress(c.Request().Context(), r.Address())))
		if !open {
			caller, err := s.config.Auth.caller(c.Request(), s.config.PublicOrigin)
			if err != nil {
				return err
			}
			r.Caller = caller
			c.Set(callerKey, caller)
		}
		return h(r)
	})
}

// ServeHTTP serves one request without Lambda.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }

// Lambda is the handler to start.
func (s *Server) Lambda() any {
	adapter := echoadapter.NewV2(s.echo)
	return func(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		if deadline, ok := ctx.Deadline(); ok {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, deadline.Add(-answerMargin))
			defer cancel()
		}
		// The gateway hands over a decoded path, which is no valid part of an address if it holds a space or a percent sign.
		event.RawPath = (&url.URL{Path: event.RawPath}).EscapedPath()
		event.Headers, event.Cookies = joinCookies(event.Headers, event.Cookies)
		return adapter.ProxyWithContext(ctx, event)
	}
}

// joinCookies leaves one source of cookies: AWS fills the list, other gateways the header alone.
func joinCookies(headers map[string]string, cookies []string) (map[string]string, []string) {
	if len(cookies) == 0 {
		return headers, cookies
	}
	rest := make(map[string]string, len(headers))
	for name, value := range headers {
		if !strings.EqualFold(name, "cookie") {
			rest[name] = value
		}
	}
	return rest, []string{strings.Join(cookies, "; ")}
}

// echoPath writes the contract's {roomId} as Echo's :roomId.
func echoPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

func stripStage(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		u := c.Request().URL
		if rest, ok := strings.CutPrefix(u.Path, stagePrefix); ok && (rest == "" || rest[0] == '/') {
			u.Path, u.RawPath = rest, strings.TrimPrefix(u.RawPath, stagePrefix)
		}
		return next(c)
	}
}

// healthPath says how the function itself is: it touches no dependency, so not even the secret is read for it.
const healthPath = "/health"

// admittedKey marks a request that presented the origin secret.
const admittedKey = "yoriai.admitted"

// admit refuses who did not come through the front door.
func (s *Server) admit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if s.config.Origin != nil && c.Path() != healthPath {
			ok, err := s.config.Origin.Admits(c.Request().Context(), c.Request().Header.Get(OriginSecretHeader))
			if err != nil {
				return fault.Wrap(fault.Unavailable, "The service cannot check where this request came from.", err)
			}
			if !ok {
				return fault.New(fault.Forbidden, "This address is not open to the public.")
			}
			c.Set(admittedKey, true)
		}
		return next(c)
	}
}

// identify gives the request its id: the gateway's own, so that its access log tells the same story.
func identify(c echo.Context) string {
	r := c.Request()
	requestID := id.New().String()
	if gateway, ok := core.GetAPIGatewayV2ContextFromContext(r.Context()); ok && gateway.RequestID != "" {
		requestID = gateway.RequestID
	}
	c.SetRequest(r.WithContext(id.WithRequest(r.Context(), requestID)))
	h := c.Response().Header()
	h.Set(echo.HeaderXRequestID, requestID)
	// Every answer is somebody's own: no browser and no edge may keep it.
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	return requestID
}
