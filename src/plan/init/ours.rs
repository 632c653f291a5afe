//! Files that are written whole and kept up to date carry a first line with the digest of what follows: so
//! a file that this program wrote is told from one that a person changed, and from one that was never ours. Pure.

use crate::archive::digest::Sha256;

/// What the mark begins with.
const MARK: &str = "Written by `release init`; sha256 ";
/// What follows the digest, for people.
const ADVICE: &str = ". Once you change the rest it is yours, and left alone";

/// How a file writes comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comment {
    /// `# …`
    Hash,
    /// `<!-- … -->`
    Markdown,
}

/// Whose a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Written by us, and as we wrote it.
    Ours,
    /// Written by us, and changed since.
    Edited,
    /// Written by somebody else.
    Foreign,
}

/// The file with its mark.
pub(super) fn stamp(comment: Comment, body: &str) -> String {
    let mark = format!("{MARK}{}{ADVICE}.", Sha256::of(body.as_bytes()));
    match comment {
        Comment::Hash => format!("# {mark}\n{body}"),
        Comment::Markdown => format!("<!-- {mark} -->\n{body}"),
    }
}

/// Whose a file is, by its first line. Line ends that git changed on the way do not count.
pub(super) fn whose(text: &str) -> Whose {
    let text = text.replace("\r\n", "\n");
    let Some((first, body)) = text.split_once('\n') else { return Whose::Foreign };
    let Some((_, rest)) = first.split_once(MARK) else { return Whose::Foreign };
    let digest: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    if digest == Sha256::of(body.as_bytes()).to_string() { Whose::Ours } else { Whose::Edited }
}
