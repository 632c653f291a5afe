//! What commits and changelog call for.

use pyrelease::project::changelog::{Document, Markup};
use pyrelease::project::impact::{Impact, of_changelog, of_commits, of_fragments};
use pyrelease::python::bump::Level;

fn of(messages: &[&str]) -> Impact {
    let messages: Vec<String> = messages.iter().map(|message| (*message).to_owned()).collect();
    of_commits(&messages).impact
}

#[test]
fn commits_are_read_by_their_type() {
    for (message, impact) in [
        ("feat: more", Impact::Feature),
        ("Feat(api): more", Impact::Feature),
        ("fix: less", Impact::Fix),
        ("perf(core): fast", Impact::Fix),
        ("docs: words", Impact::Nothing),
        ("chore(deps): bump x", Impact::Nothing),
        ("refactor(api)!: other", Impact::Breaking),
        ("chore: x\n\nBREAKING CHANGE: it is gone", Impact::Breaking),
        ("fix: x\n\nBREAKING-CHANGE: it is gone", Impact::Breaking),
        ("fix: x\n\nthis is no BREAKING CHANGE: really", Impact::Fix),
        ("Mend it!", Impact::Fix),
        ("stop this!: now", Impact::Fix),
        ("feature request (see #3)!: x", Impact::Fix),
        ("wip: half", Impact::Fix),
        ("feat:no blank", Impact::Fix),
        ("Merge branch 'topic' into main", Impact::Nothing),
        ("", Impact::Fix),
    ] {
        assert_eq!(of(&[message]), impact, "{message}");
    }
    assert_eq!(of(&[]), Impact::Nothing);
    assert_eq!(of(&["docs: a", "fix: b", "feat: c", "fix: d"]), Impact::Feature);
}

#[test]
fn a_squash_merge_is_what_its_body_lists() {
    for (message, impact) in [
        ("Add a thing (#12)\n\n* feat: a thing\n\n* fix: a typo in it", Impact::Feature),
        ("chore: many things (#12)\n\n* fix: one\n* refactor!: the old way is gone", Impact::Breaking),
        ("docs: words (#3)\n\n* docs: one\n* test: two", Impact::Nothing),
        // Lines that only look like a type are text.
        ("docs: words\n\n* note: this is no type\n* Bug: neither", Impact::Nothing),
    ] {
        assert_eq!(of(&[message]), impact, "{message}");
    }
}

#[test]
fn fragments_give_their_types_as_the_reason() {
    let found = of_fragments(&[("fixed", Impact::Fix), ("added", Impact::Feature), ("fixed", Impact::Fix)]);
    let found = found.expect("there are some");
    assert_eq!((found.impact, found.reason.as_str()), (Impact::Feature, "3 fragments: added, fixed"));
    assert_eq!(of_fragments(&[]), None);
}

#[test]
fn what_was_reverted_does_not_count() {
    assert_eq!(of(&["Revert \"feat: more\"", "feat: more"]), Impact::Nothing);
    assert_eq!(of(&["feat: more", "Revert \"feat: more\"", "feat: more"]), Impact::Feature);
    assert_eq!(of(&["Revert \"Revert \"feat: more\"\"", "Revert \"feat: more\"", "feat: more"]), Impact::Feature);
    // What it takes back was released before.
    assert_eq!(of(&["Revert \"feat: old\""]), Impact::Fix);
}

#[test]
fn the_changelog_is_read_by_its_headings() {
    for (text, impact) in [
        ("", None),
        ("### Added\n\n### Fixed\n", None),
        ("### Added\n\n- A thing", Some(Impact::Feature)),
        ("### Fixed\n- x\n\n### Changed\n- y", Some(Impact::Feature)),
        ("### Removed\n- x", Some(Impact::Breaking)),
        ("### Changed\n- **Breaking:** x", Some(Impact::Breaking)),
        ("### Security\n- x", Some(Impact::Fix)),
        ("- something", Some(Impact::Fix)),
    ] {
        let text = format!("## Unreleased\n\n{text}\n");
        let document = Document::read(&text, Markup::Markdown);
        let groups = document.groups(document.section(None).expect("it is there"));
        assert_eq!(of_changelog(&groups).map(|evidence| evidence.impact), impact, "{text:?}");
    }
}

#[test]
fn the_level_depends_on_the_current_version() {
    for (current, impact, level) in [
        ("1.2.3", Impact::Breaking, Some(Level::Major)),
        ("0.2.3", Impact::Breaking, Some(Level::Minor)),
        ("0.2.3", Impact::Feature, Some(Level::Minor)),
        ("0.2.3", Impact::Fix, Some(Level::Patch)),
        ("0.0.0", Impact::Fix, Some(Level::Minor)),
        ("1.2.3", Impact::Nothing, None),
    ] {
        assert_eq!(impact.level(&current.parse().expect("a version")), level, "{current} {impact:?}");
    }
}
