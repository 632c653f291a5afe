//! The text of every error variant: message, cause, hints and place, as a person reads them. A code without
//! a line here, or a line without a code, turns the test red.

use std::collections::BTreeSet;
use std::path::PathBuf;

use expect_test::expect_file;
use pyrelease::build::BuildError;
use pyrelease::build::error::Output;
use pyrelease::build::native::Reason;
use pyrelease::config::ConfigError;
use pyrelease::config::error::UnknownKey;
use pyrelease::effects::EffectsError;
use pyrelease::effects::error::Said;
use pyrelease::error::{Explain, Failure};
use pyrelease::plan::PlanError;
use pyrelease::project::ProjectError;
use pyrelease::report::codes;
use pyrelease::report::human::{Colour, failure};
use pyrelease::steps::StepError;
use pyrelease::steps::push_answer::Answer;

fn io() -> std::io::Error {
    std::io::Error::other("the system's own words")
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn said() -> Output {
    Output("first line\nlast line".to_owned())
}

fn word_of(git: &str) -> Said {
    Said(git.to_owned())
}

fn effects() -> Vec<Failure> {
    let path = || PathBuf::from("dist/a.whl");
    let url = || "http://example.org/simple/".to_owned();
    all(vec![
        EffectsError::Read { path: path(), source: io() },
        EffectsError::Write { path: path(), source: io() },
        EffectsError::NotText { path: path(), offset: 7 },
        EffectsError::TooLarge { path: path(), limit: 1024 },
        EffectsError::ProgramMissing {
            program: "python3".to_owned(),
            package: "Python 3.11 or newer with venv and pip",
        },
        EffectsError::ProgramStart { program: "python3".to_owned(), source: io() },
        EffectsError::Offline { url: url() },
        EffectsError::PlainHttp { url: url() },
        EffectsError::Url { url: "pypi".to_owned() },
        EffectsError::NoAnswer { host: "example.org".to_owned(), doing: "sending the request", source: Box::new(io()) },
        EffectsError::Slow {
            host: "example.org".to_owned(),
            doing: "waiting for the answer",
            name: "first-byte",
            seconds: 60,
        },
        EffectsError::Listen { port: 80, source: io() },
        EffectsError::Git { doing: "list tags".to_owned(), source: git2::Error::from_str("libgit2's own words") },
        EffectsError::Interrupted,
        EffectsError::Terminated,
        EffectsError::Remote { remote: "origin".to_owned(), said: word_of("fatal: no such host") },
        EffectsError::NoCache,
        EffectsError::RepositoryProgram { key: "core.sshcommand".to_owned() },
        EffectsError::Signing { program: "ssh-keygen".to_owned(), said: word_of("Load key: error in libcrypto") },
        EffectsError::Signing { program: "gpg".to_owned(), said: word_of("gpg: signing failed: No secret key") },
        EffectsError::Signing { program: "git".to_owned(), said: word_of("`gpg.format` is `pgp`") },
        EffectsError::NoSigningKey,
        EffectsError::NoIdentity,
    ])
}

fn config() -> Vec<Failure> {
    let file = || "pyproject.toml".to_owned();
    let key = UnknownKey { path: "gates.0.timout".to_owned(), line: 9, nearest: Some("timeout".to_owned()) };
    all(vec![
        ConfigError::Syntax { file: file(), message: "unclosed array".to_owned(), at: (3, 7) },
        ConfigError::UnknownKeys { file: file(), keys: vec![key] },
        ConfigError::Type { file: file(), message: "expected a string".to_owned(), at: (3, 7) },
        ConfigError::Value { file: file(), key: "tag".to_owned(), problem: "must contain `{version}` once".to_owned() },
        ConfigError::UnknownIndex { name: "pipy".to_owned(), known: words(&["pypi", "testpypi"]) },
    ])
}

fn project() -> Vec<Failure> {
    let file = || "pyproject.toml".to_owned();
    let source = "1.x".parse::<pyrelease::python::version::Version>().expect_err("it is none");
    all(vec![
        ProjectError::NoPyproject { dir: ".".to_owned() },
        ProjectError::Toml { file: file(), message: "unclosed table".to_owned(), at: (1, 9) },
        ProjectError::Missing { file: file(), key: "project.name" },
        ProjectError::Value {
            file: file(),
            key: "project.name".to_owned(),
            problem: "it has a space".to_owned(),
            line: Some(2),
        },
        ProjectError::UnsupportedSource { name: "acme".to_owned(), why: "`version` is dynamic".to_owned() },
        ProjectError::VersionNotFound {
            file: "a.py".to_owned(),
            expected: "`__version__ = \"…\"` at the top level".to_owned(),
        },
        ProjectError::BadVersion { written: "1.x".to_owned(), file: file(), line: 3, source },
        ProjectError::NotForMaturin {
            version: "1.3.0.dev4".to_owned(),
            written: "1.3.0-0.dev.4".to_owned(),
            file: "Cargo.toml".to_owned(),
            line: 3,
        },
        ProjectError::VersionsDiffer { versions: "one 1.0, two 1.1".to_owned() },
        ProjectError::WhichPackage { packages: "one 1.0, two 1.1".to_owned(), example: "one".to_owned() },
        ProjectError::SameTags { packages: "`one` and `two`".to_owned(), tag: "v{version}".to_owned() },
        ProjectError::ReferenceOfWhom { path: "README.md".to_owned() },
        ProjectError::Mark { file: "README.md".to_owned(), line: 3, form: "version".to_owned() },
        ProjectError::Overlap { file: "README.md".to_owned(), line: 3 },
        ProjectError::ReferenceCount {
            file: "README.md".to_owned(),
            pattern: "acme=={version}".to_owned(),
            found: 2,
            expected: "1".to_owned(),
        },
        ProjectError::Utf16 { file: "README.md".to_owned() },
        ProjectError::Link { file: "README.md".to_owned() },
        ProjectError::NotUtf8Path { dir: "/tmp/a?".to_owned() },
        ProjectError::NoRepository { dir: ".".to_owned() },
        ProjectError::TwoConfigurations,
        ProjectError::UnknownPackage { name: "three".to_owned(), known: "`one`, `two`".to_owned(), is_root: false },
    ])
}

fn plan() -> Vec<Failure> {
    let version = || "1.3.0".to_owned();
    all(vec![
        PlanError::DirtyTree { files: words(&["a", "b", "c", "d", "e", "f", "g"]) },
        PlanError::WrongBranch { branch: "topic".to_owned(), allowed: words(&["main"]) },
        PlanError::Shallow,
        PlanError::Behind { branch: "main".to_owned(), upstream: "origin/main".to_owned(), commits: 2 },
        PlanError::HooksRefused { hooks: words(&["pre-commit", "commit-msg"]) },
        PlanError::HooksElsewhere { path: ".husky".to_owned() },
        PlanError::Comment { problem: "it is empty" },
        PlanError::NoComment,
        PlanError::SecretInMessage { place: "the message of the commit", kind: "a token of PyPI" },
        PlanError::NoBump,
        PlanError::BumpMoved { version: version(), what: "the tag `v1.3.0` is another one now".to_owned() },
        PlanError::BumpEdited { version: version(), files: words(&["README.md"]) },
        PlanError::BumpOfAnother { version: version() },
        PlanError::BumpPushed { version: version(), remote: "origin".to_owned(), what: "the tag `v1.3.0`".to_owned() },
        PlanError::BumpUnknown { remote: "origin".to_owned(), branch: "main".to_owned() },
        PlanError::Detached,
        PlanError::NoCommit,
        PlanError::InProgress { what: "merge" },
        PlanError::TagTaken { tag: "v1.3.0".to_owned(), commit: "abc".to_owned() },
        PlanError::BelowTag { version: version(), highest: "1.9.0".to_owned() },
        PlanError::NothingToRelease {
            version: "1.2.3".to_owned(),
            reason: "no commit changes what is released".to_owned(),
        },
        PlanError::NoKind { choices: words(&["`release bump minor` gives 1.3.0"]) },
        PlanError::Stale { version: "1.2.3".to_owned(), places: words(&["README.md:3: acme==1.2.2"]) },
        PlanError::MadeFromUnknown { version: "1.2.3".into(), tag: "v1.2.3".into(), next: "1.2.4".into() },
        PlanError::NoFirstTag,
        PlanError::CurrentWithKind { version: version() },
        PlanError::NoArchives { version: version(), dir: "dist".to_owned() },
        PlanError::NoSuchTag { tag: "v1.0".to_owned() },
        PlanError::NotOnIndex { package: "acme".to_owned(), version: version(), index: "pypi".to_owned() },
        PlanError::NoIndex,
        PlanError::NoToken {
            index: "pypi".to_owned(),
            variable: "RELEASE_TOKEN_PYPI".to_owned(),
            advice: None,
            unread: vec!["MY_TOKEN".to_owned()],
        },
        PlanError::GivenClock { index: "pypi".to_owned() },
        PlanError::NoExtra { extra: "test".to_owned() },
        PlanError::Unsaved { files: words(&["README.md"]) },
        PlanError::Unconfirmed,
        PlanError::NoAnswer { question: "branch".to_owned() },
        PlanError::Configured { option: "--forge", key: "init.workflows", file: "pyproject.toml".to_owned() },
        PlanError::NoGroup { group: "dev".to_owned() },
    ])
}

fn plan_of_runs() -> Vec<Failure> {
    let version = || "1.3.0".to_owned();
    all(vec![
        PlanError::OtherCommit { tag: "v1.3.0".to_owned() },
        PlanError::PushesElsewhere { remote: "origin".to_owned() },
        PlanError::NoRemote { remote: "upstream".to_owned() },
        PlanError::NotAPlan { problem: "its schema is `2`".to_owned() },
        PlanError::Expired { on: "2026-11-28".to_owned() },
        PlanError::Moved { facts: words(&["`to` was `1.3.0` and is `1.4.0`"]) },
        PlanError::Drifted { version: "1.3.0".to_owned(), facts: words(&["`hooks` differs"]) },
        PlanError::OtherToken { token: "ab".repeat(32) },
        PlanError::NotConfirmed,
        PlanError::Unfinished { version: version() },
        PlanError::NoRun,
        PlanError::Left { version: version(), phase: "push".to_owned() },
        PlanError::Elsewhere {
            version: version(),
            tag: "v1.3.0".to_owned(),
            why: "there is no tag `v1.3.0` here, and so not its commit".to_owned(),
            in_the_way: false,
        },
        PlanError::Elsewhere {
            version: version(),
            tag: "v1.3.0".to_owned(),
            why: "`v1.3.0` is 0123456789ab here and ba9876543210 there".to_owned(),
            in_the_way: true,
        },
        PlanError::HeadMoved {
            head: "0123456789ab".to_owned(),
            tag: "v1.3.0".to_owned(),
            expected: "ba9876543210".to_owned(),
        },
        PlanError::OtherArchive { file: "acme-1.3.0.tar.gz".to_owned() },
        PlanError::NotApproved { have: 1, need: 2, token: "ab".repeat(32) },
        PlanError::NotVerified { stage: "pypi".to_owned(), before: "testpypi".to_owned() },
        PlanError::NotVisible { file: "acme-1.3.0.tar.gz".to_owned(), index: "pypi".to_owned(), seconds: 600 },
        PlanError::VersionTaken { index: "pypi".to_owned(), version: version() },
        PlanError::RemoteTag { remote: "origin".to_owned(), tag: "v1.3.0".to_owned() },
        PlanError::RemoteAhead { remote: "origin".to_owned(), branch: "main".to_owned() },
        PlanError::CheckFailed { findings: 2 },
        PlanError::OtherArchives { expected: "ab12".to_owned(), found: "cd34".to_owned() },
        PlanError::SameJob,
        PlanError::OtherProject { file: "dist/a.whl".to_owned(), found: "dem0".to_owned(), expected: words(&["demo"]) },
        PlanError::NoManifest { path: "dist/m.json".to_owned(), problem: "expected value".to_owned() },
    ])
}

fn pushed(answer: Answer, landed: Option<bool>) -> StepError {
    let said = word_of("! [rejected]");
    StepError::Push { remote: "origin".to_owned(), branch: Some("main".to_owned()), answer, landed, said }
}

fn steps() -> Vec<Failure> {
    all(vec![
        pushed(Answer::Behind, Some(false)),
        pushed(Answer::TagTaken, Some(false)),
        pushed(Answer::Protected, Some(false)),
        pushed(Answer::Declined, None),
        pushed(Answer::HookHere, Some(false)),
        pushed(Answer::Denied, None),
        pushed(Answer::NotAtomic, Some(false)),
        pushed(Answer::Passing, None),
        pushed(Answer::Other, Some(true)),
        StepError::GitHook { hook: "pre-commit".to_owned(), ending: "exit code 1".to_owned(), output: said() },
        StepError::GitHookChanged { hook: "pre-commit".to_owned(), files: words(&["README.md"]) },
        StepError::Locked { lock: ".git/release/lock".to_owned() },
        StepError::GitLocked { lock: ".git/index.lock".to_owned() },
        StepError::Stale { file: "README.md".to_owned(), journal: String::new() },
        StepError::Stale { file: "README.md".to_owned(), journal: ".git/release/journal".to_owned() },
        StepError::Uncommitted { file: "README.md".to_owned() },
        StepError::Pending,
        StepError::ReferenceConflict { reference: "refs/tags/a/b".to_owned(), other: "refs/tags/a".to_owned() },
        StepError::ReferenceMoved {
            reference: "refs/heads/main".to_owned(),
            journal: ".git/release/journal".to_owned(),
        },
        StepError::Journal { path: ".git/release/journal".to_owned(), problem: "EOF".to_owned() },
        StepError::OtherTree { top: "/elsewhere".to_owned() },
        StepError::Fetch { url: "https://example.org/a.whl".to_owned(), status: 404 },
        StepError::UnreadableEntry,
        StepError::Hook {
            hook: "scripts/notify".to_owned(),
            at: "before-publish".to_owned(),
            ending: "exit code 1".to_owned(),
            output: said(),
        },
        StepError::Encrypted { file: "acme/key.py".to_owned(), filter: "git-crypt".to_owned() },
        StepError::NotFetched { file: "acme/model.bin".to_owned() },
        StepError::HookChanged { hook: "scripts/notify".to_owned(), files: words(&["README.md"]) },
        StepError::Gate { gate: "python -m unittest".to_owned(), ending: "exit code 1".to_owned(), output: said() },
    ])
}

fn build() -> Vec<Failure> {
    let backend = || "hatchling.build".to_owned();
    let requirements = || words(&["hatchling>=1.27"]);
    all(vec![
        BuildError::OldPython { found: "3.9.18".to_owned() },
        BuildError::PythonModule { version: "3.11.2".to_owned(), module: "venv" },
        BuildError::Environment { output: said() },
        BuildError::Fetch { requirements: requirements(), output: said() },
        BuildError::NotCached { requirements: requirements() },
        BuildError::Install { requirements: requirements(), output: said() },
        BuildError::Backend {
            backend: backend(),
            hook: "build_wheel",
            ending: "exit code 1".to_owned(),
            output: said(),
        },
        BuildError::TooSlow { backend: backend(), hook: "build_wheel", seconds: 900, output: said() },
        BuildError::NoBackend { backend: backend(), problem: "No module named 'hatchling'".to_owned() },
        BuildError::NoHook { backend: backend(), hook: "build_sdist" },
        BuildError::NoArchive { backend: backend(), named: "a.whl".to_owned() },
        BuildError::WroteOutside { backend: backend(), files: vec!["a.py".to_owned()] },
        BuildError::WroteOutside {
            backend: backend(),
            files: ["a", "b", "c", "d", "e", "f"].map(str::to_owned).into(),
        },
        BuildError::CredentialVisible {
            package: "acme".to_owned(),
            credentials: vec!["RELEASE_TOKEN".to_owned(), "~/.pypirc".to_owned()],
        },
        BuildError::NotNative {
            package: "acme".to_owned(),
            reason: Reason::new("build-system.requires", "`hatch-vcs` may change what is built")
                .instead("nothing but `hatchling` in it"),
        },
        BuildError::NotNative { package: "acme".to_owned(), reason: Reason::new("setup.py", "it is a program") },
        BuildError::WrongName { found: "a-2.tar.gz".to_owned(), expected: "a-1.tar.gz".to_owned() },
        BuildError::OtherMetadata { file: "a-1.tar.gz".to_owned(), metadata: "b 1".to_owned() },
        BuildError::BadWheel { file: "a-1-py3-none-any.whl".to_owned(), problem: "the file is empty".to_owned() },
        BuildError::BadSdist { problem: "the file is empty".to_owned() },
    ])
}

fn all<E: Explain>(errors: Vec<E>) -> Vec<Failure> {
    errors.into_iter().map(Failure::from).collect()
}

#[test]
fn every_variant_reads_well() {
    let failures = [effects(), config(), project(), plan(), plan_of_runs(), steps(), build()].concat();
    let mut text = String::new();
    for failed in &failures {
        text.push_str(&failure(failed, Colour::Off));
        text.push_str(&format!("  exit: {}\n\n", failed.kind.exit_code()));
        let first = failed.message.chars().next().unwrap_or_default();
        assert!(
            !first.is_uppercase() || ["HEAD", "Python"].iter().any(|word| failed.message.starts_with(word)),
            "{}",
            failed.message
        );
        assert!(!failed.message.ends_with('.'), "{}", failed.message);
    }
    expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots/errors.txt")].assert_eq(&text);
    let rooms = ["effects/", "config/", "project/", "plan/", "step/", "build/"];
    let explained: BTreeSet<&str> =
        codes::all().map(|code| code.code).filter(|code| rooms.iter().any(|room| code.starts_with(room))).collect();
    let tested: BTreeSet<&str> = failures
        .iter()
        .map(|failed| failed.code)
        .filter(|code| rooms.iter().any(|room| code.starts_with(room)))
        .collect();
    assert_eq!(explained, tested);
}
