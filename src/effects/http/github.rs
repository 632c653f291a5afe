//! GitHub's API through octocrab, over our own client: proxies, limits, redirects and the provider of TLS are
//! ours, and nothing is sent a second time by itself. Its untyped calls are used, since its models require
//! fields that older Enterprise servers do not send.

use http_body_util::{BodyExt, Limited};
use hyper::Uri;
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::service::middleware::reqwest_connector::ReqwestConnector;
use octocrab::{AuthState, Octocrab, OctocrabBuilder};
use reqwest::Method;
use serde_json::Value;

use super::{ANSWER_LIMIT, Answer, Api, EffectsError, Limits, Settings, Url, host_of, no_client};

/// One request and its answer.
pub(super) fn exchange(
    settings: &Settings,
    api: &Api,
    (method, path): (Method, &str),
    body: Option<&Value>,
) -> Result<Answer, EffectsError> {
    let host = Url::parse(&api.base).map(|url| host_of(&url)).unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|source| {
        EffectsError::NoAnswer { host: "the HTTP client".to_owned(), doing: "setting it up", source: Box::new(source) }
    })?;
    let client = client(settings)?;
    runtime.block_on(async {
        let failed = |doing, source| EffectsError::NoAnswer { host: host.clone(), doing, source };
        let base: Uri = api.base.parse().map_err(|_| EffectsError::Url { url: api.base.clone() })?;
        let octocrab = octocrab(client, base, api);
        let answered = match method {
            Method::POST => octocrab._post(path, body).await,
            Method::PATCH => octocrab._patch(path, body).await,
            Method::DELETE => octocrab._delete(path, body).await,
            _ => octocrab._get(path).await,
        };
        let response = answered.map_err(|error| failed("sending the request", words(&error)))?;
        let (head, body) = response.into_parts();
        let mut answer = Answer::head(head.status.as_u16(), &head.headers);
        let limit = usize::try_from(ANSWER_LIMIT).unwrap_or(usize::MAX);
        let read = Limited::new(body, limit).collect().await;
        answer.body = read.map_err(|error| failed("reading the answer", error))?.to_bytes().to_vec();
        Ok(answer)
    })
}

fn octocrab(client: reqwest::Client, base: Uri, api: &Api) -> Octocrab {
    let auth = match &api.token {
        Some(token) => AuthState::AccessToken { token: token.reveal().into() },
        None => AuthState::None,
    };
    let builder = OctocrabBuilder::new_empty().with_service(ReqwestConnector::new(client));
    match builder.with_layer(&BaseUriLayer::new(base)).with_auth(auth).build() {
        Ok(octocrab) => octocrab,
        Err(never) => match never {},
    }
}

/// The client, made once: connections do not outlive the exchange, so that it serves every runtime.
fn client(settings: &Settings) -> Result<reqwest::Client, EffectsError> {
    if let Some(client) = settings.octocrab.get() {
        return Ok(client.clone());
    }
    let limits = Limits::default();
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert(reqwest::header::ACCEPT, reqwest::header::HeaderValue::from_static("application/vnd.github+json"));
    headers.insert(reqwest::header::CACHE_CONTROL, reqwest::header::HeaderValue::from_static("no-cache"));
    let client =
        settings.configured(limits)?.timeout(limits.total).default_headers(headers).build().map_err(no_client)?;
    Ok(settings.octocrab.get_or_init(|| client).clone())
}

/// The innermost cause of an error of octocrab, without URLs: those around it only say that something failed.
fn words(error: &octocrab::Error) -> Box<dyn std::error::Error + Send + Sync> {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(cause) = deepest.source() {
        deepest = cause;
    }
    deepest.to_string().into()
}
