//! One call from admission to its end: attempts, deadline, and the books.
//!
//! A [`Call`] is created once it is certain that the provider will be asked, and whatever happens then (an
//! answer, an error, a cut, a caller who leaves) it settles exactly once: the breaker gets its verdict, the
//! observer its record, the place becomes free. A caller who leaves simply drops the future or stream; that
//! is why the last resort is `Drop` rather than a branch somewhere.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{
    FutureExt as _,
    future::{Either, Fuse, select},
};

use super::{
    CallContext, Cause, Completion, Error, ErrorCode, FinishReason, Usage,
    admission::{Place, Places},
    books::Books,
    breaker::{Breaker, Permit, Verdict},
    estimate::prompt_tokens,
    retry::RetryPolicy,
};
use crate::ports::outbound::{
    CallObserver, CallRecord, Clock, LLMProvider, ProviderAnswer, ProviderCall, ProviderStream,
};

/// A provider and what guards it.
pub(super) struct Lane {
    pub provider: Arc<dyn LLMProvider>,
    pub retry: RetryPolicy,
    pub breaker: Breaker,
    pub places: Arc<Places>,
}

/// Resolves, once, when the call must end whatever it does: at the deadline, or when the gateway gives up.
pub(super) type Stop = Fuse<Pin<Box<dyn Future<Output = Error> + Send>>>;

/// A call under way.
pub(super) struct Call {
    lane: Arc<Lane>,
    pub(super) clock: Arc<dyn Clock>,
    observer: Arc<dyn CallObserver>,
    pub(super) asked: Arc<ProviderCall>,
    trace_parent: Option<String>,
    streamed: bool,
    pub(super) stop: Stop,
    deadline: Option<Instant>,
    pub(super) began: Instant,
    pub(super) first_text: Option<Duration>,
    attempts: u32,
    permit: Option<Permit>,
    pub(super) books: Books,
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
        let prompt_estimate = prompt_tokens(&call.model, &call.request.messages);
        let window = call.model.context_window;
        // Far beyond the window even if the estimate is off; near it the provider counts better, unless its
        // way of refusing is to forget the beginning.
        let certain = if call.model.truncates {
            prompt_estimate
        } else {
            prompt_estimate / 3 * 2
        };
        if window > 0 && certain > window {
            return Err(Error::new(
                ErrorCode::ContextTooLong,
                format!(
                    "the prompt is longer than the {window} tokens {} takes",
                    call.model.id
                ),
            ));
        }
        let place = lane.places.take()?;
        let began = clock.now();
        observer.began(lane.provider.name());
        Ok(Self {
            books: Books::new(call.model.tokenizer, prompt_estimate),
            stop: stop(clock.as_ref(), began, context.deadline, context.abort),
            deadline: context.deadline,
            trace_parent: context.trace_parent,
            lane,
            clock,
            observer,
            asked: Arc::new(call),
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

    fn completed(&mut self, mut answer: ProviderAnswer) -> Completion {
        // An answer of blanks says nothing.
        if answer.text.trim().is_empty() {
            answer.text.clear();
        }
        self.books.text(&answer.text);
        self.books.thinking(&answer.thinking);
        self.books.told(answer.counts);
        self.verdict(Verdict::Healthy);
        let usage = self.settle(Ok(answer.finish_reason));
        Completion {
            provider: self.asked.request.provider.clone(),
            model: self.asked.request.model.clone(),
            content: answer.text,
            finish_reason: answer.finish_reason,
            usage,
        }
    }

    pub(super) async fn open(&mut self) -> Result<ProviderStream, Error> {
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
            let error = match race(&mut self.stop, ask(Arc::clone(&self.asked))).await {
                Ok(answer) => {
                    if let Some(permit) = &mut self.permit {
                        self.lane.breaker.accepted(permit);
                    }
                    return Ok(answer);
                }
                Err(error) => error,
            };
            self.retry(&error).await?;
            last = Some(error);
        }
    }

    /// Waits for the next attempt, or gives the error back if there shall be none.
    pub(super) async fn retry(&mut self, error: &Error) -> Result<(), Error> {
        let now = self.clock.now();
        let left = self.deadline.map(|d| d.saturating_duration_since(now));
        self.verdict(verdict_of(error));
        if !error.is_unpaid(self.streamed) {
            return Err(error.clone());
        }
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

    /// Once anything has come there is no second attempt, so a long prompt need not be held for the length of
    /// the stream.
    pub(super) fn forget_prompt(&mut self) {
        if let Some(asked) = Arc::get_mut(&mut self.asked) {
            asked.request.messages = Vec::new();
        }
    }

    pub(super) fn verdict(&mut self, verdict: Verdict) {
        if let Some(permit) = self.permit.take() {
            self.lane.breaker.report(permit, verdict, self.clock.now());
        }
    }

    pub(super) fn settle(&mut self, outcome: Result<FinishReason, ErrorCode>) -> Usage {
        let usage = self
            .books
            .usage(outcome.is_ok_and(|r| r != FinishReason::Cancelled));
        if !self.settled {
            self.settled = true;
            self.verdict(Verdict::Unknown);
            self.observer.ended(&CallRecord {
                provider: &self.asked.request.provider,
                model: &self.asked.request.model,
                metadata: &self.asked.request.metadata,
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

fn stop(
    clock: &dyn Clock,
    now: Instant,
    deadline: Option<Instant>,
    abort: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
) -> Stop {
    let timer = deadline.map(|deadline| clock.sleep(deadline.saturating_duration_since(now)));
    let shutdown =
        || Error::new(ErrorCode::Unavailable, "the gateway is shutting down").because(Cause::Ours);
    let stop: Pin<Box<dyn Future<Output = Error> + Send>> = match (timer, abort) {
        (None, None) => Box::pin(std::future::pending()),
        (Some(timer), None) => Box::pin(timer.map(|()| Error::deadline())),
        (None, Some(abort)) => Box::pin(abort.map(move |()| shutdown())),
        (Some(timer), Some(abort)) => {
            Box::pin(select(timer, abort).map(move |first| match first {
                Either::Left(_) => Error::deadline(),
                Either::Right(_) => shutdown(),
            }))
        }
    };
    stop.fuse()
}

/// Whichever comes first: the work's result or the stop's error.
pub(super) async fn race<T>(
    stop: &mut Stop,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    match select(pin!(work), stop).await {
        Either::Left((result, _)) => result,
        Either::Right((error, _)) => Err(error),
    }
}

pub(super) fn verdict_of(error: &Error) -> Verdict {
    match error.cause {
        Cause::Ours => Verdict::Unknown,
        _ if error.is_outage() => Verdict::Outage,
        _ => Verdict::Healthy,
    }
}

fn circuit_open(pause: Duration) -> Error {
    Error::new(
        ErrorCode::Unavailable,
        "the provider was down a moment ago and is not being called now",
    )
    .with_retry_after(Some(pause))
}
