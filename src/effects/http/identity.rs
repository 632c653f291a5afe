//! What trusted publishing needs of the network: asking the runner who this job is, and handing that to an
//! index.

use std::time::Duration;

use reqwest::blocking::multipart;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use serde_json::Value;

use super::{Answer, Basic, Field, HttpChange, Limits, Url, host_of, send};
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

    /// Asks the metadata server of Google Cloud who this machine is; `host` is its own name, or one on this machine.
    /// It is asked over plain http, which never leaves the machine that hosts this one, and no redirect is followed.
    ///
    /// # Errors
    /// The host may not be asked, or nobody answers.
    pub fn get_of_metadata_server(self, host: &str, audience: &str) -> Result<Answer, EffectsError> {
        const SERVER: [&str; 2] = ["metadata.google.internal", "169.254.169.254"];
        let url = format!("http://{host}/computeMetadata/v1/instance/service-accounts/default/identity");
        let mut url = match (SERVER.contains(&host), Url::parse(&url)) {
            (true, Ok(url)) if !self.settings.offline => url,
            _ => self.settings.admit(&url)?,
        };
        url.query_pairs_mut().append_pair("audience", audience).append_pair("format", "full");
        let limits = Limits { connect: Duration::from_secs(5), total: Duration::from_secs(10) };
        let client = self.settings.client(limits)?;
        send(host_of(&url), client.get(url.clone()).header("Metadata-Flavor", "Google"), LIMIT)
    }

    /// Posts the form of an upload with a picture of no bytes in place of the file: what PyPI says to that tells whether
    /// the file would be looked at.
    ///
    /// # Errors
    /// The URL may not be asked, or nobody answers. A status of 400 and above is an answer.
    pub fn probe(self, url: &str, fields: Vec<Field>, file: &str, basic: &Basic) -> Result<Answer, EffectsError> {
        let url = self.settings.admit(url)?;
        let client = self.settings.client(Limits::default())?;
        let mut form = multipart::Form::new();
        for field in fields {
            form = form.text(field.name, field.value);
        }
        let part = multipart::Part::bytes(Vec::new()).file_name(file.to_owned());
        let part = part.mime_str("image/png").expect("a fixed media type parses");
        let request = client.post(url.clone()).header(ACCEPT, "application/json").multipart(form.part("content", part));
        send(host_of(&url), request.basic_auth(&basic.user, Some(basic.password.reveal())), LIMIT)
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
