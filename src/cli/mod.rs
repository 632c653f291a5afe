//! What may be typed. No behaviour: what a command does is in `commands/`, one file each.

pub mod global;
pub mod variables;

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::{self, Context};
use crate::error::Failure;
use crate::report::Report;
use global::Global;

/// Takes a Python package from commit to a verified, installed release.
///
/// Without a subcommand it says where the project stands and what the next sensible command is.
#[derive(Debug, Parser)]
#[command(name = "release", version, disable_help_subcommand = true, max_term_width = 100, after_long_help = EXIT_CODES)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    /// Reads the arguments of this program. Only the subcommand that they name is made: all of them together would cost
    /// every command a part of a millisecond.
    ///
    /// # Errors
    /// They ask for help or for the version, or mean nothing.
    pub fn read(arguments: &[OsString]) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(arguments).or_else(|_| {
            // What is said then is of all subcommands.
            let matches = Cli::whole().try_get_matches_from(arguments)?;
            Cli::from_arg_matches(&matches)
        })
    }

    /// Everything that may be typed.
    pub fn whole() -> clap::Command {
        let mut command = Cli::command();
        command.build();
        command
    }
}

const EXIT_CODES: &str = "\
Exit codes:
  0    done, or nothing to do
  1    refused or failed, nothing left the machine
  2    what was typed does not parse
  3    a file of the project or the machine must be put right
  4    part has landed, run again to continue
  10   the verdict is against (check, audit, compare, verify, references --check, …)
  11   cannot tell
  70   a bug of ours
  130  interrupted (143: terminated)";

/// What to do.
#[expect(missing_docs, reason = "the doc comment of each `Args` is the help; one here would replace it")]
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Init(commands::init::Args),
    Show(commands::show::Args),
    Version(commands::version::Args),
    Bump(commands::bump::Args),
    References(commands::references::Args),
    /// The changelog
    #[command(subcommand)]
    Changelog(ChangelogCommand),
    Build(commands::build::Args),
    Check(commands::check::Args),
    Compare(commands::compare::Args),
    #[command(visible_alias = "upload")]
    Publish(commands::publish::Args),
    Verify(commands::verify::Args),
    Yank(commands::yank::Args),
    Announce(commands::announce::Args),
    Notes(commands::notes::Args),
    Watch(commands::watch::Args),
    /// The embedded package index
    #[command(subcommand)]
    Index(IndexCommand),
    Audit(commands::audit::Args),
    /// What is to be done about findings, and the release that follows
    #[command(subcommand)]
    Security(SecurityCommand),
    /// The security status
    #[command(subcommand)]
    Status(StatusCommand),
    Rehearse(commands::rehearse::Args),
    Plan(commands::plan::Args),
    Run(commands::run::Args),
    Apply(commands::apply::Args),
    Resume(commands::resume::Args),
    Approve(commands::approve::Args),
    Undo(commands::undo::Args),
    Abandon(commands::abandon::Args),
    Doctor(commands::doctor::Args),
    History(commands::history::Args),
    Explain(commands::explain::Args),
    Schema(commands::schema::Args),
    Completions(commands::completions::Args),
    Man(commands::man::Args),
}

/// The changelog.
#[expect(missing_docs, reason = "the doc comment of each `Args` is the help; one here would replace it")]
#[derive(Debug, Subcommand)]
pub enum ChangelogCommand {
    Show(commands::changelog::show::Args),
    Add(commands::changelog::add::Args),
    Check(commands::changelog::check::Args),
    Render(commands::changelog::render::Args),
}

/// The embedded package index.
#[expect(missing_docs, reason = "the doc comment of each `Args` is the help; one here would replace it")]
#[derive(Debug, Subcommand)]
pub enum IndexCommand {
    Serve(commands::index::serve::Args),
    Token(commands::index::token::Args),
    Yank(commands::index::yank::Args),
}

/// What is to be done about findings.
#[expect(missing_docs, reason = "the doc comment of each `Args` is the help; one here would replace it")]
#[derive(Debug, Subcommand)]
pub enum SecurityCommand {
    Record(commands::security::record::Args),
    Changes(commands::security::changes::Args),
    Decide(commands::security::decide::Args),
    Explain(commands::security::explain::Args),
    Approve(commands::security::approve::Args),
    Trigger(commands::security::trigger::Args),
}

impl SecurityCommand {
    fn name(&self) -> &'static str {
        match self {
            SecurityCommand::Record(_) => "security record",
            SecurityCommand::Changes(_) => "security changes",
            SecurityCommand::Decide(_) => "security decide",
            SecurityCommand::Explain(_) => "security explain",
            SecurityCommand::Approve(_) => "security approve",
            SecurityCommand::Trigger(_) => "security trigger",
        }
    }

    fn run(&self, context: &Context<'_>) -> Result<Report, Failure> {
        match self {
            SecurityCommand::Record(args) => commands::security::record::run(context, args),
            SecurityCommand::Changes(args) => commands::security::changes::run(context, args),
            SecurityCommand::Decide(args) => commands::security::decide::run(context, args),
            SecurityCommand::Explain(args) => commands::security::explain::run(context, args),
            SecurityCommand::Approve(args) => commands::security::approve::run(context, args),
            SecurityCommand::Trigger(args) => commands::security::trigger::run(context, args),
        }
    }
}

/// The security status.
#[expect(missing_docs, reason = "the doc comment of each `Args` is the help; one here would replace it")]
#[derive(Debug, Subcommand)]
pub enum StatusCommand {
    Build(commands::status::build::Args),
    Publish(commands::status::publish::Args),
    Check(commands::status::check::Args),
    Probe(commands::status::probe::Args),
}

impl Command {
    /// The subcommand as typed, as the JSON document names it.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Init(_) => "init",
            Command::Show(_) => "show",
            Command::Version(_) => "version",
            Command::Bump(_) => "bump",
            Command::References(_) => "references",
            Command::Changelog(ChangelogCommand::Show(_)) => "changelog show",
            Command::Changelog(ChangelogCommand::Add(_)) => "changelog add",
            Command::Changelog(ChangelogCommand::Check(_)) => "changelog check",
            Command::Changelog(ChangelogCommand::Render(_)) => "changelog render",
            Command::Build(_) => "build",
            Command::Check(_) => "check",
            Command::Compare(_) => "compare",
            Command::Publish(_) => "publish",
            Command::Verify(_) => "verify",
            Command::Yank(_) => "yank",
            Command::Announce(_) => "announce",
            Command::Notes(_) => "notes",
            Command::Watch(_) => "watch",
            Command::Index(IndexCommand::Serve(_)) => "index serve",
            Command::Index(IndexCommand::Token(_)) => "index token",
            Command::Index(IndexCommand::Yank(_)) => "index yank",
            Command::Audit(_) => "audit",
            Command::Security(command) => command.name(),
            Command::Status(StatusCommand::Build(_)) => "status build",
            Command::Status(StatusCommand::Publish(_)) => "status publish",
            Command::Status(StatusCommand::Check(_)) => "status check",
            Command::Status(StatusCommand::Probe(_)) => "status probe",
            Command::Rehearse(_) => "rehearse",
            Command::Plan(_) => "plan",
            Command::Run(_) => "run",
            Command::Apply(_) => "apply",
            Command::Resume(_) => "resume",
            Command::Approve(_) => "approve",
            Command::Undo(_) => "undo",
            Command::Abandon(_) => "abandon",
            Command::Doctor(_) => "doctor",
            Command::History(args) => match &args.command {
                None => "history",
                Some(commands::history::HistoryCommand::Verify(_)) => "history verify",
                Some(commands::history::HistoryCommand::Export(_)) => "history export",
                Some(commands::history::HistoryCommand::Sync(_)) => "history sync",
            },
            Command::Explain(_) => "explain",
            Command::Schema(_) => "schema",
            Command::Completions(_) => "completions",
            Command::Man(_) => "man",
        }
    }

    /// Whether what it tells is findings, which SARIF can say.
    pub fn judges(&self) -> bool {
        matches!(self, Command::Check(_) | Command::Audit(_))
    }

    /// Hands the arguments to the command.
    ///
    /// # Errors
    /// Whatever stopped it.
    pub fn run(&self, context: &Context<'_>) -> Result<Report, Failure> {
        match self {
            Command::Init(args) => commands::init::run(context, args),
            Command::Show(args) => commands::show::run(context, args),
            Command::Version(args) => commands::version::run(context, args),
            Command::Bump(args) => commands::bump::run(context, args),
            Command::References(args) => commands::references::run(context, args),
            Command::Changelog(ChangelogCommand::Show(args)) => commands::changelog::show::run(context, args),
            Command::Changelog(ChangelogCommand::Add(args)) => commands::changelog::add::run(context, args),
            Command::Changelog(ChangelogCommand::Check(args)) => commands::changelog::check::run(context, args),
            Command::Changelog(ChangelogCommand::Render(args)) => commands::changelog::render::run(context, args),
            Command::Build(args) => commands::build::run(context, args),
            Command::Check(args) => commands::check::run(context, args),
            Command::Compare(args) => commands::compare::run(context, args),
            Command::Publish(args) => commands::publish::run(context, args),
            Command::Verify(args) => commands::verify::run(context, args),
            Command::Yank(args) => commands::yank::run(context, args),
            Command::Announce(args) => commands::announce::run(context, args),
            Command::Notes(args) => commands::notes::run(context, args),
            Command::Watch(args) => commands::watch::run(context, args),
            Command::Index(IndexCommand::Serve(args)) => commands::index::serve::run(context, args),
            Command::Index(IndexCommand::Token(args)) => commands::index::token::run(context, args),
            Command::Index(IndexCommand::Yank(args)) => commands::index::yank::run(context, args),
            Command::Audit(args) => commands::audit::run(context, args),
            Command::Security(command) => command.run(context),
            Command::Status(StatusCommand::Build(args)) => commands::status::build::run(context, args),
            Command::Status(StatusCommand::Publish(args)) => commands::status::publish::run(context, args),
            Command::Status(StatusCommand::Check(args)) => commands::status::check::run(context, args),
            Command::Status(StatusCommand::Probe(args)) => commands::status::probe::run(context, args),
            Command::Rehearse(args) => commands::rehearse::run(context, args),
            Command::Plan(args) => commands::plan::run(context, args),
            Command::Run(args) => commands::run::run(context, args),
            Command::Apply(args) => commands::apply::run(context, args),
            Command::Resume(args) => commands::resume::run(context, args),
            Command::Approve(args) => commands::approve::run(context, args),
            Command::Undo(args) => commands::undo::run(context, args),
            Command::Abandon(args) => commands::abandon::run(context, args),
            Command::Doctor(args) => commands::doctor::run(context, args),
            Command::History(args) => commands::history::run(context, args),
            Command::Explain(args) => commands::explain::run(context, args),
            Command::Schema(args) => commands::schema::run(context, args),
            Command::Completions(args) => commands::completions::run(context, args, Cli::whole()),
            Command::Man(args) => commands::man::run(context, args, &Cli::whole()),
        }
    }
}
