//! `release status build`: document, pages, badges, feed and history, written to a folder.

use std::path::PathBuf;

use serde_json::json;

use crate::commands::{Context, Done};
use crate::error::Failure;
use crate::pipeline::status;
use crate::plan;
use crate::report::{Report, text};

/// Write the security status: JSON, pages, badges, feed and history
///
/// A status says when it was made and until when it is valid; what could not be found out is never shown
/// as good. It goes on from the last one, which gives it its sequence, its history and a grade.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to write, below the project [default: `[status] out`, else public]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// A folder or zip of OSV records
    #[arg(long, value_name = "PATH")]
    db: Option<PathBuf>,
    /// The last status that was published [default: what is in `--out`, else on the fetched `[status] branch`]
    #[arg(long, value_name = "URL|DIR")]
    previous: Option<String>,
    /// The last decision about a release [default: that of `release security decide`]
    #[arg(long, value_name = "FILE")]
    decision: Option<PathBuf>,
    /// Probes that `release status probe --store` keeps
    #[arg(long, value_name = "FILE")]
    probes: Option<PathBuf>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let project = context.project()?;
    let out = match &args.out {
        Some(out) => inspect.dir().join(out),
        None => project.root.join(&project.config.status.out),
    };
    let named = status::Named {
        out: &out,
        previous: args.previous.as_deref(),
        decision: args.decision.as_deref(),
        probes: args.probes.as_deref(),
        database: args.db.as_deref(),
    };
    let status = status::prepare(inspect, &project, &named)?;
    let plan = plan::status::build(&status, &out, project.config.status.url.as_deref())?;
    match context.carry_out("status build", plan)? {
        Done::Planned(report) => Ok(*report),
        Done::Carried(_) => {
            let document = &status.document;
            let grade = &document.grade;
            let index = out.join("security-status/index.json");
            let report = Report::new("status build")
                .line(format!(
                    "{}: {}, made {}, valid until {}",
                    document.state.word(),
                    text::count(document.counts.open.total(), "open finding"),
                    document.generated_at,
                    document.valid_until
                ))
                .line(match grade.score {
                    Some(score) => format!("grade {} ({score} of 100)", grade.letter.word()),
                    None => format!("no grade: {}", grade.unknown.join("; ")),
                })
                .line(format!("sequence {}, written to {}", document.sequence, out.join("security-status").display()));
            Ok(report.result(json!({"path": index, "status": document})))
        }
    }
}
