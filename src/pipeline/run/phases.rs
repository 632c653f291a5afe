//! What each phase does: it plans from what is there, and has the plan carried out.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::Run;
use super::progress::Progress;
use crate::archive::Sha256;
use crate::build::isolated::Built;
use crate::check::Policy;
use crate::config::targets::Index;
use crate::effects::EffectsError;
use crate::effects::git_program::RemoteReference;
use crate::error::Failure;
use crate::forge::Forge;
use crate::index::credential::pypirc;
use crate::index::{Listing, Right};
use crate::pipeline;
use crate::pipeline::phase::failure_of;
use crate::pipeline::rights;
use crate::pipeline::status::Named;
use crate::pipeline::verification::Request;
use crate::pipeline::work;
use crate::plan::publish::{self, Target};
use crate::plan::push::REMOTE;
use crate::plan::{Plan, PlanError, announce, error, execute, push, release, status};
use crate::project::{Project, load};
use crate::python::filename::{SdistName, WheelName};
use crate::python::version::Version;
use crate::report::{Finding, Severity, text};
use crate::steps::ask_remote::AskRemote;
use crate::steps::check_out::CheckOut;
use crate::steps::record::RecordedFile;
use crate::steps::upload_file::Uploaded;
use crate::steps::verify_install::pythons::Pythons;
use crate::steps::{Produced, Step};

/// How many seconds to wait until an index shows what was sent to it.
const INDEX_LAG: u64 = 600;

impl Run<'_> {
    /// Carries one phase out; what came out, one line.
    pub(super) fn carry(&mut self, name: &str) -> Result<String, Failure> {
        let (kind, stage) = name.split_once(' ').unwrap_or((name, ""));
        match kind {
            "preflight" => self.preflight(),
            "gates" => work::gates(self.world, &self.project),
            "bump" => self.bump(),
            "build" => self.build(),
            "check" => self.check(),
            "push" => self.push(),
            "publish" => self.publish(stage),
            "verify" => self.verify(stage),
            "announce" => self.announce(),
            _ => self.status(),
        }
    }

    /// Whether what is recorded as done still is, where this machine can tell.
    pub(super) fn still_done(&mut self, name: &str) -> Result<bool, Failure> {
        match name {
            "bump" => {
                self.reload()?;
                Ok(self.is_bumped()?)
            }
            "build" => {
                self.built = self.recorded_archives()?;
                Ok(!self.built.is_empty())
            }
            _ => Ok(true),
        }
    }

    /// The archives that the record of a phase names.
    pub(super) fn files_of(&self, name: &str) -> Vec<RecordedFile> {
        match name.split(' ').next() {
            Some("build" | "publish" | "verify") => self.built.iter().map(recorded).collect(),
            _ => Vec::new(),
        }
    }

    /// Everything that can be known to fail later, all at once.
    fn preflight(&mut self) -> Result<String, Failure> {
        let inspect = self.world.inspect();
        let mut broken = Vec::new();
        let document = &self.progress.document;
        for stage in &document.stages {
            let index = pypirc::index_of(inspect, &self.project.config, &stage.name)?;
            match Right::find(inspect, &index, None)? {
                Some(right) => right.guard(&index)?,
                None => broken.push(publish::no_token(inspect, &index).into()),
            }
            if !self.progress.done.contains("build") && self.is_taken(&index)? {
                broken.push(PlanError::VersionTaken { index: index.name, version: document.to.clone() }.into());
            }
        }
        if document.forge.is_some()
            && let Err(error) = Forge::of_project(inspect, &self.project.config, &self.project.root)?.require_token()
        {
            broken.push(error.into());
        }
        broken.extend(self.remote_problems()?.into_iter().map(Failure::from));
        error::all(broken)?;
        let stages: Vec<&str> = document.stages.iter().map(|stage| stage.name.as_str()).collect();
        Ok(match stages.as_slice() {
            [] => "no stages are configured: nothing will be published".to_owned(),
            stages => format!("tokens for {}, {} is free there", stages.join(", "), document.to),
        })
    }

    /// Whether an index has files of this version.
    fn is_taken(&self, index: &Index) -> Result<bool, Failure> {
        for package in &self.project.packages {
            let listing = Listing::of(self.world.inspect().http(), index, &package.name)?;
            let of_version = |name: &str| {
                let wheel = name.parse::<WheelName>().ok().map(|parsed| parsed.version().to_string());
                let sdist = || name.parse::<SdistName>().ok().map(|parsed| parsed.version().to_string());
                wheel.or_else(sdist).is_some_and(|version| version == self.progress.document.to)
            };
            if listing.files.iter().any(|file| of_version(&file.name)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What would make the push fail.
    fn remote_problems(&self) -> Result<Vec<PlanError>, Failure> {
        let document = &self.progress.document;
        let Some(url) = self.git.remote_url(REMOTE).filter(|_| document.remote.is_some()) else {
            return Ok(Vec::new());
        };
        let tag = format!("refs/tags/{}", document.tag);
        let branch = document.base.branch.as_ref().map(|branch| format!("refs/heads/{branch}"));
        let names: Vec<String> = std::iter::once(tag.clone()).chain(branch.clone()).collect();
        let step = AskRemote {
            top: self.git.top(),
            remote: REMOTE.to_owned(),
            login: push::login(self.world.inspect(), &self.project, &self.git, REMOTE),
            references: names,
            url,
        };
        let there: Vec<RemoteReference> = execute::execute(self.world, Plan::of(vec![Step::AskRemote(step)]))?
            .into_iter()
            .filter_map(|made| match made {
                Produced::References(references) => Some(references),
                _ => None,
            })
            .flatten()
            .collect();
        let at = |name: &str| there.iter().find(|(known, _)| known == name).map(|(_, id)| id.clone());
        let mut problems = Vec::new();
        if self.git.pushes_elsewhere(REMOTE) {
            problems.push(PlanError::PushesElsewhere { remote: REMOTE.to_owned() });
        }
        if let Some(id) = at(&tag)
            && self.git.resolve(&tag).as_ref() != Some(&id)
        {
            problems.push(PlanError::RemoteTag { remote: REMOTE.to_owned(), tag: document.tag.clone() });
        }
        if branch.as_deref().and_then(at).is_some_and(|id| !self.git.has_in_history(&id)) {
            let branch = document.base.branch.clone().unwrap_or_default();
            problems.push(PlanError::RemoteAhead { remote: REMOTE.to_owned(), branch });
        }
        Ok(problems)
    }

    /// Whether the tag is made and the project at its version.
    fn is_bumped(&self) -> Result<bool, Failure> {
        let document = &self.progress.document;
        let tagged = self.git.tags()?.iter().any(|tag| tag.name == document.tag);
        Ok(tagged && self.project.version().to_string() == document.to)
    }

    fn bump(&mut self) -> Result<String, Failure> {
        self.reload()?;
        let document = self.progress.document.clone();
        if self.is_bumped()? {
            document.require_commit(&self.git)?;
            return Ok(format!("{} is tagged {} already", document.to, document.tag));
        }
        let planned = match self.bump.take() {
            Some(planned) => planned,
            None => document.again(self.world.inspect(), &self.project)?.bump,
        };
        for note in &planned.notes {
            self.world.inspect().note(note.clone());
        }
        let mut written = 0;
        for produced in execute::execute(self.world, planned.plan)? {
            if let Produced::Transaction(moved) = produced {
                written = moved.files.len();
            }
        }
        self.reload()?;
        Ok(work::bumped((&document.from, &document.to), written, &document.tag))
    }

    /// The archives in `dist/` that the record of the build names, if every one is there as it was built.
    fn recorded_archives(&self) -> Result<Vec<Built>, Failure> {
        let files = self.world.inspect().files();
        let mut found = Vec::new();
        for recorded in &self.progress.files {
            let path = release::dist(&self.project).join(&recorded.name);
            let Ok(bytes) = files.read(&path, u64::MAX - 1) else { return Ok(Vec::new()) };
            if Sha256::of(&bytes).to_string() != recorded.sha256 {
                return Ok(Vec::new());
            }
            found.push(self.built_file(path, recorded, bytes.len() as u64));
        }
        Ok(found)
    }

    fn built_file(&self, path: PathBuf, recorded: &RecordedFile, size: u64) -> Built {
        let name = &recorded.name;
        let wheel = name.parse::<WheelName>().ok();
        let project = wheel
            .as_ref()
            .map(|wheel| wheel.name().normalized().to_owned())
            .or_else(|| name.parse::<SdistName>().ok().map(|sdist| sdist.name().normalized().to_owned()));
        let package =
            self.project.packages.iter().find(|package| Some(package.name.normalized()) == project.as_deref());
        Built::of_record(path, package.map_or("", |package| package.name.as_str()), (&recorded.sha256, size))
    }

    /// Checks the release's commit out; returns the project there.
    fn check_out(&self, to: &Path) -> Result<Project, Failure> {
        let inspect = self.world.inspect();
        let top = inspect.files().canonical(&self.git.top())?;
        let prefix = self.project.root.strip_prefix(&top).unwrap_or(Path::new(""));
        let commit = self.progress.document.require_commit(&self.git)?;
        let step = CheckOut { top: top.clone(), commit, to: to.to_owned() };
        execute::execute(self.world, Plan::of(vec![Step::CheckOut(step)]))?;
        load::load(inspect, &to.join(prefix), self.project.again(self.config.as_deref()))
    }

    /// Builds the tag, not the working tree: what git does not have is in no archive, nor what came later.
    fn build(&mut self) -> Result<String, Failure> {
        self.reload()?;
        let scratch = execute::scratch_folder(self.world)?;
        let tagged = self.check_out(&scratch.path().join(self.project.root.file_name().unwrap_or_default()))?;
        self.hooks(("before", "build"), &tagged.root)?;
        let (built, exposed) = work::build(self.world, &tagged, &release::dist(&self.project), false)?;
        self.findings.extend(exposed);
        let names: Vec<RecordedFile> = built.iter().map(recorded).collect();
        let published = self.progress.begun.iter().any(|phase| phase.starts_with("publish"));
        if let Some(other) = self.progress.files.iter().find(|file| published && !names.contains(file)) {
            return Err(PlanError::OtherArchive { file: other.name.clone() }.into());
        }
        self.progress.files = names;
        // What was said of other bytes says nothing of these.
        self.progress.done.remove("check");
        let size: u64 = built.iter().map(|file| file.size).sum();
        let backend = self.project.packages[0].pyproject.backend().to_owned();
        let summary = format!(
            "{}, {} of {} by {backend} in isolation",
            text::count(built.len(), "archive"),
            text::size(size),
            self.progress.document.tag
        );
        self.built = built;
        Ok(summary)
    }

    fn check(&mut self) -> Result<String, Failure> {
        let findings = work::check(self.world, &Policy::of(&self.project.config.check), &self.built)?;
        let warnings = self.keep(findings)?;
        Ok(format!("{} pass every rule{warnings}", text::count(self.built.len(), "archive")))
    }

    /// Keeps findings for the report; errors among them are the failure of the phase.
    fn keep(&mut self, findings: Vec<Finding>) -> Result<String, Failure> {
        let failure = failure_of(&findings);
        let warnings = findings.iter().filter(|finding| finding.severity == Severity::Warning).count();
        self.findings.extend(findings);
        match (failure, warnings) {
            (Some(failure), _) => Err(failure),
            (None, 0) => Ok(String::new()),
            (None, _) => Ok(format!(", {}", text::count(warnings, "warning"))),
        }
    }

    fn push(&mut self) -> Result<String, Failure> {
        let document = &self.progress.document;
        let what = (document.tag.as_str(), document.base.branch.as_deref());
        let plan = push::plan(self.world.inspect(), &self.project, &self.git, what)?;
        let Some(said) = plan.steps.first().map(Step::describe) else {
            return Ok(format!("there is no remote `{REMOTE}` any more"));
        };
        let was_done = execute::execute(self.world, plan)?.iter().all(Produced::was_done);
        Ok(if was_done {
            format!("`{REMOTE}` has {} already", document.tag)
        } else {
            said.replacen("push", "pushed", 1)
        })
    }

    fn publish(&mut self, stage: &str) -> Result<String, Failure> {
        self.require_verified(stage)?;
        let inspect = self.world.inspect();
        self.require_built()?;
        let index = pypirc::index_of(self.world.inspect(), &self.project.config, stage)?;
        let files: Vec<PathBuf> = self.built.iter().map(|built| built.path.clone()).collect();
        let policy = Policy::of(&self.project.config.check);
        let target = Target { right: Right::find(inspect, &index, None)?, index };
        let mut plan = publish::plan(inspect, &self.project.root, &files, &[target], &policy)?;
        publish::attest(inspect, Some(&self.project), &mut plan)?;
        rights::complete(self.world, &plan)?;
        // The phase has its own entry in the ledger.
        plan.draft = None;
        let execute::Advance { produced, failed, .. } = execute::advance(self.world, plan);
        let uploads: Vec<Uploaded> = produced
            .into_iter()
            .filter_map(|made| match made {
                Produced::Uploaded(uploaded) => Some(uploaded),
                _ => None,
            })
            .collect();
        let sent = text::count(uploads.len(), "file");
        self.uploads.push(json!({"index": stage, "files": uploads}));
        failed.map_or(Ok(format!("{sent} on `{stage}`")), Err)
    }

    /// The archives are still those that were built and checked.
    fn require_built(&self) -> Result<(), Failure> {
        for built in &self.built {
            let read = |source| EffectsError::Read { path: built.path.clone(), source };
            let mut file = self.world.inspect().files().open(&built.path)?;
            if Sha256::of_reader(&mut file).map_err(read)?.to_string() != built.sha256 {
                return Err(PlanError::OtherArchive { file: recorded(built).name }.into());
            }
        }
        Ok(())
    }

    /// A stage gets files only after the same files were verified on the one before.
    fn require_verified(&self, stage: &str) -> Result<(), PlanError> {
        let stages = &self.progress.document.stages;
        let position = stages.iter().position(|one| one.name == stage).unwrap_or(0);
        let Some(before) = position.checked_sub(1).map(|before| &stages[before].name) else {
            return Ok(());
        };
        let built: Vec<RecordedFile> = self.built.iter().map(recorded).collect();
        let is_of = |(name, files): &(String, Vec<RecordedFile>)| {
            name == before && built.iter().all(|file| files.contains(file))
        };
        match !built.is_empty() && self.progress.verified.iter().any(is_of) {
            true => Ok(()),
            false => Err(PlanError::NotVerified { stage: stage.to_owned(), before: before.clone() }),
        }
    }

    fn verify(&mut self, stage: &str) -> Result<String, Failure> {
        let index = pypirc::index_of(self.world.inspect(), &self.project.config, stage)?;
        let version: Version = self.progress.document.to.parse()?;
        let mut verified = Vec::new();
        let mut findings = Vec::new();
        let request = Request {
            project: &self.project,
            version: &version,
            index: &index,
            dependencies: self.project.config.dependencies_of(&index),
            lenient: false,
            pythons: Pythons::Bounds,
            wait: INDEX_LAG,
        };
        for package in &self.project.packages {
            let verdict = work::verify(self.world, &request, package, &self.built)?;
            if let Some(name) = verdict.missing.first() {
                return Err(PlanError::NotVisible { file: name.clone(), index: index.name, seconds: INDEX_LAG }.into());
            }
            self.verified.extend(verdict.verified.iter().map(|one| json!(one)));
            verified.extend(verdict.verified);
            findings.extend(verdict.findings);
        }
        let warnings = self.keep(findings)?;
        let files = self.built.iter().map(recorded).collect();
        self.progress.verified.push((stage.to_owned(), files));
        Ok(format!("{}{warnings}", work::installed(&verified)))
    }

    fn announce(&mut self) -> Result<String, Failure> {
        let wanted = announce::Wanted {
            version: self.progress.document.to.parse()?,
            files: self.built.iter().map(|built| built.path.clone()).collect(),
            notes: None,
            draft: false,
        };
        let mut plan = announce::plan(self.world.inspect(), &self.project, &wanted)?;
        // The phase has its own entry in the ledger.
        plan.draft = None;
        let mut summary = String::new();
        for produced in execute::execute(self.world, plan)? {
            if let Produced::Announced(announced) = produced {
                let url = announced.url.clone().unwrap_or_default();
                summary =
                    format!("{}, {}: {url}", announced.state.word(), text::count(announced.assets.len(), "asset"));
                self.announced = Some(json!(announced));
            }
        }
        Ok(summary)
    }

    fn status(&mut self) -> Result<String, Failure> {
        let inspect = self.world.inspect();
        let config = &self.project.config.status;
        let out = self.project.root.join(&config.out);
        let status = pipeline::status::prepare(inspect, &self.project, &Named::at(&out, None))?;
        execute::execute(self.world, status::build(&status, &out, config.url.as_deref())?)?;
        Ok(status.document.line())
    }
}

/// An archive as the ledger names it.
fn recorded(built: &Built) -> RecordedFile {
    RecordedFile { name: built.name(), sha256: built.sha256.clone() }
}

/// Whether a release that was begun is the one that is asked for now.
pub fn is_same(progress: &Progress, typed: Option<&str>) -> bool {
    typed.is_none_or(|typed| typed == progress.document.request || typed == progress.document.to)
}
