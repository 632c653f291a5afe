//! Asking for a document again: a server that knows the `ETag` of what was seen says in a word whether it is another
//! one by now (RFC 9110, section 13), so that waiting for a change costs next to nothing. And whole files, which may take
//! longer than a document.

use std::sync::Arc;

use super::{ANSWER_LIMIT, Answer, HttpLook, Limits, Waits, exchange};
use crate::effects::error::EffectsError;

impl HttpLook<'_> {
    /// Asks for a document past every cache, unless it is still the one with this `ETag`: then the answer is 304.
    ///
    /// # Errors
    /// As [`HttpLook::get`], or the server is too slow.
    pub fn get_since(self, url: &str, accept: &str, waits: Waits, etag: Option<&str>) -> Result<Answer, EffectsError> {
        let url = self.settings.admit(url)?;
        let client = self.settings.exchanging(&url, waits)?;
        let mut request = client.get(url.clone()).header("Accept", accept).header("Cache-Control", "no-cache");
        if let Some(etag) = etag {
            request = request.header("If-None-Match", etag);
        }
        let watch = exchange::Watch { waits, gone: Arc::default(), size: 0, limit: ANSWER_LIMIT };
        exchange::run(&url, request, &watch)
    }

    /// Fetches a file of at most `limit` bytes; more is cut off.
    ///
    /// # Errors
    /// As [`HttpLook::get`].
    pub fn get_file(self, url: &str, limit: u64) -> Result<Answer, EffectsError> {
        self.ask(url, "*/*", limit, Limits { total: Limits::OF_FILES, ..Limits::default() })
    }
}
