//! Web APIs that take and give JSON, with a token that goes to their own addresses alone. Files go out as
//! streams, and come in piece by piece. What the answers mean is for `forge/`.

use std::io::{Read, Write};

use reqwest::blocking::{Body, RequestBuilder, multipart};
use reqwest::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use serde_json::Value;

use super::{ANSWER_LIMIT, Answer, EffectsError, FilePart, HttpChange, HttpLook, Limits, Settings, Url, host_of, send};
use super::{github, unanswered};
use crate::secret::Secret;

/// How often a download may be sent elsewhere.
const REDIRECTS: usize = 3;

/// Which client speaks to an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// octocrab: for GitHub.
    Octocrab,
    /// Plain requests: for Gitea.
    Plain,
}

/// A web API and the right to use it.
#[derive(Debug, Clone)]
pub struct Api {
    /// Its address, without a slash at the end.
    pub base: String,
    /// What speaks to it.
    pub client: Client,
    /// The token; without it only what is public can be seen.
    pub token: Option<Secret>,
    /// The addresses that the token may go to, as schemes with hosts and ports.
    pub origins: Vec<String>,
}

impl Api {
    /// Whether the token may go to a URL.
    pub fn owns(&self, url: &str) -> bool {
        let Ok(url) = Url::parse(url) else { return false };
        let same = |known: &String| Url::parse(known).is_ok_and(|known| known.origin() == url.origin());
        self.origins.iter().any(same)
    }

    fn scheme(&self) -> &'static str {
        match self.client {
            Client::Octocrab => "Bearer",
            Client::Plain => "token",
        }
    }

    /// The request with the token, where the URL may have it.
    fn authorize(&self, request: RequestBuilder, url: &Url) -> RequestBuilder {
        match &self.token {
            Some(token) if self.owns(url.as_str()) => {
                match HeaderValue::from_str(&format!("{} {}", self.scheme(), token.reveal())) {
                    Ok(mut value) => {
                        value.set_sensitive(true);
                        request.header(AUTHORIZATION, value)
                    }
                    // A token with such characters is refused by the server as well.
                    Err(_) => request,
                }
            }
            _ => request,
        }
    }
}

/// A method that changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Something new.
    Post,
    /// Something else.
    Patch,
    /// Nothing any more.
    Delete,
}

/// How a file is sent.
#[derive(Debug, Clone, Copy)]
pub enum Sending {
    /// As the body, of this media type.
    Body(&'static str),
    /// As this field of a form.
    Field(&'static str),
}

impl HttpLook<'_> {
    /// Asks an API for the document at `path`, which begins with a slash.
    ///
    /// # Errors
    /// The URL may not be asked, or nobody answers. A status of 400 and above is an answer.
    pub fn ask_api(self, api: &Api, path: &str) -> Result<Answer, EffectsError> {
        exchange(self.settings, api, (reqwest::Method::GET, path), None)
    }

    /// Writes the file at a URL of the API to `sink`, at most `limit` bytes of it. Where the file lies
    /// elsewhere, it is fetched from there without the token.
    ///
    /// # Errors
    /// As [`HttpLook::ask_api`].
    pub fn fetch(self, api: &Api, url: &str, limit: u64, sink: &mut dyn Write) -> Result<Answer, EffectsError> {
        let limits = Limits { total: Limits::OF_FILES, ..Limits::default() };
        let client = self.settings.client(limits)?;
        let mut url = self.settings.admit(url)?;
        for _ in 0..=REDIRECTS {
            let request = client.get(url.clone()).header(ACCEPT, "application/octet-stream");
            let host = host_of(&url);
            let failed = |source| unanswered(host.clone(), "sending the request", source);
            let response = api.authorize(request, &url).send().map_err(failed)?;
            let answer = Answer::head(response.status().as_u16(), response.headers());
            match (&answer.location, answer.status) {
                (Some(location), 301..=303 | 307 | 308) => {
                    let next = url.join(location).map_err(|_| EffectsError::Url { url: location.clone() })?;
                    url = self.settings.admit(next.as_str())?;
                }
                (_, 200) => {
                    std::io::copy(&mut response.take(limit), sink).map_err(|source| EffectsError::NoAnswer {
                        host: host.clone(),
                        doing: "reading the file",
                        source: Box::new(source),
                    })?;
                    return Ok(answer);
                }
                _ => return Ok(answer),
            }
        }
        Err(EffectsError::NoAnswer {
            host: host_of(&url),
            doing: "following redirects",
            source: "they lead in a circle".into(),
        })
    }
}

impl HttpChange<'_> {
    /// Sends a document to an API.
    ///
    /// # Errors
    /// As [`HttpLook::ask_api`].
    pub fn change_api(
        self,
        api: &Api,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, EffectsError> {
        let method = match method {
            Method::Post => reqwest::Method::POST,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        exchange(self.settings, api, (method, path), body)
    }

    /// Sends a file to a URL of an API, as a stream of known length.
    ///
    /// # Errors
    /// As [`HttpLook::ask_api`].
    pub fn send_file(self, api: &Api, url: &str, file: FilePart, sending: Sending) -> Result<Answer, EffectsError> {
        let url = self.settings.admit(url)?;
        let client = self.settings.client(Limits { total: Limits::OF_FILES, ..Limits::default() })?;
        let mut request = client.post(url.clone()).header(ACCEPT, "application/json");
        request = match sending {
            Sending::Body(media_type) => {
                request.header(CONTENT_TYPE, media_type).body(Body::sized(file.reader, file.size))
            }
            Sending::Field(field) => {
                let part = multipart::Part::reader_with_length(file.reader, file.size)
                    .file_name(file.name)
                    .mime_str("application/octet-stream")
                    .expect("a fixed media type parses");
                request.multipart(multipart::Form::new().part(field, part))
            }
        };
        send(host_of(&url), api.authorize(request, &url), ANSWER_LIMIT)
    }
}

fn exchange(
    settings: &Settings,
    api: &Api,
    (method, path): (reqwest::Method, &str),
    body: Option<&Value>,
) -> Result<Answer, EffectsError> {
    let url = settings.admit(&format!("{}{path}", api.base))?;
    if api.client == Client::Octocrab {
        return github::exchange(settings, api, (method, path), body);
    }
    let client = settings.client(Limits::default())?;
    let request =
        client.request(method, url.clone()).header(ACCEPT, "application/json").header(CACHE_CONTROL, "no-cache");
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    send(host_of(&url), api.authorize(request, &url), ANSWER_LIMIT)
}
