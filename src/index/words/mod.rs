//! What an index says about an upload, as one table: the embedded index says its rows, the client understands them,
//! and each row knows what it means for a person and what is done next.
//!
//! The texts are those of PyPI (warehouse `forklift/legacy.py`, `forklift/metadata.py`, `packaging/services.py`,
//! `macaroons/caveats` and packaging's `metadata.py` as of 2026-08-21); twine and other clients rely on some of them, so they
//! are protocol. What has no words is not here: 200, which PyPI also says of a file that it had and of one whose
//! project is quarantined, and what other indexes say in words of their own ([`super::answer`]).

mod archives;
mod endpoint;
mod metadata;
mod pattern;
mod rights;

/// What an index means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// The whole index only reads.
    ReadOnly,
    /// Uploads are switched off.
    Paused,
    /// New projects are switched off.
    NewProjectsPaused,
    /// No credentials, or none that it knows.
    NoRight,
    /// A user and a password.
    Password,
    /// The token is not for this project.
    OtherProject,
    /// The token of a trusted publisher is not for this project.
    TrustedOtherProject,
    /// The token's time is over, or has not begun.
    Expired,
    /// The token was changed.
    Signature,
    /// The token has a restriction that is not known.
    UnknownCaveat,
    /// The token is refused for another reason.
    TokenRefused,
    /// The user may not upload to this project; PyPI says so of an archived one, too.
    NotYours,
    /// The token may not upload to this project.
    TokenNotYours,
    /// The user has no second factor.
    TwoFactor,
    /// The user has no verified address.
    Email,
    /// The organization is not active.
    Organization,
    /// A trusted publisher cannot make this project.
    NoNewProject,
    /// The name is that of a standard module.
    NameStandard,
    /// The name looks like that of another project.
    NameSimilar,
    /// The name is not given out.
    NameProhibited,
    /// The name is no name.
    NameInvalid,
    /// The name belongs to another project.
    NameConflicts,
    /// The user made too many projects.
    TooManyProjects,
    /// The version of the protocol is not known.
    Protocol,
    /// A field of the form was sent as a file.
    FieldIsFile,
    /// A field of the form has a value that means nothing.
    FieldValue,
    /// A field of the form is missing or means nothing.
    Field,
    /// The form contradicts itself.
    Form,
    /// The form has no file.
    NoFile,
    /// The version has a local part.
    LocalVersion,
    /// The version of the metadata is not known.
    MetadataVersion,
    /// A field is younger than the version of the metadata.
    TooEarly,
    /// A field has a value that means nothing.
    Invalid,
    /// A field is missing.
    Required,
    /// A field has several lines.
    SeveralLines,
    /// A field is too long.
    TooLong,
    /// A field has a value that is not among those that there are.
    NotAmong,
    /// A field is there twice, or is no text.
    InvalidData,
    /// A requirement cannot be read.
    Requirement,
    /// A field cannot be dynamic.
    Dynamic,
    /// A field may not be dynamic at all.
    NeverDynamic,
    /// A classifier that there is not.
    Classifier,
    /// A classifier that is no longer used.
    ClassifierDeprecated,
    /// No address of e-mail.
    Address,
    /// No URL.
    Url,
    /// The label of a URL is too long.
    UrlLabelLong,
    /// The label of a URL is missing.
    UrlLabel,
    /// The URL of a label is missing.
    UrlMissing,
    /// A dependency on a URL.
    DirectDependency,
    /// `License` beside `License-Expression`.
    TwoLicenses,
    /// The description cannot be rendered.
    Description,
    /// The description cannot be rendered as what it is taken for.
    DescriptionDefault,
    /// The name of the file has a slash.
    FileNameSlash,
    /// The name of the file has characters that do not print.
    FileNameControl,
    /// The name of the file is too long.
    FileNameLong,
    /// The name of the file ends wrongly for its type.
    ExtensionType,
    /// The name of the file ends wrongly.
    Extension,
    /// The type of the part is that of an image, or missing.
    PartType,
    /// The file is too large.
    FileTooLarge,
    /// The project is too large.
    ProjectFull,
    /// A digest of the form is not that of the file.
    Digest,
    /// Other bytes of this name, or these bytes under another.
    Exists,
    /// The name was used and its file deleted.
    Deleted,
    /// The release is too old for new files.
    Closed,
    /// The release has an sdist.
    SecondSdist,
    /// Bytes of a zip archive that belong to nothing, and the like.
    ZipFraming,
    /// Members of a tar archive that are not taken.
    TarMembers,
    /// A zip archive and a tar archive at once.
    TwoFormats,
    /// No zip archive.
    NoZip,
    /// No tar archive.
    NoTar,
    /// It unpacks to far more than it is.
    Ratio,
    /// A member is compressed in a way that is not taken.
    Compression,
    /// The sdist has several folders at its top, or none.
    TopLevel,
    /// The sdist has no `PKG-INFO`.
    NoPkgInfo,
    /// The wheel has no `WHEEL`.
    NoWheelFile,
    /// The name of the wheel has too few parts.
    WheelNameParts,
    /// The archive is refused for another reason.
    Content,
    /// The name of the sdist cannot be read.
    SdistNameInvalid,
    /// The name of the sdist is not the normal one.
    SdistName,
    /// The name of the wheel cannot be read.
    WheelNameInvalid,
    /// The name of the file begins with another project.
    NameStart,
    /// The name of the wheel has not the normal form of the project.
    WheelName,
    /// The name of the wheel has another version.
    WheelVersion,
    /// A licence file is not in the archive.
    LicenseFile,
    /// The platform of the wheel is not taken.
    Platform,
    /// The wheel has no `RECORD`.
    Record,
    /// The wheel has no `METADATA`.
    MetadataFile,
    /// The entry points of the wheel cannot be read.
    EntryPoints,
    /// Attestations without trusted publishing.
    AttestationsUntrusted,
    /// Attestations with a publisher that has none.
    AttestationsPublisher,
    /// No attestation in the field.
    AttestationsNone,
    /// The field cannot be read.
    AttestationsMalformed,
    /// Too many attestations.
    AttestationsMany,
    /// An attestation is not of this file and this publisher.
    AttestationWrong,
    /// An attestation could not be judged.
    AttestationUnknown,
    /// An attestation of a kind that is not taken.
    AttestationKind,
    /// Two attestations of a kind.
    AttestationTwice,
    /// The URL needs a slash at its end.
    Slash,
    /// The URL takes no uploads.
    Method,
    /// Projects are not registered any more.
    NoRegistration,
    /// Documentation is not uploaded any more.
    NoDocumentation,
    /// The request is too large for the server.
    Request,
    /// The index failed.
    Fault,
}

/// What the client does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Nothing: the same again would be refused again.
    Stop,
    /// Ask the listing whether these bytes are there.
    AskListing,
    /// Read and hash the file again, and send it once more.
    Rehash,
    /// Get another token where that can be done, and send it once more.
    Renew,
    /// Ask for the status of the project (PEP 792), which may be the real reason.
    AskStatus,
    /// Wait as long as the index says, and send it again.
    Wait,
}

/// One thing that an index says.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// What it means.
    pub meaning: Meaning,
    /// The status.
    pub status: u16,
    /// The words, with holes (`{quoted}`, `{word}`, `{text}`), by which it is known.
    pub words: &'static str,
    /// What PyPI says after them. It may change, so nothing is known by it.
    pub tail: &'static str,
    /// The code under which it is explained.
    pub code: &'static str,
    /// The next step for a person; `{0}` is the first hole, `{key}` the key of the metadata field that the last hole names.
    pub advice: &'static str,
    /// The next step for the client.
    pub then: Then,
}

/// Where the rules of metadata are.
const CORE: &str = " See https://packaging.python.org/specifications/core-metadata for more information.";
/// The same after a text without its full stop.
const CORE_STOP: &str = ". See https://packaging.python.org/specifications/core-metadata for more information.";
/// The longest value that advice repeats, in characters.
const LONGEST: usize = 100;

/// All rows, in the order of PyPI's checks.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    [endpoint::ROWS, rights::ROWS, metadata::ROWS, archives::ROWS].into_iter().flatten()
}

/// The row of a meaning.
pub fn row(meaning: Meaning) -> &'static Row {
    rows().find(|row| row.meaning == meaning).expect("every meaning has its row, which a test holds")
}

/// How many values a meaning has.
pub fn holes(meaning: Meaning) -> usize {
    pattern::holes(row(meaning).words)
}

/// The status and the text for a meaning, with PyPI's words around these values: one line, whatever they hold.
pub fn say(meaning: Meaning, values: &[&str]) -> (u16, String) {
    let row = row(meaning);
    (row.status, pattern::fill(row.words, values) + row.tail)
}

/// What a text means, and the values in it; nothing where PyPI does not say such a thing. The text is that of the
/// reason phrase or of JSON's `code`, without its status and not cut.
pub fn understand(status: u16, text: &str) -> Option<(Meaning, Vec<String>)> {
    // Whatever comes between may add words to a fault of its own.
    let status = if status >= 500 { 500 } else { status };
    let text = text.trim();
    let fits = rows().filter(|row| row.status == status).filter_map(|row| {
        let values = pattern::read(row.words, row.tail, text)?;
        Some((pattern::weight(row.words), row.meaning, values))
    });
    fits.max_by_key(|(weight, _, _)| *weight).map(|(_, meaning, values)| (meaning, values))
}

/// What a person does next, with the values of the text in it; they are harmless in a line of text.
pub fn advice(meaning: Meaning, values: &[String]) -> String {
    let row = row(meaning);
    let mut advice = String::new();
    let mut rest = row.advice;
    // Values are put in while reading, so that what stands in one is not taken for a hole.
    while let Some((before, hole, after)) = hole(rest) {
        advice.push_str(before);
        match hole {
            "key" => advice.push_str(metadata::key_of(values.last().map_or("", String::as_str))),
            number => {
                let value = number.parse::<usize>().ok().and_then(|number| values.get(number));
                advice.push_str(&value.map_or_else(|| "…".to_owned(), |value| shown(value)));
            }
        }
        rest = after;
    }
    advice + rest
}

/// The first hole of an advice, between what stands before and after it.
fn hole(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (hole, after) = rest.split_once('}')?;
    Some((before, hole, after))
}

fn shown(value: &str) -> String {
    let plain = value.chars().map(|c| if c.is_control() || c == '`' { ' ' } else { c });
    let mut shown: String = plain.take(LONGEST).collect();
    if value.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
