//! `release compare`: what differs between two archives, or two folders of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Context, usage};
use crate::archive::Kind;
use crate::archive::compare::{Comparison, Measure, compare};
use crate::effects::files::{Files, What};
use crate::error::{Failure, Location};
use crate::python::version::Version;
use crate::report::{Finding, Outcome, Report, text};

/// Tell what differs between two archives, or two folders of archives, member by member
///
/// Two archives are the same when their names, their members, the bytes of each and its executable bit are. The line
/// `Generator` of WHEEL does not count, nor do order, dates, owners and compression: they are told. Wheels (`.whl`)
/// and sdists (`.tar.gz`) of folders are paired by name; other files there are passed over. Versions are not fetched
/// from an index: download them first.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An archive, or a folder of archives
    a: PathBuf,
    /// What it is compared with
    b: PathBuf,
    /// Every byte of the files counts
    #[arg(long)]
    exact: bool,
    /// Show the lines that differ in texts of a moderate size
    #[arg(long)]
    diff: bool,
}

/// Two archives of one name, or one without another; their paths as they were typed.
struct Pair {
    name: String,
    a: Option<PathBuf>,
    b: Option<PathBuf>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let files = context.inspect().files();
    let measure = if args.exact { Measure::Bytes } else { Measure::Contents };
    let dir = context.inspect().dir();
    let pairs = pairs(files, dir, args)?;
    let (mut findings, mut archives, mut verdicts) = (Vec::new(), Vec::new(), Vec::new());
    let mut lines = vec![format!("A: {}", args.a.display()), format!("B: {}", args.b.display())];
    let mut diff = Vec::new();
    for Pair { name, a, b } in &pairs {
        let (Some(a), Some(b)) = (a, b) else {
            let (code, side) = if a.is_some() { ("compare/only-in-a", "A") } else { ("compare/only-in-b", "B") };
            findings.push(Finding::error(code, format!("the archive is only in {side}")).at(Location::file(name)));
            lines.push(format!("{name}  only in {side}"));
            archives.push(Comparison::default().document((a.as_deref(), b.as_deref()), Some(false)));
            verdicts.push(Some(false));
            continue;
        };
        let mut found = compare(files, &dir.join(a), &dir.join(b), measure, args.diff)?;
        findings.extend(found.findings(name));
        lines.extend(found.lines(name));
        archives.push(found.document((Some(a), Some(b)), found.same()));
        verdicts.push(found.same());
        diff.extend(found.members.iter_mut().flat_map(|member| std::mem::take(&mut member.diff)));
    }
    if pairs.is_empty() {
        findings.push(Finding::warning("compare/nothing", "there is no archive in either folder"));
    }
    let same = match verdicts.as_slice() {
        [] => None,
        verdicts if verdicts.contains(&Some(false)) => Some(false),
        verdicts => verdicts.iter().all(Option::is_some).then_some(true),
    };
    let equal = verdicts.iter().filter(|same| **same == Some(true)).count();
    lines.push(format!("{} compared, {equal} the same", text::count(pairs.len(), "archive")));
    let mut report = Report::new("compare").findings(findings).result(json!({"same": same, "archives": archives}));
    if same.is_none() {
        report = report.outcome(Outcome::Inconclusive);
    }
    report.lines = lines;
    report.diff = diff;
    Ok(report)
}

/// The archives that are to be compared: two, or those of two folders paired by name.
fn pairs(files: Files, dir: &Path, args: &Args) -> Result<Vec<Pair>, Failure> {
    let (a, b) = (dir.join(&args.a), dir.join(&args.b));
    let what = |path: &Path, typed: &Path| match files.canonical(path) {
        Ok(path) => Ok(files.what(&path)),
        Err(error) => Err(match typed.to_str().and_then(|text| text.parse::<Version>().ok()) {
            Some(version) => usage(
                format!("there is no file `{version}`, and versions are not fetched from an index"),
                "download its archives first (`pip download --no-deps`) and name their folder",
            ),
            None => error.into(),
        }),
    };
    match (what(&a, &args.a)?, what(&b, &args.b)?) {
        (What::Folder, What::Folder) => {
            let (here, there) = (archives(files, &a)?, archives(files, &b)?);
            let names: BTreeSet<&String> = here.union(&there).collect();
            let side = |all: &BTreeSet<String>, dir: &Path, name: &String| all.contains(name).then(|| dir.join(name));
            let pair = |name| Pair {
                name: String::clone(name),
                a: side(&here, &args.a, name),
                b: side(&there, &args.b, name),
            };
            Ok(names.into_iter().map(pair).collect())
        }
        (What::Folder, _) | (_, What::Folder) => Err(usage(
            "one of the two is a folder and the other is not",
            "name two archives, or two folders of archives",
        )),
        _ => {
            let name = a.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok(vec![Pair { name, a: Some(args.a.clone()), b: Some(args.b.clone()) }])
        }
    }
}

/// The names of the archives in a folder.
fn archives(files: Files, folder: &Path) -> Result<BTreeSet<String>, Failure> {
    let names = files.list(folder)?.into_iter().filter_map(|path| path.file_name()?.to_str().map(str::to_owned));
    Ok(names.filter(|name| Kind::of(name) != Kind::Other).collect())
}
