package functions_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// built is where the functions' binaries are.
var built string

// TestMain builds every function as it is deployed, once; TEST_FUNCTIONS_BIN names a folder where they are built already.
func TestMain(m *testing.M) {
	if built = os.Getenv("TEST_FUNCTIONS_BIN"); built != "" {
		os.Exit(m.Run())
	}
	folder, err := os.MkdirTemp("", "yoriai-functions-")
	if err != nil {
		panic(err)
	}
	built = folder
	command := exec.Command("go", "build", "-tags", "lambda.norpc,grpcnotrace", "-trimpath", "-ldflags", "-s -w -buildid=", "-o", folder+string(filepath.Separator), "./...")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	code := 1
	if out, err := command.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// lambda runs one function's real binary against Lambda's runtime API, played by the test.
type lambda struct {
	t      *testing.T
	events chan invocation
	failed chan string
	output *syncBuffer
}

type invocation struct {
	event  []byte
	answer chan []byte
}

func start(t *testing.T, name string, environ []string) *lambda {
	t.Helper()
	l := &lambda{t: t, events: make(chan invocation), failed: make(chan string, 1), output: &syncBuffer{}}
	runtime := httptest.NewServer(l.runtime())
	command := exec.Command(filepath.Join(built, name))
	command.Env = append(append(os.Environ(), environ...), "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(runtime.URL, "http://"))
	command.Stdout, command.Stderr = l.output, l.output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		err := command.Wait()
		select {
		case l.failed <- fmt.Sprintf("the function ended: %v\n%s", err, l.output):
		default:
		}
	}()
	t.Cleanup(func() {
		_ = command.Process.Kill()
		<-exited
		runtime.CloseClientConnections()
		runtime.Close()
	})
	return l
}

// runtime is Lambda's runtime API, as far as a function of provided.al2023 uses it.
func (l *lambda) runtime() http.Handler {
	var mu sync.Mutex
	waiting := map[string]chan []byte{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		select {
		case next := <-l.events:
			requestID := id.New().String()
			mu.Lock()
			waiting[requestID] = next.answer
			mu.Unlock()
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", requestID)
			w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(10*time.Second).UnixMilli()))
			w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:test")
			_, _ = w.Write(next.event)
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/{what}", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		answer := waiting[r.PathValue("id")]
		mu.Unlock()
		if r.PathValue("what") == "error" {
			l.failed <- string(body)
		} else {
			answer <- body
		}
		w.WriteHeader(http.StatusAccepted)
	})
	return mux
}

// call sends one event and reads the answer.
func (l *lambda) call(event, into any) {
	l.t.Helper()
	payload, err := json.Marshal(event)
	if err != nil {
		l.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(l.t.Context(), 20*time.Second)
	defer cancel()
	one := invocation{event: payload, answer: make(chan []byte, 1)}
	select {
	case l.events <- one:
	case failure := <-l.failed:
		l.t.Fatal(failure)
	case <-ctx.Done():
		l.t.Fatalf("the function asks for nothing\n%s", l.output)
	}
	select {
	case answer := <-one.answer:
		if err := json.Unmarshal(answer, into); err != nil {
			l.t.Fatalf("%s: %v", answer, err)
		}
	case failure := <-l.failed:
		l.t.Fatalf("%s\n%s", failure, l.output)
	case <-ctx.Done():
		l.t.Fatalf("no answer\n%s", l.output)
	}
}

// http calls a function of an operation.
func (l *lambda) http(method, path string, headers map[string]string) events.APIGatewayV2HTTPResponse {
	l.t.Helper()
	return l.post(method, path, "{}", headers)
}

func (l *lambda) post(method, path, body string, headers map[string]string) events.APIGatewayV2HTTPResponse {
	l.t.Helper()
	headers["content-type"] = "application/json"
	event := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: method + " " + path, RawPath: "/api" + path, Headers: headers, Body: body,
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RequestID: id.New().String(), Stage: "api",
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: method, Path: "/api" + path, SourceIP: "127.0.0.1"},
		},
	}
	if method == http.MethodGet || method == http.MethodDelete {
		event.Body = ""
	}
	var answer events.APIGatewayV2HTTPResponse
	l.call(event, &answer)
	return answer
}

// wantLines fails the test unless the function wrote as many lines with this text; the last may still be on its way.
func (l *lambda) wantLines(text string, want int) {
	l.t.Helper()
	var got int
	for range 500 {
		if got = strings.Count(l.output.String(), text); got >= want {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if got != want {
		l.t.Errorf("%d lines with %s, want %d:\n%s", got, text, want, l.output)
	}
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
