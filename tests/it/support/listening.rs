//! A server of others on a port of its own, ended when it is dropped; what it says goes to a file.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub(crate) struct Listening {
    child: Child,
    log: PathBuf,
    port: u16,
}

impl Listening {
    /// Starts the program that `command` makes for a port, and waits until it listens there.
    pub(crate) fn start(log: PathBuf, command: impl Fn(&str) -> Command) -> Self {
        // These servers cannot tell which port they took, so they get one that was free a moment ago: it can be lost.
        for _ in 0..3 {
            let port = free_port();
            let file = std::fs::File::create(&log).expect("a file");
            let mut command = command(&port.to_string());
            command.stdin(Stdio::null()).stdout(file.try_clone().expect("a file")).stderr(file);
            let mut server = Listening { child: command.spawn().expect("it starts"), log: log.clone(), port };
            if server.is_up() {
                return server;
            }
        }
        panic!("it does not listen: {}", std::fs::read_to_string(log).unwrap_or_default());
    }

    /// Waits until it listens; not at all once it has ended. A minute is more than any of them takes.
    fn is_up(&mut self) -> bool {
        (0..1_200).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            let is_over = self.child.try_wait().expect("it was started").is_some();
            is_over || TcpStream::connect(("127.0.0.1", self.port)).is_ok()
        }) && self.child.try_wait().expect("it was started").is_none()
    }

    /// Where it listens, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The file of what it says.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("it is bound").port()
}
