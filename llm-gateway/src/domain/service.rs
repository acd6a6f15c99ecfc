//! The completion service: finds the provider, checks the request, and hands over to a [`Call`].

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::future::{Either, join_all, select};

use super::{
    CallContext, Completion, CompletionRequest, Effort, Error, ErrorCode, EventStream, Message,
    ModelInfo, ModelName, Part, ProviderName, ReasoningMode,
    admission::Places,
    breaker::{Breaker, BreakerPolicy},
    call::{Call, Lane},
    estimate::message_tokens,
    model::{ListedModel, ProviderHealth, ProviderState},
    request::validate_messages,
    retry::RetryPolicy,
};
use crate::ports::{
    BoxFuture,
    inbound::{CompletionUseCase, TokenEstimate},
    outbound::{CallObserver, Clock, LLMProvider, ModelCatalogue, ProviderCall, Tokeniser},
};

/// How long a server may take to list its models, and how long its list is believed.
const DISCOVERY_TIMEOUT: Duration = Duration::from_secs(2);
const DISCOVERY_TTL: Duration = Duration::from_secs(30);
/// Conversations that are counted at once. Below the number of threads there are for it, so that the rest is
/// refused rather than queued.
pub const MAX_COUNTS: usize = 256;

/// How calls to a provider are guarded.
#[derive(Clone, Copy, Debug)]
pub struct Guard {
    /// When to try again.
    pub retry: RetryPolicy,
    /// When to stop trying.
    pub breaker: BreakerPolicy,
    /// Calls at once.
    pub max_concurrency: usize,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            breaker: BreakerPolicy::default(),
            max_concurrency: 4_096,
        }
    }
}

/// A provider with its guard.
pub type Guarded = (Arc<dyn LLMProvider>, Guard);

/// What the service is made of.
pub struct Outside {
    /// What is known of models.
    pub catalogue: Arc<dyn ModelCatalogue>,
    /// Exact counts.
    pub tokeniser: Arc<dyn Tokeniser>,
    /// Time and chance.
    pub clock: Arc<dyn Clock>,
    /// Is told of each call.
    pub observer: Arc<dyn CallObserver>,
    /// Hosts whose image URLs are forwarded.
    pub image_hosts: Vec<String>,
    /// Whether a provider with a catalogue may be asked for a model that is not in it.
    pub unlisted_models: bool,
}

struct Discovery {
    at: Instant,
    models: Vec<ModelInfo>,
}

struct Inner {
    order: Vec<ProviderName>,
    lanes: HashMap<ProviderName, Arc<Lane>>,
    outside: Outside,
    discovered: Mutex<HashMap<ProviderName, Discovery>>,
    counting: Arc<Places>,
}

/// The domain's implementation of [`CompletionUseCase`].
#[derive(Clone)]
pub struct CompletionService {
    inner: Arc<Inner>,
}

impl CompletionService {
    /// A service over these providers, listed in this order.
    #[must_use]
    pub fn new(providers: Vec<Guarded>, outside: Outside) -> Self {
        let order = providers.iter().map(|(p, _)| p.name().clone()).collect();
        let lanes = providers
            .into_iter()
            .map(|(provider, guard)| {
                let lane = Lane {
                    retry: guard.retry,
                    breaker: Breaker::new(guard.breaker),
                    places: Places::new(guard.max_concurrency),
                    provider,
                };
                (lane.provider.name().clone(), Arc::new(lane))
            })
            .collect();
        Self {
            inner: Arc::new(Inner {
                order,
                lanes,
                outside,
                discovered: Mutex::new(HashMap::new()),
                counting: Places::new(MAX_COUNTS),
            }),
        }
    }

    fn admit(
        &self,
        request: CompletionRequest,
        context: CallContext,
        streamed: bool,
    ) -> Result<Call, Error> {
        let inner = &self.inner;
        let lane = inner.lane(&request.provider)?;
        request.validate(&inner.outside.image_hosts)?;
        if !lane.provider.configured() {
            return Err(Error::new(
                ErrorCode::Authentication,
                format!("no key is configured for {}", request.provider),
            ));
        }
        let call = inner.with_model(lane, request)?;
        Call::admit(
            Arc::clone(lane),
            Arc::clone(&inner.outside.clock),
            Arc::clone(&inner.outside.observer),
            call,
            context,
            streamed,
        )
    }
}

impl Inner {
    fn lane(&self, provider: &ProviderName) -> Result<&Arc<Lane>, Error> {
        self.lanes.get(provider).ok_or_else(|| {
            Error::new(
                ErrorCode::NotFound,
                format!("there is no provider {provider:.64}"),
            )
        })
    }

    /// What is known of a model: by the catalogue, else by its server, else nothing.
    fn model(&self, lane: &Lane, id: &ModelName) -> ModelInfo {
        let provider = lane.provider.name();
        if let Some(known) = self.outside.catalogue.find(provider, id) {
            return known.clone();
        }
        let mut unknown = self.discovered(provider, id).unwrap_or_else(|| {
            ModelInfo::unknown(provider.clone(), id.clone(), lane.provider.family())
        });
        // Servers that list their models do not say which of them see, and refuse by themselves.
        unknown.vision = true;
        // What it costs and how long it thinks is unknown: as much and as long as any of its provider.
        let listed = self.outside.catalogue.of_provider(provider);
        if let Some(dearest) = listed
            .iter()
            .max_by_key(|m| m.weights.input + m.weights.output)
        {
            unknown.weights = dearest.weights;
            unknown.long_context = dearest.long_context;
        }
        for silence in listed.iter().map(|m| m.reasoning.silence) {
            unknown.reasoning.silence = unknown.reasoning.silence.max(silence);
        }
        unknown
    }

    /// A model whose price nobody knows is asked only where the deployment wants it. A server without a
    /// catalogue is the deployment's own.
    fn check_listed(&self, model: &ModelInfo) -> Result<(), Error> {
        let outside = &self.outside;
        let catalogued = !outside.catalogue.of_provider(&model.provider).is_empty();
        if model.known || outside.unlisted_models || !catalogued {
            return Ok(());
        }
        Err(Error::new(
            ErrorCode::NotFound,
            format!(
                "the catalogue of {} does not list {:.64}; GATEWAY_UNLISTED_MODELS=1 allows such models",
                model.provider, model.id
            ),
        ))
    }

    fn discovered(&self, provider: &ProviderName, id: &ModelName) -> Option<ModelInfo> {
        let discovered = self
            .discovered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let models = &discovered.get(provider)?.models;
        models.iter().find(|model| model.id == *id).cloned()
    }

    /// Adds what is known of the model, and checks the request against it.
    fn with_model(&self, lane: &Lane, request: CompletionRequest) -> Result<ProviderCall, Error> {
        let model = self.model(lane, &request.model);
        self.check_listed(&model)?;
        let has_image = request
            .messages
            .iter()
            .flat_map(|m| &m.content)
            .any(Part::is_image);
        if has_image && !model.vision {
            return Err(Error::invalid(format!("{} does not see images", model.id)));
        }
        let limit = model.max_output_tokens;
        let beyond =
            |tokens: Option<u32>| limit > 0 && tokens.is_some_and(|n| u64::from(n) > limit);
        for (field, tokens) in [
            ("max_output_tokens", request.max_output_tokens),
            (
                "reasoning_allowance_tokens",
                request.reasoning_allowance_tokens,
            ),
        ] {
            if beyond(tokens) {
                return Err(Error::invalid(format!(
                    "{field}: {} makes at most {limit} tokens",
                    model.id
                )));
            }
        }
        check_effort(&request, &model)?;
        Ok(ProviderCall { request, model })
    }

    fn state(lane: &Lane) -> ProviderState {
        if !lane.provider.configured() {
            ProviderState::Unconfigured
        } else if lane.breaker.is_open() {
            ProviderState::Down
        } else {
            ProviderState::Available
        }
    }

    /// The models a server says it has, asked again when the last answer is old.
    async fn discover(&self, lane: &Lane) -> Vec<ModelInfo> {
        let clock = &self.outside.clock;
        let name = lane.provider.name();
        let known = |map: &HashMap<ProviderName, Discovery>| {
            map.get(name).map(|d| (d.at, d.models.clone()))
        };
        let cached = known(
            &self
                .discovered
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        if let Some((at, models)) = &cached
            && clock.now().saturating_duration_since(*at) < DISCOVERY_TTL
        {
            return models.clone();
        }
        match select(lane.provider.discover(), clock.sleep(DISCOVERY_TIMEOUT)).await {
            Either::Left((Ok(models), _)) => {
                let found = Discovery {
                    at: clock.now(),
                    models: models.clone(),
                };
                self.discovered
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(name.clone(), found);
                models
            }
            // A server that is away for a moment keeps the models it had.
            _ => cached.map(|(_, models)| models).unwrap_or_default(),
        }
    }

    async fn models_of(&self, lane: &Lane) -> Vec<ListedModel> {
        let provider = lane.provider.name();
        let catalogue = &self.outside.catalogue;
        let mut infos: Vec<ModelInfo> = catalogue
            .of_provider(provider)
            .into_iter()
            .cloned()
            .collect();
        for found in self.discover(lane).await {
            if catalogue.find(provider, &found.id).is_none() {
                infos.push(found);
            }
        }
        let state = Self::state(lane);
        infos
            .into_iter()
            .map(|info| ListedModel { info, state })
            .collect()
    }
}

impl CompletionUseCase for CompletionService {
    fn complete(
        &self,
        request: CompletionRequest,
        context: CallContext,
    ) -> BoxFuture<'static, Result<Completion, Error>> {
        let call = self.admit(request, context, false);
        Box::pin(async move { call?.complete().await })
    }

    fn stream(
        &self,
        request: CompletionRequest,
        context: CallContext,
    ) -> BoxFuture<'static, Result<EventStream, Error>> {
        let call = self.admit(request, context, true);
        Box::pin(async move { call?.stream().await })
    }

    fn estimate(
        &self,
        provider: &ProviderName,
        model: &ModelName,
        messages: &[Message],
    ) -> Result<TokenEstimate, Error> {
        let inner = &self.inner;
        let info = inner.model(inner.lane(provider)?, model);
        validate_messages(messages, &inner.outside.image_hosts)?;
        let _place = inner.counting.take()?;
        let tokeniser = &inner.outside.tokeniser;
        let exact = |text: &str| tokeniser.count(info.tokenizer, model, text);
        let messages: Vec<u64> = messages
            .iter()
            .map(|message| message_tokens(&info, message, &exact))
            .collect();
        Ok(TokenEstimate {
            total: messages.iter().sum(),
            messages,
        })
    }

    fn models(&self) -> BoxFuture<'static, Vec<ListedModel>> {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            let lanes = inner.order.iter().filter_map(|name| inner.lanes.get(name));
            let lists = join_all(lanes.map(|lane| inner.models_of(lane))).await;
            lists.into_iter().flatten().collect()
        })
    }

    fn health(&self) -> Vec<ProviderHealth> {
        let inner = &self.inner;
        let lanes = inner.order.iter().filter_map(|name| inner.lanes.get(name));
        lanes
            .map(|lane| ProviderHealth {
                provider: lane.provider.name().clone(),
                state: Inner::state(lane),
                in_flight: lane.places.taken(),
            })
            .collect()
    }
}

/// A model that does not think cannot be told how hard to; one that always does cannot be told not to.
fn check_effort(request: &CompletionRequest, model: &ModelInfo) -> Result<(), Error> {
    let Some(effort) = request.effort else {
        return Ok(());
    };
    if model.reasoning.takes(effort) {
        return Ok(());
    }
    let efforts: Vec<&str> = model
        .reasoning
        .efforts()
        .into_iter()
        .map(Effort::as_str)
        .collect();
    Err(Error::invalid(match model.reasoning.mode {
        ReasoningMode::None => format!("effort: {} is not known to reason", model.id),
        _ => format!("effort: {} takes {}", model.id, efforts.join(", ")),
    }))
}
