//! The matrix, row by row, and what holds for every decision.

use std::time::Duration;

use expect_test::expect_file;
use pyrelease::config::file::{SecurityAuto, SecurityProfile, SecurityRuleTable, SecurityWhenTable, UnknownSeverity};
use pyrelease::config::resolve::Security;
use pyrelease::security::changes::{Seen, Side};
use pyrelease::security::decision::justification::{code, escape};
use pyrelease::security::decision::matrix::MATRIX;
use pyrelease::security::decision::{Decision, Place, Verdict, decide};
use pyrelease::security::exposure::Exposure;
use pyrelease::security::limits::{Event, Limit, Past, permit};
use pyrelease::security::severity::Level;
use pyrelease::security::state::{Kind, State};

use crate::security_state::{Day, at, flaw, next};
use crate::support::depth::rounds;
use crate::support::random::Random;

fn released(seen: Seen) -> Seen {
    Seen { side: Side::Released, ..seen }
}

fn state(flaws: Vec<Seen>) -> State {
    next(None, Day { flaws, ..Day::default() })
}

fn decision(state: &State) -> Decision {
    decide(state, &Security::default(), Place::Workflow, at(0)).expect("a decision")
}

fn brief(decision: &Decision) -> String {
    format!("{} {}", decision.decision.word(), decision.rule)
}

fn of(flaws: Vec<Seen>) -> String {
    brief(&decision(&state(flaws)))
}

fn at_head(level: Level, exposure: Exposure) -> Seen {
    flaw("demo", &["CVE-1"], level, exposure)
}

fn was(level: Level, exposure: Exposure) -> Seen {
    released(at_head(level, exposure))
}

fn unfixed(seen: Seen) -> Seen {
    Seen { fixes: vec![], ..seen }
}

#[test]
fn every_row_of_the_matrix() {
    use Exposure::{Build, Bundled, Capped, Dev, Floating, Pinned};
    use Level::{Critical, High, Low, Medium, Unknown};
    let malware = |exposure| Seen { ids: ["MAL-1".to_owned()].into(), ..at_head(Unknown, exposure) };
    let both = |level, exposure| vec![at_head(level, exposure), was(level, exposure)];
    for (flaws, expected) in [
        (vec![malware(Dev)], "block D1"),
        (vec![malware(Pinned)], "block D1"),
        (vec![at_head(High, Pinned)], "block D2"),
        (vec![at_head(Critical, Capped), was(Critical, Floating)], "block D2"),
        (vec![was(Critical, Pinned)], "release-now D3"),
        (vec![was(High, Bundled)], "release-now D4"),
        (vec![was(High, Pinned), at_head(High, Floating)], "release-now D4"),
        (vec![was(Medium, Capped)], "ask D5"),
        (vec![was(Unknown, Pinned)], "ask D5"),
        (vec![was(Low, Pinned)], "batch D6"),
        (vec![at_head(Critical, Build)], "batch D6"),
        (both(High, Pinned), "propose-fix D7"),
        (both(Low, Capped), "propose-fix D7"),
        (vec![at_head(Critical, Floating)], "note D8"),
        (vec![unfixed(at_head(High, Floating))], "ask D9"),
        (vec![unfixed(at_head(High, Pinned)), unfixed(was(High, Pinned))], "ask D9"),
        (vec![unfixed(at_head(Medium, Floating))], "none D12"),
        (vec![at_head(Critical, Dev)], "status-only D11"),
        (vec![was(Critical, Dev)], "none D12"),
        (vec![was(Critical, Floating)], "none D12"),
        (vec![], "none D12"),
    ] {
        let shown: Vec<String> =
            flaws.iter().map(|f| format!("{:?} {:?} {:?}", f.side, f.severity.level, f.exposure)).collect();
        assert_eq!(of(flaws), expected, "{shown:?}");
    }
}

#[test]
fn the_most_urgent_finding_decides_and_its_rule_is_named() {
    let other = |seen: Seen| Seen { package: "other".to_owned(), ..seen };
    let batch = was(Level::Low, Exposure::Pinned);
    let now = was(Level::High, Exposure::Pinned);
    assert_eq!(of(vec![batch.clone(), other(now.clone())]), "release-now D4");
    assert_eq!(of(vec![now, other(at_head(Level::High, Exposure::Pinned))]), "block D2");
    // D8 stands before D9 in the matrix; a note does not hide what somebody must decide.
    let note = at_head(Level::Low, Exposure::Floating);
    assert_eq!(of(vec![note, other(unfixed(at_head(Level::High, Exposure::Floating)))]), "ask D9");
}

#[test]
fn a_second_record_of_the_same_facts_calls_for_nothing_new() {
    for flaws in [
        vec![at_head(Level::High, Exposure::Pinned), was(Level::High, Exposure::Pinned)],
        vec![at_head(Level::High, Exposure::Floating)],
        vec![at_head(Level::Critical, Exposure::Dev)],
    ] {
        let first = state(flaws.clone());
        let made = decision(&first);
        assert_ne!(made.decision, Verdict::None);
        let decided = pyrelease::security::state::Decided {
            key: made.key,
            decision: made.decision.word().to_owned(),
            rule: made.rule,
        };
        let marked = State { decided: Some(decided), ..first };
        let second = next(Some(&marked), Day { flaws, hours: 1, ..Day::default() });
        assert_eq!(brief(&decide(&second, &Security::default(), Place::Workflow, at(1)).expect("one")), "none D12");
    }
    // What a release takes from users stays due until there is one, under one key.
    let flaws = || vec![was(Level::High, Exposure::Pinned)];
    let later = next(Some(&state(flaws())), Day { flaws: flaws(), hours: 24, ..Day::default() });
    let later = decide(&later, &Security::default(), Place::Workflow, at(24)).expect("one");
    assert_eq!((brief(&later), later.key), ("release-now D4".to_owned(), decision(&state(flaws())).key));
}

#[test]
fn nothing_is_decided_where_something_is_missing() {
    let flaws = || vec![was(Level::Critical, Exposure::Pinned)];
    let policy = Security::default();
    let word = |state: &State, policy: &Security, hours: i64| {
        let decision = decide(state, policy, Place::Workflow, at(hours)).expect("a decision");
        (brief(&decision), decision.missing.join("; "))
    };
    let failed = next(None, Day { flaws: flaws(), ok: false, ..Day::default() });
    assert_eq!(word(&failed, &policy, 0), ("hold D0".to_owned(), "osv: it failed".to_owned()));
    let whole = state(flaws());
    assert_eq!(word(&whole, &policy, 47).0, "release-now D3");
    let (hold, why) = word(&whole, &policy, 48);
    assert_eq!(hold, "hold D0");
    assert_eq!(why, "the newest advisory is of 2026-11-20T05:00:11Z, more than 48 hours ago");
    let mut little = state(flaws());
    little.coverage.audited = 9;
    assert_eq!(word(&little, &policy, 0).1, "only 9 of 10 locked packages were judged");
    let required = Security { require: vec!["bandit".to_owned()], ..Security::default() };
    assert_eq!(word(&whole, &required, 0).1, "there is no report of `bandit`, which `[security] require` names");
    let made = decide(&failed, &policy, Place::Workflow, at(0)).expect("a decision");
    assert_eq!(made.counterfactual[0], "it would be `release-now` by D3 if nothing were missing: osv: it failed");
}

#[test]
fn a_release_never_starts_by_itself_where_something_speaks_against_it() {
    let names = |decision: &Decision| decision.modifiers.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    let base = state(vec![was(Level::High, Exposure::Pinned)]);
    let made = |state: &State, policy: &Security, place| {
        let made = decide(state, policy, place, at(0)).expect("a decision");
        (brief(&made), names(&made))
    };
    let policy = Security::default();
    assert_eq!(made(&base, &policy, Place::Workflow), ("release-now D4".to_owned(), vec![]));
    assert_eq!(made(&base, &policy, Place::Local), ("ask D4".to_owned(), vec!["local".to_owned()]));
    let mut feature = base.clone();
    feature.head.feature = Some("a feature".to_owned());
    assert_eq!(made(&feature, &policy, Place::Workflow).1, ["features"]);
    let mut fresh = base.clone();
    fresh.findings[0].fix_since = Some(at(-71));
    assert_eq!(made(&fresh, &policy, Place::Workflow), ("ask D4".to_owned(), vec!["cool-down".to_owned()]));
    fresh.findings[0].exploited = true;
    assert_eq!(made(&fresh, &policy, Place::Workflow).0, "release-now D3");
    let careful = Security { auto: SecurityAuto::Critical, ..Security::default() };
    assert_eq!(made(&base, &careful, Place::Workflow).1, ["auto"]);
    let never = Security { auto: SecurityAuto::Never, cooldown: Duration::ZERO, ..Security::default() };
    assert_eq!(made(&fresh, &never, Place::Local).1, ["auto", "local"]);
}

#[test]
fn the_configuration_changes_what_it_says_and_no_more() {
    let unrated = state(vec![was(Level::Unknown, Exposure::Pinned)]);
    let high = Security { unknown: UnknownSeverity::High, ..Security::default() };
    assert_eq!(brief(&decide(&unrated, &high, Place::Workflow, at(0)).expect("one")), "release-now D4");
    let posture = Security { profile: SecurityProfile::Posture, ..Security::default() };
    let word = |flaws| brief(&decide(&state(flaws), &posture, Place::Workflow, at(0)).expect("one"));
    assert_eq!(word(vec![at_head(Level::Low, Exposure::Dev)]), "release-now P1");
    assert_eq!(word(vec![at_head(Level::High, Exposure::Pinned)]), "block D2");
}

fn own_rule(id: &str, then: &str, severity: Option<&str>) -> SecurityRuleTable {
    SecurityRuleTable {
        id: id.to_owned(),
        when: SecurityWhenTable { severity: severity.map(str::to_owned), ..SecurityWhenTable::default() },
        then: then.to_owned(),
        reason: "we say so".to_owned(),
    }
}

#[test]
fn own_rules_come_after_the_two_that_keep_users_safe() {
    let policy = |allow_unsafe| Security {
        rules: vec![own_rule("quiet", "none", Some("high"))],
        allow_unsafe,
        ..Security::default()
    };
    let word = |flaws, policy: &Security| brief(&decide(&state(flaws), policy, Place::Workflow, at(0)).expect("one"));
    assert_eq!(word(vec![was(Level::High, Exposure::Pinned)], &policy(false)), "none D12");
    assert_eq!(word(vec![at_head(Level::High, Exposure::Pinned)], &policy(false)), "block D2");
    assert_eq!(word(vec![at_head(Level::High, Exposure::Pinned)], &policy(true)), "none D12");
    for (rule, text) in [
        (own_rule("D4", "none", None), "`D4` is not a `id` of the rule `D4`"),
        (own_rule("mine", "hold", None), "`hold` is not a `then` of the rule `mine`"),
        (own_rule("mine", "ask", Some("hihg")), "`hihg` is not a `when.severity` of the rule `mine`"),
    ] {
        let policy = Security { rules: vec![rule], ..Security::default() };
        let error = decide(&state(vec![]), &policy, Place::Workflow, at(0)).expect_err("refused");
        assert_eq!(error.to_string(), text);
    }
}

/// Every kind of decision as it is read.
#[test]
fn the_words_of_every_kind_of_decision() {
    let both = |level, exposure| vec![at_head(level, exposure), was(level, exposure)];
    let mut all = String::new();
    let mut show = |title: &str, decision: &Decision| {
        all.push_str(&format!("===== {title}: {}\n{}", brief(decision), decision.justification));
        if !decision.notes.is_empty() {
            all.push_str(&format!("----- notes\n{}", decision.notes));
        }
    };
    show("pinned, fixed at HEAD", &decision(&state(vec![was(Level::High, Exposure::Pinned)])));
    show("bundled, fixed at HEAD", &decision(&state(vec![was(Level::Critical, Exposure::Bundled)])));
    show("medium", &decision(&state(vec![was(Level::Medium, Exposure::Capped)])));
    show("still pinned", &decision(&state(both(Level::High, Exposure::Pinned))));
    show("floating", &decision(&state(vec![at_head(Level::High, Exposure::Floating)])));
    show("no fix", &decision(&state(vec![unfixed(at_head(Level::High, Exposure::Floating))])));
    show("a regression", &decision(&state(vec![at_head(Level::High, Exposure::Pinned)])));
    let malware = Seen { ids: ["MAL-1".to_owned()].into(), ..at_head(Level::Critical, Exposure::Dev) };
    show("malware", &decision(&state(vec![malware])));
    show("build", &decision(&state(vec![at_head(Level::High, Exposure::Build)])));
    show("developers", &decision(&state(vec![at_head(Level::Critical, Exposure::Dev)])));
    let failed = next(None, Day { flaws: vec![was(Level::High, Exposure::Pinned)], ok: false, ..Day::default() });
    show("a failed source", &decision(&failed));
    show("nothing", &decision(&state(vec![])));
    let local = |flaws, policy: &Security| decide(&state(flaws), policy, Place::Local, at(0)).expect("a decision");
    let two = vec![
        was(Level::High, Exposure::Pinned),
        Seen { package: "other".to_owned(), ..was(Level::Low, Exposure::Bundled) },
    ];
    show("two of them, on somebody's machine", &local(two, &Security::default()));
    let posture = Security { profile: SecurityProfile::Posture, ..Security::default() };
    show("any change, in the profile `posture`", &local(vec![at_head(Level::Low, Exposure::Dev)], &posture));
    expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots/security_words.md")].assert_eq(&all);
}

const HOSTILE: [&str; 6] = [
    "a\n::set-env name=PATH::x",
    "</script><img src=x>",
    "\u{1b}[31mred\u{202e}",
    "[click](https://evil.example) @everyone",
    "``` `x` ~~~\n# heading",
    "##[error]www.evil.example",
];

#[test]
fn text_from_outside_is_harmless_in_markdown() {
    for text in HOSTILE {
        for shown in [code(text), escape(text)] {
            assert!(!shown.contains(['\n', '\u{1b}', '\u{202e}']), "{shown}");
        }
        let escaped = escape(text);
        for harm in ["<", "@everyone", "://", "](", "www."] {
            assert!(!escaped.replace("\\]", "").contains(harm), "{escaped}");
        }
    }
    assert_eq!(code("a``b"), "``` a``b ```");
    // Wherever such a text comes from, the justification stays the one we wrote.
    let mut state = state(vec![was(Level::High, Exposure::Pinned)]);
    state.project = HOSTILE[3].to_owned();
    state.findings[0].package = HOSTILE[1].to_owned();
    if let Some(presence) = &mut state.findings[0].released {
        presence.versions = vec![HOSTILE[0].to_owned(), HOSTILE[5].to_owned()];
    }
    state.released.as_mut().expect("a release").version = HOSTILE[2].to_owned();
    let made = decision(&state);
    for text in [&made.justification, &made.notes] {
        assert!(!text.contains("\n::") && !text.contains('\u{1b}') && !text.contains("\n# heading"), "{text}");
        let outside: String = text.split('`').step_by(2).collect();
        assert!(!outside.contains("<img") && !outside.contains("evil") && !outside.contains("@everyone"), "{text}");
    }
}

/// One of a few flaws, by chance.
fn any(random: &mut Random, index: usize) -> Seen {
    let exposures = Exposure::ALL;
    let mut seen = flaw(
        &format!("p{index}"),
        &[&format!("CVE-{index}")],
        Level::ALL[random.below(Level::ALL.len())],
        exposures[random.below(exposures.len())],
    );
    if random.below(2) == 0 {
        seen.side = Side::Released;
    }
    if random.below(3) == 0 {
        seen.fixes.clear();
    }
    seen
}

/// A pure function of its inputs; more findings never make it less urgent; one finding has one rule.
#[test]
fn what_holds_for_every_decision() {
    let mut random = Random::new(0xDEC1_0001);
    let policy = Security::default();
    for _ in 0..rounds(6_000) {
        let number = random.below(6);
        let flaws: Vec<Seen> = (0..number).map(|index| any(&mut random, index)).collect();
        let made = decision(&state(flaws.clone()));
        let mut turned = flaws.clone();
        turned.reverse();
        assert_eq!(made.to_json(), decision(&state(turned)).to_json());
        assert_eq!(Decision::parse("decision.json", made.to_json().as_bytes()).expect("it reads itself"), made);
        let more = [flaws, vec![any(&mut random, 99)]].concat();
        let more = decide(&state(more), &policy, Place::Workflow, at(0)).expect("a decision");
        assert!(more.decision >= made.decision, "{} then {}", brief(&made), brief(&more));
        for judged in &made.findings {
            let trace = made.trace.iter().find(|trace| trace.finding == judged.finding).expect("a trace");
            let first = trace.rules.iter().find(|asked| asked.holds).map_or("D12", |asked| asked.rule.as_str());
            assert_eq!(first, judged.rule);
            assert!(judged.decision <= made.decision);
        }
    }
}

#[test]
fn a_key_is_one_release() {
    let key =
        |flaws: Vec<Seen>, policy: &Security| decide(&state(flaws), policy, Place::Workflow, at(0)).expect("one").key;
    let policy = Security::default();
    let base = key(vec![was(Level::High, Exposure::Pinned)], &policy);
    assert_eq!(base.len(), 16);
    // What a release does not take from users is no part of it.
    let other = Seen { package: "other".to_owned(), ..at_head(Level::Low, Exposure::Dev) };
    assert_eq!(base, key(vec![was(Level::High, Exposure::Pinned), other], &policy));
    let second = Seen { package: "other".to_owned(), ..was(Level::Low, Exposure::Pinned) };
    assert_ne!(base, key(vec![was(Level::High, Exposure::Pinned), second], &policy));
    assert_ne!(base, key(vec![was(Level::High, Exposure::Pinned)], &Security { ships_lock: true, ..policy }));
}

#[test]
fn rules_are_named_in_order_and_say_what_they_mean() {
    let mut ids: Vec<&str> = MATRIX.iter().map(|rule| rule.id).collect();
    ids.dedup();
    assert_eq!(ids, ["D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10", "D11"]);
    assert!(MATRIX.iter().all(|rule| rule.text.len() > 40 && rule.text.ends_with('.')));
    assert_eq!(Kind::ALL.len(), 12);
}

#[test]
fn releases_that_start_by_themselves_are_few() {
    let past = |hours: &[i64], what| {
        hours.iter().map(|hours| Past { at: at(-hours), what, key: hours.to_string() }).collect::<Vec<_>>()
    };
    // Each of them ended well an hour later.
    let ended = |hours: &[i64]| {
        let later: Vec<i64> = hours.iter().map(|hours| hours - 1).collect();
        [past(hours, Event::Started), past(&later, Event::Succeeded)].concat()
    };
    assert_eq!(permit(&[], at(0)), Ok(()));
    assert_eq!(
        permit(&past(&[5], Event::Started), at(0)),
        Err(Limit::TooOften { limit: "one in 6 hours", after: at(1) })
    );
    assert_eq!(permit(&past(&[6], Event::Started), at(0)), Ok(()));
    assert_eq!(permit(&ended(&[7, 20]), at(0)), Err(Limit::TooOften { limit: "two in 24 hours", after: at(4) }));
    let week = ended(&[26, 50, 74, 98, 167]);
    assert_eq!(permit(&week, at(0)), Err(Limit::TooOften { limit: "five in 7 days", after: at(1) }));
    let failed = past(&[50, 40], Event::Failed);
    assert_eq!(permit(&failed, at(0)), Err(Limit::Circuit));
    let between = [failed.clone(), past(&[45], Event::Succeeded)].concat();
    assert_eq!(permit(&between, at(0)), Ok(()));
    assert_eq!(permit(&[failed, past(&[1], Event::Approved)].concat(), at(0)), Ok(()));
    // Nothing is known of the end of either.
    let lost = past(&[50, 40], Event::Started);
    assert_eq!(permit(&lost, at(0)), Err(Limit::Circuit));
    assert_eq!(permit(&[lost.clone(), past(&[30], Event::Succeeded)].concat(), at(0)), Ok(()));
    assert_eq!(permit(&[lost, past(&[1], Event::Approved)].concat(), at(0)), Ok(()));
    // One that was started and failed is one, not two.
    let same = |hours: i64, what| Past { at: at(-hours), what, key: "one".to_owned() };
    assert_eq!(permit(&[same(50, Event::Started), same(49, Event::Failed)], at(0)), Ok(()));
    let twice = [same(50, Event::Started), same(49, Event::Failed), same(48, Event::Failed)];
    assert_eq!(permit(&twice, at(0)), Err(Limit::Circuit));
}
