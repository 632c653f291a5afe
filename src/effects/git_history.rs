//! What happened in git: commits with their messages, parents and authors, and which files they touch. Only looks.

use std::path::Path;

use git2::{DiffOptions, Oid, Sort};

use super::error::EffectsError;
use super::git::{Git, failed};

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its id.
    pub id: String,
    /// Its message.
    pub message: String,
    /// The name of its author.
    pub author: String,
}

/// Which commits are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Those that this commit has do not count; nothing: all.
    pub since: Option<&'a str>,
    /// Whether only first parents are followed, so that a merged branch counts by its merge.
    pub first_parent: bool,
    /// The folders or files, below the top of the repository, of which at least one is touched; empty: any.
    pub paths: &'a [String],
    /// Folders below the top of the repository that do not count.
    pub without: &'a [String],
    /// At most this many.
    pub limit: usize,
}

impl Git {
    /// The commits of HEAD, newest first.
    ///
    /// # Errors
    /// History cannot be walked (a shallow clone).
    pub fn told(&self, asked: &Asked<'_>) -> Result<Vec<Told>, EffectsError> {
        if self.head()?.commit.is_none() {
            return Ok(Vec::new());
        }
        let walk = || -> Result<Vec<Told>, git2::Error> {
            let repository = self.repository();
            let mut walk = repository.revwalk()?;
            walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
            walk.push_head()?;
            if let Some(since) = asked.since {
                walk.hide(Oid::from_str(since)?)?;
            }
            if asked.first_parent {
                walk.simplify_first_parent()?;
            }
            let mut found = Vec::new();
            for id in walk {
                let commit = repository.find_commit(id?)?;
                let filters = !asked.paths.is_empty() || !asked.without.is_empty();
                // What a merge brought has commits of its own, unless only first parents are followed.
                let by_others = commit.parent_count() > 1 && !asked.first_parent;
                if filters && (by_others || !self.touches(&commit, asked)?) {
                    continue;
                }
                found.push(Told {
                    id: commit.id().to_string(),
                    message: String::from_utf8_lossy(commit.message_bytes()).trim_start().to_owned(),
                    author: String::from_utf8_lossy(commit.author().name_bytes()).into_owned(),
                });
                if found.len() == asked.limit {
                    break;
                }
            }
            Ok(found)
        };
        walk().map_err(failed("walk the history"))
    }

    /// Whether a commit changes something that is asked for, against its first parent.
    fn touches(&self, commit: &git2::Commit<'_>, asked: &Asked<'_>) -> Result<bool, git2::Error> {
        let parent = commit.parent(0).ok().map(|parent| parent.tree()).transpose()?;
        let mut options = DiffOptions::new();
        options.disable_pathspec_match(true);
        for path in asked.paths {
            options.pathspec(path);
        }
        let diff = self.repository().diff_tree_to_tree(parent.as_ref(), Some(&commit.tree()?), Some(&mut options))?;
        let counts = |file: git2::DiffFile<'_>| {
            file.path().is_some_and(|path| !asked.without.iter().any(|folder| path.starts_with(folder)))
        };
        Ok(diff.deltas().any(|delta| counts(delta.old_file()) || counts(delta.new_file())))
    }

    /// The commit that a name stands for: a branch, a branch of a remote, a tag, an id. Nothing where it stands for
    /// none.
    pub fn commit_named(&self, name: &str) -> Option<String> {
        let object = self.repository().revparse_single(name).ok()?;
        Some(object.peel_to_commit().ok()?.id().to_string())
    }

    /// The last commit that two have in common; nothing where they have none here.
    pub fn merge_base(&self, one: &str, other: &str) -> Option<String> {
        let (one, other) = (Oid::from_str(one).ok()?, Oid::from_str(other).ok()?);
        Some(self.repository().merge_base(one, other).ok()?.to_string())
    }

    /// Whether a commit has a file.
    ///
    /// # Errors
    /// The commit cannot be read.
    pub fn has_file(&self, commit: &str, file: &str) -> Result<bool, EffectsError> {
        let look = || -> Result<bool, git2::Error> {
            let tree = self.repository().find_commit(Oid::from_str(commit)?)?.tree()?;
            match tree.get_path(Path::new(file)) {
                Ok(_) => Ok(true),
                Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(false),
                Err(error) => Err(error),
            }
        };
        look().map_err(failed(format!("look for `{file}` in {commit}")))
    }

    /// The message of an annotated tag; nothing for one that has none.
    pub fn tag_message(&self, tag: &str) -> Option<String> {
        let reference = self.repository().find_reference(&format!("refs/tags/{tag}")).ok()?;
        let message = reference.peel_to_tag().ok()?.message_bytes()?.to_owned();
        String::from_utf8(message).ok()
    }

    /// The text of a file of a commit; nothing where it has none.
    pub fn text_at(&self, commit: &str, file: &Path) -> Option<String> {
        let bytes = self.file_of_commit(commit, &file.to_string_lossy()).ok()?;
        String::from_utf8(bytes).ok()
    }
}
