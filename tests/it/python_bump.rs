//! Bumps: the conformance table of the reference, both modes, and the laws.

use proptest::prelude::{ProptestConfig, proptest};
use proptest::{prop_assert, sample};
use pyrelease::error::{Explain, Kind};
use pyrelease::python::bump::{BumpError, Level, Mode, Next, Request, next};
use pyrelease::python::version::Version;

fn bump(current: &str, request: &str, mode: Mode) -> Result<Next, BumpError> {
    let current: Version = current.parse()?;
    next(&current, &request.parse()?, mode)
}

fn outcome(current: &str, request: &str, mode: Mode) -> String {
    match bump(current, request, mode) {
        Ok(next) => next.version.to_string(),
        Err(error) => error.code().to_owned(),
    }
}

/// What uv, hatch, poetry and commitizen agree on: current, request, next.
const AGREED: [(&str, &str, &str); 40] = [
    ("1.2.3", "major", "2.0.0"),
    ("1.2.3", "minor", "1.3.0"),
    ("1.2.3", "patch", "1.2.4"),
    ("1.2", "patch", "1.2.1"),
    ("1", "patch", "1.0.1"),
    ("0.1.0", "major", "1.0.0"),
    ("1.9.9", "minor", "1.10.0"),
    ("0.9.99", "patch", "0.9.100"),
    ("1.2.3rc1", "minor", "1.3.0"),
    ("1.2.3.dev4", "minor", "1.3.0"),
    ("1.2.3a1", "minor", "1.3.0"),
    ("1.2.3a1", "major", "2.0.0"),
    ("1.2.3.post1", "patch", "1.2.4"),
    ("1.2.3.post1", "minor", "1.3.0"),
    ("1.2.3a1", "a", "1.2.3a2"),
    ("1.2.3a9", "a", "1.2.3a10"),
    ("1.2.3rc1", "rc", "1.2.3rc2"),
    ("1.2.3rc1", "pre", "1.2.3rc2"),
    ("1.2.3a1.post1", "a", "1.2.3a2"),
    ("1.2.3.post1", "post", "1.2.3.post2"),
    ("1.2.3.post", "post", "1.2.3.post1"),
    ("1.2.3-1", "post", "1.2.3.post2"),
    ("1.2.3rev2", "post", "1.2.3.post3"),
    ("1.2.3rc1", "release", "1.2.3"),
    ("1.2.3.dev4", "release", "1.2.3"),
    ("1.2.3a", "release", "1.2.3"),
    ("1.2.3-rc.0", "release", "1.2.3"),
    ("1.2.3a1.post1.dev2", "release", "1.2.3"),
    ("v1.2.3", "patch", "1.2.4"),
    ("01.02.03", "patch", "1.2.4"),
    ("2024.04.1", "patch", "2024.4.2"),
    ("2024.4.1", "patch", "2024.4.2"),
    ("1.2.3-alpha.1", "a", "1.2.3a2"),
    ("1.2.3-rc.1", "rc", "1.2.3rc2"),
    ("1.2.3-rc.0", "rc", "1.2.3rc1"),
    ("1.2.3RC1", "rc", "1.2.3rc2"),
    ("1.2.3c1", "rc", "1.2.3rc2"),
    ("1.2.3preview1", "rc", "1.2.3rc2"),
    ("1.2.3a", "a", "1.2.3a1"),
    ("1.2.3dev", "dev", "1.2.3.dev1"),
];

#[test]
fn where_all_peers_agree_so_do_we() {
    for (current, request, wanted) in AGREED {
        assert_eq!(outcome(current, request, Mode::Linear), wanted, "{current} {request}");
    }
}

const BACK: &str = "python/bump-phase-back";
const POST: &str = "python/bump-post-of-pre";
const DONE: &str = "python/bump-nothing-to-release";
const TEXT: &str = "python/version";

/// Where peers disagree: number of the row, current, request, linear, exact.
const DISPUTED: [(u8, &str, &str, &str, &str); 58] = [
    (1, "1.2", "minor", "1.3", "1.3"),
    (2, "1", "minor", "1.1", "1.1"),
    (3, "0", "major", "1", "1"),
    (4, "1.2.3.4", "minor", "1.3.0.0", "1.3.0.0"),
    (5, "1.2.3.4", "patch", "1.2.4.0", "1.2.4.0"),
    (6, "1.2.3a1", "patch", "1.2.3", "1.2.4"),
    (7, "1.2.3rc1", "patch", "1.2.3", "1.2.4"),
    (8, "1.3.0rc1", "minor", "1.3.0", "1.4.0"),
    (9, "2.0.0rc1", "major", "2.0.0", "3.0.0"),
    (10, "2.0.0rc1", "minor", "2.0.0", "2.1.0"),
    (11, "2.0.0b1", "patch", "2.0.0", "2.0.1"),
    (12, "1.2.3.dev4", "patch", "1.2.3", "1.2.4"),
    // R4 goes before uv, which keeps the label: `1.2.4+local.1`.
    (13, "1.2.3+local.1", "patch", "1.2.4", "1.2.4"),
    (14, "1!1.2.3", "patch", "1!1.2.4", "1!1.2.4"),
    (15, "1!1.2.3", "major", "1!2.0.0", "1!2.0.0"),
    (16, "1.2.3", "a", "1.2.4a1", "1.2.4a1"),
    (17, "1.2.3", "rc", "1.2.4rc1", "1.2.4rc1"),
    (18, "1.2.3a1", "b", "1.2.3b1", "1.2.3b1"),
    (19, "1.2.3b2", "a", BACK, BACK),
    (20, "1.2.3rc1", "b", BACK, BACK),
    (21, "1.2.3a1.dev2", "a", "1.2.3a1", "1.2.3a2"),
    (22, "1.2.3.dev2", "a", "1.2.3a1", "1.2.3a1"),
    (23, "1.2.3", "minor,a", "1.3.0a1", "1.3.0a1"),
    (24, "1.2.3", "minor,rc", "1.3.0rc1", "1.3.0rc1"),
    (25, "1.2.3", "patch,dev", "1.2.4.dev1", "1.2.4.dev1"),
    (26, "1.2.3rc1", "patch,rc", "1.2.3rc2", "1.2.4rc1"),
    (27, "1.3.0a1", "minor,a", "1.3.0a2", "1.4.0a1"),
    (28, "1.2.3", "pre", "1.2.4a1", "1.2.4a1"),
    (29, "1.2.3a1", "pre", "1.2.3a2", "1.2.3rc1"),
    (30, "1.2.3.dev1", "pre", "1.2.3a1", "1.2.3rc1"),
    (31, "1.2.3", "post", "1.2.3.post1", "1.2.3.post1"),
    (32, "1.2.3.post1.dev3", "post", "1.2.3.post1", "1.2.3.post2"),
    (33, "1.2.3rc1", "post", POST, "1.2.3rc1.post1"),
    (34, "1.2.3.dev1", "post", POST, "1.2.3.post1"),
    (35, "1.2.3", "dev", "1.2.4.dev1", "1.2.4.dev1"),
    (36, "1.2.3.dev4", "dev", "1.2.3.dev5", "1.2.3.dev5"),
    (37, "1.2.3a1", "dev", "1.2.3a2.dev1", "1.2.3a2.dev1"),
    (38, "1.2.3.post1", "dev", "1.2.4.dev1", "1.2.4.dev1"),
    (39, "1.2.3.post2", "release", DONE, DONE),
    (40, "1.2.3", "release", DONE, DONE),
    (41, "1.2.3+abc", "release", DONE, DONE),
    (42, "2024.04", "minor", "2024.5", "2024.5"),
    (43, "1.2.3+ubuntu-1", "patch", "1.2.4", "1.2.4"),
    (44, "1.0.0-alpha.beta", "patch", TEXT, TEXT),
    (45, "1.0.0-x.7.z.92", "patch", TEXT, TEXT),
    (46, "1.0.0a1", "minor", "1.0.0", "1.1.0"),
    (47, "1.0.0a1", "patch", "1.0.0", "1.0.1"),
    (48, "1.2.3.dev1+g1234", "patch", "1.2.3", "1.2.4"),
    (49, "1.2.3", "major,rc,dev", "2.0.0rc1.dev1", "2.0.0rc1.dev1"),
    (50, "1.2.3b1", "a", BACK, BACK),
    (51, "1.2.3a1", "dev", "1.2.3a2.dev1", "1.2.3a2.dev1"),
    (52, "1.3.0rc0", "b", BACK, BACK),
    (56, "26.11.1", "patch", "26.11.2", "26.11.2"),
    (57, "1!1.2.3", "2.0", "python/bump-epoch-dropped", "python/bump-epoch-dropped"),
    (58, "1.2.3", "1.2.3.0", "python/bump-same", "python/bump-same"),
    (59, "1.2.3", "v1.3", "1.3", "1.3"),
    (60, "1.2.3", "1.3.0-rc.2", "1.3.0rc2", "1.3.0rc2"),
    (61, "0.0.0", "0.1.0", "0.1.0", "0.1.0"),
];

#[test]
fn where_peers_disagree_the_rules_decide() {
    for (row, current, request, linear, exact) in DISPUTED {
        assert_eq!(outcome(current, request, Mode::Linear), linear, "row {row}");
        assert_eq!(outcome(current, request, Mode::Exact), exact, "row {row}, exact");
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
        let next = next(&current, &request.with_level(found), Mode::Linear).expect("a bump");
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

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn the_result_is_always_above(
        current in "((0|1|3)!)?(0|1|2|9|18446744073709551615)(\\.(0|1|2|18446744073709551615)){0,3}((a|b|rc)(0|1|18446744073709551615))?(\\.post(0|1))?(\\.dev(0|1|18446744073709551615))?(\\+x)?",
        request in sample::select(&REQUESTS[..]),
        exact in sample::select(vec![Mode::Linear, Mode::Exact]),
    ) {
        if let Ok(next) = bump(&current, request, exact) {
            let current: Version = current.parse().expect("a version");
            prop_assert!(next.version > current, "{} {}", current, request);
            prop_assert!(!next.version.is_local());
        }
    }

    #[test]
    fn no_request_panics(text in "[a-z0-9.,! +]{0,24}") {
        let _ = bump("1.2.3rc1", &text, Mode::Linear);
    }
}
