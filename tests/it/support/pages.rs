//! A server of files on loopback that keeps connections, and answers as a test says: late, with another
//! status, with other bytes, or not at all.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How a request is answered.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// With the file of the folder, or 404.
    File,
    /// The same after so many milliseconds.
    Late(u64),
    /// With a status and a body.
    Said(u16, String),
    /// Not: the connection is closed.
    Close,
}

pub(crate) struct Pages {
    address: String,
    folder: Arc<Mutex<PathBuf>>,
    requests: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl Pages {
    /// Serves a folder; `reply` is asked with the number of each request, from 0.
    pub(crate) fn start(folder: &Path, reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let pages = Pages {
            address: listener.local_addr().expect("it is bound").to_string(),
            folder: Arc::new(Mutex::new(folder.to_owned())),
            requests: Arc::default(),
            connections: Arc::default(),
            stop: Arc::default(),
        };
        let reply = Arc::new(reply);
        let (folder, requests) = (Arc::clone(&pages.folder), Arc::clone(&pages.requests));
        let (connections, stop) = (Arc::clone(&pages.connections), Arc::clone(&pages.stop));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                connections.fetch_add(1, Ordering::SeqCst);
                let (folder, requests, reply) = (Arc::clone(&folder), Arc::clone(&requests), Arc::clone(&reply));
                std::thread::spawn(move || serve(stream, &folder, &requests, &*reply));
            }
        });
        pages
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Serves another folder from now on.
    pub(crate) fn turn_to(&self, folder: &Path) {
        *self.folder.lock().expect("no panic") = folder.to_owned();
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(&self.address);
    }
}

fn serve(mut stream: TcpStream, folder: &Mutex<PathBuf>, requests: &AtomicUsize, reply: &dyn Fn(usize) -> Reply) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        let mut line = String::new();
        while reader.read_line(&mut line).unwrap_or(0) > 2 {
            line.clear();
        }
        let path = first.split(' ').nth(1).unwrap_or("/").trim_start_matches('/').to_owned();
        let (status, body) = match reply(requests.fetch_add(1, Ordering::SeqCst)) {
            Reply::Close => return,
            Reply::Said(status, body) => (status, body.into_bytes()),
            file => {
                if let Reply::Late(milliseconds) = file {
                    std::thread::sleep(Duration::from_millis(milliseconds));
                }
                let path = folder.lock().expect("no panic").join(path);
                std::fs::read(path).map_or((404, Vec::new()), |bytes| (200, bytes))
            }
        };
        let head = format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\nX-Cache: HIT\r\n\r\n", body.len());
        if stream.write_all(&[head.as_bytes(), &body].concat()).is_err() {
            return;
        }
    }
}
