package gateway_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/yoriai/yoriai/shared/adapter/gateway"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
)

func TestAnAnswerComesInPiecesWithItsUsage(t *testing.T) {
	t.Parallel()
	wires(t, start(t), func(t *testing.T, llm ai.LLM) {
		a := listen(t.Context(), llm, question("[fast:5]"))
		if a.err != nil || strings.TrimSpace(a.text) != "word1 word2 word3 word4 word5" || !a.finished {
			t.Fatalf("%+v", a)
		}
		if a.usage == nil || a.usage.Estimated || a.usage.InputTokens == 0 || a.usage.OutputTokens == 0 {
			t.Fatalf("usage %+v", a.usage)
		}
	})
}

func TestTheGatewayGetsTheWholePrompt(t *testing.T) {
	t.Parallel()
	wires(t, start(t), func(t *testing.T, llm ai.LLM) {
		r := question("[echo] 一緒に京都へ行きますか")
		a := listen(t.Context(), llm, r)
		for _, part := range []string{"Be brief.", "aki", "一緒に京都へ行きますか", r.RequestID, r.RoomID.String(), "4096"} {
			if !strings.Contains(a.text, part) {
				t.Errorf("%q did not arrive: %s", part, a.text)
			}
		}
	})
}

func TestEveryFailureKeepsItsCode(t *testing.T) {
	t.Parallel()
	wires(t, start(t), func(t *testing.T, llm ai.LLM) {
		for _, code := range []string{"invalid_request", "authentication", "permission", "not_found", "context_too_long", "content_blocked", "internal"} {
			a := listen(t.Context(), llm, question("[fail:"+code+"]"))
			if ai.FailureCode(a.err) != code || a.text != "" || a.finished {
				t.Errorf("%s: %+v", code, a)
			}
		}
		a := listen(t.Context(), llm, question("[cut:2]"))
		if ai.FailureCode(a.err) != "unavailable" || strings.TrimSpace(a.text) != "word1 word2" || a.finished {
			t.Errorf("cut: %+v", a)
		}
		r := question("hello")
		r.Provider = "nobody"
		if a := listen(t.Context(), llm, r); a.err == nil || a.text != "" {
			t.Errorf("an unknown provider: %+v", a)
		}
	})
}

func TestAUsageComesBeforeAFailureInMidAnswer(t *testing.T) {
	t.Parallel()
	wires(t, start(t), func(t *testing.T, llm ai.LLM) {
		if a := listen(t.Context(), llm, question("[cut:3]")); a.usage == nil || !a.usage.Estimated || a.usage.OutputTokens == 0 {
			t.Errorf("what the provider bills must be known: %+v", a.usage)
		}
	})
}

func TestWhoStopsListeningStopsTheProvider(t *testing.T) {
	t.Parallel()
	p := start(t)
	wires(t, p, func(t *testing.T, llm ai.LLM) {
		for piece, err := range llm.Stream(t.Context(), question("[endless]")) {
			if err != nil {
				t.Fatal(err)
			}
			if piece.Text != "" {
				break
			}
		}
		p.until("the provider's call has ended", func() bool { return !p.inFlight() })
	})
}

func TestADeadlineIsATimeoutAndACancelACancel(t *testing.T) {
	t.Parallel()
	p := start(t)
	wires(t, p, func(t *testing.T, llm ai.LLM) {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if a := listen(ctx, llm, question("[silent]")); ai.FailureCode(a.err) != "timeout" {
			t.Errorf("deadline: %+v", a)
		}
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(300*time.Millisecond, cancel)
		if a := listen(ctx, llm, question("[silent]")); ai.FailureCode(a.err) != "cancelled" {
			t.Errorf("cancel: %+v", a)
		}
		p.until("the provider's calls have ended", func() bool { return !p.inFlight() })
	})
}

func TestCountsAndModelsAreTheSameOverBothWires(t *testing.T) {
	t.Parallel()
	var counts [][]int
	var models [][]ai.Model
	wires(t, start(t, "OPENAI_API_KEY=sk-test"), func(t *testing.T, llm ai.LLM) {
		r := question("一緒に京都へ行きますか。")
		r.Provider, r.Model = "openai", "gpt-4o"
		n, err := llm.EstimateTokens(t.Context(), r)
		if err != nil || len(n) != 2 || n[0] <= 0 || n[1] <= n[0] {
			t.Fatalf("%v %v", n, err)
		}
		list, err := llm.Models(t.Context())
		if err != nil || len(list) < 5 {
			t.Fatalf("%d models, %v", len(list), err)
		}
		at := slices.IndexFunc(list, func(m ai.Model) bool { return m.Provider == "openai" && m.Available })
		if at < 0 || list[at].ContextWindow <= 0 || list[at].Price.Input <= 0 || list[at].Weights.Output() <= 0 || list[at].DisplayName == "" {
			t.Fatalf("no model of OpenAI's is whole")
		}
		counts, models = append(counts, n), append(models, list)
	})
	if !slices.Equal(counts[0], counts[1]) {
		t.Errorf("gRPC and REST count differently: %v", counts)
	}
	for i := range models[0] {
		if !reflect.DeepEqual(models[0][i], models[1][i]) {
			t.Fatalf("gRPC and REST list differently:\n%+v\n%+v", models[0][i], models[1][i])
		}
	}
}

// A frozen environment comes back with a socket whose other end is gone without a word. The cheap call before the paid one
// must find that out, so that the paid one is made once, and answered.
func TestAFrozenSocketIsFoundOutBeforeThePaidCall(t *testing.T) {
	t.Parallel()
	p := start(t)
	for name, prefixed := range map[string]struct{ prefix, target string }{"gRPC": {"", p.grpc}, "REST": {"http://", p.rest}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := between(t, prefixed.target)
			llm, err := gateway.Open(prefixed.prefix + n.address)
			if err != nil {
				t.Fatal(err)
			}
			if a := listen(t.Context(), llm, question("[fast:1]")); a.err != nil {
				t.Fatal(a.err)
			}
			n.freeze()
			if _, err := llm.EstimateTokens(t.Context(), question("hello")); err != nil {
				t.Fatalf("the dead socket was not replaced: %v", err)
			}
			if a := listen(t.Context(), llm, question("[fast:2]")); a.err != nil || !a.finished {
				t.Fatalf("%+v", a)
			}
		})
	}
}

func TestAGatewayThatDiesIsUnavailableAndThenThereAgain(t *testing.T) {
	t.Parallel()
	p := start(t)
	wires(t, p, func(t *testing.T, llm ai.LLM) {
		var failure error
		for piece, err := range llm.Stream(t.Context(), question("[endless]")) {
			if failure = err; err != nil {
				break
			}
			if piece.Text != "" {
				p.kill()
			}
		}
		if ai.FailureCode(failure) != "unavailable" {
			t.Fatalf("a killed gateway: %v", failure)
		}
		if a := listen(t.Context(), llm, question("hello")); ai.FailureCode(a.err) != "unavailable" {
			t.Fatalf("no gateway: %+v", a)
		}
		p.run()
		p.until("it answers again", func() bool { return listen(t.Context(), llm, question("[fast:1]")).finished })
	})
}

func TestTheCatalogueOutlivesTheGateway(t *testing.T) {
	t.Parallel()
	p := start(t)
	llm, err := gateway.Open("http://" + p.rest)
	if err != nil {
		t.Fatal(err)
	}
	c := gateway.NewCatalogue(llm, ai.Offer{Unknown: true})
	choose := func() {
		t.Helper()
		models, err := c.Models(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if m, err := ai.Choose(models, "", "scripted", "scripted"); err != nil || m.ID != "scripted" {
			t.Fatalf("%+v %v", m, err)
		}
	}
	choose()
	p.kill()
	choose()
	if _, err := gateway.NewCatalogue(llm, ai.Offer{Unknown: true}).Models(t.Context()); err == nil {
		t.Fatal("a gateway that was never heard of has no models")
	}
}

// The trace of a request goes on in the gateway: it sends its span, with our trace's id, to the collector.
func TestTheTraceGoesOnInTheGateway(t *testing.T) { //nolint:paralleltest // sets the process's propagator
	otel.SetTextMapPropagator(propagation.TraceContext{})
	var mu sync.Mutex
	var got bytes.Buffer
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = io.Copy(&got, r.Body)
	}))
	defer collector.Close()
	p := start(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+collector.URL, "OTEL_BSP_SCHEDULE_DELAY=100")
	wires(t, p, func(t *testing.T, llm ai.LLM) {
		id := trace.TraceID(id.New())
		parent := trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: trace.SpanID{1}, TraceFlags: trace.FlagsSampled, Remote: true})
		if a := listen(trace.ContextWithRemoteSpanContext(t.Context(), parent), llm, question("[fast:1]")); a.err != nil {
			t.Fatal(a.err)
		}
		p.until("the collector has "+hex.EncodeToString(id[:]), func() bool {
			mu.Lock()
			defer mu.Unlock()
			return bytes.Contains(got.Bytes(), id[:])
		})
	})
}

func TestFailuresTellTheirCauseToLogsOnly(t *testing.T) {
	t.Parallel()
	llm, err := gateway.Open("http://" + freeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	_, err = llm.Models(t.Context())
	var failure *ai.Failure
	if !errors.As(err, &failure) || failure.Code != "unavailable" || failure.Cause == nil || failure.Error() != "llm: unavailable" {
		t.Fatalf("%v", err)
	}
}
