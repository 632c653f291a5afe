//! The published security status: a document for programs, a page for people, badges for both.
//!
//! Everything is made from one [`document::Document`], which lets nothing through that is not on its
//! list: ids, names, versions, numbers and dates, never the prose of an advisory. A status says until
//! when it is valid, and unknown is never shown as good. Serving the files is left to others.

pub mod badge;
pub mod document;
pub mod error;
pub mod page;

pub use document::Document;
pub use error::StatusError;
