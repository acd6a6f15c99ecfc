//! A stream under way.
//!
//! One state machine polled by whoever reads it, without a task or channel of its own: cheap, back-pressured,
//! and cancelled by dropping it.

use std::{
    pin::pin,
    time::{Duration, Instant},
};

use futures_util::{
    StreamExt as _,
    future::{Either, select},
    stream,
};

use super::{
    Cause, Error, ErrorCode, Event, EventStream, FinishReason, Thinking,
    breaker::Verdict,
    call::{Call, race, verdict_of},
};
use crate::ports::outbound::{ProviderEvent, ProviderStream};

/// How long a stream may dawdle between its finish reason and its end (the count comes in between).
const LINGER: Duration = Duration::from_secs(3);
/// How often a thinking model that shows nothing gives a sign of life.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// The most bytes of text an answer may have; as many as fit into the message of a plain call.
const MAX_TEXT: usize = 32 * 1024 * 1024;

impl Call {
    /// Answers as it is made; resolves once the provider has accepted the call.
    pub async fn stream(mut self) -> Result<EventStream, Error> {
        match self.open().await {
            Ok(stream) => {
                let live = Live {
                    thinks: self.asked.model.reasoning.thinks(self.asked.request.effort),
                    told: self.began,
                    call: self,
                    phase: Phase::Accepted(stream),
                    begun: false,
                    blanks: String::new(),
                    bytes: 0,
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

/// What reading on brings.
enum Read {
    Event(ProviderEvent),
    Quiet,
    End,
}

/// A stream under way.
struct Live {
    call: Call,
    phase: Phase,
    /// The provider has sent something, so that what it does is paid for and never begun anew.
    begun: bool,
    /// No word has come yet, and the model is one that thinks first.
    thinks: bool,
    /// When something was last told.
    told: Instant,
    /// What came before the first word. Without a word to follow it says nothing.
    blanks: String,
    bytes: usize,
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
                if self.thinks {
                    self.told = self.call.clock.now();
                }
                Some((event, self))
            }
            Phase::Ending(last) => Some((last, self)),
            Phase::Done => None,
        }
    }

    /// Reads on until there is something to tell.
    async fn advance(&mut self, mut stream: ProviderStream) -> Event {
        loop {
            let told = match self.read(&mut stream).await {
                Ok(Read::Event(event)) => {
                    self.begin();
                    self.take(event)
                }
                Ok(Read::Quiet) => Ok(Some(self.thinking(String::new()))),
                Ok(Read::End) => {
                    return match self.finish {
                        Some(reason) => self.end(Ok(reason)),
                        None => self.end(Err(cut())),
                    };
                }
                Err(error) => match self.reopen(error).await {
                    Ok(again) => {
                        stream = again;
                        Ok(None)
                    }
                    Err(error) => Err(error),
                },
            };
            match told {
                Ok(Some(event)) => {
                    self.phase = Phase::Streaming(stream);
                    return event;
                }
                Ok(None) => {}
                Err(error) => return self.end(Err(error)),
            }
        }
    }

    async fn read(&mut self, stream: &mut ProviderStream) -> Result<Read, Error> {
        let clock = &self.call.clock;
        let next = async {
            let item = stream.next().await.transpose()?;
            Ok(item.map_or(Read::End, Read::Event))
        };
        if self.finish.is_some() {
            return match select(pin!(next), clock.sleep(LINGER)).await {
                Either::Left((item, _)) => item.or(Ok(Read::End)),
                Either::Right(((), _)) => Ok(Read::End),
            };
        }
        if !self.thinks {
            return race(&mut self.call.stop, next).await;
        }
        let quiet = clock.now().saturating_duration_since(self.told);
        let beat = clock.sleep(HEARTBEAT.saturating_sub(quiet));
        let next = race(&mut self.call.stop, next);
        match select(pin!(next), beat).await {
            Either::Left((item, _)) => item,
            Either::Right(((), _)) => Ok(Read::Quiet),
        }
    }

    /// From the first event of any kind on there is no second attempt.
    fn begin(&mut self) {
        if !self.begun {
            self.begun = true;
            self.call.forget_prompt();
        }
    }

    /// Takes what the provider says; gives back what there is to tell of it.
    fn take(&mut self, event: ProviderEvent) -> Result<Option<Event>, Error> {
        match event {
            ProviderEvent::Begun => {}
            ProviderEvent::Counts(counts) => self.call.books.told(counts),
            ProviderEvent::Finished(reason) => self.finish = Some(reason),
            ProviderEvent::Thinking(text) if text.is_empty() => {}
            ProviderEvent::Thinking(text) => {
                self.weigh(&text)?;
                self.call.books.thinking(&text);
                return Ok(Some(self.thinking(text)));
            }
            ProviderEvent::Text(text) => {
                self.weigh(&text)?;
                return Ok(self.text(text));
            }
        }
        Ok(None)
    }

    fn thinking(&self, text: String) -> Event {
        let call = &self.call;
        Event::Thinking(Thinking {
            text,
            elapsed: call.clock.now().saturating_duration_since(call.began),
            tokens: call.books.thought(),
        })
    }

    fn text(&mut self, text: String) -> Option<Event> {
        let call = &mut self.call;
        if call.first_text.is_some() {
            call.books.text(&text);
            return (!text.is_empty()).then_some(Event::Text(text));
        }
        self.blanks.push_str(&text);
        if text.trim().is_empty() {
            return None;
        }
        let text = std::mem::take(&mut self.blanks);
        call.books.text(&text);
        call.first_text = Some(call.clock.now().saturating_duration_since(call.began));
        call.verdict(Verdict::Healthy);
        self.thinks = false;
        Some(Event::Text(text))
    }

    fn weigh(&mut self, text: &str) -> Result<(), Error> {
        self.bytes += text.len();
        if self.bytes > MAX_TEXT {
            return Err(Error::new(
                ErrorCode::Internal,
                "the provider's answer is too large",
            ));
        }
        Ok(())
    }

    /// Calls again after an error, if the provider had not sent anything yet.
    async fn reopen(&mut self, error: Error) -> Result<ProviderStream, Error> {
        if self.begun {
            return Err(error);
        }
        self.call.retry(&error).await?;
        self.call.open().await
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
                call.verdict(verdict_of(error));
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
    .because(Cause::Connection)
}
