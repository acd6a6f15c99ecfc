package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/yoriai/yoriai/shared/adapter/telemetry"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// collector is an OTLP collector that keeps what it gets.
type collector struct {
	mu     sync.Mutex
	bodies []string
	paths  []string
}

func (c *collector) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bodies, c.paths = append(c.bodies, string(text)), append(c.paths, r.URL.Path)
}

func getenv(endpoint string) func(string) string {
	return func(name string) string {
		return map[string]string{telemetry.EndpointVariable: endpoint, "YORIAI_STAGE": "test", "AWS_LAMBDA_FUNCTION_NAME": "f"}[name]
	}
}

// The provider is the process's own: these tests run one after the other.
//
//nolint:paralleltest // see above
func TestSpansAreSentBeforeTheAnswerOfAnInvocation(t *testing.T) {
	c := &collector{}
	server := httptest.NewServer(c)
	defer server.Close()
	handler := telemetry.Start(getenv(server.URL + "/")).Wrap(func(ctx context.Context) (string, error) {
		ctx, parent := otel.Tracer("handler").Start(ctx, "POST /rooms", trace.WithSpanKind(trace.SpanKindServer))
		_, child := otel.Tracer("store").Start(ctx, "send", trace.WithAttributes(attribute.Int("rows", 3), attribute.Bool("asked", true), attribute.Float64("share", 0.5)))
		child.SetStatus(codes.Error, "conflict")
		child.End()
		parent.End()
		return "done", nil
	})
	out, err := handler.(lambda.Handler).Invoke(t.Context(), []byte(`{}`))
	if err != nil || string(out) != `"done"` {
		t.Fatalf("%s %v", out, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.bodies) != 1 || c.paths[0] != "/v1/traces" {
		t.Fatalf("%d bodies at %v", len(c.bodies), c.paths)
	}
	type span struct {
		TraceID, SpanID, ParentSpanID, Name string
		Kind                                int
		StartTimeUnixNano, EndTimeUnixNano  string
		Attributes                          []struct {
			Key   string
			Value map[string]any
		}
		Status struct {
			Code    int
			Message string
		}
	}
	var body struct {
		ResourceSpans []struct {
			Resource   struct{ Attributes []struct{ Key string } }
			ScopeSpans []struct {
				Scope struct{ Name string }
				Spans []span
			}
		}
	}
	if err := json.Unmarshal([]byte(c.bodies[0]), &body); err != nil {
		t.Fatal(err)
	}
	spans := map[string]span{}
	for _, s := range body.ResourceSpans[0].ScopeSpans {
		for _, one := range s.Spans {
			spans[s.Scope.Name] = one
		}
	}
	parent, child := spans["handler"], spans["store"]
	if len(parent.TraceID) != 32 || parent.TraceID != child.TraceID || child.ParentSpanID != parent.SpanID || parent.ParentSpanID != "" {
		t.Errorf("%+v %+v", parent, child)
	}
	if parent.Kind != 2 || child.Kind != 1 || child.Status.Code != 2 || child.Status.Message != "conflict" || parent.StartTimeUnixNano > parent.EndTimeUnixNano {
		t.Errorf("%+v %+v", parent, child)
	}
	values := map[string]any{}
	for _, a := range child.Attributes {
		for kind, v := range a.Value {
			values[a.Key+" "+kind] = v
		}
	}
	if values["rows intValue"] != "3" || values["asked boolValue"] != true || values["share doubleValue"] != 0.5 {
		t.Errorf("%v", values)
	}
	if !strings.Contains(c.bodies[0], `"deployment.environment.name"`) {
		t.Errorf("no stage: %s", c.bodies[0])
	}
}

//nolint:paralleltest // see above
func TestACollectorThatIsAwayCostsSpansAndNoAnswer(t *testing.T) {
	hanging := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hanging }))
	defer slow.Close()
	defer close(hanging)
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	defer failing.Close()
	for _, endpoint := range []string{slow.URL, failing.URL, "http://127.0.0.1:1"} {
		handler := telemetry.Start(getenv(endpoint)).Wrap(func(ctx context.Context) (string, error) {
			_, span := otel.Tracer("x").Start(ctx, "x")
			span.End()
			return "done", nil
		})
		began := time.Now()
		out, err := handler.(lambda.Handler).Invoke(t.Context(), []byte(`{}`))
		if err != nil || string(out) != `"done"` || time.Since(began) > 10*time.Second {
			t.Errorf("%s: %s %v after %v", endpoint, out, err, time.Since(began))
		}
	}
}

//nolint:paralleltest // see above
func TestWithoutACollectorNothingIsWrapped(t *testing.T) {
	handler := func() {}
	if _, wrapped := telemetry.Start(func(string) string { return "" }).Wrap(handler).(lambda.Handler); wrapped {
		t.Fatal("a function without a collector must run as it is")
	}
}

func TestLinesCarryTheIdsOfTheirRequest(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := telemetry.NewLogger(&out).With("stage", "test")
	traceID := trace.TraceID{1, 2}
	ctx := trace.ContextWithRemoteSpanContext(id.WithRequest(t.Context(), "r-1"),
		trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, SpanID: trace.SpanID{3}}))
	log.InfoContext(ctx, "with both")
	log.InfoContext(ctx, "said already", "request_id", "mine")
	log.Info("with none")
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if !strings.Contains(lines[0], `"request_id":"r-1"`) || !strings.Contains(lines[0], `"trace_id":"`+traceID.String()+`"`) {
		t.Error(lines[0])
	}
	if strings.Count(lines[1], "request_id") != 1 || !strings.Contains(lines[1], `"request_id":"mine"`) {
		t.Error(lines[1])
	}
	if strings.Contains(lines[2], "_id") {
		t.Error(lines[2])
	}
}
