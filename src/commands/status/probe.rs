//! `release status probe`: does the place where a status is served answer, and how fast.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::commands::{Context, Done, usage};
use crate::error::Failure;
use crate::pipeline::status::{self, Probed, Probing};
use crate::plan::Plan;
use crate::report::{Finding, Outcome, Report, text};
use crate::status::figures::rank;
use crate::status::probe::{Class, Probe, store};
use crate::steps::Step;
use crate::steps::write_files::WriteFiles;

/// Probe where a status is served: does it answer, how fast, and is it fresh
///
/// The first request is cold and holds looking the name up, connecting, TLS and the first byte in one figure.
/// The requests after it use the same connection: their first bytes are what is measured. A fault is confirmed
/// by two tries of three.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where it is served
    url: String,
    /// How many requests on the warm connection
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=50))]
    samples: u8,
    /// How many milliseconds the first byte may take in 95 of 100 requests
    #[arg(long, value_name = "MS", default_value_t = 200)]
    limit_ms: u64,
    /// Append the probe to this file (JSON lines); those older than 30 days are folded into one line a day
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// How many minutes lie between two probes, as planned: what was not observed lowers the coverage
    #[arg(long, value_name = "MINUTES", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    every: u32,
    /// How many seconds lie between the tries that confirm a fault
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pause: u64,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    if !status::is_url(&args.url) {
        return Err(usage(format!("`{}` is no URL", args.url), "a probe asks a server: `https://…`"));
    }
    let probing = Probing {
        samples: usize::from(args.samples),
        limit_ms: args.limit_ms,
        pause: args.pause,
        every_minutes: args.every,
    };
    let probe = match status::probe(inspect, &args.url, &probing)? {
        Probed::Told(probe) => *probe,
        Probed::Untold(why) => {
            let finding = Finding::warning("status/no-answer", why).help("look at the network of this machine");
            return Ok(Report::new("status probe")
                .findings(vec![finding])
                .outcome(Outcome::Inconclusive)
                .result(json!({"probe": null})));
        }
    };
    if let Some(path) = &args.store {
        let path = inspect.dir().join(path);
        let text = store(status::stored(inspect, &path)?, probe.clone(), inspect.clock().now());
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let dir = path.parent().unwrap_or(Path::new(".")).to_owned();
        let plan = Plan::of(vec![Step::WriteFiles(WriteFiles { dir, files: vec![(name, text.into_bytes())] })]);
        if let Done::Planned(report) = context.carry_out("status probe", plan)? {
            return Ok(*report);
        }
    }
    Ok(report(&probe, args.limit_ms))
}

fn report(probe: &Probe, limit_ms: u64) -> Report {
    let mut report = Report::new("status probe").line(match (probe.cold_ms, rank(&probe.first_byte_ms, 95)) {
        (_, Some(p95)) => format!(
            "{}: first byte within {p95} ms in {} on a warm connection, {} ms on a new one",
            probe.class.word(),
            text::count(probe.first_byte_ms.len(), "request"),
            probe.cold_ms.unwrap_or_default()
        ),
        (Some(cold), None) => {
            format!(
                "{}: first byte after {cold} ms; the server keeps no connection, so none was warm",
                probe.class.word()
            )
        }
        (None, None) => format!("{}: no answer", probe.class.word()),
    });
    let code = match probe.class {
        Class::Up => None,
        Class::Slow => Some("status/slow"),
        Class::Stale => Some("status/expired"),
        Class::Invalid => Some("status/invalid"),
        Class::Down => Some("status/down"),
    };
    if let Some(code) = code {
        report = report.findings(vec![Finding::error(code, probe.reason.clone())]);
    }
    report.result(json!({"probe": probe, "limit_ms": limit_ms}))
}
