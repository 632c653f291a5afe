//! Where a project is hosted: from the configuration, the workflow's variables, and the URL of the remote.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::sandbox::CANARY;

const FILES: &[(&str, &str)] =
    &[("pyproject.toml", "[project]\nname = \"demo\"\nversion = \"1.0\"\n"), ("CHANGELOG.md", "## 1.0\n\n[x](y.md)\n")];

/// The link of the notes, or the failure.
fn place(sandbox: &Sandbox) -> String {
    let output = sandbox.release(&["notes", "--format", "human"]);
    match output.code {
        0 if output.stderr.is_empty() => {
            output.stdout.trim().trim_start_matches("[x](").trim_end_matches(')').to_owned()
        }
        _ => output.stderr.lines().next().unwrap_or_default().to_owned(),
    }
}

#[test]
fn remotes_are_read_in_every_spelling() {
    let mut told = String::new();
    for remote in [
        "https://github.com/acme/demo.git",
        "https://github.com/acme/demo",
        "git@github.com:acme/demo.git",
        "ssh://git@github.com:22/acme/demo.git",
        &format!("https://user:{CANARY}@github.com/acme/demo.git"),
        "git@codeberg.org:acme/demo.git",
        "HTTPS://github.com:443/acme/demo.git",
        "git+https://github.com/acme/demo.git",
        "https://codeberg.org/below/acme/demo.git",
        "https://acme.ghe.com/team/demo.git",
        "https://git.example.org/acme/demo.git",
        &format!("https://{CANARY}@git.example.org/acme/demo.git"),
        "../demo.git",
        "https://github.com/demo",
        "https://github.com/a b/demo",
    ] {
        let sandbox = Sandbox::with(FILES);
        sandbox.git(&["remote", "add", "origin", remote]);
        told.push_str(&format!("{} -> {}\n", remote.replace(CANARY, "SECRET"), place(&sandbox)));
    }
    expect![[r#"
        https://github.com/acme/demo.git -> https://github.com/acme/demo/blob/v1.0/y.md
        https://github.com/acme/demo -> https://github.com/acme/demo/blob/v1.0/y.md
        git@github.com:acme/demo.git -> https://github.com/acme/demo/blob/v1.0/y.md
        ssh://git@github.com:22/acme/demo.git -> https://github.com/acme/demo/blob/v1.0/y.md
        https://user:SECRET@github.com/acme/demo.git -> https://github.com/acme/demo/blob/v1.0/y.md
        git@codeberg.org:acme/demo.git -> https://codeberg.org/acme/demo/src/tag/v1.0/y.md
        HTTPS://github.com:443/acme/demo.git -> https://github.com/acme/demo/blob/v1.0/y.md
        git+https://github.com/acme/demo.git -> https://github.com/acme/demo/blob/v1.0/y.md
        https://codeberg.org/below/acme/demo.git -> https://codeberg.org/below/acme/demo/src/tag/v1.0/y.md
        https://acme.ghe.com/team/demo.git -> https://acme.ghe.com/team/demo/blob/v1.0/y.md
        https://git.example.org/acme/demo.git -> note: links stay as they are: the remote `origin` is `https://git.example.org/acme/demo.git`, which is no forge that is known by its name
        https://SECRET@git.example.org/acme/demo.git -> note: links stay as they are: the remote `origin` is `https://git.example.org/acme/demo.git`, which is no forge that is known by its name
        ../demo.git -> note: links stay as they are: the remote `origin` is `../demo.git`, which is no forge that is known by its name
        https://github.com/demo -> note: links stay as they are: the remote `origin` is `https://github.com/demo`, which is no forge that is known by its name
        https://github.com/a b/demo -> error[forge/repository]: `a b/demo` is not the `owner/name` of a repository
    "#]].assert_eq(&told);
}

#[test]
fn the_configuration_wins_over_the_workflow_and_the_remote() {
    let mut sandbox = Sandbox::with(FILES);
    expect![[r#"
        [x](y.md)
        ------- stderr -------
        note: links stay as they are: nothing says which forge the project is on
    "#]]
    .assert_eq(&sandbox.release(&["notes"]).to_string());
    sandbox.git(&["remote", "add", "origin", "git@git.example.org:acme/demo.git"]);
    expect![[r#"
        [x](y.md)
        ------- stderr -------
        note: links stay as they are: the remote `origin` is `git.example.org:acme/demo.git`, which is no forge that is known by its name
    "#]].assert_eq(&sandbox.release(&["notes"]).to_string());
    sandbox.set("GITHUB_ACTIONS", "true");
    sandbox.set("GITEA_ACTIONS", "true");
    sandbox.set("GITHUB_SERVER_URL", "https://git.example.org");
    sandbox.set("GITHUB_REPOSITORY", "acme/other");
    expect!["https://git.example.org/acme/other/src/tag/v1.0/y.md"].assert_eq(&place(&sandbox));
    sandbox.write("release.toml", "[forge]\nkind = \"gitea\"\n");
    expect!["https://git.example.org/acme/demo/src/tag/v1.0/y.md"].assert_eq(&place(&sandbox));
    sandbox.write(
        "release.toml",
        "[forge]\nkind = \"github\"\nurl = \"https://ghe.example.org/\"\nrepository = \"a/b\"\n",
    );
    expect!["https://ghe.example.org/a/b/blob/v1.0/y.md"].assert_eq(&place(&sandbox));
    for (text, code) in [
        ("[forge]\nkind = \"gitea\"\nrepository = \"../b\"\n", "forge/repository"),
        ("[forge]\nkind = \"gitea\"\nurl = \"git.example.org\"\n", "forge/address"),
        ("[forge]\nkind = \"gitlab\"\n", "config/type"),
    ] {
        sandbox.write("release.toml", text);
        assert!(place(&sandbox).contains(&format!("error[{code}]")), "{text}: {}", place(&sandbox));
    }
    sandbox.git(&["remote", "remove", "origin"]);
    sandbox.write("release.toml", "[forge]\nkind = \"gitea\"\nrepository = \"a/b\"\n");
    assert!(place(&sandbox).contains("error[forge/missing-key]"), "{}", place(&sandbox));
}
