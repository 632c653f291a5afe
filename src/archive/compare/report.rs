//! A comparison as findings, and as lines for people.

use std::path::Path;

use serde_json::{Value, json};

use super::{Comparison, Difference, Differing, Here, Note, Side, Whole};
use crate::archive::{MemberKind, shown};
use crate::error::Location;
use crate::report::{Finding, text};

/// Members that are told one by one; programs get all of them.
const MOST: usize = 200;

impl Difference {
    /// The words that people read.
    pub fn words(self) -> &'static str {
        match self {
            Difference::OnlyInA => "only in A",
            Difference::OnlyInB => "only in B",
            Difference::Kind => "kind",
            Difference::Differs => "differs",
            Difference::ExecutableBit => "executable bit",
        }
    }

    fn finding(self, count: usize) -> Finding {
        let members = text::count(count, "member");
        let (is, has) = if count == 1 { ("is", "has") } else { ("are", "have") };
        match self {
            Difference::OnlyInA => Finding::error("compare/only-in-a", format!("{members} {is} only in A")),
            Difference::OnlyInB => Finding::error("compare/only-in-b", format!("{members} {is} only in B")),
            Difference::Kind => Finding::error("compare/kind", format!("{members} {is} of another kind")),
            Difference::Differs => Finding::error("compare/differs", format!("{members} {has} other contents")),
            Difference::ExecutableBit => {
                Finding::error("compare/executable-bit", format!("{members} {is} executable in one of the two"))
            }
        }
    }
}

impl Note {
    fn finding(self) -> Finding {
        match self {
            Note::Generator => Finding::info("compare/generator", "WHEEL names another generator"),
            Note::RecordForm => {
                Finding::info("compare/record-form", "RECORD has its rows in another order, or other line ends")
            }
            Note::Order => Finding::info("compare/order", "the members stand in another order"),
            Note::Directories => Finding::info("compare/directories", "one has entries of directories"),
            Note::OtherBytes => Finding::info(
                "compare/other-bytes",
                "same contents, other bytes of the archive: dates, owners, modes or compression",
            ),
        }
    }
}

impl Comparison {
    /// What is different, one finding for each way of it, about the archive that is called `name`.
    pub fn findings(&self, name: &str) -> Vec<Finding> {
        let mut found = Vec::new();
        for unreadable in &self.unreadable {
            let side = if unreadable.side == Side::A { "A" } else { "B" };
            let message = format!("{side} cannot be compared: {}", unreadable.fault.message);
            let help = format!("`release check` says more, and `release explain {}`", unreadable.fault.code);
            let mut location = Location::file(name);
            location.member = unreadable.fault.member.as_deref().map(shown);
            found.push(Finding::warning("compare/unreadable", message).at(location).help(help));
        }
        found.extend(self.wholes.iter().map(Whole::finding).map(|finding| finding.at(Location::file(name))));
        for difference in
            [Difference::OnlyInA, Difference::OnlyInB, Difference::Kind, Difference::Differs, Difference::ExecutableBit]
        {
            let count = self.members.iter().filter(|member| member.difference == difference).count();
            if count > 0 {
                found.push(difference.finding(count).at(Location::file(name)));
            }
        }
        found.extend(self.notes.iter().map(|note| note.finding().at(Location::file(name))));
        found
    }

    /// Everything about two archives, one of which may be missing, for programs.
    pub fn document(&self, (a, b): (Option<&Path>, Option<&Path>), same: Option<bool>) -> Value {
        let unreadable = self.unreadable.iter().map(|unreadable| {
            json!({"side": unreadable.side, "code": unreadable.fault.code, "message": unreadable.fault.message})
        });
        json!({
            "a": a,
            "b": b,
            "same": same,
            "differences": self.wholes,
            "members": self.members,
            "notes": self.notes,
            "unreadable": unreadable.collect::<Value>(),
        })
    }

    /// What is different, one line a member, below a line about the archive that is called `name`.
    pub fn lines(&self, name: &str) -> Vec<String> {
        let verdict = match (self.same(), self.notes.is_empty()) {
            (None, _) => "cannot tell",
            (Some(false), _) => "differs",
            (Some(true), true) => "same",
            (Some(true), false) => "same contents",
        };
        let mut lines = vec![format!("{}  {verdict}", shown(name))];
        for differing in self.members.iter().take(MOST) {
            lines.extend(differing.lines());
        }
        if self.members.len() > MOST {
            let more = text::count(self.members.len() - MOST, "member");
            lines.push(format!("  … and {more} more; `--format json` has all"));
        }
        lines
    }
}

impl Whole {
    fn finding(&self) -> Finding {
        match self {
            Whole::FileName { a, b } => Finding::error(
                "compare/file-name",
                format!("the files have other names: `{}` and `{}`", shown(a), shown(b)),
            ),
            Whole::TopFolder { a, b } => Finding::error(
                "compare/top-folder",
                format!("the members lie in other folders: `{}` and `{}`", shown(a), shown(b)),
            ),
            Whole::Bytes => Finding::error("compare/bytes", "the files have other bytes")
                .help("leave `--exact` out where the contents are what counts"),
        }
    }
}

impl Differing {
    fn lines(&self) -> Vec<String> {
        let facts = match (self.difference, &self.a, &self.b) {
            (Difference::Kind, Some(a), Some(b)) => format!("{} in A, {} in B", kind(a), kind(b)),
            (Difference::ExecutableBit, Some(a), Some(_)) if a.executable => "in A only".to_owned(),
            (Difference::ExecutableBit, ..) => "in B only".to_owned(),
            (_, Some(a), Some(b)) if a.link.is_some() => format!("{} in A, {} in B", kind(a), kind(b)),
            (_, Some(a), Some(b)) => format!("{} in A, {} in B", text::size(a.size), text::size(b.size)),
            (_, Some(one), None) | (_, None, Some(one)) if one.kind != MemberKind::File => kind(one),
            (_, Some(one), None) | (_, None, Some(one)) => text::size(one.size),
            (_, None, None) => String::new(),
        };
        let mut lines = vec![format!("  {:<14}  {}  {facts}", self.difference.words(), shown(&self.path))];
        lines.extend(self.changes.iter().take(MOST).flat_map(|change| {
            let field = shown(&change.field);
            let line = |sign, value: &Option<String>| {
                value.as_ref().map(|value| format!("      {sign} {field}: {}", shown(value)))
            };
            [line('-', &change.a), line('+', &change.b)].into_iter().flatten()
        }));
        let binary = |here: &Option<Here>| here.as_ref().is_some_and(|here| here.binary);
        if self.difference == Difference::Differs && (binary(&self.a) || binary(&self.b)) {
            for (side, here) in [("A", &self.a), ("B", &self.b)] {
                let sha256 = here.as_ref().and_then(|here| here.sha256);
                lines.extend(sha256.map(|sha256| format!("      {side} sha256 {sha256}")));
            }
        }
        lines
    }
}

fn kind(here: &Here) -> String {
    let target = here.link.as_deref().map(shown).unwrap_or_default();
    match here.kind {
        MemberKind::File => "a file".to_owned(),
        MemberKind::Directory => "a directory".to_owned(),
        MemberKind::Symlink => format!("a link to `{target}`"),
        MemberKind::Hardlink => format!("a hard link to `{target}`"),
        MemberKind::Special => "neither a file nor a link".to_owned(),
    }
}
