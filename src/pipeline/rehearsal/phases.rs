//! What each phase does: it plans from what is there, and has the plan carried out.

use std::path::PathBuf;

use serde_json::json;

use super::Rehearsal;
use crate::check::Policy;
use crate::config::targets::Index;
use crate::effects::Git;
use crate::error::Failure;
use crate::index::{Right, credential};
use crate::pipeline;
use crate::pipeline::phase::failure_of;
use crate::pipeline::status::Named;
use crate::pipeline::verification::Request;
use crate::pipeline::work;
use crate::plan::bump::Wanted as BumpWanted;
use crate::plan::guards::Remote;
use crate::plan::publish::{self, Target};
use crate::plan::{Plan, bump, execute, rehearse, status};
use crate::project::{history, load};
use crate::python::bump::Mode;
use crate::report::{Finding, Severity, text};
use crate::steps::keep_files::KeepFiles;
use crate::steps::push_local::PushLocal;
use crate::steps::serve::Serve;
use crate::steps::upload_file::Uploaded;
use crate::steps::verify_install::pythons::Pythons;
use crate::steps::{Produced, Step};

/// The name of the embedded index where the project names no stages.
const INDEX: &str = "rehearsal";

impl Rehearsal<'_> {
    pub(super) fn prepare(&mut self) -> Result<String, Failure> {
        let plan = rehearse::prepare(
            self.outer.inspect(),
            &self.project,
            (self.world.inspect().dir(), &self.scratch),
            self.wanted.allow_dirty,
        )?;
        let mut summary = String::new();
        for produced in execute::execute(&self.world, plan)? {
            if let Produced::Prepared(said) = produced {
                summary = said;
            }
        }
        self.reload()?;
        let git = self.git()?;
        let last = history::releases(&git, &self.project)?.pop();
        let released =
            last.map_or_else(|| "nothing released yet".to_owned(), |release| format!("last release {}", release.tag));
        Ok(format!("{summary}, {released}"))
    }

    fn reload(&mut self) -> Result<(), Failure> {
        let inspect = self.world.inspect();
        let which = self.project.again(self.wanted.config.as_deref());
        self.project = load::load(inspect, inspect.dir(), which)?;
        Ok(())
    }

    fn git(&self) -> Result<Git, Failure> {
        let missing = || crate::project::ProjectError::NoRepository { dir: self.project.root.display().to_string() };
        Ok(Git::discover(&self.project.root)?.ok_or_else(missing)?)
    }

    pub(super) fn gates(&mut self) -> Result<String, Failure> {
        work::gates(&self.world, &self.project)
    }

    pub(super) fn bump(&mut self) -> Result<String, Failure> {
        let git = self.git()?;
        let untagged = history::releases(&git, &self.project)?.is_empty();
        let typed = match (&self.wanted.kind, untagged) {
            (Some(kind), _) => Some(kind.clone()),
            (None, true) if self.project.is_versioned_by_tags() => Some(bump::FIRST.to_owned()),
            // A first release is the version that is already written.
            (None, true) => None,
            (None, false) => Some("auto".to_owned()),
        };
        let typed_is_a_step = typed.is_some();
        let wanted = BumpWanted {
            request: typed.as_deref().map(str::parse).transpose()?,
            typed: typed.unwrap_or_else(|| "--current".to_owned()),
            mode: Mode::Linear,
            comment: None,
            sign: None,
            remote: Remote::NotAsked,
            commit: true,
            tag: true,
            include_stale: false,
            // Gates may leave files behind; what was tracked is what was exported.
            allow_dirty: false,
            again: typed_is_a_step,
            silent: bump::Silent::Warn,
            date: None,
        };
        let planned = bump::plan(self.world.inspect(), &self.project, &wanted)?;
        let (from, to) = (planned.from.clone(), planned.to.clone());
        for note in &planned.notes {
            self.outer.inspect().note(note.clone());
        }
        let mut references = Vec::new();
        let mut written = 0;
        for produced in execute::execute(&self.world, planned.plan)? {
            if let Produced::Transaction(moved) = produced {
                written = moved.files.len();
                references.extend(moved.tag.map(|tag| format!("refs/tags/{tag}")));
            }
        }
        references.extend(git.head()?.branch);
        let push =
            PushLocal { repository: self.project.root.clone(), origin: self.scratch.join("origin.git"), references };
        execute::execute(&self.world, Plan::of(vec![Step::PushLocal(push)]))?;
        self.reload()?;
        Ok(work::bumped((&from.to_string(), &to.to_string()), written, &self.project.tag_of(&to)))
    }

    pub(super) fn build(&mut self) -> Result<String, Failure> {
        let out_dir = self.project.root.join("dist");
        let (mut built, exposed) = work::build(&self.world, &self.project, &out_dir, true)?;
        self.findings.extend(exposed);
        let keep =
            KeepFiles { files: built.iter().map(|file| file.path.clone()).collect(), dir: self.kept.join("dist") };
        execute::execute(&self.world, Plan::of(vec![Step::KeepFiles(keep)]))?;
        for file in &mut built {
            file.path = self.kept.join("dist").join(file.path.file_name().unwrap_or_default());
        }
        let size: u64 = built.iter().map(|file| file.size).sum();
        let backend = self.project.packages[0].pyproject.backend().to_owned();
        let summary =
            format!("{}, {} by {backend} in isolation", text::count(built.len(), "archive"), text::size(size));
        self.built = built;
        Ok(summary)
    }

    pub(super) fn check(&mut self) -> Result<String, Failure> {
        let findings = work::check(&self.world, &self.policy(), &self.built)?;
        self.settle("check", findings)
    }

    fn policy(&self) -> Policy {
        Policy::of(&self.project.config.check)
    }

    /// Keeps findings for the report, or turns errors among them into the failure of the phase.
    fn settle(&mut self, phase: &str, findings: Vec<Finding>) -> Result<String, Failure> {
        if let Some(failure) = failure_of(&findings) {
            self.findings.extend(findings);
            return Err(failure);
        }
        let warnings = findings.iter().filter(|finding| finding.severity == Severity::Warning).count();
        let said = match (phase, warnings) {
            ("check", 0) => format!("{} pass every rule", text::count(self.built.len(), "archive")),
            ("check", _) => {
                format!("{} pass, {}", text::count(self.built.len(), "archive"), text::count(warnings, "warning"))
            }
            (_, 0) => String::new(),
            _ => format!(", {}", text::count(warnings, "warning")),
        };
        self.findings.extend(findings);
        Ok(said)
    }

    pub(super) fn publish(&mut self) -> Result<String, Failure> {
        let stages = match self.project.config.stages.value.as_slice() {
            [] => vec![INDEX.to_owned()],
            stages => stages.to_vec(),
        };
        let mut sent = 0;
        for stage in &stages {
            let index = self.open_index(stage)?;
            let files: Vec<_> = self.built.iter().map(|built| built.path.clone()).collect();
            let uploads = self.send(&index, &files)?;
            sent += uploads.len();
            self.uploads.push(json!({"index": stage, "files": uploads}));
        }
        Ok(format!("{} to the embedded index ({})", text::count(sent, "upload"), stages.join(", ")))
    }

    /// Opens the embedded index of a stage, with what `--with` names on it.
    fn open_index(&mut self, stage: &str) -> Result<Index, Failure> {
        let data = self.scratch.join("index").join(stage);
        let serve = Serve { data, port: 0, projects: Vec::new(), policy: self.policy() };
        for produced in execute::execute(&self.world, Plan::of(vec![Step::Serve(serve)]))? {
            if let Produced::Serving(serving) = produced {
                self.serving.push((stage.to_owned(), serving));
            }
        }
        let index = self.index_of(stage);
        if let Some(with) = &self.wanted.with {
            let with = self.outer.inspect().dir().join(with);
            let archives = self.outer.inspect().files().list(&with)?;
            let archives: Vec<_> = archives
                .into_iter()
                .filter(|path| path.extension().is_some_and(|kind| kind == "whl" || kind == "gz"))
                .collect();
            self.send(&index, &archives)?;
        }
        Ok(index)
    }

    fn index_of(&self, stage: &str) -> Index {
        let address = self.serving.iter().find(|(name, _)| name == stage).map(|(_, serving)| &serving.address);
        let url = address.map_or_else(String::new, |address| address.upload.clone());
        Index { name: stage.to_owned(), ..Index::of_url(&url) }
    }

    fn send(&self, index: &Index, files: &[PathBuf]) -> Result<Vec<Uploaded>, Failure> {
        let inspect = self.world.inspect();
        let token = self
            .serving
            .iter()
            .find(|(name, _)| *name == index.name)
            .map(|(_, serving)| serving.address.tokens.all.clone());
        let credential = token.map(|path| credential::from_file(inspect, &path)).transpose()?;
        let target = Target { index: index.clone(), right: credential.map(Right::Given) };
        let mut plan = publish::plan(inspect, &self.kept, files, &[target], &self.policy())?;
        // The ledger of a throw-away repository is of no use to anybody.
        plan.draft = None;
        let produced = execute::execute(&self.world, plan)?;
        Ok(produced
            .into_iter()
            .filter_map(|made| match made {
                Produced::Uploaded(uploaded) => Some(uploaded),
                _ => None,
            })
            .collect())
    }

    pub(super) fn verify(&mut self) -> Result<String, Failure> {
        let mut verified = Vec::new();
        let mut findings = Vec::new();
        let stages: Vec<String> = self.serving.iter().map(|(name, _)| name.clone()).collect();
        for stage in &stages {
            let index = self.index_of(stage);
            let request = Request {
                project: &self.project,
                version: self.project.version(),
                index: &index,
                dependencies: self.project.config.verify.dependencies.as_deref(),
                lenient: true,
                pythons: Pythons::Own,
                wait: 10,
            };
            for package in &self.project.packages {
                let verdict = work::verify(&self.world, &request, package, &self.built)?;
                self.verified.extend(verdict.verified.iter().map(|one| json!(one)));
                verified.extend(verdict.verified);
                findings.extend(verdict.findings);
            }
        }
        let warnings = self.settle("verify", findings)?;
        Ok(format!("{}{warnings}", work::installed(&verified)))
    }

    pub(super) fn status(&mut self) -> Result<String, Failure> {
        let inspect = self.world.inspect();
        let database = self.wanted.database.as_ref().map(|path| self.outer.inspect().dir().join(path));
        let named = Named::at(&self.kept, database.as_deref());
        let status = pipeline::status::prepare(inspect, &self.project, &named)?;
        execute::execute(&self.world, status::build(&status, &self.kept, None)?)?;
        Ok(status.document.line())
    }
}
