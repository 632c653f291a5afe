//! `release security`: findings, what has changed, what is to be done about it, and the release that follows.

pub mod approve;
pub mod changes;
pub mod decide;
pub mod explain;
pub mod record;
pub mod trigger;
