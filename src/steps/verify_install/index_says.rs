//! What an index says of a file beside its bytes: size, metadata (PEP 658), what people read of the release, and who
//! published it (PEP 740). Each must be what the archive says; what the index does not tell is told as not checked.

use serde::Serialize;

use super::{Verified, VerifyInstall};
use crate::archive::{Scan, Sha256};
use crate::config::file::Attestations;
use crate::effects::Effects;
use crate::error::Failure;
use crate::index::attestation::publisher::{Held, Publisher, judge};
use crate::index::document::{self, Told};
use crate::index::provenance::{self, Known};
use crate::report::Finding;

/// What is asked of the index beside the file.
#[derive(Debug, Clone, Serialize)]
pub struct Asked {
    /// The size that it lists.
    pub size: Option<u64>,
    /// The digest of the metadata that it lists.
    pub metadata: Option<Sha256>,
    /// Where it says who published the file.
    pub provenance: Option<String>,
    /// Whether it must say so.
    pub wants_provenance: Attestations,
    /// Who should have published it, where that is known.
    pub publisher: Option<Publisher>,
    /// Whether what people read of the release is compared: by the first file of it.
    pub reads_back: bool,
}

impl Asked {
    /// Nothing: of what is on no index.
    pub fn nothing() -> Self {
        Asked {
            size: None,
            metadata: None,
            provenance: None,
            wants_provenance: Attestations::Off,
            publisher: None,
            reads_back: false,
        }
    }
}

impl VerifyInstall {
    pub(super) fn compare_with_index(
        &self,
        effects: Effects<'_>,
        (bytes, scan): (&[u8], &Scan),
        verified: &mut Verified,
    ) -> Result<(), Failure> {
        self.compare_with_local(effects, bytes, verified)?;
        if let Some(listed) = self.asked.size.filter(|listed| *listed != verified.size) {
            let message = format!("`{}` is {} bytes, and the index says {listed}", self.file, verified.size);
            verified.findings.push(self.finding("verify/hash", message));
        }
        self.compare_metadata(effects, scan, verified);
        if self.asked.reads_back {
            self.read_back(effects, scan, verified);
        }
        self.compare_provenance(effects, scan.sha256, verified);
        Ok(())
    }

    /// Every byte, where the file is on this machine: a digest could have been typed from anywhere.
    fn compare_with_local(&self, effects: Effects<'_>, bytes: &[u8], verified: &mut Verified) -> Result<(), Failure> {
        let Some(path) = &self.local else { return Ok(()) };
        let ours = effects.inspect().files().read(path, u64::MAX - 1)?;
        verified.checked.push("the same bytes as here".to_owned());
        if ours != bytes {
            let at =
                ours.iter().zip(bytes).position(|(here, there)| here != there).unwrap_or(ours.len().min(bytes.len()));
            let message = format!("`{}` is another file than the one here, from byte {at} on", self.file);
            verified.findings.push(self.finding("verify/hash", message));
        }
        Ok(())
    }

    fn compare_metadata(&self, effects: Effects<'_>, scan: &Scan, verified: &mut Verified) {
        let Some(listed) = self.asked.metadata else {
            if self.is_wheel() {
                verified.unchecked.push("its metadata beside it: the index serves none".to_owned());
            }
            return;
        };
        let url = format!("{}.metadata", self.url);
        let answer = match effects.inspect().http().get(&url, "*/*") {
            Ok(answer) => answer,
            Err(error) => {
                verified.unchecked.push(format!("its metadata beside it: {error}"));
                return;
            }
        };
        verified.checked.push("metadata beside it".to_owned());
        let own = metadata_of(scan).unwrap_or_default();
        let problem = match answer.status {
            200 if Sha256::of(&answer.body) != listed => "has another sha256 than the index lists",
            200 if answer.body != own => {
                "is not the one inside the file: installers would resolve by other requirements"
            }
            200 => return,
            _ => "is listed, and not there",
        };
        let message = format!("`{}`: its metadata `{url}` {problem}", self.file);
        verified.findings.push(self.finding("verify/metadata", message));
    }

    /// What people read of the release.
    fn read_back(&self, effects: Effects<'_>, scan: &Scan, verified: &mut Verified) {
        let told = match document::of(effects.inspect().http(), &self.index, &self.package, &self.version) {
            Ok(Told::Release(told)) => told,
            Ok(Told::Nothing) => {
                verified.unchecked.push("what people read of it: the index has no JSON API".to_owned());
                return;
            }
            Ok(Told::NoRelease) => {
                let message =
                    format!("`{}` lists `{}`, and tells nothing of {} yet", self.index.name, self.file, self.version);
                verified.findings.push(Finding::warning("verify/document", message));
                return;
            }
            Err(error) => {
                verified.unchecked.push(format!("what people read of it: {error}"));
                return;
            }
        };
        verified.checked.push("what people read of it".to_owned());
        if document::digest(&told, &self.file).is_some_and(|found| found != scan.sha256) {
            let message = format!("the JSON API of `{}` has another sha256 of `{}`", self.index.name, self.file);
            verified.findings.push(self.finding("verify/hash", message));
        }
        for one in document::differences(&told, metadata_of(scan).unwrap_or_default()) {
            let message = format!(
                "`{}` tells `{}` otherwise than the archive: `{}` there, `{}` here",
                self.index.name, one.field, one.there, one.here
            );
            let help = "the first file of a release decides what is told of it: a new version puts it right";
            verified.findings.push(self.finding("verify/document", message).help(help));
        }
    }

    /// Who published it.
    fn compare_provenance(&self, effects: Effects<'_>, sha256: Sha256, verified: &mut Verified) {
        let wanted = self.asked.wants_provenance;
        if wanted == Attestations::Off {
            return;
        }
        let version = self.version.to_string();
        let asked = provenance::url_of(&self.index, (self.package.normalized(), &version, &self.file));
        let listed = self.asked.provenance.clone();
        let url = listed.clone().or_else(|| asked.filter(|_| wanted == Attestations::Require));
        let found = url.as_deref().map(|url| provenance::of(effects.inspect().http(), &self.index, url));
        let found = match found {
            None | Some(Ok(None)) if listed.is_none() && wanted == Attestations::Prefer => {
                verified.unchecked.push("who published it: the index does not say".to_owned());
                return;
            }
            None | Some(Ok(None)) => {
                let message = format!("`{}`: `{}` does not say who published it", self.file, self.index.name);
                let help = "publish with attestations, or set `provenance = \"prefer\"` in `[verify]`";
                verified.findings.push(self.finding("verify/provenance", message).help(help));
                return;
            }
            Some(Err(error)) => {
                let message = format!("`{}`: who published it cannot be read: {error}", self.file);
                verified.findings.push(self.finding("verify/provenance", message));
                return;
            }
            Some(Ok(Some(found))) => found,
        };
        for bundle in &found.bundles {
            for attestation in &bundle.attestations {
                let bytes = serde_json::to_vec(attestation).expect("it was JSON");
                let judged = judge(&bytes, (&self.file, sha256), self.asked.publisher.as_ref());
                match judged.map_err(|error| error.to_string()).and_then(|held| same(&bundle.publisher, held)) {
                    Ok(held) => self.tell(&held, verified),
                    Err(problem) => {
                        let message = format!("`{}`: its provenance proves nothing: {problem}", self.file);
                        let help = "find out who published this file before anybody installs it";
                        verified.findings.push(self.finding("verify/provenance", message).help(help));
                    }
                }
            }
        }
    }

    fn tell(&self, held: &Held, verified: &mut Verified) {
        let (predicate, workflow, reference) = (held.predicate.word(), &held.workflow, &held.reference);
        verified.checked.push(format!("{predicate} attestation of {workflow} on {reference}"));
        match &self.asked.publisher {
            None if self.asked.wants_provenance == Attestations::Require => {
                let message = format!(
                    "`{}` was published by `{}`, and which repository of GitHub is this project's is not known",
                    self.file, held.repository
                );
                let help = "name it in `[forge]`, with `kind = \"github\"`";
                verified.findings.push(self.finding("verify/provenance", message).help(help));
            }
            None => verified.unchecked.push(format!("that `{}` is this project's repository", held.repository)),
            Some(publisher) if publisher.workflow.is_none() => {
                let text =
                    format!("that `{workflow}` is the workflow that publishes: `workflow` in `[verify]` names it");
                verified.unchecked.push(text);
            }
            Some(_) => {}
        }
    }
}

/// What was signed must be by the publisher that the index names.
fn same(known: &Known, held: Held) -> Result<Held, String> {
    let repository = known.repository.as_ref().map(|slug| format!("https://github.com/{slug}"));
    let fits = known.kind == "GitHub"
        && repository.is_some_and(|repository| repository.eq_ignore_ascii_case(&held.repository))
        && known.workflow.as_deref() == Some(held.workflow.as_str());
    match fits {
        true => Ok(held),
        false => Err(format!(
            "the index says it was published by {}, and {} of `{}` signed it",
            known.told(),
            held.workflow,
            held.repository
        )),
    }
}

/// The metadata inside an archive.
pub(super) fn metadata_of(scan: &Scan) -> Option<&[u8]> {
    let is_metadata = |name: &str| {
        name.ends_with(".dist-info/METADATA") || name.split_once('/').is_some_and(|(_, file)| file == "PKG-INFO")
    };
    scan.kept.iter().find(|(name, _)| is_metadata(name)).map(|(_, bytes)| bytes.as_slice())
}
