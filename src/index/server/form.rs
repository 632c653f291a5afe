//! The upload form as it came: `multipart/form-data` (RFC 7578), read with limits. Async only because the
//! reader is; the bytes are all there.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use http_body_util::{BodyDataStream, Full};
use hyper::body::Bytes;
use multer::Multipart;

use crate::effects::listen::Asked;

/// Parts of one form; the metadata of a real project has some hundred.
const PARTS: usize = 10_000;

/// The file of a form.
#[derive(Debug)]
pub(super) struct Content {
    /// Its name, as sent.
    pub(super) file_name: String,
    /// The type of the part, as sent; nothing where there is none.
    pub(super) content_type: Option<String>,
    pub(super) bytes: Bytes,
}

/// A form.
#[derive(Debug, Default)]
pub(super) struct Form {
    fields: Vec<(String, String)>,
    pub(super) content: Option<Content>,
}

impl Form {
    /// The first value of a field. PyPI leaves out what says `UNKNOWN`.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.fields.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.trim()).filter(|value| !value.is_empty() && *value != "UNKNOWN")
    }

    /// Reads the form of a request.
    ///
    /// # Errors
    /// What is wrong with it, for the answer.
    pub(super) fn read(asked: &Asked, body: &Bytes) -> Result<Form, String> {
        let content_type = asked.header("content-type").unwrap_or_default();
        let boundary = multer::parse_boundary(content_type)
            .map_err(|_| "The request body is not multipart/form-data.".to_owned())?;
        let stream = BodyDataStream::new(Full::new(body.clone()));
        ready(collect(Multipart::new(stream, boundary)))
    }
}

async fn collect(mut multipart: Multipart<'_>) -> Result<Form, String> {
    let broken = |error: multer::Error| format!("The form cannot be read: {error}.");
    let mut form = Form::default();
    let mut parts = 0;
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        parts += 1;
        if parts > PARTS {
            return Err("The form has too many fields.".to_owned());
        }
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let content_type =
            field.headers().get("content-type").map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let bytes = field.bytes().await.map_err(broken)?;
        match (name.as_str(), file_name) {
            ("content", Some(file_name)) if form.content.is_none() => {
                form.content = Some(Content { file_name, content_type, bytes });
            }
            ("gpg_signature" | "content", Some(_)) => {}
            (name, Some(_)) => return Err(format!("{name}: Should not be a tuple.")),
            (name, None) => {
                let value = String::from_utf8(bytes.to_vec()).map_err(|_| format!("{name}: is not UTF-8."))?;
                form.fields.push((name.to_owned(), value));
            }
        }
    }
    Ok(form)
}

/// The result of a future that waits for nothing outside.
fn ready(future: impl Future<Output = Result<Form, String>>) -> Result<Form, String> {
    /// The reader parts long bodies; each round gets on by a part or a chunk.
    const ROUNDS: usize = 1_000_000;
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..ROUNDS {
        if let Poll::Ready(form) = future.as_mut().poll(&mut context) {
            return form;
        }
    }
    Err("The form cannot be read.".to_owned())
}
