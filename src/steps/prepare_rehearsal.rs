//! Makes the throw-away repository of a rehearsal: a clone, or the files of HEAD as a repository of their
//! own, with a bare `origin` beside it. The project itself is only read.

use std::path::PathBuf;

use serde::Serialize;

use crate::effects::files::What;
use crate::effects::git::{Identity, TreeFile};
use crate::effects::{Effects, EffectsError, Git, GitMut};
use crate::error::Failure;

/// The repository to be made.
#[derive(Debug, Serialize)]
pub struct PrepareRehearsal {
    /// The top of the project's repository.
    pub top: PathBuf,
    /// The folder of the project below it; empty for the top itself, which is cloned.
    pub prefix: String,
    /// Whether the files of HEAD are taken alone, without their history.
    pub export: bool,
    /// Where the working tree goes.
    pub repository: PathBuf,
    /// Where the bare `origin` goes.
    pub origin: PathBuf,
    /// The branch of an export.
    pub branch: String,
    /// The tag of the version that was released before, for an export.
    pub tag: Option<String>,
    /// Whether an empty commit is put on top: where the tag is the version, two tags of one commit would leave
    /// it to chance which one a build takes.
    pub commit_on_top: bool,
}

/// Who commits in a rehearsal.
const NAME: &str = "Rehearsal";
const EMAIL: &str = "rehearsal@localhost";

impl PrepareRehearsal {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        match self.export {
            false => format!("clone `{}`", self.top.display()),
            true => format!("export the files of `{}` at HEAD into a repository of their own", self.prefix),
        }
    }

    /// Returns what is in the new repository, one line.
    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<String, Failure> {
        effects.files().make_folder(self.repository.parent().unwrap_or(&self.repository))?;
        let summary = if self.export { self.export(effects)? } else { self.clone_top()? };
        let clone = GitMut::open(&self.repository)?;
        clone.configure("user.name", NAME)?;
        clone.configure("user.email", EMAIL)?;
        GitMut::init(&self.origin, &self.branch, true)?;
        clone.set_remote("origin", &self.origin.display().to_string())?;
        let git = clone.look()?;
        if self.commit_on_top {
            put_commit_on_top(&clone, &git, effects)?;
        }
        let mut references: Vec<String> =
            git.tags()?.into_iter().map(|tag| format!("refs/tags/{}", tag.name)).collect();
        references.extend(git.head()?.branch);
        clone.push_local(&self.origin, &references)?;
        Ok(summary)
    }

    fn clone_top(&self) -> Result<String, EffectsError> {
        GitMut::clone_local(&self.top, &self.repository)?;
        let head = Git::discover(&self.top)?.map(|git| git.head()).transpose()?;
        let commit = head.and_then(|head| head.commit).unwrap_or_default();
        Ok(format!("cloned {}", &commit[..commit.len().min(12)]))
    }

    fn export(&self, effects: Effects<'_>) -> Result<String, Failure> {
        let clone = GitMut::init(&self.repository, &self.branch, false)?;
        let Some(git) = Git::discover(&self.top)? else {
            return Ok(String::new());
        };
        let tracked = git.files_at_head(&self.prefix)?;
        for file in &tracked {
            self.write(effects, &git, file)?;
        }
        let seconds = match git.head()?.commit {
            Some(commit) => git.commit_seconds(&commit)?,
            None => 0,
        };
        let identity = Identity { name: NAME.to_owned(), email: EMAIL.to_owned(), seconds };
        let commit = clone.commit_all("Export for a rehearsal\n", &identity)?;
        if let Some(tag) = &self.tag {
            clone.tag_lightweight(tag, &commit)?;
        }
        Ok(format!("exported {}", crate::report::text::count(tracked.len(), "tracked file")))
    }

    fn write(&self, effects: Effects<'_>, git: &Git, file: &TreeFile) -> Result<(), Failure> {
        let path = self.repository.join(&file.path);
        let files = effects.files();
        if let Some(folder) = path.parent() {
            files.make_folder(folder)?;
        }
        // A link would be followed by everything that comes after; a project has none that matter here.
        if file.mode == 0o120_000 || effects.inspect().files().what(&path) != What::Missing {
            effects.inspect().warn(format!("`{}` is a symbolic link and was left out", file.path));
            return Ok(());
        }
        let mode = if file.mode == 0o100_755 { 0o755 } else { 0o644 };
        files.write_scratch(&path, &git.content(file)?, mode)?;
        Ok(())
    }
}

fn put_commit_on_top(clone: &GitMut, git: &Git, effects: Effects<'_>) -> Result<(), EffectsError> {
    let head = git.head()?;
    let (Some(branch), Some(commit)) = (head.branch, head.commit) else { return Ok(()) };
    let seconds = effects.inspect().clock().now().as_second();
    let identity = Identity { name: NAME.to_owned(), email: EMAIL.to_owned(), seconds };
    let next = clone.write_commit(&commit, &[], "What a release would be made of\n", &identity)?;
    clone.move_reference(&branch, Some(&commit), &next, "rehearsal")
}
