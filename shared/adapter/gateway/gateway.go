// Package gateway calls the LLM gateway: over gRPC, as the functions do, or over REST. Both implement ai.LLM; nobody else
// knows the wire.
package gateway

import (
	"context"
	"iter"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/yoriai/yoriai/shared/domain/ai"
)

const (
	maxMessage = 32 << 20
	// Counting and listing take milliseconds; see ask.
	firstTry  = time.Second
	secondTry = 3 * time.Second
	// oldConnectionLives is longer than any answer.
	oldConnectionLives = 5 * time.Minute
)

// Open chooses the wire by the address: http:// and https:// are the gateway's REST side, host:port is gRPC.
func Open(address string) (ai.LLM, error) {
	if strings.HasPrefix(address, "http://") || strings.HasPrefix(address, "https://") {
		return NewREST(address), nil
	}
	return NewGRPC(address)
}

// carried is what a call takes with it of the trace it belongs to.
func carried(ctx context.Context) map[string]string {
	carrier := propagation.MapCarrier{}
	otel.GetTextMapPropagator().Inject(ctx, carrier)
	return carrier
}

var tracer = otel.Tracer("github.com/yoriai/yoriai/shared/adapter/gateway")

// traced is a stream as a span, from its call to its end. Names follow OpenTelemetry's conventions for generative AI.
func traced(ctx context.Context, r ai.Request, stream func(ctx context.Context, yield func(ai.Chunk, error) bool)) iter.Seq2[ai.Chunk, error] {
	return func(yield func(ai.Chunk, error) bool) {
		ctx, span := tracer.Start(ctx, "chat "+r.Model, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
			attribute.String("gen_ai.operation.name", "chat"), attribute.String("gen_ai.provider.name", r.Provider),
			attribute.String("gen_ai.request.model", r.Model)))
		defer span.End()
		stream(ctx, func(p ai.Chunk, err error) bool {
			switch {
			case err != nil:
				span.SetStatus(codes.Error, ai.FailureCode(err))
			case p.Usage != nil:
				span.SetAttributes(attribute.Int64("gen_ai.usage.input_tokens", p.Usage.InputTokens),
					attribute.Int64("gen_ai.usage.output_tokens", p.Usage.OutputTokens))
			}
			return yield(p, err)
		})
	}
}
