//! GitHub as far as this program speaks to it, in the shape of an Enterprise server: the API below `/api/v3`,
//! uploads below `/api/uploads`.

use pyrelease::archive::Sha256;
use serde_json::{Value, json};

use super::tracker::Tracker;
use super::{Asked, Forge, Said, Server, has_keys};
use crate::support::sandbox::CANARY;

const TIME: &str = "2026-11-21T12:00:00Z";

pub(crate) struct Asset {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) state: &'static str,
}

pub(crate) struct Release {
    pub(crate) id: u64,
    pub(crate) document: Value,
    pub(crate) assets: Vec<Asset>,
}

/// A job of a run.
pub(crate) struct Job {
    pub(crate) name: &'static str,
    pub(crate) status: &'static str,
    pub(crate) conclusion: Option<&'static str>,
    pub(crate) failed_step: Option<&'static str>,
}

pub(crate) struct GitHub {
    address: String,
    /// Tags with the object that each names, and whether that is a tag object.
    pub(crate) tags: Vec<(String, String, bool)>,
    /// Tag objects with the commit of each.
    pub(crate) tag_objects: Vec<(String, String)>,
    pub(crate) releases: Vec<Release>,
    pub(crate) tracker: Tracker,
    /// The repository that tags are pushed to, in place of `tags`.
    pub(crate) origin: Option<std::path::PathBuf>,
    pub(crate) immutable: bool,
    pub(crate) with_digests: bool,
    /// Tags that immutable releases used up.
    pub(crate) burned: Vec<String>,
    /// Where files are to be sent, in place of the server itself.
    pub(crate) upload_host: Option<String>,
    /// Where the bytes of files are, in place of the server itself.
    pub(crate) storage: Option<String>,
    runs: Vec<Value>,
    jobs: Vec<Value>,
    /// Runs and jobs as they are from a look on.
    script: Vec<(usize, Value, Value)>,
    polls: usize,
    next: u64,
}

impl GitHub {
    /// A repository `acme/demo` with this tag on this commit, behind a tag object where one is given.
    pub(crate) fn start(tag: &str, commit: &str, object: Option<&str>) -> Server<GitHub> {
        Server::start(|address| GitHub::at(address, tag, commit, object))
    }

    /// The same, to be put behind another server.
    pub(crate) fn at(address: &str, tag: &str, commit: &str, object: Option<&str>) -> GitHub {
        let tags = vec![(tag.to_owned(), object.unwrap_or(commit).to_owned(), object.is_some())];
        let tag_objects = object.map(|object| (object.to_owned(), commit.to_owned())).into_iter().collect();
        GitHub {
            address: address.to_owned(),
            tags,
            tag_objects,
            origin: None,
            releases: Vec::new(),
            tracker: Tracker::default(),
            immutable: false,
            with_digests: true,
            burned: Vec::new(),
            upload_host: None,
            storage: None,
            runs: Vec::new(),
            jobs: Vec::new(),
            script: Vec::new(),
            polls: 0,
            next: 1,
        }
    }

    /// After so many looks, the runs and their jobs are these.
    pub(crate) fn show(&mut self, looks: usize, (runs, jobs): (Value, Value)) {
        self.script.push((self.polls + looks, runs, jobs));
    }

    /// A run with its jobs: each a name, a state, and the step that failed.
    pub(crate) fn run(
        &self,
        (sha, branch): (&str, &str),
        status: (&str, Option<&str>),
        jobs: &[Job],
    ) -> (Value, Value) {
        let api = self.api();
        let page = format!("{}/acme/demo/actions/runs/7", self.address);
        let commit =
            json!({"id": sha, "tree_id": "t", "message": "m", "timestamp": TIME, "author": null, "committer": null});
        let run = json!({
            "id": 7, "node_id": "WFR_7", "name": "Release", "head_branch": branch, "run_number": 3, "display_title": "x",
            "event": "push", "status": status.0, "conclusion": status.1, "head_sha": sha, "workflow_id": 5,
            "path": ".github/workflows/release.yml", "url": format!("{api}/actions/runs/7"), "html_url": page,
            "created_at": TIME, "updated_at": TIME, "run_started_at": TIME, "head_commit": commit,
            "head_repository": self.repository(), "repository": self.repository(), "jobs_url": api, "logs_url": api,
            "check_suite_url": api, "cancel_url": api, "rerun_url": api, "artifacts_url": api, "workflow_url": api,
            "pull_requests": []
        });
        let job = |(number, job): (usize, &Job)| {
            let over = job.status == "completed";
            let steps: Vec<Value> = job
                .failed_step
                .iter()
                .map(|step| {
                    json!({
                        "name": step, "status": "completed", "conclusion": "failure", "number": 1,
                        "started_at": TIME, "completed_at": TIME
                    })
                })
                .collect();
            json!({
                "id": number, "node_id": "J", "run_id": 7, "run_url": api, "head_sha": sha, "workflow_name": "Release",
                "head_branch": branch, "name": job.name, "url": api, "html_url": format!("{page}/job/{number}"),
                "status": job.status, "conclusion": job.conclusion, "created_at": TIME, "started_at": TIME,
                "completed_at": if over { json!("2026-11-21T12:01:05Z") } else { Value::Null }, "check_run_url": api,
                "labels": [], "runner_id": 1, "runner_name": "r", "runner_group_id": 1, "runner_group_name": "g",
                "steps": steps
            })
        };
        (json!([run]), jobs.iter().enumerate().map(job).collect())
    }

    /// The repository in its short form.
    fn repository(&self) -> Value {
        let api = self.api();
        let mut repository = json!({
            "id": 1, "node_id": "R", "name": "demo", "full_name": "acme/demo", "owner": self.user(), "private": false,
            "html_url": self.address, "description": null, "fork": false, "url": api
        });
        for key in [
            "archive_url",
            "assignees_url",
            "blobs_url",
            "branches_url",
            "collaborators_url",
            "comments_url",
            "commits_url",
            "compare_url",
            "contents_url",
            "contributors_url",
            "deployments_url",
            "downloads_url",
            "events_url",
            "forks_url",
            "git_commits_url",
            "git_refs_url",
            "git_tags_url",
            "hooks_url",
            "issue_comment_url",
            "issue_events_url",
            "issues_url",
            "keys_url",
            "labels_url",
            "languages_url",
            "merges_url",
            "milestones_url",
            "notifications_url",
            "pulls_url",
            "releases_url",
            "stargazers_url",
            "statuses_url",
            "subscribers_url",
            "subscription_url",
            "tags_url",
            "teams_url",
            "trees_url",
        ] {
            repository[key] = json!(api);
        }
        repository
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Makes a release as somebody would by hand.
    pub(crate) fn make(&mut self, tag: &str, draft: bool) -> u64 {
        self.create(
            &json!({"tag_name": tag, "target_commitish": "main", "name": tag, "draft": draft, "prerelease": false}),
        )
    }

    pub(crate) fn release(&mut self, id: u64) -> Option<&mut Release> {
        self.releases.iter_mut().find(|release| release.id == id)
    }

    fn api(&self) -> String {
        format!("{}/api/v3/repos/acme/demo", self.address)
    }

    fn user(&self) -> Value {
        let url = format!("{}/api/v3/users/ana", self.address);
        json!({
            "login": "ana", "id": 1, "node_id": "U_1", "avatar_url": url, "gravatar_id": "", "url": url,
            "html_url": url, "followers_url": url, "following_url": url, "gists_url": url, "starred_url": url,
            "subscriptions_url": url, "organizations_url": url, "repos_url": url, "events_url": url,
            "received_events_url": url, "type": "User", "site_admin": false
        })
    }

    fn create(&mut self, body: &Value) -> u64 {
        let id = self.number();
        let api = self.api();
        let (tag, draft) = (body["tag_name"].as_str().expect("a tag"), body["draft"] == json!(true));
        let uploads = self.upload_host.clone().unwrap_or_else(|| format!("{}/api/uploads", self.address));
        let page = if draft { format!("untagged-{id}") } else { tag.to_owned() };
        let document = json!({
            "url": format!("{api}/releases/{id}"),
            "html_url": format!("{}/acme/demo/releases/tag/{page}", self.address),
            "assets_url": format!("{api}/releases/{id}/assets"),
            "upload_url": format!("{uploads}/repos/acme/demo/releases/{id}/assets{{?name,label}}"),
            "tarball_url": null, "zipball_url": null, "id": id, "node_id": format!("R_{id}"),
            "tag_name": tag, "target_commitish": body["target_commitish"],
            "name": body["name"], "body": body["body"], "draft": draft, "prerelease": body["prerelease"],
            "immutable": false, "created_at": TIME,
            "published_at": if draft { Value::Null } else { json!(TIME) }, "author": self.user()
        });
        self.releases.insert(0, Release { id, document, assets: Vec::new() });
        id
    }

    fn asset(&self, asset: &Asset) -> Value {
        let digest = self.with_digests.then(|| format!("sha256:{}", Sha256::of(&asset.bytes)));
        json!({
            "url": format!("{}/releases/assets/{}", self.api(), asset.id),
            "browser_download_url": format!("{}/acme/demo/releases/download/{}", self.address, asset.id),
            "id": asset.id, "node_id": format!("RA_{}", asset.id), "name": asset.name, "label": "",
            "state": asset.state, "content_type": "application/zip", "size": asset.bytes.len(),
            "digest": digest.filter(|_| asset.state == "uploaded"), "download_count": 0,
            "created_at": TIME, "updated_at": TIME, "uploader": self.user()
        })
    }

    fn document(&self, release: &Release) -> Value {
        let mut document = release.document.clone();
        document["assets"] = release.assets.iter().map(|asset| self.asset(asset)).collect();
        document
    }

    fn look(&mut self, path: &str, asked: &Asked) -> Option<Said> {
        let api = self.api();
        if let Some(tag) = path.strip_prefix("/git/ref/tags/") {
            let tag = percent_encoding::percent_decode_str(tag).decode_utf8_lossy();
            if let Some(origin) = &self.origin {
                let pushed = super::pushed_tags(origin);
                self.tag_objects = pushed.iter().map(|(_, object, commit)| (object.clone(), commit.clone())).collect();
                self.tags =
                    pushed.into_iter().map(|(name, object, commit)| (name, object.clone(), object != commit)).collect();
            }
            let Some((name, sha, is_object)) = self.tags.iter().find(|(name, _, _)| *name == tag) else {
                return Some(not_found());
            };
            let kind = if *is_object { "tag" } else { "commit" };
            let object = json!({"type": kind, "sha": sha, "url": format!("{api}/git/{kind}s/{sha}")});
            return Some(Said::json(
                200,
                &json!({
                    "ref": format!("refs/tags/{name}"), "node_id": "REF_1", "url": format!("{api}/git/refs/tags/{name}"),
                    "object": object
                }),
            ));
        }
        if let Some(object) = path.strip_prefix("/git/tags/") {
            let (sha, commit) = self.tag_objects.iter().find(|(sha, _)| sha == object)?;
            return Some(Said::json(
                200,
                &json!({
                    "node_id": "T_1", "sha": sha, "url": format!("{api}/git/tags/{sha}"), "tag": "v1.0", "message": "v1.0\n",
                    "tagger": {"name": "Ana", "email": "ana@example.org", "date": TIME},
                    "object": {"type": "commit", "sha": commit, "url": format!("{api}/git/commits/{commit}")}
                }),
            ));
        }
        if let Some(tag) = path.strip_prefix("/releases/tags/") {
            let tag = percent_encoding::percent_decode_str(tag).decode_utf8_lossy();
            let published =
                |release: &&Release| release.document["tag_name"] == *tag && release.document["draft"] == json!(false);
            let found = self.releases.iter().find(published).map(|release| Said::json(200, &self.document(release)));
            return Some(found.unwrap_or_else(not_found));
        }
        if path == "/releases" {
            assert_eq!(asked.value("per_page"), "100");
            let page: usize = asked.value("page").parse().expect("a number");
            let documents: Vec<Value> =
                self.releases.iter().skip((page - 1) * 100).take(100).map(|release| self.document(release)).collect();
            let mut said = Said::json(200, &json!(documents));
            if self.releases.len() > page * 100 {
                said.headers.push(("Link", format!("<{api}/releases?page={}>; rel=\"next\"", page + 1)));
            }
            return Some(said);
        }
        if let Some(id) = path.strip_prefix("/releases/assets/") {
            assert_eq!(asked.header("accept"), "application/octet-stream");
            let id: u64 = id.parse().ok()?;
            if let Some(storage) = &self.storage {
                return Some(Said { headers: vec![("Location", format!("{storage}/{id}"))], ..Said::empty(302) });
            }
            let asset = self.releases.iter().flat_map(|release| &release.assets).find(|asset| asset.id == id)?;
            return Some(Said { body: asset.bytes.clone(), ..Said::empty(200) });
        }
        if let Some(id) = path.strip_prefix("/releases/") {
            let id: u64 = id.parse().ok()?;
            let release = self.releases.iter().find(|release| release.id == id)?;
            return Some(Said::json(200, &self.document(release)));
        }
        self.workflows(path, asked)
    }

    /// Issues and their labels, by name.
    fn issues(&mut self, path: &str, asked: &Asked) -> Option<Said> {
        let (user, api, body) = (self.user(), self.api(), asked.json());
        let page = self.address.clone() + "/acme/demo/issues";
        let url = format!("{api}/issues");
        let label = |name: &str| {
            json!({
                "id": 1, "node_id": "L", "url": api, "name": name, "color": "b60205", "default": false, "description": ""
            })
        };
        let document = |issue: &super::tracker::Issue| {
            let number = issue.number;
            let mut document = json!({
                "url": format!("{url}/{number}"), "repository_url": api, "labels_url": url, "comments_url": url,
                "events_url": url, "html_url": format!("{page}/{number}"), "id": number, "node_id": "I",
                "number": number, "title": issue.title, "user": user, "body": issue.body,
                "labels": issue.labels.iter().map(|name| label(name)).collect::<Vec<_>>(),
                "state": issue.state, "locked": false, "assignee": null, "assignees": [], "milestone": null,
                "comments": 0, "created_at": TIME, "updated_at": TIME, "closed_at": null,
                "author_association": "OWNER"
            });
            if issue.is_pull_request {
                document["pull_request"] = json!({"diff_url": url, "html_url": url, "patch_url": url, "url": url});
            }
            document
        };
        match (asked.method.as_str(), path) {
            ("GET", "/issues") => {
                assert_eq!((asked.value("state"), asked.value("per_page")), ("all".to_owned(), "100".to_owned()));
                let labelled = self.tracker.issues.iter().filter(|issue| issue.labels.contains(&asked.value("labels")));
                // The newest first.
                Some(Said::json(200, &labelled.rev().map(document).collect()))
            }
            ("GET", path) => {
                let name = path.strip_prefix("/labels/")?;
                let known = self.tracker.labels.iter().any(|known| known == name);
                Some(if known { Said::json(200, &label(name)) } else { not_found() })
            }
            ("POST", "/labels") if has_keys(&body, &["name", "color", "description"], &[]) => {
                self.tracker.labels.push(body["name"].as_str()?.to_owned());
                Some(Said::json(201, &label(body["name"].as_str()?)))
            }
            ("POST", "/issues") if has_keys(&body, &["title", "body", "labels"], &[]) => {
                let names = body["labels"].as_array()?.iter().map(|name| name.as_str().expect("a name").to_owned());
                let labels = names.filter(|_| !self.tracker.drops_labels).collect();
                Some(Said::json(201, &document(self.tracker.open(&body, labels))))
            }
            ("PATCH", path) => {
                let issue = self.tracker.edit(path, &body)?;
                Some(Said::json(200, &document(issue)))
            }
            _ => None,
        }
    }

    fn workflows(&mut self, path: &str, asked: &Asked) -> Option<Said> {
        if path == "/actions/runs" {
            if let Some((_, runs, jobs)) = self.script.iter().rfind(|(at, _, _)| *at <= self.polls) {
                self.runs = runs.as_array().expect("a list").clone();
                self.jobs = jobs.as_array().expect("a list").clone();
            }
            self.polls += 1;
            let sha = asked.value("head_sha");
            assert_eq!(asked.value("event"), "push");
            let runs: Vec<&Value> = self.runs.iter().filter(|run| run["head_sha"] == sha.as_str()).collect();
            return Some(Said::json(200, &json!({"total_count": runs.len(), "workflow_runs": runs})));
        }
        let secret = |name: &str| json!({"name": name, "created_at": TIME, "updated_at": TIME});
        match path {
            "/actions/workflows" => {
                let workflow = json!({
                    "id": 5, "node_id": "W", "name": "Release", "path": ".github/workflows/release.yml", "state": "active",
                    "created_at": TIME, "updated_at": TIME, "url": self.api(), "html_url": self.api(), "badge_url": self.api()
                });
                return Some(Said::json(200, &json!({"total_count": 1, "workflows": [workflow]})));
            }
            "/actions/secrets" => {
                return Some(Said::json(200, &json!({"total_count": 1, "secrets": [secret("PYPI_TOKEN")]})));
            }
            "/environments" => {
                let environment = json!({
                    "id": 1, "node_id": "E", "name": "py pi", "url": self.api(), "html_url": self.api(),
                    "created_at": TIME, "updated_at": TIME
                });
                return Some(Said::json(200, &json!({"total_count": 1, "environments": [environment]})));
            }
            "/environments/py%20pi/secrets" => {
                return Some(Said::json(200, &json!({"total_count": 1, "secrets": [secret("OTHER")]})));
            }
            _ => {}
        }
        let run = path.strip_prefix("/actions/runs/")?.strip_suffix("/jobs")?;
        let run: u64 = run.parse().ok()?;
        let jobs: Vec<&Value> = self.jobs.iter().filter(|job| job["run_id"] == run).collect();
        Some(Said::json(200, &json!({"total_count": jobs.len(), "jobs": jobs})))
    }

    fn change(&mut self, path: &str, asked: &Asked) -> Option<Said> {
        let body = asked.json();
        assert_eq!(asked.header("content-type"), if asked.body.is_empty() { "" } else { "application/json" });
        match (asked.method.as_str(), path) {
            ("POST", "/releases") => {
                let required = ["tag_name", "target_commitish", "name", "draft", "prerelease"];
                if !has_keys(&body, &required, &["body"]) || body["draft"] != json!(true) {
                    return None;
                }
                let tag = body["tag_name"].as_str()?;
                assert!(self.tags.iter().any(|(name, _, _)| name == tag), "a tag would be made by the forge");
                if self.burned.iter().any(|burned| burned == tag) {
                    return Some(invalid(
                        json!({"resource": "Release", "code": "custom", "field": "tag_name", "message": "tag_name was used by an immutable release"}),
                    ));
                }
                let id = self.create(&body);
                let release = self.releases.iter().find(|release| release.id == id)?;
                Some(Said::json(201, &self.document(release)))
            }
            ("PATCH", path) => {
                let id: u64 = path.strip_prefix("/releases/")?.parse().ok()?;
                let publishes =
                    has_keys(&body, &["draft", "prerelease", "make_latest"], &[]) && body["draft"] == json!(false);
                if !publishes && !has_keys(&body, &["name", "prerelease"], &["body"]) {
                    return None;
                }
                let (immutable, address) = (self.immutable, self.address.clone());
                let release = self.release(id)?;
                for key in ["name", "body", "prerelease", "draft"] {
                    if let Some(value) = body.get(key) {
                        release.document[key] = value.clone();
                    }
                }
                if publishes {
                    release.document["published_at"] = json!(TIME);
                    release.document["immutable"] = json!(immutable);
                    let tag = release.document["tag_name"].as_str()?.to_owned();
                    release.document["html_url"] = json!(format!("{address}/acme/demo/releases/tag/{tag}"));
                }
                let release = self.releases.iter().find(|release| release.id == id)?;
                Some(Said::json(200, &self.document(release)))
            }
            ("DELETE", path) => {
                let id: u64 = path.strip_prefix("/releases/assets/")?.parse().ok()?;
                for release in &mut self.releases {
                    release.assets.retain(|asset| asset.id != id);
                }
                Some(Said::empty(204))
            }
            ("POST", path) => {
                let workflow = path.strip_prefix("/actions/workflows/")?.strip_suffix("/dispatches")?;
                let known = ["release.yml"].contains(&workflow) && has_keys(&body, &["ref", "inputs"], &[]);
                Some(if known { Said::empty(204) } else { not_found() })
            }
            _ => None,
        }
    }

    fn upload(&mut self, path: &str, asked: &Asked) -> Option<Said> {
        let id: u64 = path.strip_prefix("/repos/acme/demo/releases/")?.strip_suffix("/assets")?.parse().ok()?;
        assert_eq!(asked.method, "POST");
        assert_eq!(asked.header("transfer-encoding"), "");
        assert_eq!(asked.header("content-length"), asked.body.len().to_string());
        assert!(
            ["application/zip", "application/gzip", "text/plain; charset=utf-8"]
                .contains(&asked.header("content-type"))
        );
        // A plus that is not encoded is a space, and spaces become dots.
        let name = asked.query.strip_prefix("name=")?.replace('+', "%20");
        let name = percent_encoding::percent_decode_str(&name).decode_utf8_lossy().replace(' ', ".");
        let number = self.number();
        let release = self.release(id)?;
        if release.document["immutable"] == json!(true) {
            return Some(invalid(
                json!({"resource": "ReleaseAsset", "code": "custom", "message": "Cannot upload assets to an immutable release."}),
            ));
        }
        if release.assets.iter().any(|asset| asset.name == name) {
            return Some(invalid(json!({"resource": "ReleaseAsset", "code": "already_exists", "field": "name"})));
        }
        release.assets.push(Asset { id: number, name, bytes: asked.body.clone(), state: "uploaded" });
        let release = self.releases.iter().find(|release| release.id == id)?;
        Some(Said::json(201, &self.asset(release.assets.last()?)))
    }
}

fn not_found() -> Said {
    Said::json(
        404,
        &json!({"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}),
    )
}

fn invalid(error: Value) -> Said {
    let body = json!({"message": "Validation Failed", "errors": [error], "documentation_url": "https://docs.github.com/rest", "status": "422"});
    Said::json(422, &body)
}

impl Forge for GitHub {
    #[cfg(not(offline))]
    fn check(exchange: &super::Exchange) -> Result<(), String> {
        crate::support::openapi::check(exchange)
    }

    fn answer(&mut self, asked: &Asked) -> Option<Said> {
        assert!(asked.header("user-agent").starts_with("pyrelease/"), "{asked:?}");
        let authorization = asked.header("authorization");
        if authorization != format!("Bearer {CANARY}") && !(authorization.is_empty() && asked.method == "GET") {
            return Some(Said::json(
                401,
                &json!({"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401"}),
            ));
        }
        if let Some(path) = asked.path.strip_prefix("/api/uploads") {
            return self.upload(path, asked);
        }
        let path = asked.path.strip_prefix("/api/v3/repos/acme/demo")?;
        if asked.header("accept") != "application/octet-stream" {
            assert_eq!(asked.header("accept"), "application/vnd.github+json");
            assert_eq!(asked.header("x-github-api-version"), "2022-11-28");
        }
        match asked.method.as_str() {
            _ if path.starts_with("/issues") || path.starts_with("/labels") => self.issues(path, asked),
            "GET" => self.look(path, asked),
            _ => self.change(path, asked),
        }
    }
}
