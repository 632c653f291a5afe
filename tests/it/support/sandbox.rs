//! A closed place to run the real program in: own home, fixed clock and identity, no variables of the
//! machine, and canary tokens that must never come out.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

/// The token in every place where a token may be; its appearance in any output fails the test.
pub(crate) const CANARY: &str = "pypi-AgEIcHlwaS5vcmcCANARYcanary0123456789abcdef";

/// The time that every run takes for now.
pub(crate) const NOW: &str = "2026-11-21T12:00:00Z";

/// A closed place to run the real program in.
pub(crate) struct Sandbox {
    root: TempDir,
    variables: Vec<(String, OsString)>,
}

/// What a run left.
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl fmt::Display for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.stdout)?;
        if !self.stderr.is_empty() {
            write!(formatter, "------- stderr -------\n{}", self.stderr)?;
        }
        if self.code != 0 {
            writeln!(formatter, "[exit status: {}]", self.code)?;
        }
        Ok(())
    }
}

impl Output {
    /// What people see of it: without what a runner hides and reads as commands.
    pub(crate) fn without_masks(self) -> Output {
        let lines = self.stderr.lines().filter(|line| !line.starts_with("::add-mask::"));
        let stderr = lines.map(|line| format!("{line}\n")).collect();
        Output { stderr, ..self }
    }

    /// The run must have ended well.
    pub(crate) fn success(self) -> Self {
        assert_eq!(self.code, 0, "{self}");
        self
    }

    /// The one document of `--format json`.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("not one JSON document: {error}\n{self}"))
    }

    /// The code of the failure in the one document.
    pub(crate) fn failure_code(&self) -> String {
        self.json()["failure"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Sandbox {
    /// An empty sandbox: `home/` and `repo/`.
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new().prefix("release-it-").tempdir().expect("a temporary folder");
        for folder in ["home", "repo", "cache"] {
            std::fs::create_dir(root.path().join(folder)).expect("a fresh folder");
        }
        let mut sandbox = Sandbox { root, variables: Vec::new() };
        for (name, value) in [
            // The user's own tools are on it, and pyenv's shims, which need the real home, are not.
            ("PATH", path_without_shims()),
            ("RELEASE_NOW", NOW.to_owned()),
            ("RELEASE_TOKEN", CANARY.to_owned()),
            ("RELEASE_TOKEN_PYPI", CANARY.to_owned()),
            ("TWINE_PASSWORD", CANARY.to_owned()),
            ("UV_PUBLISH_TOKEN", CANARY.to_owned()),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", CANARY.to_owned()),
            ("LC_ALL", "C".to_owned()),
            ("COLUMNS", "100".to_owned()),
            ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
        ] {
            sandbox.variables.push((name.to_owned(), value.into()));
        }
        let home = sandbox.path("home");
        std::fs::write(home.join(".pypirc"), format!("[pypi]\nusername = __token__\npassword = {CANARY}\n"))
            .expect("a fresh file");
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(home.join(".pypirc"), private).expect("it is ours");
        std::fs::write(
            home.join(".gitconfig"),
            "[user]\n\tname = Ana Tester\n\temail = ana@example.org\n[init]\n\tdefaultBranch = main\n",
        )
        .expect("a fresh file");
        sandbox.variables.push(("HOME".to_owned(), home.into()));
        sandbox.variables.push(("RELEASE_CACHE_DIR".to_owned(), sandbox.path("cache").into()));
        sandbox
    }

    /// A sandbox that may reach PyPI with the machine's settings of pip, and shares what it fetches with other
    /// tests.
    pub(crate) fn online(mut self) -> Self {
        for (name, value) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            let wanted = (name.starts_with("PIP_") && name != "PIP_FIND_LINKS") || name.starts_with("SSL_CERT_");
            if wanted || name == "REQUESTS_CA_BUNDLE" || name.to_ascii_uppercase().ends_with("_PROXY") {
                self.set(&name, value);
            }
        }
        self.set("RELEASE_CACHE_DIR", shared_cache());
        self
    }

    /// Another sandbox in the same state.
    pub(crate) fn again(&self) -> Self {
        let mut copy = Sandbox::new();
        let (from, to) = (self.path("").display().to_string(), copy.path("").display().to_string());
        for folder in ["home", "repo"] {
            let mut files = Vec::new();
            collect(&self.path(folder), &mut files);
            for (path, _) in files {
                let target = copy.path("").join(path.strip_prefix(&from).expect("it lies below"));
                std::fs::create_dir_all(target.parent().expect("it has a folder")).expect("a folder");
                std::fs::copy(&path, target).expect("a copy");
            }
        }
        // Folders of git that may be empty.
        for folder in ["refs/heads", "refs/tags", "objects/info", "objects/pack"] {
            std::fs::create_dir_all(copy.repo().join(".git").join(folder)).expect("a folder");
        }
        copy.variables = self.variables.clone();
        for (_, value) in &mut copy.variables {
            *value = value.to_string_lossy().replace(&from, &to).into();
        }
        copy
    }

    /// Copies a fixture's files into the repository and commits them.
    pub(crate) fn fixture(name: &str) -> Self {
        let sandbox = Sandbox::new();
        copy(&fixtures().join("projects").join(name), &sandbox.repo());
        sandbox.git(&["init", "-q"]);
        sandbox.commit("feat: the fixture");
        sandbox
    }

    /// A sandbox whose `repo/` is a git repository with these files committed.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::new();
        for (path, text) in files {
            sandbox.write(path, text);
        }
        sandbox.git(&["init", "-q"]);
        sandbox.commit("feat: first");
        sandbox
    }

    /// A path below the root of the sandbox.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path().canonicalize().expect("it exists").join(path)
    }

    /// The repository.
    pub(crate) fn repo(&self) -> PathBuf {
        self.path("repo")
    }

    /// Writes a file of the repository.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.repo().join(path);
        std::fs::create_dir_all(path.parent().expect("it lies in the repository")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// Reads a file of the repository.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.repo().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Sets a variable for the runs to come.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.unset(name);
        self.variables.push((name.to_owned(), value.into()));
    }

    /// Removes a variable for the runs to come.
    pub(crate) fn unset(&mut self, name: &str) {
        self.variables.retain(|(known, _)| known != name);
    }

    /// Takes away every right to publish that a sandbox has: builds say nothing of it then.
    pub(crate) fn without_credentials(&mut self) {
        self.variables.retain(|(_, value)| value != CANARY);
        std::fs::remove_file(self.path("home/.pypirc")).expect("it is there");
    }

    /// Commits everything, at a fixed time.
    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    /// Runs git in the repository; it must succeed.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(self.repo()).env_clear().envs(self.variables.iter().cloned());
        command.env("GIT_AUTHOR_DATE", NOW).env("GIT_COMMITTER_DATE", NOW);
        let output = command.output().expect("git is installed");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The program, ready to run in the repository.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(arguments).current_dir(self.repo()).env_clear().envs(self.variables.iter().cloned());
        command
    }

    /// Runs the program in the repository.
    #[must_use = "snapshot the output or check its code"]
    pub(crate) fn release(&self, arguments: &[&str]) -> Output {
        self.finish(&mut self.command(arguments))
    }

    /// Runs a prepared command to its end, and makes its output the same on every machine.
    pub(crate) fn finish(&self, command: &mut Command) -> Output {
        let output = command.output().expect("it starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        for stream in [&stdout, &stderr] {
            assert_clean(stream, "an output");
        }
        let clean = |stream: String| {
            stream.replace(&self.path("").display().to_string().trim_end_matches('/').to_owned(), "[ROOT]")
        };
        Output { code: output.status.code().unwrap_or(-1), stdout: clean(stdout), stderr: clean(stderr) }
    }

    /// Every file below the repository but git's own, with its bytes: to see that nothing changed.
    pub(crate) fn snapshot(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        collect(&self.repo(), &mut files);
        // The lock of a run that was refused stays, and holds nothing.
        files.retain(|(path, _)| !path.ends_with(".git/release/run.lock"));
        files.sort();
        files
    }
}

/// The folder of fixtures.
pub(crate) fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// What tests fetch from PyPI is kept below `target/`, once for all of them.
fn shared_cache() -> PathBuf {
    let target = program().parent().and_then(Path::parent).expect("the program lies in target/debug").to_owned();
    target.join("test-cache")
}

/// Copies what git tracks of a folder: a build left in the working tree is not part of a fixture.
fn copy(from: &Path, to: &Path) {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(from).output().expect("git is installed");
    for name in listed.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let name = String::from_utf8_lossy(name).into_owned();
        let target = to.join(&name);
        std::fs::create_dir_all(target.parent().expect("it has a folder")).expect("a folder");
        std::fs::copy(from.join(&name), &target).expect("a copy");
    }
}

/// No form of the canary may appear.
pub(crate) fn assert_clean(text: &str, place: &str) {
    use base64::Engine;
    let base64 =
        |plain: String| base64::engine::general_purpose::STANDARD.encode(plain).trim_end_matches('=').to_owned();
    let percent: String = CANARY
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("%{:02X}", c as u32) })
        .collect();
    for form in [CANARY.to_owned(), percent, base64(format!("__token__:{CANARY}")), base64(CANARY.to_owned())] {
        assert!(!text.contains(&form), "the canary token is in {place}:\n{text}");
    }
}

fn collect(dir: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(dir).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            collect(&entry, files);
        } else {
            files.push((entry.clone(), std::fs::read(&entry).expect("a file")));
        }
    }
}

/// The binary under test.
pub(crate) fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_release"))
}

/// The PATH with the real folder of the interpreter first: version managers put shims there that need the
/// real home.
pub(crate) fn path_without_shims() -> String {
    static PATH: OnceLock<String> = OnceLock::new();
    PATH.get_or_init(|| {
        let ask = "import os, sys; print(os.path.join(sys.base_prefix, 'bin'))";
        let answer = Command::new("python3").args(["-c", ask]).output().expect("python3 is installed");
        let path = std::env::var("PATH").unwrap_or_default();
        let folders: Vec<&str> = path.split(':').filter(|folder| !folder.contains("shims")).collect();
        format!("{}:{}", String::from_utf8_lossy(&answer.stdout).trim(), folders.join(":"))
    })
    .clone()
}
