//! How many rounds a test with chance in it runs, and its seed.

/// Whether everything runs at full count.
pub(crate) fn is_full() -> bool {
    std::env::var("PYRELEASE_TEST_DEPTH").as_deref() == Ok("full")
}

/// All rounds with `PYRELEASE_TEST_DEPTH=full`, a twentieth otherwise.
pub(crate) fn rounds(full: usize) -> usize {
    if is_full() { full } else { full.div_ceil(20) }
}
