//! Real archives of well-known projects, pinned in `fixtures/corpora/`: no rule is wrong about them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::support::{Sandbox, corpora};

/// What is really so: how the file name begins, the code, the member, and why it is no false alarm.
const GENUINE: &[(&str, &str, &str, &str)] = &[
    ("setuptools-84", "check/startup-code", "distutils-precedence.pth", "its own `distutils` takes precedence"),
    ("coverage-7", "check/startup-code", "a1_coverage.pth", "measures processes from their start"),
    ("pygithub-2", "check/secret", "tests/GithubIntegration.py", "recorded answers hold tokens that GitHub issued"),
    ("pygithub-2", "check/secret", "tests/ReplayData/Authentication.testAppAuthAuthentication.txt", "as above"),
    ("pygithub-2", "check/secret", "tests/ReplayData/Authentication.testAppAuthentication.txt", "as above"),
    ("pygithub-2", "check/secret", "tests/ReplayData/GithubIntegration.testGetAccessToken.txt", "as above"),
];

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn real_archives_raise_no_error_but_the_genuine_ones() {
    let mut paths: Vec<PathBuf> = corpora::archives("archives");
    paths.extend(corpora::archives("sdists"));
    assert!(paths.len() >= 140, "{} archives", paths.len());
    let sandbox = Sandbox::new();
    let mut arguments = vec!["check", "--format", "json"];
    arguments.extend(paths.iter().map(|path| path.to_str().expect("text")));
    let document = sandbox.release(&arguments).json();
    let files = document["result"]["files"].as_array().expect("files");
    assert_eq!(files.len(), paths.len());
    for file in files {
        assert_eq!(file["contents_judged"], true, "{file}");
    }
    let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
    for finding in document["findings"].as_array().expect("findings") {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let (code, severity) = (text(&finding["code"]), text(&finding["severity"]));
        let (file, member) = (text(&finding["location"]["file"]), text(&finding["location"]["member"]));
        // Below tests a real key is what the code says it is; elsewhere each would be a false alarm.
        let is_alarm = severity == "error" || code == "check/possible-secret" || code == "check/obfuscated";
        let known = GENUINE.iter().position(|(begin, of, path, _)| {
            file.starts_with(begin) && code == *of && (member == *path || member.ends_with(&format!("/{path}")))
        });
        match known {
            Some(at) => drop(seen.insert(at)),
            None if is_alarm => wrong.push(format!("{file}: {code} {member}: {}", text(&finding["message"]))),
            None => {}
        }
    }
    assert!(wrong.is_empty(), "{} false alarms:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(seen.len(), GENUINE.len(), "only {seen:?} of the genuine ones are raised");
}
