//! The program itself: its start, its logs, its telemetry, its end.

use std::{process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    process::{Child, Command},
};

use llm_gateway::adapters::inbound::grpc::proto::{
    llm_gateway_client::LlmGatewayClient, stream_event::Event,
};
use tonic::transport::{Channel, Endpoint};

use crate::{
    grpc::collect,
    support::{
        gateway::{events, post, proto_say},
        one_model,
        provider::{KEY, Kind},
        upstream::{Reply, Upstream},
    },
};

const PROMPT: &str = "marzipan-submarine-7731";

/// Where a measured program writes what it ran; see `scripts/coverage.sh`.
fn coverage() -> impl Iterator<Item = (&'static str, String)> {
    let name = "LLVM_PROFILE_FILE";
    std::env::var(name)
        .ok()
        .map(|value| (name, value))
        .into_iter()
}

struct Program {
    child: Child,
    rest: String,
    grpc: String,
    logs: tokio::task::JoinHandle<String>,
}

impl Program {
    async fn start(env: &[(&str, String)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_llm-gateway"))
            .env_clear()
            .envs(coverage())
            .env("GATEWAY_REST_ADDR", "127.0.0.1:0")
            .env("GATEWAY_GRPC_ADDR", "127.0.0.1:0")
            .env("GATEWAY_SCRIPTED", "1")
            .envs(env.iter().map(|(k, v)| (*k, v.as_str())))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut err = child.stderr.take().unwrap();
        let mut seen = String::new();
        let (rest, grpc) = loop {
            let from = seen.len();
            assert!(
                out.read_line(&mut seen).await.unwrap() > 0,
                "no start:\n{seen}"
            );
            let line: serde_json::Value = serde_json::from_str(&seen[from..]).unwrap();
            if line["message"] == "listening" {
                let url = |side: &str| format!("http://{}", line[side].as_str().unwrap());
                break (url("rest"), url("grpc"));
            }
        };
        let logs = tokio::spawn(async move {
            out.read_to_string(&mut seen).await.unwrap();
            err.read_to_string(&mut seen).await.unwrap();
            seen
        });
        Self {
            child,
            rest,
            grpc,
            logs,
        }
    }

    async fn post(&self, body: &str) -> String {
        self.post_with(&[], body).await
    }

    async fn post_with(&self, headers: &[(&str, &str)], body: &str) -> String {
        let url = format!("{}/completions", self.rest);
        let (_, answer) = post(&url, headers, body).await;
        String::from_utf8(answer.to_vec()).unwrap()
    }

    async fn client(&self) -> LlmGatewayClient<Channel> {
        let endpoint = Endpoint::from_shared(self.grpc.clone()).unwrap();
        LlmGatewayClient::new(endpoint.connect().await.unwrap())
    }

    /// Asks it to stop, as ECS does; gives back everything it ever wrote.
    async fn stop(mut self) -> String {
        let id = self.child.id().unwrap().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .await
                .unwrap()
                .success()
        );
        let ended = tokio::time::timeout(Duration::from_secs(10), self.child.wait()).await;
        assert!(ended.expect("stops in time").unwrap().success());
        self.logs.await.unwrap()
    }
}

fn body(provider: &str, stream: bool) -> String {
    let mut body = crate::support::gateway::say_to(provider, PROMPT);
    body["stream"] = stream.into();
    body["metadata"]["request_id"] = "req-log-1".into();
    body.to_string()
}

/// Everything logged at the most talkative level, over good answers, refusals that quote key and prompt, cuts
/// and unreadable requests.
#[tokio::test]
async fn neither_keys_nor_prompts_are_ever_logged() {
    let quote = format!(
        r#"{{"error":{{"message":"bad key {KEY} for prompt {PROMPT}","status":"X","type":"x","code":0}}}}"#
    );
    let mut upstreams = Vec::new();
    for kind in Kind::ALL {
        let (whole, sse, quote) = (
            kind.fixture("whole.json"),
            kind.fixture("error.sse"),
            quote.clone(),
        );
        let upstream = Upstream::start(move |number, asked| match number {
            0 => Reply::json(200, &whole),
            1 => Reply::sse(&sse),
            2 => Reply::json(401, &quote),
            3 => Reply::json(400, &String::from_utf8_lossy(&asked.body)),
            _ => Reply::sse(&format!("data: {PROMPT}\n\n")),
        });
        upstreams.push(upstream.await);
    }
    let [openai, local, anthropic, gemini] = &upstreams[..] else {
        panic!()
    };
    let servers = format!(
        r#"[{{"name":"local","base_url":"{}/v1","api_key":"{KEY}"}}]"#,
        local.url
    );
    let program = Program::start(&[
        ("RUST_LOG", "trace".into()),
        ("OPENAI_API_KEY", KEY.into()),
        ("OPENAI_BASE_URL", format!("{}/v1", openai.url)),
        ("ANTHROPIC_API_KEY", KEY.into()),
        ("ANTHROPIC_BASE_URL", anthropic.url.clone()),
        ("GEMINI_API_KEY", KEY.into()),
        ("GEMINI_BASE_URL", gemini.url.clone()),
        ("OPENAI_COMPATIBLE_SERVERS", servers),
    ])
    .await;
    for kind in Kind::ALL {
        // The compatible server's first answer goes to the discovery of its models.
        for number in 0..6 {
            program.post(&body(kind.name(), number % 2 == 1)).await;
        }
    }
    program
        .post(&format!(r#"{{"provider":"openai","{PROMPT}":1}}"#))
        .await;
    program.post(&format!(r#"{{"provider":"{PROMPT}"#)).await;
    program.post(&body("scripted", true)).await;
    let mut client = program.client().await;
    for kind in Kind::ALL {
        let request = proto_say(kind.name(), PROMPT);
        let _ = client.complete(request.clone()).await;
        if let Ok(stream) = client.stream_complete(request).await {
            let mut stream = stream.into_inner();
            while let Ok(Some(_)) = stream.message().await {}
        }
    }
    drop(client);
    let logs = program.stop().await;
    assert!(
        logs.contains("TRACE") && logs.contains("req-log-1"),
        "the logs are not there"
    );
    for secret in [KEY, PROMPT] {
        let leak = logs.lines().find(|line| line.contains(secret));
        assert_eq!(leak, None, "a log line holds what it must not");
    }
}

#[tokio::test]
async fn logs_are_json_and_calls_have_their_request_id() {
    let program = Program::start(&[]).await;
    let answer = program.post(&body("scripted", false)).await;
    assert!(answer.contains("scripted answer"));
    let logs = program.stop().await;
    let lines: Vec<serde_json::Value> = logs
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let call = lines.iter().find(|l| l["message"] == "call").unwrap();
    assert_eq!(call["request_id"], "req-log-1");
    assert_eq!(call["outcome"], "stop");
    assert!(call["output_tokens"].as_u64().unwrap() > 5);
    assert_eq!(lines.last().unwrap()["message"], "stopped");
}

#[tokio::test]
async fn traces_and_metrics_reach_a_collector() {
    let collector = Upstream::always(Reply::json(200, "")).await;
    let program = Program::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.clone())]).await;
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let headers = [("traceparent", parent)];
    program.post_with(&headers, &body("scripted", true)).await;
    let failing = body("scripted", false).replace(PROMPT, "[fail:overloaded]");
    program.post(&failing).await;
    program.stop().await;
    let asked = collector.asked();
    let of = |path: &str| {
        let bytes: Vec<u8> = asked
            .iter()
            .filter(|a| a.path() == path)
            .flat_map(|a| a.body.clone())
            .collect();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let traces = of("/v1/traces");
    for word in [
        "chat scripted",
        "gen_ai.operation.name",
        "gen_ai.usage.output_tokens",
        "gen_ai.response.finish_reasons",
        "req-log-1",
        "llm-gateway",
        "error.type",
        "overloaded",
    ] {
        assert!(traces.contains(word), "{word}");
    }
    // The caller's trace goes on here.
    let sent: Vec<u8> = asked.iter().flat_map(|a| a.body.clone()).collect();
    let trace_id = b"\x0a\xf7\x65\x19\x16\xcd\x43\xdd\x84\x48\xeb\x21\x1c\x80\x31\x9c";
    assert!(sent.windows(16).any(|w| w == trace_id), "another trace");
    let metrics = of("/v1/metrics");
    for word in [
        "gen_ai.client.token.usage",
        "gen_ai.client.operation.duration",
        "gen_ai.server.time_to_first_token",
    ] {
        assert!(metrics.contains(word), "{word}");
    }
    assert!(!traces.contains(PROMPT) && !metrics.contains(PROMPT));
}

#[tokio::test]
async fn a_stop_signal_waits_for_running_streams_of_both_sides() {
    let program = Program::start(&[]).await;
    let url = format!("{}/completions", program.rest);
    let running = body("scripted", true).replace(PROMPT, "[slow:8]");
    let rest = tokio::spawn(async move { post(&url, &[], &running).await });
    let mut client = program.client().await;
    let request = proto_say("scripted", "[slow:8]");
    let mut stream = client.stream_complete(request).await.unwrap().into_inner();
    stream.message().await.unwrap();
    let grpc = tokio::spawn(async move { collect(&mut stream).await });
    drop(client);
    tokio::time::sleep(Duration::from_millis(150)).await;
    let logs = program.stop().await;

    let told = grpc.await.unwrap();
    assert!(matches!(told.last(), Some(Event::Finished(_))), "{told:?}");
    let (_, answer) = rest.await.unwrap();
    let told = events(std::str::from_utf8(&answer).unwrap());
    assert_eq!(told.last().unwrap().0, "finished");
    assert_eq!(told.iter().filter(|(name, _)| name == "text").count(), 8);
    assert!(logs.contains("draining") && !logs.contains("drain time is over"));
    let calls = logs.lines().filter(|l| l.contains(r#""message":"call""#));
    assert_eq!(calls.count(), 2, "both are on the books");
}

#[tokio::test]
async fn a_collector_that_is_away_harms_nobody() {
    let nowhere = "http://127.0.0.1:1".to_owned();
    let program = Program::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", nowhere)]).await;
    let answer = program.post(&body("scripted", false)).await;
    assert!(answer.contains("scripted answer"));
    let logs = program.stop().await;
    assert!(logs.contains("telemetry could not be sent"), "{logs}");
    assert!(!logs.contains(PROMPT));
}

/// What the container asks itself.
#[tokio::test]
async fn the_program_tells_whether_its_like_is_alive() {
    let alive = async |address: &str| {
        let asked = Command::new(env!("CARGO_BIN_EXE_llm-gateway"))
            .arg("health")
            .env_clear()
            .envs(coverage())
            .env("GATEWAY_REST_ADDR", address)
            .output();
        asked.await.unwrap().status.success()
    };
    let program = Program::start(&[]).await;
    let address = program.rest.trim_start_matches("http://");
    assert!(alive(address).await);
    let everywhere = address.replace("127.0.0.1", "0.0.0.0");
    assert!(alive(&everywhere).await);
    assert!(!alive("127.0.0.1:1").await);
    let elsewhere = Upstream::always(Reply::json(404, "{}")).await;
    assert!(!alive(elsewhere.url.trim_start_matches("http://")).await);
}

#[tokio::test]
async fn a_configuration_that_makes_no_sense_stops_the_start() {
    let dir = std::env::temp_dir().join(format!("gateway-models-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let price = "{ input = -1.0, cached_input = -1.0, output = 1.0 }";
    let file = one_model("openai", "x", price, r#"{ rule = "crops" }"#);
    std::fs::write(dir.join("openai.toml"), file).unwrap();
    let dir = dir.to_str().unwrap();
    for (name, value, word) in [
        ("GATEWAY_REST_ADDR", "nonsense", "GATEWAY_REST_ADDR"),
        ("GATEWAY_MODELS_DIR", dir, "price"),
        ("GATEWAY_MODELS_DIR", "/nowhere", "/nowhere"),
        ("OPENAI_BASE_URL", "nonsense", "base URL"),
        ("GATEWAY_CA_FILE", "/nowhere.pem", "/nowhere.pem"),
        ("HTTPS_PROXY", "socks5://sk-secret@x", "HTTPS_PROXY"),
        (
            "OPENAI_COMPATIBLE_SERVERS",
            r#"[{"name":"openai","base_url":"http://x"}]"#,
            "OPENAI_COMPATIBLE_SERVERS",
        ),
        (
            "OPENAI_COMPATIBLE_SERVERS",
            "sk-secret",
            "OPENAI_COMPATIBLE_SERVERS",
        ),
        ("GATEWAY_MAX_CONCURRENCY", "many", "GATEWAY_MAX_CONCURRENCY"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_llm-gateway"))
            .env_clear()
            .envs(coverage())
            .env("GATEWAY_GRPC_ADDR", "127.0.0.1:0")
            .env(name, value)
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(Duration::from_secs(5), output)
            .await
            .unwrap()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && error.contains(word),
            "{name}: {error}"
        );
        assert!(!error.contains("sk-secret"));
    }
}
