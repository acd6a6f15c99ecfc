//! A provider without a model, for tests and demos; switched on by `GATEWAY_SCRIPTED=1`.
//!
//! It does what magic words in the last user message say (see [`script`]), the same each time, and counts
//! truthfully: one token for each word. It also counts its calls, so that a test can prove that a reply was
//! asked for once.

pub mod script;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt as _, stream};

use self::script::{Script, Step};
use crate::{
    domain::{
        Counts, Error, FinishReason, ProviderName,
        estimate::{TextCount, TokenFamily, prompt_tokens},
    },
    ports::{
        BoxFuture,
        outbound::{LLMProvider, ProviderAnswer, ProviderCall, ProviderEvent, ProviderStream},
    },
};

/// How often the provider was called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// In all.
    pub total: u64,
    /// By the request id of the call's metadata.
    pub by_request: HashMap<String, u64>,
}

/// The adapter.
pub struct Scripted {
    name: ProviderName,
    calls: Mutex<Calls>,
}

impl Default for Scripted {
    fn default() -> Self {
        Self {
            name: ProviderName::new("scripted"),
            calls: Mutex::new(Calls::default()),
        }
    }
}

impl Scripted {
    /// The calls so far.
    #[must_use]
    pub fn calls(&self) -> Calls {
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The calls so far, as JSON.
    #[must_use]
    pub fn calls_json(&self) -> String {
        let calls = self.calls();
        serde_json::json!({ "calls": calls.total, "by_request": calls.by_request }).to_string()
    }

    fn play(&self, call: &ProviderCall) -> Result<ProviderStream, Error> {
        let request = &call.request;
        {
            let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
            calls.total += 1;
            *calls
                .by_request
                .entry(request.metadata.request_id.clone())
                .or_default() += 1;
        }
        let script = Script::of(request);
        if let Some(error) = script.refuses {
            return Err(error);
        }
        let playing = Playing {
            steps: script.steps,
            left: request.max_output_tokens.map_or(u64::MAX, u64::from),
            limited: script.limited,
            said: TextCount::default(),
            thought: TextCount::default(),
            prompt: prompt_tokens(&call.model, &request.messages),
            end: VecDeque::new(),
            ended: false,
        };
        Ok(Box::pin(stream::unfold(playing, Playing::next)))
    }
}

/// A script being played.
struct Playing {
    steps: script::Steps,
    left: u64,
    limited: bool,
    said: TextCount,
    thought: TextCount,
    prompt: u64,
    end: VecDeque<ProviderEvent>,
    ended: bool,
}

impl Playing {
    async fn next(mut self) -> Option<(Result<ProviderEvent, Error>, Self)> {
        loop {
            if let Some(event) = self.end.pop_front() {
                return Some((Ok(event), self));
            }
            if self.ended {
                return None;
            }
            match self.steps.next() {
                None => self.finish(FinishReason::Stop),
                Some(Step::Wait(duration)) => tokio::time::sleep(duration).await,
                Some(Step::Silence) => std::future::pending().await,
                Some(Step::Fail(error)) => {
                    self.ended = true;
                    return Some((Err(error), self));
                }
                Some(Step::Think(text)) => {
                    self.thought.add(&text);
                    return Some((Ok(ProviderEvent::Thinking(text)), self));
                }
                Some(Step::Say(text)) => {
                    if self.limited && self.said.tokens(TokenFamily::Words) >= self.left {
                        self.finish(FinishReason::Length);
                        continue;
                    }
                    self.said.add(&text);
                    // A script without waits must not keep a core from everybody else.
                    tokio::task::consume_budget().await;
                    return Some((Ok(ProviderEvent::Text(text)), self));
                }
            }
        }
    }

    fn finish(&mut self, reason: FinishReason) {
        self.ended = true;
        self.end.push_back(ProviderEvent::Finished(reason));
        let thought = self.thought.tokens(TokenFamily::Words);
        self.end.push_back(ProviderEvent::Counts(Counts {
            input_tokens: Some(self.prompt),
            cached_input_tokens: Some(0),
            output_tokens: Some(self.said.tokens(TokenFamily::Words) + thought),
            reasoning_tokens: Some(thought),
        }));
    }
}

impl LLMProvider for Scripted {
    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn configured(&self) -> bool {
        true
    }

    fn family(&self) -> TokenFamily {
        TokenFamily::Words
    }

    fn complete(&self, call: Arc<ProviderCall>) -> BoxFuture<'_, Result<ProviderAnswer, Error>> {
        Box::pin(async move {
            let mut answer = ProviderAnswer {
                text: String::new(),
                finish_reason: FinishReason::Stop,
                thinking: String::new(),
                counts: Counts::default(),
            };
            let mut events = self.play(&call)?;
            while let Some(event) = events.next().await {
                match event? {
                    ProviderEvent::Text(text) => answer.text.push_str(&text),
                    ProviderEvent::Thinking(text) => answer.thinking.push_str(&text),
                    ProviderEvent::Counts(counts) => answer.counts.merge(counts),
                    ProviderEvent::Finished(reason) => answer.finish_reason = reason,
                    ProviderEvent::Begun => {}
                }
            }
            Ok(answer)
        })
    }

    fn stream(&self, call: Arc<ProviderCall>) -> BoxFuture<'_, Result<ProviderStream, Error>> {
        Box::pin(async move { self.play(&call) })
    }
}

const fn millis(ms: u64) -> Duration {
    Duration::from_millis(ms)
}
