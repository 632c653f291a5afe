//! PEP 440 and SemVer: what both can say is the same in both directions and in the same order.

use pyrelease::error::Explain;
use pyrelease::python::bump::semver::{of_version, parse};
use pyrelease::python::bump::{Mode, Scheme, Way, next};
use pyrelease::python::version::Version;

use crate::support::depth::rounds;
use crate::support::random::Random;

fn version(text: &str) -> Version {
    text.parse().expect(text)
}

#[test]
fn what_both_can_say_is_mapped_both_ways() {
    for (pep440, semver) in [
        ("1.2.3", "1.2.3"),
        ("1.2.3a1", "1.2.3-alpha.1"),
        ("1.2.3b2", "1.2.3-beta.2"),
        ("1.2.3rc10", "1.2.3-rc.10"),
        ("1.2.3.dev4", "1.2.3-0.dev.4"),
        ("1.2.3+abc", "1.2.3+abc"),
        ("1.0.0rc1+build.5", "1.0.0-rc.1+build.5"),
        ("0.0.0", "0.0.0"),
        ("18446744073709551615.0.0", "18446744073709551615.0.0"),
    ] {
        assert_eq!(of_version(&version(pep440)).expect(pep440).to_string(), semver);
        assert_eq!(parse(semver).expect(semver).to_string(), pep440);
    }
    for (pep440, semver) in [("1.2", "1.2.0"), ("1", "1.0.0"), ("1rc1", "1.0.0-rc.1")] {
        assert_eq!(of_version(&version(pep440)).expect(pep440).to_string(), semver);
    }
    for (semver, pep440) in [("v1.2.3", "1.2.3"), ("1.0.0-rc", "1.0.0rc0"), ("1.0.0-alpha", "1.0.0a0")] {
        assert_eq!(parse(semver).expect(semver).to_string(), pep440);
    }
}

#[test]
fn what_only_one_can_say_is_refused_with_the_reason() {
    for (text, message, hint) in [
        (
            "1.2.3.post1",
            "`1.2.3.post1` has no form in SemVer: as a pre-release it would sort below its release",
            "use `patch` in place of `post`",
        ),
        (
            "1!1.2.3",
            "`1!1.2.3` has no form in SemVer: SemVer has no epochs",
            "stay in epoch 0, or use the scheme `pep440`",
        ),
        (
            "1.2.3.4",
            "`1.2.3.4` has no form in SemVer: SemVer has three numbers",
            "use three numbers, or the scheme `pep440`",
        ),
        (
            "1.2.3a1.dev2",
            "`1.2.3a1.dev2` has no form in SemVer: SemVer would sort it above the pre-release that it leads to",
            "use `dev` or a phase, not both",
        ),
    ] {
        let error = of_version(&version(text)).expect_err(text);
        assert_eq!((error.to_string().as_str(), error.code()), (message, "python/no-semver-form"));
        assert_eq!(error.hints(), [hint]);
    }
    for (text, reason, hint) in [
        (
            "1.0.0-alpha.beta",
            "it is neither `alpha`, `beta` nor `rc` with a number",
            "write `-alpha.1`, `-beta.1` or `-rc.1`",
        ),
        (
            "1.0.0-x.7.z.92",
            "it is neither `alpha`, `beta` nor `rc` with a number",
            "write `-alpha.1`, `-beta.1` or `-rc.1`",
        ),
        (
            "1.0.0-RC.1",
            "it is neither `alpha`, `beta` nor `rc` with a number",
            "write `-alpha.1`, `-beta.1` or `-rc.1`",
        ),
        (
            "1.0.0-1",
            "a number alone is a pre-release in SemVer and a post-release in PEP 440",
            "write `-rc.1` for a pre-release",
        ),
        ("1.0.0-dev.4", "SemVer sorts `dev` above `alpha`, PEP 440 below", "write `-0.dev.1`"),
        ("1.0.0-rc10", "as text `rc10` sorts below `rc9`", "part the number with a dot, as in `-rc.1`"),
        ("1.0.0+Build", "its build metadata would be rewritten", "use lowercase letters, digits and dots behind `+`"),
        ("1.0.0+a-1", "its build metadata would be rewritten", "use lowercase letters, digits and dots behind `+`"),
        ("1.0.0+a--1", "its build metadata is no local label", "use lowercase letters, digits and dots behind `+`"),
    ] {
        let error = parse(text).expect_err(text);
        assert_eq!(error.to_string(), format!("`{text}` has no form in PEP 440: {reason}"));
        assert_eq!((error.code(), error.hints()), ("python/no-pep440-form", vec![hint.to_owned()]));
    }
    for text in
        ["", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3rc1", "1.2.3-01", "1!1.2.3", "vv1.2.3", "18446744073709551616.0.0"]
    {
        assert_eq!(parse(text).expect_err(text).code(), "python/not-semver", "{text}");
    }
}

#[test]
fn the_scheme_allows_what_both_can_say() {
    for (current, kind, wanted) in [
        ("1.2.3", "minor", "1.3.0"),
        ("1.2", "minor", "1.3"),
        ("1.2.3", "rc", "1.2.4rc1"),
        ("1.2.3", "dev", "1.2.4.dev1"),
        ("1.2.3.dev1", "a", "1.2.3a1"),
        ("1.2.3.post1", "patch", "1.2.4"),
        ("1.2.3", "1.4.0-rc.2", "1.4.0rc2"),
        ("1.2.3", "1.4.0rc2", "1.4.0rc2"),
        ("1.2.3", "post", "python/no-semver-form"),
        ("1.2.3", "epoch", "python/no-semver-form"),
        ("1.2.3", "minor,rc,dev", "python/no-semver-form"),
        ("1.2.3rc1", "dev", "python/no-semver-form"),
        ("1.2.3", "1.2.4.5", "python/no-semver-form"),
        // PEP 440 takes it for a post-release, SemVer for a pre-release.
        ("1.2.3", "1.4.0-1", "python/no-semver-form"),
        ("1.2.3", "1.4.0-dev.1", "python/no-pep440-form"),
        ("1.2.3", "1.4.0-rc10", "python/no-pep440-form"),
        ("1.2.3rc1", "b", "python/bump-phase-back"),
    ] {
        let way = Way { scheme: &Scheme::Semver, mode: Mode::Linear, today: jiff::civil::date(2026, 11, 20) };
        let found = match next(&version(current), &kind.parse().expect(kind), way) {
            Ok(next) => next.version.to_string(),
            Err(error) => error.code().to_owned(),
        };
        assert_eq!(found, wanted, "{current} {kind}");
    }
}

/// Versions of which about half have a form in SemVer.
fn generated(random: &mut Random) -> Version {
    let mut text = format!("{}.{}.{}", random.below(3), random.below(3), random.below(3));
    text.push_str(random.perhaps(12, &[".0", ".1"]));
    text.push_str(random.perhaps(2, &["a0", "a1", "a2", "a10", "b0", "b9", "b10", "rc1", "rc2"]));
    text.push_str(random.perhaps(12, &[".post1"]));
    text.push_str(random.perhaps(4, &[".dev0", ".dev1", ".dev10"]));
    version(&text)
}

#[test]
fn the_order_is_the_same_in_both() {
    let mut random = Random::new(20_261_123);
    let mut mapped: Vec<(Version, semver::Version)> = Vec::new();
    while mapped.len() < 1_000 {
        let version = generated(&mut random);
        if let Ok(semver) = of_version(&version) {
            assert_eq!(parse(&semver.to_string()).expect("a version"), version);
            mapped.push((version, semver));
        }
    }
    for (left, left_semver) in &mapped {
        for (right, right_semver) in &mapped {
            assert_eq!(left.cmp(right), left_semver.cmp(right_semver), "{left} {right}");
        }
    }
}

#[test]
fn mutated_texts_are_refused_or_mean_the_same() {
    let seeds = ["1.2.3-alpha.1+build.5", "v0.10.0-rc.2", "1.0.0-0.dev.3", "10.20.30", "1.0.0-beta"];
    for number in 0..rounds(40_000) {
        let seed = number as u64 + 1;
        let mut random = Random::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let text = seeds[random.below(seeds.len())];
        let text = random.mutated(text, "aA1.0-_+vrcbdev \té");
        let Ok(read) = parse(&text) else { continue };
        let written = of_version(&read).unwrap_or_else(|error| panic!("seed {seed}: {text:?} is {read}: {error}"));
        let again = parse(&written.to_string()).unwrap_or_else(|error| panic!("seed {seed}: {written}: {error}"));
        assert_eq!(again.to_string(), read.to_string(), "seed {seed}: {text:?}");
    }
}
