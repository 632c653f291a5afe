//! Sending one file to an index until it is there, refused, or hopeless.
//!
//! Sending the same bytes twice is safe: indexes go by name and digest. After any send whose outcome is
//! unclear (a reset, silence, a fault of the server) the listing is asked first, and only what is not
//! there is sent again.

use std::io::{Cursor, Read};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::answer::Reply;
use super::credential::Credential;
use super::error::IndexError;
use super::listing::Listing;
use crate::archive::Sha256;
use crate::config::targets::Index;
use crate::effects::http::{Field, FilePart, Limits, Post};
use crate::effects::terminal::Terminal;
use crate::effects::{Effects, EffectsError};
use crate::python::name::ProjectName;
use crate::report::Event;

/// The first pause; each next is three times as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// No pause of ours is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long an index may keep us waiting for one file, all its wishes together.
const PATIENCE: Duration = Duration::from_secs(300);

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is there now.
    Uploaded,
    /// It was there already.
    AlreadyThere,
    /// The index does not take it.
    Refused,
}

impl State {
    /// The words that people and programs read.
    pub fn word(self) -> &'static str {
        match self {
            State::Uploaded => "uploaded",
            State::AlreadyThere => "already-there",
            State::Refused => "refused",
        }
    }
}

/// What is sent.
pub struct Upload<'a> {
    /// The index.
    pub index: &'a Index,
    /// The project.
    pub project: &'a ProjectName,
    /// The name of the file.
    pub file: &'a str,
    /// Its digest.
    pub sha256: Sha256,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// The form that goes with them.
    pub fields: &'a [Field],
    /// The right to send them.
    pub credential: &'a Credential,
}

impl Upload<'_> {
    /// Sends the file until the index has it.
    ///
    /// # Errors
    /// The index refuses it, or could not be brought to take it.
    pub fn send(&self, effects: Effects<'_>) -> Result<State, IndexError> {
        let clock = effects.inspect().clock();
        let mut patience = PATIENCE;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let (last, wished) = match self.send_once(effects)? {
                Sent::There(state) => return Ok(state),
                Sent::Limited(wait) => ("it takes no more for now".to_owned(), wait),
                Sent::Unclear(last) => match self.is_there(effects) {
                    Ok(true) => return Ok(State::Uploaded),
                    Ok(false) => (last, None),
                    Err(conflict @ IndexError::DifferentFile { .. }) => return Err(conflict),
                    // The listing is as unwell as the rest: sending the same again is safe.
                    Err(_) => (last, None),
                },
            };
            let wait = wished.unwrap_or_else(|| pause(effects, attempt));
            if wait > patience {
                let index = self.index.name.clone();
                return Err(IndexError::RateLimited { index, wait });
            }
            if attempt > self.index.retries {
                return Err(IndexError::Busy {
                    index: self.index.name.clone(),
                    file: self.file.to_owned(),
                    attempts: attempt,
                    last,
                });
            }
            patience -= wait;
            let text = format!("`{}`: {last}; next attempt in {} s", self.file, wait.as_secs_f32().ceil());
            effects.inspect().note(text);
            clock.sleep(wait);
        }
    }

    /// Sends the file once and says what came of it.
    fn send_once(&self, effects: Effects<'_>) -> Result<Sent, IndexError> {
        let size = self.bytes.len() as u64;
        let reader = Watched {
            bytes: Cursor::new(Arc::clone(&self.bytes)),
            terminal: effects.inspect().terminal().clone(),
            what: self.file.to_owned(),
        };
        let file = FilePart { name: self.file.to_owned(), reader: Box::new(reader), size };
        let post = Post {
            basic: Some(self.credential.basic.clone()),
            limits: Limits { connect: self.index.timeouts.connect, total: self.index.timeouts.total },
        };
        let answer = match effects.http().post_form(&self.index.upload, self.fields.to_vec(), file, &post) {
            Ok(answer) => answer,
            Err(error @ EffectsError::NoAnswer { .. }) => return Ok(Sent::Unclear(with_cause(&error))),
            Err(error) => return Err(error.into()),
        };
        self.judge(effects, answer.status, Reply::of(&answer, effects.inspect().clock().now()))
    }

    fn judge(&self, effects: Effects<'_>, status: u16, reply: Reply) -> Result<Sent, IndexError> {
        let index = self.index.name.clone();
        let source_name = self.credential.source.clone();
        match reply {
            Reply::Accepted => Ok(Sent::There(State::Uploaded)),
            Reply::Same => Ok(Sent::There(State::AlreadyThere)),
            // Only the digest tells whether it is the same file.
            Reply::Taken(_) if self.is_there(effects)? => Ok(Sent::There(State::AlreadyThere)),
            Reply::Taken(text) | Reply::Refused(text) => {
                Err(IndexError::Refused { index, file: self.file.to_owned(), status, text })
            }
            Reply::Scope(text) => Err(IndexError::Scope { index, source_name, text }),
            Reply::Credential(text) => Err(IndexError::Credential { index, source_name, text }),
            Reply::Moved(location) => Err(IndexError::Redirected { url: self.index.upload.clone(), location }),
            Reply::RateLimited(wait) => Ok(Sent::Limited(wait)),
            Reply::Busy(text) => Ok(Sent::Unclear(format!("it answered {text}"))),
        }
    }

    /// Whether the index lists the file with these bytes.
    fn is_there(&self, effects: Effects<'_>) -> Result<bool, IndexError> {
        let listing = Listing::of(effects.inspect().http(), self.index, self.project)?;
        compare(&listing, self.index, self.file, self.sha256)
    }
}

/// Whether a listing has a file of this name with these bytes.
///
/// # Errors
/// It has one with other bytes, or does not tell.
pub fn compare(listing: &Listing, index: &Index, file: &str, sha256: Sha256) -> Result<bool, IndexError> {
    match listing.file(file) {
        None => Ok(false),
        Some(listed) if listed.sha256 == Some(sha256) => Ok(true),
        Some(listed) => Err(IndexError::DifferentFile {
            index: index.name.clone(),
            file: file.to_owned(),
            there: listed.sha256.map_or_else(|| "unknown".to_owned(), |digest| digest.to_string()),
            here: sha256.to_string(),
        }),
    }
}

/// What came of sending once.
enum Sent {
    There(State),
    Limited(Option<Duration>),
    Unclear(String),
}

/// A pause that grows, a little longer or shorter by chance, so that many clients do not come back at once.
fn pause(effects: Effects<'_>, attempt: u32) -> Duration {
    let grown = FIRST_PAUSE.saturating_mul(3_u32.saturating_pow(attempt - 1)).min(LONGEST_PAUSE);
    let mut chance = [0_u8; 1];
    // Without chance the pause is merely not spread.
    let _ = effects.random(&mut chance);
    grown + grown * u32::from(chance[0]) / 1024
}

fn with_cause(error: &EffectsError) -> String {
    let mut text = error.to_string();
    let mut deepest = std::error::Error::source(error);
    while let Some(cause) = deepest.and_then(std::error::Error::source) {
        deepest = Some(cause);
    }
    if let Some(cause) = deepest {
        text.push_str(&format!(" ({cause})"));
    }
    text
}

/// The bytes on their way, telling how far they are.
struct Watched {
    bytes: Cursor<Arc<[u8]>>,
    terminal: Terminal,
    what: String,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        self.terminal.event(&Event::Progress {
            what: self.what.clone(),
            done: self.bytes.position(),
            total: self.bytes.get_ref().len() as u64,
        });
        Ok(read)
    }
}
