//! Runs a provider's decoder over a response body, as the domain's stream of events.
//!
//! What was asked for is an event stream, and what comes is one as a rule. Servers have been seen to answer with
//! one JSON document all the same, whatever the content type says: a whole answer, or an error behind a status
//! of 200. The first byte tells.

use std::collections::VecDeque;

use futures_util::stream;

use super::{
    super::halves::Joiner,
    body::{Body, MAX_ANSWER},
    error::TransportError,
    sse::SseEvent,
    sse::SseParser,
};
use crate::{
    domain::Error,
    ports::outbound::{ProviderAnswer, ProviderEvent, ProviderStream},
};

/// Understands one provider's events. All that differs between providers' streams is in here; reading,
/// splitting and breaking off is common.
pub trait Decoder: Send + 'static {
    /// Takes an event, and appends what it means. Returns whether the stream is complete with it.
    ///
    /// # Errors
    /// If the event is an error, or makes no sense.
    fn event(&mut self, event: &SseEvent, out: &mut VecDeque<ProviderEvent>)
    -> Result<bool, Error>;

    /// Appends what was held back, once nothing more comes.
    fn end(&mut self, _out: &mut VecDeque<ProviderEvent>) {}

    /// Takes a whole answer that came in place of a stream.
    ///
    /// # Errors
    /// If it is an error, or makes no sense.
    fn whole(&mut self, body: &[u8]) -> Result<ProviderAnswer, Error>;
}

enum Form {
    Unknown,
    Events(SseParser),
    Document(Vec<u8>),
}

struct Reading<D> {
    body: Body,
    form: Form,
    decoder: D,
    begun: bool,
    ready: VecDeque<ProviderEvent>,
    text: Joiner,
    thinking: Joiner,
    end: Option<Result<(), Error>>,
}

impl<D: Decoder> Reading<D> {
    async fn next(mut self) -> Option<(Result<ProviderEvent, Error>, Self)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                match self.joined(event) {
                    Some(event) => return Some((Ok(event), self)),
                    None => continue,
                }
            }
            if self.end.is_none() {
                self.read().await;
                continue;
            }
            let rest = self.text.end();
            if !rest.is_empty() {
                return Some((Ok(ProviderEvent::Text(rest.to_owned())), self));
            }
            match self.end.replace(Ok(())) {
                Some(Err(error)) => return Some((Err(self.body.scrub(error)), self)),
                _ => return None,
            }
        }
    }

    /// The event with its characters whole; none if all of it waits for the rest of one.
    fn joined(&mut self, event: ProviderEvent) -> Option<ProviderEvent> {
        match event {
            ProviderEvent::Text(text) => {
                let text = self.text.join(text);
                (!text.is_empty()).then_some(ProviderEvent::Text(text))
            }
            ProviderEvent::Thinking(text) => {
                let text = self.thinking.join(text);
                (!text.is_empty()).then_some(ProviderEvent::Thinking(text))
            }
            // A half that still waits for its other half does so in vain.
            ProviderEvent::Finished(_) => match self.text.end() {
                "" => Some(event),
                rest => {
                    self.ready.push_front(event);
                    Some(ProviderEvent::Text(rest.to_owned()))
                }
            },
            other => Some(other),
        }
    }

    async fn read(&mut self) {
        match self.body.chunk().await {
            Ok(Some(bytes)) => {
                if let Err(error) = self.take(&bytes) {
                    self.finish(Err(error));
                }
            }
            Ok(None) => self.closed(),
            Err(error) => {
                // The part of a document that came was made, and is paid for.
                if let Form::Document(_) = self.form {
                    self.begin();
                }
                self.finish(Err(error.into()));
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if let Form::Unknown = self.form {
            let first = bytes.iter().find(|b| !b.is_ascii_whitespace());
            // A few blanks first say nothing yet; many are no answer, which the parser finds out.
            if first.is_none() && bytes.len() < 1_024 {
                return Ok(());
            }
            self.form = match first {
                Some(b'{' | b'[') => Form::Document(Vec::new()),
                _ => Form::Events(SseParser::default()),
            };
        }
        match &mut self.form {
            Form::Document(document) => {
                if document.len() + bytes.len() > MAX_ANSWER {
                    return Err(TransportError::TooLarge.into());
                }
                document.extend_from_slice(bytes);
                Ok(())
            }
            Form::Events(parser) => {
                parser.push(bytes)?;
                self.events()
            }
            Form::Unknown => Ok(()),
        }
    }

    fn events(&mut self) -> Result<(), Error> {
        while let Form::Events(parser) = &mut self.form
            && let Some(event) = parser.next_event()
        {
            let complete = self.decoder.event(&event, &mut self.ready)?;
            self.begin();
            if complete {
                self.finish(Ok(()));
                break;
            }
        }
        Ok(())
    }

    fn begin(&mut self) {
        if !std::mem::replace(&mut self.begun, true) && self.ready.is_empty() {
            self.ready.push_back(ProviderEvent::Begun);
        }
    }

    fn closed(&mut self) {
        let Form::Document(document) = &self.form else {
            return self.finish(Ok(()));
        };
        match self.decoder.whole(document) {
            Ok(answer) => {
                self.ready.extend([
                    ProviderEvent::Thinking(answer.thinking),
                    ProviderEvent::Text(answer.text),
                    ProviderEvent::Counts(answer.counts),
                    ProviderEvent::Finished(answer.finish_reason),
                ]);
                self.end = Some(Ok(()));
            }
            Err(error) => self.end = Some(Err(error)),
        }
    }

    fn finish(&mut self, end: Result<(), Error>) {
        self.decoder.end(&mut self.ready);
        self.end = Some(end);
    }
}

/// The body as the domain's events.
pub fn decode<D: Decoder>(body: Body, decoder: D) -> ProviderStream {
    let reading = Reading {
        body,
        form: Form::Unknown,
        decoder,
        begun: false,
        ready: VecDeque::new(),
        text: Joiner::default(),
        thinking: Joiner::default(),
        end: None,
    };
    Box::pin(stream::unfold(reading, Reading::next))
}
