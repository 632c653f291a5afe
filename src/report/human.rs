//! For people: narration and errors on standard error, data and findings on standard output. Colour
//! adds to words, it never replaces them.

use super::event::{Event, StepState};
use super::text::{block, duration, inline};
use super::{Finding, Outcome, Report, Severity};
use crate::error::{Failure, Location};

/// Whether colour may be used on a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Escape sequences are welcome.
    On,
    /// Words only.
    Off,
}

/// How much narration is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors and data only.
    Quiet,
    /// One line for what matters.
    Normal,
    /// Each step, and what programs wrote.
    Verbose,
}

fn paint(colour: Colour, code: &str, text: &str) -> String {
    match colour {
        Colour::On => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        Colour::Off => text.to_owned(),
    }
}

/// One event as lines for standard error, or nothing at this verbosity.
pub fn event(event: &Event, verbosity: Verbosity, colour: Colour) -> Option<String> {
    let wanted = match event {
        Event::Warning { .. } | Event::Note { .. } | Event::Phase { .. } | Event::Lines { .. } => Verbosity::Normal,
        Event::Step { .. } | Event::Output { .. } | Event::Detail { .. } => Verbosity::Verbose,
        Event::Progress { .. } => return None,
    };
    if verbosity < wanted {
        return None;
    }
    Some(match event {
        Event::Step { what, state } => {
            format!("  {} {}", paint(colour, "2", state.word()), inline(what))
        }
        Event::Phase { name, state, summary, milliseconds } => phase(name, *state, summary, (*milliseconds, colour))?,
        Event::Note { text } => format!("{} {}", paint(colour, "36", "note:"), inline(text)),
        Event::Warning { text } => format!("{} {}", paint(colour, "33", "warning:"), inline(text)),
        Event::Detail { text } => format!("  {}", inline(text)),
        Event::Output { program, text } => {
            let lines: Vec<String> = block(text).lines().map(|line| format!("  {program} | {line}")).collect();
            lines.join("\n")
        }
        Event::Lines { lines } => diff(lines, colour).trim_end_matches('\n').to_owned(),
        Event::Progress { .. } => return None,
    })
}

/// A question, with room for the answer behind it.
pub fn question(text: &str, colour: Colour) -> String {
    format!("{} {} ", paint(colour, "36", "?"), inline(text))
}

/// Lines of unified diffs, what comes and goes in colour.
fn diff(lines: &[String], colour: Colour) -> String {
    let mut out = String::new();
    for line in lines {
        let code = match line.as_bytes() {
            [b'+', b'+', b'+', b' ', ..] | [b'-', b'-', b'-', b' ', ..] => "1",
            [b'@', b'@', ..] => "36",
            [b'+', ..] => "32",
            [b'-', ..] => "31",
            _ => "",
        };
        let clean = block(line);
        out.push_str(&if code.is_empty() { clean } else { paint(colour, code, &clean) });
        out.push('\n');
    }
    out
}

fn phase(name: &str, state: StepState, summary: &str, (milliseconds, colour): (u128, Colour)) -> Option<String> {
    let (mark, code) = match state {
        StepState::Pending | StepState::Running => return None,
        StepState::Done | StepState::AlreadyDone => ("ok", "32"),
        StepState::Failed => ("failed", "31"),
        StepState::TimedOut => ("timed out", "31"),
        StepState::Cancelled => ("not run", "2"),
    };
    let time = if state == StepState::Cancelled { String::new() } else { duration(milliseconds) };
    // Padded before it is painted: escape sequences take no room on a terminal.
    let mark = paint(colour, code, &format!("{mark:<7}"));
    Some(format!("{name:<12} {mark} {time:>9}  {}", inline(summary)).trim_end().to_owned())
}

/// What a command answered, for standard output.
pub fn report(report: &Report, colour: Colour) -> String {
    let mut out = String::new();
    let mut findings = report.findings.iter();
    for (heading, count) in &report.groups {
        out.push_str(&block(heading));
        out.push('\n');
        for found in findings.by_ref().take(*count) {
            out.push_str(&listed(found, colour));
        }
    }
    for found in findings {
        out.push_str(&finding(found, colour));
    }
    out.push_str(&diff(&report.diff, colour));
    for line in &report.lines {
        out.push_str(&block(line));
        out.push('\n');
    }
    out
}

/// A closing line for standard error, where the outcome is not plain from the data.
pub fn verdict(report: &Report) -> Option<String> {
    match report.outcome {
        Outcome::Inconclusive => Some("cannot tell: see above what is missing".to_owned()),
        Outcome::Partial => Some("part has landed: run the same command again to continue".to_owned()),
        Outcome::Planned => Some("dry run: nothing was done".to_owned()),
        Outcome::Ok | Outcome::Findings | Outcome::Failed => None,
    }
}

/// A finding below the heading of its group, in one line: what, where, and what to do.
fn listed(finding: &Finding, colour: Colour) -> String {
    let place = finding.location.as_ref().and_then(|location| match &location.member {
        Some(member) => Some(location.line.map_or_else(|| member.clone(), |line| format!("{member}:{line}"))),
        None => location.line.is_some().then(|| place(location)),
    });
    let mut out = format!("  {}: {}", mark(finding, colour), inline(&finding.message));
    if let Some(place) = place.filter(|place| !finding.message.contains(&format!("`{place}`"))) {
        out.push_str(&format!(", in {}", inline(&place)));
    }
    if let Some(help) = &finding.help {
        out.push_str(&format!("; {}", inline(help)));
    }
    out.push('\n');
    out
}

/// How bad a finding is, and its code.
fn mark(finding: &Finding, colour: Colour) -> String {
    let code = match finding.severity {
        Severity::Error => "31",
        Severity::Warning => "33",
        Severity::Info => "36",
    };
    paint(colour, code, &format!("{}[{}]", finding.severity.word(), finding.code))
}

fn finding(finding: &Finding, colour: Colour) -> String {
    let mut out = format!("{}: {}\n", mark(finding, colour), inline(&finding.message));
    if let Some(location) = &finding.location {
        out.push_str(&format!("  at: {}\n", inline(&place(location))));
    }
    if let Some(help) = &finding.help {
        out.push_str(&format!("  help: {}\n", inline(help)));
    }
    out
}

/// A place as people read it: `file:line:column`, `archive: member`.
pub fn place(location: &Location) -> String {
    let mut out = location.file.clone();
    if let Some(line) = location.line {
        out.push_str(&format!(":{line}"));
    }
    if let (Some(_), Some(column)) = (location.line, location.column) {
        out.push_str(&format!(":{column}"));
    }
    if let Some(member) = &location.member {
        out.push_str(&format!(": {member}"));
    }
    out
}

/// A failure, for standard error.
pub fn failure(failure: &Failure, colour: Colour) -> String {
    let heading = format!("error[{}]", failure.code);
    let mut out = format!("{}: {}\n", paint(colour, "31", &heading), inline(&failure.message));
    if let Some(location) = &failure.location {
        out.push_str(&format!("  at: {}\n", inline(&place(location))));
    }
    for cause in &failure.causes {
        let indented = block(cause.trim_end()).replace('\n', "\n         ");
        out.push_str(&format!("  cause: {indented}\n"));
    }
    for hint in &failure.hints {
        out.push_str(&format!("  hint: {}\n", inline(hint)));
    }
    out
}
