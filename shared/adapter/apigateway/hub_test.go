package apigateway_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/yoriai/yoriai/shared/adapter/apigateway"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// callback plays the WebSocket API's @connections.
func callback(t *testing.T, status int, kind string) (*apigateway.Hub, *atomic.Int32, *atomic.Value) {
	t.Helper()
	var asked atomic.Int32
	var last atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		body, _ := io.ReadAll(r.Body)
		last.Store(r.Method + " " + r.URL.EscapedPath() + " " + string(body))
		if kind != "" {
			w.Header().Set("X-Amzn-Errortype", kind)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(server.Close)
	c := aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
	return apigateway.NewHub(c, server.URL+"/_aws/execute-api/abc/ws"), &asked, &last
}

func TestWhatAPostComesTo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		kind   string
		want   error
	}{
		"taken":                  {200, "", nil},
		"gone":                   {410, "GoneException", realtime.ErrGone},
		"gone, without its name": {410, "", realtime.ErrGone},
		"throttled":              {429, "LimitExceededException", realtime.ErrThrottled},
		"throttled by the edge":  {429, "", realtime.ErrThrottled},
	} {
		h, asked, last := callback(t, c.status, c.kind)
		err := h.Post(t.Context(), "L0SM9cOFvHcCIhw=", []byte(`{"a":1}`))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
		if want := `POST /_aws/execute-api/abc/ws/@connections/L0SM9cOFvHcCIhw`; !strings.HasPrefix(strings.ReplaceAll(last.Load().(string), "%40", "@"), want) || !strings.HasSuffix(last.Load().(string), `{"a":1}`) {
			t.Errorf("%s: asked %s", name, last.Load())
		}
		if asked.Load() != 1 {
			t.Errorf("%s: posted %d times; a delta is not worth a retry", name, asked.Load())
		}
	}
	h, _, _ := callback(t, 500, "")
	if err := h.Post(t.Context(), "x", nil); err == nil || errors.Is(err, realtime.ErrGone) || errors.Is(err, realtime.ErrThrottled) {
		t.Errorf("a failure: %v", err)
	}
}

func TestClosingAClosedSocketIsHarmless(t *testing.T) {
	t.Parallel()
	for status, fails := range map[int]bool{204: false, 410: false, 500: true} {
		h, _, last := callback(t, status, "")
		if err := h.Close(t.Context(), "x"); (err != nil) != fails {
			t.Errorf("%d: %v", status, err)
		}
		if !strings.HasPrefix(last.Load().(string), "DELETE ") {
			t.Errorf("asked %s", last.Load())
		}
	}
}

// The local cloud answers as AWS does for a socket that it does not know.
func TestASocketThatTheCloudDoesNotKnowIsGone(t *testing.T) {
	t.Parallel()
	c := dynamotest.Config(t)
	h := apigateway.NewHub(c, *c.BaseEndpoint+"/_aws/execute-api/abc/ws")
	if err := h.Post(t.Context(), "L0SM9cOFvHcCIhw=", []byte("{}")); !errors.Is(err, realtime.ErrGone) {
		t.Errorf("post: %v", err)
	}
	if err := h.Close(t.Context(), "L0SM9cOFvHcCIhw="); err != nil {
		t.Errorf("close: %v", err)
	}
}

func TestTheHubInsideATest(t *testing.T) {
	t.Parallel()
	h := apigateway.NewInProcess()
	if err := h.Post(t.Context(), "a", nil); !errors.Is(err, realtime.ErrGone) {
		t.Fatalf("got %v", err)
	}
	var got string
	h.Listen("a", func(frame []byte) { got = string(frame) })
	if err := h.Post(t.Context(), "a", []byte("hi")); err != nil || got != "hi" || !h.Open("a") {
		t.Fatalf("got %q, %v", got, err)
	}
	if err := h.Close(t.Context(), "a"); err != nil || h.Open("a") {
		t.Fatal("it is open")
	}
}

// TestAConnectionThatDiedWhileFrozenIsMadeAnew: the peer closed the kept-alive connection without the client seeing it.
func TestAConnectionThatDiedWhileFrozenIsMadeAnew(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 2 { // the second request finds its connection dead
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusOK)
	}))
	t.Cleanup(server.Close)
	c := aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
	h := apigateway.NewHub(c, server.URL)
	for n := range 3 {
		if err := h.Post(t.Context(), "x", []byte("{}")); err != nil {
			t.Fatalf("post %d: %v", n, err)
		}
	}
	if asked.Load() != 4 {
		t.Fatalf("asked %d times, want one retry", asked.Load())
	}
}

func TestAHostThatOnlyHangsUpIsAskedTwice(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked.Add(1)
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(server.Close)
	c := aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
	if err := apigateway.NewHub(c, server.URL).Post(t.Context(), "x", []byte("{}")); err == nil || asked.Load() != 2 {
		t.Fatalf("%v after %d tries", err, asked.Load())
	}
}
