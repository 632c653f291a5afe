//! Each extra in an environment of its own: it installs, its requirements agree, and everything still loads.

use super::{Place, Verified, VerifyInstall};
use crate::build::environment::Environment as Virtual;
use crate::error::Failure;
use crate::python::marker::Environment;
use crate::python::metadata::Metadata;
use crate::python::name::normalize;
use crate::report::Finding;

impl VerifyInstall {
    pub(super) fn check_extras(
        &self,
        place: &Place<'_>,
        metadata: &Metadata,
        verified: &mut Verified,
    ) -> Result<(), Failure> {
        for extra in &metadata.provides_extra {
            let extra = normalize(extra.as_str());
            let missing = self.not_on_the_index(place, metadata, &extra)?;
            if self.lenient && !missing.is_empty() {
                let message = format!(
                    "`{}`: the extra `{extra}` was not tried, since the index of dependencies has no {}",
                    self.file,
                    missing.join(", ")
                );
                let help = "name a folder of wheels with `--with DIR`, or an index in `[verify] dependencies`";
                verified.findings.push(Finding::warning("verify/extra-untried", message).help(help));
                continue;
            }
            verified.checked.push(format!("extra {extra}"));
            let environment =
                Virtual::make_fast(place.effects, &place.interpreter, &place.scratch.join(format!("extra-{extra}")))?;
            if let (Some(finding), _) = self.install(place, &environment, Some(&extra))? {
                verified.findings.push(Finding { code: "verify/extra", ..finding });
                continue;
            }
            let mut tried = Verified { checked: Vec::new(), findings: Vec::new(), ..verified.clone() };
            self.probe(place, &environment, &mut tried)?;
            verified.findings.extend(tried.findings.into_iter().map(|finding| Finding {
                message: format!("with the extra `{extra}`: {}", finding.message),
                ..finding
            }));
        }
        Ok(())
    }

    /// The requirements of an extra that the index of dependencies does not know.
    fn not_on_the_index(&self, place: &Place<'_>, metadata: &Metadata, extra: &str) -> Result<Vec<String>, Failure> {
        let mut missing = Vec::new();
        if !self.lenient {
            return Ok(missing);
        }
        for requirement in &metadata.requires_dist {
            let asks = requirement.marker.as_ref().is_some_and(|marker| {
                let without = place.marker_environment();
                let environment = Environment { extra: extra.to_owned(), ..without.clone() };
                // What holds with the extra and not without it belongs to the extra.
                marker.evaluate(&environment).unwrap_or(false) && !marker.evaluate(&without).unwrap_or(false)
            });
            let name = requirement.name.normalized();
            if asks && name != self.package.normalized() {
                let url = format!("{}{name}/", self.dependencies);
                let answer = place.effects.inspect().http().get(&url, "text/html")?;
                if answer.status == 404 {
                    missing.push(format!("`{name}`"));
                }
            }
        }
        missing.sort();
        missing.dedup();
        Ok(missing)
    }
}

impl Place<'_> {
    /// What markers see here.
    fn marker_environment(&self) -> Environment {
        let version = self.interpreter.version.clone();
        let short: Vec<&str> = version.split('.').take(2).collect();
        Environment {
            python_version: short.join("."),
            python_full_version: version,
            os_name: "posix".to_owned(),
            sys_platform: if cfg!(target_os = "macos") { "darwin" } else { "linux" }.to_owned(),
            platform_system: if cfg!(target_os = "macos") { "Darwin" } else { "Linux" }.to_owned(),
            platform_machine: std::env::consts::ARCH.to_owned(),
            implementation_name: "cpython".to_owned(),
            platform_python_implementation: "CPython".to_owned(),
            ..Environment::default()
        }
    }
}
