//! Marks inside of a file that say which text names the version, for documents that change too much for a
//! pattern. A mark works in any comment: `# release: version` speaks for the line before it,
//! `<!-- release: tag -->…<!-- /release -->` for what lies between.

use std::ops::Range;

use crate::config::file::Form;
use crate::project::version_source::comments;

/// A marked region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// What is written in it.
    pub(super) form: Form,
    /// The bytes that it speaks for.
    pub(super) region: Range<usize>,
}

const MARK: &str = "release: ";
const END: &str = "/release";

/// The marks of a file, in order. In Python a `#` inside of a string begins no comment.
pub(super) fn marks(path: &str, text: &str) -> Vec<Mark> {
    let is_python = path.ends_with(".py") || path.ends_with(".pyi");
    // Few files have a mark at all.
    let comments = (is_python && text.contains(MARK)).then(|| comments(text));
    let mut found = Vec::new();
    let mut at = 0;
    // The line that was looked at last: lines may be long, and have many marks.
    let mut here = 0..0;
    while let Some(next) = text[at..].find(MARK).map(|offset| at + offset) {
        at = next + MARK.len();
        let word = &text[at..at + text[at..].bytes().take_while(u8::is_ascii_lowercase).count()];
        let Some(form) = Form::named(word).filter(|_| in_comment(&text[..next], comments.as_deref())) else { continue };
        at += word.len();
        if next >= here.end {
            let start = text[here.end..next].rfind('\n').map_or(here.end, |end| here.end + end + 1);
            here = start..text[next..].find('\n').map_or(text.len(), |end| next + end);
        }
        let (line, end_of_line) = (here.start, here.end);
        let opened = text[..next].trim_end().ends_with("<!--");
        let alone = !text[line..next].bytes().any(|byte| byte.is_ascii_alphanumeric());
        let region = if opened && text[at..end_of_line].contains(END) || alone {
            let start =
                if opened { text[at..end_of_line].find("-->").map_or(at, |end| at + end + 3) } else { end_of_line };
            start..text[start..].find(END).map_or(text.len(), |end| start + end)
        } else {
            line..next
        };
        // A line has one mark for itself; what is marked whole has none inside.
        at = if region.end == next { end_of_line } else { at.max(region.end) };
        found.push(Mark { form, region });
    }
    found
}

/// Whether what stands before a mark on its line ends as a comment begins: prose that speaks of a
/// "release: version" is no mark.
fn in_comment(before: &str, comments: Option<&[usize]>) -> bool {
    let before = before.trim_end_matches(' ');
    if let Some(comments) = comments.filter(|_| before.ends_with('#')) {
        return comments.binary_search(&(before.len() - 1)).is_ok();
    }
    ["#", "//", "<!--", "..", "%", ";", "/*", "--", "{#"].iter().any(|opener| before.ends_with(opener))
}
