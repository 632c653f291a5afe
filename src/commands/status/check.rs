//! `release status check`: is a status valid, whole and fresh as it is served. What it says of the project
//! is not judged.

use jiff::SignedDuration;
use serde_json::json;

use crate::commands::Context;
use crate::error::Failure;
use crate::pipeline::status::{self, Look};
use crate::plan;
use crate::report::{Finding, Outcome, Report};
use crate::status::judge::{Measure, judge};

/// Check that a served status is valid, whole and fresh
///
/// Judges the status itself and not the project: its shape, its times by this machine's clock, whether the
/// badges say the same, and with `--against` whether it is the one that was built.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where it is served, or a folder
    #[arg(value_name = "URL|DIR")]
    place: String,
    /// How many hours old it may be, beside what it says itself
    #[arg(long, value_name = "HOURS")]
    max_age: Option<u32>,
    /// A folder that `status build` wrote to: its sequence should be served
    #[arg(long, value_name = "DIR")]
    against: Option<std::path::PathBuf>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let built = match &args.against {
        Some(dir) => Some(plan::status::built(inspect, &inspect.dir().join(dir))?.document),
        None => None,
    };
    let place = &args.place;
    let (findings, document) = match status::look(inspect, place)? {
        Look::Served(served) => judge(
            &served,
            &Measure {
                now: inspect.clock().now(),
                max_age: args.max_age.map(|hours| SignedDuration::from_hours(i64::from(hours))),
                built: built.as_ref(),
            },
        ),
        Look::Missing => (vec![Finding::error("status/missing", format!("there is no status at `{place}`"))], None),
        Look::NoAnswer(why) => {
            let finding = Finding::warning("status/no-answer", why).help("run the same command again later");
            let report = Report::new("status check").findings(vec![finding]).outcome(Outcome::Inconclusive);
            return Ok(report.result(json!({"place": place, "sequence": null, "state": null})));
        }
    };
    let mut report = Report::new("status check").findings(findings);
    if let Some(document) = &document {
        report = report.line(format!(
            "sequence {}, {}, made {}, valid until {}",
            document.sequence,
            document.state.word(),
            document.generated_at,
            document.valid_until
        ));
    }
    Ok(report.result(json!({
        "place": place,
        "sequence": document.as_ref().map(|document| document.sequence),
        "state": document.as_ref().map(|document| document.state),
        "generated_at": document.as_ref().map(|document| &document.generated_at),
        "valid_until": document.as_ref().map(|document| &document.valid_until),
    })))
}
