//! Asking for a secret on the terminal: what is typed is not shown, and the terminal is as before whatever happens.
//!
//! Ctrl-C, Ctrl-D, backspace and Ctrl-U are read as the keys that they are: a signal would end the program while the
//! terminal still shows nothing.

use std::io::Read;
use std::path::PathBuf;

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use super::EffectsError;
use super::signals;
use crate::secret::Secret;

/// Tokens are some hundred characters.
const LONGEST: usize = 16 * 1024;

const INTERRUPT: u8 = 3;
const END: u8 = 4;
const CLEAR: u8 = 21;

/// The terminal as it was, restored when this is dropped.
struct Quiet {
    before: Termios,
}

impl Quiet {
    fn begin() -> Result<Self, EffectsError> {
        let before = tcgetattr(std::io::stdin()).map_err(failed)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        quiet.special_codes[SpecialCodeIndex::VMIN] = 1;
        quiet.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(std::io::stdin(), OptionalActions::Now, &quiet).map_err(failed)?;
        Ok(Quiet { before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // A terminal that has gone away needs nothing restored.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.before);
    }
}

fn failed(source: impl Into<std::io::Error>) -> EffectsError {
    EffectsError::Read { path: PathBuf::from("the terminal"), source: source.into() }
}

/// Asks and reads one line that is not shown; nothing where the input ends before it has begun. The terminal shows
/// nothing any more when the question stands there: who answers at once is not seen either.
pub(super) fn secret(ask: impl FnOnce()) -> Result<Option<Secret>, EffectsError> {
    let quiet = Quiet::begin()?;
    ask();
    let mut typed = zeroize::Zeroizing::new(Vec::new());
    let mut stdin = std::io::stdin().lock();
    let answer = loop {
        signals::check()?;
        let mut key = [0_u8];
        match stdin.read(&mut key) {
            Ok(0) => break !typed.is_empty(),
            Ok(_) => match key[0] {
                b'\r' | b'\n' => break true,
                INTERRUPT => return Err(EffectsError::Interrupted),
                END if typed.is_empty() => break false,
                END => break true,
                8 | 127 => {
                    typed.pop();
                }
                CLEAR => typed.clear(),
                other if typed.len() < LONGEST => typed.push(other),
                _ => return Err(EffectsError::TooLarge { path: PathBuf::from("the terminal"), limit: LONGEST as u64 }),
            },
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    };
    drop(quiet);
    let text = std::str::from_utf8(&typed)
        .map_err(|error| EffectsError::NotText { path: PathBuf::from("the terminal"), offset: error.valid_up_to() })?;
    Ok(answer.then(|| Secret::new(text)))
}
