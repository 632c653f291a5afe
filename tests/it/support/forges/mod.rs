//! Forges of our own on loopback: they keep what they are sent, answer as the real ones do, refuse with 418
//! what they do not expect, and can be told to fail at the n-th request.

pub(crate) mod gitea;
pub(crate) mod github;
mod hosting;
pub(crate) mod tracker;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::Value;

pub(crate) use gitea::Gitea;
pub(crate) use github::GitHub;
pub(crate) use hosting::Hosting;

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Without the query, as sent.
    pub(crate) path: String,
    pub(crate) query: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        let value = found.next().map_or("", |(_, value)| value.as_str());
        assert!(found.next().is_none(), "`{name}` is sent twice");
        value
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// A value of the query; it must be there.
    pub(crate) fn value(&self, name: &str) -> String {
        let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        let found = pairs.find(|(known, _)| *known == name).map(|(_, value)| value).unwrap_or_default();
        percent_encoding::percent_decode_str(found).decode_utf8_lossy().into_owned()
    }
}

/// What a forge answers.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Said {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("Content-Type", "application/json; charset=utf-8".to_owned())];
        Said { status, headers, body: body.to_string().into_bytes() }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Said { status, headers: Vec::new(), body: Vec::new() }
    }
}

/// What goes wrong at one request.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// The connection is closed before anything happens.
    Close,
    /// It happens, and nobody hears of it.
    Swallow,
    /// This is said instead, and nothing happens.
    Say(Said),
}

/// A request with its answer.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) asked: Asked,
    pub(crate) said: Said,
}

/// The tags of a bare repository: name, object, and commit.
pub(crate) fn pushed_tags(origin: &std::path::Path) -> Vec<(String, String, String)> {
    let listed = std::process::Command::new("git").args(["ls-remote", "--tags"]).arg(origin).output();
    let text = String::from_utf8_lossy(&listed.expect("git is installed").stdout).into_owned();
    let rows: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once("\trefs/tags/")).collect();
    let commit = |name: &str, object: &str| {
        let peeled = rows.iter().find(|(_, known)| *known == format!("{name}^{{}}"));
        peeled.map_or(object, |(commit, _)| *commit).to_owned()
    };
    let tags = rows.iter().filter(|(_, name)| !name.ends_with("^{}"));
    tags.map(|(object, name)| ((*name).to_owned(), (*object).to_owned(), commit(name, object))).collect()
}

/// What one kind of forge does.
pub(crate) trait Forge: Send + 'static {
    /// The answer; nothing where the request is none that is expected.
    fn answer(&mut self, asked: &Asked) -> Option<Said>;

    /// What its maker's own description of the API says against an exchange.
    fn check(_exchange: &Exchange) -> Result<(), String> {
        Ok(())
    }
}

pub(crate) struct State<F> {
    pub(crate) forge: F,
    pub(crate) exchanges: Vec<Exchange>,
    /// All that the forge itself answered.
    honest: Vec<Exchange>,
    faults: Vec<(usize, Fault)>,
    count: usize,
    unexpected: Vec<String>,
}

pub(crate) struct Server<F: Forge> {
    pub(crate) address: String,
    state: Arc<Mutex<State<F>>>,
    stop: Arc<AtomicBool>,
}

impl<F: Forge> Server<F> {
    /// Starts a forge that knows its own address.
    pub(crate) fn start(make: impl FnOnce(&str) -> F) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        let state = Arc::new(Mutex::new(State {
            forge: make(&address),
            exchanges: Vec::new(),
            honest: Vec::new(),
            faults: Vec::new(),
            count: 0,
            unexpected: Vec::new(),
        }));
        let stop = Arc::new(AtomicBool::new(false));
        let (shared, stopped) = (Arc::clone(&state), Arc::clone(&stop));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                if let Ok(stream) = stream {
                    let state = Arc::clone(&shared);
                    std::thread::spawn(move || serve(stream, &state));
                }
            }
        });
        Server { address, state, stop }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State<F>> {
        self.state.lock().expect("no panic")
    }

    /// The n-th request from now on, counted from 0, goes wrong.
    pub(crate) fn fail(&self, n: usize, fault: Fault) {
        let mut state = self.state();
        let at = state.count + n;
        state.faults.push((at, fault));
    }

    /// The requests since the last call, as `METHOD /path?query`, those that look in lower case.
    pub(crate) fn requests(&self) -> Vec<String> {
        let mut state = self.state();
        std::mem::take(&mut state.exchanges)
            .into_iter()
            .map(|exchange| {
                let Asked { method, path, query, .. } = exchange.asked;
                let query = if query.is_empty() { query } else { format!("?{query}") };
                let method = if method == "GET" { "get".to_owned() } else { method };
                format!("{method} {path}{query} {}", exchange.said.status)
            })
            .collect()
    }
}

impl<F: Forge> Drop for Server<F> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address.trim_start_matches("http://"));
        if !std::thread::panicking() {
            let state = self.state.lock().expect("no panic in the forge");
            assert!(state.unexpected.is_empty(), "unexpected requests: {:#?}", state.unexpected);
            let differing: Vec<String> = state.honest.iter().filter_map(|exchange| F::check(exchange).err()).collect();
            assert!(differing.is_empty(), "not as described: {differing:#?}");
        }
    }
}

fn serve<F: Forge>(mut stream: TcpStream, state: &Mutex<State<F>>) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let Some(asked) = read(&mut stream) else { return };
    let mut state = state.lock().expect("no panic");
    let at = state.count;
    state.count += 1;
    let fault = state.faults.iter().find(|(n, _)| *n == at).map(|(_, fault)| fault.clone());
    if matches!(fault, Some(Fault::Close)) {
        return;
    }
    let said = match &fault {
        Some(Fault::Say(said)) => said.clone(),
        _ => state.forge.answer(&asked).unwrap_or_else(|| {
            let text =
                format!("{} {}?{} {}", asked.method, asked.path, asked.query, String::from_utf8_lossy(&asked.body));
            state.unexpected.push(text);
            Said::empty(418)
        }),
    };
    let exchange = Exchange { asked, said: said.clone() };
    if !matches!(fault, Some(Fault::Say(_))) && said.status != 418 {
        state.honest.push(exchange.clone());
    }
    state.exchanges.push(exchange);
    drop(state);
    if !matches!(fault, Some(Fault::Swallow)) {
        write(&mut stream, &said);
    }
}

fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut head = Vec::new();
    let mut byte = [0; 1];
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() > 64 * 1024 || stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let mut words = lines.next()?.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    Some(Asked { method, path: path.to_owned(), query: query.to_owned(), headers, body })
}

fn write(stream: &mut TcpStream, said: &Said) {
    let mut head = format!("HTTP/1.1 {} Said\r\nConnection: close\r\n", said.status);
    if said.status != 204 {
        head.push_str(&format!("Content-Length: {}\r\n", said.body.len()));
    }
    for (name, value) in &said.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let _ = stream.write_all(format!("{head}\r\n").as_bytes());
    let _ = stream.write_all(&said.body);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    // The client closes first, so that nothing is lost in a reset.
    let _ = stream.read(&mut [0; 1]);
}

/// Whether a body has these keys and no others.
pub(crate) fn has_keys(body: &Value, required: &[&str], optional: &[&str]) -> bool {
    let Some(object) = body.as_object() else { return false };
    required.iter().all(|key| object.contains_key(*key))
        && object.keys().all(|key| required.contains(&key.as_str()) || optional.contains(&key.as_str()))
}
