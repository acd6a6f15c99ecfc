//! The one error type of the gateway.
//!
//! Adapters translate whatever they meet into an [`ErrorCode`] at the border, so that callers, retries and
//! the circuit breaker reason about twelve codes and nothing else. The message is for people and may be the
//! provider's own words: it goes to the caller, never to a log, since providers like to quote prompts.

use std::time::Duration;

/// What went wrong, for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The request is malformed, or asks for something the provider does not do.
    InvalidRequest,
    /// The provider does not know our key, or we have none.
    Authentication,
    /// The key is known but may not do this.
    Permission,
    /// No such provider, or no such model there.
    NotFound,
    /// The provider limits our rate; `retry_after` says for how long, if it told.
    RateLimited,
    /// The prompt does not fit the model's context window.
    ContextTooLong,
    /// The provider refuses the content on policy grounds.
    ContentBlocked,
    /// The provider, or this gateway, has no capacity now.
    Overloaded,
    /// Nothing came in time, or the caller's deadline passed.
    Timeout,
    /// The provider cannot be reached, broke off, or its circuit is open.
    Unavailable,
    /// The caller went away.
    Cancelled,
    /// A fault of the gateway, or an answer that makes no sense.
    Internal,
}

impl ErrorCode {
    /// All codes, in the order of the contract.
    pub const ALL: [Self; 12] = [
        Self::InvalidRequest,
        Self::Authentication,
        Self::Permission,
        Self::NotFound,
        Self::RateLimited,
        Self::ContextTooLong,
        Self::ContentBlocked,
        Self::Overloaded,
        Self::Timeout,
        Self::Unavailable,
        Self::Cancelled,
        Self::Internal,
    ];

    /// The code as it is written in JSON, metrics and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::NotFound => "not_found",
            Self::RateLimited => "rate_limited",
            Self::ContextTooLong => "context_too_long",
            Self::ContentBlocked => "content_blocked",
            Self::Overloaded => "overloaded",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::Cancelled => "cancelled",
            Self::Internal => "internal",
        }
    }

    /// The code of that name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == name)
    }

    /// Whether the same call may succeed a moment later.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::RateLimited | Self::Overloaded | Self::Timeout | Self::Unavailable
        )
    }

    /// Whether it speaks against the provider's health, and so counts for its circuit breaker. A rate limit
    /// does not: it concerns our key and passes by itself.
    #[must_use]
    pub const fn is_outage(self) -> bool {
        matches!(self, Self::Overloaded | Self::Timeout | Self::Unavailable)
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whose doing an error is, which decides what follows from it: whether asking again could be paid for twice,
/// and whether it speaks against the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cause {
    /// The provider said so, or was never reached: it did no work for this call.
    #[default]
    Refusal,
    /// The connection broke once the request was on its way. What was made until then is paid for.
    Connection,
    /// Nothing came for too long after the request was sent. The provider may be working all the same.
    Silence,
    /// Our side ended it: the caller's deadline, or the gateway's shutdown.
    Ours,
}

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Error {
    /// For machines.
    pub code: ErrorCode,
    /// For people; may be the provider's own words.
    pub message: String,
    /// How long the provider asked us to stay away.
    pub retry_after: Option<Duration>,
    /// Whose doing it is.
    pub cause: Cause,
}

impl Error {
    /// An error without a hint on when to try again.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retry_after: None,
            cause: Cause::default(),
        }
    }

    /// The same error, with the provider's hint.
    #[must_use]
    pub fn with_retry_after(mut self, after: Option<Duration>) -> Self {
        self.retry_after = after;
        self
    }

    /// The same error, of that cause.
    #[must_use]
    pub const fn because(mut self, cause: Cause) -> Self {
        self.cause = cause;
        self
    }

    /// Whether the same call can be made again without being paid for twice. What the provider refused, it did
    /// no work for. Once a request was sent, silence or a broken connection says nothing of the work that goes on
    /// behind it; only a stream (`streamed`), which would have told of its beginning, had none if it broke
    /// before its first event.
    #[must_use]
    pub const fn is_unpaid(&self, streamed: bool) -> bool {
        match self.cause {
            // It may have worked for as long as that.
            Cause::Refusal => !matches!(self.code, ErrorCode::Timeout),
            Cause::Connection => streamed,
            Cause::Silence | Cause::Ours => false,
        }
    }

    /// Whether it counts as an outage of the provider.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        self.code.is_outage() && self.cause != Cause::Ours
    }

    /// Shorthand for the most common of them.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest, message)
    }

    /// The error of a call that ran out of its caller's time.
    #[must_use]
    pub fn deadline() -> Self {
        Self::new(
            ErrorCode::Timeout,
            "the deadline passed before the answer was complete",
        )
        .because(Cause::Ours)
    }
}
