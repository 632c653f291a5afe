//! One request and its answer, with a limit on every wait: until the connection stands, until the answer begins, for the
//! next kilobyte in either direction, and for all of it. A signal ends each of them.
//!
//! The client says nothing of single bytes, so that a head counts as a whole: a server that drips one has not begun to
//! answer. What the system holds in its buffers counts as sent.

#![expect(clippy::disallowed_methods, reason = "this is the door to the network, and what it measures is time")]

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::{Answer, EffectsError, Limits, Settings, Url, host_of, no_client};
use crate::effects::signals;

/// How often limits and signals are looked at.
const TICK: Duration = Duration::from_millis(20);
/// What must have moved within the limit of progress.
const PROGRESS: u64 = 1024;

/// How long each part of an exchange may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// Until the connection stands.
    pub connect: Duration,
    /// From the last byte sent until the head of the answer is there.
    pub first_byte: Duration,
    /// Until the next kilobyte, while sending and while reading.
    pub progress: Duration,
    /// For all of it.
    pub total: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Waits { connect: seconds(10), first_byte: seconds(60), progress: seconds(30), total: seconds(600) }
    }
}

/// A client, and what it was made for.
#[derive(Debug, Clone)]
pub(super) struct Made {
    is_plain: bool,
    connect: Duration,
    client: reqwest::Client,
}

/// How much of a body has gone.
#[derive(Debug, Default)]
pub(super) struct Gone(AtomicU64);

impl Gone {
    pub(super) fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What is watched of an exchange.
pub(super) struct Watch {
    pub(super) waits: Waits,
    /// How much of the body has gone.
    pub(super) gone: Arc<Gone>,
    /// How much of it there is.
    pub(super) size: u64,
    /// Up to how many bytes the answer is read.
    pub(super) limit: u64,
}

impl Settings {
    /// The client for exchanges: connections do not outlive one, so that it serves every runtime.
    pub(super) fn exchanging(&self, url: &Url, waits: Waits) -> Result<reqwest::Client, EffectsError> {
        // Without TLS no certificates are read, which would take longer than many an upload.
        let is_plain = url.scheme() == "http" && self.proxies.is_empty();
        let connect = waits.connect;
        let mut clients = self.exchanging.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = clients.iter().find(|made| made.is_plain == is_plain && made.connect == connect) {
            return Ok(made.client.clone());
        }
        // The limit on all of it is kept here.
        let limits = Limits { connect, total: Duration::from_secs(24 * 60 * 60) };
        let mut builder = self.configured(limits, 0)?;
        if is_plain {
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(no_client)?;
        clients.push(Made { is_plain, connect, client: client.clone() });
        Ok(client)
    }
}

/// Sends a request and reads the answer.
pub(super) fn run(url: &Url, request: reqwest::RequestBuilder, watch: &Watch) -> Result<Answer, EffectsError> {
    let host = host_of(url);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|source| {
        EffectsError::NoAnswer { host: "the HTTP client".to_owned(), doing: "setting it up", source: Box::new(source) }
    })?;
    let answer = runtime.block_on(Course::new(watch, host).run(request));
    // The system's resolver cannot be stopped: it ends by itself, and nobody waits for it.
    runtime.shutdown_background();
    answer
}

/// An exchange on its way.
struct Course<'w> {
    watch: &'w Watch,
    host: String,
    began: Instant,
    /// When the last kilobyte had moved, and how many bytes had until then.
    moved: (Instant, u64),
    /// When the last byte of the body had gone.
    sent: Option<Instant>,
}

impl<'w> Course<'w> {
    fn new(watch: &'w Watch, host: String) -> Self {
        let now = Instant::now();
        // What has no body is sent at once; until the connection stands, its own limit holds.
        Course { watch, host, began: now, moved: (now, 0), sent: (watch.size == 0).then_some(now) }
    }

    async fn run(mut self, request: reqwest::RequestBuilder) -> Result<Answer, EffectsError> {
        let mut response = self.until(request.send(), Course::while_sending).await?.map_err(|e| self.broken(e))?;
        let mut answer = Answer::head(response.status().as_u16(), response.headers());
        self.moved = (Instant::now(), 0);
        let mut read = 0;
        while read < self.watch.limit {
            let chunk = self.until(response.chunk(), move |course| course.progress(read, "reading the answer")).await?;
            let Some(chunk) = chunk.map_err(|source| self.cut(source))? else { break };
            let rest = usize::try_from(self.watch.limit - read).unwrap_or(usize::MAX);
            answer.body.extend_from_slice(&chunk[..chunk.len().min(rest)]);
            read += chunk.len() as u64;
        }
        Ok(answer)
    }

    /// Waits for something, looking at limits meanwhile.
    async fn until<T>(
        &mut self,
        work: impl Future<Output = T>,
        look: impl Fn(&mut Self) -> Result<(), EffectsError>,
    ) -> Result<T, EffectsError> {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                () = tokio::time::sleep(TICK) => {
                    signals::check()?;
                    self.within(self.began, self.watch.waits.total, ("total", "sending and answering"))?;
                    look(self)?;
                }
            }
        }
    }

    fn while_sending(&mut self) -> Result<(), EffectsError> {
        let gone = self.watch.gone.bytes();
        if let Some(sent) = self.sent {
            return self.within(sent, self.watch.waits.first_byte, ("first-byte", "waiting for the answer"));
        }
        if gone >= self.watch.size {
            self.sent = Some(Instant::now());
            return Ok(());
        }
        if gone == 0 {
            // The connection does not stand yet, and has a limit of its own.
            self.moved = (Instant::now(), 0);
            return Ok(());
        }
        self.progress(gone, "sending")
    }

    fn progress(&mut self, bytes: u64, doing: &'static str) -> Result<(), EffectsError> {
        if bytes >= self.moved.1 + PROGRESS {
            self.moved = (Instant::now(), bytes);
        }
        self.within(self.moved.0, self.watch.waits.progress, ("progress", doing))
    }

    fn within(
        &self,
        since: Instant,
        limit: Duration,
        (name, doing): (&'static str, &'static str),
    ) -> Result<(), EffectsError> {
        match since.elapsed() < limit {
            true => Ok(()),
            false => Err(self.too_slow(name, doing, limit)),
        }
    }

    fn too_slow(&self, name: &'static str, doing: &'static str, limit: Duration) -> EffectsError {
        EffectsError::Slow { host: self.host.clone(), doing, name, seconds: limit.as_secs() }
    }

    /// Why there is no answer.
    fn broken(&self, source: reqwest::Error) -> EffectsError {
        let doing = match source.is_connect() {
            true if source.is_timeout() => return self.too_slow("connect", "connecting", self.watch.waits.connect),
            true => "connecting",
            false => "sending the request",
        };
        EffectsError::NoAnswer { host: self.host.clone(), doing, source: Box::new(source.without_url()) }
    }

    /// Why an answer ends too early.
    fn cut(&self, source: reqwest::Error) -> EffectsError {
        EffectsError::NoAnswer {
            host: self.host.clone(),
            doing: "reading the answer",
            source: Box::new(source.without_url()),
        }
    }
}
