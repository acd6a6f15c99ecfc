//! Runs a provider's decoder over a response body, as the domain's stream of events.

use std::collections::VecDeque;

use futures_util::stream;

use super::{body::Body, sse::SseEvent, sse::SseParser};
use crate::{
    domain::Error,
    ports::outbound::{ProviderEvent, ProviderStream},
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
}

struct Reading<D> {
    body: Body,
    parser: SseParser,
    decoder: D,
    ready: VecDeque<ProviderEvent>,
    end: Option<Result<(), Error>>,
}

impl<D: Decoder> Reading<D> {
    async fn next(mut self) -> Option<(Result<ProviderEvent, Error>, Self)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some((Ok(event), self));
            }
            match self.end.take() {
                Some(Ok(())) => return None,
                Some(Err(error)) => {
                    self.end = Some(Ok(()));
                    return Some((Err(error), self));
                }
                None => self.read().await,
            }
        }
    }

    async fn read(&mut self) {
        let more = match self.body.chunk().await {
            Ok(Some(bytes)) => self.parser.push(&bytes),
            Ok(None) => {
                self.end = Some(Ok(()));
                return;
            }
            Err(error) => Err(error),
        };
        if let Err(error) = more {
            self.end = Some(Err(error.into()));
            return;
        }
        while let Some(event) = self.parser.next_event() {
            match self.decoder.event(&event, &mut self.ready) {
                Ok(false) => {}
                Ok(true) => {
                    self.end = Some(Ok(()));
                    return;
                }
                Err(error) => {
                    self.end = Some(Err(error));
                    return;
                }
            }
        }
    }
}

/// The body as the domain's events.
pub fn decode<D: Decoder>(body: Body, decoder: D) -> ProviderStream {
    let reading = Reading {
        body,
        parser: SseParser::default(),
        decoder,
        ready: VecDeque::new(),
        end: None,
    };
    Box::pin(stream::unfold(reading, Reading::next))
}
