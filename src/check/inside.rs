//! What lies hidden in members: secrets, obfuscated source, archives in archives.

use crate::archive::{Kind, shown};
use crate::config::baseline::AcceptedSecret;
use crate::report::Severity::{Error, Warning};

use super::examine::Examined;
use super::judge::{Docket, Verdict};
use super::observed::Observed;
use super::policy::Policy;
use super::rules::Pass::{Contents, Index};
use super::rules::Rule;
use super::secrets::{self, Hit, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "check/baseline-stale",
        severity: Warning,
        pass: Contents,
        summary: "an entry of the secrets baseline accepts nothing",
        help: "remove the entry from the baseline",
        peers: &["detect-secrets"],
        follows: "",
    },
    Rule {
        code: "check/nested-archive",
        severity: Warning,
        pass: Contents,
        summary: "an archive lies in the archive",
        help: "exclude it, or ship its contents as files",
        peers: &[],
        follows: "",
    },
    Rule {
        code: "check/obfuscated",
        severity: Error,
        pass: Index,
        summary: "Python source is obfuscated",
        help: "ship the source, or compile it to an extension module",
        peers: &["warehouse"],
        follows: "",
    },
    Rule {
        code: "check/possible-secret",
        severity: Warning,
        pass: Contents,
        summary: "a member holds what may be a secret",
        help: "look whether it grants anything; if so, revoke it",
        peers: &["gitleaks", "detect-secrets"],
        follows: "",
    },
    Rule {
        code: "check/secret",
        severity: Error,
        pass: Contents,
        summary: "a member holds a secret",
        help: "revoke it, then build without it; name its fingerprint in `secrets-baseline` if it is none",
        peers: &["gitleaks", "detect-secrets"],
        follows: "",
    },
    Rule {
        code: "check/secret-of-tests",
        severity: Warning,
        pass: Contents,
        summary: "a member of tests or documentation holds a secret",
        help: "make sure that it was made for the test and grants nothing",
        peers: &["gitleaks", "detect-secrets"],
        follows: "",
    },
];

pub(super) fn judge(docket: &mut Docket<'_>, kind: Kind, observed: &Observed) {
    for (member, obfuscator) in &observed.obfuscated {
        let message = format!("`{}` was made unreadable by {obfuscator}", shown(member));
        docket.raise("check/obfuscated", message, Some(member));
    }
    for nested in &observed.nested {
        // Data of tests, read or broken on purpose.
        if kind == Kind::Sdist && secrets::is_of_tests(&nested.member) {
            continue;
        }
        let message = match &nested.unread {
            Some(why) => format!("nobody looked into `{}`: {why}", shown(&nested.member)),
            None => format!("`{}` is an archive in the archive", shown(&nested.member)),
        };
        docket.raise("check/nested-archive", message, Some(&nested.member));
    }
    for hit in &observed.secrets {
        if docket.policy().settings.accepted_secrets.iter().any(|accepted| accepts(accepted, hit)) {
            docket.accept();
        } else {
            secret(docket, hit);
        }
    }
    if observed.more_secrets > 0 {
        docket.raise("check/secret", format!("there are {} secrets more", observed.more_secrets), None);
    }
}

/// Whether an entry of the baseline is about this hit; the top folder of an sdist changes with each version.
fn accepts(accepted: &AcceptedSecret, hit: &Hit) -> bool {
    let below_top = hit.member.split_once('/').map(|(_, rest)| rest);
    accepted.fingerprint == hit.fingerprint
        && (accepted.member == hit.member || Some(accepted.member.as_str()) == below_top)
}

/// The entries of the baseline that accept nothing in archives of a release: wheels and sdist together, since each
/// holds what the other has not.
pub(super) fn stale(examined: &[&Examined], policy: &Policy) -> Verdict {
    let has = |kind| examined.iter().any(|examined| examined.scan.kind == kind && examined.scan.complete);
    let file = policy.settings.secrets_baseline.as_deref().unwrap_or_default();
    let mut docket = Docket::new(file, policy);
    if !file.is_empty() && has(Kind::Wheel) && has(Kind::Sdist) {
        let hits = || examined.iter().flat_map(|examined| &examined.observed.secrets);
        let entries = policy.settings.accepted_secrets.iter();
        for entry in entries.filter(|entry| !hits().any(|hit| accepts(entry, hit))) {
            let message = format!("the entry `{}` of `{}` accepts nothing", entry.fingerprint, shown(&entry.member));
            docket.raise("check/baseline-stale", message, None);
        }
    }
    docket.verdict(true)
}

fn secret(docket: &mut Docket<'_>, hit: &Hit) {
    let code = match hit.weight {
        Weight::Sure => "check/secret",
        Weight::OfTests => "check/secret-of-tests",
        Weight::Possible => "check/possible-secret",
    };
    let Hit { kind, fingerprint, begins, length, .. } = hit;
    let begins = if begins.is_empty() { String::new() } else { format!(" `{begins}…`") };
    let message = format!("{kind}{begins} with {length} characters, fingerprint `{fingerprint}`");
    docket.raise_line(code, message, &hit.member, hit.line);
}
