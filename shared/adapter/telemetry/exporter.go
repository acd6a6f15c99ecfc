package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// exporter posts spans as OTLP/JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). The library's own
// exporter would link gRPC into every function and double its size.
type exporter struct {
	url    string
	client *http.Client
}

func newExporter(url string) *exporter {
	return &exporter{url: url, client: &http.Client{Timeout: flushWithin}}
}

type (
	otlpRequest struct {
		ResourceSpans []otlpResourceSpans `json:"resourceSpans"`
	}
	otlpResourceSpans struct {
		Resource   otlpResource     `json:"resource"`
		ScopeSpans []otlpScopeSpans `json:"scopeSpans"`
	}
	otlpResource struct {
		Attributes []otlpAttribute `json:"attributes"`
	}
	otlpScopeSpans struct {
		Scope otlpScope  `json:"scope"`
		Spans []otlpSpan `json:"spans"`
	}
	otlpScope struct {
		Name string `json:"name"`
	}
	otlpSpan struct {
		TraceID      string          `json:"traceId"`
		SpanID       string          `json:"spanId"`
		ParentSpanID string          `json:"parentSpanId,omitempty"`
		Name         string          `json:"name"`
		Kind         int             `json:"kind"`
		Start        string          `json:"startTimeUnixNano"`
		End          string          `json:"endTimeUnixNano"`
		Attributes   []otlpAttribute `json:"attributes,omitempty"`
		Status       otlpStatus      `json:"status"`
	}
	otlpStatus struct {
		Code    int    `json:"code,omitempty"`
		Message string `json:"message,omitempty"`
	}
	otlpAttribute struct {
		Key   string         `json:"key"`
		Value map[string]any `json:"value"`
	}
)

// ExportSpans implements sdktrace.SpanExporter.
func (e *exporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if len(spans) == 0 {
		return nil
	}
	// One environment has one resource.
	group := otlpResourceSpans{Resource: otlpResource{Attributes: attributes(spans[0].Resource().Attributes())}}
	at := map[string]int{}
	for _, s := range spans {
		scope := s.InstrumentationScope().Name
		i, known := at[scope]
		if !known {
			i = len(group.ScopeSpans)
			at[scope] = i
			group.ScopeSpans = append(group.ScopeSpans, otlpScopeSpans{Scope: otlpScope{Name: scope}})
		}
		group.ScopeSpans[i].Spans = append(group.ScopeSpans[i].Spans, encode(s))
	}
	return e.post(ctx, otlpRequest{ResourceSpans: []otlpResourceSpans{group}})
}

// Shutdown implements sdktrace.SpanExporter.
func (e *exporter) Shutdown(context.Context) error { return nil }

func (e *exporter) post(ctx context.Context, body otlpRequest) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	w, err := e.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = w.Body.Close() }()
	_, _ = io.Copy(io.Discard, w.Body) // so that the connection is kept
	if w.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("the collector answered %d", w.StatusCode)
	}
	return nil
}

func encode(s sdktrace.ReadOnlySpan) otlpSpan {
	out := otlpSpan{TraceID: s.SpanContext().TraceID().String(), SpanID: s.SpanContext().SpanID().String(), Name: s.Name(),
		Kind: int(s.SpanKind()), Start: nanoseconds(s.StartTime()), End: nanoseconds(s.EndTime()), Attributes: attributes(s.Attributes())}
	if s.Parent().HasSpanID() {
		out.ParentSpanID = s.Parent().SpanID().String()
	}
	switch s.Status().Code {
	case codes.Ok:
		out.Status.Code = 1
	case codes.Error:
		out.Status.Code, out.Status.Message = 2, s.Status().Description
	case codes.Unset:
	}
	return out
}

func nanoseconds(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }

func attributes(list []attribute.KeyValue) []otlpAttribute {
	out := make([]otlpAttribute, 0, len(list))
	for _, a := range list {
		out = append(out, otlpAttribute{Key: string(a.Key), Value: value(a.Value)})
	}
	return out
}

// value writes 64-bit integers as strings, as JSON of protobuf does.
func value(v attribute.Value) map[string]any {
	switch v.Type() {
	case attribute.BOOL:
		return map[string]any{"boolValue": v.AsBool()}
	case attribute.INT64:
		return map[string]any{"intValue": strconv.FormatInt(v.AsInt64(), 10)}
	case attribute.FLOAT64:
		return map[string]any{"doubleValue": v.AsFloat64()}
	default:
		return map[string]any{"stringValue": v.String()}
	}
}
