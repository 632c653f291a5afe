//! `release build` of several packages: those first whose wheels the backends of others need, the rest at once.

use expect_test::expect;

use crate::support::Sandbox;

/// A backend that writes archives with nothing but their metadata, after what `begin` does.
fn backend(begin: &str) -> String {
    format!(
        r#"
import io, os, pathlib, tarfile, tomllib, zipfile
def _project():
    project = tomllib.load(open("pyproject.toml", "rb"))["project"]
    return project["name"].replace("-", "_"), project["name"], project["version"]
def _metadata():
    _, name, version = _project()
    return f"Metadata-Version: 2.2\nName: {{name}}\nVersion: {{version}}\n".encode()
def build_sdist(directory, config_settings=None):
    part, name, version = _project()
{begin}
    with tarfile.open(os.path.join(directory, f"{{part}}-{{version}}.tar.gz"), "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(pathlib.Path(".").glob("*.*")):
            archive.add(path, f"{{part}}-{{version}}/{{path}}")
        info = tarfile.TarInfo(f"{{part}}-{{version}}/PKG-INFO"); info.size = len(_metadata())
        archive.addfile(info, io.BytesIO(_metadata()))
    return f"{{part}}-{{version}}.tar.gz"
def build_wheel(directory, config_settings=None, metadata_directory=None):
    part, name, version = _project()
    with zipfile.ZipFile(os.path.join(directory, f"{{part}}-{{version}}-py3-none-any.whl"), "w") as archive:
        archive.writestr(f"{{part}}-{{version}}.dist-info/METADATA", _metadata())
    return f"{{part}}-{{version}}-py3-none-any.whl"
"#
    )
}

fn pyproject(name: &str, requires: &str, backend: &str) -> String {
    format!(
        "[build-system]\nrequires = [{requires}]\nbuild-backend = \"{backend}\"\nbackend-path = [\".\"]\n\
         [project]\nname = \"{name}\"\nversion = \"1.0\"\n"
    )
}

const WORKSPACE: &str = "[tool.release.workspace]\nmembers = [\"packages/*\"]\n";

#[test]
fn packages_that_need_nothing_of_each_other_are_built_at_once() {
    let mut sandbox = Sandbox::with(&[("pyproject.toml", WORKSPACE)]);
    sandbox.without_credentials();
    let meeting = sandbox.path("meeting");
    std::fs::create_dir(&meeting).expect("a folder");
    // Each waits for the other to have begun.
    let meet = format!(
        "    import time\n    place = pathlib.Path({:?})\n    (place / name).touch()\n    for _ in range(600):\n        \
         if len(list(place.iterdir())) == 2: break\n        time.sleep(0.1)\n    else: raise SystemExit('nobody came')\n",
        meeting.display().to_string()
    );
    for name in ["a", "b"] {
        sandbox.write(&format!("packages/{name}/pyproject.toml"), pyproject(&format!("demo-{name}"), "", "backend"));
        sandbox.write(&format!("packages/{name}/backend.py"), backend(&meet));
    }
    sandbox.commit("feat: two packages");
    let said = sandbox.release(&["build"]).success().stdout;
    let names: Vec<&str> = said.lines().filter_map(|line| line.split_whitespace().next()).collect();
    // Told in their order, whichever was faster.
    assert_eq!(
        names,
        ["demo_a-1.0.tar.gz", "demo_a-1.0-py3-none-any.whl", "demo_b-1.0.tar.gz", "demo_b-1.0-py3-none-any.whl"]
    );
}

/// `demo-app` is built by `demo-kit`, which needs `demo-words`; all three lie in one workspace and on no index.
fn needing() -> Sandbox {
    let mut sandbox = Sandbox::with(&[("pyproject.toml", WORKSPACE)]);
    sandbox.without_credentials();
    let flit = "[build-system]\nrequires = [\"flit_core>=4,<5\"]\nbuild-backend = \"flit_core.buildapi\"\n[project]\n";
    let app = pyproject("demo-app", "\"demo-kit==1.0\"", "demo_kit").replace("backend-path = [\".\"]\n", "");
    sandbox.write("packages/app/pyproject.toml", app);
    let kit = format!(
        "{flit}name = \"demo-kit\"\nversion = \"1.0\"\ndescription = \"A backend\"\ndependencies = [\"demo-words\"]\n"
    );
    sandbox.write("packages/kit/pyproject.toml", kit);
    sandbox.write("packages/kit/demo_kit.py", backend("    import demo_words"));
    let words = format!("{flit}name = \"demo-words\"\nversion = \"1.0\"\ndescription = \"Words\"\n");
    sandbox.write("packages/words/pyproject.toml", words);
    sandbox.write("packages/words/demo_words.py", "");
    sandbox.commit("feat: three packages");
    sandbox
}

#[test]
fn what_a_backend_needs_of_the_same_workspace_is_built_first_and_taken_from_there() {
    let sandbox = needing();
    expect![[r#"
        would build sdist and wheel of demo-words 1.0 natively, as flit_core 4.2.0 does
        would build sdist and wheel of demo-kit 1.0 natively, as flit_core 4.2.0 does
        would build sdist and wheel of demo-app 1.0 with `demo_kit`
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&sandbox.release(&["build", "-n"]).to_string());
    let said = sandbox.release(&["build", "--offline", "--why"]).success().stdout;
    let lines: Vec<&str> = said
        .lines()
        .map(|line| if line.starts_with(' ') { line } else { line.split(' ').next().unwrap_or_default() })
        .collect();
    expect![[r#"
        demo_words-1.0.tar.gz
          native: everything can be known without running it; as flit_core 4.2.0 builds it
        demo_words-1.0-py2.py3-none-any.whl
          native: everything can be known without running it; as flit_core 4.2.0 builds it
        demo_kit-1.0.tar.gz
          native: everything can be known without running it; as flit_core 4.2.0 builds it
        demo_kit-1.0-py2.py3-none-any.whl
          native: everything can be known without running it; as flit_core 4.2.0 builds it
        demo_app-1.0.tar.gz
          isolated: `build-system.build-backend`: `demo_kit` is not known by heart
        demo_app-1.0-py3-none-any.whl
          isolated: `build-system.build-backend`: `demo_kit` is not known by heart"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn a_package_that_fails_leaves_the_others_and_says_which() {
    let sandbox = needing();
    sandbox.write("packages/kit/demo_kit.py", backend("    raise SystemExit('no words')"));
    sandbox.commit("fix: the kit");
    expect![[r#"
        ------- stderr -------
        error[build/backend]: the build backend `demo_kit` failed in `build_sdist`: exit code 1
          cause: no words
          hint: the backend's own words are above; `python -m build` runs the same hooks
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["build", "--offline"]).to_string());
    let built = std::fs::read_dir(sandbox.repo().join("dist")).expect("a folder");
    let mut names: Vec<_> = built.map(|entry| entry.expect("an entry").file_name()).collect();
    names.sort();
    assert_eq!(names.len(), 4, "{names:?}");
}
