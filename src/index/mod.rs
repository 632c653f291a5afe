//! Package indexes: what one has ([`listing`]), what it is sent ([`form`], [`upload`]) and with which
//! right ([`right`], [`credential`], [`token`]), whose a name is ([`ownership`]), what it answers ([`answer`]), what
//! that means ([`outcome`]) by the words of PyPI ([`words`]), who signed a file ([`attestation`], [`provenance`]),
//! what it tells of a release ([`document`]), and one of our own ([`server`]).
//!
//! Follows PyPI's upload protocol as its code had it on 2026-08-21, and the simple API of PEP 503, 658,
//! 691 and 700. Which files go where is planned in `plan/publish.rs`; what is wrong with an archive is
//! decided in `check/`.

pub mod answer;
pub mod attestation;
pub mod credential;
pub mod document;
pub mod error;
pub mod form;
pub mod listing;
pub mod outcome;
pub mod ownership;
pub mod provenance;
pub mod right;
pub mod server;
pub mod token;
pub mod trusted_publishing;
pub mod upload;
pub mod words;

pub use credential::Credential;
pub use error::IndexError;
pub use listing::Listing;
pub use outcome::Outcome;
pub use right::Right;
pub use server::Server;
