//! Each provider's errors, as its reference documents them, and what they become.

use std::time::Duration;

use llm_gateway::domain::ErrorCode::{self, *};

use crate::support::{
    provider::{KEY, Kind, drain, hello},
    upstream::{Piece, Reply, Upstream},
};

async fn check(kind: Kind, status: u16, body: &str, expected: ErrorCode) {
    let upstream = Upstream::always(Reply::json(status, body)).await;
    let provider = kind.provider(&upstream.url);
    let error = provider.complete(hello(kind)).await.unwrap_err();
    assert_eq!(error.code, expected, "{kind:?} {status} {body}");
    let (_, error) = drain(provider.as_ref(), hello(kind)).await;
    assert_eq!(error.unwrap().code, expected, "{kind:?} {status} {body}");
}

#[tokio::test]
async fn chat() {
    let openai = [
        (
            400,
            r#"{"error":{"message":"Unknown parameter","type":"invalid_request_error","param":"x","code":"unknown_parameter"}}"#,
            InvalidRequest,
        ),
        (
            400,
            r#"{"error":{"message":"This model's maximum context length is 8192 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
            ContextTooLong,
        ),
        (
            400,
            r#"{"error":{"message":"Invalid prompt","type":"invalid_request_error","code":"content_policy_violation"}}"#,
            ContentBlocked,
        ),
        (
            401,
            r#"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}"#,
            Authentication,
        ),
        (
            403,
            r#"{"error":{"message":"Country not supported","code":"unsupported_country_region_territory"}}"#,
            Permission,
        ),
        (
            404,
            r#"{"error":{"message":"The model does not exist","code":"model_not_found"}}"#,
            NotFound,
        ),
        (
            429,
            r#"{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}"#,
            RateLimited,
        ),
        (
            429,
            r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
            Permission,
        ),
        (
            500,
            r#"{"error":{"message":"The server had an error","type":"server_error"}}"#,
            Unavailable,
        ),
        (
            503,
            r#"{"error":{"message":"The engine is currently overloaded","type":"server_error"}}"#,
            Overloaded,
        ),
        (
            503,
            r#"{"error":{"message":"Slow down","code":"slow_down"}}"#,
            Overloaded,
        ),
        (502, "<html>bad gateway</html>", Unavailable),
        (504, "", Timeout),
    ];
    for (status, body, expected) in openai {
        check(Kind::OpenAi, status, body, expected).await;
    }
    let compatible = [
        (
            400,
            r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":4096}}"#,
            ContextTooLong,
        ),
        (
            503,
            r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
            Overloaded,
        ),
        (
            400,
            r#"{"object":"error","message":"This model's maximum context length is 2048 tokens.","type":"BadRequestError","param":null,"code":400}"#,
            ContextTooLong,
        ),
        (404, r#"{"error":"model 'x' not found"}"#, NotFound),
        (422, r#"{"detail":"Unprocessable"}"#, InvalidRequest),
        (
            200,
            r#"{"error":{"message":"failed late","code":500}}"#,
            Unavailable,
        ),
    ];
    for (status, body, expected) in compatible {
        if status == 200 {
            let upstream = Upstream::always(Reply::json(status, body)).await;
            let provider = Kind::Compatible.provider(&upstream.url);
            let error = provider.complete(hello(Kind::Compatible)).await;
            assert_eq!(error.unwrap_err().code, expected);
        } else {
            check(Kind::Compatible, status, body, expected).await;
        }
    }
}

#[tokio::test]
async fn anthropic() {
    let error = |kind: &str, message: &str| {
        format!(
            r#"{{"type":"error","error":{{"type":"{kind}","message":"{message}"}},"request_id":"req_1"}}"#
        )
    };
    let cases = [
        (
            400,
            error("invalid_request_error", "max_tokens: required"),
            InvalidRequest,
        ),
        (
            400,
            error(
                "invalid_request_error",
                "prompt is too long: 210000 tokens > 200000 maximum",
            ),
            ContextTooLong,
        ),
        (
            401,
            error("authentication_error", "invalid x-api-key"),
            Authentication,
        ),
        (402, error("billing_error", "pay"), Permission),
        (403, error("permission_error", "no"), Permission),
        (404, error("not_found_error", "model: x"), NotFound),
        (
            413,
            error("request_too_large", "Request exceeds the maximum size"),
            ContextTooLong,
        ),
        (429, error("rate_limit_error", "slow"), RateLimited),
        (
            500,
            error("api_error", "Internal server error"),
            Unavailable,
        ),
        (504, error("timeout_error", "late"), Timeout),
        (529, error("overloaded_error", "Overloaded"), Overloaded),
        (529, "not json".to_owned(), Overloaded),
        (418, error("a_future_error", "?"), InvalidRequest),
    ];
    for (status, body, expected) in cases {
        check(Kind::Anthropic, status, &body, expected).await;
    }
}

#[tokio::test]
async fn gemini() {
    let error = |code: u16, status: &str, message: &str| {
        format!(r#"{{"error":{{"code":{code},"message":"{message}","status":"{status}"}}}}"#)
    };
    let cases = [
        (400, error(400, "INVALID_ARGUMENT", "bad"), InvalidRequest),
        (400, error(400, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."), ContextTooLong),
        (400, error(400, "FAILED_PRECONDITION", "User location is not supported"), Permission),
        (400, r#"{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}"#.to_owned(), Authentication),
        (403, error(403, "PERMISSION_DENIED", "no"), Permission),
        (404, error(404, "NOT_FOUND", "models/x is not found"), NotFound),
        (429, error(429, "RESOURCE_EXHAUSTED", "quota"), RateLimited),
        (500, error(500, "INTERNAL", "oops"), Unavailable),
        (503, error(503, "UNAVAILABLE", "The model is overloaded."), Overloaded),
        (504, error(504, "DEADLINE_EXCEEDED", "late"), Timeout),
        (503, format!("[{}]", error(503, "UNAVAILABLE", "in a list")), Overloaded),
        (500, "<html>".to_owned(), Unavailable),
    ];
    for (status, body, expected) in cases {
        check(Kind::Gemini, status, &body, expected).await;
    }
    let blocked = r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#;
    let upstream = Upstream::always(Reply::json(200, blocked)).await;
    let error = Kind::Gemini
        .provider(&upstream.url)
        .complete(hello(Kind::Gemini))
        .await;
    assert_eq!(error.unwrap_err().code, ContentBlocked);
}

#[tokio::test]
async fn what_is_no_answer_at_all_is_unavailable_and_too_much_of_one_is_not_kept() {
    for kind in Kind::ALL {
        let upstream = Upstream::always(Reply::none()).await;
        let provider = kind.provider(&upstream.url);
        let error = provider.complete(hello(kind)).await.unwrap_err();
        assert_eq!(error.code, Unavailable, "{kind:?}");

        let much = vec![Piece::Bytes(vec![b' '; 1 << 20]); 33];
        let upstream = Upstream::always(Reply::pieces(much)).await;
        let provider = kind.provider(&upstream.url);
        let error = provider.complete(hello(kind)).await.unwrap_err();
        assert_eq!(error.code, Internal, "{kind:?}");
        let (_, error) = drain(provider.as_ref(), hello(kind)).await;
        assert_eq!(error.unwrap().code, Internal, "{kind:?}");

        let mut refusal = Reply::pieces(vec![Piece::Bytes(vec![b'x'; 1 << 20]); 8]);
        refusal.status = 429;
        let upstream = Upstream::always(refusal).await;
        let provider = kind.provider(&upstream.url);
        let error = provider.complete(hello(kind)).await.unwrap_err();
        assert_eq!(error.code, RateLimited, "{kind:?}");
        assert!(error.message.len() < 1_000, "{kind:?}");
    }
}

#[tokio::test]
async fn retry_after_is_passed_on() {
    for kind in Kind::ALL {
        let reply = Reply::json(429, "{}").header("retry-after", "7");
        let upstream = Upstream::always(reply).await;
        let error = kind
            .provider(&upstream.url)
            .complete(hello(kind))
            .await
            .unwrap_err();
        assert_eq!(error.retry_after, Some(Duration::from_secs(7)), "{kind:?}");
    }
    let body = r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.5s"}]}}"#;
    let upstream = Upstream::always(Reply::json(429, body)).await;
    let error = Kind::Gemini
        .provider(&upstream.url)
        .complete(hello(Kind::Gemini))
        .await;
    assert_eq!(
        error.unwrap_err().retry_after,
        Some(Duration::from_millis(34_500))
    );
}

/// Providers have been seen to quote the key they refuse.
#[tokio::test]
async fn a_quoted_key_does_not_travel() {
    for kind in Kind::ALL {
        let body = format!(
            r#"{{"error":{{"message":"Incorrect API key provided: {KEY}.","type":"x","status":"x","code":0}}}}"#
        );
        let upstream = Upstream::always(Reply::json(401, &body)).await;
        let error = kind
            .provider(&upstream.url)
            .complete(hello(kind))
            .await
            .unwrap_err();
        assert_eq!(error.code, Authentication, "{kind:?}");
        assert!(
            error.message.contains("Incorrect API key"),
            "{kind:?} {error}"
        );
        assert!(!error.message.contains(KEY), "{kind:?}");
    }
}
