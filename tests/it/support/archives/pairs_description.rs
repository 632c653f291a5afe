//! For each rule of descriptions an archive that raises it and one that comes close and does not.

use super::check_pairs::Pair;
use super::zip::{METADATA, WHEEL_NAME, Zip};

type Archive = (&'static str, Vec<u8>);

fn pair(code: &'static str, bad: Archive, good: Archive) -> Pair {
    Pair { code, bad, good }
}

/// A wheel whose description is this, of this type.
fn described(kind: &str, text: &str) -> Archive {
    let mut zip = Zip::wheel();
    let old = &METADATA[METADATA.find("Description-Content-Type").expect("it has one")..];
    zip.edit("METADATA", old, &format!("{kind}\n{text}"));
    (WHEEL_NAME, zip.bytes())
}

pub(crate) fn pairs() -> Vec<Pair> {
    const MARKDOWN: &str = "Description-Content-Type: text/markdown\n";
    const PLAIN: &str = "Description-Content-Type: text/plain\n";
    const RST: &str = "Description-Content-Type: text/x-rst\n";
    vec![
        pair("check/description", described(MARKDOWN, " \n \n"), described(MARKDOWN, "<!-- nothing yet -->\n")),
        pair("check/description-lost", described(MARKDOWN, "<!-- nothing yet -->\n"), described(MARKDOWN, "&amp;\n")),
        pair(
            "check/description-lost",
            described(MARKDOWN, "# demo\n\n![logo](data:image/png;base64,iVBORw0KGgo=)\n"),
            described(MARKDOWN, "![](https://example.org/logo.png)\n"),
        ),
        pair("check/description-unverified", described(RST, "demo\n====\n"), described(PLAIN, "demo\n====\n")),
        pair(
            "check/description-unverified",
            described(MARKDOWN, &"<div>\n\n".repeat(600)),
            described(MARKDOWN, &"<div>\n\n".repeat(500)),
        ),
        pair("check/no-content-type", described("", "demo\n"), described(PLAIN, "demo\n")),
        pair("check/no-description", described(MARKDOWN, ""), described(MARKDOWN, "demo\n")),
        pair("check/no-description", described(PLAIN, "  \n"), described(PLAIN, " x\n")),
        pair(
            "check/relative-link",
            described(MARKDOWN, "# demo\n\nRead [this](docs/usage.md?x=1&y#top), ![or](/logo.png).\n"),
            described(
                MARKDOWN,
                "# demo\n\n[this](#demo) [it](mailto:a@example.org) ![](//example.org/a.png) `[c](d)`\n",
            ),
        ),
    ]
}
