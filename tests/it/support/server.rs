//! An index that does exactly what its script says: one line of the script for each upload, and a listing
//! of what it stored. What the script does not expect is recorded and refused.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What becomes of one upload.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Stored and accepted.
    Accept,
    /// This status, these header lines, this body; nothing is stored.
    Answer(u16, &'static str, &'static str),
    /// Stored, and the connection closed without an answer.
    StoreAndClose,
    /// The connection reset after this many bytes of the request.
    Reset(usize),
    /// Read, and never answered.
    Silence,
    /// A status of 500 and a body without end.
    Endless,
    /// This status and this body, for texts that are made.
    Say(u16, String),
    /// The same, after the head of the request: the rest is never read, and the connection closed over it.
    Early(u16, String),
    /// Redirected there.
    Redirect(String),
    /// The connection reset after this many bytes of the whole request, its head included.
    ResetAt(usize),
    /// An answer whose body ends before its length.
    Truncated(u16),
    /// Half a head, then silence.
    HalfHead,
    /// A head, one byte each tenth of a second.
    DripHead,
    /// A body, one byte each tenth of a second.
    DripBody,
    /// Not read beyond its head.
    NeverRead,
    /// Read one byte each tenth of a second.
    ReadSlowly,
    /// A body of so many megabytes with this status.
    Huge(u16, usize),
    /// Stored and accepted, after a pause in the middle of the request.
    Pause(Duration),
}

#[derive(Default)]
struct State {
    script: Vec<Act>,
    stored: Vec<(String, String)>,
    uploads: Vec<String>,
    begun: usize,
    asked: usize,
    now: usize,
    most: usize,
    /// The body of the listing, in place of what is stored.
    listing: Option<(u16, &'static str, String)>,
    /// The same for the next answer alone.
    listing_once: Option<(u16, &'static str, String)>,
    /// The document of the JSON API.
    document: Option<String>,
    /// The secrets of a Gitea repository, as its API lists them.
    secrets: Option<String>,
    /// A header line of every answer to a GET.
    date: String,
}

pub(crate) struct FakeIndex {
    address: String,
    state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
}

impl FakeIndex {
    pub(crate) fn start(script: &[Act]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let state = Arc::new(Mutex::new(State { script: script.to_vec(), ..State::default() }));
        let stop = Arc::new(AtomicBool::new(false));
        let (shared, stopped) = (Arc::clone(&state), Arc::clone(&stop));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (state, stop) = (Arc::clone(&shared), Arc::clone(&stopped));
                if let Ok(stream) = stream {
                    std::thread::spawn(move || serve(stream, &state, &stop));
                }
            }
        });
        FakeIndex { address, state, stop }
    }

    pub(crate) fn upload_url(&self) -> String {
        format!("http://{}/legacy/", self.address)
    }

    pub(crate) fn simple_url(&self) -> String {
        format!("http://{}/simple/", self.address)
    }

    /// Answers the listing with this from now on.
    pub(crate) fn list(&self, status: u16, content_type: &'static str, body: impl Into<String>) {
        self.state.lock().expect("no panic").listing = Some((status, content_type, body.into()));
    }

    /// Answers the listing with this once.
    pub(crate) fn list_once(&self, status: u16, content_type: &'static str, body: impl Into<String>) {
        self.state.lock().expect("no panic").listing_once = Some((status, content_type, body.into()));
    }

    /// Answers the JSON API with this from now on.
    pub(crate) fn document(&self, body: impl Into<String>) {
        self.state.lock().expect("no panic").document = Some(body.into());
    }

    /// Answers as Gitea with these secrets from now on.
    pub(crate) fn secrets(&self, body: impl Into<String>) {
        self.state.lock().expect("no panic").secrets = Some(body.into());
    }

    /// The address of the server.
    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sends this header line from now on; empty for none.
    pub(crate) fn date(&self, line: impl Into<String>) {
        self.state.lock().expect("no panic").date = line.into();
    }

    /// Follows this script from now on.
    pub(crate) fn extend(&self, script: &[Act]) {
        self.state.lock().expect("no panic").script = script.to_vec();
    }

    /// How many uploads have begun.
    pub(crate) fn begun(&self) -> usize {
        self.state.lock().expect("no panic").begun
    }

    /// How many uploads were under way at once, at most.
    pub(crate) fn most_at_once(&self) -> usize {
        self.state.lock().expect("no panic").most
    }

    /// How often the listing was asked for.
    pub(crate) fn asked(&self) -> usize {
        self.state.lock().expect("no panic").asked
    }

    /// The requests of all uploads, as far as they were read.
    pub(crate) fn uploads(&self) -> Vec<String> {
        self.state.lock().expect("no panic").uploads.clone()
    }
}

impl Drop for FakeIndex {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(&self.address);
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>, stop: &AtomicBool) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let mut request = Vec::new();
    if is_reset_in_head(&mut stream, state) {
        return;
    }
    let Some(head) = read_head(&mut stream, &mut request) else {
        return;
    };
    if head.starts_with("GET /simple/") {
        state.lock().expect("no panic").asked += 1;
        let (status, kind, body) = listing(state);
        let date = state.lock().expect("no panic").date.clone();
        reply(&mut stream, status, &format!("Content-Type: {kind}\r\n{date}"), &body);
        return;
    }
    if head.starts_with("GET /pypi/") || head.starts_with("GET /api/v1/repos/ana/acme/actions/secrets") {
        let state = state.lock().expect("no panic");
        let document = if head.starts_with("GET /pypi/") { state.document.clone() } else { state.secrets.clone() };
        drop(state);
        let (status, body) = document.map_or((404, String::new()), |body| (200, body));
        reply(&mut stream, status, "Content-Type: application/json\r\n", &body);
        return;
    }
    let act = {
        let mut state = state.lock().expect("no panic");
        match state.script.is_empty() || !head.starts_with("POST /legacy") {
            true => Act::Answer(418, "", "not in the script"),
            false => state.script.remove(0),
        }
    };
    {
        let mut state = state.lock().expect("no panic");
        state.begun += 1;
        state.now += 1;
        state.most = state.most.max(state.now);
    }
    take(&mut stream, (state, stop), (&head, request), act);
    state.lock().expect("no panic").now -= 1;
}

/// Whether the next upload is to be reset, and what is read of it until then.
fn is_reset_in_head(stream: &mut TcpStream, state: &Mutex<State>) -> bool {
    let mut method = [0; 4];
    if !matches!(stream.peek(&mut method), Ok(4)) || &method != b"POST" {
        return false;
    }
    let bytes = {
        let mut state = state.lock().expect("no panic");
        let Some(Act::ResetAt(bytes)) = state.script.first() else { return false };
        let bytes = *bytes;
        state.script.remove(0);
        state.begun += 1;
        state.uploads.push(String::new());
        bytes
    };
    let mut piece = vec![0; bytes];
    let mut read = 0;
    while read < bytes {
        match stream.read(&mut piece[read..]) {
            Ok(more) if more > 0 => read += more,
            _ => break,
        }
    }
    true
}

/// Sleeps, but not beyond the end of the test.
fn rest(stop: &AtomicBool, seconds: u32) {
    for _ in 0..seconds * 20 {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn drip(stream: &mut TcpStream, stop: &AtomicBool, bytes: &[u8]) {
    for byte in bytes {
        if stop.load(Ordering::SeqCst) || stream.write_all(&[*byte]).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn take(
    stream: &mut TcpStream,
    (state, stop): (&Mutex<State>, &AtomicBool),
    (head, mut request): (&str, Vec<u8>),
    act: Act,
) {
    match &act {
        Act::Early(status, body) => {
            state.lock().expect("no panic").uploads.push(String::new());
            let text =
                format!("HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            let _ = stream.write_all(text.as_bytes());
            return;
        }
        Act::NeverRead => return rest(stop, 20),
        Act::ReadSlowly => {
            for _ in 0..200 {
                if stop.load(Ordering::SeqCst) || stream.read(&mut [0; 1]).is_err() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            return;
        }
        Act::Pause(pause) => std::thread::sleep(*pause),
        _ => {}
    }
    let limit = if let Act::Reset(bytes) = act { bytes } else { usize::MAX };
    let is_whole = read_body(stream, head, &mut request, limit);
    let text = String::from_utf8_lossy(&request).into_owned();
    let stored = between(&text, "filename=\"", "\"").zip(between(&text, "name=\"sha256_digest\"\r\n\r\n", "\r\n"));
    {
        let mut state = state.lock().expect("no panic");
        state.uploads.push(text);
        if let (Act::Accept | Act::StoreAndClose | Act::Pause(_), Some(stored), true) = (&act, stored, is_whole) {
            state.stored.push(stored);
        }
    }
    match act {
        Act::Accept | Act::Pause(_) if is_whole => reply(stream, 200, "", ""),
        Act::Answer(status, headers, body) => reply(stream, status, headers, body),
        Act::Say(status, body) => reply(stream, status, "Content-Type: application/json\r\n", &body),
        Act::Redirect(to) => reply(stream, 307, &format!("Location: {to}\r\n"), ""),
        Act::Silence => rest(stop, 10),
        Act::Endless => flood(stream, "HTTP/1.1 500 No\r\nConnection: close\r\n\r\n", 400),
        Act::Huge(status, megabytes) => {
            let length = megabytes * 1024 * 1024;
            flood(stream, &format!("HTTP/1.1 {status} No\r\nContent-Length: {length}\r\n\r\n"), megabytes);
        }
        Act::Truncated(status) => {
            let text = format!("HTTP/1.1 {status} Said\r\nContent-Length: 1000\r\n\r\nonly this");
            let _ = stream.write_all(text.as_bytes());
        }
        Act::HalfHead => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-");
            rest(stop, 20);
        }
        Act::DripHead => drip(stream, stop, format!("HTTP/1.1 200 OK\r\nX-Long: {}", "x".repeat(200)).as_bytes()),
        Act::DripBody => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
            drip(stream, stop, &[b'x'; 200]);
        }
        // What is unread makes the system send a reset.
        _ => {}
    }
}

fn flood(stream: &mut TcpStream, head: &str, megabytes: usize) {
    let _ = stream.write_all(head.as_bytes());
    for _ in 0..megabytes * 256 {
        if stream.write_all(&[b'x'; 4096]).is_err() {
            return;
        }
    }
}

fn listing(state: &Mutex<State>) -> (u16, &'static str, String) {
    let mut state = state.lock().expect("no panic");
    if let Some(listing) = state.listing_once.take() {
        return listing;
    }
    if let Some(listing) = &state.listing {
        return listing.clone();
    }
    if state.stored.is_empty() {
        return (404, "text/plain", String::new());
    }
    let files: Vec<serde_json::Value> = state
        .stored
        .iter()
        .map(|(name, sha256)| serde_json::json!({"filename": name, "url": format!("../../{name}"), "hashes": {"sha256": sha256}}))
        .collect();
    let page = serde_json::json!({"meta": {"api-version": "1.0"}, "name": "demo", "files": files});
    (200, "application/vnd.pypi.simple.v1+json", page.to_string())
}

fn read_head(stream: &mut TcpStream, request: &mut Vec<u8>) -> Option<String> {
    let mut byte = [0; 1];
    while !request.ends_with(b"\r\n\r\n") {
        if request.len() > 64 * 1024 || stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        request.push(byte[0]);
    }
    Some(String::from_utf8_lossy(request).into_owned())
}

/// Whether all of it came.
fn read_body(stream: &mut TcpStream, head: &str, request: &mut Vec<u8>, limit: usize) -> bool {
    let length: usize =
        between(&head.to_ascii_lowercase(), "content-length: ", "\r\n").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut rest = length.min(limit);
    let mut buffer = [0; 8192];
    while rest > 0 {
        let wanted = rest.min(buffer.len());
        match stream.read(&mut buffer[..wanted]) {
            Ok(read) if read > 0 => {
                request.extend(&buffer[..read]);
                rest -= read;
            }
            _ => return false,
        }
    }
    length <= limit
}

fn reply(stream: &mut TcpStream, status: u16, headers: &str, body: &str) {
    let length = body.len();
    let text =
        format!("HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
    let _ = stream.write_all(text.as_bytes());
    let _ = stream.shutdown(std::net::Shutdown::Write);
    // The client closes first, so that nothing is lost in a reset.
    let _ = stream.read(&mut [0; 1]);
}

fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found.to_owned())
}
