//! Archives made for tests, byte by byte: honest ones and hostile ones.

pub(crate) mod check_pairs;
pub(crate) mod hostile;
pub(crate) mod hostile_sdists;
pub(crate) mod hostile_wheels;
pub(crate) mod pairs_description;
pub(crate) mod tar;
pub(crate) mod zip;
