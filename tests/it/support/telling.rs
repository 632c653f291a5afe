//! A server on loopback that answers every request with bytes that a function gives, headers included, and remembers what
//! it was asked: for indexes that lie, lag or serve what no index should.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

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
}

type Answers = dyn Fn(&str, &str) -> Told + Send + Sync;

pub(crate) struct Telling {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Telling {
    /// Answers with what the function says of a path and of the head of the request.
    pub(crate) fn start(answers: impl Fn(&str, &str) -> Told + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (shared, answers): (_, Arc<Answers>) = (Arc::clone(&asked), Arc::new(answers));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, answers) = (Arc::clone(&shared), Arc::clone(&answers));
                std::thread::spawn(move || serve(stream, &shared, answers.as_ref()));
            }
        });
        Telling { address, asked }
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The paths that were asked for until now.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }
}

fn serve(mut stream: TcpStream, asked: &Mutex<Vec<String>>, answers: &Answers) {
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
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let told = answers(&path, &head);
    asked.lock().expect("no panic").push(path);
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
