//! The network: https, or plain http to loopback and to hosts that the configuration names; no redirects
//! with credentials; only the proxies that the user's variables name; limits on time and size.

#![expect(clippy::disallowed_types, reason = "this is the door to the network")]

mod api;
mod exchange;
mod form;
mod github;
mod identity;
mod revisit;
pub mod timing;
pub mod visit;

use std::io::Read;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

pub use api::{Api, Client as ApiClient, Method, Sending};
pub use exchange::Waits;
pub use form::{Field, FilePart, Post};
pub use reqwest::Url;
use reqwest::blocking::{Client, ClientBuilder, RequestBuilder};
use reqwest::header::{self, HeaderMap, HeaderName};

use super::Variables;
use super::error::EffectsError;
use crate::secret::Secret;

/// This machine, and the server that tells it who it is (Google Cloud).
const NEVER_BY_PROXY: &str = "127.0.0.1,localhost,::1,metadata.google.internal,169.254.169.254";
/// Answers are read up to this size unless the caller says otherwise.
const ANSWER_LIMIT: u64 = 16 * 1024 * 1024;

/// How the network may be used.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    pub(super) offline: bool,
    pub(super) plain_hosts: Arc<OnceLock<Vec<String>>>,
    proxies: Vec<(String, String)>,
    /// Clients by their limits: making one reads the certificates of the machine, some ten milliseconds.
    clients: Arc<Mutex<Vec<(Limits, Client)>>>,
    /// The client for hosts that strangers name.
    public: Arc<OnceLock<Client>>,
    /// The client that octocrab sends with.
    octocrab: Arc<OnceLock<reqwest::Client>>,
    /// The clients of exchanges whose every wait has a limit.
    exchanging: Arc<Mutex<Vec<exchange::Made>>>,
}

impl Settings {
    pub(super) fn from_variables(variables: &Variables) -> Self {
        let named = |names: [&str; 2]| names.iter().find_map(|name| variables.get(name)).map(str::to_owned);
        let mut proxies = Vec::new();
        for (scheme, names) in [
            ("https", ["https_proxy", "HTTPS_PROXY"]),
            ("http", ["http_proxy", "HTTP_PROXY"]),
            ("all", ["all_proxy", "ALL_PROXY"]),
            ("no", ["no_proxy", "NO_PROXY"]),
        ] {
            proxies.extend(named(names).map(|value| (scheme.to_owned(), value)));
        }
        Settings { offline: false, proxies, ..Settings::default() }
    }

    /// The URL, if it may be asked.
    fn admit(&self, url: &str) -> Result<Url, EffectsError> {
        super::signals::check()?;
        let parsed = Url::parse(url).map_err(|_| EffectsError::Url { url: url.to_owned() })?;
        let host = parsed.host_str().unwrap_or_default();
        let loopback = is_loopback(host);
        match parsed.scheme() {
            "https" => {}
            "http" if loopback || self.names(&parsed) => {}
            "http" => {
                return Err(EffectsError::PlainHttp { url: url.to_owned() });
            }
            _ => {
                return Err(EffectsError::Url { url: url.to_owned() });
            }
        }
        if self.offline && !loopback {
            return Err(EffectsError::Offline { url: url.to_owned() });
        }
        Ok(parsed)
    }

    fn names(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let with_port = format!("{host}:{}", url.port_or_known_default().unwrap_or_default());
        !matches!(host, "pypi.org" | "test.pypi.org" | "upload.pypi.org")
            && self.plain_hosts.get().into_iter().flatten().any(|named| *named == with_port || *named == host)
    }

    fn client(&self, limits: Limits) -> Result<Client, EffectsError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = clients.iter().find(|(known, _)| *known == limits) {
            return Ok(client.clone());
        }
        // A connection that a server closed meanwhile would look like a failed upload: none is kept.
        let client = self.make_client(limits, 0)?;
        clients.push((limits, client.clone()));
        Ok(client)
    }

    fn make_client(&self, limits: Limits, idle: usize) -> Result<Client, EffectsError> {
        let builder = ClientBuilder::from(self.configured(limits, idle)?).timeout(limits.total);
        builder.build().map_err(no_client)
    }

    /// What both kinds of client have in common: redirects, proxies, limits and the provider of TLS.
    fn configured(&self, limits: Limits, idle: usize) -> Result<reqwest::ClientBuilder, EffectsError> {
        // Installing twice is refused and harmless: the provider is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("pyrelease/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(limits.connect)
            .timeout(limits.total)
            .pool_max_idle_per_host(idle)
            .no_proxy();
        let no_proxy = self.proxies.iter().find(|(scheme, _)| scheme == "no").map(|(_, hosts)| hosts.as_str());
        let bypass = reqwest::NoProxy::from_string(&format!("{NEVER_BY_PROXY},{}", no_proxy.unwrap_or_default()));
        for (scheme, proxy) in &self.proxies {
            let proxy = match scheme.as_str() {
                "https" => reqwest::Proxy::https(proxy),
                "http" => reqwest::Proxy::http(proxy),
                "all" => reqwest::Proxy::all(proxy),
                _ => continue,
            };
            builder = builder.proxy(proxy.map_err(no_client)?.no_proxy(bypass.clone()));
        }
        Ok(builder)
    }
}

fn no_client(source: reqwest::Error) -> EffectsError {
    EffectsError::NoAnswer {
        host: "the HTTP client".to_owned(),
        doing: "setting it up",
        source: Box::new(source.without_url()),
    }
}

/// Whether a host is this machine.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// How long an exchange may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until the connection stands.
    pub connect: Duration,
    /// Until the answer is read whole.
    pub total: Duration,
}

impl Limits {
    /// How long a whole file may take.
    const OF_FILES: Duration = Duration::from_secs(30 * 60);
}

impl Default for Limits {
    fn default() -> Self {
        Limits { connect: Duration::from_secs(10), total: Duration::from_secs(60) }
    }
}

/// What a server answered.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// `Content-Type`, empty where there is none.
    pub content_type: String,
    /// `Location` of a redirect, which is never followed by itself.
    pub location: Option<String>,
    /// `Retry-After`, as sent.
    pub retry_after: Option<String>,
    /// `Date`, as sent.
    pub date: Option<String>,
    /// `ETag`, as sent.
    pub etag: Option<String>,
    /// When the rate is free again, in seconds since 1970, where nothing of it is left (`X-RateLimit-Reset`).
    pub rate_reset: Option<i64>,
    /// Whether `Link` names a next page.
    pub more: bool,
    /// `RateLimit`, as sent (draft-ietf-httpapi-ratelimit-headers-10).
    pub rate_limit: Option<String>,
    /// The body, cut to a limit.
    pub body: Vec<u8>,
}

impl Answer {
    /// The status and the headers that somebody asks for.
    fn head(status: u16, headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let number =
            |name: &'static str| text(HeaderName::from_static(name)).and_then(|value| value.trim().parse().ok());
        Answer {
            status,
            content_type: text(header::CONTENT_TYPE).unwrap_or_default().to_owned(),
            location: text(header::LOCATION).map(str::to_owned),
            retry_after: text(header::RETRY_AFTER).map(str::to_owned),
            date: text(header::DATE).map(str::to_owned),
            etag: text(header::ETAG).map(str::to_owned),
            rate_reset: number("x-ratelimit-reset").filter(|_| number("x-ratelimit-remaining") == Some(0)),
            rate_limit: text(HeaderName::from_static("ratelimit")).map(str::to_owned),
            more: text(header::LINK).is_some_and(|link| link.contains("rel=\"next\"")),
            body: Vec::new(),
        }
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A name and a secret, for HTTP Basic.
#[derive(Debug, Clone)]
pub struct Basic {
    /// The user.
    pub user: String,
    /// The password or token.
    pub password: Secret,
}

fn send(host: String, request: RequestBuilder, limit: u64) -> Result<Answer, EffectsError> {
    let mut response = request.send().map_err(|source| unanswered(host.clone(), "sending the request", source))?;
    let mut answer = Answer::head(response.status().as_u16(), response.headers());
    response.by_ref().take(limit).read_to_end(&mut answer.body).map_err(|source| EffectsError::NoAnswer {
        host,
        doing: "reading the answer",
        source: Box::new(source),
    })?;
    Ok(answer)
}

/// Without the URL: it may carry credentials, and the host is already named.
fn unanswered(host: String, doing: &'static str, source: reqwest::Error) -> EffectsError {
    EffectsError::NoAnswer { host, doing, source: Box::new(source.without_url()) }
}

fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Reading over the network.
#[derive(Clone, Copy)]
pub struct HttpLook<'w> {
    settings: &'w Settings,
}

impl<'w> HttpLook<'w> {
    pub(super) fn new(settings: &'w Settings) -> Self {
        HttpLook { settings }
    }

    /// Whether a URL may be asked: for programs that do the asking themselves, such as pip.
    ///
    /// # Errors
    /// It is no URL, plain http beyond this machine, or beyond it at all under `--offline`.
    pub fn permit(self, url: &str) -> Result<(), EffectsError> {
        self.settings.admit(url).map(|_| ())
    }

    /// Asks for a document, past every cache.
    ///
    /// # Errors
    /// The URL may not be asked, or nobody answers. A status of 400 and above is an answer.
    pub fn get(self, url: &str, accept: &str) -> Result<Answer, EffectsError> {
        self.get_up_to(url, accept, ANSWER_LIMIT)
    }

    /// The same with a limit on every wait.
    ///
    /// # Errors
    /// As [`HttpLook::get`], or the server is too slow.
    pub fn get_within(self, url: &str, accept: &str, waits: Waits) -> Result<Answer, EffectsError> {
        self.get_since(url, accept, waits, None)
    }

    /// The same for a document of at most `limit` bytes; more is cut off.
    ///
    /// # Errors
    /// As [`HttpLook::get`].
    pub fn get_up_to(self, url: &str, accept: &str, limit: u64) -> Result<Answer, EffectsError> {
        self.ask(url, accept, limit, Limits::default())
    }

    fn ask(self, url: &str, accept: &str, limit: u64, limits: Limits) -> Result<Answer, EffectsError> {
        let url = self.settings.admit(url)?;
        let client = self.settings.client(limits)?;
        let request = client.get(url.clone()).header("Accept", accept).header("Cache-Control", "no-cache");
        send(host_of(&url), request, limit)
    }
}

/// Sending over the network.
#[derive(Clone, Copy)]
pub struct HttpChange<'w> {
    settings: &'w Settings,
}

impl<'w> HttpChange<'w> {
    pub(super) fn new(settings: &'w Settings) -> Self {
        HttpChange { settings }
    }
}
