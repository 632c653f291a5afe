//! The list of accepted findings.

use pyrelease::error::{Explain, Failure, Kind};
use pyrelease::security::SecurityError;
use pyrelease::security::acceptance::Acceptances;

const ENTRY: &str = "[[accepted]]\nid = \"CVE-1\"\npackage = \"Demo_x\"\nreason = \"why\"\n\
                     by = \"ana\"\nuntil = 2026-12-31\n";

fn parse(text: &str) -> Result<Acceptances, SecurityError> {
    Acceptances::parse(".release/security.toml", text)
}

/// Message, line and first hint of what is refused.
fn refused(text: &str) -> (String, Option<usize>, String) {
    let error = parse(text).expect_err(text);
    assert_eq!(error.kind(), Kind::Setup);
    let line = error.location().and_then(|place| place.line);
    (error.to_string(), line, error.hints().concat())
}

#[test]
fn an_entry_is_read_with_its_line() {
    let text = format!("# why we live with it\n\n{ENTRY}");
    let read = parse(&text).expect("entries");
    let entry = &read.entries[0];
    assert_eq!((entry.id.as_str(), entry.package.as_str()), ("CVE-1", "demo-x"));
    assert_eq!((entry.until.to_string().as_str(), entry.line), ("2026-12-31", 3));
    assert!(!entry.is_expired("2026-12-31".parse().expect("a day")), "the last day holds");
    assert!(entry.is_expired("2027-01-01".parse().expect("a day")));
    assert!(parse("").expect("an empty list").entries.is_empty());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests read their fixtures")]
fn the_list_of_the_fixture_project_is_read() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/projects/mypylogger/.release/security.toml");
    let text = std::fs::read_to_string(file).expect("the fixture");
    assert_eq!(parse(&text).expect("entries").entries[0].package, "jinja2");
}

#[test]
fn an_unknown_key_is_an_error_with_its_line() {
    let (message, line, hint) = refused(&format!("{ENTRY}untill = 2027-01-01\n"));
    assert_eq!(message, "`untill` is not a key of `.release/security.toml`");
    assert_eq!(line, Some(7));
    assert!(hint.starts_with("use one of `id`, `package`, `reason`, `by`, `until`, `created`, `status`, "), "{hint}");
    let (message, line, hint) = refused("\n[[accept]]\n");
    assert_eq!(message, "`accept` is not a key of `.release/security.toml`");
    assert_eq!((line, hint.as_str()), (Some(2), "use one of `accepted`"));
}

#[test]
fn a_missing_key_is_an_error_with_the_line_of_the_entry() {
    for key in ["id", "package", "reason", "by", "until"] {
        let lines = ENTRY.lines().filter(|line| !line.starts_with(&format!("{key} ")));
        let text = lines.collect::<Vec<_>>().join("\n");
        let (message, line, hint) = refused(&text);
        assert_eq!(message, format!("an accepted finding has no `{key}`"));
        assert_eq!(line, Some(1));
        assert_eq!(hint, format!("add `{key}` to the entry in `.release/security.toml`"));
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_an_error() {
    for until in ["\"2026-12-31\"", "2026-12-31T10:00:00Z", "10:00:00", "3", "[]"] {
        let (message, line, hint) = refused(&ENTRY.replace("2026-12-31", until));
        assert_eq!(message, "`until` must be a date without a time", "{until}");
        assert_eq!(line, Some(6));
        assert_eq!(hint, "write the last day on which it holds without quotes, such as `until = 2027-06-30`");
    }
    let (message, line, hint) = refused(&ENTRY.replace("\"why\"", "\"  \""));
    assert_eq!(message, "`reason` must be text that is not empty");
    assert_eq!((line, hint.as_str()), (Some(4), "correct `reason` in `.release/security.toml`"));
    assert_eq!(refused("accepted = 1").0, "`accepted` must be written as `[[accepted]]`");
}

#[test]
fn what_is_no_toml_is_an_error_with_its_line() {
    let (message, line, hint) = refused("[[accepted]]\nid = \n");
    assert!(message.starts_with("`.release/security.toml` is not TOML: "), "{message}");
    assert_eq!((line, hint.as_str()), (Some(2), "correct line 2 of `.release/security.toml`"));
}

#[test]
fn errors_become_failures_with_their_code() {
    let failure = Failure::from(parse("a = 1").expect_err("an unknown key"));
    assert_eq!(failure.code, "security/acceptance-unknown-key");
}

#[test]
fn the_keys_that_may_be_there() {
    let more = "created = 2026-11-20\nstatus = \"not_affected\"\njustification = \"vulnerable_code_not_in_execute_path\"\n\
                versions = \"<=1.11.0\"\nmax_severity = \"high\"\nuntil_fixed = true\nowner = \"@ana\"\n\
                approved_by = \"@bo\"\nissue = \"https://example.org/1\"\n";
    let read = parse(&format!("{ENTRY}{more}")).expect("entries");
    let entry = &read.entries[0];
    assert_eq!((entry.status.word(), entry.until_fixed), ("not_affected", true));
    assert_eq!(entry.versions.as_ref().map(ToString::to_string).as_deref(), Some("<=1.11.0"));
    assert_eq!(parse(ENTRY).expect("entries").entries[0].status.word(), "accepted");
    for (line, message) in [
        (
            "status = \"fine\"",
            "`status` must be one of `accepted`, `not_affected`, `false_positive`, `mitigated`, `in_triage`, `will_not_fix`",
        ),
        ("status = \"not_affected\"", "an accepted finding has no `justification`"),
        ("justification = \"because\"", "`justification` must be a label of OpenVEX"),
        ("versions = \"1.x\"", "`versions` must be versions of PEP 440, such as `<=1.11.0`"),
        ("max_severity = \"bad\"", "`max_severity` must be one of `low`, `medium`, `high`, `critical`"),
        ("until_fixed = \"yes\"", "`until_fixed` must be `true` or `false`"),
        ("created = \"today\"", "`created` must be a date without a time"),
        ("issue = \"javascript:alert(1)\"", "`issue` must be a URL that begins with `https://`"),
    ] {
        assert_eq!(refused(&format!("{ENTRY}{line}\n")).0, message);
    }
}
