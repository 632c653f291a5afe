//! Asking for a document again: a server that knows the `ETag` of what was seen says in a word whether it is another
//! one by now (RFC 9110, section 13), so that waiting for a change costs next to nothing. And whole files, which may take
//! longer than a document.

use super::{ANSWER_LIMIT, Answer, HttpLook, Limits, host_of, send};
use crate::effects::error::EffectsError;

impl HttpLook<'_> {
    /// Asks for a document past every cache, unless it is still the one with this `ETag`: then the answer is 304.
    ///
    /// # Errors
    /// As [`HttpLook::get`].
    pub fn get_since(
        self,
        url: &str,
        accept: &str,
        limits: Limits,
        etag: Option<&str>,
    ) -> Result<Answer, EffectsError> {
        let url = self.settings.admit(url)?;
        let client = self.settings.client(limits)?;
        let mut request = client.get(url.clone()).header("Accept", accept).header("Cache-Control", "no-cache");
        if let Some(etag) = etag {
            request = request.header("If-None-Match", etag);
        }
        send(host_of(&url), request, ANSWER_LIMIT)
    }

    /// Fetches a file of at most `limit` bytes; more is cut off.
    ///
    /// # Errors
    /// As [`HttpLook::get`].
    pub fn get_file(self, url: &str, limit: u64) -> Result<Answer, EffectsError> {
        self.ask(url, "*/*", limit, Limits::OF_FILES)
    }
}
