//! Sending one file to an index until it is there, refused, or hopeless.
//!
//! Sending the same bytes twice is safe: indexes go by name and digest. After any send whose outcome is
//! unclear (a reset, silence, a fault of the server) the listing is asked first, and only what is not
//! there is sent again. Nothing else is sent twice, but for a digest that did not agree and a token that was too old,
//! once each.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;

use super::credential::Credential;
use super::error::IndexError;
use super::listing::Listing;
use super::outcome::{Next, Outcome, Told};
use super::right::Right;
use crate::archive::{Blake2b256, Sha256, Sha256Digester};
use crate::config::targets::Index;
use crate::effects::held::{Held, Reading};
use crate::effects::http::{Answer, Field, FilePart, Post, Url};
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
/// From this size on a file waits a moment for a refusal that needs no file.
const LARGE: u64 = 4 * 1024 * 1024;
/// How long it waits.
const MOMENT: Duration = Duration::from_millis(100);
/// How long it waits after a connection that broke: perhaps the index had said something.
const LONG_MOMENT: Duration = Duration::from_millis(250);

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
    /// It is not there: it was not begun, or could not be brought there.
    NotSent,
}

impl State {
    /// The words that people and programs read.
    pub fn word(self) -> &'static str {
        match self {
            State::Uploaded => "uploaded",
            State::AlreadyThere => "already-there",
            State::Refused => "refused",
            State::NotSent => "not-sent",
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
    /// The file as people name it.
    pub path: &'a str,
    /// The digest of the bytes that were checked.
    pub sha256: Sha256,
    /// How many there are.
    pub size: u64,
    /// The file, held open.
    pub held: &'a Held,
    /// The form that goes with them.
    pub fields: &'a [Field],
    /// The right to send them.
    pub right: &'a Right,
}

/// What was tried until now.
struct Course {
    /// How many times the file was sent and not taken for a reason that passes.
    attempts: u32,
    /// How long is waited at most from now on.
    patience: Duration,
    is_hashed_again: bool,
    is_renewed: bool,
    /// What is sent next instead of the usual credentials.
    renewed: Option<Credential>,
}

/// What came of sending once.
enum Sent {
    There(State),
    /// Not for a reason that passes; the error where it does not.
    Passing {
        last: String,
        wait: Option<Duration>,
        last_error: Option<IndexError>,
    },
    /// To be sent once more, at once.
    AtOnce,
}

impl Upload<'_> {
    /// Sends the file until the index has it.
    ///
    /// # Errors
    /// The index refuses it, or could not be brought to take it.
    pub fn send(&self, effects: Effects<'_>) -> Result<State, IndexError> {
        let digest = self.guard_bytes()?;
        let mut fields = self.fields.to_vec();
        fields.push(Field { name: "blake2_256_digest", value: digest.to_string() });
        let mut course =
            Course { attempts: 0, patience: PATIENCE, is_hashed_again: false, is_renewed: false, renewed: None };
        loop {
            let (last, wished, last_error) = match self.send_once(effects, &fields, &mut course)? {
                Sent::There(state) => return Ok(state),
                Sent::AtOnce => continue,
                Sent::Passing { last, wait, last_error } => (last, wait, last_error),
            };
            course.attempts += 1;
            let wait = wished.unwrap_or_else(|| pause(effects, course.attempts));
            if wait > course.patience {
                return Err(match last_error {
                    Some(IndexError::Said { told, .. }) => IndexError::Said { told, wait: Some(wait) },
                    _ => IndexError::RateLimited { index: self.index.name.clone(), wait },
                });
            }
            if course.attempts > self.index.retries {
                return Err(last_error.unwrap_or_else(|| IndexError::Busy {
                    index: self.index.name.clone(),
                    file: self.file.to_owned(),
                    attempts: course.attempts,
                    last,
                }));
            }
            course.patience -= wait;
            let text = format!("`{}`: {last}; next attempt in {} s", self.file, wait.as_secs_f32().ceil());
            effects.inspect().note(text);
            effects.inspect().clock().sleep(wait);
            effects.inspect().go_on()?;
        }
    }

    /// Sends the file once and says what came of it.
    fn send_once(&self, effects: Effects<'_>, fields: &[Field], course: &mut Course) -> Result<Sent, IndexError> {
        let credential = match course.renewed.take() {
            Some(renewed) => renewed,
            None => self.right.of_now(effects, self.index, self.project)?,
        };
        let is_other = Arc::new(AtomicBool::new(false));
        let reader = Checked {
            reading: self.held.reader(),
            digester: Some(Sha256Digester::default()),
            done: 0,
            size: self.size,
            sha256: self.sha256,
            is_other: Arc::clone(&is_other),
            terminal: effects.inspect().terminal().clone(),
            what: self.file.to_owned(),
        };
        let file = FilePart { name: self.file.to_owned(), reader: Box::new(reader), size: self.size };
        let moment = if self.size >= LARGE { MOMENT } else { Duration::ZERO };
        let post = Post {
            basic: Some(credential.basic.clone()),
            waits: self.index.timeouts,
            pause: if course.attempts > 0 { LONG_MOMENT } else { moment },
        };
        let answered = effects.http().post_form(&self.index.upload, fields, file, &post);
        if is_other.load(Ordering::SeqCst) {
            return Err(self.changed());
        }
        match answered {
            Ok(answer) => self.judge(effects, course, (&answer, &credential)),
            Err(error @ (EffectsError::NoAnswer { .. } | EffectsError::Slow { .. })) => {
                self.unclear(effects, with_cause(&error))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn judge(
        &self,
        effects: Effects<'_>,
        course: &mut Course,
        (answer, credential): (&Answer, &Credential),
    ) -> Result<Sent, IndexError> {
        let outcome = Outcome::of(answer, effects.inspect().clock().now());
        let passing = |last: &str, wait, last_error| Ok(Sent::Passing { last: last.to_owned(), wait, last_error });
        match outcome.next {
            Next::Done => Ok(Sent::There(State::Uploaded)),
            Next::Same => Ok(Sent::There(State::AlreadyThere)),
            Next::Listing if self.find(effects)? => Ok(Sent::There(State::AlreadyThere)),
            Next::Again => self.unclear(effects, format!("it answered {} {}", outcome.status, outcome.text)),
            Next::Wait(wait) => {
                let error = outcome.row.is_some().then(|| self.refusal(outcome, credential, answer));
                passing("it takes no more for now", wait, error)
            }
            Next::Later => {
                let last = format!("it answered {} {}", outcome.status, outcome.text);
                passing(&last, None, Some(self.refusal(outcome, credential, answer)))
            }
            Next::Rehash => {
                self.guard_bytes()?;
                match std::mem::replace(&mut course.is_hashed_again, true) {
                    false => Ok(Sent::AtOnce),
                    true => Err(self.refusal(outcome, credential, answer)),
                }
            }
            Next::Renew if !std::mem::replace(&mut course.is_renewed, true) => {
                course.renewed = self.right.renewed(effects, self.index, credential)?;
                match course.renewed {
                    Some(_) => Ok(Sent::AtOnce),
                    None => Err(self.refusal(outcome, credential, answer)),
                }
            }
            Next::Status => Err(self.closed(effects).unwrap_or_else(|| self.refusal(outcome, credential, answer))),
            _ => Err(self.refusal(outcome, credential, answer)),
        }
    }

    /// The error of an answer that is final.
    fn refusal(&self, outcome: Outcome, credential: &Credential, answer: &Answer) -> IndexError {
        let (index, file) = (self.index.name.clone(), self.file.to_owned());
        let source_name = credential.source.clone();
        let Outcome { next, status, row, text } = outcome;
        match (row, next) {
            (Some((meaning, values)), _) => {
                let told = Told { index, file, status, text, source_name, meaning, values };
                IndexError::Said { told: Box::new(told), wait: None }
            }
            (None, Next::Moved) => {
                let location = answer.location.clone().unwrap_or_default();
                let is_slash = self.is_slash(&location);
                IndexError::Redirected { url: self.index.upload.clone(), location, is_slash }
            }
            (None, Next::Credential) => IndexError::Credential { index, source_name, text },
            (None, Next::Scope) => IndexError::Scope { index, source_name, text },
            (None, _) => IndexError::Refused { index, file, status, text },
        }
    }

    /// Whether a redirect leads to the same URL with a slash at its end.
    fn is_slash(&self, location: &str) -> bool {
        let Ok(from) = Url::parse(&self.index.upload) else { return false };
        from.join(location).is_ok_and(|to| to.as_str() == format!("{from}/"))
    }

    /// What the listing says of a send whose outcome is unclear.
    fn unclear(&self, effects: Effects<'_>, last: String) -> Result<Sent, IndexError> {
        effects.inspect().go_on()?;
        match Listing::of(effects.inspect().http(), self.index, self.project) {
            Ok(listing) if compare(&listing, self.index, self.file, self.sha256)? => Ok(Sent::There(State::Uploaded)),
            // The listing may be as unwell as the rest: sending the same again is safe.
            _ => Ok(Sent::Passing { last, wait: None, last_error: None }),
        }
    }

    /// Whether the index lists the file with these bytes.
    fn find(&self, effects: Effects<'_>) -> Result<bool, IndexError> {
        let listing = Listing::patiently(effects.inspect(), self.index, self.project)?;
        if compare(&listing, self.index, self.file, self.sha256)? {
            return Ok(true);
        }
        match listing.files.iter().find(|listed| listed.sha256 == Some(self.sha256)) {
            None => Ok(false),
            Some(other) => Err(IndexError::OtherName {
                index: self.index.name.clone(),
                file: self.file.to_owned(),
                other: other.name.clone(),
            }),
        }
    }

    /// Why a project takes no files, where its status says so (PEP 792).
    fn closed(&self, effects: Effects<'_>) -> Option<IndexError> {
        let listing = Listing::of(effects.inspect().http(), self.index, self.project).ok()?;
        let status = listing.status.filter(|status| ["archived", "quarantined"].contains(&status.as_str()))?;
        let (index, project) = (self.index.name.clone(), self.project.as_str().to_owned());
        Some(IndexError::ProjectStatus { index, project, status })
    }

    /// The file is still the one that was checked; its other digest, which the form has, too.
    fn guard_bytes(&self) -> Result<Blake2b256, IndexError> {
        let read = |source| EffectsError::Read { path: self.path.into(), source };
        let (digest, sha256) = Blake2b256::with_sha256(&mut self.held.reader()).map_err(read)?;
        match sha256 == self.sha256 {
            true => Ok(digest),
            false => Err(self.changed()),
        }
    }

    fn changed(&self) -> IndexError {
        IndexError::FileChanged { file: self.path.to_owned() }
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

/// The bytes on their way, hashed once more: the last of them are given away only where all of them are those that were
/// checked. Tells how far they are.
struct Checked {
    reading: Reading,
    digester: Option<Sha256Digester>,
    done: u64,
    size: u64,
    sha256: Sha256,
    is_other: Arc<AtomicBool>,
    terminal: Terminal,
    what: String,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let rest = usize::try_from(self.size - self.done).unwrap_or(usize::MAX);
        let most = buffer.len().min(rest);
        let read = self.reading.read(&mut buffer[..most])?;
        self.done += read as u64;
        if let Some(digester) = &mut self.digester {
            std::io::Write::write_all(digester, &buffer[..read])?;
        }
        let is_short = read == 0 && most > 0;
        let is_whole = self.done == self.size;
        if is_whole || is_short {
            let digest = self.digester.take().map(Sha256Digester::finish);
            if digest.is_some_and(|digest| digest != self.sha256) {
                self.is_other.store(true, Ordering::SeqCst);
                return Err(std::io::Error::other("the file has changed"));
            }
        }
        self.terminal.event(&Event::Progress { what: self.what.clone(), done: self.done, total: self.size });
        Ok(read)
    }
}
