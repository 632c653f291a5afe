//! Runs the project's own commands that must pass before anything is committed, in a clean environment with
//! the groups that they name.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::error::StepError;
use crate::build::environment::{Environment, Interpreter, tell_output};
use crate::build::error::Output;
use crate::build::wheels;
use crate::effects::Effects;
use crate::effects::process::Environment as Admitted;
use crate::error::Failure;
use crate::report::{Event, StepState};

/// The gates of a project.
#[derive(Debug, Serialize)]
pub struct RunGates {
    /// The folder that they run in.
    pub dir: PathBuf,
    /// The commands.
    pub gates: Vec<Gate>,
}

/// One command.
#[derive(Debug, Clone, Serialize)]
pub struct Gate {
    /// The program and its arguments.
    pub run: Vec<String>,
    /// How long it may take, in seconds.
    pub timeout: u64,
    /// Whether its failure stops the release.
    pub critical: bool,
    /// Variables for it.
    pub env: Vec<(String, String)>,
    /// What is installed for it.
    pub requires: Vec<String>,
}

/// How a gate ended.
#[derive(Debug, Clone, Serialize)]
pub struct GateResult {
    /// The command as one line.
    pub gate: String,
    /// Whether it passed.
    pub passed: bool,
    /// How long it ran.
    pub milliseconds: u128,
}

impl RunGates {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        let lines: Vec<String> = self.gates.iter().map(|gate| format!("`{}`", gate.run.join(" "))).collect();
        format!("run {}", lines.join(", "))
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Vec<GateResult>, Failure> {
        let interpreter = Interpreter::find(effects.inspect())?;
        let scratch = effects.files().scratch()?;
        let mut environments: Vec<(&[String], Environment)> = Vec::new();
        let mut results = Vec::new();
        for gate in &self.gates {
            let known = environments.iter().position(|(requires, _)| *requires == gate.requires);
            let at = match known {
                Some(at) => at,
                None => {
                    let dir = scratch.path().join(format!("env{}", environments.len()));
                    let environment = Environment::make(effects, &interpreter, &dir)?;
                    if !gate.requires.is_empty() {
                        let folder = wheels::folder(effects, &interpreter, &gate.requires)?;
                        environment.install_from(effects, &folder, &gate.requires)?;
                    }
                    environments.push((&gate.requires, environment));
                    environments.len() - 1
                }
            };
            results.push(self.run(effects, &environments[at].1, gate)?);
        }
        Ok(results)
    }

    fn run(&self, effects: Effects<'_>, environment: &Environment, gate: &Gate) -> Result<GateResult, Failure> {
        let line = gate.run.join(" ");
        let tell = |state| effects.inspect().tell(&Event::Step { what: format!("gate `{line}`"), state });
        tell(StepState::Running);
        let mut program = environment
            .program(effects, &gate.run[0], &self.dir)?
            .args(&gate.run[1..])
            .environment(Admitted::Home)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .timeout(Duration::from_secs(gate.timeout));
        for (name, value) in &gate.env {
            program = program.env(name, value);
        }
        let ran = effects.programs().run(&program)?;
        tell_output(effects.inspect(), &gate.run[0], &ran);
        tell(match (ran.timed_out, ran.ok()) {
            (true, _) => StepState::TimedOut,
            (false, true) => StepState::Done,
            (false, false) => StepState::Failed,
        });
        if !ran.ok() {
            if gate.critical {
                return Err(StepError::Gate { gate: line, ending: ran.ending(), output: Output(ran.tail(30)) }.into());
            }
            effects.inspect().warn(format!("the gate `{line}` failed ({}); it is not critical", ran.ending()));
        }
        Ok(GateResult { gate: line, passed: ran.ok(), milliseconds: ran.milliseconds })
    }
}
