//! Has docutils render descriptions in reStructuredText, with PyPI's own settings, in an environment that is kept.
//!
//! What cannot be rendered here is no failure of the step: nobody knows then what PyPI will say of it. What a text
//! needs of time and memory is limited; docutils reads no file for it and no configuration.

use std::time::Duration;

use serde::Serialize;

use crate::build::environment::{Environment, Interpreter};
use crate::build::wheels;
use crate::check::description::{LONGEST, Rendered, Source, Verdict, rst};
use crate::effects::Effects;
use crate::effects::process::Program;
use crate::error::Failure;

/// How long a description may take. Real ones take less than a second.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest answer that is read.
const LONGEST_ANSWER: u64 = 64 * 1024 * 1024;

/// Descriptions to be rendered.
#[derive(Debug, Serialize)]
pub struct RenderDescription {
    /// The archives that they are of.
    pub files: Vec<String>,
    /// The descriptions, each once.
    #[serde(skip)]
    pub sources: Vec<Source>,
}

impl RenderDescription {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("render the description of {} with docutils", self.files.join(", "))
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Vec<Rendered>, Failure> {
        let environment = match environment(effects) {
            Ok(environment) => Ok(environment),
            Err(failure) => {
                // Who asked to stop is obeyed; without Python or the network there is only nothing to be known.
                effects.inspect().go_on()?;
                Err(failure.message)
            }
        };
        let mut rendered = Vec::new();
        for source in &self.sources {
            let verdict = match &environment {
                Ok(environment) => ask(effects, environment, source)?,
                Err(why) => Verdict::Unverified(format!("docutils is not there: {why}")),
            };
            rendered.push(Rendered { source: source.clone(), verdict });
        }
        Ok(rendered)
    }
}

fn environment(effects: Effects<'_>) -> Result<Environment, Failure> {
    let interpreter = Interpreter::find(effects.inspect())?;
    wheels::tool(effects, &interpreter, &rst::REQUIREMENTS.map(str::to_owned))
}

fn ask(effects: Effects<'_>, environment: &Environment, source: &Source) -> Result<Verdict, Failure> {
    if source.text.len() > LONGEST {
        return Ok(source.verdict());
    }
    // An empty folder: docutils looks for its configuration where it runs.
    let scratch = effects.files().scratch()?;
    let answer = scratch.path().join("answer.json");
    let program = Program::new(environment.python(), scratch.path())
        .args(["-I", "-c", rst::PROGRAM])
        .arg(&answer)
        .env("DOCUTILSCONFIG", "")
        .stdin(source.text.as_bytes())
        .timeout(PATIENCE);
    let ran = effects.programs().run(&program)?;
    if !ran.ok() {
        return Ok(Verdict::Unverified(format!("docutils did not get to an end: {}", ran.ending())));
    }
    let bytes = effects.inspect().files().read(&answer, LONGEST_ANSWER);
    Ok(bytes.map_or_else(|error| Verdict::Unverified(error.to_string()), |bytes| rst::verdict(&bytes)))
}
