//! pypiserver with one user. It has passwords only, keeps no file twice, and tells what it has in HTML.

use std::process::Command;

use tempfile::TempDir;

use super::listening::Listening;
use super::tools::tool;

pub(crate) const USER: &str = "ana";
pub(crate) const PASSWORD: &str = "the-password-of-ana";

pub(crate) struct Pypiserver {
    pub(crate) server: Listening,
    folder: TempDir,
}

impl Pypiserver {
    /// Starts one that has nothing. With the server of Python's library it would end connections before a client has
    /// said everything; its own documents advise this one.
    pub(crate) fn start() -> Self {
        let programs = tool("pypiserver", &["pypiserver==2.4.2", "passlib==1.7.4", "waitress==3.0.2"]);
        let folder = tempfile::Builder::new().prefix("release-it-pypiserver-").tempdir().expect("a temporary folder");
        let (packages, users) = (folder.path().join("packages"), folder.path().join("users"));
        std::fs::create_dir(&packages).expect("a fresh folder");
        std::fs::write(&users, format!("{USER}:{PASSWORD}\n")).expect("a file");
        let server = Listening::start(folder.path().join("log"), |port| {
            let mut command = Command::new(programs.join("pypi-server"));
            // Those who ask for what it does not have would be sent to PyPI.
            command.args(["run", "-vv", "--disable-fallback", "-i", "127.0.0.1", "-p", port, "-a", "update", "-P"]);
            command.arg(&users).arg(&packages).env_clear().env("PYTHONUNBUFFERED", "1");
            command
        });
        Pypiserver { server, folder }
    }

    /// As it was at the beginning.
    pub(crate) fn empty(&self) {
        for file in std::fs::read_dir(self.folder.path().join("packages")).expect("a folder").flatten() {
            std::fs::remove_file(file.path()).expect("it is there");
        }
    }
}
