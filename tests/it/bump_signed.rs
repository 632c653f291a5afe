//! Signed commits and tags, by a real key of ssh and, where it is there, by gpg; judged by git itself.

use expect_test::expect;

use super::bump::tagged;
use crate::support::Sandbox;

/// A project, and a key of ssh that the user's own configuration names; `~/.gitconfig` has `more`, too.
fn with_ssh(more: &str) -> Sandbox {
    let sandbox = tagged();
    let home = sandbox.path("home");
    let key = home.join("key").display().to_string();
    let made = std::process::Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "ana", "-f", &key])
        .output()
        .expect("ssh-keygen is installed");
    assert!(made.status.success());
    let public = std::fs::read_to_string(format!("{key}.pub")).expect("a key");
    std::fs::write(home.join("allowed"), format!("ana@example.org {public}")).expect("a file");
    own(
        &sandbox,
        &format!(
            "[gpg]\n\tformat = ssh\n[gpg \"ssh\"]\n\tallowedSignersFile = {}\n[user]\n\tsigningKey = ~/key.pub\n{more}",
            home.join("allowed").display()
        ),
    );
    sandbox
}

/// Adds to the user's own configuration.
fn own(sandbox: &Sandbox, more: &str) {
    let path = sandbox.path("home").join(".gitconfig");
    let text = std::fs::read_to_string(&path).expect("it is there");
    std::fs::write(path, format!("{text}{more}")).expect("a file");
}

/// Whether git can verify commit and tag.
fn verified(sandbox: &Sandbox) -> (bool, bool) {
    let holds = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        let template = sandbox.command(&[]);
        command.args(arguments).current_dir(sandbox.repo()).env_clear();
        command.envs(template.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.output().expect("git is installed").status.success()
    };
    (holds(&["verify-commit", "HEAD"]), holds(&["verify-tag", "v1.3.0"]))
}

#[test]
#[cfg_attr(no_ssh_keygen, ignore = "ssh-keygen is not installed")]
fn commit_and_tag_are_signed_as_the_users_own_configuration_says() {
    for (more, arguments, expected) in [
        ("[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n", &["bump", "minor"][..], (true, true)),
        ("[commit]\n\tgpgSign = true\n", &["bump", "minor"][..], (true, false)),
        ("[tag]\n\tgpgSign = true\n", &["bump", "minor"][..], (false, true)),
        ("", &["bump", "minor"][..], (false, false)),
        ("", &["bump", "minor", "--sign", "always"][..], (true, true)),
        (
            "[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n",
            &["bump", "minor", "--sign", "never"][..],
            (false, false),
        ),
    ] {
        let sandbox = with_ssh(more);
        sandbox.release(arguments).success();
        assert_eq!(verified(&sandbox), expected, "{more}{arguments:?}");
        assert_eq!(sandbox.git(&["fsck", "--strict", "--no-dangling"]), "");
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    }
    let sandbox = with_ssh("");
    let dry = sandbox.release(&["bump", "minor", "--sign", "always", "-n"]).success();
    assert!(dry.stdout.ends_with("commit, tag `v1.3.0`, sign commit and tag\n"), "{dry}");
    let text = sandbox.read("pyproject.toml");
    sandbox.write("pyproject.toml", format!("{text}\n[tool.release.git]\nsign = \"always\"\n"));
    sandbox.commit("chore: sign");
    sandbox.release(&["bump", "minor"]).success();
    assert_eq!(verified(&sandbox), (true, true));
    // A signed bump is taken back like any other.
    sandbox.release(&["bump", "--undo"]).success();
    assert_eq!(sandbox.git(&["log", "-1", "--format=%s"]), "chore: sign\n");
}

#[test]
#[cfg_attr(no_ssh_keygen, ignore = "ssh-keygen is not installed")]
fn a_key_that_cannot_be_used_is_known_before_anything_is_changed() {
    let sandbox = with_ssh("");
    std::fs::remove_file(sandbox.path("home").join("key")).expect("it is there");
    let before = sandbox.snapshot();
    let output = sandbox.release(&["bump", "minor", "--sign", "always"]);
    let steady: Vec<&str> = output.stderr.lines().filter(|line| !line.starts_with("  cause:")).collect();
    expect![[r#"
        error[effects/signing]: `ssh-keygen` cannot sign
          hint: a key with a passphrase must be in the agent: run `ssh-add FILE`; `user.signingKey` names the key
          hint: `release bump --sign never` makes this one without"#]]
    .assert_eq(&steady.join("\n"));
    let nameless = tagged();
    own(&nameless, "[gpg]\n\tformat = ssh\n");
    expect![[r#"
        ------- stderr -------
        error[effects/no-signing-key]: `gpg.format` is `ssh` and there is no `user.signingKey`
          hint: run `git config --global user.signingKey FILE`, such as `~/.ssh/id_ed25519.pub`
          hint: `release bump --sign never` makes this one without
        [exit status: 3]
    "#]]
    .assert_eq(&nameless.release(&["bump", "minor", "--sign", "always"]).to_string());
    own(&nameless, "[gpg]\n\tformat = pgp\n");
    expect![[r#"
        ------- stderr -------
        error[effects/signing]: `git` cannot sign
          cause: `gpg.format` is `pgp`
          hint: look at `git config --show-origin --get-regexp '^gpg|signingkey'`
          hint: `release bump --sign never` makes this one without
        [exit status: 3]
    "#]]
    .assert_eq(&nameless.release(&["bump", "minor", "--sign", "always"]).to_string());
    assert!(before == sandbox.snapshot());
}

#[test]
#[cfg_attr(no_ssh_keygen, ignore = "ssh-keygen is not installed")]
fn the_repository_may_name_the_key_and_never_the_program() {
    let sandbox = with_ssh("");
    let witness = sandbox.path("witness");
    let trap = sandbox.path("trap");
    std::fs::write(&trap, format!("#!/bin/sh\ntouch '{}'\n", witness.display())).expect("a file");
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&trap, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    for key in
        ["gpg.program", "gpg.ssh.program", "gpg.openpgp.program", "gpg.x509.program", "gpg.ssh.defaultKeyCommand"]
    {
        sandbox.git(&["config", key, &trap.display().to_string()]);
    }
    sandbox.git(&["config", "commit.gpgSign", "true"]);
    expect![[r#"
        note: `commit.gpgSign` of this repository's configuration is not followed, only yours is: `git config --global commit.gpgSign true`, or `--sign always`
        dry run: nothing was done
    "#]].assert_eq(&sandbox.release(&["bump", "minor", "-n"]).stderr);
    sandbox.release(&["bump", "minor", "--sign", "always"]).success();
    assert!(!witness.exists(), "a program of the repository ran");
    sandbox.git(&["config", "--unset", "gpg.ssh.program"]);
    assert_eq!(verified(&sandbox), (true, true));
}

#[test]
#[cfg_attr(no_ssh_keygen, ignore = "ssh-keygen is not installed")]
fn a_key_that_only_the_agent_holds_signs_by_its_file_or_by_itself() {
    let mut sandbox = with_ssh("");
    let (key, socket) = (sandbox.path("home/key"), sandbox.path("agent"));
    let agent = std::process::Command::new("ssh-agent")
        .args(["-D", "-a"])
        .arg(&socket)
        .stdout(std::process::Stdio::null())
        .spawn();
    let mut agent = agent.expect("ssh-agent comes with ssh-keygen");
    while !socket.exists() {
        std::thread::yield_now();
    }
    let add = || {
        let mut command = std::process::Command::new("ssh-add");
        command.arg("-q").arg(&key).env("SSH_AUTH_SOCK", &socket).output().expect("it comes with ssh-keygen")
    };
    let added = add().status.success();
    std::fs::remove_file(&key).expect("it is there");
    sandbox.set("SSH_AUTH_SOCK", &socket);
    let by_file = sandbox.release(&["bump", "minor", "--sign", "always"]);
    let seen = verified(&sandbox);
    let back = sandbox.release(&["bump", "--undo"]);
    let public = std::fs::read_to_string(sandbox.path("home/key.pub")).expect("a key");
    sandbox.git(&["config", "user.signingKey", &format!("key::{}", public.trim())]);
    let by_itself = sandbox.release(&["bump", "minor", "--sign", "always"]);
    let seen_again = verified(&sandbox);
    // Ended before anything can fail.
    agent.kill().expect("it runs");
    agent.wait().expect("it runs");
    assert!(added);
    by_file.success();
    back.success();
    by_itself.success();
    assert_eq!((seen, seen_again), ((true, true), (true, true)));
    // Without the agent nothing is begun.
    sandbox.release(&["bump", "--undo"]).success();
    assert_eq!(
        sandbox.release(&["bump", "minor", "--sign", "always", "--format", "json"]).failure_code(),
        "effects/signing"
    );
}

#[test]
#[cfg_attr(no_gpg, ignore = "gpg is not installed")]
fn gpg_signs_too() {
    let mut sandbox = tagged();
    let home = sandbox.path("g");
    std::fs::create_dir(&home).expect("a folder");
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o700)).expect("a mode");
    sandbox.set("GNUPGHOME", &home);
    let gpg = |arguments: &[&str]| {
        let mut command = std::process::Command::new("gpg");
        command.args(["--batch", "--homedir"]).arg(&home).args(arguments);
        command.output().expect("gpg is installed").status.success()
    };
    let made =
        gpg(&["--passphrase", "", "--quick-generate-key", "Ana Tester <ana@example.org>", "ed25519", "sign", "0"]);
    assert!(made, "gpg makes no key");
    own(&sandbox, "[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n");
    sandbox.release(&["bump", "minor"]).success();
    assert_eq!(verified(&sandbox), (true, true));
    // Nobody but the daemon of this folder is ended.
    let _ = std::process::Command::new("gpgconf").arg("--homedir").arg(&home).args(["--kill", "gpg-agent"]).output();
}

#[test]
#[cfg_attr(no_gpgsm, ignore = "gpgsm is not installed")]
fn a_certificate_signs_too() {
    use std::os::unix::fs::PermissionsExt;
    let mut sandbox = tagged();
    let home = sandbox.path("g");
    std::fs::create_dir(&home).expect("a folder");
    let file = |name: &str, text: &str, mode: u32| {
        std::fs::write(home.join(name), text).expect("a file");
        std::fs::set_permissions(home.join(name), std::fs::Permissions::from_mode(mode)).expect("a mode");
    };
    std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o700)).expect("a mode");
    // Asked for a passphrase, it gives an empty one.
    let answers = "#!/bin/sh\necho OK\nwhile read -r line; do\n  case \"$line\" in GETPIN*) echo 'D ' ;; esac\n  echo OK\n  case \"$line\" in BYE*) exit ;; esac\ndone\n";
    file("pin", answers, 0o700);
    file("gpg-agent.conf", &format!("pinentry-program {}\n", home.join("pin").display()), 0o600);
    file("gpgsm.conf", "disable-crl-checks\n", 0o600);
    file(
        "wanted",
        "Key-Type: RSA\nKey-Length: 2048\nKey-Usage: sign\nSerial: random\nName-DN: CN=Ana Tester\nName-Email: ana@example.org\nNot-After: 2099-01-01 00:00\n",
        0o600,
    );
    let gpgsm = |arguments: &[&str]| {
        let mut command = std::process::Command::new("gpgsm");
        command.args(["--batch", "--homedir"]).arg(&home).args(arguments).current_dir(&home);
        command.output().expect("gpgsm is installed")
    };
    let end = || {
        // Nobody but the daemon of this folder is ended.
        let mut command = std::process::Command::new("gpgconf");
        let _ = command.arg("--homedir").arg(&home).args(["--kill", "gpg-agent"]).output();
    };
    assert!(gpgsm(&["--output", "own.crt", "--generate-key", "wanted"]).status.success(), "gpgsm makes no key");
    assert!(gpgsm(&["--import", "own.crt"]).status.success());
    let listed = gpgsm(&["--with-colons", "--list-keys"]).stdout;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let print = listed.lines().find_map(|line| line.starts_with("fpr:").then(|| line.split(':').nth(9)).flatten());
    let print = print.expect("a certificate");
    file("trustlist.txt", &format!("{print} S relax\n"), 0o600);
    // It reads anew whom it trusts.
    end();
    sandbox.set("GNUPGHOME", &home);
    let signing = "[gpg]\n\tformat = x509\n[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n";
    own(&sandbox, &format!("{signing}[user]\n\tsigningKey = {print}\n"));
    let bumped = sandbox.release(&["bump", "minor"]);
    let seen = verified(&sandbox);
    end();
    bumped.success();
    assert_eq!(seen, (true, true));
    let signature = sandbox.git(&["cat-file", "commit", "HEAD"]);
    assert!(signature.contains("gpgsig -----BEGIN SIGNED MESSAGE-----"), "{signature}");
    // Without the key nothing is begun.
    let _ = sandbox.release(&["bump", "--undo"]).success();
    std::fs::remove_dir_all(home.join("private-keys-v1.d")).expect("it is there");
    let refused = sandbox.release(&["bump", "minor", "--format", "json"]);
    end();
    assert_eq!(refused.failure_code(), "effects/signing", "{refused}");
}
