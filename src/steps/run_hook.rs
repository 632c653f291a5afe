//! Runs a command of the project before or after a phase. It sees no token, and may stop the run; it may not
//! change what is released.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::error::StepError;
use crate::build::environment::tell_output;
use crate::build::error::Output;
use crate::effects::process::{Environment, Program};
use crate::effects::{Effects, Git};
use crate::error::Failure;

/// A command before or after a phase.
#[derive(Debug, Serialize)]
pub struct RunHook {
    /// The folder that it runs in: the project's.
    #[serde(skip)]
    pub dir: PathBuf,
    /// When it runs.
    pub at: String,
    /// The program and its arguments.
    pub run: Vec<String>,
    /// How long it may take, in seconds.
    pub timeout: u64,
    /// Whether its failure stops the release.
    pub critical: bool,
    /// Variables for it.
    pub env: Vec<(String, String)>,
}

impl RunHook {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("run the hook `{}` ({})", self.run.join(" "), self.at)
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<(), Failure> {
        let hook = self.run.join(" ");
        let programs = effects.programs();
        let path = match self.run[0].contains('/') {
            true => self.dir.join(&self.run[0]),
            false => programs.find(&self.run[0], "what the hook needs")?,
        };
        let mut program = Program::new(path, &self.dir)
            .args(&self.run[1..])
            .environment(Environment::Home)
            .timeout(Duration::from_secs(self.timeout));
        for (name, value) in &self.env {
            program = program.env(name, value);
        }
        let git = Git::discover(&self.dir)?;
        let changed = || git.as_ref().map(Git::changed_files).transpose();
        let before = changed()?;
        let ran = programs.run(&program)?;
        tell_output(effects.inspect(), &self.run[0], &ran);
        let after = changed()?;
        if before != after {
            let before = before.unwrap_or_default();
            let files = after.unwrap_or_default().into_iter().filter(|file| !before.contains(file)).collect();
            return Err(StepError::HookChanged { hook, files }.into());
        }
        if !ran.ok() {
            let (at, ending) = (self.at.clone(), ran.ending());
            if self.critical {
                return Err(StepError::Hook { hook, at, ending, output: Output(ran.tail(30)) }.into());
            }
            effects.inspect().warn(format!("the hook `{hook}` ({at}) failed ({ending}); it is not critical"));
        }
        Ok(())
    }
}
