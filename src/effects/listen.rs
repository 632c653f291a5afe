//! Listening sockets, on loopback only: bytes in, bytes out. What a request means is for `index/server`.

#![expect(clippy::disallowed_methods, reason = "this is the door to listening sockets")]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::ext::ReasonPhrase;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::error::EffectsError;

/// What a client asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The method, in capitals.
    pub method: String,
    /// The path, percent-encoded as sent, without the query.
    pub path: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; nothing where it was larger than the server takes.
    pub body: Option<Bytes>,
}

impl Asked {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What the server answers.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The status code.
    pub status: u16,
    /// The words behind the status code, where they are not the usual ones: some clients show nothing else.
    pub reason: Option<String>,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A client that does not send its headers in this time is let go.
const HEADER_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(15);

/// What maps requests to answers.
pub type Handler = Arc<dyn Fn(Asked) -> Answered + Send + Sync>;

/// A server under way; dropping it ends it.
pub struct Listening {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Listening {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until a signal ends this program.
    pub fn wait(self) {
        while super::signals::check().is_ok() {
            super::signals::sleep(std::time::Duration::from_secs(3_600));
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Opens a socket on loopback and answers from now on; port 0 takes a free one.
///
/// # Errors
/// The port is taken.
pub(super) fn listen(port: u16, body_limit: usize, handler: Handler) -> Result<Listening, EffectsError> {
    let failed = |source| EffectsError::Listen { port, source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let listener = runtime.block_on(TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port)))).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let thread = std::thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                () = accept(listener, body_limit, handler) => {}
                _ = stopped => {}
            }
        });
        runtime.shutdown_background();
    });
    Ok(Listening { address, stop: Some(stop), thread: Some(thread) })
}

async fn accept(listener: TcpListener, body_limit: usize, handler: Handler) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            continue;
        };
        let handler = Arc::clone(&handler);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, body_limit, Arc::clone(&handler)));
            // A client that goes away in the middle is its own business.
            let _ = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIMEOUT)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    body_limit: usize,
    handler: Handler,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let body = Limited::new(body, body_limit).collect().await.ok().map(http_body_util::Collected::to_bytes);
    let asked = Asked { method: parts.method.to_string(), path: parts.uri.path().to_owned(), headers, body };
    // Handlers read and write files: off the thread that accepts.
    let answered = tokio::task::spawn_blocking(move || handler(asked)).await.unwrap_or_else(|_| Answered {
        status: 500,
        reason: None,
        headers: Vec::new(),
        body: b"Internal Server Error".to_vec(),
    });
    let mut response = Response::builder().status(answered.status);
    for (name, value) in answered.headers {
        response = response.header(name, value);
    }
    let mut response =
        response.body(Full::new(Bytes::from(answered.body))).unwrap_or_else(|_| Response::new(Full::new(Bytes::new())));
    if let Some(Ok(reason)) = answered.reason.map(|reason| ReasonPhrase::try_from(reason.into_bytes())) {
        response.extensions_mut().insert(reason);
    }
    Ok(response)
}
