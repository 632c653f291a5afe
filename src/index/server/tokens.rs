//! The tokens of the embedded index: one for every project, and one for each project that is asked for.
//! Files that only their owner can read; their values are never shown.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::archive::Sha256;
use crate::effects::Effects;
use crate::effects::files::What;
use crate::index::IndexError;
use crate::python::name::ProjectName;
use crate::secret::Secret;

const LIMIT: u64 = 4096;

/// What a token allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    /// Uploads to every project.
    User,
    /// Uploads to one project, by its normal name.
    Project(String),
}

/// The tokens by what they allow, as digests: comparing those takes the same time whatever they are.
pub(super) struct Tokens {
    folder: PathBuf,
    known: Vec<(Scope, Sha256)>,
}

impl Tokens {
    pub(super) fn open(effects: Effects<'_>, data: &Path, projects: &[ProjectName]) -> Result<Self, IndexError> {
        let folder = data.join("tokens");
        effects.files().make_folder(&folder)?;
        let mut known = vec![(Scope::User, token(effects, &folder.join("all"))?)];
        // Those of earlier starts keep their right.
        let mut names: Vec<String> = projects.iter().map(|name| name.normalized().to_owned()).collect();
        for path in effects.inspect().files().list(&folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            match name.as_str() {
                "all" => {}
                "all." => names.push("all".to_owned()),
                _ if name.parse::<ProjectName>().is_ok_and(|parsed| parsed.normalized() == name) => names.push(name),
                _ => {}
            }
        }
        names.sort();
        names.dedup();
        for name in names {
            // A project called `all` would take the place of the token for every project.
            let file = folder.join(file_of(&name));
            known.push((Scope::Project(name), token(effects, &file)?));
        }
        Ok(Tokens { folder, known })
    }

    pub(super) fn user_file(&self) -> PathBuf {
        self.folder.join("all")
    }

    pub(super) fn project_files(&self) -> Vec<(String, PathBuf)> {
        let names = self.known.iter().filter_map(|(scope, _)| match scope {
            Scope::User => None,
            Scope::Project(name) => Some((name.clone(), self.folder.join(file_of(name)))),
        });
        names.collect()
    }

    /// What a token of these files allows; nothing where it is none of them.
    pub(super) fn scope(&self, token: &Secret) -> Option<Scope> {
        let digest = Sha256::of(token.reveal().as_bytes());
        let found = self.known.iter().find(|(_, known)| *known == digest);
        found.map(|(scope, _)| scope.clone())
    }
}

/// The file of a project's token.
fn file_of(name: &str) -> String {
    if name == "all" {
        // No normal name ends in a dot.
        "all.".to_owned()
    } else {
        name.to_owned()
    }
}

/// The digest of the token in a file, which is made where it is missing.
fn token(effects: Effects<'_>, path: &Path) -> Result<Sha256, IndexError> {
    let files = effects.inspect().files();
    if files.what(path) == What::Missing {
        let mut bytes = [0_u8; 32];
        effects.random(&mut bytes)?;
        let token = Secret::new(&format!("pypi-{}", URL_SAFE_NO_PAD.encode(bytes)));
        effects.files().write_new(path, token.reveal().as_bytes(), 0o600)?;
    }
    let token = Secret::new(&files.read_text(path, LIMIT)?);
    if token.is_empty() {
        return Err(IndexError::EmptyToken { source_name: format!("`{}`", path.display()) });
    }
    effects.inspect().redactor().register(&token);
    Ok(Sha256::of(token.reveal().as_bytes()))
}
