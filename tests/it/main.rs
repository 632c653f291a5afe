//! The one integration binary: every test drives the real program or a pure room of the library.

#![expect(clippy::disallowed_methods, reason = "tests look at the sandbox from outside")]

mod architecture;
mod archive_digest;
mod archive_read;
mod bump;
mod bump_killed;
mod check_judge;
mod completions;
mod contracts;
mod explain;
mod history;
mod laws;
mod man;
mod python_bump;
mod python_entry_points;
mod python_filename;
mod python_fuzz;
mod python_metadata;
mod python_name;
mod python_oracle;
mod python_requirement;
mod python_tag;
mod python_version;
mod references;
mod schema;
mod show;
mod stand;
mod support;
mod version;
