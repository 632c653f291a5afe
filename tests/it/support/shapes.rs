//! Shapes: small projects in one text file each, one trap a shape, below `fixtures/shapes/<backend>/`. The README
//! there has the format. The parser refuses what it does not know, so that no trap is lost by a typing error.

use std::collections::BTreeSet;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::sandbox::{NOW, fixtures};

/// A small project, and how it is expected to be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    /// `backend/trap`, as the file is called.
    pub(crate) name: String,
    /// The whole file.
    pub(crate) text: String,
    pub(crate) way: Way,
    is_repository: bool,
    files: Vec<File>,
}

/// The third word of a shape's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// What is built natively is what the backend builds.
    Native,
    /// It is left to the backend because of this key of `pyproject.toml` or this path.
    Pep517(String),
    /// The backend fails and says this.
    Error(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct File {
    path: String,
    content: Content,
    is_untracked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Bytes { bytes: Vec<u8>, mode: u32 },
    Link(String),
}

/// What a checkout may do differently on another machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Checkout {
    pub(crate) umask: u32,
    /// The files are made in the opposite order, and are of another day.
    pub(crate) reversed: bool,
}

impl Checkout {
    pub(crate) const USUAL: Checkout = Checkout { umask: 0o022, reversed: false };
}

/// The shapes of a backend, by name; the one of `PYRELEASE_SHAPE` alone where that is set.
pub(crate) fn of(backend: &str) -> Vec<Shape> {
    let only = std::env::var("PYRELEASE_SHAPE").ok();
    let mut shapes = Vec::new();
    for entry in std::fs::read_dir(fixtures().join("shapes").join(backend)).expect("a folder of shapes") {
        let path = entry.expect("an entry").path();
        let trap = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        let trap = trap.strip_suffix(".txt").unwrap_or_else(|| panic!("{path:?} is no shape"));
        let name = format!("{backend}/{trap}");
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a shape is text");
        shapes.push(Shape::parse(&name, &text).unwrap_or_else(|problem| panic!("{name}: {problem}")));
    }
    shapes.sort_by(|one, other| one.name.cmp(&other.name));
    shapes
}

impl Shape {
    /// Reads the text of a shape.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Shape, String> {
        let body = text.strip_suffix('\n').ok_or("the last line has no end")?;
        let mut lines = body.split('\n').peekable();
        let trap = lines.next().and_then(|line| line.strip_prefix("# ")).ok_or("the first line is no `# ` sentence")?;
        if trap.trim().is_empty() || trap.starts_with("way:") {
            return Err("the first line does not say the trap".to_owned());
        }
        let mut way = None;
        let mut is_repository = true;
        while let Some(line) = lines.next_if(|line| !line.starts_with("-- ")) {
            if line == "# git: no" && is_repository {
                is_repository = false;
            } else if let (Some(rest), None) = (line.strip_prefix("# way: "), &way) {
                way = Some(Way::parse(rest)?);
            } else {
                return Err(format!("unknown line `{line}` in the head"));
            }
        }
        let mut files: Vec<File> = Vec::new();
        let mut seen = BTreeSet::new();
        while let Some(line) = lines.next() {
            let mut content = Vec::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with("-- ")) {
                content.push(line);
            }
            let file = File::parse(line.strip_prefix("-- ").unwrap_or_default(), &content)?;
            if !seen.insert(file.path.clone()) {
                return Err(format!("`{}` is there twice", file.path));
            }
            files.push(file);
        }
        if files.is_empty() {
            return Err("no file".to_owned());
        }
        let way = way.ok_or("no line `# way: `")?;
        Ok(Shape { name: name.to_owned(), text: text.to_owned(), way, is_repository, files })
    }

    /// Makes the project in an empty folder.
    pub(crate) fn write(&self, root: &Path, checkout: Checkout) {
        let part = |is_untracked: bool| {
            let mut files: Vec<&File> = self.files.iter().filter(|file| file.is_untracked == is_untracked).collect();
            if checkout.reversed {
                files.reverse();
            }
            files.into_iter().for_each(|file| file.write(root, checkout));
        };
        part(false);
        if self.is_repository {
            git(root, &["init", "-q", "--template=", "-b", "main"]);
            git(root, &["add", "-A"]);
            git(root, &["-c", "gc.auto=0", "-c", "maintenance.auto=false", "commit", "-q", "-m", "feat: first"]);
        }
        part(true);
    }
}

impl Way {
    fn parse(text: &str) -> Result<Way, String> {
        match text.split_once(' ') {
            None if text == "native" => Ok(Way::Native),
            Some(("pep517", key)) if !key.trim().is_empty() => Ok(Way::Pep517(key.to_owned())),
            Some(("error", said)) if !said.trim().is_empty() => Ok(Way::Error(said.to_owned())),
            _ => Err(format!("unknown way `{text}`")),
        }
    }
}

impl File {
    fn parse(head: &str, lines: &[&str]) -> Result<File, String> {
        let mut words = head.split(' ');
        let path = words.next().unwrap_or_default().to_owned();
        if path.is_empty() || path.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
            return Err(format!("`{path}` is no path in the project"));
        }
        let (mut mode, mut repeat, mut link) = (None, None, None);
        let (mut is_base64, mut without_end, mut is_untracked) = (false, false, false);
        for word in words {
            let again = match word.split_once('=').unwrap_or((word, "")) {
                ("mode", "755") => mode.replace(0o755).is_some(),
                ("link", target) if !target.is_empty() => link.replace(target.to_owned()).is_some(),
                ("repeat", count) => {
                    let count: usize = count.parse().map_err(|_| format!("`{word}` of `{path}` is no number"))?;
                    repeat.replace(count).is_some()
                }
                _ if word == "base64" => std::mem::replace(&mut is_base64, true),
                _ if word == "no-final-newline" => std::mem::replace(&mut without_end, true),
                _ if word == "untracked" => std::mem::replace(&mut is_untracked, true),
                _ => return Err(format!("unknown word `{word}` after `{path}`")),
            };
            if again {
                return Err(format!("`{word}` is there twice after `{path}`"));
            }
        }
        if let Some(target) = link {
            if !lines.is_empty() || mode.is_some() || repeat.is_some() || is_base64 || without_end {
                return Err(format!("`{path}` is a link and something else"));
            }
            return Ok(File { path, content: Content::Link(target), is_untracked });
        }
        let mut bytes: Vec<u8> = lines.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect();
        if without_end && bytes.pop().is_none() {
            return Err(format!("`{path}` has no line whose end can be left out"));
        }
        if is_base64 {
            bytes = STANDARD.decode(lines.concat()).map_err(|error| format!("`{path}` is not base64: {error}"))?;
        }
        if let Some(count) = repeat {
            bytes = bytes.repeat(count);
        }
        Ok(File { path, content: Content::Bytes { bytes, mode: mode.unwrap_or(0o644) }, is_untracked })
    }

    fn write(&self, root: &Path, checkout: Checkout) {
        let path = root.join(&self.path);
        std::fs::create_dir_all(path.parent().expect("it lies in the project")).expect("a folder");
        match &self.content {
            Content::Link(target) => symlink(target, &path).expect("a link"),
            Content::Bytes { bytes, mode } => {
                std::fs::write(&path, bytes).expect("a file");
                if checkout.reversed {
                    let file = std::fs::File::options().write(true).open(&path).expect("a file");
                    let day = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
                    file.set_modified(day).expect("a time");
                }
                let full = if mode & 0o100 == 0 { 0o666 } else { 0o777 };
                let mode = std::fs::Permissions::from_mode(full & !checkout.umask);
                std::fs::set_permissions(&path, mode).expect("a mode");
            }
        }
    }
}

/// Runs git in a closed environment, with a fixed identity and a fixed time.
fn git(root: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(arguments).current_dir(root).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", root.join(".no-home"));
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null").env("LC_ALL", "C");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Ana Tester").env(format!("GIT_{role}_EMAIL"), "ana@example.org");
        command.env(format!("GIT_{role}_DATE"), NOW);
    }
    let output = command.output().expect("git is installed");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
