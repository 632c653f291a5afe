//! The only doors outside: files, git, http, processes, the clock, variables and the terminal.
//!
//! [`World`] is made once, in `main`; a rehearsal derives one for its clone. [`World::inspect`] may look,
//! [`World::effects`] may change and is called in `plan/execute.rs` alone, so that a dry run is "print the
//! plan and return". *Look* versus *change* is not GET versus POST: asking an advisory service is a look,
//! minting a token is a change.

pub mod checkout;
pub mod clock;
pub mod env;
pub mod error;
pub mod files;
pub mod git;
pub mod git_history;
mod git_known;
pub mod git_own;
mod git_packed;
pub mod git_program;
pub mod held;
pub mod http;
pub mod listen;
pub mod log;
pub mod process;
mod prompt;
pub mod signals;
pub mod signing;
pub mod terminal;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use clock::Clock;
pub use env::Variables;
pub use error::EffectsError;
pub use files::{Files, FilesMut};
pub use git::{Git, GitMut};
pub use http::{HttpChange, HttpLook};
pub use process::Programs;
pub use terminal::Terminal;

use crate::report::Event;
use crate::secret::Redactor;

/// What the process was given, and the doors built on it.
pub struct World {
    arguments: Vec<OsString>,
    dir: PathBuf,
    variables: Variables,
    clock: Clock,
    terminal: Terminal,
    http: http::Settings,
    redactor: Redactor,
    run: String,
    log: log::Log,
    children: Arc<AtomicU64>,
}

impl World {
    /// The world of this process: its arguments, variables, directory, clock and streams.
    pub fn of_this_process() -> Self {
        process::close_to_others();
        signals::watch();
        let redactor = Redactor::default();
        let variables = Variables::of_this_process(&redactor);
        let clock = Clock::new();
        let run = log::run_id(&clock);
        World {
            arguments: env::arguments(),
            dir: env::current_dir(),
            terminal: Terminal::of_this_process(&variables, redactor.clone()),
            http: http::Settings::from_variables(&variables),
            log: log::Log::default(),
            variables,
            clock,
            redactor,
            run,
            children: Arc::default(),
        }
    }

    /// What the user typed, the program's own name first.
    pub fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// Takes over what options and variables decided, before any command runs.
    pub fn settle(&mut self, settled: Settled) {
        if let Some(dir) = settled.dir {
            self.dir = self.dir.join(dir);
        }
        if let Some(now) = settled.now {
            self.clock = Clock::given(now);
        }
        self.http.offline = settled.offline;
        self.terminal.settle(settled.display, &self.variables);
    }

    /// The same world at another directory: for the throw-away clone of a rehearsal.
    pub fn for_clone(&self, dir: &Path) -> World {
        World {
            arguments: self.arguments.clone(),
            dir: dir.to_owned(),
            variables: self.variables.clone(),
            clock: self.clock.clone(),
            terminal: self.terminal.clone(),
            http: self.http.clone(),
            redactor: self.redactor.clone(),
            run: self.run.clone(),
            log: self.log.clone(),
            children: Arc::clone(&self.children),
        }
    }

    /// The doors that only look.
    pub fn inspect(&self) -> Inspect<'_> {
        Inspect { world: self }
    }

    /// The doors that change. Called in `plan/execute.rs` alone.
    pub fn effects(&self) -> Effects<'_> {
        Effects { world: self }
    }
}

/// What options and variables decided about the world.
#[derive(Debug, Default)]
pub struct Settled {
    /// `-C`, relative to the current directory.
    pub dir: Option<PathBuf>,
    /// `RELEASE_NOW`.
    pub now: Option<jiff::Timestamp>,
    /// `--offline`.
    pub offline: bool,
    /// Format, colour and verbosity.
    pub display: terminal::Display,
}

/// The doors that only look.
#[derive(Clone, Copy)]
pub struct Inspect<'w> {
    world: &'w World,
}

impl<'w> Inspect<'w> {
    /// The directory that the command works in.
    pub fn dir(self) -> &'w Path {
        &self.world.dir
    }

    /// The snapshot of the process's variables.
    pub fn variables(self) -> &'w Variables {
        &self.world.variables
    }

    /// What time it is.
    pub fn clock(self) -> &'w Clock {
        &self.world.clock
    }

    /// The two streams.
    pub fn terminal(self) -> &'w Terminal {
        &self.world.terminal
    }

    /// Masks secrets in what goes out.
    pub fn redactor(self) -> &'w Redactor {
        &self.world.redactor
    }

    /// The id of this run.
    pub fn run(self) -> &'w str {
        &self.world.run
    }

    /// Reading files.
    pub fn files(self) -> Files {
        Files
    }

    /// Reading over the network.
    pub fn http(self) -> HttpLook<'w> {
        HttpLook::new(&self.world.http)
    }

    /// Running programs that only look (`python3 --version`).
    pub fn programs(self) -> Programs<'w> {
        Programs::new(&self.world.variables, &self.world.redactor, &self.world.children)
    }

    /// Names the hosts that plain `http` may reach besides loopback; the first configuration that is read
    /// decides.
    pub fn allow_plain_http(self, hosts: &[String]) {
        let _ = self.world.http.plain_hosts.set(hosts.to_vec());
    }

    /// Milliseconds that programs ran until now: what is not our own time.
    pub fn children_milliseconds(self) -> u128 {
        u128::from(self.world.children.load(Ordering::Relaxed) / 1_000)
    }

    /// What stands on standard input, at most `limit` bytes of it.
    ///
    /// # Errors
    /// It cannot be read, is longer, or is not UTF-8.
    pub fn standard_input(self, limit: u64) -> Result<String, EffectsError> {
        env::standard_input(limit)
    }

    /// Whether this program may go on.
    ///
    /// # Errors
    /// A signal told it to end.
    pub fn go_on(self) -> Result<(), EffectsError> {
        signals::check()
    }

    /// Whether the network is off.
    pub fn offline(self) -> bool {
        self.world.http.offline
    }

    /// Says what is going on, on standard error and in the run's log.
    pub fn tell(self, event: &Event) {
        self.world.log.write(&self.world.clock, &self.world.redactor, event);
        self.world.terminal.event(event);
    }

    /// A note for the reader.
    pub fn note(self, text: impl Into<String>) {
        self.tell(&Event::Note { text: text.into() });
    }

    /// A warning for the reader.
    pub fn warn(self, text: impl Into<String>) {
        self.tell(&Event::Warning { text: text.into() });
    }
}

/// The doors that change.
#[derive(Clone, Copy)]
pub struct Effects<'w> {
    world: &'w World,
}

impl<'w> Effects<'w> {
    /// The doors that only look.
    pub fn inspect(self) -> Inspect<'w> {
        self.world.inspect()
    }

    /// Writing files.
    pub fn files(self) -> FilesMut {
        FilesMut
    }

    /// Sending over the network.
    pub fn http(self) -> HttpChange<'w> {
        HttpChange::new(&self.world.http)
    }

    /// Running programs.
    pub fn programs(self) -> Programs<'w> {
        self.inspect().programs()
    }

    /// Opens a socket on loopback and answers from now on; port 0 takes a free one. Bodies over `body_limit`
    /// bytes are not read.
    ///
    /// # Errors
    /// The port is taken.
    pub fn listen(
        self,
        port: u16,
        body_limit: u64,
        handler: listen::Handler,
    ) -> Result<listen::Listening, EffectsError> {
        listen::listen(port, body_limit, handler)
    }

    /// The same doors for a server, which answers after the step that opened it has ended.
    pub fn keep(self) -> Kept {
        Kept { world: self.world.for_clone(&self.world.dir) }
    }

    /// Fills `bytes` with chance that nobody can foresee: for tokens.
    ///
    /// # Errors
    /// The system has none.
    pub fn random(self, bytes: &mut [u8]) -> Result<(), EffectsError> {
        env::random(bytes)
    }

    /// Opens the run's log in `dir`; narration goes there, too, from now on.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn open_log(self, dir: &Path) -> Result<PathBuf, EffectsError> {
        self.world.log.open(dir, &self.world.run)
    }
}

/// The doors of a server: they stay open as long as it answers.
pub struct Kept {
    world: World,
}

impl Kept {
    /// The doors that only look.
    pub fn inspect(&self) -> Inspect<'_> {
        self.world.inspect()
    }

    /// The doors that change.
    pub fn change(&self) -> Effects<'_> {
        Effects { world: &self.world }
    }
}
