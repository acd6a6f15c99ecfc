//! One call from admission to its end: attempts, deadline, and the books.
//!
//! A [`Call`] is created once it is certain that the provider will be asked, and whatever happens then (an
//! answer, an error, a cut, a caller who leaves) it settles exactly once: the breaker gets its verdict, the
//! observer its record, the place becomes free. A caller who leaves simply drops the future or stream; that
//! is why the last resort is `Drop` rather than a branch somewhere.
//!
//! The stream is one state machine polled by whoever reads it, without a task or channel of its own: cheap,
//! back-pressured, and cancelled by dropping it.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{
    StreamExt as _,
    future::{Either, select},
    stream,
};

use super::{
    CallContext, Completion, Error, ErrorCode, Event, EventStream, FinishReason, Usage,
    admission::{Place, Places},
    breaker::{Breaker, Permit, Verdict},
    estimate::{TextCount, prompt_tokens},
    retry::RetryPolicy,
};
use crate::ports::outbound::{
    CallObserver, CallRecord, Clock, LLMProvider, ProviderAnswer, ProviderCall, ProviderEvent,
    ProviderStream,
};

/// How long a stream may dawdle between its finish reason and its end (the count comes in between).
const LINGER: Duration = Duration::from_secs(3);

/// A provider and what guards it.
pub(super) struct Lane {
    pub provider: Arc<dyn LLMProvider>,
    pub retry: RetryPolicy,
    pub breaker: Breaker,
    pub places: Arc<Places>,
}

/// Resolves when the call must end whatever it does: at the deadline, or when the gateway gives up.
type Stop = Pin<Box<dyn Future<Output = Error> + Send>>;

/// What is known of the call's consumption so far.
struct Books {
    prompt_estimate: u64,
    prompt: Option<(u64, u64)>,
    counted: Option<Usage>,
    text: TextCount,
}

impl Books {
    fn usage(&self, lane: &Lane) -> Usage {
        if let Some(usage) = self.counted {
            return usage;
        }
        let (input_tokens, cached_input_tokens) = self.prompt.unwrap_or((self.prompt_estimate, 0));
        Usage {
            input_tokens,
            cached_input_tokens,
            output_tokens: self.text.tokens(lane.provider.family()),
            reasoning_tokens: 0,
            estimated: true,
        }
    }
}

/// A call under way.
pub(super) struct Call {
    lane: Arc<Lane>,
    clock: Arc<dyn Clock>,
    observer: Arc<dyn CallObserver>,
    call: Arc<ProviderCall>,
    trace_parent: Option<String>,
    streamed: bool,
    stop: Stop,
    deadline: Option<Instant>,
    began: Instant,
    first_text: Option<Duration>,
    attempts: u32,
    permit: Option<Permit>,
    books: Books,
    settled: bool,
    _place: Place,
}

impl Call {
    /// Takes a place for the call.
    pub fn admit(
        lane: Arc<Lane>,
        clock: Arc<dyn Clock>,
        observer: Arc<dyn CallObserver>,
        call: ProviderCall,
        context: CallContext,
        streamed: bool,
    ) -> Result<Self, Error> {
        let place = lane.places.take()?;
        let began = clock.now();
        observer.began(lane.provider.name());
        Ok(Self {
            books: Books {
                prompt_estimate: prompt_tokens(lane.provider.family(), &call.request.messages),
                prompt: None,
                counted: None,
                text: TextCount::default(),
            },
            stop: stop(clock.as_ref(), began, context.deadline, context.abort),
            deadline: context.deadline,
            trace_parent: context.trace_parent,
            lane,
            clock,
            observer,
            call: Arc::new(call),
            streamed,
            began,
            first_text: None,
            attempts: 0,
            permit: None,
            settled: false,
            _place: place,
        })
    }

    /// Answers in one piece.
    pub async fn complete(mut self) -> Result<Completion, Error> {
        let lane = Arc::clone(&self.lane);
        match self.attempt(|call| lane.provider.complete(call)).await {
            Ok(answer) => Ok(self.completed(answer)),
            Err(error) => {
                self.settle(Err(error.code));
                Err(error)
            }
        }
    }

    fn completed(&mut self, answer: ProviderAnswer) -> Completion {
        self.books.text.add(&answer.text);
        self.books.counted = answer.usage;
        self.verdict(Verdict::Healthy);
        let usage = self.settle(Ok(answer.finish_reason));
        Completion {
            provider: self.call.request.provider.clone(),
            model: self.call.request.model.clone(),
            content: answer.text,
            finish_reason: answer.finish_reason,
            usage,
        }
    }

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

    async fn open(&mut self) -> Result<ProviderStream, Error> {
        let lane = Arc::clone(&self.lane);
        self.attempt(|call| lane.provider.stream(call)).await
    }

    /// Calls the provider until it answers or nothing more is to be hoped for.
    async fn attempt<T, F>(&mut self, ask: impl Fn(Arc<ProviderCall>) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut last: Option<Error> = None;
        loop {
            let permit = match self.lane.breaker.permit(self.clock.now()) {
                Ok(permit) => permit,
                Err(pause) => return Err(last.unwrap_or_else(|| circuit_open(pause))),
            };
            self.permit = Some(permit);
            self.attempts += 1;
            let error = match race(&mut self.stop, ask(Arc::clone(&self.call))).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            self.retry(&error).await?;
            last = Some(error);
        }
    }

    /// Waits for the next attempt, or gives the error back if there shall be none.
    async fn retry(&mut self, error: &Error) -> Result<(), Error> {
        let now = self.clock.now();
        let left = self.deadline.map(|d| d.saturating_duration_since(now));
        self.verdict(verdict_of(error.code));
        let wait = self
            .lane
            .retry
            .wait(error, self.attempts, self.clock.random(), left)
            .ok_or_else(|| error.clone())?;
        let sleep = self.clock.sleep(wait);
        race(&mut self.stop, async {
            sleep.await;
            Ok(())
        })
        .await
    }

    fn verdict(&mut self, verdict: Verdict) {
        if let Some(permit) = self.permit.take() {
            self.lane.breaker.report(permit, verdict, self.clock.now());
        }
    }

    fn settle(&mut self, outcome: Result<FinishReason, ErrorCode>) -> Usage {
        let usage = self.books.usage(&self.lane);
        if !self.settled {
            self.settled = true;
            self.verdict(Verdict::Unknown);
            self.observer.ended(&CallRecord {
                provider: &self.call.request.provider,
                model: &self.call.request.model,
                metadata: &self.call.request.metadata,
                trace_parent: self.trace_parent.as_deref(),
                streamed: self.streamed,
                outcome,
                usage,
                began: self.began,
                duration: self.clock.now().saturating_duration_since(self.began),
                first_text: self.first_text,
                attempts: self.attempts,
            });
        }
        usage
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if !self.settled {
            self.settle(Ok(FinishReason::Cancelled));
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
                    provider: self.call.call.request.provider.clone(),
                    model: self.call.call.request.model.clone(),
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

impl Call {
    /// Once text has come there is no second attempt, so a long prompt need not be held for the length of
    /// the stream.
    fn forget_prompt(&mut self) {
        if let Some(call) = Arc::get_mut(&mut self.call) {
            call.request.messages = Vec::new();
        }
    }
}

fn stop(
    clock: &dyn Clock,
    now: Instant,
    deadline: Option<Instant>,
    abort: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
) -> Stop {
    let timer = deadline.map(|deadline| clock.sleep(deadline.saturating_duration_since(now)));
    let shutdown = || Error::new(ErrorCode::Unavailable, "the gateway is shutting down");
    match (timer, abort) {
        (None, None) => Box::pin(std::future::pending()),
        (Some(timer), None) => Box::pin(async move {
            timer.await;
            Error::deadline()
        }),
        (None, Some(abort)) => Box::pin(async move {
            abort.await;
            shutdown()
        }),
        (Some(timer), Some(abort)) => Box::pin(async move {
            match select(timer, abort).await {
                Either::Left(_) => Error::deadline(),
                Either::Right(_) => shutdown(),
            }
        }),
    }
}

/// Whichever comes first: the work's result or the stop's error.
async fn race<T>(
    stop: &mut Stop,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    match select(pin!(work), stop).await {
        Either::Left((result, _)) => result,
        Either::Right((error, _)) => Err(error),
    }
}

const fn verdict_of(code: ErrorCode) -> Verdict {
    if code.is_outage() {
        Verdict::Outage
    } else {
        Verdict::Healthy
    }
}

fn circuit_open(pause: Duration) -> Error {
    Error::new(
        ErrorCode::Unavailable,
        "the provider was down a moment ago and is not being called now",
    )
    .with_retry_after(Some(pause))
}

fn cut() -> Error {
    Error::new(
        ErrorCode::Unavailable,
        "the provider's answer broke off before its end",
    )
}
