//! Plain text: PyPI shows it as it is.

use super::Verdict;
use super::page::Page;

/// The page of a plain text; it cannot fail.
pub(super) fn render(body: &str) -> Verdict {
    let mut html = String::with_capacity(body.len() + body.len() / 8 + 16);
    html += "<pre>";
    for character in body.chars() {
        match character {
            '&' => html += "&amp;",
            '<' => html += "&lt;",
            '>' => html += "&gt;",
            '"' => html += "\"",
            '\n' => html += "<br>",
            // A parser of HTML reads both as a line break, and drops what is no character.
            '\r' => html.push('\n'),
            '\0' => {}
            '\u{a0}' => html += "&nbsp;",
            other => html.push(other),
        }
    }
    html += "</pre>";
    Verdict::Renders(Page::sanitised(html))
}
