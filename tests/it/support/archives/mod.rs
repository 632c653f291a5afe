//! Archives made for tests, byte by byte: honest ones and hostile ones.

pub(crate) mod check_pairs;
pub(crate) mod hostile;
pub(crate) mod hostile_sdists;
pub(crate) mod hostile_wheels;
pub(crate) mod mutation;
pub(crate) mod pairs_description;
pub(crate) mod pairs_inside;
pub(crate) mod pairs_metadata;
pub(crate) mod pairs_wheels;
pub(crate) mod tar;
pub(crate) mod zip;
