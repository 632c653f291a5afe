//! `release status build`: document, page and badges, written to a folder.

use std::path::PathBuf;

use serde_json::json;

use crate::commands::{Context, Done};
use crate::error::Failure;
use crate::pipeline::audit::{self, Named};
use crate::plan::status;
use crate::report::{Report, text};

/// Write the security status: JSON, page and badges
///
/// A status says when it was made and until when it is valid; what could not be found out is never shown
/// as good.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to write, below the project [default: `[status] out`, else public]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// A folder or zip of OSV records
    #[arg(long, value_name = "PATH")]
    db: Option<PathBuf>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let project = context.project()?;
    let audit = audit::audit(inspect, &project, Named { files: &[], database: args.db.as_deref() })?;
    let document = status::document(inspect, &project, &audit)?;
    let out = match &args.out {
        Some(out) => inspect.dir().join(out),
        None => project.root.join(&project.config.status.out),
    };
    match context.carry_out("status build", status::plan(&document, &out)?)? {
        Done::Planned(report) => Ok(*report),
        Done::Carried(_) => {
            let state = serde_json::to_value(document.state).expect("a state is a word");
            let line = format!(
                "{}: {}, made {}, valid until {}",
                state.as_str().unwrap_or_default(),
                text::count(document.counts.open.total(), "open finding"),
                document.generated_at,
                document.valid_until
            );
            let index = out.join("security-status/index.json");
            let report = Report::new("status build")
                .line(line)
                .line(format!("written to {}", out.join("security-status").display()));
            Ok(report.result(json!({"path": index, "status": document})))
        }
    }
}
