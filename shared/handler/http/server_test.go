package http

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/user"
)

const (
	origin    = "http://localhost:8080"
	goodToken = "good"
)

var ann = user.Caller{UserID: id.New(), SessionID: id.New()}

// tokens admits one token.
type tokens struct{}

func (tokens) Verify(_ context.Context, token string) (user.Caller, error) {
	if token != goodToken {
		return user.Caller{}, fault.New(fault.Unauthenticated, "no")
	}
	return ann, nil
}

type denials map[id.ID]bool

func (d denials) Denied(_ context.Context, s id.ID) (bool, error) { return d[s], nil }

type door string

func (d door) Admits(_ context.Context, presented string) (bool, error) {
	return presented == string(d), nil
}

func serve(t *testing.T, config Config, h Handler) (*Server, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	config.PublicOrigin, config.Log = origin, slog.New(slog.NewJSONHandler(&log, nil))
	if config.Auth == nil {
		config.Auth = ByDenials(tokens{}, denials{})
	}
	s := New(config)
	s.Handle(http.MethodPost, "/rooms/{roomId}", false, h)
	s.Handle(http.MethodGet, "/rooms/{roomId}", false, h)
	s.Handle(http.MethodPost, "/open", true, h)
	return s, &log
}

func call(s *Server, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func wantProblem(t *testing.T, w *httptest.ResponseRecorder, status int, code fault.Code) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("%d %q is no problem: %v", w.Code, w.Body, err)
	}
	if w.Code != status || p.Status != status || p.Code != code || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Fatalf("got %d %s (%s), want %d %s", w.Code, p.Code, w.Body, status, code)
	}
	if p.RequestID == "" || p.RequestID != w.Header().Get("X-Request-Id") {
		t.Fatalf("request id %q, header %q", p.RequestID, w.Header().Get("X-Request-Id"))
	}
	if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Fatalf("headers %v", w.Header())
	}
	return p
}

func ok(r *Request) error { return r.NoContent(http.StatusNoContent) }

func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	room := "/rooms/" + id.New().String()
	cookie := SessionCookie + "=" + goodToken
	for name, c := range map[string]struct {
		method  string
		headers []string
		status  int
	}{
		"nobody":                        {"POST", nil, 401},
		"a Bearer":                      {"POST", []string{"Authorization", "Bearer good"}, 204},
		"a bearer in small letters":     {"POST", []string{"Authorization", "bearer good"}, 204},
		"another token":                 {"POST", []string{"Authorization", "Bearer bad"}, 401},
		"another scheme":                {"POST", []string{"Authorization", "Basic good"}, 401},
		"a bad Bearer beside a cookie":  {"GET", []string{"Authorization", "Bearer bad", "Cookie", cookie}, 401},
		"a cookie that reads":           {"GET", []string{"Cookie", cookie}, 204},
		"a cookie that writes":          {"POST", []string{"Cookie", cookie}, 403},
		"a cookie without Origin":       {"POST", []string{"Cookie", cookie, CSRFHeader, "1"}, 403},
		"a cookie from another page":    {"POST", []string{"Cookie", cookie, CSRFHeader, "1", "Origin", "https://evil.example"}, 403},
		"a cookie from a like-named":    {"POST", []string{"Cookie", cookie, CSRFHeader, "1", "Origin", origin + ".evil.example"}, 403},
		"a cookie from an opaque page":  {"POST", []string{"Cookie", cookie, CSRFHeader, "1", "Origin", "null"}, 403},
		"a cookie without the header":   {"POST", []string{"Cookie", cookie, "Origin", origin}, 403},
		"a cookie from this page":       {"POST", []string{"Cookie", cookie, CSRFHeader, "1", "Origin", origin}, 204},
		"an expired cookie, unproven":   {"POST", []string{"Cookie", SessionCookie + "=old"}, 401},
		"an empty cookie":               {"GET", []string{"Cookie", SessionCookie + "="}, 401},
		"the stage's path, which works": {"GET", []string{"Cookie", cookie}, 204},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := serve(t, Config{}, ok)
			for _, prefix := range []string{"", "/api"} {
				w := call(s, c.method, prefix+room, "", c.headers...)
				if w.Code != c.status {
					t.Errorf("%q: got %d %s, want %d", prefix, w.Code, w.Body, c.status)
				}
				if c.status == 401 && w.Header().Get("WWW-Authenticate") != "Bearer" {
					t.Error("a 401 without WWW-Authenticate")
				}
			}
		})
	}
}

func TestADeniedSessionEndsBeforeItsToken(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, Config{Auth: ByDenials(tokens{}, denials{ann.SessionID: true})}, ok)
	wantProblem(t, call(s, "GET", "/rooms/x", "", "Authorization", "Bearer good"), 401, fault.Unauthenticated)
}

func TestOnlyTheFrontDoorGetsIn(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, Config{Origin: door("secret")}, ok)
	wantProblem(t, call(s, "POST", "/open", ""), 403, fault.Forbidden)
	wantProblem(t, call(s, "POST", "/nowhere", "", OriginSecretHeader, "wrong"), 403, fault.Forbidden)
	if w := call(s, "POST", "/open", "", OriginSecretHeader, "secret"); w.Code != 204 {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	s, log := serve(t, Config{}, ok)
	for _, c := range [][2]string{{"GET", "/nowhere"}, {"DELETE", "/open"}, {"GET", "/"}, {"GET", "/api"}, {"GET", "/apiopen"}} {
		wantProblem(t, call(s, c[0], c[1], ""), 404, fault.NotFound)
	}
	if lines := strings.Count(log.String(), "\n"); lines != 5 {
		t.Fatalf("%d log lines for 5 requests", lines)
	}
}

func TestErrorsBecomeProblemsThatTellNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err    error
		status int
		code   fault.Code
		wait   string
	}{
		"a stranger's error":   {errors.New("password=hunter2"), 500, fault.Internal, ""},
		"an internal fault":    {fault.Wrap(fault.Internal, "password=hunter2", errors.New("x")), 500, fault.Internal, ""},
		"a cause":              {fault.Wrap(fault.Conflict, "Again.", errors.New("password=hunter2")), 409, fault.Conflict, ""},
		"a deadline":           {context.DeadlineExceeded, 503, fault.Unavailable, "1"},
		"a limit":              {&fault.Error{Code: fault.RateLimited, RetryAfter: 1500 * time.Millisecond}, 429, fault.RateLimited, "2"},
		"a waking database":    {&fault.Error{Code: fault.DatabaseWaking, RetryAfter: 5 * time.Second}, 503, fault.DatabaseWaking, "5"},
		"several wrong fields": {&fault.Error{Code: fault.ValidationFailed, Fields: []fault.Field{{Name: "a"}, {Name: "b"}}}, 422, fault.ValidationFailed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := serve(t, Config{}, func(*Request) error { return c.err })
			w := call(s, "POST", "/open", "")
			wantProblem(t, w, c.status, c.code)
			if strings.Contains(w.Body.String(), "hunter2") || w.Header().Get("Retry-After") != c.wait {
				t.Fatalf("%s, Retry-After %q", w.Body, w.Header().Get("Retry-After"))
			}
		})
	}
}

func TestAPanicIsAnsweredAndLogged(t *testing.T) {
	t.Parallel()
	s, log := serve(t, Config{}, func(*Request) error { panic("boom") })
	wantProblem(t, call(s, "POST", "/open", ""), 500, fault.Internal)
	if !strings.Contains(log.String(), "boom") || !strings.Contains(log.String(), "server_test.go") {
		t.Fatalf("the log does not tell: %s", log)
	}
}

func TestOneLogLineWithoutSecrets(t *testing.T) {
	t.Parallel()
	var inside string
	s, log := serve(t, Config{}, func(r *Request) error {
		inside = id.RequestOf(r.Request().Context())
		return fault.New(fault.Conflict, "no")
	})
	room := id.New().String()
	w := call(s, "POST", "/api/rooms/"+room+"?ticket=hush", `{"password":"hush"}`, "Authorization", "Bearer good", "X-Forwarded-For", "hush")
	if strings.Count(log.String(), "\n") != 1 || strings.Contains(log.String(), "hush") || strings.Contains(log.String(), "Bearer") {
		t.Fatalf("log: %s", log)
	}
	var line map[string]any
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if line["request_id"] != w.Header().Get("X-Request-Id") || line["request_id"] != inside || line["user"] != ann.UserID.String() ||
		line["room"] != room || line["route"] != "/rooms/:roomId" || line["status"] != 409.0 || line["code"] != "conflict" || line["ms"] == nil {
		t.Fatalf("log: %s", log)
	}
}

func TestReadingPathQueryAndHeaders(t *testing.T) {
	t.Parallel()
	good := id.New().String()
	for name, c := range map[string]struct {
		path, key string
		status    int
		code      fault.Code
	}{
		"all well":               {"/rooms/" + good + "?before=" + good + "&limit=7", good, 204, ""},
		"nothing asked":          {"/rooms/" + good, good, 204, ""},
		"a path that is no id":   {"/rooms/x", good, 404, fault.NotFound},
		"a cursor that is no id": {"/rooms/" + good + "?before=x", good, 400, fault.InvalidCursor},
		"no number":              {"/rooms/" + good + "?limit=x", good, 400, fault.Malformed},
		"a number too high":      {"/rooms/" + good + "?limit=101", good, 400, fault.Malformed},
		"a number too low":       {"/rooms/" + good + "?limit=0", good, 400, fault.Malformed},
		"no key":                 {"/rooms/" + good, "", 400, fault.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := serve(t, Config{}, func(r *Request) error {
				if _, err := r.ID("roomId"); err != nil {
					return err
				}
				if _, err := r.QueryID("before"); err != nil {
					return err
				}
				if _, err := r.QueryInt("limit", 50, 1, 100); err != nil {
					return err
				}
				if _, err := r.IdempotencyKey(); err != nil {
					return err
				}
				return ok(r)
			})
			w := call(s, "POST", c.path, "", "Authorization", "Bearer good", "Idempotency-Key", c.key)
			if c.status == 204 {
				if w.Code != 204 {
					t.Fatalf("got %d %s", w.Code, w.Body)
				}
				return
			}
			wantProblem(t, w, c.status, c.code)
		})
	}
}

func TestThroughLambda(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, Config{}, func(r *Request) error {
		if _, limited := r.Request().Context().Deadline(); !limited {
			t.Error("the handler does not know its time")
		}
		var body struct {
			Text string `json:"text"`
		}
		if err := r.Decode(&body); err != nil {
			return err
		}
		r.Response().Header().Add("Set-Cookie", "a=1")
		r.Response().Header().Add("Set-Cookie", "b=2")
		return r.JSON(200, map[string]string{"text": body.Text})
	})
	run := s.Lambda().(func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	event := func(path, body string, coded bool, cookies []string, headers map[string]string) events.APIGatewayV2HTTPRequest {
		headers["content-type"] = "application/json"
		return events.APIGatewayV2HTTPRequest{
			RawPath: path, Body: body, IsBase64Encoded: coded, Cookies: cookies, Headers: headers,
			RequestContext: events.APIGatewayV2HTTPRequestContext{RequestID: "gateway-1", HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: "POST"}},
		}
	}
	cookies := map[string]string{"x-yoriai-csrf": "1", "origin": origin}
	withHeader := map[string]string{"x-yoriai-csrf": "1", "origin": origin, "cookie": "a=b; " + SessionCookie + "=good"}
	for name, e := range map[string]events.APIGatewayV2HTTPRequest{
		"cookies in the list":   event("/api/rooms/x", `{"text":"hi"}`, false, []string{"a=b", SessionCookie + "=good"}, cookies),
		"cookies in the header": event("/rooms/x", "eyJ0ZXh0IjoiaGkifQ==", true, nil, withHeader),
		"a path to be escaped":  event("/rooms/50% \"of\" it", `{"text":"hi"}`, false, []string{SessionCookie + "=good"}, cookies),
	} {
		answer, err := run(ctx, e)
		if err != nil || answer.StatusCode != 200 || strings.TrimSpace(answer.Body) != `{"text":"hi"}` || len(answer.Cookies) != 2 || answer.Headers["X-Request-Id"] != "gateway-1" {
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
	}
}
