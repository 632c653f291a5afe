//! How many rounds a test with chance in it runs, and its seed.

/// All rounds with `PYRELEASE_TEST_DEPTH=full`, a twentieth otherwise.
pub(crate) fn rounds(full: usize) -> usize {
    match std::env::var("PYRELEASE_TEST_DEPTH").as_deref() {
        Ok("full") => full,
        _ => full.div_ceil(20),
    }
}
