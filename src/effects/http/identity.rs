//! What trusted publishing needs of the network: asking the runner who this job is, and handing that to an
//! index.

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use serde_json::Value;

use super::{Answer, HttpChange, Limits, host_of, send};
use crate::effects::error::EffectsError;
use crate::secret::Secret;

/// Answers of identity services are small.
const LIMIT: u64 = 64 * 1024;

impl HttpChange<'_> {
    /// Asks for a document with a bearer token.
    ///
    /// # Errors
    /// The URL may not be asked, or nobody answers. A status of 400 and above is an answer.
    pub fn get_with_bearer(self, url: &str, token: &Secret) -> Result<Answer, EffectsError> {
        let url = self.settings.admit(url)?;
        let client = self.settings.client(Limits::default())?;
        let mut request = client.get(url.clone()).header(ACCEPT, "application/json");
        // A token with such characters is refused by the server as well.
        if let Ok(mut value) = HeaderValue::from_str(&format!("bearer {}", token.reveal())) {
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        send(host_of(&url), request, LIMIT)
    }

    /// Posts a document.
    ///
    /// # Errors
    /// As [`HttpChange::get_with_bearer`].
    pub fn post_json(self, url: &str, body: &Value) -> Result<Answer, EffectsError> {
        let url = self.settings.admit(url)?;
        let client = self.settings.client(Limits::default())?;
        send(host_of(&url), client.post(url.clone()).header(ACCEPT, "application/json").json(body), LIMIT)
    }
}
