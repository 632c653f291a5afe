//! devpi-server with one user and as many of her indexes as wanted, which keep what they have. Its logins are tokens
//! that are good for ten hours; one that is older can be made, since the secret that they are signed with is ours.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::listening::Listening;
use super::tools::{answer, tool};
use super::web::{basic, request};

pub(crate) const USER: &str = "ana";

/// Two logins as the server makes them (`Auth.new_proxy_auth`): of now, and a minute older than it takes.
const LOGINS: &str = r#"
import argon2, itsdangerous, json, sys, time
from argon2.low_level import ARGON2_VERSION, Type, hash_secret_raw
asked = json.load(sys.stdin)
secret = open(asked["secret"], "rb").read()
cost = dict(time_cost=1, memory_cost=64, parallelism=1)
key = hash_secret_raw(secret, b"devpi-server-auth", hash_len=16, type=Type.ID, version=ARGON2_VERSION, **cost)
now, logins = time.time(), []
for age in (0, 10 * 60 * 60 + 60):
    time.time = lambda: now - age
    logins.append(itsdangerous.TimedSerializer(key).dumps([asked["user"], [], True]))
json.dump(logins, sys.stdout)
"#;

pub(crate) struct Devpi {
    pub(crate) server: Listening,
    /// A login of the user.
    pub(crate) login: String,
    /// One that is too old, and right in everything else: it comes from where the good one comes from.
    pub(crate) expired: String,
    _folder: TempDir,
}

impl Devpi {
    /// Starts one with the user and no index.
    pub(crate) fn start() -> Self {
        let programs = tool("devpi", &["devpi-server==6.20.3"]);
        let folder = tempfile::Builder::new().prefix("release-it-devpi-").tempdir().expect("a temporary folder");
        let (data, secret) = (folder.path().join("data"), folder.path().join("secret"));
        private(&secret, "a secret of tests, with more than thirty-two letters");
        let mut initial = Command::new(programs.join("devpi-init"));
        initial.args(["--no-root-pypi", "--root-passwd", "root", "--serverdir"]).arg(&data);
        let made = initial.env_clear().env("HOME", folder.path()).stdin(Stdio::null()).output().expect("it starts");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let server = Listening::start(folder.path().join("log"), |port| {
            let mut command = Command::new(programs.join("devpi-server"));
            command.args(["--host", "127.0.0.1", "--port", port, "--offline-mode", "--threads", "8"]);
            // What a login is signed with is derived at a price, which is known here and low.
            command.args(["--argon2-time-cost", "1", "--argon2-memory-cost", "64", "--argon2-parallelism", "1"]);
            command.arg("--secretfile").arg(&secret).arg("--serverdir").arg(&data);
            command.env_clear().env("HOME", folder.path()).env("PYTHONUNBUFFERED", "1");
            command
        });
        let asked = json!({"secret": secret, "user": USER});
        let mut python = Command::new(programs.join("python"));
        let [login, expired]: [String; 2] = answer(python.args(["-c", LOGINS]), &asked);
        let devpi = Devpi { server, login, expired, _folder: folder };
        devpi.put(&format!("/{USER}"), &json!({"password": "nobody asks for it"}), None);
        devpi
    }

    /// The URL of a new index that has nothing.
    pub(crate) fn index(&self, name: &str) -> String {
        let path = format!("/{USER}/{name}");
        let settings = json!({"type": "stage", "volatile": false, "bases": []});
        self.put(&path, &settings, Some(&basic(USER, &self.login)));
        format!("{}{path}/", self.server.url())
    }

    fn put(&self, path: &str, body: &Value, authorization: Option<&str>) {
        let mut headers = vec![("Content-Type", "application/json")];
        headers.extend(authorization.map(|value| ("Authorization", value)));
        let url = format!("{}{path}", self.server.url());
        let answer = request("PUT", &url, &headers, body.to_string().as_bytes());
        assert!(matches!(answer.status, 200 | 201), "{path}: {}", answer.text());
    }
}

/// A file that nobody else can read: the server refuses another.
fn private(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(path, mode).expect("it is ours");
}
