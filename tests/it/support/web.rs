//! A client that sends exactly what it is told, and the upload form.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use pyrelease::archive::{Blake2b256, Sha256};

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) reason: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
}

/// Sends one request to `http://HOST:PORT…` and reads the answer to its end.
pub(crate) fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
    let rest = url.strip_prefix("http://").expect("a plain URL");
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    let mut stream = TcpStream::connect(host).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a duration");
    stream.write_all(head.as_bytes()).expect("the server reads");
    stream.write_all(body).expect("the server reads");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("the server answers");
    parse(&bytes)
}

pub(crate) fn get(url: &str, accept: &str) -> Response {
    request("GET", url, &[("Accept", accept)], b"")
}

fn parse(bytes: &[u8]) -> Response {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().splitn(3, ' ').skip(1);
    let status = words.next().unwrap_or_default().parse().expect("a status");
    let mut response = Response {
        status,
        reason: words.next().unwrap_or_default().to_owned(),
        headers: lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect(),
        body: bytes[end + 4..].to_vec(),
    };
    if response.header("transfer-encoding") == "chunked" {
        response.body = together(&response.body);
    }
    response
}

/// A body that came in chunks.
fn together(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = chunks.windows(2).position(|window| window == b"\r\n").expect("the size of a chunk");
        let size = usize::from_str_radix(&String::from_utf8_lossy(&chunks[..end]), 16).expect("a size");
        if size == 0 {
            return body;
        }
        body.extend(&chunks[end + 2..end + 2 + size]);
        chunks = &chunks[end + 2 + size + 2..];
    }
}

/// The upload form.
#[derive(Clone)]
pub(crate) struct Form {
    pub(crate) fields: Vec<(String, Vec<u8>)>,
    pub(crate) file_name: String,
    /// The header lines of the file's part.
    pub(crate) content_type: String,
    pub(crate) content: Option<Vec<u8>>,
}

const BOUNDARY: &str = "----a-boundary-that-nobody-uses";

impl Form {
    /// The right form for an archive of `demo` 1.0.
    pub(crate) fn of(file_name: &str, bytes: &[u8]) -> Self {
        let sdist = !file_name.ends_with(".whl");
        let (kind, python) = if sdist { ("sdist", "source") } else { ("bdist_wheel", "py3") };
        let mut form = Form {
            fields: Vec::new(),
            file_name: file_name.to_owned(),
            content_type: "Content-Type: application/octet-stream\r\n".to_owned(),
            content: Some(bytes.to_vec()),
        };
        for (name, value) in [
            (":action", "file_upload"),
            ("protocol_version", "1"),
            ("filetype", kind),
            ("pyversion", python),
            ("metadata_version", "2.4"),
            ("name", "demo"),
            ("version", "1.0"),
            ("sha256_digest", &Sha256::of(bytes).to_string()),
            ("blake2_256_digest", &Blake2b256::of(bytes).to_string()),
        ] {
            form.fields.push((name.to_owned(), value.as_bytes().to_vec()));
        }
        form
    }

    /// The same with another value, or without the field.
    pub(crate) fn with(mut self, name: &str, value: Option<&str>) -> Self {
        self.fields.retain(|(known, _)| known != name);
        if let Some(value) = value {
            self.fields.push((name.to_owned(), value.as_bytes().to_vec()));
        }
        self
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (name, value) in &self.fields {
            out.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").into_bytes());
            out.extend(value);
            out.extend(b"\r\n");
        }
        if let Some(content) = &self.content {
            out.extend(
                format!(
                    "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"content\"; filename=\"{}\"\r\n{}\r\n",
                    self.file_name, self.content_type
                )
                .into_bytes(),
            );
            out.extend(content);
            out.extend(b"\r\n");
        }
        out.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
        out
    }

    /// Posts the form with this `Authorization`.
    pub(crate) fn post(&self, url: &str, authorization: &str) -> Response {
        let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
        let headers =
            [("Authorization", authorization), ("Content-Type", content_type.as_str()), ("Accept", "application/json")];
        request("POST", url, &headers, &self.body())
    }
}

/// HTTP Basic.
pub(crate) fn basic(user: &str, password: &str) -> String {
    use base64::Engine;
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    format!("Basic {encoded}")
}
