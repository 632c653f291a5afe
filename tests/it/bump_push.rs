//! `release bump --push`: branch and tag together, by git, with the forge's token where it belongs.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::answering::{Answering, Asked};
use crate::support::projects::ACME;
use crate::support::releasing::forge_table;
use crate::support::sandbox::CANARY;

/// `acme` with a bare remote beside it.
fn pushed() -> Sandbox {
    let sandbox = Sandbox::with(ACME);
    let origin = sandbox.path("origin.git").display().to_string();
    sandbox.git(&["init", "-q", "--bare", "-b", "main", &origin]);
    sandbox.git(&["remote", "add", "origin", &origin]);
    sandbox.git(&["push", "-q", "origin", "main"]);
    sandbox
}

fn remote(sandbox: &Sandbox) -> String {
    sandbox
        .git(&["ls-remote", "origin"])
        .lines()
        .filter_map(|line| line.split('\t').nth(1))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn branch_and_tag_go_together() {
    let sandbox = pushed();
    let dry = sandbox.release(&["bump", "minor", "--push", "--dry-run"]).success();
    assert!(dry.stdout.ends_with("would push branch and tag to `origin`\n"), "{dry}");
    assert_eq!(remote(&sandbox), "HEAD refs/heads/main");
    let output = sandbox.release(&["bump", "minor", "--push"]).success();
    assert!(output.stdout.ends_with("pushed main and v1.3.0 to `origin`\n"), "{output}");
    assert_eq!(remote(&sandbox), "HEAD refs/heads/main refs/tags/v1.3.0 refs/tags/v1.3.0^{}");
    assert_eq!(sandbox.git(&["rev-parse", "main"]), sandbox.git(&["rev-parse", "origin/main"]));
    // Again: nothing is bumped, nothing pushed.
    let again = sandbox.release(&["bump", "minor", "--push"]).success();
    assert!(again.stdout.ends_with("`origin` has v1.3.0 already\n"), "{again}");
}

#[test]
fn a_branch_that_was_refused_keeps_its_tag_back() {
    let sandbox = pushed();
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "elsewhere"]);
    sandbox.git(&["push", "-q", "origin", "main"]);
    sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    // Known before: nothing is changed. Known only at the push: it is all here, and can be taken back.
    let output = sandbox.release(&["bump", "minor", "--push", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (1, "plan/behind".to_owned()), "{output}");
    sandbox.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    sandbox.release(&["bump", "minor"]).success();
    expect![[r#"
        note: 1.3.0 is released as `v1.3.0`, and nothing was committed since
        error[step/push-behind]: `main` of `origin` has commits that are not here
          cause: refs/heads/main [rejected] (non-fast-forward)
                 refs/tags/v1.3.0 [rejected] (atomic push failed)
          hint: nothing of it is on `origin`; commit and tag are here
          hint: run `git fetch origin`, take the bump back with `release bump --undo` (a run: `release undo`), then `git pull --rebase origin main`, and release again
    "#]].assert_eq(&sandbox.release(&["bump", "minor", "--push"]).stderr);
    assert_eq!(remote(&sandbox), "HEAD refs/heads/main");
    let lone = Sandbox::with(ACME);
    let output = lone.release(&["bump", "minor", "--push"]);
    expect![[r#"
        ------- stderr -------
        error[plan/no-remote]: there is no remote `origin`
          hint: `git remote -v` lists them; name one with `--remote NAME`
        [exit status: 3]
    "#]]
    .assert_eq(&output.to_string());
}

#[test]
fn the_token_of_the_forge_reaches_its_own_host_alone() {
    // A forge that lets nobody in: what it was asked with is all that matters.
    let server = Answering::start(|asked: &Asked| {
        let known = asked.head.to_ascii_lowercase().contains("authorization: ");
        (if known { 403 } else { 401 }, String::new())
    });
    let other = Answering::start(|_: &Asked| (401, String::new()));
    for (remote, is_sent) in [(&server, true), (&other, false)] {
        let mut sandbox = Sandbox::with(ACME);
        let text = sandbox.read("pyproject.toml");
        sandbox.write("pyproject.toml", format!("{text}{}", forge_table("gitea", &server.url(""))));
        sandbox.commit("chore: the forge");
        sandbox.set("RELEASE_FORGE_TOKEN", CANARY);
        sandbox.git(&["remote", "add", "origin", &remote.url("/acme/demo.git")]);
        let output = sandbox.release(&["bump", "minor", "--push", "-v"]);
        assert_eq!(output.code, 1, "{output}");
        assert!(output.stderr.contains("effects/remote"), "{output}");
        use base64::Engine;
        let login = base64::engine::general_purpose::STANDARD.encode(format!("x-access-token:{CANARY}"));
        let was_sent = remote.asked().iter().any(|asked| asked.head.contains(&login));
        assert_eq!(was_sent, is_sent, "{:#?}", remote.asked());
    }
}

#[test]
fn pushes_that_go_elsewhere_are_refused_with_their_token() {
    let server = Answering::start(|_: &Asked| (200, String::new()));
    let other = Answering::start(|_: &Asked| (401, String::new()));
    let mut sandbox = Sandbox::with(ACME);
    let text = sandbox.read("pyproject.toml");
    sandbox.write("pyproject.toml", format!("{text}{}", forge_table("gitea", &server.url(""))));
    sandbox.commit("chore: the forge");
    sandbox.set("RELEASE_FORGE_TOKEN", CANARY);
    sandbox.git(&["remote", "add", "origin", &server.url("/acme/demo.git")]);
    sandbox.git(&["config", "remote.origin.pushurl", &other.url("/acme/demo.git")]);
    let output = sandbox.release(&["bump", "minor", "--push", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (1, "plan/pushes-elsewhere".to_owned()), "{output}");
    assert!(server.asked().is_empty() && other.asked().is_empty());
    // Nor does a rule that rewrites addresses take the token along.
    sandbox.git(&["config", "--unset", "remote.origin.pushurl"]);
    sandbox.git(&["config", &format!("url.{}.insteadOf", other.url("/")), &server.url("/")]);
    let output = sandbox.release(&["bump", "minor", "--push", "--format", "json"]);
    assert_eq!(output.code, 1, "{output}");
    assert!(!other.asked().is_empty());
    assert!(!other.asked().iter().any(|asked| asked.head.to_ascii_lowercase().contains("authorization")));
}

#[test]
fn every_refusal_of_a_remote_has_its_own_answer() {
    let mut answers = String::new();
    for (name, script) in [
        ("a hook", "echo 'no ticket in the message' >&2; exit 1"),
        ("GitHub", "echo 'error: GH006: Protected branch update failed for refs/heads/main.' >&2; exit 1"),
        (
            "GitLab",
            "echo 'GitLab: You are not allowed to push code to protected branches on this project.' >&2; exit 1",
        ),
        ("Gitea", "echo 'Gitea: Not allowed to push to protected branch main' >&2; exit 1"),
    ] {
        let sandbox = pushed();
        let hook = sandbox.path("origin.git/hooks/pre-receive");
        std::fs::create_dir_all(hook.parent().expect("a folder")).expect("a folder");
        std::fs::write(&hook, format!("#!/bin/sh\n{script}\n")).expect("a hook");
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).expect("a mode");
        let output = sandbox.release(&["bump", "minor", "--push"]);
        answers.push_str(&format!("{name}: {}[exit status: {}]\n", output.stderr, output.code));
        assert_eq!(remote(&sandbox), "HEAD refs/heads/main");
        // What was bumped stays, can be pushed later, or taken back.
        assert_eq!(sandbox.git(&["tag"]), "v1.3.0\n");
        std::fs::remove_file(&hook).expect("it is there");
        sandbox.release(&["bump", "minor", "--push"]).success();
        assert_eq!(remote(&sandbox), "HEAD refs/heads/main refs/tags/v1.3.0 refs/tags/v1.3.0^{}");
    }
    let taken = pushed();
    taken.release(&["bump", "minor"]).success();
    taken.git(&["push", "-q", "origin", "main~1:refs/tags/v1.3.0"]);
    let output = taken.release(&["bump", "minor", "--push"]);
    answers.push_str(&format!("a tag: {}[exit status: {}]\n", output.stderr, output.code));
    expect![[r#"
        a hook: error[step/push-declined]: a hook of `origin` refused the push
          cause: refs/heads/main [remote rejected] (pre-receive hook declined)
                 refs/tags/v1.3.0 [remote rejected] (pre-receive hook declined)
                 remote: no ticket in the message
          hint: nothing of it is on `origin`; commit and tag are here
          hint: do what the hook says above; `release bump --undo` takes the bump back (a run: `release undo`)
        [exit status: 1]
        GitHub: error[step/push-protected]: `origin` protects `main`, or the tag, from this push
          cause: refs/heads/main [remote rejected] (pre-receive hook declined)
                 refs/tags/v1.3.0 [remote rejected] (pre-receive hook declined)
                 remote: error: GH006: Protected branch update failed for refs/heads/main.
          hint: nothing of it is on `origin`; commit and tag are here
          hint: let whoever releases push there, in the settings of the forge; `release bump --undo` takes the bump back (a run: `release undo`)
        [exit status: 1]
        GitLab: error[step/push-protected]: `origin` protects `main`, or the tag, from this push
          cause: refs/heads/main [remote rejected] (pre-receive hook declined)
                 refs/tags/v1.3.0 [remote rejected] (pre-receive hook declined)
                 remote: GitLab: You are not allowed to push code to protected branches on this project.
          hint: nothing of it is on `origin`; commit and tag are here
          hint: let whoever releases push there, in the settings of the forge; `release bump --undo` takes the bump back (a run: `release undo`)
        [exit status: 1]
        Gitea: error[step/push-protected]: `origin` protects `main`, or the tag, from this push
          cause: refs/heads/main [remote rejected] (pre-receive hook declined)
                 refs/tags/v1.3.0 [remote rejected] (pre-receive hook declined)
                 remote: Gitea: Not allowed to push to protected branch main
          hint: nothing of it is on `origin`; commit and tag are here
          hint: let whoever releases push there, in the settings of the forge; `release bump --undo` takes the bump back (a run: `release undo`)
        [exit status: 1]
        a tag: note: 1.3.0 is released as `v1.3.0`, and nothing was committed since
        error[step/push-tag-taken]: `origin` has the tag already, for something else
          cause: refs/heads/main [rejected] (atomic push failed)
                 refs/tags/v1.3.0 [rejected] (already exists)
          hint: nothing of it is on `origin`; commit and tag are here
          hint: `release bump --undo` takes the bump back (a run: `release undo`); then `git fetch --tags origin`, and release a higher version
        [exit status: 1]
    "#]].assert_eq(&answers);
}

#[test]
fn what_passes_by_itself_is_tried_again_and_what_does_not_is_not() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let count = std::sync::Arc::new(AtomicUsize::new(0));
    let shared = std::sync::Arc::clone(&count);
    let server = Answering::start(move |_: &Asked| {
        let status = if shared.fetch_add(1, Ordering::SeqCst) < 2 { 503 } else { 403 };
        (status, String::new())
    });
    let sandbox = Sandbox::with(ACME);
    sandbox.release(&["bump", "minor"]).success();
    sandbox.git(&["remote", "add", "origin", &server.url("/acme/demo.git")]);
    // It is bumped already, so the push alone is left.
    let output = sandbox.release(&["bump", "minor", "--push"]);
    assert_eq!(output.code, 1, "{output}");
    assert_eq!(output.stderr.matches("trying again in").count(), 2 - 1, "{output}");
    assert!(output.stderr.contains("error: 403"), "{output}");
}

#[test]
fn what_git_and_forges_say_is_sorted() {
    use pyrelease::steps::push_answer::Answer::{self, *};
    let refused =
        |name: &str, summary: &str| format!("To https://example.org/a.git\n!\tabc:refs/{name}\t{summary}\nDone\n");
    let both = |summary: &str| {
        format!("To x\n!\ta:refs/heads/main\t{summary}\n!\tb:refs/tags/v1.3.0\t[rejected] (atomic push failed)\nDone\n")
    };
    let failed = "error: failed to push some refs to 'https://example.org/a.git'\n";
    let cases: Vec<(Answer, String, String)> = vec![
        (Behind, both("[rejected] (fetch first)"), failed.to_owned()),
        (Behind, both("[rejected] (non-fast-forward)"), failed.to_owned()),
        (TagTaken, refused("tags/v1.3.0", "[rejected] (already exists)"), failed.to_owned()),
        (Protected, both("[remote rejected] (protected branch hook declined)"), failed.to_owned()),
        (
            Protected,
            both("[remote rejected] (push declined due to repository rule violations)"),
            "remote: error: GH013: Repository rule violations found for refs/heads/main.\n".to_owned(),
        ),
        (
            Protected,
            both("[remote rejected] (pre-receive hook declined)"),
            "remote: Gitea: branch main is protected from force push\n".to_owned(),
        ),
        (Declined, both("[remote rejected] (pre-receive hook declined)"), "remote: no ticket\n".to_owned()),
        (
            Denied,
            String::new(),
            "ERROR: Permission to acme/demo.git denied to ana.\nfatal: Could not read from remote repository.\n".to_owned(),
        ),
        (Denied, String::new(), "git@example.org: Permission denied (publickey).\nfatal: the remote end hung up unexpectedly\n".to_owned()),
        (Denied, String::new(), "fatal: unable to access 'https://example.org/': The requested URL returned error: 403\n".to_owned()),
        (Denied, String::new(), "fatal: could not read Username for 'https://example.org': terminal prompts disabled\n".to_owned()),
        (NotAtomic, String::new(), "fatal: the receiving end does not support --atomic push\n".to_owned()),
        (Passing, String::new(), "fatal: unable to access 'https://example.org/': The requested URL returned error: 502\n".to_owned()),
        (Passing, String::new(), "error: RPC failed; curl 56 Recv failure: Connection reset by peer\nfatal: the remote end hung up unexpectedly\n".to_owned()),
        (Passing, String::new(), "fatal: unable to access 'https://example.org/': Could not resolve host: example.org\n".to_owned()),
        (HookHere, String::new(), failed.to_owned()),
        (Other, String::new(), "fatal: something new\n".to_owned()),
    ];
    for (answer, stdout, stderr) in cases {
        assert_eq!(pyrelease::steps::push_answer::sort(&stdout, &stderr), answer, "{stdout}{stderr}");
    }
}

/// A `git` that does with its first pushes what `script` says.
fn with_git(sandbox: &mut Sandbox, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = sandbox
        .command(&[])
        .get_envs()
        .find_map(|(name, value)| (name == "PATH").then(|| value?.to_str().map(str::to_owned)))
        .flatten()
        .expect("a PATH");
    let real = path.split(':').map(|folder| std::path::Path::new(folder).join("git")).find(|git| git.is_file());
    let (bin, real) = (sandbox.path("bin"), real.expect("git is installed").display().to_string());
    std::fs::create_dir(&bin).expect("a folder");
    let count = sandbox.path("pushes").display().to_string();
    let text = format!(
        "#!/bin/sh\nreal={real}\nfor word in \"$@\"; do\n  if [ \"$word\" = push ]; then echo push >> {count}; case $(wc -l < {count}) in {script} esac; fi\ndone\nexec \"$real\" \"$@\"\n"
    );
    std::fs::write(bin.join("git"), text).expect("a file");
    std::fs::set_permissions(bin.join("git"), std::fs::Permissions::from_mode(0o755)).expect("a mode");
    sandbox.set("PATH", format!("{}:{path}", bin.display()));
}

#[test]
fn a_push_that_does_not_get_through_is_tried_again() {
    const LOST: &str = "echo 'fatal: the remote end hung up unexpectedly' >&2; exit 128";
    let mut sandbox = pushed();
    with_git(&mut sandbox, &format!("1) {LOST};;"));
    let output = sandbox.release(&["bump", "minor", "--push"]).success();
    assert!(output.stdout.ends_with("pushed main and v1.3.0 to `origin`\n"), "{output}");
    assert_eq!(output.stderr.matches("trying again").count(), 1, "{output}");
    assert_eq!(std::fs::read_to_string(sandbox.path("pushes")).expect("it was pushed"), "push\npush\n");
    assert_eq!(remote(&sandbox), "HEAD refs/heads/main refs/tags/v1.3.0 refs/tags/v1.3.0^{}");
    // It got through, and only the answer was lost: the remote is asked, and nothing is pushed twice.
    let mut sandbox = pushed();
    with_git(&mut sandbox, &format!("1) \"$real\" \"$@\" > /dev/null 2>&1; {LOST};;"));
    let output = sandbox.release(&["bump", "minor", "--push"]).success();
    assert_eq!(output.stderr.matches("trying again").count(), 1, "{output}");
    assert_eq!(std::fs::read_to_string(sandbox.path("pushes")).expect("it was pushed"), "push\n");
    assert_eq!(remote(&sandbox), "HEAD refs/heads/main refs/tags/v1.3.0 refs/tags/v1.3.0^{}");
}
