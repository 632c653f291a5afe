//! A server on loopback that answers with what a function says, and remembers what it was asked.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One request, read whole.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Method and target, as sent: `GET /simple/acme/`.
    pub(crate) line: String,
    /// The header lines.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Asked {
    /// What was asked for: `/simple/acme/`.
    pub(crate) fn path(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    /// Further header lines, each with its end.
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
}

impl Told {
    pub(crate) fn of(status: u16, kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Told { status, kind, headers: String::new(), body: body.into() }
    }

    pub(crate) fn json(value: &serde_json::Value) -> Self {
        Told::of(200, "application/vnd.pypi.simple.v1+json", value.to_string())
    }

    pub(crate) fn none() -> Self {
        Told::of(404, "text/plain", "")
    }

    /// A status and a body, which of a redirect is its target.
    fn plain((status, text): (u16, String)) -> Self {
        let kind = if text.starts_with('{') { "application/json" } else { "text/plain" };
        let mut headers = String::new();
        if status == 401 {
            headers.push_str("WWW-Authenticate: Basic realm=\"it\"\r\n");
        }
        if matches!(status, 300..=399) {
            headers.push_str(&format!("Location: {text}\r\n"));
        }
        Told { status, kind, headers, body: text.into_bytes() }
    }
}

type Answers = dyn Fn(&Asked) -> Told + Send + Sync;

pub(crate) struct Answering {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Answering {
    /// Answers every request with a status and a body, which of a redirect is its target; the thread ends with the tests.
    pub(crate) fn start(answers: impl Fn(&Asked) -> (u16, String) + Send + Sync + 'static) -> Self {
        Answering::with(move |asked| Told::plain(answers(asked)))
    }

    /// Answers every request with bytes, headers included: for indexes that lie, lag or serve what no index should.
    pub(crate) fn with(answers: impl Fn(&Asked) -> Told + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (shared, answers): (_, Arc<Answers>) = (Arc::clone(&asked), Arc::new(answers));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, answers) = (Arc::clone(&shared), Arc::clone(&answers));
                std::thread::spawn(move || serve(stream, &shared, answers.as_ref()));
            }
        });
        Answering { address, asked }
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Everything that was asked until now.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic").clone()
    }
}

fn serve(mut stream: TcpStream, asked: &Mutex<Vec<Asked>>, answers: &Answers) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let mut bytes = Vec::new();
    let mut byte = [0; 1];
    while !bytes.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) if bytes.len() < 64 * 1024 => bytes.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let length = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    if stream.read_exact(&mut body).is_err() {
        return;
    }
    let line = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let request = Asked { line, head, body: String::from_utf8_lossy(&body).into_owned() };
    let told = answers(&request);
    asked.lock().expect("no panic").push(request);
    let head = format!(
        "HTTP/1.1 {} Said\r\nConnection: close\r\nContent-Type: {}\r\n{}Content-Length: {}\r\n\r\n",
        told.status,
        told.kind,
        told.headers,
        told.body.len()
    );
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(&told.body);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let _ = stream.read(&mut [0; 1]);
}
