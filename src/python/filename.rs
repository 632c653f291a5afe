//! Names of distribution files: what they say, and what they must be.
//!
//! Follows "Source distribution file name" (PEP 625) and "Binary distribution format" (PEP 427) of
//! packaging.python.org, and where it is stricter says so. Whether the content agrees is left to those
//! who open the file.

use std::fmt;
use std::str::FromStr;

use super::error::{ParseError, shown};
use super::name::ProjectName;
use super::tag::TagSet;
use super::version::Version;

/// The project and the version that the name of a wheel or an sdist tells; nothing where it is neither.
pub fn project_and_version(file: &str) -> Option<(ProjectName, Version)> {
    let wheel = file.parse::<WheelName>().map(|wheel| (wheel.name().clone(), wheel.version().clone()));
    wheel.ok().or_else(|| file.parse::<SdistName>().map(|sdist| (sdist.name().clone(), sdist.version().clone())).ok())
}

/// The kind of archive of a source distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SdistExtension {
    /// `.tar.gz`, the only one that PyPI takes.
    TarGz,
    /// `.zip`, of old.
    Zip,
}

impl SdistExtension {
    /// With its dot.
    pub fn text(self) -> &'static str {
        match self {
            SdistExtension::TarGz => ".tar.gz",
            SdistExtension::Zip => ".zip",
        }
    }
}

/// The name of a source distribution, kept as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SdistName {
    name: ProjectName,
    version: Version,
    version_part: String,
    extension: SdistExtension,
}

impl SdistName {
    /// The name that the file of a release must have.
    pub fn expected(name: &ProjectName, version: &Version) -> Self {
        SdistName {
            name: file_name_part(name),
            version: version.clone(),
            version_part: version.to_string(),
            extension: SdistExtension::TarGz,
        }
    }

    /// The project, as the file spells it.
    pub fn name(&self) -> &ProjectName {
        &self.name
    }

    /// The version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The kind of archive.
    pub fn extension(&self) -> SdistExtension {
        self.extension
    }

    /// The folder that the archive must hold: the name without its extension, as written.
    pub fn stem(&self) -> String {
        format!("{}-{}", self.name, self.version_part)
    }

    /// Whether it is spelled exactly as [`SdistName::expected`] spells it.
    pub fn is_normalized(&self) -> bool {
        self.to_string() == SdistName::expected(&self.name, &self.version).to_string()
    }
}

impl fmt::Display for SdistName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}{}", self.name, self.version_part, self.extension.text())
    }
}

impl FromStr for SdistName {
    type Err = ParseError;

    /// # Errors
    /// [`ParseError::SdistName`].
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let refuse = |reason: String| ParseError::SdistName { text: shown(text), reason };
        let (stem, extension) = [SdistExtension::TarGz, SdistExtension::Zip]
            .into_iter()
            .find_map(|extension| Some((text.strip_suffix(extension.text())?, extension)))
            .ok_or_else(|| refuse("it must end with `.tar.gz`".to_owned()))?;
        let (name, version) =
            stem.rsplit_once('-').ok_or_else(|| refuse("there is no `-` between name and version".to_owned()))?;
        Ok(SdistName {
            name: name.parse().map_err(|e: ParseError| refuse(e.to_string()))?,
            version: file_version(version).map_err(&refuse)?,
            version_part: version.to_owned(),
            extension,
        })
    }
}

/// The build tag of a wheel: the last thing that decides between two of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BuildTag {
    number: u64,
    rest: String,
    written: String,
}

impl BuildTag {
    /// The digits it begins with.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// What follows them.
    pub fn rest(&self) -> &str {
        &self.rest
    }
}

impl fmt::Display for BuildTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// The name of a wheel, kept as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WheelName {
    name: ProjectName,
    version: Version,
    version_part: String,
    build: Option<BuildTag>,
    tags: TagSet,
}

impl WheelName {
    /// The name that the file of a release must have.
    pub fn expected(name: &ProjectName, version: &Version, tags: TagSet) -> Self {
        WheelName {
            name: file_name_part(name),
            version: version.clone(),
            version_part: version.to_string(),
            build: None,
            tags,
        }
    }

    /// The project, as the file spells it.
    pub fn name(&self) -> &ProjectName {
        &self.name
    }

    /// The version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The build tag.
    pub fn build(&self) -> Option<&BuildTag> {
        self.build.as_ref()
    }

    /// The compatibility tags.
    pub fn tags(&self) -> &TagSet {
        &self.tags
    }

    /// The folder of metadata in the wheel, as the file spells name and version.
    pub fn dist_info(&self) -> String {
        format!("{}-{}.dist-info", self.name, self.version_part)
    }

    /// The folder of other data in the wheel, as the file spells name and version.
    pub fn data(&self) -> String {
        format!("{}-{}.data", self.name, self.version_part)
    }

    /// Whether name and version are spelled exactly as [`WheelName::expected`] spells them.
    pub fn is_normalized(&self) -> bool {
        self.name.as_str() == self.name.file_part() && self.version_part == self.version.to_string()
    }
}

impl fmt::Display for WheelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-", self.name, self.version_part)?;
        if let Some(build) = &self.build {
            write!(f, "{build}-")?;
        }
        write!(f, "{}.whl", self.tags)
    }
}

impl FromStr for WheelName {
    type Err = ParseError;

    /// # Errors
    /// [`ParseError::WheelName`]. Beyond `packaging`, the name must be a project name and build and
    /// tags are ASCII letters, digits, `_` and `.` only.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let refuse = |reason: String| ParseError::WheelName { text: shown(text), reason };
        let stem = text.strip_suffix(".whl").ok_or_else(|| refuse("it must end with `.whl`".to_owned()))?;
        let dashes = stem.bytes().filter(|&b| b == b'-').count();
        if dashes != 4 && dashes != 5 {
            return Err(refuse(format!("it has {} parts and must have 5, or 6 with a build tag", dashes + 1)));
        }
        let mut parts = stem.splitn(dashes - 1, '-');
        let mut part = || parts.next().unwrap_or_default();
        let (name, version) = (part(), part());
        if name.contains("__") {
            return Err(refuse("its name has `__`".to_owned()));
        }
        Ok(WheelName {
            name: name.parse().map_err(|e: ParseError| refuse(e.to_string()))?,
            version: file_version(version).map_err(&refuse)?,
            version_part: version.to_owned(),
            build: (dashes == 5).then(|| build_tag(part())).transpose().map_err(&refuse)?,
            tags: part().parse().map_err(|e: ParseError| refuse(e.to_string()))?,
        })
    }
}

fn file_name_part(name: &ProjectName) -> ProjectName {
    name.file_part().parse().expect("a name stays one with `_` for `-`")
}

/// A version without the white space that versions elsewhere may have around them.
fn file_version(part: &str) -> Result<Version, String> {
    if part.contains(char::is_whitespace) {
        return Err("its version has white space".to_owned());
    }
    part.parse().map_err(|e: ParseError| e.to_string())
}

fn build_tag(part: &str) -> Result<BuildTag, String> {
    let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
    let (digits, rest) = part.split_at(end);
    if digits.is_empty() {
        return Err(format!("the build tag `{}` must begin with a digit", shown(part)));
    }
    if !rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.') {
        return Err(format!("the build tag `{}` has other characters than letters, digits, `_` and `.`", shown(part)));
    }
    let number = digits.parse().map_err(|_| format!("the build number `{}` is too large", shown(digits)))?;
    Ok(BuildTag { number, rest: rest.to_owned(), written: part.to_owned() })
}
