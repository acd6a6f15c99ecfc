package telemetry

import (
	"context"
	"io"
	"log/slog"

	"go.opentelemetry.io/otel/trace"

	"github.com/yoriai/yoriai/shared/domain/id"
)

const requestIDKey = "request_id"

// NewLogger writes JSON lines; each carries the ids of the request that it belongs to.
func NewLogger(w io.Writer) *slog.Logger { return slog.New(identified{slog.NewJSONHandler(w, nil)}) }

// identified adds request_id and trace_id to every line whose context has them.
type identified struct{ slog.Handler }

// Handle implements slog.Handler.
func (h identified) Handle(ctx context.Context, r slog.Record) error {
	if v := id.RequestOf(ctx); v != "" && !has(r, requestIDKey) {
		r.AddAttrs(slog.String(requestIDKey, v))
	}
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		r.AddAttrs(slog.String("trace_id", span.TraceID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

func has(r slog.Record, key string) (found bool) {
	r.Attrs(func(a slog.Attr) bool {
		found = a.Key == key
		return !found
	})
	return found
}

// WithAttrs implements slog.Handler.
func (h identified) WithAttrs(attrs []slog.Attr) slog.Handler {
	return identified{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h identified) WithGroup(name string) slog.Handler { return identified{h.Handler.WithGroup(name)} }
