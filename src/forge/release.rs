//! A release on a forge: what there is, what is wanted, and the changes between the two, in the order that
//! immutable releases need: draft, files, notes, published last. Both forges map to these types.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::place::{Kind, encoded_whole};
use super::{Forge, ForgeError, gitea, github};
use crate::archive::{Sha256, Sha256Digester};
use crate::effects::http::{FilePart, Method};
use crate::effects::terminal::Terminal;
use crate::effects::{Effects, HttpLook};
use crate::report::Event;
use crate::report::text;

/// What a release should be.
#[derive(Debug, Clone, Serialize)]
pub struct Wanted {
    /// The tag.
    pub tag: String,
    /// The commit that it is on here.
    pub commit: String,
    /// The title.
    pub name: String,
    /// The notes, in Markdown; empty: whatever is there stays.
    pub notes: String,
    /// Whether it is a pre-release.
    pub prerelease: bool,
    /// Whether it stays a draft.
    pub draft: bool,
    /// The files that belong to it.
    pub files: Vec<LocalFile>,
}

/// A file to be attached.
#[derive(Debug, Clone, Serialize)]
pub struct LocalFile {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Sha256,
    /// Where it is.
    #[serde(skip)]
    pub path: PathBuf,
}

/// A release as a forge tells it.
#[derive(Debug, Clone, Deserialize)]
pub struct Release {
    /// Its number.
    pub id: u64,
    /// The tag.
    pub tag_name: String,
    name: Option<String>,
    body: Option<String>,
    /// Whether it is a draft.
    pub draft: bool,
    prerelease: bool,
    /// Whether it is frozen, where the forge knows of such releases.
    pub immutable: Option<bool>,
    /// Its page.
    pub html_url: String,
    pub(super) upload_url: Option<String>,
    assets: Option<Vec<Asset>>,
}

/// A file of a release as a forge tells it.
#[derive(Debug, Clone, Deserialize)]
pub struct Asset {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    state: Option<String>,
    digest: Option<String>,
    pub(super) uuid: Option<String>,
}

impl Asset {
    /// Whether the upload ended in the middle.
    fn is_torn(&self) -> bool {
        self.state.as_deref().is_some_and(|state| state != "uploaded")
    }
}

impl Release {
    /// Its files.
    pub fn assets(&self) -> &[Asset] {
        self.assets.as_deref().unwrap_or_default()
    }

    fn asset(&self, name: &str) -> Option<&Asset> {
        self.assets().iter().find(|asset| asset.name == name)
    }
}

/// What the forge has of a wanted release.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The release.
    pub release: Release,
    /// The digests of its files by their numbers, as far as they were asked for.
    pub digests: BTreeMap<u64, Digest>,
}

/// The digest of a file on a forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// It is known.
    Known(Sha256),
    /// It was not asked for, since the size differs already.
    OtherSize(u64),
}

/// One thing to be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// A new draft.
    Create,
    /// A half-sent file goes.
    Remove {
        /// The number of the asset.
        id: u64,
        /// The name of the file.
        name: String,
    },
    /// A file comes.
    Upload {
        /// The name of the file.
        name: String,
    },
    /// Title, notes or the mark of a pre-release.
    Edit,
    /// The draft becomes a release.
    Publish,
}

impl Change {
    /// What it does, with the request that does it.
    pub fn describe(&self, wanted: &Wanted) -> String {
        let (tag, name) = (&wanted.tag, &wanted.name);
        match self {
            Change::Create => format!("POST   /releases: a draft `{name}` for `{tag}`"),
            Change::Remove { name, .. } => format!("DELETE /releases/assets: the half-sent `{name}`"),
            Change::Upload { name } => {
                let size = wanted.files.iter().find(|file| file.name == *name).map_or(0, |file| file.size);
                format!("POST   /releases/assets: `{name}`, {}", text::size(size))
            }
            Change::Edit => "PATCH  /releases: title, notes and the mark of a pre-release".to_owned(),
            Change::Publish => "PATCH  /releases: published".to_owned(),
        }
    }
}

/// The changes that bring a forge from what it has to what is wanted; none when it is there.
///
/// # Errors
/// The forge has other bytes under a name, or the release is frozen without some of the files.
pub fn differences(forge: &Forge, wanted: &Wanted, standing: Option<&Standing>) -> Result<Vec<Change>, ForgeError> {
    let place = || forge.place.to_string();
    let Some(Standing { release, digests }) = standing else {
        let uploads = wanted.files.iter().map(|file| Change::Upload { name: file.name.clone() });
        let publish = (!wanted.draft).then_some(Change::Publish);
        return Ok([Change::Create].into_iter().chain(uploads).chain(publish).collect());
    };
    let mut changes = Vec::new();
    for file in &wanted.files {
        let asset = release.asset(&file.name);
        if let Some(asset) = asset.filter(|asset| !asset.is_torn()) {
            let there = match digests.get(&asset.id) {
                Some(Digest::Known(sha256)) if *sha256 == file.sha256 => continue,
                Some(Digest::Known(sha256)) => format!("sha256 {sha256}"),
                Some(Digest::OtherSize(size)) => format!("{size} bytes instead of {}", file.size),
                None => "an unknown digest".to_owned(),
            };
            let (name, here) = (file.name.clone(), file.sha256.to_string());
            return Err(ForgeError::DifferentAsset { place: place(), name, there, here });
        }
        changes.extend(asset.map(|torn| Change::Remove { id: torn.id, name: torn.name.clone() }));
        changes.push(Change::Upload { name: file.name.clone() });
    }
    if !changes.is_empty() && !release.draft && release.immutable == Some(true) {
        return Err(ForgeError::ImmutableRelease { place: place() });
    }
    // Forges keep line ends in their own way.
    let plain = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    let notes_differ =
        !wanted.notes.is_empty() && plain(release.body.as_deref().unwrap_or_default()) != plain(&wanted.notes);
    let name_differs = release.name.as_deref() != Some(wanted.name.as_str());
    if notes_differ || name_differs || release.prerelease != wanted.prerelease {
        changes.push(Change::Edit);
    }
    if release.draft && !wanted.draft {
        changes.push(Change::Publish);
    }
    Ok(changes)
}

impl Forge {
    /// Refuses a tag that the forge does not have, or has on another commit: a release would make the forge
    /// create a tag of its own.
    ///
    /// # Errors
    /// [`ForgeError::TagMissing`], [`ForgeError::TagDiffers`], or no answer.
    pub fn require_tag(&self, http: HttpLook<'_>, wanted: &Wanted) -> Result<(), ForgeError> {
        let there = match self.place.kind {
            Kind::Github => github::tag_commit(self, http, &wanted.tag)?,
            Kind::Gitea => gitea::tag_commit(self, http, &wanted.tag)?,
        };
        let (place, tag) = (self.place.to_string(), wanted.tag.clone());
        match there {
            None => Err(ForgeError::TagMissing { place, tag }),
            Some(there) if there != wanted.commit => {
                Err(ForgeError::TagDiffers { place, tag, there, here: wanted.commit.clone() })
            }
            Some(_) => Ok(()),
        }
    }

    /// What the forge has of a wanted release, drafts included.
    ///
    /// # Errors
    /// There are several drafts for the tag, or no answer.
    pub fn standing(&self, http: HttpLook<'_>, wanted: &Wanted) -> Result<Option<Standing>, ForgeError> {
        let tag = encoded_whole(&wanted.tag);
        let release = match self.find(http, "look for the release", &format!("/releases/tags/{tag}"))? {
            Some(release) => Some(release),
            None => self.draft(http, &wanted.tag)?,
        };
        release.map(|release| self.standing_of(http, wanted, release, BTreeMap::new())).transpose()
    }

    /// The draft for a tag, which is found by its tag's name alone.
    fn draft(&self, http: HttpLook<'_>, tag: &str) -> Result<Option<Release>, ForgeError> {
        let below = match self.place.kind {
            Kind::Github => "/releases",
            Kind::Gitea => "/releases?draft=true",
        };
        let listed: Vec<Release> = self.list(http, "list the releases", below)?;
        let mut drafts: Vec<Release> =
            listed.into_iter().filter(|release| release.draft && release.tag_name == tag).collect();
        if drafts.len() > 1 {
            let urls = drafts.into_iter().map(|draft| draft.html_url).collect();
            return Err(ForgeError::SeveralDrafts { place: self.place.to_string(), tag: tag.to_owned(), urls });
        }
        Ok(drafts.pop())
    }

    /// A release as it is now, with the digests of the wanted files; those that are `known` are not asked for
    /// again.
    ///
    /// # Errors
    /// No answer.
    pub fn reread(&self, http: HttpLook<'_>, wanted: &Wanted, standing: Standing) -> Result<Standing, ForgeError> {
        let below = format!("/releases/{}", standing.release.id);
        let release: Option<Release> = self.find(http, "read the release", &below)?;
        let release = release.ok_or_else(|| ForgeError::NotAsSent {
            place: self.place.to_string(),
            problem: "it is not there".to_owned(),
        })?;
        self.standing_of(http, wanted, release, standing.digests)
    }

    fn standing_of(
        &self,
        http: HttpLook<'_>,
        wanted: &Wanted,
        release: Release,
        mut digests: BTreeMap<u64, Digest>,
    ) -> Result<Standing, ForgeError> {
        for file in &wanted.files {
            let Some(asset) = release.asset(&file.name).filter(|asset| !asset.is_torn()) else { continue };
            let told = asset.digest.as_deref().and_then(|digest| digest.strip_prefix("sha256:"));
            let digest = match (told.and_then(Sha256::from_hex), digests.get(&asset.id)) {
                (Some(told), _) => Digest::Known(told),
                (None, Some(known)) => *known,
                (None, None) if asset.size != file.size => Digest::OtherSize(asset.size),
                (None, None) => Digest::Known(self.hash(http, asset)?),
            };
            digests.insert(asset.id, digest);
        }
        Ok(Standing { release, digests })
    }

    /// The digest of a file that the forge does not tell the digest of: it is fetched, and never kept.
    fn hash(&self, http: HttpLook<'_>, asset: &Asset) -> Result<Sha256, ForgeError> {
        let url = match self.place.kind {
            Kind::Github => github::asset_url(self, asset),
            Kind::Gitea => gitea::asset_url(self, asset)?,
        };
        let mut digester = Sha256Digester::default();
        // One byte more than there should be tells a longer file from the same.
        let answer = http.fetch(&self.api, &url, asset.size + 1, &mut digester)?;
        match answer.status {
            200 => Ok(digester.finish()),
            _ => Err(super::answer::refusal(self, "fetch a file of the release", &answer)),
        }
    }

    /// Makes the draft.
    ///
    /// # Errors
    /// The forge refuses, or no answer.
    pub fn create_draft(&self, effects: Effects<'_>, wanted: &Wanted) -> Result<Standing, ForgeError> {
        let doing = "create the release";
        let mut body = document(wanted);
        body["tag_name"] = json!(wanted.tag);
        body["target_commitish"] = json!(wanted.commit);
        body["draft"] = json!(true);
        let answer = self.send(effects, doing, (Method::Post, "/releases"), Some(&body))?;
        let release: Release = self.read(doing, &answer)?;
        Ok(Standing { release, digests: BTreeMap::new() })
    }

    /// Sets title, notes and the mark of a pre-release, or publishes.
    ///
    /// # Errors
    /// The forge refuses, or no answer.
    pub fn edit(
        &self,
        effects: Effects<'_>,
        wanted: &Wanted,
        release: &Release,
        change: &Change,
    ) -> Result<(), ForgeError> {
        let below = format!("/releases/{}", release.id);
        let (doing, body) = match change {
            Change::Publish => {
                let mut body = json!({"draft": false, "prerelease": wanted.prerelease});
                if self.place.kind == Kind::Github {
                    // By version and not by time: a fix of an old line is not the latest release.
                    body["make_latest"] = json!(if wanted.prerelease { "false" } else { "legacy" });
                }
                ("publish the release", body)
            }
            _ => ("edit the release", document(wanted)),
        };
        self.send(effects, doing, (Method::Patch, &below), Some(&body)).map(|_| ())
    }

    /// Puts a note at the top of what a release of a tag says, unless its first line is there already; its page, and
    /// whether it was changed. Nothing where there is no such release.
    ///
    /// # Errors
    /// The forge refuses, or no answer.
    pub fn mark(&self, effects: Effects<'_>, tag: &str, note: &str) -> Result<Option<(String, bool)>, ForgeError> {
        let below = format!("/releases/tags/{}", encoded_whole(tag));
        let found: Option<Release> = self.find(effects.inspect().http(), "look for the release", &below)?;
        let Some(release) = found else { return Ok(None) };
        let said = release.body.unwrap_or_default();
        // The reason may be another one by now: what was said first stands.
        let mark = note.split(':').next().unwrap_or(note);
        if said.lines().next().is_some_and(|first| first.starts_with(mark)) {
            return Ok(Some((release.html_url, false)));
        }
        let body = json!({"name": release.name, "prerelease": release.prerelease, "body": format!("{note}\n\n{said}")});
        self.send(effects, "mark the release", (Method::Patch, &format!("/releases/{}", release.id)), Some(&body))?;
        Ok(Some((release.html_url, true)))
    }

    /// Removes a half-sent file.
    ///
    /// # Errors
    /// The forge refuses, or no answer.
    pub fn remove_asset(&self, effects: Effects<'_>, release: &Release, asset: u64) -> Result<(), ForgeError> {
        let below = match self.place.kind {
            Kind::Github => format!("/releases/assets/{asset}"),
            Kind::Gitea => format!("/releases/{}/assets/{asset}", release.id),
        };
        self.send(effects, "remove a half-sent file", (Method::Delete, &below), None).map(|_| ())
    }

    /// Attaches a file, streamed from disk.
    ///
    /// # Errors
    /// The file changed, the forge refuses or renames it, or no answer.
    pub fn attach(&self, effects: Effects<'_>, release: &Release, file: &LocalFile) -> Result<(), ForgeError> {
        self.require_token()?;
        let (url, sending) = match self.place.kind {
            Kind::Github => github::upload_target(release, file),
            Kind::Gitea => gitea::upload_target(self, release, file),
        };
        if !self.api.owns(&url) {
            let url = url.split('?').next().unwrap_or_default().to_owned();
            return Err(ForgeError::ForeignHost { place: self.place.to_string(), url });
        }
        let files = effects.inspect().files();
        let mut digester = Sha256Digester::default();
        let hashed = std::io::copy(&mut files.open(&file.path)?, &mut digester);
        if !hashed.is_ok_and(|size| size == file.size) || digester.finish() != file.sha256 {
            return Err(ForgeError::FileChanged { file: file.path.display().to_string() });
        }
        let reader = Watched {
            file: Box::new(files.open(&file.path)?.take(file.size)),
            done: 0,
            total: file.size,
            terminal: effects.inspect().terminal().clone(),
            what: file.name.clone(),
        };
        let part = FilePart { name: file.name.clone(), reader: Box::new(reader), size: file.size };
        let answer = effects.http().send_file(&self.api, &url, part, sending)?;
        let asset: Asset = self.read("attach a file", &answer)?;
        if asset.name != file.name {
            let (name, there) = (file.name.clone(), asset.name);
            return Err(ForgeError::Renamed { place: self.place.to_string(), name, there });
        }
        Ok(())
    }
}

/// What can be written at any time.
fn document(wanted: &Wanted) -> Value {
    let mut body = json!({"name": wanted.name, "prerelease": wanted.prerelease});
    if !wanted.notes.is_empty() {
        body["body"] = json!(wanted.notes);
    }
    body
}

/// A file on its way, telling how far it is.
struct Watched {
    file: Box<dyn Read + Send>,
    done: u64,
    total: u64,
    terminal: Terminal,
    what: String,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.done += read as u64;
        self.terminal.event(&Event::Progress { what: self.what.clone(), done: self.done, total: self.total });
        Ok(read)
    }
}
