//! The version of a crate that maturin makes a package of: found in `Cargo.toml`, written as SemVer, and read by
//! maturin as what was meant.

use std::process::Command;

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::tools::tool;

const SYSTEM: &str = "[build-system]\nrequires = ['maturin>=1']\nbuild-backend = 'maturin'\n";
const PROJECT: &str = "[project]\nname = 'pkg'\ndynamic = ['version']\n";

fn cargo(version: &str) -> String {
    format!(
        "[package]\nname = \"pkg\"  # not 1.2.3\nversion = {version}  # here\nedition = \"2021\"\n\n[dependencies]\n"
    )
}

fn sandbox(pyproject: &str, files: &[(&str, &str)]) -> Sandbox {
    let mut all = vec![("pyproject.toml", pyproject), ("src/lib.rs", ""), ("crates/py/src/lib.rs", "")];
    all.extend(files);
    let sandbox = Sandbox::with(&all);
    sandbox.git(&["tag", "v1.2.3"]);
    sandbox.write("more.txt", "");
    sandbox.commit("feat: more");
    sandbox
}

/// What `release show` says of it, and the file after a bump.
fn bumped(sandbox: &Sandbox, kind: &str, file: &str) -> String {
    let shown = sandbox.release(&["show"]).success().stdout;
    let source = shown.lines().find(|line| line.starts_with("source")).unwrap_or_default().to_owned();
    let _ = sandbox.release(&["bump", kind]).success();
    format!("{source}\n{}", sandbox.read(file))
}

#[test]
fn the_crate_has_the_version() {
    let plain = sandbox(&format!("{SYSTEM}{PROJECT}"), &[("Cargo.toml", &cargo("'1.2.3'"))]);
    expect![[r#"
        source      Cargo.toml:3 ([package] version of Cargo)
        [package]
        name = "pkg"  # not 1.2.3
        version = '1.3.0-rc.1'  # here
        edition = "2021"

        [dependencies]
    "#]]
    .assert_eq(&bumped(&plain, "minor,rc", "Cargo.toml"));
    assert_eq!(plain.release(&["version"]).success().stdout, "1.3.0rc1\n");
    // Not dynamic, and not said either: maturin takes the crate's all the same.
    let unsaid = sandbox(&format!("{SYSTEM}[project]\nname = 'pkg'\n"), &[("Cargo.toml", &cargo("\"1.2.3\""))]);
    assert!(bumped(&unsaid, "patch", "Cargo.toml").contains("version = \"1.2.4\"  # here"));
    // No `[project]` at all: the name is the crate's, too.
    let nameless = sandbox(SYSTEM, &[("rust/Cargo.toml", &cargo("\"1.2.3\""))]);
    assert!(bumped(&nameless, "patch", "rust/Cargo.toml").contains("version = \"1.2.4\"  # here"));
    // A version in `pyproject.toml` comes first.
    let own = sandbox(
        &format!("{SYSTEM}[project]\nname = 'pkg'\nversion = '1.2.3'\n"),
        &[("Cargo.toml", &cargo("\"0.9.0\""))],
    );
    assert!(bumped(&own, "patch", "Cargo.toml").contains("version = \"0.9.0\"  # here"));
}

#[test]
fn a_crate_may_inherit_from_its_workspace() {
    let root = "[workspace]\nmembers = [\"crates/*\"]\n\n[workspace.package]\nversion = \"1.2.3\"\n";
    let member = "[package]\nname = \"pkg\"\nversion.workspace = true\nedition = \"2021\"\n";
    let pyproject = format!("{SYSTEM}{PROJECT}[tool.maturin]\nmanifest-path = './crates/py/Cargo.toml'\n");
    let inside = sandbox(&pyproject, &[("Cargo.toml", root), ("crates/py/Cargo.toml", member)]);
    expect![[r#"
        source      Cargo.toml:5 ([workspace.package] version of Cargo)
        [workspace]
        members = ["crates/*"]

        [workspace.package]
        version = "1.3.0"
    "#]]
    .assert_eq(&bumped(&inside, "minor", "Cargo.toml"));
    let named =
        "[package]\nname = \"pkg\"\nworkspace = \"../..\"\nversion = { workspace = true }\nedition = \"2021\"\n";
    let inside = sandbox(&pyproject, &[("Cargo.toml", root), ("crates/py/Cargo.toml", named)]);
    assert!(bumped(&inside, "minor", "Cargo.toml").contains("version = \"1.3.0\"\n"));
    let outside = sandbox(&pyproject, &[("crates/py/Cargo.toml", member)]);
    expect![[r#"
        ------- stderr -------
        error[project/unsupported-version-source]: the version source of `pkg` is not supported: `crates/py/Cargo.toml` inherits it from a workspace of Cargo that is not below the package
          hint: write the version literally: `version = "1.2.3"` in `[project]`, or `__version__ = "1.2.3"` in the module that the build backend reads
        [exit status: 3]
    "#]].assert_eq(&outside.release(&["show"]).to_string());
}

#[test]
fn what_cargo_and_maturin_read_differently_is_refused() {
    let plain = sandbox(&format!("{SYSTEM}{PROJECT}"), &[("Cargo.toml", &cargo("\"1.2.3\""))]);
    expect![[r#"
        ------- stderr -------
        error[project/not-for-maturin]: 1.3.0.dev1 is `1.3.0-0.dev.1` for Cargo, which maturin does not read as the same version
          at: Cargo.toml:3
          hint: use `alpha`, `beta` or `rc`, or write the version in `[project]` of `pyproject.toml`
        [exit status: 3]
    "#]].assert_eq(&plain.release(&["bump", "minor,dev"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[python/no-semver-form]: `1.2.3.post1` has no form in SemVer: as a pre-release it would sort below its release
          hint: use `patch` in place of `post`
        [exit status: 1]
    "#]].assert_eq(&plain.release(&["bump", "post"]).to_string());
    assert_eq!(plain.git(&["status", "--porcelain"]), "");
    let post = sandbox(&format!("{SYSTEM}{PROJECT}"), &[("Cargo.toml", &cargo("\"1.2.3-1\""))]);
    expect![[r#"
        ------- stderr -------
        error[project/unsupported-version-source]: the version source of `pkg` is not supported: `1.2.3-1` in `Cargo.toml` is a pre-release for Cargo and a post-release for maturin
          hint: write the version literally: `version = "1.2.3"` in `[project]`, or `__version__ = "1.2.3"` in the module that the build backend reads
        [exit status: 3]
    "#]].assert_eq(&post.release(&["show"]).to_string());
}

#[test]
fn the_lock_file_and_its_members_follow() {
    let root = "[package]\nname = \"pkg\"\nversion.workspace = true\n\n[workspace]\nmembers = [\"crates/*\"]\n\n[workspace.package]\nversion = \"1.2.3\"\n";
    let member = "[package]\nname = \"pkg-core\"\nversion.workspace = true\n";
    let own = "[package]\nname = \"apart\"\nversion = \"1.2.3\"\n";
    let entry = |name: &str, more: &str| format!("\n[[package]]\nname = \"{name}\"\nversion = \"1.2.3\"\n{more}");
    let lock = format!(
        "version = 4\n{}{}{}{}",
        entry("other", "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n"),
        entry("pkg", "dependencies = [\n \"pkg-core\",\n]\n"),
        entry("pkg-core", ""),
        entry("pkg-unrelated", "")
    );
    let pyproject = format!("{SYSTEM}{PROJECT}");
    let files = [
        ("Cargo.toml", root),
        ("crates/core/Cargo.toml", member),
        ("apart/Cargo.toml", own),
        ("Cargo.lock", lock.as_str()),
    ];
    let sandbox = sandbox(&pyproject, &files);
    let _ = sandbox.release(&["references", "--find", "--write", "--yes"]).success();
    sandbox.commit("chore: references");
    let _ = sandbox.release(&["bump", "minor,rc"]).success();
    expect![[r#"
        diff --git a/Cargo.lock b/Cargo.lock
        index e1097fb..16f806a 100644
        --- a/Cargo.lock
        +++ b/Cargo.lock
        @@ -10 +10 @@ name = "pkg"
        -version = "1.2.3"
        +version = "1.3.0-rc.1"
        @@ -17 +17 @@ name = "pkg-core"
        -version = "1.2.3"
        +version = "1.3.0-rc.1"
        diff --git a/Cargo.toml b/Cargo.toml
        index 0557b6c..814e3c7 100644
        --- a/Cargo.toml
        +++ b/Cargo.toml
        @@ -9 +9 @@ members = ["crates/*"]
        -version = "1.2.3"
        +version = "1.3.0-rc.1"
        diff --git a/apart/Cargo.toml b/apart/Cargo.toml
        index eded25e..d3a9647 100644
        --- a/apart/Cargo.toml
        +++ b/apart/Cargo.toml
        @@ -3 +3 @@ name = "apart"
        -version = "1.2.3"
        +version = "1.3.0-rc.1"
    "#]]
    .assert_eq(&sandbox.git(&["diff", "-U0", "HEAD~1", "--", "Cargo.toml", "Cargo.lock", "crates", "apart"]));
}

/// maturin's own reading of what is written.
#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn maturin_reads_what_was_meant() {
    let maturin = tool("maturin", &["maturin==1.16.0"]).join("maturin");
    for (kind, version) in
        [("minor", "1.3.0"), ("minor,rc", "1.3.0rc1"), ("alpha", "1.2.4a1"), ("major,beta", "2.0.0b1")]
    {
        let pyproject = format!("{SYSTEM}{PROJECT}[tool.maturin]\nbindings = 'bin'\n");
        let sandbox = sandbox(&pyproject, &[("Cargo.toml", &cargo("\"1.2.3\"")), ("src/main.rs", "fn main() {}\n")]);
        let _ = sandbox.release(&["bump", kind]).success();
        let out = sandbox.path("info");
        // The toolchain is found by the machine's own variables.
        let output = Command::new(&maturin)
            .args(["pep517", "write-dist-info", "--metadata-directory"])
            .arg(&out)
            .args(["--interpreter", "python3"])
            .current_dir(sandbox.repo())
            .output()
            .expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let info = out.join(format!("pkg-{version}.dist-info/METADATA"));
        let metadata = std::fs::read_to_string(&info).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert!(metadata.contains(&format!("Version: {version}\n")), "{metadata}");
        assert_eq!(sandbox.release(&["version"]).success().stdout, format!("{version}\n"));
    }
}
