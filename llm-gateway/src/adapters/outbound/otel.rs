//! Traces and metrics by OTLP, with the `GenAI` names of OpenTelemetry's conventions.
//!
//! A call's span is written when the call is over, with the times it really had. That way nothing about
//! tracing is carried through the domain, and a call costs one small record at its end whether or not
//! anybody collects it. The exporters run on threads of their own; what they send goes through the same
//! HTTP client as everything else, on the runtime it belongs to.

use std::{collections::HashMap, fmt, sync::Arc, time::SystemTime};

use async_trait::async_trait;
use http_body_util::Full;
use opentelemetry::{
    Context, KeyValue,
    metrics::{Histogram, MeterProvider as _},
    propagation::TextMapPropagator as _,
    trace::{Span as _, SpanBuilder, SpanKind, Status, Tracer as _, TracerProvider as _},
};
use opentelemetry_http::{Bytes, HttpClient as OtlpClient, HttpError, Request, Response};
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    metrics::SdkMeterProvider,
    propagation::TraceContextPropagator,
    trace::{SdkTracer, SdkTracerProvider},
};
use tokio::runtime::Handle;

use super::http::HttpClient;
use crate::{
    domain::ProviderName,
    ports::outbound::{CallObserver, CallRecord},
};

const SECONDS: [f64; 14] = [
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
const TOKENS: [f64; 14] = [
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];

/// The exporters cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("OTLP: {0}")]
pub struct OtelError(String);

/// Tells a collector of each call.
pub struct Otel {
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
    tracer: SdkTracer,
    propagator: TraceContextPropagator,
    duration: Histogram<f64>,
    first_token: Histogram<f64>,
    tokens: Histogram<u64>,
}

impl Otel {
    /// Exporters as the standard `OTEL_EXPORTER_OTLP_…` variables say. To be called on the runtime.
    ///
    /// # Errors
    /// If those make no sense.
    pub fn new(http: HttpClient) -> Result<Self, OtelError> {
        let client = Arc::new(Exporting {
            http,
            runtime: Handle::current(),
        });
        let wrong = |error: &dyn fmt::Display| OtelError(error.to_string());
        let spans = SpanExporter::builder()
            .with_http()
            .with_shared_http_client(client.clone())
            .build()
            .map_err(|error| wrong(&error))?;
        let points = MetricExporter::builder()
            .with_http()
            .with_shared_http_client(client)
            .build()
            .map_err(|error| wrong(&error))?;
        let resource = Resource::builder().with_service_name("llm-gateway").build();
        let traces = SdkTracerProvider::builder()
            .with_batch_exporter(spans)
            .with_resource(resource.clone())
            .build();
        let metrics = SdkMeterProvider::builder()
            .with_periodic_exporter(points)
            .with_resource(resource)
            .build();
        let meter = metrics.meter("llm-gateway");
        let seconds = |name: &'static str| {
            meter
                .f64_histogram(name)
                .with_unit("s")
                .with_boundaries(SECONDS.into())
                .build()
        };
        Ok(Self {
            tracer: traces.tracer("llm-gateway"),
            propagator: TraceContextPropagator::new(),
            duration: seconds("gen_ai.client.operation.duration"),
            first_token: seconds("gen_ai.server.time_to_first_token"),
            tokens: meter
                .u64_histogram("gen_ai.client.token.usage")
                .with_unit("{token}")
                .with_boundaries(TOKENS.into())
                .build(),
            traces,
            metrics,
        })
    }

    /// Sends what has not been sent. Blocks; to be called off the runtime's threads.
    pub fn flush(&self) {
        if self.traces.shutdown().is_err() || self.metrics.shutdown().is_err() {
            tracing::warn!("some telemetry could not be sent");
        }
    }

    fn span(&self, record: &CallRecord<'_>, attributes: Vec<KeyValue>) {
        let parent = record.trace_parent.map_or_else(Context::new, |parent| {
            let carrier = HashMap::from([("traceparent".to_owned(), parent.to_owned())]);
            self.propagator.extract(&carrier)
        });
        let end = SystemTime::now();
        let builder = SpanBuilder::from_name(format!("chat {}", record.model))
            .with_kind(SpanKind::Client)
            .with_start_time(end - record.duration)
            .with_attributes(attributes);
        let mut span = self.tracer.build_with_context(builder, &parent);
        if let Err(code) = record.outcome {
            span.set_status(Status::error(code.as_str()));
        }
        span.end_with_timestamp(end);
    }
}

/// The provider's name in the conventions' list.
fn well_known(provider: &ProviderName) -> String {
    match provider.as_str() {
        "gemini" => "gcp.gemini".to_owned(),
        other => other.to_owned(),
    }
}

fn count(tokens: u64) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

impl CallObserver for Otel {
    fn began(&self, _provider: &ProviderName) {}

    fn ended(&self, record: &CallRecord<'_>) {
        let mut common = vec![
            KeyValue::new("gen_ai.operation.name", "chat"),
            KeyValue::new("gen_ai.provider.name", well_known(record.provider)),
            KeyValue::new("gen_ai.request.model", record.model.as_str().to_owned()),
        ];
        let usage = record.usage;
        for (kind, tokens) in [
            ("input", usage.input_tokens),
            ("output", usage.output_tokens),
        ] {
            let mut attributes = common.clone();
            attributes.push(KeyValue::new("gen_ai.token.type", kind));
            self.tokens.record(tokens, &attributes);
        }
        if let Some(first) = record.first_text {
            self.first_token.record(first.as_secs_f64(), &common);
        }
        if let Err(code) = record.outcome {
            common.push(KeyValue::new("error.type", code.as_str()));
        }
        self.duration.record(record.duration.as_secs_f64(), &common);
        if let Ok(reason) = record.outcome {
            let reasons = vec![opentelemetry::StringValue::from(reason.as_str())];
            common.push(KeyValue::new(
                "gen_ai.response.finish_reasons",
                opentelemetry::Value::Array(reasons.into()),
            ));
        }
        common.extend([
            KeyValue::new("gen_ai.usage.input_tokens", count(usage.input_tokens)),
            KeyValue::new("gen_ai.usage.output_tokens", count(usage.output_tokens)),
            KeyValue::new("yoriai.request_id", record.metadata.request_id.clone()),
            KeyValue::new("yoriai.room_id", record.metadata.room_id.clone()),
            KeyValue::new("yoriai.attempts", i64::from(record.attempts)),
            KeyValue::new("yoriai.usage_estimated", usage.estimated),
        ]);
        self.span(record, common);
    }
}

/// Our HTTP client, for threads that are not the runtime's.
struct Exporting {
    http: HttpClient,
    runtime: Handle,
}

impl fmt::Debug for Exporting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exporting")
    }
}

#[async_trait]
impl OtlpClient for Exporting {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let http = self.http.clone();
        let sent = self.runtime.spawn(async move {
            let (head, body) = http.send(request.map(Full::new)).await?.into_parts();
            Ok::<_, super::http::TransportError>(Response::from_parts(head, body.whole().await?))
        });
        Ok(sent.await??)
    }
}
