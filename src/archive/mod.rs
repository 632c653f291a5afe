//! Strict readers of wheels and sdists: one sequential pass over bytes that nobody vouches for. And
//! their writers ([`write`]), whose archives these readers pass; and what differs between two
//! archives ([`compare`]).
//!
//! Everything in the file is accounted for, every size is counted instead of believed, and each
//! deviation becomes a [`Fault`]. What the faults mean for a release is judged by `check/`.
//! Follows APPNOTE.TXT 6.3 (zip), RFC 1951 and 1952 (deflate, gzip) and POSIX.1-2017 pax (tar),
//! each narrowed to the part that every installer reads alike.

mod aside;
pub mod compare;
pub mod digest;
mod gzip;
pub mod limits;
mod links;
mod names;
mod pax;
pub mod read;
mod scan;
mod sink;
mod source;
mod tar;
pub mod write;
mod zip;
mod zip_end;

pub use digest::{Blake2b256, Sha256, Sha256Digester};
pub use limits::Limits;
pub(crate) use scan::shown;
pub use scan::{Fault, Kind, Member, MemberKind, Observer, Scan, Seen};
