//! The grade: worked examples by hand, and the laws of its sum.

use proptest::prelude::*;
use pyrelease::security::exposure::Exposure;
use pyrelease::security::severity::Level;
use pyrelease::status::grade::{Circumstances, Grade, Subject, grade};

fn well() -> Circumstances {
    Circumstances { complete: true, first: false, packages: 100, audited: 100, database_hours: Some(3) }
}

fn one(level: Level, exposure: Exposure) -> Subject<'static> {
    Subject { finding: "f", level, exposure: Some(exposure), accepted: false, hostile: false, fix_days: Some(0) }
}

fn shown(grade: &Grade) -> String {
    let score = grade.score.map_or_else(String::new, |score| format!("{score} "));
    format!("{score}{}", grade.letter.word())
}

fn of(subjects: &[Subject<'_>]) -> String {
    shown(&grade(subjects, &well()))
}

#[test]
fn worked_examples() {
    let aged = |subject: Subject<'static>, days| Subject { fix_days: Some(days), ..subject };
    assert_eq!(of(&[]), "100 A+");
    assert_eq!(of(&[one(Level::Low, Exposure::Dev)]), "99 A");
    // 8 × 0.6 = 4.8
    assert_eq!(of(&[one(Level::Medium, Exposure::Floating)]), "95 A");
    assert_eq!(of(&[one(Level::High, Exposure::Floating)]), "88 B");
    assert_eq!(of(&[one(Level::High, Exposure::Pinned)]), "79 C");
    // A fix waits for one and a half times the SLA: 20 × 1.75 = 35
    assert_eq!(of(&[aged(one(Level::High, Exposure::Pinned), 45)]), "65 D");
    assert_eq!(of(&[one(Level::Critical, Exposure::Dev)]), "79 C");
    assert_eq!(of(&[one(Level::Critical, Exposure::Bundled)]), "59 E");
    let exploited = Subject { hostile: true, ..one(Level::Medium, Exposure::Floating) };
    assert_eq!(of(&[exploited]), "39 F");
    assert_eq!(of(&vec![one(Level::Medium, Exposure::Dev); 5]), "88 B");
    assert_eq!(of(&vec![one(Level::Critical, Exposure::Own); 50]), "0 F");
    // Half of 20 × 0.6, and a cap for what is accepted.
    let accepted = Subject { accepted: true, ..one(Level::High, Exposure::Floating) };
    assert_eq!(of(&[accepted]), "94 A");
    assert_eq!(of(&[one(Level::Unknown, Exposure::Dev)]), "89 B");
    assert_eq!(of(&[one(Level::None, Exposure::Own)]), "100 A", "something is open, so no A+");
}

#[test]
fn a_finding_of_unknown_exposure_counts_as_pinned() {
    let unknown = Subject { exposure: None, ..one(Level::High, Exposure::Dev) };
    let grade = grade(&[unknown], &well());
    assert_eq!(shown(&grade), "79 C");
    assert_eq!(grade.penalties[0].hundredths, 2_000);
    assert_eq!(grade.penalties[0].why, "high, exposure unknown, counted as pinned");
    assert_eq!(grade.caps[0].why, "high, and a release carries it to users");
}

#[test]
fn the_sum_can_be_checked_by_hand() {
    let subjects = [
        Subject { finding: "a", fix_days: Some(10), ..one(Level::Medium, Exposure::Floating) },
        Subject { finding: "b", ..one(Level::Critical, Exposure::Pinned) },
        Subject { finding: "c", fix_days: None, ..one(Level::Low, Exposure::Build) },
    ];
    let grade = grade(&subjects, &Circumstances { audited: 97, database_hours: Some(49), ..well() });
    let lines: Vec<(u32, &str, &str)> =
        grade.penalties.iter().map(|line| (line.hundredths, line.why.as_str(), line.finding.as_str())).collect();
    assert_eq!(
        lines,
        [
            (4_000, "critical, pinned", "b"),
            // 4.8 × (1 + (10 / 90) / 2), rounded up
            (507, "medium, floating, a fix waits for 10 days", "a"),
            (180, "low, build", "c"),
        ]
    );
    let caps: Vec<u32> = grade.caps.iter().map(|cap| cap.max).collect();
    assert_eq!(caps, [59, 89, 89]);
    // 100 − 46.87, rounded down
    assert_eq!(shown(&grade), "53 E");
}

#[test]
fn what_cannot_be_told_has_no_letter() {
    for (circumstances, why) in [
        (Circumstances { complete: false, ..well() }, "not everything could be found out"),
        (Circumstances { first: true, ..well() }, "this is the first status: there is nothing to compare it with"),
        (Circumstances { audited: 49, ..well() }, "fewer than half of the packages were compared with advisories"),
        (Circumstances { packages: 0, audited: 0, ..well() }, "no locked package is known"),
        (
            Circumstances { database_hours: Some(169), ..well() },
            "the advisories are older than 7 days, or of unknown age",
        ),
        (Circumstances { database_hours: None, ..well() }, "the advisories are older than 7 days, or of unknown age"),
    ] {
        let grade = grade(&[], &circumstances);
        assert_eq!((shown(&grade), grade.unknown), ("?".to_owned(), vec![why.to_owned()]));
    }
    let scores = |audited| grade(&[], &Circumstances { audited, ..well() }).score;
    assert_eq!([100, 99, 95, 94, 50].map(scores), [Some(100), Some(89), Some(89), Some(79), Some(79)]);
}

const RATED: [Level; 5] = [Level::None, Level::Low, Level::Medium, Level::High, Level::Critical];

const REACH: [Exposure; 7] = [
    Exposure::Dev,
    Exposure::Build,
    Exposure::Floating,
    Exposure::Capped,
    Exposure::Pinned,
    Exposure::Bundled,
    Exposure::Own,
];

fn subject() -> impl Strategy<Value = Subject<'static>> {
    let level = prop_oneof![9 => (0..5_usize).prop_map(|place| RATED[place]), 1 => Just(Level::Unknown)];
    let exposure = proptest::option::weighted(0.9, (0..7_usize).prop_map(|place| REACH[place]));
    let flags = (proptest::bool::weighted(0.2), proptest::bool::weighted(0.05));
    (level, exposure, flags, proptest::option::of(0..400_u32)).prop_map(
        |(level, exposure, (accepted, hostile), fix_days)| Subject {
            finding: "f",
            level,
            exposure,
            accepted,
            hostile,
            fix_days,
        },
    )
}

fn score(subjects: &[Subject<'_>]) -> u32 {
    grade(subjects, &well()).score.expect("everything is known")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn more_worse_or_later_never_raises_the_score(
        subjects in proptest::collection::vec(subject(), 0..12),
        more in subject(),
        days in 0..400_u32,
        place in 0..12_usize,
    ) {
        let before = score(&subjects);
        let added: Vec<Subject<'_>> = subjects.iter().cloned().chain([more]).collect();
        // The same law the other way: resolving one never lowers it.
        prop_assert!(score(&added) <= before);
        let waited: Vec<Subject<'_>> = subjects.iter()
            .map(|subject| Subject { fix_days: subject.fix_days.map(|had| had + days), ..subject.clone() })
            .collect();
        prop_assert!(score(&waited) <= before);
        if let Some(subject) = subjects.get(place) {
            let mut worse = subjects.clone();
            if let Some(next) = RATED.iter().find(|level| **level > subject.level && subject.level != Level::Unknown) {
                worse[place].level = *next;
                prop_assert!(score(&worse) <= before);
            }
            let mut nearer = subjects.clone();
            if let Some(next) = subject.exposure.and_then(|reach| REACH.iter().find(|other| **other > reach)) {
                nearer[place].exposure = Some(*next);
                prop_assert!(score(&nearer) <= before);
            }
        }
    }

    #[test]
    fn the_sum_is_that_of_its_lines(subjects in proptest::collection::vec(subject(), 0..12)) {
        let grade = grade(&subjects, &well());
        let sum: u32 = grade.penalties.iter().map(|line| line.hundredths).sum();
        let left = 100_u32.saturating_sub(sum.div_ceil(100));
        let cap = grade.caps.iter().map(|cap| cap.max).min().unwrap_or(100);
        prop_assert_eq!(grade.score, Some(left.min(cap)));
    }
}
