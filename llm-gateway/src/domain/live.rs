//! A stream under way.
//!
//! One state machine polled by whoever reads it, without a task or channel of its own: cheap, back-pressured,
//! and cancelled by dropping it.

use std::{pin::pin, time::Duration};

use futures_util::{
    StreamExt as _,
    future::{Either, select},
    stream,
};

use super::{
    Error, ErrorCode, Event, EventStream, FinishReason,
    breaker::Verdict,
    call::{Call, race, verdict_of},
};
use crate::ports::outbound::{ProviderEvent, ProviderStream};

/// How long a stream may dawdle between its finish reason and its end (the count comes in between).
const LINGER: Duration = Duration::from_secs(3);

impl Call {
    /// Answers as it is made; resolves once the provider has accepted the call.
    pub async fn stream(mut self) -> Result<EventStream, Error> {
        match self.open().await {
            Ok(stream) => {
                let live = Live {
                    call: self,
                    phase: Phase::Accepted(stream),
                    finish: None,
                };
                Ok(Box::pin(stream::unfold(live, Live::next)))
            }
            Err(error) => {
                self.settle(Err(error.code));
                Err(error)
            }
        }
    }
}

enum Phase {
    Accepted(ProviderStream),
    Streaming(ProviderStream),
    Ending(Event),
    Done,
}

/// A stream under way.
struct Live {
    call: Call,
    phase: Phase,
    finish: Option<FinishReason>,
}

impl Live {
    async fn next(mut self) -> Option<(Event, Self)> {
        match std::mem::replace(&mut self.phase, Phase::Done) {
            Phase::Accepted(stream) => {
                self.phase = Phase::Streaming(stream);
                let event = Event::Started {
                    provider: self.call.asked.request.provider.clone(),
                    model: self.call.asked.request.model.clone(),
                };
                Some((event, self))
            }
            Phase::Streaming(stream) => {
                let event = self.advance(stream).await;
                Some((event, self))
            }
            Phase::Ending(last) => Some((last, self)),
            Phase::Done => None,
        }
    }

    /// Reads on until there is something to tell.
    async fn advance(&mut self, mut stream: ProviderStream) -> Event {
        loop {
            match self.read(&mut stream).await {
                Ok(Some(ProviderEvent::Text(text))) if text.is_empty() => {}
                Ok(Some(ProviderEvent::Text(text))) => {
                    self.note_text(&text);
                    self.phase = Phase::Streaming(stream);
                    return Event::Text(text);
                }
                Ok(Some(ProviderEvent::Prompt {
                    input_tokens,
                    cached_input_tokens,
                })) => self.call.books.prompt = Some((input_tokens, cached_input_tokens)),
                Ok(Some(ProviderEvent::Usage(usage))) => self.call.books.counted = Some(usage),
                Ok(Some(ProviderEvent::Finished(reason))) => self.finish = Some(reason),
                Ok(None) => {
                    return match self.finish {
                        Some(reason) => self.end(Ok(reason)),
                        None => self.end(Err(cut())),
                    };
                }
                Err(error) => match self.reopen(error).await {
                    Ok(again) => stream = again,
                    Err(error) => return self.end(Err(error)),
                },
            }
        }
    }

    async fn read(&mut self, stream: &mut ProviderStream) -> Result<Option<ProviderEvent>, Error> {
        let next = async { stream.next().await.transpose() };
        if self.finish.is_none() {
            return race(&mut self.call.stop, next).await;
        }
        match select(pin!(next), self.call.clock.sleep(LINGER)).await {
            Either::Left((item, _)) => item.or(Ok(None)),
            Either::Right(((), _)) => Ok(None),
        }
    }

    /// Calls again after an error, if not a word had come yet.
    async fn reopen(&mut self, error: Error) -> Result<ProviderStream, Error> {
        if self.call.first_text.is_some() || self.finish.is_some() {
            return Err(error);
        }
        self.call.retry(&error).await?;
        self.call.books.prompt = None;
        self.call.books.counted = None;
        self.call.open().await
    }

    fn note_text(&mut self, text: &str) {
        let call = &mut self.call;
        call.books.text.add(text);
        if call.first_text.is_none() {
            call.first_text = Some(call.clock.now().saturating_duration_since(call.began));
            call.verdict(Verdict::Healthy);
            call.forget_prompt();
        }
    }

    /// Settles, and tells the usage; the end itself comes next.
    fn end(&mut self, end: Result<FinishReason, Error>) -> Event {
        let call = &mut self.call;
        let usage = match &end {
            Ok(reason) => {
                call.verdict(Verdict::Healthy);
                call.settle(Ok(*reason))
            }
            Err(error) => {
                call.verdict(verdict_of(error.code));
                call.settle(Err(error.code))
            }
        };
        self.phase = Phase::Ending(match end {
            Ok(reason) => Event::Finished(reason),
            Err(error) => Event::Failed(error),
        });
        Event::Usage(usage)
    }
}

fn cut() -> Error {
    Error::new(
        ErrorCode::Unavailable,
        "the provider's answer broke off before its end",
    )
}
