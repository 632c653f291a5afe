//! `release explain CODE`: the text behind a code.

use serde_json::json;

use super::{Context, usage};
use crate::error::Failure;
use crate::report::{Report, codes};

/// Explain a code of an error or a finding
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The code, as it stands in brackets: `archive/crc`; all are listed without it
    code: Option<String>,
}

pub(crate) fn run(_context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let Some(wanted) = &args.code else {
        let rows: Vec<Vec<String>> =
            codes::all().map(|code| vec![code.code.to_owned(), code.title.to_owned()]).collect();
        let mut report = Report::new("explain");
        report.lines = crate::report::text::table(&rows);
        let result: Vec<serde_json::Value> =
            codes::all().map(|code| json!({"code": code.code, "title": code.title})).collect();
        return Ok(report.result(json!({"codes": result})));
    };
    let Some(code) = codes::find(wanted) else {
        let nearest = codes::nearest(wanted)
            .map_or_else(|| "`release explain` lists all codes".to_owned(), |code| format!("did you mean `{code}`"));
        return Err(usage(format!("there is no code `{wanted}`"), nearest));
    };
    let mut report = Report::new("explain").line(format!("{}: {}", code.code, code.title)).line("").line(code.text);
    if !code.follows.is_empty() {
        report = report.line("").line(format!("Follows: {}", code.follows));
    }
    Ok(report.result(json!({"code": code.code, "title": code.title, "text": code.text, "follows": code.follows})))
}
