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
        let data = sandbox.path(folder);
        let data = data.to_str().expect("temporary folders have plain names");
        let arguments = [&["index", "serve", "--data", data, "--format", "json"], more].concat();
        let mut child = sandbox
            .command(&arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
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
