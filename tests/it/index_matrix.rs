//! The matrix: three clients (ours, twine, uv) at three servers (the embedded index, pypiserver, devpi) in seven
//! situations. A table for each server says what comes of each, and every cell of it is asserted: how the client ends,
//! what it says, how many files it sends, and what the server has afterwards, told by the hashes of what it gives out.
//!
//! Where a server cannot express a situation, its table says what stands for it.

use std::path::{Path, PathBuf};
use std::process::Command;

use pyrelease::archive::Sha256;
use pyrelease::effects::http::Url;

use crate::support::Sandbox;
use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{METADATA, WHEEL, WHEEL_NAME, Zip};
use crate::support::devpi::{self, Devpi};
use crate::support::pypiserver::{self, Pypiserver};
use crate::support::sandbox::NOW;
use crate::support::served::Served;
use crate::support::tokens;
use crate::support::tools::tool;
use crate::support::web::{Form, basic, get};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Client {
    Ours,
    Twine,
    Uv,
}

use Client::{Ours, Twine, Uv};

const CLIENTS: [Client; 3] = [Ours, Twine, Uv];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Situation {
    /// The server has nothing.
    Fresh,
    /// The same is done once more.
    Identical,
    /// The server has both files; the wheel here has other bytes by now.
    Modified,
    /// The server has the wheel, and the sdist is missing.
    Partial,
    /// The server has nothing, and does not know the credentials.
    WrongToken,
    /// The server has nothing, and knew the credentials once.
    ExpiredToken,
    /// Two versions lie in one folder.
    TwoVersions,
}

use Situation::{ExpiredToken, Fresh, Identical, Modified, Partial, TwoVersions, WrongToken};

const SITUATIONS: [Situation; 7] = [Fresh, Identical, Modified, Partial, WrongToken, ExpiredToken, TwoVersions];

/// How a client is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// As its documents say first, with every file of the situation. Ours finds them itself.
    Plainly,
    /// With its own way to leave out what is there: `--skip-existing` of twine, `--check-url` of uv.
    Skipping,
    /// With the sdist alone, as somebody does who knows what is missing.
    SdistAlone,
    /// After the project has become 1.1.
    NextVersion,
}

use How::{NextVersion, Plainly, SdistAlone, Skipping};

/// One call of a client, and what comes of it: exit code, what it says (`{there}` and `{here}` are the digests of the
/// wheel that was first and of the modified one), how many files it sends, and what is listed then.
struct Call(How, i32, &'static [&'static str], usize, &'static str);

/// The cells of a situation, by client.
struct Row {
    situation: Situation,
    ours: &'static [Call],
    twine: &'static [Call],
    uv: &'static [Call],
}

/// What ours says of two files that were there, and of one.
const HAD: &[&str] = &["already-there dist/demo-1.0-py3-none-any.whl", "already-there dist/demo-1.0.tar.gz"];
const COMPLETED: &[&str] = &["already-there dist/demo-1.0-py3-none-any.whl", "uploaded dist/demo-1.0.tar.gz"];

const NOTHING: &str = "";
const BOTH: &str = "wheel sdist";
const FOUR: &str = "wheel sdist wheel-1.1 sdist-1.1";

/// As PyPI: the same file once more is taken and changes nothing, another of the name is refused.
const EMBEDDED: [Row; 7] = [
    Row {
        situation: Fresh,
        ours: &[Call(Plainly, 0, &["uploaded dist/demo-1.0.tar.gz"], 2, BOTH)],
        twine: &[Call(Plainly, 0, &["Uploading demo-1.0.tar.gz"], 2, BOTH)],
        uv: &[Call(Plainly, 0, &["Uploading demo-1.0.tar.gz"], 2, BOTH)],
    },
    Row {
        situation: Identical,
        ours: &[Call(Plainly, 0, &["uploaded dist/demo-1.0.tar.gz"], 2, BOTH), Call(Plainly, 0, HAD, 0, BOTH)],
        twine: &[
            Call(Plainly, 0, &[], 2, BOTH),
            Call(Plainly, 0, &["Uploading demo-1.0.tar.gz"], 2, BOTH),
            Call(Skipping, 1, &["UnsupportedConfiguration"], 0, BOTH),
        ],
        uv: &[
            Call(Plainly, 0, &[], 2, BOTH),
            Call(Plainly, 0, &["Uploading demo-1.0.tar.gz"], 2, BOTH),
            Call(Skipping, 0, &["already exists, skipping"], 0, BOTH),
        ],
    },
    Row {
        situation: Modified,
        ours: &[Call(Plainly, 1, &["index/different-file", "{there}", "{here}"], 0, BOTH)],
        twine: &[Call(Plainly, 1, &["File already exists"], 1, BOTH)],
        uv: &[Call(Plainly, 2, &["File already exists"], 1, BOTH), Call(Skipping, 2, &["{there}", "{here}"], 0, BOTH)],
    },
    Row {
        situation: Partial,
        ours: &[Call(Plainly, 0, COMPLETED, 1, BOTH)],
        twine: &[Call(Plainly, 0, &[], 2, BOTH)],
        uv: &[Call(Plainly, 0, &[], 2, BOTH)],
    },
    Row {
        situation: WrongToken,
        ours: &[Call(Plainly, 1, &["index/credential"], 1, NOTHING)],
        twine: &[Call(Plainly, 1, &["403 Forbidden"], 1, NOTHING)],
        uv: &[Call(Plainly, 2, &["403 Forbidden"], 1, NOTHING)],
    },
    Row {
        situation: ExpiredToken,
        ours: &[Call(Plainly, 3, &["index/token-expired"], 0, NOTHING)],
        twine: &[Call(Plainly, 1, &["token is expired"], 1, NOTHING)],
        uv: &[Call(Plainly, 2, &["token is expired"], 1, NOTHING)],
    },
    Row {
        situation: TwoVersions,
        ours: &[
            Call(Plainly, 0, &["uploaded dist/demo-1.0.tar.gz"], 2, BOTH),
            Call(NextVersion, 0, &["uploaded dist/demo-1.1.tar.gz"], 2, FOUR),
        ],
        twine: &[Call(Plainly, 0, &["Uploading demo-1.1.tar.gz"], 4, FOUR)],
        uv: &[Call(Plainly, 0, &["Uploading demo-1.1.tar.gz"], 4, FOUR)],
    },
];

/// It takes nothing twice, not even the same, and has passwords: what is wrong is another password, and what is expired
/// is a token of PyPI's form that has ended. That is no more to it than another password; ours does not even send it.
const PYPISERVER: [Row; 7] = [
    Row {
        situation: Fresh,
        ours: &[Call(Plainly, 0, &["uploaded dist/demo-1.0.tar.gz"], 2, BOTH)],
        twine: &[Call(Plainly, 0, &["Uploading demo-1.0.tar.gz"], 2, BOTH)],
        uv: &[Call(Plainly, 0, &["Uploading demo-1.0.tar.gz"], 2, BOTH)],
    },
    Row {
        situation: Identical,
        ours: &[Call(Plainly, 0, &["uploaded dist/demo-1.0.tar.gz"], 2, BOTH), Call(Plainly, 0, HAD, 0, BOTH)],
        twine: &[
            Call(Plainly, 0, &[], 2, BOTH),
            Call(Plainly, 1, &["400 Bad Request"], 1, BOTH),
            Call(Skipping, 1, &["UnsupportedConfiguration"], 0, BOTH),
        ],
        uv: &[
            Call(Plainly, 0, &[], 2, BOTH),
            Call(Plainly, 2, &["409 Conflict"], 1, BOTH),
            Call(Skipping, 0, &["already exists, skipping"], 0, BOTH),
        ],
    },
    Row {
        situation: Modified,
        ours: &[Call(Plainly, 1, &["index/different-file", "{there}", "{here}"], 0, BOTH)],
        twine: &[Call(Plainly, 1, &["400 Bad Request"], 1, BOTH)],
        uv: &[Call(Plainly, 2, &["409 Conflict"], 1, BOTH), Call(Skipping, 2, &["{there}", "{here}"], 0, BOTH)],
    },
    Row {
        situation: Partial,
        ours: &[Call(Plainly, 0, COMPLETED, 1, BOTH)],
        twine: &[
            Call(Plainly, 1, &["400 Bad Request"], 1, "wheel"),
            Call(Skipping, 1, &["UnsupportedConfiguration"], 0, "wheel"),
            Call(SdistAlone, 0, &[], 1, BOTH),
        ],
        uv: &[Call(Plainly, 2, &["409 Conflict"], 1, "wheel"), Call(Skipping, 0, &[], 1, BOTH)],
    },
    Row {
        situation: WrongToken,
        ours: &[Call(
            Plainly,
            1,
            &[
                "index/credential",
                "from `TWINE_PASSWORD`: Error: 403 Forbidden Error: 403 Forbidden Sorry",
                "check the user and the password",
            ],
            1,
            NOTHING,
        )],
        twine: &[Call(Plainly, 1, &["403 Forbidden"], 1, NOTHING)],
        uv: &[Call(Plainly, 2, &["403 Forbidden"], 1, NOTHING)],
    },
    Row {
        situation: ExpiredToken,
        ours: &[Call(Plainly, 3, &["index/token-expired"], 0, NOTHING)],
        twine: &[Call(Plainly, 1, &["403 Forbidden"], 1, NOTHING)],
        uv: &[Call(Plainly, 2, &["403 Forbidden"], 1, NOTHING)],
    },
    Row {
        situation: TwoVersions,
        ours: &[
            Call(Plainly, 0, &["uploaded dist/demo-1.0.tar.gz"], 2, BOTH),
            Call(NextVersion, 0, &["uploaded dist/demo-1.1.tar.gz"], 2, FOUR),
        ],
        twine: &[Call(Plainly, 0, &["Uploading demo-1.1.tar.gz"], 4, FOUR)],
        uv: &[Call(Plainly, 0, &["Uploading demo-1.1.tar.gz"], 4, FOUR)],
    },
];

/// Its indexes keep what they have (`volatile=False`): the same once more is 200, another of the name 409. A login that
/// is too old is 401, as one that is wrong: what is expired here is right but for its time.
const DEVPI: [Row; 7] = [
    Row {
        situation: Fresh,
        ours: &[Call(Plainly, 0, &["uploaded dist/demo-1.0.tar.gz"], 2, BOTH)],
        twine: &[Call(Plainly, 0, &["Uploading demo-1.0.tar.gz"], 2, BOTH)],
        uv: &[Call(Plainly, 0, &["Uploading demo-1.0.tar.gz"], 2, BOTH)],
    },
    Row {
        situation: Identical,
        ours: &[Call(Plainly, 0, &["uploaded dist/demo-1.0.tar.gz"], 2, BOTH), Call(Plainly, 0, HAD, 0, BOTH)],
        twine: &[
            Call(Plainly, 0, &[], 2, BOTH),
            Call(Plainly, 0, &["Uploading demo-1.0.tar.gz"], 2, BOTH),
            Call(Skipping, 1, &["UnsupportedConfiguration"], 0, BOTH),
        ],
        uv: &[
            Call(Plainly, 0, &[], 2, BOTH),
            Call(Plainly, 0, &["Uploading demo-1.0.tar.gz"], 2, BOTH),
            Call(Skipping, 0, &["already exists, skipping"], 0, BOTH),
        ],
    },
    Row {
        situation: Modified,
        ours: &[Call(Plainly, 1, &["index/different-file", "{there}", "{here}"], 0, BOTH)],
        twine: &[Call(Plainly, 1, &["409", "already exists in non-volatile index"], 1, BOTH)],
        uv: &[
            Call(Plainly, 2, &["409", "already exists in non-volatile index"], 1, BOTH),
            Call(Skipping, 2, &["{there}", "{here}"], 0, BOTH),
        ],
    },
    Row {
        situation: Partial,
        ours: &[Call(Plainly, 0, COMPLETED, 1, BOTH)],
        twine: &[Call(Plainly, 0, &[], 2, BOTH)],
        uv: &[Call(Plainly, 0, &[], 2, BOTH)],
    },
    Row {
        situation: WrongToken,
        ours: &[Call(Plainly, 1, &["index/credential"], 1, NOTHING)],
        twine: &[Call(Plainly, 1, &["401 Unauthorized"], 1, NOTHING)],
        uv: &[Call(Plainly, 2, &["401 Unauthorized"], 1, NOTHING)],
    },
    Row {
        situation: ExpiredToken,
        ours: &[Call(Plainly, 1, &["index/credential"], 1, NOTHING)],
        twine: &[Call(Plainly, 1, &["401 Unauthorized"], 1, NOTHING)],
        uv: &[Call(Plainly, 2, &["401 Unauthorized"], 1, NOTHING)],
    },
    Row {
        situation: TwoVersions,
        ours: &[
            Call(Plainly, 0, &["uploaded dist/demo-1.0.tar.gz"], 2, BOTH),
            Call(NextVersion, 0, &["uploaded dist/demo-1.1.tar.gz"], 2, FOUR),
        ],
        twine: &[Call(Plainly, 0, &["Uploading demo-1.1.tar.gz"], 4, FOUR)],
        uv: &[Call(Plainly, 0, &["Uploading demo-1.1.tar.gz"], 4, FOUR)],
    },
];

/// Our client at devpi, told its URL for uploads and not where its simple API is: what is there is told by its answers.
const UNTOLD: [(Situation, &[Call]); 3] = [
    (Identical, &[Call(Plainly, 0, &["uploaded dist/demo-1.0.tar.gz"], 2, BOTH), Call(Plainly, 0, HAD, 2, BOTH)]),
    (Modified, &[Call(Plainly, 1, &["index/refused", "already exists in non-volatile index", "`/+simple/`"], 1, BOTH)]),
    (Partial, &[Call(Plainly, 0, COMPLETED, 2, BOTH)]),
];

/// A user, and what she shows to be let in.
struct Login(&'static str, String);

/// A server as one client sees it.
enum Server<'d> {
    /// One for every cell.
    Embedded,
    /// One of its own, emptied for every cell.
    Pypiserver(Pypiserver),
    /// One for all clients, with an index for every cell.
    Devpi(&'d Devpi),
    /// The same, of which the URL for uploads is all that is known.
    Untold(&'d Devpi),
}

/// An index that has nothing, and logins for it.
struct Place {
    upload: String,
    simple: String,
    /// Whether our client is told where the simple API is; else it has the URL for uploads alone.
    is_told: bool,
    good: Login,
    wrong: Login,
    expired: Login,
    /// What the server says.
    log: PathBuf,
    /// What is in its line about an upload.
    sign: String,
    /// Ends with the cell.
    _served: Option<Served>,
}

impl Server<'_> {
    fn place(&self, sandbox: &mut Sandbox, name: &str) -> Place {
        match self {
            Server::Embedded => embedded(sandbox),
            Server::Pypiserver(pypiserver) => {
                pypiserver.empty();
                let url = pypiserver.server.url();
                let login = |password: String| Login(pypiserver::USER, password);
                Place {
                    upload: format!("{url}/"),
                    simple: format!("{url}/simple/"),
                    is_told: false,
                    good: login(pypiserver::PASSWORD.to_owned()),
                    wrong: login("another-password".to_owned()),
                    expired: login(tokens::token("127.0.0.1", &["[0, 1, 0]"])),
                    log: pypiserver.server.log().to_owned(),
                    sign: "LocalRequest: POST ".to_owned(),
                    _served: None,
                }
            }
            Server::Devpi(devpi) | Server::Untold(devpi) => {
                let is_told = matches!(self, Server::Devpi(_));
                let upload = devpi.index(&if is_told { name.to_owned() } else { format!("{name}-untold") });
                let login = |password: &str| Login(devpi::USER, password.to_owned());
                Place {
                    simple: format!("{upload}+simple/"),
                    is_told,
                    good: login(&devpi.login),
                    wrong: login("another-password"),
                    expired: login(&devpi.expired),
                    log: devpi.server.log().to_owned(),
                    sign: upload.replace(&devpi.server.url(), "POST "),
                    upload,
                    _served: None,
                }
            }
        }
    }
}

/// The embedded index with a user, whose old token was made an hour ago for ten minutes.
fn embedded(sandbox: &mut Sandbox) -> Place {
    Served::set(sandbox, &serde_json::json!({"users": {"ana": {}}}));
    sandbox.set("RELEASE_NOW", "2026-11-21T11:00:00Z");
    let expired = Served::token_of(sandbox, "ana", &["--expires", "600"]);
    sandbox.set("RELEASE_NOW", NOW);
    let good = Served::token_of(sandbox, "ana", &[]);
    let (served, log) = Served::talking(sandbox);
    let login = |token: String| Login("__token__", token.trim().to_owned());
    Place {
        upload: served.upload_url(),
        simple: served.simple_url(),
        is_told: false,
        wrong: login(tokens::forged(good.trim())),
        good: login(good),
        expired: login(expired),
        log,
        sign: "POST /legacy/ ".to_owned(),
        _served: Some(served),
    }
}

/// The archives, by the words of the tables.
struct Archives {
    wheel: Vec<u8>,
    modified: Vec<u8>,
    sdist: Vec<u8>,
    next_wheel: Vec<u8>,
    next_sdist: Vec<u8>,
}

const NEXT_WHEEL_NAME: &str = "demo-1.1-py3-none-any.whl";
const NEXT_SDIST_NAME: &str = "demo-1.1.tar.gz";

impl Archives {
    fn new() -> Self {
        let mut modified = Zip::wheel();
        modified.replace("demo/__init__.py", "VALUE = 2\n");
        let metadata = METADATA.replace("Version: 1.0", "Version: 1.1");
        let mut wheel = Zip::default();
        wheel.file("demo/__init__.py", b"VALUE = 3\n");
        wheel.file("demo-1.1.dist-info/licenses/LICENSE", b"MIT\n");
        wheel.file("demo-1.1.dist-info/METADATA", metadata.as_bytes());
        wheel.file("demo-1.1.dist-info/WHEEL", WHEEL.as_bytes());
        let record = wheel.honest_record().replace("demo-1.0.", "demo-1.1.");
        wheel.file("demo-1.1.dist-info/RECORD", record.as_bytes());
        let mut sdist = Tar::default();
        sdist.directory("demo-1.1/");
        sdist.file("demo-1.1/LICENSE", b"MIT\n");
        sdist.file("demo-1.1/PKG-INFO", metadata.as_bytes());
        sdist.file("demo-1.1/pyproject.toml", project("1.1").as_bytes());
        sdist.file("demo-1.1/src/demo/__init__.py", b"VALUE = 3\n");
        Archives {
            wheel: Zip::wheel().bytes(),
            modified: modified.bytes(),
            sdist: Tar::sdist().gz(),
            next_wheel: wheel.raw(),
            next_sdist: sdist.gz(),
        }
    }

    /// What is listed, in words. What the server gives out is what it lists.
    fn listed(&self, place: &Place) -> String {
        let kinds = "application/vnd.pypi.simple.v1+json, text/html;q=0.1";
        let url = format!("{}demo/", place.simple);
        let page = get(&url, kinds);
        if page.status == 404 {
            return NOTHING.to_owned();
        }
        assert_eq!(page.status, 200, "{}", page.text());
        let base = Url::parse(&url).expect("a URL");
        let files = if page.header("content-type").contains("json") {
            let document = page.json();
            let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
            let files = document["files"].as_array().expect("files").iter();
            files.map(|file| (text(&file["url"]), text(&file["hashes"]["sha256"]))).collect()
        } else {
            links(&page.text())
        };
        let mut words = Vec::new();
        for (at, sha256) in files {
            let at = base.join(&at).expect("a URL");
            let file = get(at.as_str(), "*/*");
            assert_eq!(Sha256::of(&file.body).to_string(), sha256, "{at} is not what is listed");
            words.push((at.path().rsplit('/').next().unwrap_or_default().to_owned(), self.word(&file.body)));
        }
        let names = [WHEEL_NAME, SDIST_NAME, NEXT_WHEEL_NAME, NEXT_SDIST_NAME];
        words.sort_by_key(|(name, _)| names.iter().position(|known| known == name));
        words.into_iter().map(|(_, word)| word).collect::<Vec<_>>().join(" ")
    }

    fn word(&self, bytes: &[u8]) -> &'static str {
        let known = [
            (&self.wheel, "wheel"),
            (&self.modified, "modified"),
            (&self.sdist, "sdist"),
            (&self.next_wheel, "wheel-1.1"),
            (&self.next_sdist, "sdist-1.1"),
        ];
        known.iter().find(|(known, _)| *known == bytes).map_or("unknown", |(_, word)| word)
    }
}

/// The links of a page, without and with what follows their `#sha256=`.
fn links(page: &str) -> Vec<(String, String)> {
    let links = page.split("<a href=\"").skip(1).filter_map(|rest| rest.split_once('"'));
    links
        .map(|(link, _)| link.split_once("#sha256=").expect("a hash"))
        .map(|(url, sha256)| (url.to_owned(), sha256.to_owned()))
        .collect()
}

fn project(version: &str) -> String {
    format!(
        "[build-system]\nrequires = [\"flit_core\"]\nbuild-backend = \"flit_core.buildapi\"\n\n\
         [project]\nname = \"demo\"\nversion = \"{version}\"\n"
    )
}

/// A cell: brings about its situation, calls the client, and says what was not as in the table.
fn cell(server: &Server<'_>, situation: Situation, client: Client, calls: &[Call]) -> Vec<String> {
    let mut sandbox = Sandbox::with(&[("pyproject.toml", &project("1.0")), (".gitignore", "dist/\nrelease.toml\n")]);
    sandbox.without_credentials();
    let place = server.place(&mut sandbox, &format!("{situation:?}-{client:?}").to_lowercase());
    let archives = Archives::new();
    let wheel = if situation == Modified { &archives.modified } else { &archives.wheel };
    let mut files = vec![(WHEEL_NAME, wheel), (SDIST_NAME, &archives.sdist)];
    if situation == TwoVersions {
        files.extend([(NEXT_WHEEL_NAME, &archives.next_wheel), (NEXT_SDIST_NAME, &archives.next_sdist)]);
    }
    for (name, bytes) in &files {
        sandbox.write(&format!("dist/{name}"), bytes);
    }
    let there: &[(&str, &[u8])] = match situation {
        Modified => &[(WHEEL_NAME, &archives.wheel), (SDIST_NAME, &archives.sdist)],
        Partial => &[(WHEEL_NAME, &archives.wheel)],
        _ => &[],
    };
    for (name, bytes) in there {
        let answer = Form::of(name, bytes).post(&place.upload, &basic(place.good.0, &place.good.1));
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let login = match situation {
        WrongToken => &place.wrong,
        ExpiredToken => &place.expired,
        _ => &place.good,
    };
    let names: Vec<String> = files.iter().map(|(name, _)| format!("dist/{name}")).collect();
    let [there, here] = [&archives.wheel, &archives.modified].map(|bytes| Sha256::of(bytes).to_string());
    let mut wrong = Vec::new();
    for Call(how, code, says, sent, listed) in calls {
        let before = uploads(&place);
        let (found_code, said) = call(client, *how, &mut sandbox, &place, (login, &names));
        let found_listed = archives.listed(&place);
        let found_sent = uploads(&place) - before;
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let expected = says.iter().map(|text| text.replace("{there}", &there).replace("{here}", &here));
        let missing: Vec<String> = expected.filter(|text| !words(&said).contains(text)).collect();
        let is_as_told = (found_code, found_sent, found_listed.as_str()) == (*code, *sent, *listed);
        if !is_as_told || !missing.is_empty() {
            wrong.push(format!(
                "{situation:?} {client:?} {how:?}: exit {found_code} (not {code}), {found_sent} sent (not {sent}), \
                 listed `{found_listed}` (not `{listed}`), not said: {missing:?}\n{said}"
            ));
        }
        assert!(client != Ours || !said.contains(&login.1), "{said}");
    }
    wrong
}

/// How many uploads the server was asked for until now.
fn uploads(place: &Place) -> usize {
    let log = std::fs::read_to_string(&place.log).expect("a log");
    log.lines().filter(|line| line.contains(&place.sign)).count()
}

/// Calls a client: its exit code, and what it said.
fn call(
    client: Client,
    how: How,
    sandbox: &mut Sandbox,
    place: &Place,
    (login, names): (&Login, &[String]),
) -> (i32, String) {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let names = if how == SdistAlone { &names[1..2] } else { &names[..] };
    let Login(user, secret) = login;
    match client {
        Ours => {
            sandbox.set("TWINE_USERNAME", *user);
            sandbox.set("TWINE_PASSWORD", secret);
            if how == NextVersion {
                sandbox.write("pyproject.toml", project("1.1"));
                sandbox.commit("chore: 1.1");
            }
            if place.is_told {
                let Place { upload, simple, .. } = place;
                sandbox.write("release.toml", format!("[index.told]\nupload = \"{upload}\"\nsimple = \"{simple}\"\n"));
            }
            let index = if place.is_told { "told" } else { &place.upload };
            let output = sandbox.release(&["publish", "--index", index]);
            (output.code, output.to_string())
        }
        Twine => {
            let program = tool("twine", &["twine==7.0.0"]).join("twine");
            let skip: &[&str] = if how == Skipping { &["--skip-existing"] } else { &[] };
            let always = ["upload", "--non-interactive", "--disable-progress-bar", "--repository-url", &place.upload];
            let variables = [("TWINE_USERNAME", *user), ("TWINE_PASSWORD", secret)];
            other(sandbox, &program, &[&always, skip, names].concat(), &variables)
        }
        Uv => {
            let program = tool("uv", &["uv==0.13.8"]).join("uv");
            let check: &[&str] = if how == Skipping { &["--check-url", &place.simple] } else { &[] };
            let always = ["publish", "--trusted-publishing", "never", "--publish-url", &place.upload];
            let variables = [("UV_PUBLISH_USERNAME", *user), ("UV_PUBLISH_PASSWORD", secret)];
            other(sandbox, &program, &[&always, check, names].concat(), &variables)
        }
    }
}

/// A program of others, in the repository of the sandbox.
fn other(sandbox: &Sandbox, program: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> (i32, String) {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(sandbox.repo()).env_clear().envs(variables.iter().copied());
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", sandbox.path("home")).env("COLUMNS", "500");
    let output = command.output().expect("it starts");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap_or(-1), text)
}

/// Every cell of a table, the clients side by side.
fn hold<'d>(table: &[Row; 7], server: impl Fn() -> Server<'d> + Sync) {
    assert_eq!(table.each_ref().map(|row| row.situation), SITUATIONS);
    let column = |client: Client| {
        let server = server();
        let cells = table.iter().map(|row| match client {
            Ours => (row.situation, row.ours),
            Twine => (row.situation, row.twine),
            Uv => (row.situation, row.uv),
        });
        cells.flat_map(|(situation, calls)| cell(&server, situation, client, calls)).collect::<Vec<_>>()
    };
    let column = &column;
    holds(std::thread::scope(|scope| {
        let columns = CLIENTS.map(|client| scope.spawn(move || column(client)));
        columns.map(|column| column.join().expect("the clients are there")).concat()
    }));
}

fn holds(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{} are not as the table says:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn the_embedded_index() {
    hold(&EMBEDDED, || Server::Embedded);
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn pypiserver() {
    hold(&PYPISERVER, || Server::Pypiserver(Pypiserver::start()));
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn devpi() {
    let devpi = Devpi::start();
    hold(&DEVPI, || Server::Devpi(&devpi));
    let untold = Server::Untold(&devpi);
    holds(UNTOLD.into_iter().flat_map(|(situation, calls)| cell(&untold, situation, Ours, calls)).collect());
}
