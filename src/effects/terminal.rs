//! The two streams, and the files that a runner reads. Data goes to standard output, narration to
//! standard error; everything passes the redactor, and a reader that has gone away is no error.

use std::io::{BufRead, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{EffectsError, Variables};
use crate::error::Failure;
use crate::report::human::{Colour, Verbosity};
use crate::report::{Event, Report, github, human, json, sarif};
use crate::secret::{Redactor, Secret};

/// What a result looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs: one document.
    Json,
    /// For GitHub and Gitea Actions.
    Github,
    /// For code scanning: SARIF.
    Sarif,
}

/// When colour is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColourChoice {
    /// On terminals, unless `NO_COLOR` is set or `TERM` is `dumb`.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How things are shown.
#[derive(Debug, Clone, Copy)]
pub struct Display {
    /// The format of results.
    pub format: Format,
    /// When colour is used.
    pub colour: ColourChoice,
    /// How much narration.
    pub verbosity: Verbosity,
}

impl Default for Display {
    fn default() -> Self {
        Display { format: Format::Human, colour: ColourChoice::Auto, verbosity: Verbosity::Normal }
    }
}

/// Below this, what is under way is told by a bar alone: it does not take long.
const LONG: u64 = 16 * 1024 * 1024;

/// The bars of what is under way, by what it is.
#[derive(Default)]
struct Bars {
    all: indicatif::MultiProgress,
    open: Vec<(String, indicatif::ProgressBar)>,
    /// The last quarter of each that was told where there are no bars.
    told: Vec<(String, u64)>,
}

impl Bars {
    fn show(&mut self, what: &str, done: u64, total: u64) {
        let known = self.open.iter().position(|(open, _)| open == what);
        if done >= total {
            if let Some(at) = known {
                self.open.remove(at).1.finish_and_clear();
            }
            return;
        }
        let at = known.unwrap_or_else(|| {
            let style = indicatif::ProgressStyle::with_template("{spinner} {msg} [{bar:24}] {percent} %");
            let bar = self.all.add(indicatif::ProgressBar::new(total));
            bar.set_style(style.expect("a fixed template parses"));
            bar.set_message(what.to_owned());
            bar.enable_steady_tick(std::time::Duration::from_millis(120));
            self.open.push((what.to_owned(), bar));
            self.open.len() - 1
        });
        let bar = &self.open[at].1;
        bar.set_length(total);
        bar.set_position(done);
    }

    /// The percentage, where another quarter of something long is done.
    fn quarter(&mut self, what: &str, done: u64, total: u64) -> Option<u64> {
        let quarter = done.saturating_mul(4).checked_div(total)?;
        if total < LONG || quarter == 0 || quarter >= 4 {
            return None;
        }
        match self.told.iter_mut().find(|(told, _)| told == what) {
            Some((_, told)) if *told == quarter => return None,
            Some((_, told)) => *told = quarter,
            None => self.told.push((what.to_owned(), quarter)),
        }
        Some(quarter * 25)
    }

    fn clear(&mut self) {
        for (_, bar) in self.open.drain(..) {
            bar.finish_and_clear();
        }
    }
}

/// The two streams.
#[derive(Clone)]
pub struct Terminal {
    display: Display,
    out: Colour,
    err: Colour,
    bars: bool,
    redactor: Redactor,
    bar: Arc<Mutex<Bars>>,
    summary: Option<PathBuf>,
    outputs: Option<PathBuf>,
    broken: Arc<AtomicBool>,
    asks: bool,
    runner: bool,
}

impl Terminal {
    pub(super) fn of_this_process(variables: &Variables, redactor: Redactor) -> Self {
        let mut terminal = Terminal {
            display: Display::default(),
            out: Colour::Off,
            err: Colour::Off,
            bars: false,
            redactor,
            bar: Arc::default(),
            summary: variables.get("GITHUB_STEP_SUMMARY").map(PathBuf::from),
            outputs: variables.get("GITHUB_OUTPUT").map(PathBuf::from),
            broken: Arc::default(),
            asks: false,
            runner: ["GITHUB_ACTIONS", "GITEA_ACTIONS", "FORGEJO_ACTIONS"]
                .into_iter()
                .any(|name| variables.get(name) == Some("true")),
        };
        terminal.settle(Display::default(), variables);
        terminal
    }

    pub(super) fn settle(&mut self, display: Display, variables: &Variables) {
        let plain = variables.get("NO_COLOR").is_some() || variables.get("TERM") == Some("dumb");
        let colour = |is_terminal: bool| match display.colour {
            ColourChoice::Always => Colour::On,
            ColourChoice::Never => Colour::Off,
            ColourChoice::Auto if is_terminal && !plain => Colour::On,
            ColourChoice::Auto => Colour::Off,
        };
        self.display = display;
        self.out = colour(std::io::stdout().is_terminal());
        self.err = colour(std::io::stderr().is_terminal());
        self.asks = std::io::stdin().is_terminal()
            && std::io::stderr().is_terminal()
            && display.format == Format::Human
            && display.verbosity > Verbosity::Quiet;
        self.bars = std::io::stderr().is_terminal()
            && display.format == Format::Human
            && display.verbosity == Verbosity::Normal;
    }

    /// The format of results.
    pub fn format(&self) -> Format {
        self.display.format
    }

    /// Whether somebody sits there who reads questions and can answer them.
    pub fn asks(&self) -> bool {
        self.asks
    }

    /// Asks on standard error and reads one line of the answer, without its end; nothing where standard input
    /// ends. An end of input is no answer: callers must not take the default for it.
    ///
    /// # Errors
    /// Standard input cannot be read, is not UTF-8, or the line has no end within 4096 bytes.
    pub fn ask(&self, question: &str) -> Result<Option<String>, EffectsError> {
        const LONGEST: u64 = 4096;
        self.clear_bar();
        self.write_err(&human::question(question, self.err));
        let path = || PathBuf::from("standard input");
        let mut bytes = Vec::new();
        // Unbuffered beyond the line: what follows belongs to the next question.
        let mut stdin = std::io::stdin().lock();
        let read = stdin.by_ref().take(LONGEST).read_until(b'\n', &mut bytes);
        read.map_err(|source| EffectsError::Read { path: path(), source })?;
        if bytes.is_empty() {
            self.write_err("\n");
            return Ok(None);
        }
        if bytes.len() as u64 == LONGEST && !bytes.ends_with(b"\n") {
            return Err(EffectsError::TooLarge { path: path(), limit: LONGEST });
        }
        let text = String::from_utf8(bytes)
            .map_err(|error| EffectsError::NotText { path: path(), offset: error.utf8_error().valid_up_to() })?;
        Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
    }

    /// Asks on standard error for a secret, which is not shown while it is typed; nothing where standard input ends.
    ///
    /// # Errors
    /// Ctrl-C was pressed, or the terminal cannot be read.
    pub fn ask_secret(&self, question: &str) -> Result<Option<Secret>, EffectsError> {
        self.clear_bar();
        let answer = super::prompt::secret(|| self.write_err(&human::question(question, self.err)));
        self.write_err("\n");
        let answer = answer?;
        if let Some(secret) = &answer {
            self.redactor.register(secret);
        }
        Ok(answer)
    }

    /// Tells the runner of a job to hide a value in everything that is said from now on, and hides it here. Only where
    /// a runner reads along: anywhere else, such as in a file that standard error goes to, this would show the value.
    pub fn hide(&self, secret: &Secret) {
        self.redactor.register(secret);
        // A line feed would end the command in the middle of the value.
        if self.runner && !is_file(std::io::stderr()) && !secret.is_empty() && !secret.reveal().contains(['\n', '\r']) {
            let line = zeroize::Zeroizing::new(format!("::add-mask::{}\n", github::data(secret.reveal())));
            // Past the redactor, which would hide from the runner what it is to hide.
            let _ = std::io::stderr().lock().write_all(line.as_bytes());
        }
    }

    /// Shows one event.
    pub fn event(&self, event: &Event) {
        if let Event::Progress { what, done, total } = event {
            self.progress(what, *done, *total);
            return;
        }
        // One document on standard output is all that a program wants; `-v` brings narration back.
        let verbosity = match self.display {
            Display { format: Format::Json | Format::Sarif, verbosity: Verbosity::Normal, .. } => Verbosity::Quiet,
            Display { verbosity, .. } => verbosity,
        };
        if let Some(text) = human::event(event, verbosity, self.err) {
            self.clear_bar();
            self.write_err(&format!("{text}\n"));
        }
    }

    /// A bar for each thing that is under way; where nobody sees one, a line now and then of what takes long.
    fn progress(&self, what: &str, done: u64, total: u64) {
        let is_told = self.display.format == Format::Github && self.display.verbosity >= Verbosity::Normal;
        if !self.bars && !is_told {
            return;
        }
        let what = self.redactor.redact(&crate::report::text::inline(what));
        let mut bars = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if self.bars {
            bars.show(&what, done, total);
        } else if let Some(percent) = bars.quarter(&what, done, total) {
            self.write_err(&format!("{what}: {percent} %\n"));
        }
    }

    fn clear_bar(&self) {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Shows what a command answered.
    pub fn report(&self, report: &Report) {
        self.clear_bar();
        match self.display.format {
            Format::Json => self.write_out(&json::document(report)),
            Format::Sarif => self.write_out(&sarif::document(report)),
            Format::Human | Format::Github => {
                self.write_out(&human::report(report, self.out));
                if let Some(verdict) = human::verdict(report)
                    && self.display.verbosity > Verbosity::Quiet
                {
                    self.write_err(&format!("{verdict}\n"));
                }
            }
        }
        if self.display.format == Format::Github {
            self.write_err(&github::annotations(report));
            self.append(self.summary.as_deref(), &github::summary(report));
            self.write_outputs(report);
        }
    }

    /// Shows what stopped a command.
    pub fn failure(&self, command: &str, failure: &Failure) {
        self.clear_bar();
        match self.display.format {
            Format::Json => self.write_out(&json::failure_document(command, failure)),
            Format::Sarif => self.write_out(&sarif::failure_document(failure)),
            Format::Human => {}
            Format::Github => self.write_err(&github::failure(failure)),
        }
        self.write_err(&human::failure(failure, self.err));
    }

    /// Text that is data as it stands: completions, manual pages, schemas, help.
    pub fn raw(&self, text: &str) {
        self.write_out(text);
    }

    /// Hands the outputs to the runner; a step after this one must not go on without them.
    fn write_outputs(&self, report: &Report) {
        if self.outputs.is_none() || report.outputs.is_empty() {
            return;
        }
        let mut chance = [0_u8; 16];
        let nonce = super::env::random(&mut chance).map(|()| u128::from_be_bytes(chance));
        let text = nonce.ok().and_then(|nonce| github::outputs(report, &format!("{nonce:032x}")));
        if !text.is_some_and(|text| self.append(self.outputs.as_deref(), &text)) {
            self.write_err("::error title=outputs::the outputs of this step could not be written\n");
            self.broken.store(true, Ordering::Relaxed);
        }
    }

    /// Appends to a file of the runner's, which made it.
    #[expect(clippy::disallowed_types, reason = "the runner's files are streams of the program")]
    fn append(&self, path: Option<&Path>, text: &str) -> bool {
        let file = path.and_then(|path| std::fs::OpenOptions::new().append(true).open(path).ok());
        file.is_some_and(|mut file| file.write_all(self.redactor.redact(text).as_bytes()).is_ok())
    }

    /// Whether something that should have been said on standard output could not be: a full disk, not a reader
    /// that has gone away.
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    fn write_out(&self, text: &str) {
        let mut stdout = std::io::stdout().lock();
        let written = stdout.write_all(self.redactor.redact(text).as_bytes()).and_then(|()| stdout.flush());
        if written.is_err_and(|error| error.kind() != std::io::ErrorKind::BrokenPipe) {
            self.broken.store(true, Ordering::Relaxed);
        }
    }

    fn write_err(&self, text: &str) {
        let _ = std::io::stderr().lock().write_all(self.redactor.redact(text).as_bytes());
    }
}

/// Whether what is written there stays in a file.
fn is_file(stream: impl std::os::fd::AsFd) -> bool {
    use rustix::fs::{FileType, fstat};
    fstat(stream).is_ok_and(|status| FileType::from_raw_mode(status.st_mode) == FileType::RegularFile)
}
