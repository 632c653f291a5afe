//! The user's git hooks, where the configuration has them run: in a copy of the tree as it will be, so that a hook
//! that fails, or changes files, or is killed leaves everything as it was. Order, arguments and standard input as
//! in githooks(5).
//!
//! The copy is a repository of its own that borrows the objects: HEAD is the branch before the commit, the index and
//! the files are what will be committed, and files that git does not have are not there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Transaction;
use super::journal::ReferenceMove;
use crate::build::environment::tell_output;
use crate::build::error::Output;
use crate::effects::files::What;
use crate::effects::process::{Environment, Program, Ran};
use crate::effects::{Effects, EffectsError, Git, GitMut};
use crate::error::Failure;
use crate::steps::StepError;

/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// A hook may write a message, not a book.
const MESSAGE_LIMIT: u64 = 64 * 1024;

/// The hooks that run.
#[derive(Debug, Clone, Default)]
pub struct Hooks {
    /// Their folder.
    pub dir: PathBuf,
    /// Their names.
    pub names: Vec<String>,
}

impl Hooks {
    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// Runs one; nothing where it is not there.
    fn run(
        &self,
        effects: Effects<'_>,
        name: &str,
        prepare: impl FnOnce(Program) -> Program,
        dir: &Path,
    ) -> Result<Option<Ran>, EffectsError> {
        if !self.has(name) {
            return Ok(None);
        }
        let program = Program::new(self.dir.join(name), dir)
            .environment(Environment::Home)
            .env("GIT_EDITOR", ":")
            .env("GIT_TERMINAL_PROMPT", "0")
            .timeout(PATIENCE);
        let ran = effects.programs().run(&prepare(program))?;
        tell_output(effects.inspect(), name, &ran);
        Ok(Some(ran))
    }

    /// Runs one that may say no.
    fn ask(
        &self,
        effects: Effects<'_>,
        name: &str,
        prepare: impl FnOnce(Program) -> Program,
        dir: &Path,
    ) -> Result<(), Failure> {
        match self.run(effects, name, prepare, dir)? {
            Some(ran) if !ran.ok() => {
                let output = Output(ran.tail(30));
                Err(StepError::GitHook { hook: name.to_owned(), ending: ran.ending(), output }.into())
            }
            _ => Ok(()),
        }
    }
}

/// Runs what git runs before a commit; the message, as the hooks left it.
pub(super) fn before_commit(
    effects: Effects<'_>,
    git: &Git,
    transaction: &Transaction,
    message: &str,
) -> Result<String, Failure> {
    let hooks = &transaction.hooks;
    let commits = ["pre-commit", "prepare-commit-msg", "commit-msg"];
    let Some(parent) = transaction.head.as_deref().filter(|_| commits.iter().any(|name| hooks.has(name))) else {
        return Ok(message.to_owned());
    };
    let scratch = effects.files().scratch()?;
    let tree = scratch.path().join("tree");
    let copy = Copy::make(effects, git, (transaction, parent), &tree)?;
    let index = |program: Program| program.env("GIT_INDEX_FILE", ".git/index").env("GIT_PREFIX", "");
    hooks.ask(effects, "pre-commit", index, &tree)?;
    copy.refuse_changed(effects, transaction, "pre-commit")?;
    let file = tree.join(".git/COMMIT_EDITMSG");
    effects.files().write_scratch(&file, message.as_bytes(), 0o644)?;
    let named = |program: Program| index(program).arg(".git/COMMIT_EDITMSG");
    hooks.ask(effects, "prepare-commit-msg", |program| named(program).arg("message"), &tree)?;
    hooks.ask(effects, "commit-msg", named, &tree)?;
    copy.refuse_changed(effects, transaction, "commit-msg")?;
    let message = effects.inspect().files().read_text(&file, MESSAGE_LIMIT)?;
    // As git does with `-m`: a line that begins with `#` is no comment.
    let message = message.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned();
    if message.is_empty() || message.contains('\0') {
        let ending = "it left no message".to_owned();
        return Err(StepError::GitHook { hook: "commit-msg".to_owned(), ending, output: Output(String::new()) }.into());
    }
    Ok(format!("{message}\n"))
}

/// Asks the hook of references whether they may move.
pub(super) fn may_move(
    effects: Effects<'_>,
    transaction: &Transaction,
    moves: &[ReferenceMove],
) -> Result<(), Failure> {
    let told = told(moves);
    let prepare = |program: Program| program.arg("prepared").stdin(told);
    transaction.hooks.ask(effects, "reference-transaction", prepare, &transaction.top)
}

/// Runs what git runs after it: what they say is told, and changes nothing any more.
pub(super) fn afterwards(effects: Effects<'_>, transaction: &Transaction, moves: &[ReferenceMove]) {
    let told = told(moves);
    let committed = |program: Program| program.arg("committed").stdin(told);
    let hooks = &transaction.hooks;
    let mut ran =
        vec![("reference-transaction", hooks.run(effects, "reference-transaction", committed, &transaction.top))];
    if moves.iter().any(|reference| reference.reflog.is_some()) {
        ran.push(("post-commit", hooks.run(effects, "post-commit", |program| program, &transaction.top)));
    }
    for (name, ran) in ran {
        let how = match ran {
            Ok(Some(ran)) if !ran.ok() => ran.ending(),
            Err(error) => error.to_string(),
            Ok(_) => continue,
        };
        effects.inspect().warn(format!("the git hook `{name}` failed ({how}); the bump is made all the same"));
    }
}

/// The lines that git gives to the hook of references.
fn told(moves: &[ReferenceMove]) -> String {
    let zero = || "0".repeat(40);
    let told = moves.iter().filter(|reference| !reference.name.starts_with("refs/release/"));
    told.map(|reference| {
        let (old, new) = (reference.old.clone(), reference.new.clone());
        format!("{} {} {}\n", old.unwrap_or_else(zero), new.unwrap_or_else(zero), reference.name)
    })
    .collect()
}

/// The tree as it will be, in a scratch folder.
struct Copy {
    git: Git,
    tree: PathBuf,
    changed: Vec<String>,
}

impl Copy {
    fn make(
        effects: Effects<'_>,
        git: &Git,
        (transaction, parent): (&Transaction, &str),
        tree: &Path,
    ) -> Result<Copy, Failure> {
        let objects = GitMut::check_out(git, parent, tree)?;
        if let Some(branch) = &transaction.branch {
            objects.put_on_branch(branch, parent)?;
        }
        for change in &transaction.files {
            effects.files().remove_file(&tree.join(&change.path))?;
            if let Some(after) = &change.after {
                effects.files().make_folder(tree.join(&change.path).parent().unwrap_or(tree))?;
                effects.files().write_scratch(&tree.join(&change.path), after, change.mode)?;
            }
        }
        objects.write_index(&tree.join(".git/index"), &transaction.commit_files(&objects)?)?;
        let git = objects.look()?;
        Ok(Copy { changed: git.changed_files()?, git, tree: tree.to_owned() })
    }

    /// What is committed is what was planned, to the byte.
    fn refuse_changed(&self, effects: Effects<'_>, transaction: &Transaction, hook: &str) -> Result<(), Failure> {
        let now = self.git.look_again()?.changed_files()?;
        let mut files: Vec<String> = now.iter().filter(|file| !self.changed.contains(file)).cloned().collect();
        for change in &transaction.files {
            let path = self.tree.join(&change.path);
            let files_now = effects.inspect().files();
            let is_same = match &change.after {
                Some(after) => files_now.read(&path, u64::MAX - 1).is_ok_and(|bytes| bytes == *after),
                None => files_now.what(&path) == What::Missing,
            };
            if !is_same || !now.contains(&change.path) {
                files.push(change.path.clone());
            }
        }
        if files.is_empty() {
            return Ok(());
        }
        files.sort();
        files.dedup();
        Err(StepError::GitHookChanged { hook: hook.to_owned(), files }.into())
    }
}
