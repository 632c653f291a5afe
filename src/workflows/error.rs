//! Why no workflow is written.

use crate::error::{Explain, Kind};

/// A workflow that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WorkflowsError {
    /// There is nothing to judge.
    #[error("there is no workflow in `{folders}`")]
    None {
        /// Where they would be.
        folders: String,
    },
    /// A value has characters that mean something in YAML.
    #[error("the {name} `{value}` cannot stand in a workflow")]
    Value {
        /// What it is.
        name: &'static str,
        /// The value.
        value: String,
    },
}

impl Explain for WorkflowsError {
    fn code(&self) -> &'static str {
        match self {
            WorkflowsError::None { .. } => "workflow/none",
            WorkflowsError::Value { .. } => "workflow/value",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            WorkflowsError::None { .. } => Kind::Failed,
            WorkflowsError::Value { .. } => Kind::Setup,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            WorkflowsError::None { .. } => vec!["run `release init`, or name the files".to_owned()],
            WorkflowsError::Value { name, .. } => {
                vec![format!("use letters, digits and `._-+/*[]!` for the {name}, or write the workflow by hand")]
            }
        }
    }
}
