//! How docutils is asked for a reStructuredText, with PyPI's own settings: what is installed, the program that
//! asks, and what its answer means. Running it is left to the step.

use serde_json::Value;

use super::{Page, Verdict};

/// What is installed for it: the renderer that PyPI uses, and docutils as there.
pub const REQUIREMENTS: [&str; 2] = ["readme_renderer==46.0", "docutils==0.23"];

/// Reads the text from its standard input and writes the answer to the file that it is told. docutils neither
/// inserts files nor takes raw HTML (PyPI's settings forbid both); the limits hold back what makes it busy.
pub const PROGRAM: &str = r#"
import io, json, sys
try:
    import resource
    for kind, most in ((resource.RLIMIT_AS, 2 << 30), (resource.RLIMIT_CPU, 120), (resource.RLIMIT_FSIZE, 64 << 20)):
        resource.setrlimit(kind, (most, most))
except (ImportError, OSError, ValueError):
    pass
from readme_renderer import rst
text = sys.stdin.buffer.read().decode("utf-8", "replace")
notes = io.StringIO()
try:
    answer = {"html": rst.render(text, stream=notes), "notes": notes.getvalue()[:4096]}
except (RecursionError, MemoryError) as error:
    answer = {"failed": type(error).__name__}
except Exception as error:
    answer = {"failed": f"{type(error).__name__}: {error}"[:200]}
with open(sys.argv[1], "w", encoding="utf-8", errors="replace") as file:
    json.dump(answer, file)
"#;

/// What an answer of the program means.
pub fn verdict(answer: &[u8]) -> Verdict {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let text = |key: &str| answer.get(key).and_then(Value::as_str);
    if let Some(failed) = text("failed") {
        return Verdict::Unverified(format!("docutils failed with {failed}"));
    }
    match (text("html"), text("notes")) {
        (Some(html), _) => Verdict::Renders(Page::sanitised(html.to_owned())),
        (None, Some(notes)) if answer["html"].is_null() => refusal(notes),
        _ => Verdict::Unverified("docutils gave no answer".to_owned()),
    }
}

/// The first note that stopped docutils: `<string>:3: (WARNING/2) Title underline too short.`
fn refusal(notes: &str) -> Verdict {
    let note = notes.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let place = note.strip_prefix("<string>:").and_then(|rest| rest.split_once(": ("));
    let (line, told) = match place {
        Some((line, rest)) => (line.parse().ok(), rest.split_once(") ").map_or(rest, |(_, told)| told)),
        None => (None, note),
    };
    let told = told.trim().trim_end_matches('.');
    let why = match told {
        "" | "No content rendered from RST source" => "nothing of it is left as a page".to_owned(),
        told => format!("docutils says: {told}"),
    };
    Verdict::Refused { why, line: line.filter(|line| *line > 0) }
}
