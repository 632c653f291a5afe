//! What git said of a push, sorted: by the lines of `--porcelain`, and where they do not tell, by what the other side
//! wrote. Pure; the texts are those of git, GitHub, GitLab and Gitea, and git is asked to speak English.

use serde::Serialize;

use crate::effects::error::Said;

/// Why nothing was pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The branch of the remote has commits that are not here.
    Behind,
    /// The remote has the tag, with something else.
    TagTaken,
    /// The branch or the tag is protected.
    Protected,
    /// A hook of the remote said no.
    Declined,
    /// A hook on this side said no.
    HookHere,
    /// Whoever pushes may not, or is not known.
    Denied,
    /// The remote cannot take branch and tag together.
    NotAtomic,
    /// The network or the server failed, which passes.
    Passing,
    /// Something else.
    Other,
}

/// What stands in what the other side wrote, in the order it is looked for: a refusal is often followed by the words
/// of a broken connection.
const SAID: [(Answer, &[&str]); 5] = [
    (Answer::NotAtomic, &["does not support --atomic"]),
    (
        Answer::Protected,
        &["GH006", "GH013", "protected branch", "protected tag", "is protected", "Not allowed to push"],
    ),
    (
        Answer::Denied,
        &[
            "Permission denied",
            "Permission to ",
            "access denied",
            "Access denied",
            "Authentication failed",
            "could not read Username",
            "could not read Password",
            "error: 401",
            "error: 403",
            "error: 404",
            "Repository not found",
            "does not appear to be a git repository",
            "User permission denied",
            "not authorized",
            "denyCurrentBranch",
        ],
    ),
    (Answer::Declined, &["hook declined"]),
    (
        Answer::Passing,
        &[
            "Connection reset",
            "Connection refused",
            "Connection timed out",
            "Operation timed out",
            "Could not resolve host",
            "Temporary failure in name resolution",
            "Failed to connect",
            "Empty reply from server",
            "kex_exchange_identification",
            "unexpected disconnect",
            "hung up unexpectedly",
            "early EOF",
            "RPC failed",
            "Broken pipe",
            "SSL_ERROR_SYSCALL",
            "error: 408",
            "error: 429",
            "error: 5",
        ],
    ),
];

/// Sorts what a push that failed has written to its standard output and error.
pub fn sort(stdout: &str, stderr: &str) -> Answer {
    // `!` TAB from:to TAB summary
    let refused: Vec<(&str, &str)> = stdout
        .lines()
        .filter_map(|line| line.strip_prefix("!\t")?.split_once('\t'))
        // Only told that another one of the same push was refused.
        .filter(|(_, summary)| {
            !summary.contains("atomic push failed") && !summary.contains("atomic transaction failed")
        })
        .collect();
    let summary = refused.iter().map(|(_, summary)| *summary).collect::<Vec<_>>().join("\n");
    let of_tag = refused.iter().any(|(names, _)| names.contains(":refs/tags/"));
    if summary.contains("already exists") || (of_tag && summary.contains("would clobber")) {
        return Answer::TagTaken;
    }
    if summary.contains("fetch first") || summary.contains("non-fast-forward") || summary.contains("stale info") {
        return Answer::Behind;
    }
    let said = format!("{summary}\n{stderr}");
    let is_said = |words: &&[&str]| words.iter().any(|word| said.contains(word));
    if let Some((answer, _)) = SAID.iter().find(|(_, words)| is_said(words)) {
        return *answer;
    }
    // Git says no more when a hook on this side fails.
    let only_failed = stderr.lines().any(|line| line.starts_with("error: failed to push some refs"));
    if only_failed && stdout.lines().all(|line| line.trim().is_empty()) { Answer::HookHere } else { Answer::Other }
}

/// What of it a person wants to read: what became of each reference, and what the other side wrote.
pub fn said(stdout: &str, stderr: &str) -> Said {
    const NOISE: [&str; 4] =
        ["hint:", "error: failed to push some refs", "error: atomic push failed", "fatal: the remote end hung up"];
    let name = |names: &str| names.rsplit(':').next().unwrap_or(names).to_owned();
    let references = stdout.lines().filter_map(|line| {
        let (names, summary) = line.strip_prefix("!\t")?.split_once('\t')?;
        Some(format!("{} {summary}", name(names)))
    });
    let lines = stderr.lines().map(str::trim_end).filter(|line| !NOISE.iter().any(|noise| line.starts_with(noise)));
    let all: Vec<String> = references.chain(lines.map(str::to_owned)).filter(|line| !line.is_empty()).collect();
    match all.is_empty() {
        true => Said(stderr.lines().next().unwrap_or_default().to_owned()),
        false => Said(all[all.len().saturating_sub(12)..].join("\n")),
    }
}
