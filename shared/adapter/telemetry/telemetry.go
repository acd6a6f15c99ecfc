// Package telemetry sends OpenTelemetry spans to a collector, and puts the ids of a request into its log lines.
//
// Without a collector (OTEL_EXPORTER_OTLP_ENDPOINT is not set) nothing is recorded and nothing is sent; request ids still
// travel through queues, so that logs can be joined.
package telemetry

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// EndpointVariable is the standard name of the collector's address, such as http://127.0.0.1:4318.
const EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT"

// flushWithin is what a slow collector may cost an invocation, at its end.
const flushWithin = time.Second

// Provider is the spans of one environment; nil records nothing.
type Provider struct{ sdk *sdktrace.TracerProvider }

// Start makes this environment's spans go to the collector, if one is set.
func Start(getenv func(string) string) *Provider {
	otel.SetTextMapPropagator(propagation.TraceContext{})
	endpoint := strings.TrimRight(getenv(EndpointVariable), "/")
	if endpoint == "" {
		return nil
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { slog.Warn("spans were not sent", "error", err) }))
	about := resource.NewSchemaless(
		attribute.String("service.name", "yoriai"),
		attribute.String("service.version", getenv("YORIAI_VERSION")),
		attribute.String("deployment.environment.name", getenv("YORIAI_STAGE")),
		attribute.String("faas.name", getenv("AWS_LAMBDA_FUNCTION_NAME")),
	)
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(newExporter(endpoint+"/v1/traces")), sdktrace.WithResource(about))
	otel.SetTracerProvider(provider)
	return &Provider{sdk: provider}
}

// Wrap sends what an invocation recorded before its answer: afterwards Lambda freezes the environment.
func (p *Provider) Wrap(handler any) any {
	if p == nil {
		return handler
	}
	return flushing{inner: lambda.NewHandler(handler), flush: p.Flush}
}

// Flush sends what was recorded. A collector that is away costs spans, never an answer.
func (p *Provider) Flush(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushWithin)
	defer cancel()
	if err := p.sdk.ForceFlush(ctx); err != nil {
		slog.WarnContext(ctx, "spans were not sent", "error", err)
	}
}

type flushing struct {
	inner lambda.Handler
	flush func(context.Context)
}

// Invoke implements lambda.Handler.
func (f flushing) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	defer f.flush(ctx)
	return f.inner.Invoke(ctx, payload)
}
