//! `release index serve`: the embedded index, until it is ended.

use std::path::PathBuf;

use crate::check::Policy;
use crate::commands::{Context, Done, usage};
use crate::error::Failure;
use crate::plan::Plan;
use crate::python::name::ProjectName;
use crate::report::Report;
use crate::steps::serve::{Address, Serve};
use crate::steps::{Produced, Step};

/// Serve a package index of your own, on this machine only
///
/// It takes uploads by the rules of PyPI and of `release check`, in a project by those of its configuration, and serves
/// what it has to pip, uv and any other client. Its tokens are made at the first start, in DIR/tokens; they are never printed. It runs
/// until it is ended, and keeps what it has in DIR.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder of the index; made where it is missing
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The port on 127.0.0.1 [default: a free one]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Make a token for this project alone (can be repeated)
    #[arg(long = "token-for", value_name = "NAME")]
    projects: Vec<ProjectName>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let step = Serve {
        data: context.inspect().dir().join(&args.data),
        port: args.port,
        projects: args.projects.clone(),
        policy: Policy::of(&context.configuration()?.check),
    };
    let produced = match context.carry_out("index serve", Plan::of(vec![Step::Serve(step)]))? {
        Done::Planned(report) => return Ok(*report),
        Done::Carried(produced) => produced,
    };
    let Some(Produced::Serving(serving)) = produced.into_iter().next() else {
        return Err(ended());
    };
    // The report of a server is due when it is ready, not when it has ended.
    context.inspect().terminal().report(&report(&serving.address));
    serving.listening.wait();
    Err(context.inspect().go_on().err().map_or_else(ended, Failure::from))
}

fn report(address: &Address) -> Report {
    let mut report = Report::new("index serve").result(address);
    report.lines = vec![
        format!("upload  {}", address.upload),
        format!("simple  {}", address.simple),
        format!("token   {}", address.tokens.all.display()),
    ];
    for (name, path) in &address.tokens.projects {
        report.lines.push(format!("token   {} (for {name} alone)", path.display()));
    }
    report.lines.push(format!("data    {}", address.data.display()));
    report
}

fn ended() -> Failure {
    usage("the server has ended", "start it again")
}
