//! Programs: an argument list (never a shell), a closed environment, limits on time and output, and the
//! whole process group ended when time is up.

#![expect(clippy::disallowed_methods, reason = "this is the door to processes")]

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use super::error::EffectsError;
use super::{Variables, signals};
use crate::report::text;
use crate::secret::Redactor;

/// What a child may know of the user's environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Locale, time zone, PATH and temporary folder; nothing of the user's.
    Closed,
    /// The same, and the user's settings of proxies and TLS: for installs that see nothing else of the user.
    Network,
    /// The closed environment and the user's home, for programs that are the user's own (gates).
    Home,
    /// The same, and the user's settings of pip, proxies and TLS: for installers.
    Installer,
    /// The user's home, agents and what asks for a passphrase: for programs that sign.
    Signing,
    /// The user's home, proxies, TLS and keys of ssh: for `git` that talks to a remote.
    Remote,
}

impl Environment {
    fn admits(self, name: &str) -> bool {
        let closed =
            matches!(name, "PATH" | "LANG" | "LANGUAGE" | "TZ" | "TMPDIR" | "TERM" | "COLUMNS" | "SOURCE_DATE_EPOCH")
                || name.starts_with("LC_");
        let home = matches!(
            name,
            "HOME" | "USER" | "LOGNAME" | "XDG_CACHE_HOME" | "XDG_CONFIG_HOME" | "PYENV_ROOT" | "PYENV_VERSION"
        );
        let network =
            matches!(name.to_ascii_uppercase().as_str(), "HTTP_PROXY" | "HTTPS_PROXY" | "ALL_PROXY" | "NO_PROXY")
                || matches!(name, "SSL_CERT_FILE" | "SSL_CERT_DIR" | "REQUESTS_CA_BUNDLE" | "CURL_CA_BUNDLE");
        let installer = network || name.starts_with("PIP_") || name == "NETRC";
        match self {
            Environment::Closed => closed,
            Environment::Network => closed || network,
            Environment::Home => closed || home,
            Environment::Installer => closed || home || installer,
            Environment::Signing => {
                closed
                    || home
                    || matches!(
                        name,
                        "GNUPGHOME"
                            | "GPG_TTY"
                            | "PINENTRY_USER_DATA"
                            | "SSH_AUTH_SOCK"
                            | "SSH_AGENT_PID"
                            | "SSH_ASKPASS"
                    )
                    || matches!(name, "DISPLAY" | "WAYLAND_DISPLAY" | "XDG_RUNTIME_DIR" | "DBUS_SESSION_BUS_ADDRESS")
            }
            Environment::Remote => {
                closed
                    || home
                    || network
                    || matches!(
                        name,
                        "SSH_AUTH_SOCK"
                            | "SSH_AGENT_PID"
                            | "SSH_ASKPASS"
                            | "GIT_ASKPASS"
                            | "GIT_SSH"
                            | "GIT_SSH_COMMAND"
                            | "GIT_SSL_CAINFO"
                    )
                    || name.starts_with("GIT_CONFIG_")
            }
        }
    }
}

/// A program to run.
#[derive(Debug, Clone)]
pub struct Program {
    program: PathBuf,
    arguments: Vec<OsString>,
    dir: PathBuf,
    environment: Environment,
    set: Vec<(String, OsString)>,
    stdin: Vec<u8>,
    timeout: Duration,
}

impl Program {
    /// A program by its path, to be run in `dir`, with a closed environment and five minutes.
    pub fn new(program: impl Into<PathBuf>, dir: &Path) -> Self {
        Program {
            program: program.into(),
            arguments: Vec::new(),
            dir: dir.to_owned(),
            environment: Environment::Closed,
            set: Vec::new(),
            stdin: Vec::new(),
            timeout: Duration::from_secs(300),
        }
    }

    /// With one more argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// With more arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// With arguments before all others.
    #[must_use]
    pub fn first_args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.splice(0..0, arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// With a variable of ours.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.set.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// With more of the user's environment.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// With bytes on its standard input.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// With another limit of time.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The folder that it runs in.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The program and its arguments as one line for people.
    pub fn line(&self) -> String {
        let mut words = vec![self.program.file_name().unwrap_or_default().to_string_lossy().into_owned()];
        words.extend(self.arguments.iter().map(|argument| argument.to_string_lossy().into_owned()));
        words.join(" ")
    }
}

/// How a program ended.
#[derive(Debug, Clone)]
pub struct Ran {
    /// Its exit code; nothing when a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it, other than ours.
    pub signal: Option<i32>,
    /// Whether it was ended because its time was up.
    pub timed_out: bool,
    /// Its standard output, the middle of a very long one left out, bytes that are not UTF-8 replaced, secrets masked.
    pub stdout: String,
    /// The same of its standard error.
    pub stderr: String,
    /// How many bytes of both streams were not kept.
    pub dropped: usize,
    /// How long it ran, in milliseconds.
    pub milliseconds: u128,
}

impl Ran {
    /// Whether it ended with exit code 0 in time.
    pub fn ok(&self) -> bool {
        self.code == Some(0) && !self.timed_out
    }

    /// The last lines that it wrote: what a person needs to see of a failure. Lines without end are cut.
    pub fn tail(&self, lines: usize) -> String {
        let all: Vec<&str> = self.stdout.lines().chain(self.stderr.lines()).collect();
        let dropped = (self.dropped > 0).then(|| format!("[… {} of what it wrote are not kept]", size(self.dropped)));
        let last = all[all.len().saturating_sub(lines)..].iter().map(|line| cut(line));
        dropped.into_iter().chain(last).collect::<Vec<String>>().join("\n")
    }

    /// `exit code 1`, `ended by SIGSEGV`, `time was up`.
    pub fn ending(&self) -> String {
        match (self.timed_out, self.code, self.signal) {
            (true, ..) => "time was up".to_owned(),
            (false, Some(code), _) => format!("exit code {code}"),
            (false, None, Some(signal)) => format!("ended by {}", signals::name(signal)),
            (false, None, None) => "ended by a signal".to_owned(),
        }
    }
}

/// A line that people can read.
fn cut(line: &str) -> String {
    const LONGEST: usize = 2_000;
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} [… {} of this line not shown]", &line[..end], size(line.len() - end)),
        None => line.to_owned(),
    }
}

fn size(bytes: usize) -> String {
    text::size(bytes as u64)
}

/// So much of a stream is kept from its beginning, and as much from its end; the rest is dropped: a runaway child must
/// not fill our memory, and its last words matter most.
const KEPT_OF_EACH_END: usize = 2 * 1024 * 1024;

/// Running programs.
#[derive(Clone, Copy)]
pub struct Programs<'w> {
    variables: &'w Variables,
    redactor: &'w Redactor,
    time: &'w AtomicU64,
}

impl<'w> Programs<'w> {
    pub(super) fn new(variables: &'w Variables, redactor: &'w Redactor, time: &'w AtomicU64) -> Self {
        Programs { variables, redactor, time }
    }

    /// Where a program is, by the user's PATH.
    ///
    /// # Errors
    /// It is nowhere.
    pub fn find(self, name: &str, package: &'static str) -> Result<PathBuf, EffectsError> {
        let path = self.variables.get("PATH").unwrap_or_default();
        std::env::split_paths(path)
            .map(|dir| dir.join(name))
            .find(|candidate| candidate.is_file())
            .ok_or_else(|| EffectsError::ProgramMissing { program: name.to_owned(), package })
    }

    /// The PATH with a folder in front.
    pub fn path_with(self, first: &Path) -> OsString {
        let path = self.variables.get("PATH").unwrap_or_default();
        let all = std::iter::once(first.to_owned()).chain(std::env::split_paths(path));
        std::env::join_paths(all).unwrap_or_else(|_| OsString::from(path))
    }

    /// Runs a program to its end.
    ///
    /// # Errors
    /// It could not be started. A program that failed is no error here: see [`Ran::ok`].
    pub fn run(self, program: &Program) -> Result<Ran, EffectsError> {
        self.run_for_bytes(program).map(|(ran, _)| ran)
    }

    /// The same with its standard output as it was, nothing replaced or masked: a signature is not a text.
    ///
    /// # Errors
    /// As [`Programs::run`].
    pub fn run_for_bytes(self, program: &Program) -> Result<(Ran, Vec<u8>), EffectsError> {
        let started = Instant::now();
        let mut command = Command::new(&program.program);
        command.args(&program.arguments).current_dir(&program.dir).env_clear();
        command.envs(self.variables.matching(|name| program.environment.admits(name)));
        command.envs(program.set.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own, so that what it starts ends with it.
        command.process_group(0);
        signals::check()?;
        let mut child = command
            .spawn()
            .map_err(|source| EffectsError::ProgramStart { program: program.program.display().to_string(), source })?;
        let remembered = signals::Child::remember(child.id());
        let mut stdin = child.stdin.take().expect("it was asked for");
        let stdout = child.stdout.take().expect("it was asked for");
        let stderr = child.stderr.take().expect("it was asked for");
        let input = program.stdin.clone();
        std::thread::spawn(move || {
            // A child that does not read its input is its own business.
            let _ = stdin.write_all(&input);
        });
        let (out, err) = (Reading::start(stdout), Reading::start(stderr));
        let (status, timed_out) = wait(&mut child, started + program.timeout);
        // What it left running in its group ends with it; what escaped the group cannot keep us waiting.
        end_group(&mut child);
        drop(remembered);
        signals::check()?;
        let ((out, dropped), (err, more)) = (out.finish(), err.finish());
        let took = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.time.fetch_add(took, Ordering::Relaxed);
        let ran = Ran {
            code: status.and_then(|status| status.code()),
            signal: status.and_then(|status| status.signal()),
            timed_out,
            dropped: dropped + more,
            stdout: self.redactor.redact(&String::from_utf8_lossy(&out)),
            stderr: self.redactor.redact(&String::from_utf8_lossy(&err)),
            milliseconds: started.elapsed().as_millis(),
        };
        Ok((ran, out))
    }
}

/// What is kept of a stream.
#[derive(Default)]
struct Kept {
    beginning: Vec<u8>,
    end: VecDeque<u8>,
    dropped: usize,
}

impl Kept {
    fn add(&mut self, bytes: &[u8]) {
        let room = KEPT_OF_EACH_END.saturating_sub(self.beginning.len()).min(bytes.len());
        self.beginning.extend_from_slice(&bytes[..room]);
        self.end.extend(&bytes[room..]);
        let over = self.end.len().saturating_sub(KEPT_OF_EACH_END);
        self.end.drain(..over);
        self.dropped += over;
    }

    /// What was kept, and how much was not.
    fn into_bytes(self) -> (Vec<u8>, usize) {
        let Kept { beginning: mut all, end, dropped } = self;
        if dropped > 0 {
            all.extend_from_slice(b"\n[\xe2\x80\xa6]\n");
        }
        all.extend(end);
        (all, dropped)
    }
}

/// A stream that is read beside the child, so that neither waits for the other.
struct Reading {
    kept: Arc<Mutex<Kept>>,
    ended: mpsc::Receiver<()>,
}

impl Reading {
    fn start(mut stream: impl Read + Send + 'static) -> Self {
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let (end, ended) = mpsc::channel();
        let shared = Arc::clone(&kept);
        std::thread::spawn(move || {
            let mut buffer = [0_u8; 8192];
            while let Ok(read @ 1..) = stream.read(&mut buffer) {
                shared.lock().unwrap_or_else(PoisonError::into_inner).add(&buffer[..read]);
            }
            // Whoever waits may have gone.
            let _ = end.send(());
        });
        Reading { kept, ended }
    }

    /// What was read; a second after the child ended nobody waits for more.
    fn finish(self) -> (Vec<u8>, usize) {
        let _ = self.ended.recv_timeout(Duration::from_secs(1));
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner)).into_bytes()
    }
}

/// Waits with growing pauses: short programs are noticed at once, long ones cost nothing. Returns how the child ended,
/// if it ended by itself, and whether its time was up.
fn wait(child: &mut Child, deadline: Instant) -> (Option<ExitStatus>, bool) {
    let mut pause = Duration::from_micros(500);
    let mut told_to_end = None;
    loop {
        if told_to_end.is_none() && signals::check().is_err() {
            // A chance to end by itself, as after Ctrl-C on its own terminal.
            signals::signal_group(child.id(), rustix::process::Signal::TERM);
            told_to_end = Some(Instant::now() + signals::CHILD_GRACE);
        }
        match child.try_wait() {
            Ok(Some(status)) => return (Some(status), false),
            Ok(None) if told_to_end.is_some_and(|end| Instant::now() >= end) => return (None, false),
            Ok(None) if Instant::now() >= deadline => {
                end_group(child);
                return (None, true);
            }
            Ok(None) => std::thread::sleep(pause),
            Err(_) => return (None, false),
        }
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

fn end_group(child: &mut Child) {
    signals::signal_group(child.id(), rustix::process::Signal::KILL);
    let _ = child.kill();
    let _ = child.wait();
}

/// Closes this process to others of the same user: variables and memory cannot be read through `/proc` or a
/// debugger, and no core dump is written. Programs that we start are open again, and the system's
/// administrator is not kept out.
pub(super) fn close_to_others() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // A kernel that refuses leaves it as open as it was.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
