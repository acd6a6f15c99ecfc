//! Errors as gRPC statuses: one code each, with a `Failure` among the details.

use prost::Message as _;
use tonic::{Code, Status};

use super::proto;
use crate::domain::{Error, ErrorCode};

/// `google.rpc.Status`, which carries a status' details on the wire; three fields, so written here rather
/// than brought in as a dependency.
#[derive(Clone, PartialEq, prost::Message)]
struct RichStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<prost_types::Any>,
}

const FAILURE: &str = "type.googleapis.com/yoriai.llm.v1.Failure";

/// A status' message travels in a header; providers' messages can be longer than headers may be.
const MAX_MESSAGE: usize = 1_024;

/// The error as a status.
pub(super) fn of(error: Error) -> Status {
    let code = code_of(error.code);
    let mut short = error.message.clone();
    if short.len() > MAX_MESSAGE {
        let mut at = MAX_MESSAGE;
        while !short.is_char_boundary(at) {
            at -= 1;
        }
        short.truncate(at);
    }
    let mut failure = failure(error);
    failure.message.clone_from(&short);
    let details = RichStatus {
        code: code as i32,
        message: short.clone(),
        details: vec![prost_types::Any {
            type_url: FAILURE.to_owned(),
            value: failure.encode_to_vec(),
        }],
    };
    Status::with_details(code, short, details.encode_to_vec().into())
}

/// The error as a stream's last event.
pub(super) fn failure(error: Error) -> proto::Failure {
    proto::Failure {
        code: proto_code(error.code).into(),
        message: error.message,
        retry_after_ms: error.retry_after.map_or(0, |after| {
            u64::try_from(after.as_millis()).unwrap_or(u64::MAX)
        }),
    }
}

const fn proto_code(code: ErrorCode) -> proto::ErrorCode {
    match code {
        ErrorCode::InvalidRequest => proto::ErrorCode::InvalidRequest,
        ErrorCode::Authentication => proto::ErrorCode::Authentication,
        ErrorCode::Permission => proto::ErrorCode::Permission,
        ErrorCode::NotFound => proto::ErrorCode::NotFound,
        ErrorCode::RateLimited => proto::ErrorCode::RateLimited,
        ErrorCode::ContextTooLong => proto::ErrorCode::ContextTooLong,
        ErrorCode::ContentBlocked => proto::ErrorCode::ContentBlocked,
        ErrorCode::Overloaded => proto::ErrorCode::Overloaded,
        ErrorCode::Timeout => proto::ErrorCode::Timeout,
        ErrorCode::Unavailable => proto::ErrorCode::Unavailable,
        ErrorCode::Cancelled => proto::ErrorCode::Cancelled,
        ErrorCode::Internal => proto::ErrorCode::Internal,
    }
}

const fn code_of(code: ErrorCode) -> Code {
    match code {
        ErrorCode::InvalidRequest => Code::InvalidArgument,
        ErrorCode::Authentication => Code::Unauthenticated,
        ErrorCode::Permission => Code::PermissionDenied,
        ErrorCode::NotFound => Code::NotFound,
        ErrorCode::RateLimited => Code::ResourceExhausted,
        ErrorCode::ContextTooLong => Code::OutOfRange,
        ErrorCode::ContentBlocked => Code::FailedPrecondition,
        ErrorCode::Overloaded | ErrorCode::Unavailable => Code::Unavailable,
        ErrorCode::Timeout => Code::DeadlineExceeded,
        ErrorCode::Cancelled => Code::Cancelled,
        ErrorCode::Internal => Code::Internal,
    }
}
