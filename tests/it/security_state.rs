//! From one recorded state to the next: identities that last, changes that are real, and nothing that counts as
//! resolved because a scanner was silent.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use pyrelease::security::acceptance::Acceptances;
use pyrelease::security::changes::{Observed, Seen, Side, record};
use pyrelease::security::exposure::Exposure;
use pyrelease::security::reports::{CodeFlaw, line_hash};
use pyrelease::security::severity::Level;
use pyrelease::security::state::{Coverage, Decided, Head, Released, Severity, Source, State, Status};

use crate::support::advisories::now;

/// What is seen on one day.
pub(crate) struct Day<'a> {
    pub(crate) hours: i64,
    pub(crate) flaws: Vec<Seen>,
    pub(crate) ok: bool,
    pub(crate) locked: &'a [(&'a str, &'a str)],
    pub(crate) accepted: &'a str,
    pub(crate) code: Vec<CodeFlaw>,
    pub(crate) sources: &'a [&'a str],
}

impl Default for Day<'_> {
    fn default() -> Self {
        Day { hours: 0, flaws: vec![], ok: true, locked: &[], accepted: "", code: vec![], sources: &["osv"] }
    }
}

pub(crate) fn at(hours: i64) -> Timestamp {
    now().checked_add(SignedDuration::from_hours(hours)).expect("a time")
}

pub(crate) fn flaw(package: &str, ids: &[&str], level: Level, exposure: Exposure) -> Seen {
    Seen {
        side: Side::Head,
        source: "osv".to_owned(),
        package: package.to_owned(),
        version: Some("1.0".to_owned()),
        ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        severity: Severity { level, score: None, source: "test".to_owned() },
        fixes: vec!["2.0".to_owned()],
        since: Some(at(-1000)),
        exposure,
    }
}

pub(crate) fn next(previous: Option<&State>, day: Day<'_>) -> State {
    let acceptances = Acceptances::parse(".release/security.toml", day.accepted).expect("acceptances");
    let mut locked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, version) in day.locked {
        locked.entry((*name).to_owned()).or_default().insert((*version).to_owned());
    }
    let state = record(
        previous,
        &Observed {
            now: at(day.hours),
            project: "acme".to_owned(),
            head: Head { version: "1.2.3".to_owned(), commit: Some("abc1234".to_owned()), feature: None },
            released: Some(Released { version: "1.2.3".to_owned(), from: "the tag `v1.2.3`".to_owned() }),
            sources: day
                .sources
                .iter()
                .map(|name| Source {
                    name: (*name).to_owned(),
                    version: None,
                    db_time: Some(at(day.hours - 1)),
                    ok: day.ok,
                    why: if day.ok { vec![] } else { vec!["it failed".to_owned()] },
                })
                .collect(),
            reasons: vec![],
            coverage: Coverage { packages: 10, audited: 10 },
            flaws: day.flaws,
            code: day.code,
            exploited: BTreeSet::new(),
            locked,
            acceptances: &acceptances,
        },
    );
    State::parse("state.json", state.to_json().as_bytes()).expect("it reads what it wrote")
}

fn decided(state: &State) -> State {
    let decided = Decided { key: "k".to_owned(), decision: "none".to_owned(), rule: "D12".to_owned() };
    State { decided: Some(decided), ..state.clone() }
}

/// What has changed, as `kind id`.
fn changes(state: &State) -> Vec<String> {
    let id = |id: &str| state.finding(id).map_or("?", |finding| finding.shown()).to_owned();
    state.changes.iter().map(|change| format!("{} {}", change.kind.word(), id(&change.finding))).collect()
}

fn one(ids: &[&str], version: &str) -> Vec<Seen> {
    vec![Seen { version: Some(version.to_owned()), ..flaw("jinja2", ids, Level::Medium, Exposure::Dev) }]
}

#[test]
fn aliases_versions_and_names_of_ids_make_no_new_finding() {
    let first = next(None, Day { flaws: one(&["PYSEC-1"], "2.11.1"), ..Day::default() });
    assert_eq!(changes(&first), ["new PYSEC-1"]);
    let id = first.findings[0].id.clone();
    let grown = next(Some(&decided(&first)), Day { flaws: one(&["CVE-1", "PYSEC-1"], "2.11.1"), ..Day::default() });
    assert_eq!((grown.findings[0].id.as_str(), grown.findings[0].shown()), (id.as_str(), "CVE-1"));
    assert!(grown.changes.is_empty(), "{:?}", grown.changes);
    // The old id is remembered, so a source that only knows that one speaks of the same flaw.
    let bumped = next(Some(&decided(&grown)), Day { flaws: one(&["PYSEC-1"], "2.11.2"), ..Day::default() });
    assert_eq!(bumped.findings[0].id, id);
    assert_eq!(changes(&bumped), ["occurrence_changed CVE-1"]);
}

#[test]
fn findings_that_turn_out_to_be_one_keep_the_older_identity() {
    let first = next(None, Day { flaws: one(&["PYSEC-1"], "1"), ..Day::default() });
    let mut both = one(&["PYSEC-1"], "1");
    both.extend(one(&["GHSA-1"], "1"));
    let second = next(Some(&decided(&first)), Day { hours: 24, flaws: both, ..Day::default() });
    assert_eq!(second.findings.len(), 2);
    let third =
        next(Some(&decided(&second)), Day { hours: 48, flaws: one(&["PYSEC-1", "GHSA-1"], "1"), ..Day::default() });
    assert_eq!(third.findings.len(), 1);
    assert_eq!(third.findings[0].id, first.findings[0].id);
    assert_eq!(third.findings[0].merged_from.len(), 1);
    assert!(third.changes.is_empty(), "{:?}", third.changes);
}

#[test]
fn the_same_facts_give_the_same_bytes() {
    let flaws =
        || vec![flaw("b", &["CVE-2"], Level::High, Exposure::Pinned), flaw("a", &["CVE-1"], Level::Low, Exposure::Dev)];
    let first = next(None, Day { flaws: flaws(), ..Day::default() });
    let mut turned = flaws();
    turned.reverse();
    assert_eq!(first.to_json(), next(None, Day { flaws: turned, ..Day::default() }).to_json());
    let again = next(Some(&decided(&first)), Day { flaws: flaws(), ..Day::default() });
    assert!(again.changes.is_empty());
    assert_eq!(next(Some(&decided(&again)), Day { flaws: flaws(), ..Day::default() }).to_json(), again.to_json());
}

#[test]
fn what_is_not_decided_yet_is_not_forgotten_by_another_record() {
    let day = || Day { flaws: one(&["CVE-1"], "1"), ..Day::default() };
    let first = next(None, day());
    assert_eq!(changes(&next(Some(&first), day())), ["new CVE-1"]);
    assert!(next(Some(&decided(&first)), day()).changes.is_empty());
}

#[test]
fn a_failed_source_resolves_nothing() {
    let first = decided(&next(None, Day { flaws: one(&["CVE-1"], "1"), ..Day::default() }));
    let silent = next(Some(&first), Day { ok: false, hours: 100, ..Day::default() });
    assert_eq!(silent.findings[0].status, Status::Open);
    assert!(silent.changes.is_empty() && !silent.complete && silent.findings[0].absent_since.is_none());
    let again = next(Some(&silent), Day { ok: false, hours: 1000, ..Day::default() });
    assert_eq!(again.findings[0].status, Status::Open);
    let whole = next(Some(&again), Day { hours: 1001, ..Day::default() });
    assert_eq!(changes(&whole), ["resolved CVE-1"]);
}

#[test]
fn a_flaw_that_only_its_records_lost_counts_as_withdrawn_after_a_day() {
    let locked: &[(&str, &str)] = &[("jinja2", "1")];
    let first = decided(&next(None, Day { flaws: one(&["CVE-1"], "1"), locked, ..Day::default() }));
    let edited = decided(&next(Some(&first), Day { hours: 1, locked, ..Day::default() }));
    assert_eq!(edited.findings[0].status, Status::Open);
    // Published again within the day: nothing ever happened.
    let back = next(Some(&edited), Day { hours: 5, flaws: one(&["CVE-1"], "1"), locked, ..Day::default() });
    assert!(back.changes.is_empty() && back.findings[0].absent_since.is_none());
    let gone = next(Some(&edited), Day { hours: 26, locked, ..Day::default() });
    assert_eq!(changes(&gone), ["withdrawn CVE-1"]);
}

#[test]
fn what_only_a_report_told_needs_two_whole_scans() {
    let told = || vec![Seen { source: "safety".to_owned(), ..one(&["PYUP-1"], "1").remove(0) }];
    let sources: &[&str] = &["osv", "safety"];
    let first = decided(&next(None, Day { flaws: told(), sources, ..Day::default() }));
    let once = decided(&next(Some(&first), Day { hours: 1, sources, ..Day::default() }));
    let soon = next(Some(&once), Day { hours: 12, sources, ..Day::default() });
    assert_eq!(soon.findings[0].status, Status::Open);
    let without = next(Some(&once), Day { hours: 99, ..Day::default() });
    assert_eq!(without.findings[0].status, Status::Open, "the one that told it did not speak");
    let twice = next(Some(&once), Day { hours: 13, sources, ..Day::default() });
    assert_eq!(changes(&twice), ["resolved PYUP-1"]);
    let back = next(Some(&decided(&twice)), Day { hours: 14, flaws: told(), sources, ..Day::default() });
    assert_eq!(changes(&back), ["reopened PYUP-1"]);
}

#[test]
fn worse_counts_at_once_and_better_after_a_day() {
    let rated = |hours: i64, level: Level| Day {
        hours,
        flaws: vec![flaw("demo", &["CVE-1"], level, Exposure::Pinned)],
        ..Day::default()
    };
    let first = decided(&next(None, rated(0, Level::Medium)));
    let worse = next(Some(&first), rated(1, Level::Critical));
    assert_eq!(changes(&worse), ["severity_up CVE-1"]);
    let better = decided(&next(Some(&decided(&worse)), rated(2, Level::Low)));
    assert_eq!((better.findings[0].severity.level, better.changes.len()), (Level::Critical, 0));
    let pong = next(Some(&better), rated(3, Level::Critical));
    assert!(pong.changes.is_empty() && pong.findings[0].lower.is_none());
    let settled = next(Some(&better), rated(26, Level::Low));
    assert_eq!(changes(&settled), ["severity_down CVE-1"]);
}

#[test]
fn an_acceptance_expires_at_midnight_exactly_once() {
    let accepted = "[[accepted]]\nid = 'CVE-1'\npackage = 'jinja2'\nreason = 'why'\nby = 'ana'\nuntil = 2026-11-20\n";
    let day = |hours: i64, accepted| Day { hours, flaws: one(&["CVE-1"], "1"), accepted, ..Day::default() };
    let open = decided(&next(None, day(0, "")));
    let suppressed = next(Some(&open), day(1, accepted));
    assert_eq!(changes(&suppressed), ["suppressed CVE-1"]);
    let last = decided(&next(Some(&decided(&suppressed)), day(17, accepted)));
    assert!(last.changes.is_empty() && last.findings[0].status == Status::Accepted, "23:00 of the last day");
    let over = next(Some(&last), day(18, accepted));
    assert_eq!(changes(&over), ["acceptance_expired CVE-1"]);
    assert_eq!(over.changes[0].detail.as_deref(), Some("the acceptance ended after 2026-11-20"));
    assert!(next(Some(&decided(&over)), day(40, accepted)).changes.is_empty());
}

#[test]
fn an_acceptance_ends_with_what_it_named() {
    let entry = |more: &str| {
        format!(
            "[[accepted]]\nid = 'CVE-1'\npackage = 'jinja2'\nreason = 'why'\nby = 'ana'\nuntil = 2026-12-20\n{more}\n"
        )
    };
    let first = decided(&next(None, Day { flaws: one(&["CVE-1"], "1"), accepted: &entry(""), ..Day::default() }));
    assert_eq!(first.findings[0].status, Status::Accepted);
    for (more, why) in [
        ("versions = '>=2'", "the acceptance is not about the locked version"),
        ("max_severity = 'low'", "the acceptance holds up to low, and the flaw is rated medium"),
        ("until_fixed = true", "the acceptance holds until there is a fix, and there is one"),
        ("created = 2025-01-01", "the acceptance ended after 2026-01-01"),
    ] {
        let ended = next(Some(&first), Day { flaws: one(&["CVE-1"], "1"), accepted: &entry(more), ..Day::default() });
        assert_eq!(changes(&ended), ["acceptance_expired CVE-1"], "{more}");
        assert_eq!(ended.changes[0].detail.as_deref(), Some(why));
    }
    let taken_back = next(Some(&first), Day { flaws: one(&["CVE-1"], "1"), ..Day::default() });
    assert_eq!(changes(&taken_back), ["reopened CVE-1"]);
}

fn hit(path: &str, line: u64, text: &str) -> CodeFlaw {
    CodeFlaw {
        tool: "bandit".to_owned(),
        rule: "B602".to_owned(),
        path: path.to_owned(),
        line_hash: line_hash(text),
        line,
        level: Level::High,
        confidence: None,
        cwe: None,
    }
}

#[test]
fn findings_in_code_survive_shifted_lines_and_moved_files() {
    let sources: &[&str] = &["osv", "bandit"];
    let day = |hours, code| Day { hours, code, sources, ..Day::default() };
    let ids = |state: &State| state.code.iter().map(|finding| finding.id.clone()).collect::<BTreeSet<_>>();
    let first =
        next(None, day(0, vec![hit("a.py", 2, "call(x)"), hit("a.py", 9, "call(x)"), hit("a.py", 5, "call(y)")]));
    assert_eq!(ids(&first).len(), 3, "two alike are two");
    let shifted = next(
        Some(&first),
        day(1, vec![hit("a.py", 5, "  call(x)"), hit("a.py", 12, "call( x )"), hit("a.py", 8, "call(y)")]),
    );
    assert_eq!(ids(&shifted), ids(&first));
    let moved = next(
        Some(&shifted),
        day(2, vec![hit("b.py", 5, "call(x)"), hit("b.py", 12, "call(x)"), hit("b.py", 8, "call(y)")]),
    );
    assert_eq!(ids(&moved), ids(&first));
    assert!(moved.code.iter().all(|finding| finding.first_seen == at(0)));
    let edited = next(Some(&moved), day(3, vec![hit("b.py", 5, "call(z)")]));
    assert_eq!(edited.code.len(), 1);
    assert!(ids(&first).contains(&edited.code[0].id), "the same rule in the same file");
    let silent = next(Some(&edited), Day { ok: false, ..day(4, vec![]) });
    assert_eq!(silent.code.len(), 1, "a scanner that failed removes nothing");
    assert!(next(Some(&edited), day(5, vec![])).code.is_empty());
}

#[test]
fn many_findings_in_code_are_matched_in_no_time_that_grows_with_their_square() {
    let code: Vec<CodeFlaw> = (0..20_000).map(|line| hit("a.py", line, "call(x)")).collect();
    let sources: &[&str] = &["osv", "bandit"];
    let first = next(None, Day { code: code.clone(), sources, ..Day::default() });
    let second = next(Some(&first), Day { code, sources, ..Day::default() });
    assert_eq!(second.code, first.code);
}

#[test]
fn a_file_that_is_no_state_is_refused() {
    assert!(State::parse("state.json", b"{}").is_err());
    let state = next(None, Day::default());
    let newer = state.to_json().replace("\"schema\": 1", "\"schema\": 2");
    assert!(State::parse("state.json", newer.as_bytes()).is_err());
}
