//! `release index token`: a token of the embedded index for one of its users.

use std::path::PathBuf;

use serde_json::json;

use crate::commands::{Context, Done};
use crate::error::Failure;
use crate::index::server::TokenFor;
use crate::plan::Plan;
use crate::python::name::ProjectName;
use crate::report::Report;
use crate::steps::Step;
use crate::steps::tend_index::{Tend, TendIndex};

/// Make a token for a user of the embedded index
///
/// The user stands in `users` of DIR/index.json. The token is a macaroon like those of PyPI; it is written to a file that only
/// you can read, and never printed. It counts at once, also for a server that runs.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder of the index
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The user whose token it is
    #[arg(long, value_name = "NAME")]
    user: String,
    /// Good for this project alone [default: every project of the user]
    #[arg(long, value_name = "PROJECT")]
    only: Option<ProjectName>,
    /// Good for so many seconds [default: for ever]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(1..=315_360_000))]
    expires: Option<i64>,
    /// The file, which is replaced [default: DIR/user-tokens/NAME]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let dir = context.inspect().dir();
    let data = dir.join(&args.data);
    let output = match &args.output {
        Some(path) => dir.join(path),
        // Anything else than the name of a user is refused before the file is written.
        None => data.join("user-tokens").join(args.user.replace(['/', '\\'], "_")),
    };
    let wanted = TokenFor { user: args.user.clone(), project: args.only.clone(), seconds: args.expires };
    let tend = Tend::Token { wanted, output: output.clone() };
    match context.carry_out("index token", Plan::of(vec![Step::TendIndex(TendIndex { data, tend })]))? {
        Done::Planned(report) => Ok(*report),
        Done::Carried(_) => Ok(Report::new("index token")
            .result(json!({"user": args.user, "token": output}))
            .line(format!("token   {}", output.display()))),
    }
}
