//! # The map of the house
//!
//! Law: **config → project → plan → steps → effects → report.** A command either *judges* (facts →
//! findings) or *changes* (facts → plan → carried out). Edges point down only; the table in
//! `tests/it/architecture.rs` holds them.
//!
//! - [`cli`]: what may be typed; no behaviour.
//! - [`commands`]: one file a subcommand: arguments (their doc comments are the help) and `run`.
//! - [`pipeline`]: phases of a release, the rehearsal and the run (`work.rs` is what they do alike), the ledger.
//! - [`plan`]: what would be done, as data; `execute.rs` is the only maker of effects.
//! - [`steps`]: the kinds of change, one file each; each knows whether it is done already.
//! - [`config`]: what the user asked for: as written, then resolved with the origin of every setting.
//! - [`project`]: what the repository is: version source, references, changelog, history; loading only looks.
//! - [`python`]: Python's packaging rules (versions, names, metadata, tags …); pure.
//! - [`archive`]: built files, read byte by byte and strictly, compared, and written the same on every machine; digests.
//! - [`build`]: a project to archives: worked out without its backend (`backends/`), else PEP 517 in isolation, over a
//!   copy (`replica`); what earlier builds left (`stale`); environments, the cache of wheels.
//! - [`check`]: what is wrong with an archive (the embedded index refuses by the same rules), with `pyproject.toml`
//!   and with the project's tree.
//! - [`index`]: package indexes: what they have, uploading to them, and the embedded one.
//! - [`forge`]: GitHub and Gitea: releases with their assets, notes, workflow runs and dispatches.
//! - [`security`]: advisories (OSV), matching, severity, the audit, accepted findings; reports of others,
//!   identities, what has changed, and what is to be done about it (`decision/matrix.rs`); pure.
//! - [`status`]: what the world may see of it: document, grade, pages, badges, feed, and how it is served.
//! - [`workflows`]: workflows of forges: those that `init` writes, and what is wrong with those that are there; pure.
//! - `plan/init` and `pipeline/doctor`: setting a project up, and looking whether everything is in place.
//! - [`effects`]: the only doors outside: files, git, http, processes, clock, variables, terminal.
//! - [`report`]: what happened, and the renderers for people, programs and runners.
//! - [`error`] and [`secret`]: failures with their exit codes; values that never leave.
//!
//! ## Files on disk
//!
//! - `pyproject.toml` `[tool.release]` or `release.toml`: the configuration.
//! - `<git>/release/journal/`, `<git>/release/lock`: a change in progress (`steps/transaction`).
//! - `<git>/release/last/`: the last bump of this clone, so that it can be taken back.
//! - `<git>/release/run.lock`, `<git>/release/begun`: one release at a time; the run that this clone began.
//! - `<git>/release/security/`: the recorded state of findings and the last decision (`plan/security.rs`).
//! - `refs/release/ledger`: what was done (`steps/record.rs`), and the state of every decision.
//! - `<out>/security-status/`: the status; the next one goes on from it (`pipeline/status.rs`).
//! - `$RELEASE_CACHE_DIR`, else `~/.cache/pyrelease/`: logs, wheels of build backends, rehearsals.
//!
//! A walk: `release bump minor` → `cli/mod.rs` → `commands/bump.rs` → `plan/bump.rs` (pure: edits, commit, tag)
//! → `plan/execute.rs` → `steps/transaction/` → `effects/{files,git}.rs`; tests in `tests/it/bump.rs`.

pub mod archive;
pub mod build;
pub mod check;
pub mod cli;
pub mod commands;
pub mod config;
pub mod effects;
pub mod error;
pub mod forge;
pub mod index;
pub mod pipeline;
pub mod plan;
pub mod project;
pub mod python;
pub mod report;
pub mod secret;
pub mod security;
pub mod status;
pub mod steps;
pub mod workflows;

use std::panic::{AssertUnwindSafe, catch_unwind};

use cli::Cli;
use commands::Context;
use effects::World;
use effects::terminal::Format;
use error::{Failure, Kind};
use report::Report;

/// Runs the command that was typed and returns the exit code (DESIGN §3).
pub fn run(mut world: World) -> u8 {
    // What panics say is shown once, by us, with secrets masked.
    std::panic::set_hook(Box::new(|_| {}));
    let cli = match Cli::read(world.arguments()) {
        Ok(cli) => cli,
        Err(error) => return unparsed(&mut world, &error),
    };
    let name = cli.command.as_ref().map_or("stand", cli::Command::name);
    match cli.global.settle(world.inspect().variables()) {
        Ok(settled) => world.settle(settled),
        Err(failure) => {
            // The format is known even where another variable means nothing.
            let display = cli.global.display(world.inspect().variables()).unwrap_or_default();
            world.settle(effects::Settled { display, ..Default::default() });
            return fail(&world, name, &failure);
        }
    }
    let context = Context {
        config: cli.global.configuration(world.inspect().variables()),
        package: cli.global.package(world.inspect().variables()),
        tag: cli::global::tag(world.inspect().variables()),
        dry_run: cli.global.dry_run,
        yes: cli.global.yes,
        world: &world,
    };
    let sarif = world.inspect().terminal().format() == Format::Sarif;
    let answer = catch_unwind(AssertUnwindSafe(|| match &cli.command {
        command if sarif && !command.as_ref().is_some_and(cli::Command::judges) => Err(commands::usage(
            "SARIF holds findings",
            "use it with `release check` or `release audit`, else `--format json`",
        )),
        Some(command) => command.run(&context),
        None => commands::stand::run(&context),
    }));
    match answer.unwrap_or_else(|panic| Err(bug(panic.as_ref()))) {
        Ok(report) => show(&world, &report),
        Err(failure) => fail(&world, name, &failure),
    }
}

fn show(world: &World, report: &Report) -> u8 {
    world.inspect().terminal().report(report);
    // An answer that nobody could read is no success.
    if world.inspect().terminal().is_broken() { 1 } else { report.outcome.exit_code() }
}

fn fail(world: &World, command: &str, failure: &Failure) -> u8 {
    world.inspect().terminal().failure(command, failure);
    failure.kind.exit_code()
}

/// What was typed is no command: help and version are answers, everything else is a failure.
fn unparsed(world: &mut World, error: &clap::Error) -> u8 {
    let text = error.render().to_string();
    if !error.use_stderr() {
        world.inspect().terminal().raw(&text);
        return 0;
    }
    // The format is wanted even though the rest does not parse.
    let arguments = world.arguments();
    let is_wanted = |name: &str| {
        arguments.windows(2).any(|pair| pair[0] == "--format" && pair[1] == name)
            || arguments.iter().any(|argument| argument.to_str() == Some(&format!("--format={name}")))
            || world.inspect().variables().get("RELEASE_FORMAT") == Some(name)
    };
    let formats = [("json", Format::Json), ("sarif", Format::Sarif)];
    if let Some((_, format)) = formats.into_iter().find(|(name, _)| is_wanted(name)) {
        let display = effects::terminal::Display { format, ..Default::default() };
        world.settle(effects::Settled { display, ..Default::default() });
    }
    let mut lines = text.trim().lines();
    let failure = Failure {
        kind: Kind::Usage,
        code: "cli/usage",
        message: lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned(),
        causes: Vec::new(),
        hints: lines.map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect(),
        location: None,
        progress: None,
    };
    fail(world, "release", &failure)
}

fn bug(panic: &(dyn std::any::Any + Send)) -> Failure {
    let said =
        panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    Failure {
        kind: Kind::Bug,
        code: "internal/bug",
        message: "this is a bug of `release`, not yours".to_owned(),
        causes: said.into_iter().collect(),
        hints: vec!["please report it with the command and this text".to_owned()],
        location: None,
        progress: None,
    }
}
