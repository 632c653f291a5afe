//! Listening sockets, on loopback only: bytes in, bytes out. What a request means is for `index/server`.

#![expect(clippy::disallowed_methods, reason = "this is the door to listening sockets")]

use std::convert::Infallible;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Frame, Incoming, SizeHint};
use hyper::ext::ReasonPhrase;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::Instant;

use super::error::EffectsError;

/// What a client asked, without its body.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The method, in capitals.
    pub method: String,
    /// The path, percent-encoded as sent, without the query.
    pub path: String,
    /// What follows `?`, as sent; empty where nothing does.
    pub query: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Asked {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The body of a request, which is read as it comes: nothing of it is kept here.
#[derive(Debug)]
pub struct Body {
    pieces: mpsc::Receiver<std::io::Result<Bytes>>,
    too_large: bool,
}

impl Body {
    /// What came next; nothing at its end.
    ///
    /// # Errors
    /// The client went away or was too slow, or it sends more than the server takes.
    pub fn piece(&mut self) -> std::io::Result<Option<Bytes>> {
        let piece = self.pieces.blocking_recv().transpose();
        self.too_large |= piece.as_ref().is_err_and(|error| error.kind() == ErrorKind::FileTooLarge);
        piece
    }

    /// All of it, where it is at most so long.
    ///
    /// # Errors
    /// It is longer, or as [`piece`](Self::piece).
    pub fn whole(&mut self, most: usize) -> std::io::Result<Vec<u8>> {
        let mut whole = Vec::new();
        while let Some(piece) = self.piece()? {
            if whole.len() + piece.len() > most {
                self.too_large = true;
                return Err(ErrorKind::FileTooLarge.into());
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }

    /// Whether it turned out to be larger than what is taken.
    pub fn is_too_large(&self) -> bool {
        self.too_large
    }
}

/// What is in an answer.
#[derive(Debug)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A part of a file, sent as it is read.
    File {
        /// The file.
        file: std::fs::File,
        /// The first byte.
        start: u64,
        /// How many bytes.
        length: u64,
    },
}

/// What the server answers.
#[derive(Debug)]
pub struct Answered {
    /// The status code.
    pub status: u16,
    /// The words behind the status code, where they are not the usual ones: some clients show nothing else.
    pub reason: Option<String>,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub content: Content,
}

/// A client that does not send its headers in this time is let go.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// A client that sends nothing of a body for this long is let go.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// A body that takes longer than this, however it comes, is given up.
const BODY_TIMEOUT: Duration = Duration::from_secs(900);
/// Bytes that are read beyond what is taken, so that a client that sends first and reads then gets its answer.
const BEYOND: u64 = 64 << 20;
/// How long requests that run may take to end after the server was told to: less than the program has.
const LAST_REQUESTS: Duration = Duration::from_millis(2_500);
/// Connections at once; those beyond wait until one is free.
const CONNECTIONS: u32 = 256;
/// Bytes of the head of a request.
const HEAD: usize = 64 << 10;
/// Pieces of a body that wait between the socket and a handler or a file.
const WAITING: usize = 4;
/// Bytes of a file that are read at once.
const PIECE: usize = 256 << 10;

/// What maps requests to answers.
pub type Handler = Arc<dyn Fn(&Asked, &mut Body) -> Answered + Send + Sync>;

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
            super::signals::sleep(Duration::from_secs(3_600));
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
pub(super) fn listen(port: u16, body_limit: u64, handler: Handler) -> Result<Listening, EffectsError> {
    let failed = |source| EffectsError::Listen { port, source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let listener = runtime.block_on(TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port)))).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let thread = std::thread::spawn(move || {
        runtime.block_on(async {
            let places = Arc::new(Semaphore::new(CONNECTIONS as usize));
            let (ending, _) = watch::channel(false);
            tokio::select! {
                () = accept(&listener, body_limit, &handler, (&places, &ending)) => {}
                _ = stopped => {}
            }
            drop(listener);
            ending.send_replace(true);
            // Every connection holds a place until it has ended.
            let _ = tokio::time::timeout(LAST_REQUESTS, places.acquire_many(CONNECTIONS)).await;
        });
        runtime.shutdown_background();
    });
    Ok(Listening { address, stop: Some(stop), thread: Some(thread) })
}

async fn accept(
    listener: &TcpListener,
    body_limit: u64,
    handler: &Handler,
    (places, ending): (&Arc<Semaphore>, &watch::Sender<bool>),
) {
    loop {
        let place = Arc::clone(places).acquire_owned().await;
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let handler = Arc::clone(handler);
        let mut ending = ending.subscribe();
        tokio::spawn(async move {
            let _place = place;
            let service = service_fn(move |request| answer(request, body_limit, Arc::clone(&handler)));
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIMEOUT)
                .max_buf_size(HEAD)
                .serve_connection(TokioIo::new(stream), service);
            let mut connection = std::pin::pin!(connection);
            // A client that goes away in the middle is its own business.
            tokio::select! {
                _ = connection.as_mut() => {}
                () = async { drop(ending.wait_for(|ending| *ending).await) } => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
        });
    }
}

async fn answer(request: Request<Incoming>, body_limit: u64, handler: Handler) -> Result<Response<Sent>, Infallible> {
    let (parts, body) = request.into_parts();
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let asked = Asked {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers,
    };
    let (give, pieces) = mpsc::channel(WAITING);
    let rest = tokio::spawn(pass_on(body, give, body_limit));
    // Handlers read and write files: off the thread that accepts.
    let answered = tokio::task::spawn_blocking(move || handler(&asked, &mut Body { pieces, too_large: false }));
    let answered = answered.await.unwrap_or_else(|_| Answered {
        status: 500,
        reason: None,
        headers: Vec::new(),
        content: Content::Bytes(b"Internal Server Error".to_vec()),
    });
    // Many clients read no answer before they have sent everything: what nobody wants is read and thrown away.
    let _ = rest.await;
    let mut response = Response::builder().status(answered.status);
    for (name, value) in answered.headers {
        response = response.header(name, value);
    }
    let mut response = response
        .body(Sent::of(answered.content))
        .unwrap_or_else(|_| Response::new(Sent::of(Content::Bytes(Vec::new()))));
    if let Some(Ok(reason)) = answered.reason.map(|reason| ReasonPhrase::try_from(reason.into_bytes())) {
        response.extensions_mut().insert(reason);
    }
    Ok(response)
}

/// Hands the pieces of a body on as long as somebody wants them, and counts all of them.
async fn pass_on(mut body: Incoming, give: mpsc::Sender<std::io::Result<Bytes>>, limit: u64) {
    let deadline = Instant::now() + BODY_TIMEOUT;
    let (mut count, mut wanted) = (0_u64, true);
    while count <= limit.saturating_add(BEYOND) {
        let until = deadline.min(Instant::now() + IDLE_TIMEOUT);
        let piece = match tokio::time::timeout_at(until, body.frame()).await {
            Err(_) => Err(ErrorKind::TimedOut.into()),
            Ok(None) => return,
            Ok(Some(Err(error))) => Err(std::io::Error::other(error)),
            Ok(Some(Ok(frame))) => match frame.into_data() {
                Ok(piece) => Ok(piece),
                // Trailers mean nothing here.
                Err(_) => continue,
            },
        };
        let is_broken = piece.is_err();
        count += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        if wanted {
            let is_over = count > limit;
            let piece = if is_over { Err(ErrorKind::FileTooLarge.into()) } else { piece };
            wanted = give.send(piece).await.is_ok() && !is_over;
        }
        if is_broken {
            return;
        }
    }
}

/// The body of an answer on its way.
enum Sent {
    Whole(Full<Bytes>),
    Piped { pieces: mpsc::Receiver<std::io::Result<Bytes>>, left: u64 },
}

impl Sent {
    fn of(content: Content) -> Self {
        let (mut file, start, length) = match content {
            Content::Bytes(bytes) => return Sent::Whole(Full::new(Bytes::from(bytes))),
            Content::File { file, start, length } => (file, start, length),
        };
        let (give, pieces) = mpsc::channel(WAITING);
        tokio::task::spawn_blocking(move || {
            let mut left = length;
            let begun = file.seek(SeekFrom::Start(start)).map(|_| ());
            if let Err(error) = begun {
                let _ = give.blocking_send(Err(error));
                return;
            }
            while left > 0 {
                let mut piece = vec![0; PIECE.min(usize::try_from(left).unwrap_or(PIECE))];
                let read = file.read_exact(&mut piece).map(|()| Bytes::from(piece));
                left -= read.as_ref().map_or(left, |piece| piece.len() as u64);
                if give.blocking_send(read).is_err() {
                    return;
                }
            }
        });
        Sent::Piped { pieces, left: length }
    }
}

impl hyper::body::Body for Sent {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        match self.get_mut() {
            Sent::Whole(whole) => Pin::new(whole).poll_frame(context).map_err(|never| match never {}),
            Sent::Piped { pieces, left } => pieces.poll_recv(context).map(|piece| {
                piece.map(|piece| {
                    piece.map(|piece| {
                        *left = left.saturating_sub(piece.len() as u64);
                        Frame::data(piece)
                    })
                })
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Sent::Whole(whole) => whole.is_end_stream(),
            Sent::Piped { left, .. } => *left == 0,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Sent::Whole(whole) => whole.size_hint(),
            Sent::Piped { left, .. } => SizeHint::with_exact(*left),
        }
    }
}
