//! Asks an index whether the right is good for a project, without sending a file: the form of the first file with a
//! picture in its place, which PyPI refuses after it has looked at the token, the user and the project, and before it
//! keeps anything. Nobody promises that order, so every other answer says nothing.

use serde::Serialize;
use serde_json::Value;

use crate::config::targets::Index;
use crate::effects::Effects;
use crate::effects::http::Field;
use crate::error::Failure;
use crate::index::{IndexError, Right};
use crate::python::name::ProjectName;

/// The words of PyPI to what is no archive, from whoever may upload.
const GOOD: &str = "Invalid distribution file.";
/// The longest text of a server that is passed on, in characters.
const LONGEST: usize = 300;

/// A question.
#[derive(Debug, Serialize)]
pub struct ProbeRight {
    /// The index.
    pub index: Index,
    /// The project.
    pub project: ProjectName,
    /// The name of the file whose form is sent.
    #[serde(skip)]
    pub name: String,
    /// The form.
    #[serde(skip)]
    pub fields: Vec<Field>,
    /// The right that is asked about.
    #[serde(skip)]
    pub right: Right,
}

/// What the index says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probed {
    /// It is good.
    Good,
    /// It does not tell.
    Unknown(String),
}

impl ProbeRight {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("ask `{}` whether the token is good for {}", self.index.name, self.project)
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Probed, Failure> {
        let credential = self.right.of_now(effects, &self.index, &self.project)?;
        let answer = effects.http().probe(&self.index.upload, self.fields.clone(), &self.name, &credential.basic)?;
        let body = answer.text();
        let text = match serde_json::from_str::<Value>(&body) {
            Ok(value) => value["code"].as_str().or(value["message"].as_str()).unwrap_or_default().to_owned(),
            Err(_) => body,
        };
        let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
        match answer.status {
            400 if line.contains(GOOD) => Ok(Probed::Good),
            403 => {
                let (index, source_name) = (self.index.name.clone(), credential.source);
                Err(IndexError::Scope { index, source_name, text: line }.into())
            }
            status => {
                let words = line.trim_start_matches(&status.to_string()).trim_start();
                Ok(Probed::Unknown(format!("`{}` answers {status} {words}", self.index.name).trim().to_owned()))
            }
        }
    }
}
