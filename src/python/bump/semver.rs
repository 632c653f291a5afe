//! PEP 440 and SemVer 2.0.0: the versions that both can say, in the same order.
//!
//! Only what both sort alike is mapped, and back again it is the same: `1.2.3rc1` is `1.2.3-rc.1`, `1.2.3.dev4`
//! is `1.2.3-0.dev.4` (as `-dev.4` it would sort above `-alpha.1`). Epochs, post-releases, development releases
//! of a pre-release and more than three numbers have no form in SemVer; most pre-releases of SemVer have none
//! in PEP 440. Nothing is converted to something near it.

use semver::{BuildMetadata, Prerelease, Version as Semver};

use crate::error::{Explain, Kind};
use crate::python::error::shown;
use crate::python::version::{Phase, Version};

/// Why a version of one scheme has no form in the other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// Not SemVer 2.0.0.
    #[error("`{text}` is not a version of SemVer: {reason}")]
    NotSemver {
        /// What was read, shortened.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A version of PEP 440 that SemVer cannot say.
    #[error("`{version}` has no form in SemVer: {reason}")]
    NoSemver {
        /// The version.
        version: String,
        /// Why.
        reason: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// A version of SemVer that PEP 440 cannot say.
    #[error("`{text}` has no form in PEP 440: {reason}")]
    NoPep440 {
        /// What was read, shortened.
        text: String,
        /// Why.
        reason: &'static str,
        /// What to do.
        advice: &'static str,
    },
}

impl Explain for MappingError {
    fn code(&self) -> &'static str {
        match self {
            MappingError::NotSemver { .. } => "python/not-semver",
            MappingError::NoSemver { .. } => "python/no-semver-form",
            MappingError::NoPep440 { .. } => "python/no-pep440-form",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            MappingError::NotSemver { .. } => Kind::Usage,
            MappingError::NoSemver { .. } | MappingError::NoPep440 { .. } => Kind::Failed,
        }
    }

    fn hints(&self) -> Vec<String> {
        vec![match self {
            MappingError::NotSemver { .. } => "write a version such as `1.4.0` or `1.4.0-rc.1`".to_owned(),
            MappingError::NoSemver { advice, .. } | MappingError::NoPep440 { advice, .. } => (*advice).to_owned(),
        }]
    }
}

/// The form in SemVer. Missing numbers are zeros, and a local label is build metadata.
///
/// # Errors
/// [`MappingError::NoSemver`].
pub fn of_version(version: &Version) -> Result<Semver, MappingError> {
    let refuse = |reason, advice| MappingError::NoSemver { version: version.to_string(), reason, advice };
    let &[major, ref rest @ ..] = version.release() else {
        return Err(refuse("it has no numbers", "write a version such as `1.4.0`"));
    };
    if version.epoch() > 0 {
        return Err(refuse("SemVer has no epochs", "stay in epoch 0, or use the scheme `pep440`"));
    }
    if rest.len() > 2 {
        return Err(refuse("SemVer has three numbers", "use three numbers, or the scheme `pep440`"));
    }
    if version.post().is_some() {
        return Err(refuse("as a pre-release it would sort below its release", "use `patch` in place of `post`"));
    }
    let pre = match (version.pre(), version.dev()) {
        (None, None) => String::new(),
        (None, Some(dev)) => format!("0.dev.{dev}"),
        (Some(pre), None) => format!("{}.{}", word(pre.phase), pre.number),
        (Some(_), Some(_)) => {
            return Err(refuse(
                "SemVer would sort it above the pre-release that it leads to",
                "use `dev` or a phase, not both",
            ));
        }
    };
    let number = |at: usize| rest.get(at).copied().unwrap_or(0);
    let valid = "letters, digits and dots are valid in both";
    Ok(Semver {
        pre: Prerelease::new(&pre).expect(valid),
        build: BuildMetadata::new(&version.local().unwrap_or_default()).expect(valid),
        ..Semver::new(major, number(0), number(1))
    })
}

fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Alpha => "alpha",
        Phase::Beta => "beta",
        Phase::Rc => "rc",
    }
}

/// Reads SemVer, a `v` before it allowed, as the version of PEP 440 that it is.
///
/// # Errors
/// It is not SemVer, or PEP 440 has no version that sorts like it.
pub fn parse(text: &str) -> Result<Version, MappingError> {
    let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let read = Semver::parse(bare)
        .map_err(|error| MappingError::NotSemver { text: shown(text), reason: error.to_string() })?;
    let refuse = |reason, advice| MappingError::NoPep440 { text: shown(text), reason, advice };
    let pre = pep440_pre(read.pre.as_str()).map_err(|(reason, advice)| refuse(reason, advice))?;
    let build = if read.build.is_empty() { String::new() } else { format!("+{}", read.build) };
    let numbers = format!("{}.{}.{}", read.major, read.minor, read.patch);
    let version: Version = format!("{numbers}{pre}{build}").parse().map_err(|_| {
        refuse("its build metadata is no local label", "use lowercase letters, digits and dots behind `+`")
    })?;
    if version.local().unwrap_or_default() != read.build.as_str() {
        return Err(refuse(
            "its build metadata would be rewritten",
            "use lowercase letters, digits and dots behind `+`",
        ));
    }
    Ok(version)
}

/// PEP 440's text for a pre-release of SemVer; else why there is none, and what to do.
fn pep440_pre(pre: &str) -> Result<String, (&'static str, &'static str)> {
    let parts: Vec<&str> = pre.split('.').collect();
    let letters = |word: &str| match word {
        "alpha" => Some("a"),
        "beta" => Some("b"),
        "rc" => Some("rc"),
        _ => None,
    };
    let is_number = |text: &str| text.parse::<u64>().is_ok();
    match parts.as_slice() {
        [""] => Ok(String::new()),
        ["0", "dev", number] if is_number(number) => Ok(format!(".dev{number}")),
        [phase] if letters(phase).is_some() => Ok(format!("{}0", letters(phase).unwrap_or_default())),
        [phase, number] if letters(phase).is_some() && is_number(number) => {
            Ok(format!("{}{number}", letters(phase).unwrap_or_default()))
        }
        ["dev", ..] => Err(("SemVer sorts `dev` above `alpha`, PEP 440 below", "write `-0.dev.1`")),
        [number] if is_number(number) => Err((
            "a number alone is a pre-release in SemVer and a post-release in PEP 440",
            "write `-rc.1` for a pre-release",
        )),
        [word] if letters(word.trim_end_matches(|c: char| c.is_ascii_digit())).is_some() => {
            Err(("as text `rc10` sorts below `rc9`", "part the number with a dot, as in `-rc.1`"))
        }
        _ => Err(("it is neither `alpha`, `beta` nor `rc` with a number", "write `-alpha.1`, `-beta.1` or `-rc.1`")),
    }
}

/// Whether a version that was typed means the same in both schemes; what is not SemVer has one meaning anyway.
pub(super) fn agree(written: &str) -> Result<(), MappingError> {
    match parse(written) {
        Ok(_) | Err(MappingError::NotSemver { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
