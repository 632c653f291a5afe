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
}

#[derive(Default)]
struct State {
    script: Vec<Act>,
    stored: Vec<(String, String)>,
    uploads: Vec<String>,
    /// The body of the listing, in place of what is stored.
    listing: Option<(u16, &'static str, String)>,
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
    let Some(head) = read_head(&mut stream, &mut request) else {
        return;
    };
    if head.starts_with("GET /simple/") {
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
        match state.script.is_empty() || !head.starts_with("POST /legacy/ ") {
            true => Act::Answer(418, "", "not in the script"),
            false => state.script.remove(0),
        }
    };
    let limit = if let Act::Reset(bytes) = act { bytes } else { usize::MAX };
    read_body(&mut stream, &head, &mut request, limit);
    let text = String::from_utf8_lossy(&request).into_owned();
    let stored = between(&text, "filename=\"", "\"").zip(between(&text, "name=\"sha256_digest\"\r\n\r\n", "\r\n"));
    {
        let mut state = state.lock().expect("no panic");
        state.uploads.push(text);
        if let (Act::Accept | Act::StoreAndClose, Some(stored)) = (&act, stored) {
            state.stored.push(stored);
        }
    }
    match act {
        Act::Accept => reply(&mut stream, 200, "", ""),
        Act::Answer(status, headers, body) => reply(&mut stream, status, headers, body),
        // What is unread makes the system send a reset.
        Act::StoreAndClose | Act::Reset(_) => {}
        Act::Silence => {
            for _ in 0..200 {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        Act::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 500 No\r\nConnection: close\r\n\r\n");
            for _ in 0..100_000 {
                if stream.write_all(&[b'x'; 4096]).is_err() {
                    return;
                }
            }
        }
    }
}

fn listing(state: &Mutex<State>) -> (u16, &'static str, String) {
    let state = state.lock().expect("no panic");
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

fn read_body(stream: &mut TcpStream, head: &str, request: &mut Vec<u8>, limit: usize) {
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
            _ => return,
        }
    }
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
