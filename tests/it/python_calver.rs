//! Calendar versions: patterns, what a day gives, refusals, and that nothing ever falls.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use pyrelease::error::Explain;
use pyrelease::python::bump::{BumpError, Level, Mode, Pattern, Scheme, Way, next};
use pyrelease::python::version::Version;

fn bumped(pattern: &str, current: &str, kind: &str, day: Date, mode: Mode) -> Result<String, BumpError> {
    let scheme = Scheme::Calver(pattern.parse().expect("a pattern"));
    let current: Version = current.parse()?;
    Ok(next(&current, &kind.parse()?, Way { scheme: &scheme, mode, today: day })?.version.to_string())
}

fn outcome(pattern: &str, current: &str, kind: &str, day: Date) -> String {
    bumped(pattern, current, kind, day, Mode::Linear).unwrap_or_else(|error| error.code().to_owned())
}

#[test]
fn the_day_gives_the_first_numbers() {
    let day = date(2026, 11, 20);
    for (pattern, current, kind, wanted) in [
        ("YYYY.MM.MICRO", "2025.11.7", "patch", "2026.11.0"),
        ("YYYY.MM.MICRO", "2026.11.0", "patch", "2026.11.1"),
        ("YYYY.MM.MICRO", "2026.11", "patch", "2026.11.1"),
        ("YYYY.MM.MICRO", "2026.11.0", "auto", "2026.11.1"),
        ("YYYY.MM.INC1", "2026.10.4", "patch", "2026.11.1"),
        ("YYYY.MINOR", "2026.3", "patch", "2026.4"),
        ("YYYY.MINOR", "2026.3", "minor", "2026.4"),
        ("YY.MINOR.MICRO", "26.2.1", "minor", "26.3.0"),
        ("YY.MINOR.MICRO", "26.2.1", "patch", "26.2.2"),
        ("YY.MINOR.MICRO", "25.2.1", "patch", "26.0.0"),
        ("YYYY.MM.DD", "2026.11.19", "patch", "2026.11.20"),
        ("YYYY.MM.DD.MICRO", "2026.11.20.0", "patch", "2026.11.20.1"),
        ("YYYY.WW.MICRO", "2026.46.3", "patch", "2026.47.0"),
        // From another scheme, as long as it goes up.
        ("YY.MM.MICRO", "1.2.3", "patch", "26.11.0"),
        ("YY.MM.MICRO", "2024.1.0", "patch", "python/bump-lower"),
        // What stands behind the numbers is as everywhere.
        ("YYYY.MM.MICRO", "2026.10.0", "rc", "2026.11.0rc1"),
        ("YYYY.MM.MICRO", "2026.10.0rc1", "rc", "2026.10.0rc2"),
        ("YYYY.MM.MICRO", "2026.10.0rc1", "release", "2026.10.0"),
        ("YYYY.MM.MICRO", "2026.10.0rc1", "patch", "2026.10.0"),
        ("YYYY.MM.MICRO", "2026.10.0", "post", "2026.10.0.post1"),
        ("YYYY.MM.MICRO", "2026.10.0", "dev", "2026.11.0.dev1"),
        // Named in full.
        ("YYYY.MM.MICRO", "2026.10.0", "2026.12.0", "2026.12.0"),
        ("YYYY.MM.MICRO", "2026.10.0", "2026.13.0", "python/calver-misfit"),
        ("YYYY.MM.MICRO", "2026.10.0", "2027", "python/calver-misfit"),
        ("YYYY.MM.MICRO", "2026.10.0", "2026.11.0.1", "python/calver-misfit"),
        ("YYYY.MM.DD", "2026.1.1", "2026.2.30", "python/calver-misfit"),
        ("YYYY.MM.MICRO", "2026.10.0", "20261.1.0", "python/calver-misfit"),
        ("YYYY.WW", "2026.1", "2027.53", "python/calver-misfit"),
        ("YYYY.MM.MICRO", "2026.11.0", "major", "python/calver-level"),
        ("YYYY.MM.MICRO", "2026.11.0", "minor", "python/calver-level"),
        ("YYYY.MM.MICRO", "2026.10.0", "minor,rc", "python/calver-level"),
        ("YYYY.MM.DD", "2026.11.20", "patch", "python/calver-stuck"),
        ("YYYY.MM", "2026.12", "patch", "python/calver-stuck"),
        ("YYYY.MM.MICRO", "2026.11.18446744073709551615", "patch", "python/bump-too-large"),
    ] {
        assert_eq!(outcome(pattern, current, kind, day), wanted, "{pattern} {current} {kind}");
    }
    // `--exact` looks at the day where linear finishes what was announced.
    let exact = bumped("YYYY.MM.MICRO", "2026.10.0rc1", "patch", day, Mode::Exact).expect("a bump");
    assert_eq!(exact, "2026.11.0");
}

#[test]
fn a_week_belongs_to_its_own_year() {
    // The first of January 2027 is a Friday of week 53 of 2026.
    for (day, wanted) in
        [(date(2026, 12, 31), "2026.53.0"), (date(2027, 1, 1), "2026.53.0"), (date(2027, 1, 4), "2027.1.0")]
    {
        assert_eq!(outcome("YYYY.WW.MICRO", "2026.40.0", "patch", day), wanted, "{day}");
    }
}

const PATTERNS: [&str; 12] = [
    "YYYY",
    "YY",
    "YYYY.MM",
    "YYYY.WW",
    "YYYY.MM.DD",
    "YYYY.MM.MICRO",
    "YY.MINOR.MICRO",
    "YYYY.MINOR",
    "YY.WW.INC1",
    "YYYY.MM.DD.MINOR.MICRO",
    "YY.MM.DD.INC1",
    "YYYY.MM.MINOR",
];

#[test]
fn no_day_takes_a_version_down() {
    for pattern in PATTERNS {
        let mut current = outcome(pattern, "0", "patch", date(2004, 1, 1));
        for days in 0..9_000 {
            let day = date(2004, 1, 1).saturating_add(days.days());
            match bumped(pattern, &current, "patch", day, Mode::Linear) {
                // `next` refuses what is not above; that it never has to is what is shown here.
                Ok(next) => current = next,
                Err(error) => assert_eq!(error.code(), "python/calver-stuck", "{pattern} {current} on {day}"),
            }
        }
        assert!(current.starts_with("2028") || current.starts_with("28"), "{pattern} ends with {current}");
    }
}

#[test]
fn patterns_and_schemes_are_read_and_written() {
    for pattern in PATTERNS {
        let read: Pattern = pattern.parse().expect(pattern);
        assert_eq!(read.to_string(), pattern);
        let scheme: Scheme = format!("calver:{pattern}").parse().expect(pattern);
        assert_eq!(scheme, Scheme::Calver(read));
        assert_eq!(scheme.to_string(), format!("calver:{pattern}"));
    }
    for (text, written) in [
        ("pep440", "pep440"),
        ("semver", "semver"),
        ("calver", "calver:YYYY.MM.MICRO"),
        ("calver:YY.MM.PATCH", "calver:YY.MM.MICRO"),
        ("calver:YYYY.INC0", "calver:YYYY.MICRO"),
    ] {
        assert_eq!(text.parse::<Scheme>().expect(text).to_string(), written);
    }
}

#[test]
fn what_is_no_scheme_is_refused() {
    for (text, message) in [
        ("", "`` is not a scheme of versions"),
        ("SemVer", "`SemVer` is not a scheme of versions"),
        ("calver:", "`` is not a pattern of calendar versions: `` is none of its words"),
        (
            "calver:YY.0M",
            "`YY.0M` is not a pattern of calendar versions: `0M` fills up with zeros, which PEP 440 drops: `26.04` is \
             `26.4`",
        ),
        ("calver:MM.YYYY", "`MM.YYYY` is not a pattern of calendar versions: it does not begin with the year"),
        ("calver:YYYY.DD", "`YYYY.DD` is not a pattern of calendar versions: `DD` needs `MM` before it"),
        ("calver:YYYY.WW.DD", "`YYYY.WW.DD` is not a pattern of calendar versions: `DD` needs `MM` before it"),
        ("calver:YYYY.YY", "`YYYY.YY` is not a pattern of calendar versions: `YY` cannot follow `YYYY`"),
        ("calver:YYYY.MM.WW", "`YYYY.MM.WW` is not a pattern of calendar versions: `WW` cannot follow `MM`"),
        ("calver:YYYY.MICRO.MM", "`YYYY.MICRO.MM` is not a pattern of calendar versions: `MM` cannot follow `MICRO`"),
        (
            "calver:YYYY.MICRO.INC1",
            "`YYYY.MICRO.INC1` is not a pattern of calendar versions: `INC1` cannot follow `MICRO`",
        ),
        ("calver:YYYY-MM", "`YYYY-MM` is not a pattern of calendar versions: `YYYY-MM` is none of its words"),
    ] {
        let error = text.parse::<Scheme>().expect_err(text);
        assert_eq!(error.to_string(), message);
        assert_eq!(error.hints().len(), 1);
    }
}

#[test]
fn refusals_advise() {
    let day = date(2026, 11, 20);
    for (pattern, current, kind, message, hint) in [
        (
            "YYYY.MM.MICRO",
            "2026.11.0",
            "major",
            "`major` means nothing in the pattern `YYYY.MM.MICRO`",
            "use `patch`: the day gives the numbers before it",
        ),
        (
            "YYYY.MM.DD",
            "2026.11.20",
            "patch",
            "`2026.11.20` is the version of this day already, and `YYYY.MM.DD` has nothing to count",
            "use `post`, or set `scheme = \"calver:YYYY.MM.DD.MICRO\"` to count within a day",
        ),
        (
            "YYYY.MM.DD",
            "2026.11.20",
            "2027.2.29",
            "`2027.2.29` is not of the pattern `YYYY.MM.DD`",
            "write a version of the pattern, or change `scheme` of the configuration",
        ),
    ] {
        let error = bumped(pattern, current, kind, day, Mode::Linear).expect_err(kind);
        assert_eq!(error.to_string(), message);
        assert_eq!(error.hints(), [hint]);
    }
}

#[test]
fn a_level_that_changes_call_for_fits_the_pattern() {
    let scheme = |text: &str| text.parse::<Scheme>().expect("a scheme");
    for (text, level, wanted) in [
        ("pep440", Level::Major, Level::Major),
        ("semver", Level::Minor, Level::Minor),
        ("calver", Level::Major, Level::Patch),
        ("calver:YY.MINOR.MICRO", Level::Major, Level::Minor),
        ("calver:YY.MINOR.MICRO", Level::Patch, Level::Patch),
    ] {
        assert_eq!(scheme(text).fitting(level), wanted, "{text}");
    }
}
