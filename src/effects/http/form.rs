//! A form with one file, as a stream of known length: the fields, the file as it is read, and the end.
//!
//! Follows RFC 7578 (multipart/form-data) in the form that PyPI's upload protocol uses.

use std::io::{self, Read};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use reqwest::header::CONTENT_TYPE;
use tokio::time::Sleep;

use super::exchange::{self, Gone, Waits, Watch};
use super::{Answer, Basic, EffectsError, HttpChange};
use crate::effects::env;

/// How much of a file is read at once.
const PIECE: usize = 64 * 1024;
/// An endless error body must not fill the memory.
const ANSWER_LIMIT: u64 = 64 * 1024;

/// One part of a form.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// A file as part of a form, streamed.
pub struct FilePart {
    /// The name that the server sees.
    pub name: String,
    /// Its bytes, from the start. An error ends the exchange before the form is whole, so that the server cannot take it.
    pub reader: Box<dyn Read + Send>,
    /// How many there are.
    pub size: u64,
}

/// How a form is posted.
#[derive(Debug, Clone, Default)]
pub struct Post {
    /// The credentials.
    pub basic: Option<Basic>,
    /// The limits of time.
    pub waits: Waits,
    /// How long the file is held back after the fields, for a server that refuses without having seen it: what it says is
    /// lost where it closes the connection while we send.
    pub pause: Duration,
}

impl HttpChange<'_> {
    /// Posts a form with one file, `content`, as the upload protocol of package indexes has it.
    ///
    /// # Errors
    /// The URL may not be asked, nobody answers, or too slowly. A status of 400 and above is an answer.
    pub fn post_form(
        self,
        url: &str,
        fields: &[Field],
        file: FilePart,
        options: &Post,
    ) -> Result<Answer, EffectsError> {
        let url = self.settings.admit(url)?;
        let client = self.settings.exchanging(&url, options.waits)?;
        let boundary = boundary();
        let gone = Arc::new(Gone::default());
        let form = Form::new(fields, file, &boundary, (Arc::clone(&gone), options.pause));
        let watch = Watch { waits: options.waits, gone, size: form.left(), limit: ANSWER_LIMIT };
        let mut request = client
            .post(url.clone())
            .header("Accept", "application/json")
            .header(CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
            .body(reqwest::Body::wrap(form));
        if let Some(basic) = &options.basic {
            request = request.basic_auth(&basic.user, Some(basic.password.reveal()));
        }
        exchange::run(&url, request, &watch)
    }
}

/// What stands between parts and in none of them.
fn boundary() -> String {
    let mut chance = [0_u8; 16];
    // Without chance it is a fixed one, which no metadata hold by mistake.
    let _ = env::random(&mut chance);
    format!("pyrelease-{:032x}", u128::from_be_bytes(chance))
}

struct Form {
    head: Bytes,
    pause: Duration,
    pausing: Option<Pin<Box<Sleep>>>,
    file: Mutex<Box<dyn Read + Send>>,
    rest: u64,
    tail: Bytes,
    gone: Arc<Gone>,
}

impl Form {
    fn new(fields: &[Field], file: FilePart, boundary: &str, (gone, pause): (Arc<Gone>, Duration)) -> Self {
        let mut head = String::new();
        for Field { name, value } in fields {
            head.push_str(&format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        let name = file.name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22");
        head.push_str(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"content\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        ));
        Form {
            head: Bytes::from(head),
            pause,
            pausing: None,
            file: Mutex::new(file.reader),
            rest: file.size,
            tail: Bytes::from(format!("\r\n--{boundary}--\r\n")),
            gone,
        }
    }

    fn left(&self) -> u64 {
        self.head.len() as u64 + self.rest + self.tail.len() as u64
    }

    /// The next piece of the file.
    fn piece(&mut self) -> io::Result<Bytes> {
        let mut piece = vec![0; usize::try_from(self.rest).map_or(PIECE, |rest| rest.min(PIECE))];
        let read = self.file.get_mut().unwrap_or_else(PoisonError::into_inner).read(&mut piece)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        piece.truncate(read);
        self.rest -= read as u64;
        Ok(Bytes::from(piece))
    }

    /// Whether the file is still held back.
    fn waits(&mut self, context: &mut Context<'_>) -> bool {
        if self.pause.is_zero() {
            return false;
        }
        let pause = self.pause;
        let pausing = self.pausing.get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
        let waits = pausing.as_mut().poll(context).is_pending();
        if !waits {
            self.pause = Duration::ZERO;
        }
        waits
    }
}

impl Body for Form {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let piece = if !self.head.is_empty() {
            Ok(std::mem::take(&mut self.head))
        } else if self.rest > 0 {
            if self.waits(context) {
                return Poll::Pending;
            }
            self.piece()
        } else if !self.tail.is_empty() {
            Ok(std::mem::take(&mut self.tail))
        } else {
            return Poll::Ready(None);
        };
        if let Ok(piece) = &piece {
            self.gone.add(piece.len());
        }
        Poll::Ready(Some(piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.tail.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left())
    }
}
