//! Gitea as far as this program speaks to it: a pushed tag is a row of its own that a release takes over, one
//! release a tag, no digests, and two files may have one name.

use serde_json::{Value, json};

use super::tracker::Tracker;
use super::{Asked, Forge, Said, Server, has_keys};
use crate::support::sandbox::CANARY;

const TIME: &str = "2026-11-21T12:00:00Z";

pub(crate) struct Asset {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) struct Release {
    pub(crate) id: u64,
    pub(crate) document: Value,
    pub(crate) assets: Vec<Asset>,
}

pub(crate) struct Gitea {
    address: String,
    /// Tags with their commits.
    pub(crate) tags: Vec<(String, String)>,
    /// The repository that tags are pushed to, in place of `tags`.
    pub(crate) origin: Option<std::path::PathBuf>,
    pub(crate) releases: Vec<Release>,
    pub(crate) tracker: Tracker,
    /// Where the bytes of files are, in place of the server itself.
    pub(crate) storage: Option<String>,
    pub(crate) tasks: Vec<Value>,
    /// Whether the server is new enough for runs, tasks and dispatches.
    pub(crate) has_actions: bool,
    next: u64,
}

impl Gitea {
    /// A repository `acme/demo` with this tag on this commit.
    pub(crate) fn start(tag: &str, commit: &str) -> Server<Gitea> {
        Server::start(|address| Gitea::at(address, tag, commit))
    }

    /// The same, to be put behind another server.
    pub(crate) fn at(address: &str, tag: &str, commit: &str) -> Gitea {
        Gitea {
            address: address.to_owned(),
            tags: vec![(tag.to_owned(), commit.to_owned())],
            origin: None,
            releases: Vec::new(),
            tracker: Tracker::default(),
            storage: None,
            tasks: Vec::new(),
            has_actions: true,
            next: 1,
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn asset(&self, asset: &Asset) -> Value {
        json!({
            "id": asset.id, "name": asset.name, "size": asset.bytes.len(), "download_count": 0, "created_at": TIME,
            "uuid": format!("uuid-{}", asset.id),
            // The address of the server's own configuration is not the one that it is reached by.
            "browser_download_url": format!("https://git.internal/acme/demo/releases/download/{}", asset.name)
        })
    }

    fn document(&self, release: &Release) -> Value {
        let mut document = release.document.clone();
        document["assets"] = release.assets.iter().map(|asset| self.asset(asset)).collect();
        document
    }

    fn find(&self, id: &str) -> Option<usize> {
        let id: u64 = id.parse().ok()?;
        self.releases.iter().position(|release| release.id == id)
    }

    fn look(&mut self, path: &str, asked: &Asked) -> Option<Said> {
        let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        if let Some(tag) = path.strip_prefix("/tags/") {
            let tag = decoded(tag);
            if let Some(origin) = &self.origin {
                self.tags = super::pushed_tags(origin).into_iter().map(|(name, _, commit)| (name, commit)).collect();
            }
            let found = self.tags.iter().find(|(name, _)| *name == tag);
            return Some(found.map_or_else(not_found, |(name, commit)| {
                let commit = json!({"url": self.address, "sha": commit, "created": TIME});
                Said::json(200, &json!({"name": name, "message": "", "id": "0", "commit": commit}))
            }));
        }
        if let Some(tag) = path.strip_prefix("/releases/tags/") {
            let tag = decoded(tag);
            let published = |release: &&Release| {
                release.document["tag_name"] == tag.as_str() && release.document["draft"] == json!(false)
            };
            let found = self.releases.iter().find(published).map(|release| Said::json(200, &self.document(release)));
            return Some(found.unwrap_or_else(not_found));
        }
        if path == "/releases" {
            assert_eq!((asked.value("draft"), asked.value("limit")), ("true".to_owned(), "50".to_owned()));
            let page: usize = asked.value("page").parse().expect("a number");
            let drafts: Vec<Value> = self
                .releases
                .iter()
                .filter(|release| release.document["draft"] == json!(true))
                .skip((page - 1) * 50)
                .take(50)
                .map(|release| self.document(release))
                .collect();
            return Some(Said::json(200, &json!(drafts)));
        }
        if let Some(id) = path.strip_prefix("/releases/") {
            return Some(Said::json(200, &self.document(&self.releases[self.find(id)?])));
        }
        if !self.has_actions {
            return Some(not_found());
        }
        if path == "/actions/tasks" {
            return Some(Said::json(200, &json!({"total_count": self.tasks.len(), "workflow_runs": self.tasks})));
        }
        match path {
            "/actions/runs" => Some(not_found()),
            "/actions/workflows" => {
                let workflow = json!({"id": "release.yml", "name": "release.yml", "path": ".gitea/workflows/release.yml", "state": "active"});
                Some(Said::json(200, &json!({"total_count": 1, "workflows": [workflow]})))
            }
            "/actions/secrets" => Some(Said::json(200, &json!([{"name": "PYPI_TOKEN", "created_at": TIME}]))),
            _ => None,
        }
    }

    fn change(&mut self, path: &str, asked: &Asked) -> Option<Said> {
        if let Some(rest) = path.strip_prefix("/releases/")
            && let Some(id) = rest.strip_suffix("/assets")
        {
            return self.upload(id, asked);
        }
        let body = asked.json();
        match asked.method.as_str() {
            "POST" if path == "/releases" => {
                let required = ["tag_name", "target_commitish", "name", "draft", "prerelease"];
                if !has_keys(&body, &required, &["body"]) || body["draft"] != json!(true) {
                    return None;
                }
                if self.releases.iter().any(|release| release.document["tag_name"] == body["tag_name"]) {
                    return Some(Said::json(
                        409,
                        &json!({"message": "Release is has no Tag", "url": "https://git.internal/api/swagger"}),
                    ));
                }
                let id = self.number();
                let document = json!({
                    "id": id, "tag_name": body["tag_name"], "target_commitish": body["target_commitish"],
                    "name": body["name"], "body": body["body"].as_str().unwrap_or_default(), "url": self.address,
                    "html_url": format!("{}/acme/demo/releases/tag/{}", self.address, body["tag_name"].as_str()?),
                    "tarball_url": "", "zipball_url": "", "upload_url": "", "draft": true,
                    "prerelease": body["prerelease"], "created_at": TIME, "published_at": TIME,
                    "author": {"id": 1, "login": "ana"}
                });
                self.releases.insert(0, Release { id, document, assets: Vec::new() });
                Some(Said::json(201, &self.document(&self.releases[0])))
            }
            "POST" => {
                let workflow = path.strip_prefix("/actions/workflows/")?.strip_suffix("/dispatches")?;
                let known = self.has_actions && workflow == "release.yml" && has_keys(&body, &["ref", "inputs"], &[]);
                Some(if known { Said::empty(204) } else { not_found() })
            }
            "PATCH" => {
                let at = self.find(path.strip_prefix("/releases/")?)?;
                if !has_keys(&body, &["draft", "prerelease"], &[])
                    && !has_keys(&body, &["name", "prerelease"], &["body"])
                {
                    return None;
                }
                for key in ["name", "body", "prerelease", "draft"] {
                    // Empty texts are passed over.
                    if let Some(value) = body.get(key).filter(|value| *value != "") {
                        self.releases[at].document[key] = value.clone();
                    }
                }
                Some(Said::json(200, &self.document(&self.releases[at])))
            }
            _ => None,
        }
    }

    /// Issues and their labels, which have numbers.
    fn issues(&mut self, path: &str, asked: &Asked) -> Option<Said> {
        let (body, page) = (asked.json(), self.address.clone() + "/acme/demo/issues");
        let known = self.tracker.labels.clone();
        let label = |name: &str| {
            let id = known.iter().position(|known| known == name).expect("a known label") + 11;
            json!({"id": id, "name": name, "color": "b60205", "exclusive": false, "description": "", "url": ""})
        };
        let document = |issue: &super::tracker::Issue| {
            json!({
                "id": issue.number + 100, "number": issue.number, "title": issue.title, "body": issue.body,
                "state": issue.state, "html_url": format!("{page}/{}", issue.number), "url": "", "is_locked": false,
                "labels": issue.labels.iter().map(|name| label(name)).collect::<Vec<_>>(), "comments": 0,
                "created_at": TIME, "updated_at": TIME, "pull_request": null, "user": {"id": 1, "login": "ana"}
            })
        };
        match (asked.method.as_str(), path) {
            ("GET", "/issues") => {
                assert_eq!((asked.value("state"), asked.value("limit")), ("all".to_owned(), "50".to_owned()));
                assert_eq!(asked.value("type"), "issues");
                let wanted = asked.value("labels");
                // A label that is not there is passed over, so that every issue is listed.
                let is_known = known.contains(&wanted);
                let listed = self.tracker.issues.iter().filter(|issue| !is_known || issue.labels.contains(&wanted));
                Some(Said::json(200, &listed.rev().map(document).collect()))
            }
            ("GET", "/labels") => Some(Said::json(200, &known.iter().map(|name| label(name)).collect())),
            ("POST", "/labels") if has_keys(&body, &["name", "color", "description"], &[]) => {
                assert!(body["color"].as_str()?.starts_with('#'));
                self.tracker.labels.push(body["name"].as_str()?.to_owned());
                let id = self.tracker.labels.len() + 10;
                Some(Said::json(201, &json!({"id": id, "name": body["name"], "color": "b60205", "url": ""})))
            }
            ("POST", "/issues") if has_keys(&body, &["title", "body", "labels"], &[]) => {
                let ids = body["labels"].as_array()?.iter().map(|id| id.as_u64().expect("a number"));
                let labels = ids.map(|id| known[usize::try_from(id).expect("it is small") - 11].clone()).collect();
                Some(Said::json(201, &document(self.tracker.open(&body, labels))))
            }
            ("PATCH", path) => Some(Said::json(201, &document(self.tracker.edit(path, &body)?))),
            _ => None,
        }
    }

    fn upload(&mut self, id: &str, asked: &Asked) -> Option<Said> {
        assert_eq!(asked.header("transfer-encoding"), "");
        let name = asked.value("name");
        let boundary = asked.header("content-type").strip_prefix("multipart/form-data; boundary=")?.to_owned();
        let body = &asked.body;
        let start = body.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&body[..start]).into_owned();
        assert!(head.contains("name=\"attachment\"") && head.contains(&format!("filename=\"{name}\"")), "{head}");
        let end = body.len().checked_sub(format!("\r\n--{boundary}--\r\n").len())?;
        let bytes = body[start..end].to_vec();
        let at = self.find(id)?;
        let number = self.number();
        self.releases[at].assets.push(Asset { id: number, name, bytes });
        Some(Said::json(201, &self.asset(self.releases[at].assets.last()?)))
    }
}

fn not_found() -> Said {
    Said::json(
        404,
        &json!({"errors": null, "message": "The target couldn't be found.", "url": "https://git.internal/api/swagger"}),
    )
}

impl Forge for Gitea {
    fn answer(&mut self, asked: &Asked) -> Option<Said> {
        let authorization = asked.header("authorization");
        if authorization != format!("token {CANARY}") && !(authorization.is_empty() && asked.method == "GET") {
            return Some(Said::json(401, &json!({"message": "user does not exist [uid: 0, name: ]", "url": ""})));
        }
        if let Some(uuid) = asked.path.strip_prefix("/attachments/uuid-") {
            let id: u64 = uuid.parse().ok()?;
            if let Some(storage) = &self.storage {
                return Some(Said { headers: vec![("Location", format!("{storage}/{id}"))], ..Said::empty(303) });
            }
            let asset = self.releases.iter().flat_map(|release| &release.assets).find(|asset| asset.id == id)?;
            return Some(Said { body: asset.bytes.clone(), ..Said::empty(200) });
        }
        let path = asked.path.strip_prefix("/api/v1/repos/acme/demo")?;
        match asked.method.as_str() {
            _ if path.starts_with("/issues") || path.starts_with("/labels") => self.issues(path, asked),
            "GET" => self.look(path, asked),
            _ => self.change(path, asked),
        }
    }
}
