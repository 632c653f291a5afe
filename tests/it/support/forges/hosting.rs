//! A forge that hosts its repository, too: git speaks to it over HTTP, and nobody gets in without the token, as with
//! a private repository that is checked out with `persist-credentials: false`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Asked, Exchange, Forge, Said, Server};
use crate::support::sandbox::CANARY;

/// A forge with the repository behind it.
pub(crate) struct Hosting<F> {
    pub(crate) forge: F,
    origin: PathBuf,
}

impl<F: Forge> Hosting<F> {
    /// Starts a forge that serves a bare repository as `/acme/demo.git`.
    pub(crate) fn start(origin: &Path, make: impl FnOnce(&str) -> F) -> Server<Hosting<F>> {
        let origin = origin.to_owned();
        Server::start(|address| Hosting { forge: make(address), origin })
    }

    fn git(&self, path: &str, asked: &Asked) -> Said {
        use base64::Engine;
        let login = base64::engine::general_purpose::STANDARD.encode(format!("x-access-token:{CANARY}"));
        if asked.header("authorization") != format!("Basic {login}") {
            let headers = vec![("WWW-Authenticate", "Basic realm=\"git\"".to_owned())];
            return Said { status: 401, headers, body: Vec::new() };
        }
        let mut child = Command::new("git")
            .args(["-c", "http.receivepack=true", "http-backend"])
            .env("GIT_PROJECT_ROOT", &self.origin)
            .env("GIT_HTTP_EXPORT_ALL", "1")
            .env("REQUEST_METHOD", &asked.method)
            .env("PATH_INFO", path)
            .env("QUERY_STRING", &asked.query)
            .env("CONTENT_TYPE", asked.header("content-type"))
            .env("CONTENT_LENGTH", asked.body.len().to_string())
            .env("HTTP_CONTENT_ENCODING", asked.header("content-encoding"))
            .env("GIT_PROTOCOL", asked.header("git-protocol"))
            .env("REMOTE_USER", "ana")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("git is installed");
        let mut stdin = child.stdin.take().expect("it was asked for");
        let body = asked.body.clone();
        let writer = std::thread::spawn(move || stdin.write_all(&body));
        let output = child.wait_with_output().expect("it ends");
        let _ = writer.join();
        let end = output.stdout.windows(4).position(|window| window == b"\r\n\r\n").expect("a head") + 4;
        let head = String::from_utf8_lossy(&output.stdout[..end]).into_owned();
        let value = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        let status = value("Status: ").and_then(|text| text[..3].parse().ok()).unwrap_or(200);
        let headers = value("Content-Type: ").map(|kind| ("Content-Type", kind)).into_iter().collect();
        Said { status, headers, body: output.stdout[end..].to_vec() }
    }
}

impl<F: Forge> Forge for Hosting<F> {
    fn check(exchange: &Exchange) -> Result<(), String> {
        if exchange.asked.path.starts_with("/acme/") { Ok(()) } else { F::check(exchange) }
    }

    fn answer(&mut self, asked: &Asked) -> Option<Said> {
        match asked.path.strip_prefix("/acme/demo.git") {
            Some(path) => Some(self.git(path, asked)),
            None => self.forge.answer(asked),
        }
    }
}
