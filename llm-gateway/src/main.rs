//! Wiring: the environment becomes providers, the providers a service, the service two listeners.

use std::{
    env,
    error::Error,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    num::NonZero,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use llm_gateway::{
    adapters::{
        inbound::{
            rest,
            server::{HEAD_PATIENCE, Serving, serve},
        },
        outbound::{
            anthropic::{self, Anthropic},
            catalogue::Catalogue,
            env_key::EnvKeys,
            gemini::{self, Gemini},
            http::{HttpClient, Network, Timeouts},
            log::{CallLog, Observers},
            metrics::Metrics,
            openai::{self, OpenAi},
            openai_compatible::OpenAiCompatible,
            otel::Otel,
            scripted::Scripted,
            stdout::{FLUSH, Stdout},
            tiktoken::Tiktoken,
            tokio_clock::TokioClock,
        },
    },
    config::Config,
    domain::{
        breaker::BreakerPolicy,
        retry::RetryPolicy,
        service::{CompletionService, Guard, Guarded, Outside},
    },
    ports::{
        inbound::CompletionUseCase as _,
        outbound::{CallObserver, KeyStore},
    },
};
use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// Calls make many small short-lived objects; this takes a tenth off their cost. Without huge pages, of which streams would
/// touch a part and hold the whole.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A container without a shell asks itself how it is.
    if env::args().nth(1).as_deref() == Some("health") {
        return health();
    }
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("llm-gateway: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), Box<dyn Error>> {
    let stdout = Stdout::new()?;
    let result = runtime()?.block_on(run(&stdout));
    stdout.flush();
    result
}

/// Whether the gateway that runs beside this is alive.
fn health() -> ExitCode {
    let asked = || -> Result<bool, Box<dyn Error>> {
        let mut at = Config::read(|name| env::var(name).ok())?.rest_addr;
        if at.ip().is_unspecified() {
            at.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        let patience = Duration::from_secs(2);
        let mut tcp = TcpStream::connect_timeout(&at, patience)?;
        tcp.set_read_timeout(Some(patience))?;
        tcp.write_all(b"GET /health HTTP/1.0\r\nhost: localhost\r\n\r\n")?;
        let mut status = [0; 12];
        tcp.read_exact(&mut status)?;
        // One that drains answers 503, and must not be killed for it: its streams run on.
        Ok(matches!(&status[9..], b"200" | b"503"))
    };
    match asked() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("llm-gateway: {error}");
            ExitCode::FAILURE
        }
    }
}

/// One processor is served best by one thread: nothing is handed between threads, which a twentieth of a call's cost was.
fn runtime() -> Result<Runtime, std::io::Error> {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut builder = match processors {
        1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    builder.enable_all().build()
}

async fn run(stdout: &Stdout) -> Result<(), Box<dyn Error>> {
    let config = Config::read(|name| env::var(name).ok())?;
    log_to(stdout.clone(), config.text_logs);
    let network = Network::read(|name| env::var(name).ok())?;
    let http = HttpClient::within(&network, Timeouts::default());
    let keys = keys();
    let metrics = Arc::new(Metrics::default());
    let otel = match env::var("OTEL_EXPORTER_OTLP_ENDPOINT") {
        Ok(endpoint) if !endpoint.is_empty() => Some(Arc::new(Otel::new(http.clone())?)),
        _ => None,
    };
    let mut observers: Vec<Arc<dyn CallObserver>> = vec![metrics.clone(), Arc::new(CallLog)];
    observers.extend(otel.clone().map(|otel| otel as Arc<dyn CallObserver>));
    let scripted = config.scripted.then(|| Arc::new(Scripted::default()));
    let service = CompletionService::new(
        providers(&config, &http, &keys, scripted.clone())?,
        Outside {
            catalogue: Arc::new(Catalogue::load(config.models_dir.as_deref())?),
            tokeniser: Arc::new(Tiktoken),
            clock: Arc::new(TokioClock::default()),
            observer: Arc::new(Observers(observers)),
            image_hosts: config.image_hosts.clone(),
            unlisted_models: config.unlisted_models,
        },
    );
    // Ask the servers for their models now, so that the first caller need not wait for it.
    tokio::spawn(service.models());

    let rest_listener = TcpListener::bind(config.rest_addr).await?;
    let grpc_listener = TcpListener::bind(config.grpc_addr).await?;
    tracing::info!(rest = %rest_listener.local_addr()?, grpc = %grpc_listener.local_addr()?, "listening");
    let serving = Serving {
        use_case: Arc::new(service),
        metrics: Arc::new(move || metrics.render()),
        extra: scripted.map(|s| rest::extra("/scripted/calls", Arc::new(move || s.calls_json()))),
        drain: Duration::from_secs(config.drain_seconds),
        head_patience: HEAD_PATIENCE,
    };
    serve(serving, rest_listener, grpc_listener, stop_signal()?).await?;
    if let Some(otel) = otel {
        tokio::task::spawn_blocking(move || otel.flush()).await?;
    }
    tracing::info!("stopped");
    Ok(())
}

/// Keys from the environment. Variables that are no text are no keys either.
fn keys() -> Arc<dyn KeyStore> {
    let variables = env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Arc::new(EnvKeys::read(variables))
}

/// The providers, in the order in which their models are listed. A new one is a line here.
fn providers(
    config: &Config,
    http: &HttpClient,
    keys: &Arc<dyn KeyStore>,
    scripted: Option<Arc<Scripted>>,
) -> Result<Vec<Guarded>, Box<dyn Error>> {
    let guard = Guard {
        max_concurrency: config.max_concurrency,
        ..Guard::default()
    };
    let at = |url: &Option<String>, default: &str| url.clone().unwrap_or_else(|| default.into());
    let openai = at(&config.openai_base_url, openai::BASE_URL);
    let anthropic = at(&config.anthropic_base_url, anthropic::BASE_URL);
    let gemini = at(&config.gemini_base_url, gemini::BASE_URL);
    let mut all: Vec<Guarded> = vec![
        (
            Arc::new(OpenAi::new(http.clone(), &openai, keys.clone())?),
            guard,
        ),
        (
            Arc::new(Anthropic::new(http.clone(), &anthropic, keys.clone())?),
            guard,
        ),
        (
            Arc::new(Gemini::new(http.clone(), &gemini, keys.clone())?),
            guard,
        ),
    ];
    for server in &config.compatible {
        let key = server.api_key.clone();
        let server = OpenAiCompatible::new(http.clone(), &server.name, &server.base_url, key)?;
        all.push((Arc::new(server), guard));
    }
    if let Some(scripted) = scripted {
        let plain = Guard {
            retry: RetryPolicy::none(),
            breaker: BreakerPolicy::never(),
            ..guard
        };
        all.push((scripted, plain));
    }
    Ok(all)
}

fn log_to(stdout: Stdout, text: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(stdout.clone());
    if text {
        logs.init();
    } else {
        logs.json()
            .flatten_event(true)
            .with_span_list(false)
            .with_current_span(false)
            .init();
    }
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(FLUSH).await;
            stdout.flush();
        }
    });
}

/// Cancelled by SIGTERM or SIGINT.
fn stop_signal() -> Result<CancellationToken, std::io::Error> {
    let stop = CancellationToken::new();
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    let token = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        token.cancel();
    });
    Ok(stop)
}
