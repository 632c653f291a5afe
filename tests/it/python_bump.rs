//! Bumps under PEP 440 beyond the tables of `python_conformance.rs`: notes, refusals, and the laws of every scheme.

use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::{ProptestConfig, proptest};
use proptest::{prop_assert, sample};
use pyrelease::error::{Explain, Kind};
use pyrelease::python::bump::{BumpError, Level, Mode, Next, Request, Scheme, Way, next, semver};
use pyrelease::python::version::Version;

const BACK: &str = "python/bump-phase-back";

fn way(mode: Mode) -> Way<'static> {
    Way { scheme: &Scheme::Pep440, mode, today: date(2026, 11, 20) }
}

fn bump(current: &str, request: &str, mode: Mode) -> Result<Next, BumpError> {
    let current: Version = current.parse()?;
    next(&current, &request.parse()?, way(mode))
}

fn outcome(current: &str, request: &str, mode: Mode) -> String {
    match bump(current, request, mode) {
        Ok(next) => next.version.to_string(),
        Err(error) => error.code().to_owned(),
    }
}

#[test]
fn the_caller_decides_auto() {
    for (row, current, found, wanted) in [
        (62, "0.4.2", Level::Minor, "0.5.0"),
        (63, "0.4.2", Level::Minor, "0.5.0"),
        (0, "0.4.2", Level::Major, "1.0.0"),
    ] {
        let request: Request = "auto".parse().expect("a request");
        let current: Version = current.parse().expect("a version");
        let next = next(&current, &request.with_level(found), way(Mode::Linear)).expect("a bump");
        assert_eq!(next.version.to_string(), wanted, "row {row}");
        assert!(next.notes.is_empty());
    }
    let next = bump("1.2.3", "auto,rc", Mode::Linear).expect("a bump");
    assert_eq!(next.version.to_string(), "1.2.4rc1");
    assert_eq!(next.notes, ["`auto` is taken for `patch`"]);
    let kept: Request = "minor".parse().expect("a request");
    assert_eq!(kept.clone().with_level(Level::Major), kept);
}

#[test]
fn beyond_the_table() {
    for (current, request, linear, exact) in [
        ("1.2.3.post1.dev3", "release", "1.2.3.post1", "1.2.3.post1"),
        ("1.2.3.post1.dev3", "dev", "1.2.3.post1.dev4", "1.2.3.post1.dev4"),
        ("1.2.3.post1.dev3", "patch", "1.2.4", "1.2.4"),
        ("1.2.3a1.post1.dev3", "dev", "1.2.3a1.post1.dev4", "1.2.3a1.post1.dev4"),
        ("1.2.3a1.post1.dev3", "a,dev", "1.2.3a2.dev1", "1.2.3a2.dev1"),
        ("1.2.4.dev1", "patch,dev", "1.2.4.dev2", "1.2.5.dev1"),
        ("2.0.0rc1.dev1", "rc,dev", "2.0.0rc1.dev2", "2.0.0rc1.dev2"),
        ("2.0.0rc1", "rc,dev", "2.0.0rc2.dev1", "2.0.0rc2.dev1"),
        ("2.0.0b1.dev3", "rc,dev", "2.0.0rc1.dev1", "2.0.0rc1.dev1"),
        ("1.3.0a1", "minor,dev", "1.3.0a2.dev1", "1.4.0.dev1"),
        ("1.3.0rc1", "minor,a", BACK, "1.4.0a1"),
        ("1.2.3", "minor,pre", "1.3.0a1", "1.3.0rc1"),
        ("1.2rc1", "patch", "1.2", "1.2.1"),
        ("0.0.0.dev1", "major", "0.0.0", "1.0.0"),
        ("1.2.3rc1+x", "epoch", "1!1.2.3", "1!1.2.3"),
        ("1.2.3", "1!0.1", "1!0.1", "1!0.1"),
        ("1.2.3", "1.2.2", "python/bump-lower", "python/bump-lower"),
        ("1.2.3", "1.2.3rc1", "python/bump-lower", "python/bump-lower"),
        ("1.18446744073709551615", "minor", "python/bump-too-large", "python/bump-too-large"),
    ] {
        assert_eq!(outcome(current, request, Mode::Linear), linear, "{current} {request}");
        assert_eq!(outcome(current, request, Mode::Exact), exact, "{current} {request} exact");
    }
}

#[test]
fn what_is_decided_on_the_way_is_noted() {
    for (current, request, notes) in [
        ("1.2.3", "minor", &[][..]),
        ("1.2.3", "rc", &["`1.2.3` is final, so the next patch `1.2.4` is begun; add `minor` or `major` for another"]),
        ("1.2.3+x", "patch", &["the local label of `1.2.3+x` is dropped"]),
        ("1.2.3", "v1.3", &["`v1.3` is written `1.3`"]),
        ("1.2.3", "1.3+x", &["`1.3+x` has a local label, which PyPI refuses"]),
        ("1.2.3", "epoch", &["`1!1.2.3` raises the epoch, which is discouraged and for good"]),
        ("1.2.3", "1!1", &["`1!1` raises the epoch, which is discouraged and for good"]),
        (
            "1.2.3",
            "minor,rc,dev",
            &["`1.3.0rc1.dev1` is a development release of a pre-release, which few tools expect"],
        ),
    ] {
        assert_eq!(bump(current, request, Mode::Linear).expect(request).notes, notes, "{request}");
    }
}

#[test]
fn requests_are_read_and_written() {
    for (text, written) in [
        ("minor", "minor"),
        ("minor,rc", "minor,rc"),
        (" rc , minor ", "minor,rc"),
        ("alpha", "a"),
        ("beta,dev", "b,dev"),
        ("c", "rc"),
        ("auto,pre,dev", "auto,pre,dev"),
        ("post", "post"),
        ("release", "release"),
        ("epoch", "epoch"),
        ("1.4-rc1", "1.4rc1"),
    ] {
        let request: Request = text.parse().expect(text);
        assert_eq!(request.to_string(), written);
    }
}

#[test]
fn refusals_say_what_and_advise() {
    for (current, request, message, hint, kind) in [
        (
            "1.0",
            "mnior",
            "`mnior` is neither a step nor a version",
            "use one of `major`, `minor`, `patch`, `a`, `b`, `rc`, `pre`, `dev`, `post`, `release`, `epoch`, \
             `auto`, or a version such as `1.4.0`",
            Kind::Usage,
        ),
        (
            "1.0",
            "minor,major",
            "`minor` and `major` cannot be asked for together",
            "combine at most one level, one phase and `dev`, such as `minor,rc`",
            Kind::Usage,
        ),
        (
            "1.0",
            "1.x",
            "`1.x` is not a version: `.x` at character 2 is no part of a version",
            "write a version such as `1.4.0`, `1.4.0rc1` or `1.4.0.post1`",
            Kind::Usage,
        ),
        (
            "1.0b1",
            "a",
            "`1.0b1` is past the phase `a`",
            "use `pre` for the next one of the current phase, or `minor,a` for a new line",
            Kind::Failed,
        ),
        (
            "1.0",
            "release",
            "`1.0` is final already, nothing is left to finalise",
            "use `patch`, `minor` or `major`",
            Kind::Failed,
        ),
        (
            "1.0rc1",
            "post",
            "`1.0rc1` is not final, so it gets no post-release",
            "use `pre` for the next pre-release, or `release` for the final one",
            Kind::Failed,
        ),
        (
            "1!1.0",
            "2.0",
            "`2.0` drops the epoch of `1!1.0`, which puts it below",
            "write `1!2.0` to keep the epoch",
            Kind::Failed,
        ),
        (
            "1.0",
            "1.0.0",
            "`1.0.0` equals the current version `1.0`",
            "name a higher version, an installed one is never replaced by a lower one",
            Kind::Failed,
        ),
        (
            "1.0",
            "0.9",
            "`0.9` is below the current version `1.0`",
            "name a higher version, an installed one is never replaced by a lower one",
            Kind::Failed,
        ),
        (
            "18446744073709551615.0",
            "major",
            "`18446744073709551615.0` has a number that cannot be counted up, 18446744073709551615 is the largest",
            "name the version in full",
            Kind::Failed,
        ),
    ] {
        let error = bump(current, request, Mode::Linear).expect_err(request);
        assert_eq!(error.to_string(), message);
        assert_eq!(error.hints(), [hint]);
        assert_eq!(error.kind(), kind, "{request}");
    }
}

#[test]
fn steps_that_exclude_each_other_are_refused() {
    for (text, first, second) in [
        ("a,b", "a", "b"),
        ("dev,dev", "dev", "dev"),
        ("post,dev", "post", "dev"),
        ("minor,post", "minor", "post"),
        ("release,minor", "release", "minor"),
        ("epoch,epoch", "epoch", "epoch"),
        ("pre,rc", "pre", "rc"),
    ] {
        let wanted = BumpError::Conflict { first: first.to_owned(), second: second.to_owned() };
        assert_eq!(text.parse::<Request>().expect_err(text), wanted);
    }
    for text in ["", ",", "minor,", "minor,1.0", "post,x", "vx"] {
        let error = text.parse::<Request>().expect_err(text);
        assert_eq!(error.code(), "python/bump-unknown", "{text}");
    }
}

const REQUESTS: [&str; 22] = [
    "major",
    "minor",
    "patch",
    "auto",
    "a",
    "b",
    "rc",
    "pre",
    "dev",
    "post",
    "release",
    "epoch",
    "major,a",
    "minor,rc",
    "patch,dev",
    "minor,pre",
    "rc,dev",
    "pre,dev",
    "minor,b,dev",
    "1.0.0",
    "1!0",
    "2.0rc1",
];

const SCHEMES: [&str; 8] = [
    "pep440",
    "semver",
    "calver",
    "calver:YY.MINOR.MICRO",
    "calver:YYYY.MM.DD",
    "calver:YYYY.WW.INC1",
    "calver:YY.MM",
    "calver:YYYY.MINOR",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn the_result_is_always_above(
        current in "((0|1|3)!)?(0|1|2|9|26|2026|18446744073709551615)(\\.(0|1|2|11|12|18446744073709551615)){0,3}((a|b|rc)(0|1|18446744073709551615))?(\\.post(0|1))?(\\.dev(0|1|18446744073709551615))?(\\+x)?",
        request in sample::select(&REQUESTS[..]),
        scheme in sample::select(&SCHEMES[..]),
        mode in sample::select(vec![Mode::Linear, Mode::Exact]),
        days in 0_i32..800,
    ) {
        let scheme: Scheme = scheme.parse().expect("a scheme");
        let today = date(2025, 1, 1).saturating_add(days.days());
        let current: Version = current.parse().expect("a version");
        let wanted: Request = request.parse().expect("a request");
        let result = next(&current, &wanted, Way { scheme: &scheme, mode, today });
        // What is counted goes up by itself: the comparison at the end refuses only what was named in full, and
        // calendars that were begun otherwise.
        if let Err(BumpError::Same { .. } | BumpError::Lower { .. }) = &result {
            let calendar = matches!(scheme, Scheme::Calver(_));
            prop_assert!(calendar || matches!(wanted, Request::Set { .. }), "{} {}", current, request);
        }
        if let Ok(next) = result {
            prop_assert!(next.version > current, "{} {} {}", current, request, scheme);
            prop_assert!(!next.version.is_local());
            if scheme == Scheme::Semver {
                let mapped = semver::of_version(&next.version).expect("what results has a form in SemVer");
                if let Ok(before) = semver::of_version(&current.without_local()) {
                    prop_assert!(mapped.cmp_precedence(&before).is_gt(), "{} {}", current, request);
                }
            }
        }
    }

    #[test]
    fn no_request_panics(text in "[a-z0-9.,! +]{0,24}") {
        let _ = bump("1.2.3rc1", &text, Mode::Linear);
    }
}
