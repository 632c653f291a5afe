//! The published security status: a document for programs, pages for people, badges and a feed.
//!
//! Everything is made from one [`document::Document`], which lets nothing through that is not on its
//! list: ids, names, versions, numbers and dates, never the prose of an advisory. A status says until
//! when it is valid, and unknown is never shown as good. `compose.rs` makes it of an audit and of the status
//! before; `judge.rs` and `probe.rs` look at what is served. Reading, writing and serving are left to others.

pub mod badge;
pub mod compose;
pub mod document;
pub mod error;
pub mod feed;
pub mod figures;
pub mod files;
pub mod grade;
pub mod history;
pub mod judge;
pub mod page;
pub mod probe;
mod xml;

pub use compose::{Input, Previous, Status, compose};
pub use document::Document;
pub use error::StatusError;
