//! What a command is handed: the doors outside, the options of every command, and the project they lead to.

use std::path::{Path, PathBuf};

use super::usage;
use crate::config::{Config, file::ConfigFile, resolve::resolve};
use crate::effects::{Inspect, World};
use crate::error::Failure;
use crate::plan::{Plan, execute};
use crate::project::load::{self, Which};
use crate::project::{Package, Project, ProjectError};
use crate::report::Report;
use crate::steps::Produced;

/// What a command is handed.
pub struct Context<'w> {
    /// The doors outside.
    pub world: &'w World,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--package`.
    pub package: Option<String>,
    /// The tag that started the workflow.
    pub tag: Option<String>,
    /// `--dry-run`.
    pub dry_run: bool,
    /// `--yes`.
    pub yes: bool,
}

impl<'w> Context<'w> {
    /// The doors that only look.
    pub fn inspect(&self) -> Inspect<'w> {
        self.world.inspect()
    }

    /// The project of the folder that the command works in; the package that is meant, where each of a workspace
    /// has its own version.
    ///
    /// # Errors
    /// There is none, something about it must be put right, or `--package` names one of several that are released
    /// together.
    pub fn project(&self) -> Result<Project, Failure> {
        let project = self.project_of_packages()?;
        if self.package.is_some() && self.packages(&project)?.len() < project.packages.len() {
            return Err(usage(
                "the packages of this workspace share one version",
                "leave `--package` out: this is about all of them",
            ));
        }
        Ok(project)
    }

    /// The same for commands that can do with some of the [`packages`](Self::packages).
    ///
    /// # Errors
    /// There is none, or something about it must be put right.
    pub fn project_of_packages(&self) -> Result<Project, Failure> {
        self.project_named(self.package.as_deref())
    }

    /// The project, or of packages with versions of their own the one of this name.
    ///
    /// # Errors
    /// There is none, or something about it must be put right.
    pub fn project_named(&self, package: Option<&str>) -> Result<Project, Failure> {
        let inspect = self.inspect();
        let project = load::load(inspect, inspect.dir(), self.which(self.config_file().as_deref(), package))?;
        inspect.allow_plain_http(&project.config.plain_http.value);
        Ok(project)
    }

    /// What says which project is meant.
    pub fn which<'a>(&'a self, config: Option<&'a Path>, package: Option<&'a str>) -> Which<'a> {
        Which { config, package, tag: self.tag.as_deref() }
    }

    /// The project, or all packages with versions of their own where none of them is meant.
    ///
    /// # Errors
    /// There is none, or something about it must be put right.
    pub fn projects(&self) -> Result<Vec<Project>, Failure> {
        let unclear =
            Failure::from(ProjectError::WhichPackage { packages: String::new(), example: String::new() }).code;
        match self.project() {
            Err(failure) if failure.code == unclear => {
                load::load_all(self.inspect(), self.inspect().dir(), self.config_file().as_deref())
            }
            one => Ok(vec![one?]),
        }
    }

    /// The packages of a project that `--package` selects; all without it.
    ///
    /// # Errors
    /// There is no such package.
    pub fn packages<'p>(&self, project: &'p Project) -> Result<Vec<&'p Package>, Failure> {
        let Some(name) = &self.package else {
            return Ok(project.packages.iter().collect());
        };
        let wanted = crate::python::name::normalize(name);
        let found: Vec<&Package> =
            project.packages.iter().filter(|package| package.name.normalized() == wanted).collect();
        if found.is_empty() {
            return Err(project.no_package(name).into());
        }
        Ok(found)
    }

    /// The configuration, also of a project that cannot be loaded wholly; where there is none, what counts then.
    ///
    /// # Errors
    /// The configuration cannot be read or means nothing.
    pub fn configuration(&self) -> Result<Config, Failure> {
        let files = self.inspect().files();
        let named = self.config_file();
        let config = match load::find_root(files, self.inspect().dir()) {
            Ok(root) => load::load_config(files, &root, named.as_deref())?,
            Err(_) if named.is_none() => resolve(None, ConfigFile::default())?,
            Err(failure) => return Err(failure),
        };
        self.inspect().allow_plain_http(&config.plain_http.value);
        Ok(config)
    }

    /// The file that `--config` names, as an absolute path.
    pub fn config_file(&self) -> Option<PathBuf> {
        self.config.as_ref().map(|path| self.inspect().dir().join(path))
    }

    /// Carries a plan out, or only shows it under `--dry-run`.
    ///
    /// # Errors
    /// A step failed.
    pub fn carry_out(&self, command: &'static str, plan: Plan) -> Result<Done, Failure> {
        if self.dry_run {
            return Ok(Done::Planned(Box::new(plan.report(command))));
        }
        Ok(Done::Carried(execute::execute(self.world, plan)?))
    }
}

/// What became of a plan.
pub enum Done {
    /// It was only shown.
    Planned(Box<Report>),
    /// It was carried out; what each step produced, in order.
    Carried(Vec<Produced>),
}
