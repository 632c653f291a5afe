//! `release check`. Which archive raises what is pinned in `check_judge.rs`; here the command itself.

use expect_test::expect;
use pyrelease::config::file::ForgeKind;

use crate::support::Sandbox;
use crate::support::archives::hostile::cases;
use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{WHEEL_NAME, Zip};
use crate::support::trees::Tree;
use crate::support::workflows::workflows_of;

fn with_archives() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("pyproject.toml", "[project]\nname = 'demo'\nversion = '1.0'\n");
    sandbox.write(&format!("dist/{WHEEL_NAME}"), Zip::wheel().bytes());
    sandbox.write(&format!("dist/{SDIST_NAME}"), Tar::sdist().gz());
    sandbox
}

#[test]
fn judges_the_archives_of_the_current_version() {
    let sandbox = with_archives();
    sandbox.write("dist/demo-0.9.tar.gz", "an old one that nobody asked for");
    let output = sandbox.release(&["check"]);
    let lines: Vec<&str> =
        output.stdout.lines().map(|line| line.split("  sha256").next().unwrap_or_default()).collect();
    expect![[r#"
        demo-1.0-py3-none-any.whl  0 errors, 0 warnings  1.3 kB
        demo-1.0.tar.gz  0 errors, 0 warnings  659 B
        the project  0 errors, 1 warning
          warning[pyproject/no-build-system]: there is no `[build-system]`: installers take setuptools, in whatever version they find; add `[build-system]` with `requires` and `build-backend`
        judged by the rules for pypi: PyPI 2026-08-21, classifiers 2026.9.21.13, SPDX 3.27.0, stdlib 0.12.0
        not judged: the files of the project, since it is in no git repository
        not judged: dist/demo-0.9.tar.gz, which is not of this version"#]]
    .assert_eq(&lines.join("\n"));
    assert_eq!(output.code, 0, "{output}");
    assert_eq!(sandbox.release(&["check", "--format", "json"]).json()["outcome"], "ok");
}

#[test]
fn an_error_is_exit_10_with_place_and_help() {
    let sandbox = with_archives();
    let mut bytes = Zip::wheel().bytes();
    bytes.extend_from_slice(b"trailing");
    sandbox.write(&format!("dist/{WHEEL_NAME}"), bytes);
    let output = sandbox.release(&["check"]);
    assert_eq!(output.code, 10, "{output}");
    expect![[r#"
        demo-1.0-py3-none-any.whl  1 error, 0 warnings  1.3 kB  sha256 e6880e3c843cec515c0a12ad87c303f3a9e41b868f2cdf511319e905f1b4cf56
          error[archive/trailing-data]: data follows the end of the zip; build the archive again
        demo-1.0.tar.gz  0 errors, 0 warnings  659 B  sha256 61a90ecc3f1a141b9b9242e3e92744985148e95e82d6665c68c25a8e0619e050"#]]
    .assert_eq(&output.stdout.lines().take(3).collect::<Vec<_>>().join("\n"));
    let document = sandbox.release(&["check", "--format", "json"]).json();
    assert_eq!(
        (document["outcome"].as_str(), document["findings"][0]["code"].as_str()),
        (Some("findings"), Some("archive/trailing-data"))
    );
    // Nobody looked at the contents: they are unknown, not fine.
    for arguments in [["--ignore", "archive/trailing-data"], ["--select", "check/"]] {
        let output = sandbox.release(&[&["check"], &arguments[..]].concat());
        assert_eq!(output.code, 11, "{output}");
        assert!(output.stdout.contains("not judged: the contents of demo-1.0-py3-none-any.whl"), "{output}");
    }
}

#[test]
fn every_hostile_archive_is_refused_by_the_program() {
    let sandbox = Sandbox::new();
    for case in cases() {
        if case.codes.is_empty() {
            continue;
        }
        std::fs::write(sandbox.repo().join(case.file_name), &case.bytes).expect("a file");
        let output = sandbox.release(&["check", "--strict", "--", case.file_name]);
        assert_eq!(output.code, 10, "{}: {output}", case.id);
        assert!(!output.stdout.contains('\u{1b}'), "{}: a terminal would obey it", case.id);
        std::fs::remove_file(sandbox.repo().join(case.file_name)).expect("it is there");
    }
}

#[test]
fn what_is_no_archive_is_said_clearly() {
    let sandbox = with_archives();
    sandbox.write("dist/broken-1.0.tar.gz", "not a gzip");
    expect![[r#"
        broken-1.0.tar.gz  1 error, 0 warnings  10 B  sha256 993a04259b484011b6037b21f98efb8875841515fb9531a20e839831c0a2b3ae
          error[archive/not-gzip]: the file is not a gzip; build with `.tar.gz` compression
        judged by the rules for pypi: PyPI 2026-08-21, classifiers 2026.9.21.13, SPDX 3.27.0, stdlib 0.12.0
        not judged: the contents of broken-1.0.tar.gz, since readers may see different ones
        [exit status: 10]
    "#]].assert_eq(&sandbox.release(&["check", "dist/broken-1.0.tar.gz"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[effects/read]: cannot read `[ROOT]/repo/dist/nothing.whl`
          cause: No such file or directory (os error 2)
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["check", "dist/nothing.whl"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[cli/usage]: `[ROOT]/repo/dist` is a folder
          hint: name the archives themselves
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["check", "dist"]).to_string());
}

#[test]
fn without_archives_the_project_is_judged_and_they_are_not() {
    let sandbox = Tree::honest().sandbox();
    std::fs::remove_dir_all(sandbox.repo().join("dist")).expect("it is there");
    expect![[r#"
        the project  0 errors, 0 warnings
        judged by the rules for pypi: PyPI 2026-08-21, classifiers 2026.9.21.13, SPDX 3.27.0, stdlib 0.12.0
        not judged: archives of 1.0, since `dist` has none; `release build` makes them
        ------- stderr -------
        cannot tell: see above what is missing
        [exit status: 11]
    "#]]
    .assert_eq(&sandbox.release(&["check"]).to_string());
    // What was asked is judged wholly.
    expect![[r#"
        the project  0 errors, 0 warnings
        judged by the rules for pypi: PyPI 2026-08-21, classifiers 2026.9.21.13, SPDX 3.27.0, stdlib 0.12.0
    "#]]
    .assert_eq(&sandbox.release(&["check", "--project-only"]).success().to_string());
    let document = sandbox.release(&["check", "--format", "json"]).json();
    assert_eq!(document["outcome"], "inconclusive");
    assert_eq!(document["result"]["files"], serde_json::json!([]));
    // A warning turns nothing, but under `--strict`; an error does.
    sandbox.write("README.md", "# Demo\n\n[x](#y)\n");
    assert_eq!(sandbox.release(&["check"]).code, 11);
    assert_eq!(sandbox.release(&["check", "--strict"]).code, 10);
    assert_eq!(sandbox.release(&["check", "--project-only"]).code, 0);
    sandbox.write(".env.production", "API_KEY=a8f5f167f44f4964e6c998dee827110c\n");
    sandbox.git(&["add", "-f", ".env.production"]);
    assert_eq!(sandbox.release(&["check"]).code, 10);
    assert_eq!(sandbox.release(&["check", "--project-only"]).code, 10);
}

#[test]
fn the_project_alone_is_judged_without_looking_at_archives() {
    let sandbox = Tree::honest().sandbox();
    sandbox.write(&format!("dist/{WHEEL_NAME}"), "broken");
    let output = sandbox.release(&["check", "--project-only"]).success();
    assert!(!output.stdout.contains("demo-1.0") && !output.stdout.contains("not judged"), "{output}");
    for more in [&["--workflows"][..], &["--preview", "page.html"], &["--against-tag"], &["dist/demo-1.0.tar.gz"]] {
        let output = sandbox.release(&[&["check", "--project-only"], more].concat());
        assert!(output.code == 2 && output.stderr.contains("--project-only"), "{output}");
    }
}

#[test]
fn workflows_are_judged_where_runners_read_them() {
    let sandbox = Sandbox::with(&[("src/deep/x", "")]);
    expect![[r#"
        ------- stderr -------
        error[workflow/none]: there is no workflow in `.github/workflows`, `.gitea/workflows`, `.forgejo/workflows`
          hint: run `release init`, or name the files
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["check", "--workflows"]).to_string());
    for forge in [ForgeKind::Github, ForgeKind::Gitea] {
        for file in workflows_of("acme", forge) {
            sandbox.write(file.path, &file.text);
        }
    }
    sandbox.write(".forgejo/workflows/ci.yaml", "on: push\npermissions: {}\njobs: {a: {runs-on: x, steps: []}}\n");
    sandbox.write(".github/workflows/notes.md", "no workflow");
    // From wherever in the repository.
    expect![[r#"
        .github/workflows/release.yml  0 errors, 0 warnings
        .github/workflows/security.yml  0 errors, 0 warnings
        .gitea/workflows/release.yml  0 errors, 0 warnings
        .gitea/workflows/security.yml  0 errors, 0 warnings
        .forgejo/workflows/ci.yaml  0 errors, 0 warnings
    "#]]
    .assert_eq(&sandbox.release(&["check", "--workflows", "-C", "src/deep"]).success().to_string());
}

#[test]
fn a_broken_workflow_is_exit_10() {
    let sandbox = Sandbox::with(&[("x", "")]);
    let bad = workflows_of("acme", ForgeKind::Github)[0]
        .text
        .replace("cancel-in-progress: false", "cancel-in-progress: true");
    sandbox.write(".github/workflows/release.yml", bad);
    sandbox.write("other.yml", "a: [");
    expect![[r#"
        .github/workflows/release.yml  1 error, 0 warnings
          error[workflow/concurrency]: a new run cuts off one that is in the middle of an upload, in .github/workflows/release.yml:37; add `concurrency: {group: "release-${{ github.ref }}", cancel-in-progress: false}` at the top
        [exit status: 10]
    "#]]
    .assert_eq(&sandbox.release(&["check", "--workflows"]).to_string());
    expect![[r#"
        other.yml  1 error, 0 warnings
          error[workflow/unreadable]: it is no YAML: while parsing a node, did not find expected node content, in other.yml:2; put the file right; the runner would read it in another way than you, or not at all
        [exit status: 10]
    "#]]
    .assert_eq(&sandbox.release(&["check", "--workflows", "other.yml"]).to_string());
    sandbox.release(&["check", "--workflows", "--ignore", "workflow/concurrency"]).success();
    let document = sandbox.release(&["check", "--workflows", "--format", "json"]).json();
    assert_eq!(
        (document["outcome"].as_str(), document["result"]["workflows"][0]["errors"].as_u64()),
        (Some("findings"), Some(1))
    );
}

const PRIVATE: &str = "Classifier: Private :: Do Not Upload\nSummary: A demonstration\n";

#[test]
fn a_private_index_takes_what_pypi_alone_refuses() {
    let sandbox = with_archives();
    let mut zip = Zip::wheel();
    zip.edit("METADATA", "Summary: A demonstration\n", PRIVATE);
    sandbox.write(&format!("dist/{WHEEL_NAME}"), zip.bytes());
    let wheel = format!("dist/{WHEEL_NAME}");
    let output = sandbox.release(&["check", &wheel]);
    assert!(output.code == 10 && output.stdout.contains("check/classifier-private"), "{output}");
    sandbox.release(&["check", &wheel, "--profile", "private"]).success();
    // Where nothing goes to PyPI, its rules do not count; what is written counts more.
    let project = "[project]\nname = 'demo'\nversion = '1.0'\n[tool.release]\nstages = ['corp']\n[tool.release.index.corp]\nupload = 'https://corp.example/u/'\nsimple = 'https://corp.example/s/'\n";
    sandbox.write("pyproject.toml", project);
    let output = sandbox.release(&["check", &wheel]).success();
    assert!(output.stdout.contains(" for private: "), "{output}");
    sandbox.write("pyproject.toml", format!("{project}[tool.release.check]\nprofile = 'pypi'\n"));
    assert_eq!(sandbox.release(&["check", &wheel]).code, 10);
}

#[test]
fn what_the_configuration_accepts_is_counted() {
    let sandbox = with_archives();
    let mut zip = Zip::wheel();
    zip.file("demo.pth", b"import demo\n");
    zip.file("demo/.netrc", b"");
    sandbox.write(&format!("dist/{WHEEL_NAME}"), zip.bytes());
    let project = "[project]\nname = 'demo'\nversion = '1.0'\n[tool.release.check]\nstartup-code = ['demo.pth']\n";
    sandbox.write("pyproject.toml", project);
    let wheel = format!("dist/{WHEEL_NAME}");
    let output = sandbox.release(&["check", &wheel]);
    assert!(output.code == 10 && !output.stdout.contains("check/startup-code"), "{output}");
    let ignoring = |path: &str| {
        let ignore = format!("ignore = [{{code = 'check/secret-file', path = '{path}', reason = 'it is empty'}}]\n");
        sandbox.write("pyproject.toml", format!("{project}{ignore}"));
        sandbox.release(&["check", &wheel])
    };
    assert_eq!(ignoring("other/**").code, 10);
    let output = ignoring("demo/.netrc").success();
    assert!(output.stdout.contains("accepted by the configuration: 1 finding"), "{output}");
    assert_eq!(ignoring("*.whl").code, 0);
    // An error of structure that is accepted leaves the contents unknown, and nothing unknown is published.
    let mut bytes = Zip::wheel().bytes();
    bytes.extend_from_slice(b"trailing");
    sandbox.write(&wheel, bytes);
    let ignore = "ignore = [{code = 'archive/trailing-data', reason = 'nobody reads it'}]\n";
    sandbox.write("pyproject.toml", format!("{project}{ignore}"));
    let output = sandbox.release(&["check", &wheel]);
    assert!(output.code == 11 && output.stdout.contains("not judged: the contents of demo-1.0"), "{output}");
    let output = sandbox.release(&["publish", &wheel, "--index", "http://127.0.0.1:9/", "-n"]);
    assert!(output.code == 1 && output.stderr.contains("its contents were not judged"), "{output}");
}

#[test]
fn what_archives_tell_together_can_be_accepted_and_is_counted() {
    let sandbox = with_archives();
    std::fs::remove_file(sandbox.repo().join(format!("dist/{SDIST_NAME}"))).expect("it is there");
    assert!(sandbox.release(&["check"]).success().stdout.contains("check/no-sdist"));
    let ignore = "ignore = [{code = 'check/no-sdist', reason = 'the code is not ours to give'}]\n";
    let project = "[project]\nname = 'demo'\nversion = '1.0'\n[tool.release.check]\n";
    sandbox.write("pyproject.toml", format!("{project}{ignore}"));
    let output = sandbox.release(&["check"]).success();
    assert!(!output.stdout.contains("check/no-sdist"), "{output}");
    assert!(output.stdout.contains("accepted by the configuration: 1 finding"), "{output}");
}

#[test]
fn a_mistyped_code_is_told() {
    let sandbox = with_archives();
    expect![[r#"
        ------- stderr -------
        error[cli/usage]: no code begins with `chek/record-hash`
          hint: did you mean `check/record-hash`? `release explain` lists all of them
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["check", "--ignore", "chek/record-hash"]).to_string());
    sandbox.release(&["check", "--select", "archive/", "--ignore", "check/rec"]).success();
}

#[test]
fn findings_stand_below_their_archive_errors_first() {
    let sandbox = with_archives();
    let mut zip = Zip::wheel();
    zip.file("tests/__init__.py", b"");
    zip.file("demo/.env", b"TOKEN=1");
    sandbox.write(&format!("dist/{WHEEL_NAME}"), zip.bytes());
    expect![[r#"
        demo-1.0-py3-none-any.whl  1 error, 1 warning  1.6 kB  sha256 7637427a54b16c43c9b5e6aa1e3481c7feacc000a46957524e1025a81df884f8
          error[check/secret-file]: `demo/.env` is a file that usually holds secrets; exclude the file, and revoke what it holds
          warning[check/common-top-level]: the wheel installs the top-level folder `tests`; move the folder below the package or exclude it
          info[check/many-top-levels]: the wheel installs 2 top-level names: `demo`, `tests`; name them in `top-level` if all are meant
        demo-1.0.tar.gz  0 errors, 0 warnings  659 B  sha256 61a90ecc3f1a141b9b9242e3e92744985148e95e82d6665c68c25a8e0619e050
        the project  0 errors, 1 warning
          warning[pyproject/no-build-system]: there is no `[build-system]`: installers take setuptools, in whatever version they find; add `[build-system]` with `requires` and `build-backend`
        judged by the rules for pypi: PyPI 2026-08-21, classifiers 2026.9.21.13, SPDX 3.27.0, stdlib 0.12.0
        not judged: the files of the project, since it is in no git repository
        [exit status: 10]
    "#]].assert_eq(&sandbox.release(&["check"]).to_string());
}
