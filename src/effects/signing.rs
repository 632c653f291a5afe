//! Signatures of commits and tags: the object is written unsigned, its bytes are signed by `gpg`, `gpgsm` or
//! `ssh-keygen` with an argument list, and the signed object is written beside it. No reference moves.
//!
//! Whether to sign and with which program is what the user's own git configuration says; a repository's may
//! name the key and the form, and never the program. Forms as in gitformat-signature(5).

use std::path::{Path, PathBuf};
use std::time::Duration;

use git2::{ObjectType, Oid};

use super::error::{EffectsError, Said};
use super::git::{Git, GitMut, Identity, failed};
use super::git_own::expand;
use super::process::{Environment, Program};
use super::{Effects, Inspect};

/// A key on a card waits for a touch.
const PATIENCE: Duration = Duration::from_secs(60);

/// The form of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    OpenPgp,
    X509,
    Ssh,
}

/// What signs.
#[derive(Debug, Clone)]
pub struct Signer {
    form: Form,
    program: PathBuf,
    /// The key as `user.signingKey` has it; for gpg the committer where it has none.
    key: String,
    /// The folder that it runs in.
    dir: PathBuf,
}

/// What of a bump is signed.
#[derive(Debug, Clone, Default)]
pub struct Signing {
    /// The commit.
    pub commit: Option<Signer>,
    /// The tag.
    pub tag: Option<Signer>,
}

impl Signing {
    /// What is signed, as words; nothing where nothing is.
    pub fn what(&self) -> Option<&'static str> {
        match (&self.commit, &self.tag) {
            (Some(_), Some(_)) => Some("commit and tag"),
            (Some(_), None) => Some("the commit"),
            (None, Some(_)) => Some("the tag"),
            (None, None) => None,
        }
    }
}

impl Signer {
    /// What the configuration says that signs.
    ///
    /// # Errors
    /// The form is unknown, the program is not there, or ssh has no key.
    pub fn of(inspect: Inspect<'_>, git: &Git, identity: &Identity) -> Result<Signer, EffectsError> {
        let written = git.setting("gpg.format").unwrap_or_else(|| "openpgp".to_owned());
        let (form, keys, default): (Form, &[&str], &str) = match written.as_str() {
            "openpgp" => (Form::OpenPgp, &["gpg.openpgp.program", "gpg.program"], "gpg"),
            "x509" => (Form::X509, &["gpg.x509.program"], "gpgsm"),
            "ssh" => (Form::Ssh, &["gpg.ssh.program"], "ssh-keygen"),
            _ => {
                return Err(EffectsError::Signing {
                    program: "git".to_owned(),
                    said: Said(format!("`gpg.format` is `{written}`")),
                });
            }
        };
        let own = keys.iter().find_map(|key| git.own_setting(key));
        let named = expand(inspect, own.as_deref().unwrap_or(default));
        let program = match named.components().count() {
            1 => inspect.programs().find(&named.to_string_lossy(), "what signs")?,
            // Never one of the repository.
            _ if named.is_relative() => {
                let said = Said(format!("`{}` is no absolute path", named.display()));
                return Err(EffectsError::Signing { program: named.display().to_string(), said });
            }
            _ => named,
        };
        let key = match (git.setting("user.signingKey").filter(|key| !key.trim().is_empty()), form) {
            (Some(key), _) => key,
            (None, Form::Ssh) => return Err(EffectsError::NoSigningKey),
            (None, _) => format!("{} <{}>", identity.name, identity.email),
        };
        Ok(Signer { form, program, key, dir: git.top() })
    }

    /// Signs something that nobody keeps: whether a signature can be made now.
    ///
    /// # Errors
    /// None can be made.
    pub fn try_out(&self, inspect: Inspect<'_>) -> Result<(), EffectsError> {
        const NOTHING: &[u8] = b"release: is this key usable?\n";
        let Some(literal) = self.literal_key() else {
            let program = match self.form {
                Form::Ssh => self.ssh(&expand(inspect, &self.key), false),
                _ => self.gpg(),
            };
            return self.run(inspect, program.stdin(NOTHING)).map(|_| ());
        };
        // A key that stands in the configuration is the agent's: it must have it.
        let list = inspect.programs().find("ssh-add", "OpenSSH")?;
        let ran = inspect.programs().run(&self.prepared(list).arg("-L"))?;
        let blob = |line: &str| line.split_whitespace().nth(1).map(str::to_owned);
        let wanted = blob(literal);
        if wanted.is_some() && ran.stdout.lines().any(|line| blob(line) == wanted) {
            return Ok(());
        }
        let said = Said("the agent does not have the key of `user.signingKey`".to_owned());
        Err(EffectsError::Signing { program: "ssh-add".to_owned(), said })
    }

    /// The signature of `bytes`, without a line end after it.
    ///
    /// # Errors
    /// None can be made.
    fn sign(&self, effects: Effects<'_>, bytes: &[u8]) -> Result<String, EffectsError> {
        let inspect = effects.inspect();
        let scratch;
        let program = match (self.form, self.literal_key()) {
            (Form::Ssh, Some(literal)) => {
                scratch = effects.files().scratch()?;
                let file = scratch.path().join("key.pub");
                effects.files().write_scratch(&file, format!("{literal}\n").as_bytes(), 0o600)?;
                self.ssh(&file, true)
            }
            (Form::Ssh, None) => self.ssh(&expand(inspect, &self.key), false),
            _ => self.gpg(),
        };
        self.run(inspect, program.stdin(bytes))
    }

    /// The key itself, where the configuration has it instead of a file.
    fn literal_key(&self) -> Option<&str> {
        let literal = self.key.strip_prefix("key::");
        literal.or_else(|| self.key.starts_with("ssh-").then_some(self.key.as_str())).filter(|_| self.form == Form::Ssh)
    }

    fn prepared(&self, program: PathBuf) -> Program {
        // Whoever has to be asked is asked by the agent or by a window, never on a terminal that nobody watches.
        Program::new(program, &self.dir)
            .environment(Environment::Signing)
            .env("LC_ALL", "C")
            .env("SSH_ASKPASS_REQUIRE", "force")
            .timeout(PATIENCE)
    }

    fn ssh(&self, key: &Path, agent: bool) -> Program {
        let program = self.prepared(self.program.clone()).args(["-Y", "sign", "-n", "git", "-f"]).arg(key);
        if agent { program.arg("-U") } else { program }
    }

    fn gpg(&self) -> Program {
        self.prepared(self.program.clone()).args(["--status-fd=2", "-bsau", &self.key])
    }

    fn run(&self, inspect: Inspect<'_>, program: Program) -> Result<String, EffectsError> {
        let (ran, signature) = inspect.programs().run_for_bytes(&program)?;
        let signature = String::from_utf8_lossy(&signature).trim_end().to_owned();
        let begins = match self.form {
            Form::OpenPgp => "-----BEGIN PGP SIGNATURE-----",
            Form::X509 => "-----BEGIN SIGNED MESSAGE-----",
            Form::Ssh => "-----BEGIN SSH SIGNATURE-----",
        };
        if ran.ok() && signature.starts_with(begins) {
            return Ok(signature);
        }
        let name = self.program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let lines: Vec<&str> = ran.stderr.lines().filter(|line| !line.starts_with("[GNUPG:]")).collect();
        let said =
            if ran.timed_out { "time was up".to_owned() } else { lines[lines.len().saturating_sub(3)..].join("\n") };
        Err(EffectsError::Signing { program: name, said: Said(said) })
    }
}

impl GitMut {
    /// Writes a signed copy of a commit or an annotated tag; no reference moves.
    ///
    /// # Errors
    /// It cannot be signed, or not be written.
    pub fn write_signed(&self, effects: Effects<'_>, id: &str, signer: &Signer) -> Result<String, EffectsError> {
        let read = || -> Result<(ObjectType, Vec<u8>), git2::Error> {
            let database = self.repository().odb()?;
            let object = database.read(Oid::from_str(id)?)?;
            Ok((object.kind(), object.data().to_owned()))
        };
        let (kind, bytes) = read().map_err(failed("read what is signed"))?;
        let signature = signer.sign(effects, &bytes)?;
        let signed = match kind {
            ObjectType::Commit => with_header(&bytes, &signature),
            _ => [bytes.as_slice(), signature.as_bytes(), b"\n"].concat(),
        };
        let write = || self.repository().odb()?.write(kind, &signed);
        Ok(write().map_err(failed("write what is signed"))?.to_string())
    }
}

/// A commit with its signature as the last of its headers, which end at the first empty line.
fn with_header(commit: &[u8], signature: &str) -> Vec<u8> {
    let end = commit.windows(2).position(|two| two == b"\n\n").map_or(commit.len(), |at| at + 1);
    let header = format!("gpgsig {}\n", signature.replace('\n', "\n "));
    [&commit[..end], header.as_bytes(), &commit[end..]].concat()
}
