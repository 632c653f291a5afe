//! Named indexes and their URLs.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::error::ConfigError;
use super::file::{Attestations, Identity, IndexTable, TimeoutsTable};
use super::resolve::Config;
use crate::effects::http::{Url, Waits};

/// A package index.
#[derive(Debug, Clone, Serialize)]
pub struct Index {
    /// Its name; a URL where it has none.
    pub name: String,
    /// The URL that files are posted to.
    pub upload: String,
    /// The URL of its simple API, with a slash at the end.
    pub simple: String,
    /// How long it is waited for.
    #[serde(skip)]
    pub timeouts: Waits,
    /// How many times an upload is tried again after a passing fault.
    #[serde(skip)]
    pub retries: u32,
    /// Whether tokens are narrowed before they are sent; nothing where that depends on the token.
    #[serde(skip)]
    pub narrow: Option<bool>,
    /// Who says who a job is; nothing where that depends on the job.
    #[serde(skip)]
    pub identity: Option<Identity>,
    /// Whether attestations beside the archives are sent.
    #[serde(skip)]
    pub attestations: Attestations,
}

fn waits(written: &TimeoutsTable) -> Waits {
    let default = Waits::default();
    let or = |seconds: Option<u64>, default| seconds.map_or(default, Duration::from_secs);
    Waits {
        connect: or(written.connect, default.connect),
        first_byte: or(written.first_byte, default.first_byte),
        progress: or(written.progress, default.progress),
        total: or(written.total, default.total),
    }
}

const RETRIES: u32 = 4;

impl Index {
    fn new(name: &str, upload: &str, simple: &str) -> Self {
        let simple = if simple.ends_with('/') { simple.to_owned() } else { format!("{simple}/") };
        Index {
            name: name.to_owned(),
            upload: upload.to_owned(),
            timeouts: Waits::default(),
            retries: RETRIES,
            narrow: None,
            identity: None,
            // Others refuse the field, or let it go unseen.
            attestations: match simple.as_str() {
                PYPI | TEST_PYPI => Attestations::Prefer,
                _ => Attestations::Off,
            },
            simple,
        }
    }

    /// An index that another tool's configuration names: where files go, and where they are seen if it says so.
    pub(super) fn of_urls(name: &str, upload: &str, simple: Option<&str>) -> Self {
        match simple {
            Some(simple) => Index::new(name, upload, simple),
            None => Index { name: name.to_owned(), ..Index::of_url(upload) },
        }
    }

    /// PyPI and TestPyPI.
    pub(super) fn built_in() -> BTreeMap<String, Index> {
        [
            Index::new("pypi", "https://upload.pypi.org/legacy/", "https://pypi.org/simple/"),
            Index::new("testpypi", "https://test.pypi.org/legacy/", "https://test.pypi.org/simple/"),
        ]
        .into_iter()
        .map(|index| (index.name.clone(), index))
        .collect()
    }

    pub(super) fn of_table(name: &str, table: IndexTable) -> Self {
        let mut index = Index::new(name, &table.upload, &table.simple);
        index.timeouts = table.timeouts.as_ref().map(waits).unwrap_or_default();
        index.retries = table.retries.unwrap_or(RETRIES);
        index.narrow = table.narrow;
        index.identity = table.identity;
        index.attestations = table.attestations.unwrap_or(index.attestations);
        index
    }

    /// The index behind the URL that files are posted to: `…/legacy/` has its simple API at `…/simple/`, and
    /// any other URL has it below itself, as pypiserver and Gitea do. That of devpi is at `…/+simple/`, which has to be
    /// configured: its URL looks like others'.
    pub fn of_url(url: &str) -> Self {
        let bare = url.trim_end_matches('/');
        let simple = match bare.strip_suffix("/legacy") {
            Some(base) => format!("{base}/simple/"),
            None => format!("{bare}/simple/"),
        };
        Index::new(url, url, &simple)
    }
}

/// The hosts of PyPI and TestPyPI that take files and tell of them.
const PYPI_HOSTS: [&str; 3] = ["upload.pypi.org", "pypi.org", "test.pypi.org"];

impl Index {
    /// The host that files are posted to; empty where the URL is none.
    pub fn host(&self) -> String {
        Url::parse(&self.upload).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Whether it is PyPI or TestPyPI, whose rules are known.
    pub fn is_pypi(&self) -> bool {
        PYPI_HOSTS.contains(&self.host().as_str())
    }
}

/// The simple API of PyPI.
const PYPI: &str = "https://pypi.org/simple/";
/// That of TestPyPI.
const TEST_PYPI: &str = "https://test.pypi.org/simple/";

impl Config {
    /// Where the dependencies of what is verified on an index come from, where that is not the index itself: TestPyPI
    /// has hardly any of them, and anybody may take their names there.
    pub fn dependencies_of(&self, index: &Index) -> Option<&str> {
        let configured = self.verify.dependencies.as_deref();
        configured.or_else(|| (index.simple == TEST_PYPI || index.name == "testpypi").then_some(PYPI))
    }

    /// The index of a name or a URL.
    ///
    /// # Errors
    /// It is neither.
    pub fn index(&self, name: &str) -> Result<Index, ConfigError> {
        if let Some(index) = self.indexes.get(name) {
            return Ok(index.clone());
        }
        if name.starts_with("https://") || name.starts_with("http://") {
            let known = self.indexes.values().find(|index| index.upload == name);
            return Ok(known.cloned().unwrap_or_else(|| Index::of_url(name)));
        }
        let known = self.indexes.keys().cloned().collect();
        Err(ConfigError::UnknownIndex { name: name.to_owned(), known })
    }
}
