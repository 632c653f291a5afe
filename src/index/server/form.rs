//! The upload form as it comes: `multipart/form-data` (RFC 7578), read with limits. Its file goes to the disk while it is
//! read, so that no upload takes more memory than its text. Async only because the reader is.

use std::future::Future;
use std::io::Write;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest as _};
use http_body_util::BodyDataStream;
use hyper::body::{Bytes, Frame};
use md5::Md5;
use multer::{Field, Multipart};

use super::refusal::Refusal;
use super::store::Incoming;
use crate::archive::{Sha256, Sha256Digester};
use crate::effects::listen::{Asked, Body};
use crate::index::words::Meaning;

/// Parts of one form; the metadata of a real project has some hundred, or a few thousand dependencies.
const PARTS: usize = 5_000;
/// Bytes of all texts together.
const TEXT: usize = 16 << 20;

/// The file of a form.
#[derive(Debug)]
pub(super) struct Content {
    /// Its name, as sent.
    pub(super) file_name: String,
    /// The type of the part, as sent; nothing where there is none.
    pub(super) content_type: Option<String>,
    /// Where it lies.
    pub(super) incoming: Incoming,
    /// Bytes.
    pub(super) size: u64,
    pub(super) sha256: Sha256,
    pub(super) blake2b_256: crate::archive::Blake2b256,
    /// It proves nothing, and what is sent of it must be right all the same.
    pub(super) md5: [u8; 16],
    /// Whether it was larger than what is kept: the rest was counted and thrown away.
    pub(super) cut: bool,
}

/// A form.
#[derive(Debug, Default)]
pub(super) struct Form {
    fields: Vec<(String, String)>,
    /// Fields that should be text and were sent as files.
    files: Vec<String>,
    pub(super) content: Option<Content>,
}

impl Form {
    /// The first value of a field. PyPI leaves out what says `UNKNOWN`.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of a field.
    pub(super) fn all<'f>(&'f self, name: &str) -> impl Iterator<Item = &'f str> {
        let found = self.fields.iter().filter(move |(known, _)| known == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty() && *value != "UNKNOWN")
    }

    /// The first value of a field with the white space around it, which means something in a description.
    pub(super) fn raw(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty() && value.trim() != "UNKNOWN")
    }

    /// A field that should be text and was sent as a file.
    pub(super) fn sent_as_file(&self) -> Option<&str> {
        self.files.iter().min().map(String::as_str)
    }

    /// Reads the form of a request; its file is made by `incoming`, and cut where it is larger than `most`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(
        asked: &Asked,
        body: &mut Body,
        most: u64,
        incoming: impl Fn() -> Result<Incoming, Refusal>,
    ) -> Result<Form, Refusal> {
        let content_type = asked.header("content-type").unwrap_or_default();
        let boundary =
            multer::parse_boundary(content_type).map_err(|_| broken("The request body is not multipart/form-data."))?;
        let mut form = Form::default();
        let read = form.fill(
            &mut Multipart::new(BodyDataStream::new(Pieces { body: &mut *body, pauses: false }), boundary),
            most,
            incoming,
        );
        match read {
            Err(_) if body.is_too_large() => Err(Meaning::Request.into()),
            Err(refusal) => Err(refusal),
            Ok(()) => Ok(form),
        }
    }

    fn fill(
        &mut self,
        multipart: &mut Multipart<'_>,
        most: u64,
        incoming: impl Fn() -> Result<Incoming, Refusal>,
    ) -> Result<(), Refusal> {
        let (mut parts, mut room) = (0, TEXT);
        while let Some(mut field) = ready(multipart.next_field())? {
            parts += 1;
            if parts > PARTS {
                return Err(broken("The form has too many fields."));
            }
            let name = field.name().unwrap_or_default().to_owned();
            match field.file_name().map(str::to_owned) {
                Some(file_name) if name == "content" && self.content.is_none() => {
                    self.content = Some(keep(&mut field, file_name, most, incoming()?)?);
                }
                Some(_) => {
                    while ready(field.chunk())?.is_some() {}
                    if !matches!(name.as_str(), "gpg_signature" | "content") {
                        self.files.push(name);
                    }
                }
                None => {
                    let value = text(&mut field, &mut room)?;
                    let value = String::from_utf8(value).map_err(|_| broken("A field is not UTF-8."))?;
                    self.fields.push((name, value));
                }
            }
        }
        Ok(())
    }
}

fn broken(text: &str) -> Refusal {
    Refusal::of(Meaning::Form, [text])
}

/// Reads a field whose bytes are counted against those of all.
fn text(field: &mut Field<'_>, room: &mut usize) -> Result<Vec<u8>, Refusal> {
    let mut value = Vec::new();
    while let Some(piece) = ready(field.chunk())? {
        *room = room.checked_sub(piece.len()).ok_or_else(|| broken("The fields of the form are too large."))?;
        value.extend_from_slice(&piece);
    }
    Ok(value)
}

/// Writes a file down while its digests are computed.
fn keep(field: &mut Field<'_>, file_name: String, most: u64, mut incoming: Incoming) -> Result<Content, Refusal> {
    let content_type =
        field.headers().get("content-type").map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let (mut sha256, mut blake2, mut md5) = (Sha256Digester::default(), Blake2b::<U32>::new(), Md5::new());
    let mut size = 0;
    while let Some(piece) = ready(field.chunk())? {
        size += piece.len() as u64;
        if size > most {
            continue;
        }
        sha256.write_all(&piece).expect("a digest takes everything");
        blake2.update(&piece);
        md5.update(&piece);
        incoming.write(&piece).map_err(|_| Refusal::from(Meaning::Fault))?;
    }
    Ok(Content {
        file_name,
        content_type,
        size,
        sha256: sha256.finish(),
        blake2b_256: crate::archive::Blake2b256::from(<[u8; 32]>::from(blake2.finalize())),
        md5: md5.finalize().into(),
        cut: size > most,
        incoming,
    })
}

/// The result of a future that waits for nothing: its bytes are waited for by [`Pieces`].
fn ready<T>(future: impl Future<Output = Result<T, multer::Error>>) -> Result<T, Refusal> {
    /// The reader parts long bodies; each round gets on by a part or a piece.
    const ROUNDS: usize = 1_000_000;
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..ROUNDS {
        if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done.map_err(|error| broken(&format!("The form cannot be read: {error}.")));
        }
    }
    Err(broken("The form cannot be read."))
}

/// The pieces of a body as the reader of forms wants them. It reads on until there is nothing more at hand, so that it is told so after each piece: else it would hold all of them.
struct Pieces<'b> {
    body: &'b mut Body,
    pauses: bool,
}

impl hyper::body::Body for Pieces<'_> {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        self.pauses = !self.pauses;
        if self.pauses {
            return Poll::Pending;
        }
        Poll::Ready(self.body.piece().transpose().map(|piece| piece.map(Frame::data)))
    }
}
