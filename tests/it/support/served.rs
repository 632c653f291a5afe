//! `release index serve` as a child, ended when it is dropped.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use serde_json::Value;

use super::Sandbox;
use super::sandbox::assert_clean;
use super::web::{Form, Response, basic};

pub(crate) struct Served {
    child: Child,
    /// The one document.
    pub(crate) document: Value,
}

impl Served {
    /// Serves `index/` of the sandbox.
    pub(crate) fn start(sandbox: &Sandbox, more: &[&str]) -> Self {
        Served::at(sandbox, "index", more)
    }

    /// Serves a folder of the sandbox.
    pub(crate) fn at(sandbox: &Sandbox, folder: &str, more: &[&str]) -> Self {
        Served::begin(sandbox, folder, more, Stdio::null())
    }

    /// Serves `index/` of the sandbox and says on standard error what it is asked; that goes to a file.
    pub(crate) fn talking(sandbox: &Sandbox) -> (Self, PathBuf) {
        let log = sandbox.path("log");
        let file = std::fs::File::create(&log).expect("a file");
        (Served::begin(sandbox, "index", &["-v"], file.into()), log)
    }

    fn begin(sandbox: &Sandbox, folder: &str, more: &[&str], stderr: Stdio) -> Self {
        let data = sandbox.path(folder);
        let data = data.to_str().expect("temporary folders have plain names");
        let arguments = [&["index", "serve", "--data", data, "--format", "json"], more].concat();
        let mut child = sandbox
            .command(&arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("it starts");
        let stdout = child.stdout.take().expect("it was asked for");
        let mut text = String::new();
        for line in BufReader::new(stdout).lines() {
            let line = line.expect("text");
            text.push_str(&line);
            text.push('\n');
            if line == "}" {
                break;
            }
        }
        assert_clean(&text, "the report of the server");
        let document = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        Served { child, document }
    }

    fn value(&self, pointer: &str) -> String {
        let value = self.document.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("no {pointer} in {}", self.document)).to_owned()
    }

    pub(crate) fn upload_url(&self) -> String {
        self.value("/result/upload")
    }

    pub(crate) fn simple_url(&self) -> String {
        self.value("/result/simple")
    }

    /// The URL of a path of the server.
    pub(crate) fn url(&self, path: &str) -> String {
        self.simple_url().replace("/simple/", path)
    }

    /// The file of the token for every project.
    pub(crate) fn token_file(&self) -> PathBuf {
        PathBuf::from(self.value("/result/tokens/all"))
    }

    pub(crate) fn token(&self) -> String {
        std::fs::read_to_string(self.token_file()).expect("a token")
    }

    pub(crate) fn project_token(&self, name: &str) -> String {
        let path = self.value(&format!("/result/tokens/projects/{name}"));
        std::fs::read_to_string(path).expect("a token")
    }

    /// Gives the index in `index/` of a sandbox another state, whether it is served or not.
    pub(crate) fn set(sandbox: &Sandbox, settings: &Value) {
        let folder = sandbox.path("index");
        std::fs::create_dir_all(&folder).expect("a folder");
        let beside = folder.join("index.json.new");
        std::fs::write(&beside, settings.to_string()).expect("a file");
        std::fs::rename(beside, folder.join("index.json")).expect("a file");
    }

    /// A token of a user of that index.
    pub(crate) fn token_of(sandbox: &Sandbox, user: &str, more: &[&str]) -> String {
        let data = sandbox.path("index").display().to_string();
        let arguments = [&["index", "token", "--data", &data, "--user", user, "--format", "json"], more].concat();
        let document = sandbox.release(&arguments).success().json();
        let path = document["result"]["token"].as_str().expect("a path");
        std::fs::read_to_string(
            path.replace("[ROOT]", sandbox.path("").to_str().expect("a plain name").trim_end_matches('/')),
        )
        .expect("a token")
    }

    /// Asks it to end, as a person does with Ctrl-C (INT) and a supervisor of services (TERM); how it ended.
    pub(crate) fn end(&mut self, signal: rustix::process::Signal) -> Option<i32> {
        let id = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw).expect("it runs");
        rustix::process::kill_process(id, signal).expect("it runs");
        self.child.wait().expect("it was started").code()
    }

    /// The most memory that it had until now, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells");
        line.trim().trim_end_matches("kB").trim().parse::<u64>().expect("a number") << 10
    }

    /// Ends it at once, whatever it is doing.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it was started");
    }

    /// Uploads with the token for every project.
    pub(crate) fn post(&self, form: &Form) -> Response {
        form.post(&self.upload_url(), &basic("__token__", &self.token()))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
