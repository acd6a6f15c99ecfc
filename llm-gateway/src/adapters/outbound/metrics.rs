//! Counters and histograms of calls, in Prometheus' text format.
//!
//! A small registry of our own: there are five families of series with fixed labels, and one lock per
//! finished call costs nothing measurable. Models are named by callers, so their number is bounded; past the
//! bound they count as `other`.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    domain::{ModelName, ProviderName},
    ports::outbound::{CallObserver, CallRecord},
};

const MAX_SERIES: usize = 500;
/// Seconds.
const BOUNDS: [f64; 12] = [
    0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0,
];

#[derive(Debug, Default, Clone, Copy)]
struct Histogram {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

impl Histogram {
    fn add(&mut self, seconds: f64) {
        self.count += 1;
        self.sum += seconds;
        if let Some(at) = BOUNDS.iter().position(|bound| seconds <= *bound) {
            self.buckets[at] += 1;
        }
    }

    fn render(&self, name: &str, labels: &str, out: &mut String) {
        let mut below = 0;
        for (bound, count) in BOUNDS.iter().zip(self.buckets) {
            below += count;
            let _ = writeln!(out, "{name}_bucket{{{labels},le=\"{bound}\"}} {below}");
        }
        let _ = writeln!(out, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", self.count);
        let _ = writeln!(out, "{name}_sum{{{labels}}} {}", self.sum);
        let _ = writeln!(out, "{name}_count{{{labels}}} {}", self.count);
    }
}

#[derive(Debug, Default)]
struct Series {
    outcomes: BTreeMap<&'static str, u64>,
    input: u64,
    cached: u64,
    output: u64,
    reasoning: u64,
    estimated: u64,
    retries: u64,
    duration: Histogram,
    first_text: Histogram,
}

#[derive(Debug, Default)]
struct All {
    series: HashMap<(ProviderName, ModelName), Series>,
    in_flight: BTreeMap<ProviderName, i64>,
}

/// The registry.
#[derive(Debug, Default)]
pub struct Metrics {
    all: Mutex<All>,
}

impl Metrics {
    fn lock(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything, in Prometheus' text format.
    #[must_use]
    pub fn render(&self) -> String {
        let all = self.lock();
        let mut series: Vec<_> = all
            .series
            .iter()
            .map(|((provider, model), series)| {
                let labels = format!(
                    "provider=\"{}\",model=\"{}\"",
                    escape(provider.as_str()),
                    escape(model.as_str())
                );
                (labels, series)
            })
            .collect();
        series.sort_by(|a, b| a.0.cmp(&b.0));
        let mut out = String::new();
        out.push_str("# TYPE gateway_in_flight gauge\n");
        for (provider, count) in &all.in_flight {
            let name = escape(provider.as_str());
            let _ = writeln!(out, "gateway_in_flight{{provider=\"{name}\"}} {count}");
        }
        out.push_str("# TYPE gateway_calls_total counter\n");
        for (labels, series) in &series {
            for (outcome, count) in &series.outcomes {
                let _ = writeln!(
                    out,
                    "gateway_calls_total{{{labels},outcome=\"{outcome}\"}} {count}"
                );
            }
        }
        out.push_str("# TYPE gateway_tokens_total counter\n");
        for (labels, s) in &series {
            for (kind, count) in [
                ("input", s.input),
                ("cached_input", s.cached),
                ("output", s.output),
                ("reasoning", s.reasoning),
            ] {
                let _ = writeln!(
                    out,
                    "gateway_tokens_total{{{labels},kind=\"{kind}\"}} {count}"
                );
            }
        }
        out.push_str("# TYPE gateway_estimated_calls_total counter\n");
        for (labels, s) in &series {
            let _ = writeln!(
                out,
                "gateway_estimated_calls_total{{{labels}}} {}",
                s.estimated
            );
        }
        out.push_str("# TYPE gateway_retries_total counter\n");
        for (labels, s) in &series {
            let _ = writeln!(out, "gateway_retries_total{{{labels}}} {}", s.retries);
        }
        out.push_str("# TYPE gateway_call_duration_seconds histogram\n");
        for (labels, s) in &series {
            s.duration
                .render("gateway_call_duration_seconds", labels, &mut out);
        }
        out.push_str("# TYPE gateway_first_text_seconds histogram\n");
        for (labels, s) in &series {
            s.first_text
                .render("gateway_first_text_seconds", labels, &mut out);
        }
        out
    }
}

fn escape(label: &str) -> String {
    label
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

impl CallObserver for Metrics {
    fn began(&self, provider: &ProviderName) {
        let mut all = self.lock();
        match all.in_flight.get_mut(provider) {
            Some(count) => *count += 1,
            None => {
                all.in_flight.insert(provider.clone(), 1);
            }
        }
    }

    fn ended(&self, record: &CallRecord<'_>) {
        let mut all = self.lock();
        if let Some(count) = all.in_flight.get_mut(record.provider) {
            *count -= 1;
        }
        let mut key = (record.provider.clone(), record.model.clone());
        if all.series.len() >= MAX_SERIES && !all.series.contains_key(&key) {
            key.1 = ModelName::new("other");
        }
        let series = all.series.entry(key).or_default();
        let outcome = match record.outcome {
            Ok(reason) => reason.as_str(),
            Err(code) => code.as_str(),
        };
        *series.outcomes.entry(outcome).or_default() += 1;
        series.input += record.usage.input_tokens;
        series.cached += record.usage.cached_input_tokens;
        series.output += record.usage.output_tokens;
        series.reasoning += record.usage.reasoning_tokens;
        series.estimated += u64::from(record.usage.estimated);
        series.retries += u64::from(record.attempts.saturating_sub(1));
        series.duration.add(record.duration.as_secs_f64());
        if let Some(first) = record.first_text {
            series.first_text.add(first.as_secs_f64());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::domain::{ErrorCode, Metadata, Usage};

    fn end(metrics: &Metrics, model: &str) {
        let provider = ProviderName::new("p");
        metrics.began(&provider);
        metrics.ended(&CallRecord {
            provider: &provider,
            model: &ModelName::new(model),
            metadata: &Metadata::default(),
            trace_parent: None,
            streamed: true,
            outcome: Err(ErrorCode::Timeout),
            usage: Usage::default(),
            began: Instant::now(),
            duration: Duration::from_millis(30),
            first_text: None,
            attempts: 3,
        });
    }

    /// Callers name models: they must not be able to fill the memory with names.
    #[test]
    fn past_the_bound_models_count_as_other() {
        let metrics = Metrics::default();
        for n in 0..2 * MAX_SERIES {
            end(&metrics, &format!("m{n}"));
        }
        end(&metrics, "m0");
        let text = metrics.render();
        let calls = |model: &str, count: usize| {
            text.contains(&format!(
                "gateway_calls_total{{provider=\"p\",model=\"{model}\",outcome=\"timeout\"}} {count}\n"
            ))
        };
        assert!(calls("m0", 2) && calls("m1", 1) && calls("other", MAX_SERIES));
        assert!(text.contains("gateway_in_flight{provider=\"p\"} 0\n"));
        assert!(text.contains("gateway_retries_total{provider=\"p\",model=\"m0\"} 4\n"));
    }

    #[test]
    fn a_models_name_cannot_write_a_line_of_its_own() {
        let metrics = Metrics::default();
        end(&metrics, "a\"} 1\nforged{x=\"\\");
        let text = metrics.render();
        assert!(
            !text.lines().any(|line| line.starts_with("forged")),
            "{text}"
        );
        assert!(text.contains(r#"model="a\"} 1\nforged{x=\"\\""#), "{text}");
    }
}
