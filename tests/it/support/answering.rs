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

type Answers = dyn Fn(&Asked) -> (u16, String) + Send + Sync;

pub(crate) struct Answering {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Answering {
    /// Answers every request with a status and a body, which of a redirect is its target; the thread ends with the tests.
    pub(crate) fn start(answers: impl Fn(&Asked) -> (u16, String) + Send + Sync + 'static) -> Self {
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
    let (status, text) = answers(&request);
    asked.lock().expect("no panic").push(request);
    let kind = if text.starts_with('{') { "application/json" } else { "text/plain" };
    let challenge = if status == 401 { "WWW-Authenticate: Basic realm=\"it\"\r\n" } else { "" };
    let location = if matches!(status, 300..=399) { format!("Location: {text}\r\n") } else { String::new() };
    let answer = format!(
        "HTTP/1.1 {status} Said\r\nConnection: close\r\n{challenge}{location}Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    );
    let _ = stream.write_all(answer.as_bytes());
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let _ = stream.read(&mut [0; 1]);
}
