//! Codes of the published status.

use crate::report::codes::Code;

/// Every code of this room.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "status/valid-for",
        title: "a status cannot be valid for that long",
        text: "A status says until when it may be relied on, at least a second and within the \
               calendar. Twice the time between two scans is a good value: set `valid-for` under \
               `[tool.release.status]`, for instance to `48h` for a daily scan.",
        follows: "",
    },
    Code {
        code: "status/page",
        title: "the status page cannot be rendered",
        text: "The template of the page is part of this tool, and no input may make it fail. This \
               is a bug of ours; please report it together with the `index.json` that was being \
               rendered.",
        follows: "",
    },
];
