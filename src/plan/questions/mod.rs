//! What is asked on a terminal: a line each, with the default that Enter takes. An end of input is never taken for
//! a yes, every question has a flag that answers it, and nothing needs colour or more than 80 columns and 24 lines.

pub mod bump;
pub mod init;

use super::PlanError;
use crate::effects::Inspect;
use crate::error::Failure;

/// How often a question is put before it is given up.
const ATTEMPTS: usize = 3;

fn one<T>(
    inspect: Inspect<'_>,
    question: &str,
    default: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<T, Failure> {
    let said = |answer: &str| read(answer).map_err(|wanted| format!("`{answer}` is no answer: give {wanted}"));
    unrepeated(inspect, question, default, said)
}

/// The same for answers that are not shown again: what `read` gives says all.
fn unrepeated<T>(
    inspect: Inspect<'_>,
    question: &str,
    default: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<T, Failure> {
    let unanswered = || Failure::from(PlanError::NoAnswer { question: question.to_owned() });
    for _ in 0..ATTEMPTS {
        let Some(line) = inspect.terminal().ask(&format!("{question} [{default}]:"))? else {
            return Err(unanswered());
        };
        let typed = line.trim();
        match read(if typed.is_empty() { default } else { typed }) {
            Ok(answer) => return Ok(answer),
            Err(why) => inspect.warn(why),
        }
    }
    Err(unanswered())
}
