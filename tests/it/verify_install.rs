//! `release verify`: what the index says beside a file, and what an installed release is tried with. The indexes here
//! are on loopback, lag and lie; nothing needs the network.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};

use pyrelease::archive::Sha256;
use serde_json::{Value, json};

use crate::support::Sandbox;
use crate::support::answering::{Answering, Told};
use crate::support::archives::zip::{WHEEL_NAME, Zip};
use crate::support::projects::ACME;
use crate::support::releasing::BACKEND;
use crate::support::sandbox::{Output, path_without_shims};

const WHEEL: &str = "acme-1.2.3-py3-none-any.whl";

/// `acme` 1.2.3, whose backend needs no network, with a wheel in `dist/`; `change` sees each file before.
fn acme(change: impl Fn(&str, String) -> String) -> Sandbox {
    let sandbox = Sandbox::new();
    for (path, text) in ACME {
        let text = text.replace(
            "requires = [\"flit_core>=3.11,<5\"]\nbuild-backend = \"flit_core.buildapi\"",
            "requires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]",
        );
        sandbox.write(path, change(path, text));
    }
    sandbox.write("backend.py", change("backend.py", BACKEND.to_owned()));
    sandbox.write(".gitignore", "dist/\n__pycache__/\n");
    sandbox.git(&["init", "-q"]);
    sandbox.commit("feat: first");
    sandbox.release(&["build", "--wheel"]).success();
    sandbox
}

fn plain() -> Sandbox {
    acme(|_, text| text)
}

fn wheel(sandbox: &Sandbox) -> Vec<u8> {
    std::fs::read(sandbox.repo().join("dist").join(WHEEL)).expect("it was built")
}

/// What is inside the wheel of a sandbox as `METADATA`.
const METADATA: &str =
    "Metadata-Version: 2.4\nName: acme\nVersion: 1.2.3\nSummary: An example\nRequires-Python: >=3.11\n";

/// What an index has of `acme`: its page, its document, and its files by their paths.
#[derive(Clone)]
struct Index {
    page: Value,
    document: Option<Value>,
    files: BTreeMap<String, Vec<u8>>,
}

impl Index {
    /// A good index with one file.
    fn of(bytes: &[u8]) -> Self {
        let sha256 = Sha256::of(bytes).to_string();
        let metadata = json!({"sha256": Sha256::of(METADATA.as_bytes()).to_string()});
        let file = json!({
            "filename": WHEEL, "url": format!("/files/{WHEEL}"), "hashes": {"sha256": sha256},
            "size": bytes.len(), "yanked": false, "core-metadata": metadata, "provenance": null,
        });
        let info = json!({
            "summary": "An example", "requires_python": ">=3.11", "classifiers": [], "description": "",
            "description_content_type": null, "project_urls": null,
        });
        Index {
            page: json!({"meta": {"api-version": "1.4"}, "name": "acme", "files": [file]}),
            document: Some(json!({"info": info, "urls": [{"filename": WHEEL, "digests": {"sha256": sha256}}]})),
            files: BTreeMap::from([
                (format!("/files/{WHEEL}"), bytes.to_vec()),
                (format!("/files/{WHEEL}.metadata"), METADATA.as_bytes().to_vec()),
            ]),
        }
    }

    fn answer(&self, path: &str) -> Told {
        match path {
            "/simple/acme/" => Told::json(&self.page),
            "/pypi/acme/1.2.3/json" => self
                .document
                .as_ref()
                .map_or_else(Told::none, |document| Told::of(200, "application/json", document.to_string())),
            _ => self
                .files
                .get(path)
                .map_or_else(Told::none, |bytes| Told::of(200, "application/octet-stream", bytes.clone())),
        }
    }

    fn serve(self) -> Answering {
        Answering::with(move |asked| self.answer(asked.path()))
    }
}

fn verify(sandbox: &Sandbox, index: &Answering, more: &[&str]) -> Output {
    let url = index.url("/legacy/");
    sandbox.release(&[&["verify", "--index", url.as_str(), "--wait", "0", "--format", "json"], more].concat())
}

fn codes(output: &Output) -> Vec<String> {
    let document = output.json();
    let findings = document["findings"].as_array().cloned().unwrap_or_default();
    findings.iter().filter_map(|finding| finding["code"].as_str().map(str::to_owned)).collect()
}

fn list(output: &Output, key: &str) -> Vec<String> {
    let document = output.json();
    let files = document["result"]["verified"].as_array().cloned().unwrap_or_default();
    let words = files.iter().flat_map(|file| file[key].as_array().cloned().unwrap_or_default());
    words.filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

#[test]
fn a_good_release_is_compared_and_tried_and_what_was_not_is_told() {
    let sandbox = plain();
    let index = Index::of(&wheel(&sandbox)).serve();
    let output = verify(&sandbox, &index, &[]);
    assert_eq!((output.code, codes(&output)), (0, Vec::new()), "{output}");
    let checked = [
        "the same bytes as here",
        "metadata beside it",
        "what people read of it",
        "install",
        "version 1.2.3",
        "import acme",
    ];
    assert_eq!(list(&output, "checked"), checked);
    let unchecked =
        ["who published it: the index does not say", "other Pythons than 3.11: none that it allows is here"];
    let told = list(&output, "unchecked");
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], unchecked[0]);
    assert!(told[1].starts_with("other Pythons than 3."), "{told:?}");
    // Without anything here the index alone tells what there is, and that is said.
    std::fs::remove_dir_all(sandbox.repo().join("dist")).expect("it is there");
    let alone = sandbox.release(&["verify", "--index", &index.url("/legacy/")]).success();
    assert!(alone.stdout.contains("  not checked: its sha256: neither `dist/` nor the ledger knows"), "{alone}");
}

/// One lie of an index, and what is said of it.
type Lie = (&'static str, i32, &'static str, fn(&mut Index));

const LIES: &[Lie] = &[
    ("other bytes than were built", 10, "verify/hash", |index| {
        index.files.insert(format!("/files/{WHEEL}"), b"other bytes".to_vec());
    }),
    ("another digest in the listing", 10, "verify/hash", |index| {
        index.page["files"][0]["hashes"]["sha256"] = json!("0".repeat(64));
    }),
    ("the same name twice", 10, "verify/hash", |index| {
        let mut other = index.page["files"][0].clone();
        other["hashes"]["sha256"] = json!("1".repeat(64));
        index.page["files"].as_array_mut().expect("files").push(other);
    }),
    ("another size in the listing", 10, "verify/hash", |index| index.page["files"][0]["size"] = json!(7)),
    ("another digest in the JSON API", 10, "verify/hash", |index| {
        index.document.as_mut().expect("a document")["urls"][0]["digests"]["sha256"] = json!("0".repeat(64));
    }),
    ("other metadata beside the file", 10, "verify/metadata", |index| {
        let other = METADATA.replace(">=3.11", ">=3.12");
        index.page["files"][0]["core-metadata"]["sha256"] = json!(Sha256::of(other.as_bytes()).to_string());
        index.files.insert(format!("/files/{WHEEL}.metadata"), other.into_bytes());
    }),
    ("metadata with another digest than listed", 10, "verify/metadata", |index| {
        index.page["files"][0]["core-metadata"]["sha256"] = json!("0".repeat(64));
    }),
    ("metadata that are listed and not there", 10, "verify/metadata", |index| {
        index.files.remove(&format!("/files/{WHEEL}.metadata"));
    }),
    ("another summary", 10, "verify/document", |index| {
        index.document.as_mut().expect("a document")["info"]["summary"] = json!("Another");
    }),
    ("another Requires-Python", 10, "verify/document", |index| {
        index.document.as_mut().expect("a document")["info"]["requires_python"] = json!(">=3.8");
    }),
    ("a classifier of its own", 10, "verify/document", |index| {
        index.document.as_mut().expect("a document")["info"]["classifiers"] = json!(["Private :: Do Not Upload"]);
    }),
    ("another description", 10, "verify/document", |index| {
        index.document.as_mut().expect("a document")["info"]["description"] = json!("# Another");
    }),
    ("another type of it", 10, "verify/document", |index| {
        index.document.as_mut().expect("a document")["info"]["description_content_type"] = json!("text/x-rst");
    }),
    ("a file that nobody here sent", 10, "verify/unknown-file", |index| {
        let mut other = index.page["files"][0].clone();
        other["filename"] = json!(WHEEL.replace("none-any", "none-win_amd64"));
        index.page["files"].as_array_mut().expect("files").push(other);
    }),
    ("a file of a version that installers prefer", 10, "verify/unknown-file", |index| {
        let mut other = index.page["files"][0].clone();
        other["filename"] = json!(WHEEL.replace("1.2.3", "1.2.3+better"));
        index.page["files"].as_array_mut().expect("files").push(other);
    }),
    ("quarantine", 10, "verify/quarantined", |index| {
        index.page["project-status"] = json!({"status": "quarantined", "reason": "spam"});
        index.page["files"] = json!([]);
    }),
    ("an archive", 0, "verify/archived", |index| index.page["project-status"] = json!({"status": "archived"})),
    ("a listing that lags behind the JSON API", 11, "verify/not-visible", |index| index.page["files"] = json!([])),
    ("provenance that is announced and not there", 10, "verify/provenance", |index| {
        index.page["files"][0]["provenance"] = json!("/integrity/acme/1.2.3/none/provenance");
    }),
    ("provenance on another host", 10, "verify/provenance", |index| {
        index.page["files"][0]["provenance"] = json!("http://127.0.0.2:9/provenance");
    }),
    ("provenance that is none", 10, "verify/provenance", |index| {
        index.page["files"][0]["provenance"] = json!("/provenance");
        index.files.insert("/provenance".to_owned(), b"{\"version\": 1, \"attestation_bundles\": []}".to_vec());
    }),
];

#[test]
fn every_lie_of_an_index_has_its_finding() {
    let sandbox = plain();
    let bytes = wheel(&sandbox);
    for (what, code, expected, lie) in LIES {
        let mut index = Index::of(&bytes);
        lie(&mut index);
        let output = verify(&sandbox, &index.serve(), &[]);
        assert_eq!(output.code, *code, "{what}: {output}");
        assert_eq!(codes(&output), [*expected], "{what}: {output}");
    }
}

#[test]
fn code_of_a_file_that_is_another_one_is_never_run() {
    let sandbox = plain();
    let mark = sandbox.path("mark");
    sandbox.write(
        "acme/__init__.py",
        format!("__version__ = \"1.2.3\"\nopen({:?}, 'w').close()\n", mark.display().to_string()),
    );
    let (good, url) = (wheel(&sandbox), format!("/files/{WHEEL}"));
    sandbox.release(&["build", "--wheel", "--out-dir", "other"]).success();
    let evil = std::fs::read(sandbox.repo().join("other").join(WHEEL)).expect("it was built");
    let mut index = Index::of(&good);
    index.files.insert(url.clone(), evil.clone());
    assert_eq!(verify(&sandbox, &index.serve(), &[]).code, 10);
    // The listing says the truth of its own bytes: what is known here is the measure.
    let mut index = Index::of(&evil);
    index.files.insert(url, evil);
    let output = verify(&sandbox, &index.serve(), &[]);
    assert_eq!((output.code, codes(&output)[0].as_str()), (10, "verify/hash"), "{output}");
    assert!(!mark.exists(), "it was run");
}

/// Writes into the ledger that a file was uploaded.
fn remember_upload(sandbox: &Sandbox, index: &str, name: &str, sha256: &Sha256) {
    let record = json!({
        "schema": 1, "run": "r", "time": "2026-11-21T12:00:00Z", "by": "a <a@b>", "command": "publish",
        "project": "acme", "version": "1.2.3", "outcome": "ok", "summary": format!("1 file to testpypi, {index}"),
        "files": [{"name": name, "sha256": sha256.to_string()}],
    });
    sandbox.write("record.json", record.to_string());
    let blob = sandbox.git(&["hash-object", "-w", "record.json"]);
    std::fs::write(sandbox.path("tree"), format!("100644 blob {}\trecord.json\n", blob.trim())).expect("a file");
    let mut make = std::process::Command::new("git");
    make.arg("-C").arg(sandbox.repo()).arg("mktree").stdin(std::fs::File::open(sandbox.path("tree")).expect("a file"));
    let tree = String::from_utf8(make.output().expect("git").stdout).expect("text");
    let commit = sandbox.git(&["commit-tree", tree.trim(), "-m", "publish"]);
    sandbox.git(&["update-ref", "refs/release/ledger", commit.trim()]);
}

#[test]
fn what_another_job_uploaded_is_known_by_the_ledger_and_by_its_bytes() {
    let sandbox = plain();
    let (bytes, other) = (wheel(&sandbox), WHEEL.replace("none-any", "none-win_amd64"));
    let mut index = Index::of(&bytes);
    let mut more = index.page["files"][0].clone();
    more["filename"] = json!(other);
    index.page["files"].as_array_mut().expect("files").push(more);
    let index = index.serve();
    let url = index.url("/legacy/");
    remember_upload(&sandbox, &url, &other, &Sha256::of(b"others"));
    assert_eq!(codes(&verify(&sandbox, &index, &[])), ["verify/unknown-file"]);
    remember_upload(&sandbox, &url, &other, &Sha256::of(&bytes));
    let output = verify(&sandbox, &index, &[]);
    assert!(!codes(&output).contains(&"verify/unknown-file".to_owned()), "{output}");
}

/// The arguments of every program that runs, where they hold a text.
fn arguments_with(text: &str) -> Vec<String> {
    let all = std::fs::read_dir("/proc").expect("Linux").flatten();
    let lines = all.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.filter(|line| line.contains(text)).collect()
}

#[test]
fn a_login_in_a_url_reaches_pip_and_nobody_else() {
    const HIDDEN: &str = "__version__ = \"1.2.3\"\nimport os, sys\nassert not os.path.exists(sys.prefix + '/netrc')\n";
    for (login, user, password) in [
        ("ana:p%20w%22%23%5Cx-canary", "ana", "p w\"#\\x-canary"),
        ("__token__:pypi-x-canary", "__token__", "pypi-x-canary"),
        (":p-x-canary", "", "p-x-canary"),
        ("a-token-x-canary", "a-token-x-canary", ""),
    ] {
        let sandbox = acme(|path, text| match path {
            "backend.py" => {
                text.replace("Requires-Python: >=3.11\\n", "Requires-Python: >=3.11\\nRequires-Dist: demo\\n")
            }
            "acme/__init__.py" => HIDDEN.to_owned(),
            _ => text,
        });
        let mut index = Index::of(&wheel(&sandbox));
        index.page["files"][0]["core-metadata"] = json!(false);
        let needed = Zip::wheel().bytes();
        let file = json!({
            "filename": WHEEL_NAME, "url": format!("/files/{WHEEL_NAME}"),
            "hashes": {"sha256": Sha256::of(&needed).to_string()},
        });
        let page = json!({"meta": {"api-version": "1.4"}, "name": "demo", "files": [file]});
        index.files.insert(format!("/files/{WHEEL_NAME}"), needed);
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let told = Arc::clone(&seen);
        let index = Answering::with(move |asked| {
            if asked.path() == "/simple/demo/" {
                let mut told = told.lock().expect("no panic");
                told.extend(arguments_with("x-canary"));
                told.extend(arguments_with("--index-url").into_iter().map(|_| "pip".to_owned()));
                return Told::json(&page);
            }
            index.answer(asked.path())
        });
        let simple = index.url("/simple/").replace("://", &format!("://{login}@"));
        let (pyproject, upload) = (sandbox.read("pyproject.toml"), index.url("/legacy/"));
        let table = format!("\n[tool.release.index.private]\nupload = \"{upload}\"\nsimple = \"{simple}\"\n");
        sandbox.write("pyproject.toml", pyproject + &table);
        let output = sandbox.release(&["verify", "--index", "private", "--wait", "0", "--format", "json", "-vv"]);
        assert_eq!(output.code, 0, "{login}: {output}");
        let asked = index.asked();
        let needed = asked.iter().find(|asked| asked.path() == "/simple/demo/").expect("pip asks for it");
        assert!(needed.head.contains(&crate::support::web::basic(user, password)), "{login}: {}", needed.head);
        let seen = seen.lock().expect("no panic");
        assert!(!seen.is_empty() && seen.iter().all(|line| line == "pip"), "{login}: {seen:?}");
        assert!(!output.to_string().contains("x-canary"), "{login}: {output}");
        let ledger = sandbox.git(&["show", "refs/release/ledger:record.json"]);
        let hash = |simple: &str| Sha256::of(simple.as_bytes()).to_string();
        assert!(ledger.contains(&hash(&index.url("/simple/"))) && !ledger.contains(&hash(&simple)), "{ledger}");
    }
}

#[test]
fn what_lags_is_waited_for_with_what_was_seen_and_what_is_lost_is_told() {
    let sandbox = plain();
    let good = Index::of(&wheel(&sandbox));
    let looks = Arc::new(Mutex::new(0));
    let (served, counted) = (good.clone(), Arc::clone(&looks));
    let index = Answering::with(move |asked| {
        let (path, head) = (asked.path(), &asked.head);
        if path != "/simple/acme/" {
            return served.answer(path);
        }
        let mut looks = counted.lock().expect("no panic");
        *looks += 1;
        let tagged = head.to_ascii_lowercase().contains("if-none-match: \"one\"");
        assert!(head.to_ascii_lowercase().contains("cache-control: no-cache"), "{head}");
        match *looks {
            1 => Told::of(503, "text/plain", "busy"),
            2 => Told { headers: "ETag: \"one\"\r\n".to_owned(), ..Told::json(&json!({"files": []})) },
            3 if tagged => Told::of(304, "text/plain", ""),
            3 => Told::of(500, "text/plain", "it was seen before"),
            _ => served.answer(path),
        }
    });
    let url = index.url("/legacy/");
    let output = sandbox.release(&["verify", "--index", &url, "--wait", "60", "--format", "json"]);
    assert_eq!((output.code, *looks.lock().expect("no panic")), (0, 4), "{output}");
    // The ledger has an upload that the index knows nothing of.
    let name = format!("[index.lossy]\nupload = \"{}\"\nsimple = \"{}\"\n", "{U}", "{S}");
    let mut lossy = good;
    lossy.page["files"] = json!([]);
    lossy.document.as_mut().expect("a document")["urls"] = json!([]);
    let index = lossy.serve();
    let table = name.replace("{U}", &index.url("/legacy/")).replace("{S}", &index.url("/simple/"));
    let pyproject = sandbox.read("pyproject.toml");
    sandbox.write("pyproject.toml", format!("{pyproject}\n{}", table.replace("[index", "[tool.release.index")));
    let never = sandbox.release(&["verify", "--index", "lossy", "--wait", "0"]);
    assert_eq!(never.code, 11, "{never}");
    assert!(never.stdout.contains("is in neither API: it was never uploaded, or is lost"), "{never}");
    remember_upload(&sandbox, "lossy", WHEEL, &Sha256::of(&wheel(&sandbox)));
    let lost = sandbox.release(&["verify", "--index", "lossy", "--wait", "0"]);
    assert_eq!(lost.code, 10, "{lost}");
    assert!(lost.stdout.contains("error[verify/lost]"), "{lost}");
    // Without the archives here the ledger says what there should be.
    std::fs::remove_dir_all(sandbox.repo().join("dist")).expect("it is there");
    assert_eq!(sandbox.release(&["verify", "--index", "lossy", "--wait", "0"]).code, 10);
}

/// A `python3.N` that says it is that version, and is the machine's own.
fn pretend(sandbox: &mut Sandbox, minors: &[u32]) {
    let bin = sandbox.path("bin");
    std::fs::create_dir_all(&bin).expect("a folder");
    for minor in minors {
        let program = bin.join(format!("python3.{minor}"));
        let text = format!(
            "#!/bin/sh\nif [ \"$1 $2\" = \"-I -c\" ]; then printf '%s\\n3.{minor}.0\\nfake-{minor}\\n\\n' \"$0\"; else exec python3 \"$@\"; fi\n"
        );
        std::fs::write(&program, text).expect("a file");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    }
    let path = format!("{}:{}", bin.display(), path_without_shims());
    sandbox.set("PATH", path);
}

#[test]
fn the_lowest_and_the_highest_python_that_are_allowed_and_here_are_tried() {
    let mut sandbox = plain();
    pretend(&mut sandbox, &[9, 15, 16]);
    let index = Index::of(&wheel(&sandbox)).serve();
    let pythons = |output: &Output| {
        list(output, "checked").into_iter().filter(|word| word.starts_with("Python")).collect::<Vec<_>>()
    };
    let output = verify(&sandbox, &index, &[]);
    assert_eq!(output.code, 0, "{output}");
    // 3.9 is not allowed, 3.15 is between the bounds.
    assert!(pythons(&output).contains(&"Python 3.16".to_owned()), "{output}");
    assert!(!pythons(&output).iter().any(|word| word == "Python 3.9" || word == "Python 3.15"), "{output}");
    let output = verify(&sandbox, &index, &["--python", "3.15", "--python", "../bin/python3.16"]);
    assert_eq!((output.code, pythons(&output)), (0, vec!["Python 3.16".to_owned()]), "{output}");
    let none = verify(&sandbox, &index, &["--python", "3.99"]);
    assert_eq!((none.code, none.failure_code()), (3, "effects/program-missing".to_owned()), "{none}");
}

/// A wheel with console scripts, each a function of `acme`.
fn with_scripts(functions: &str, scripts: &[&str]) -> Sandbox {
    let entries: String = scripts.iter().map(|name| format!("{name} = acme:{name}\\n")).collect();
    acme(move |path, text| match path {
        "acme/__init__.py" => format!("{text}\nimport sys\n{functions}\n"),
        "backend.py" => text.replace(
            "    record = \"\"\n",
            &format!(
                "    files[f\"{{info}}/entry_points.txt\"] = b\"[console_scripts]\\n{entries}\"\n    record = \"\"\n"
            ),
        ),
        _ => text,
    })
}

#[test]
fn a_script_tells_the_version_of_the_release_or_is_told_as_not_checked() {
    let functions = "\ndef good():\n    print('acme 1.2.3')\n\ndef other():\n    print('acme v0.9.1 on Python 3.11')\n\n\
        def crash():\n    raise RuntimeError('no')\n\ndef usage():\n    print('usage: usage FILE', file=sys.stderr)\n    sys.exit(2)\n\n\
        def mute():\n    pass\n";
    let sandbox = with_scripts(functions, &["good", "other", "crash", "usage", "mute"]);
    let index = Index::of(&wheel(&sandbox)).serve();
    let output = verify(&sandbox, &index, &[]);
    assert_eq!(
        (output.code, codes(&output)),
        (10, vec!["verify/script-version".to_owned(), "verify/script".to_owned()]),
        "{output}"
    );
    assert!(output.stdout.contains("`other --version` says 0.9.1, not 1.2.3"), "{output}");
    assert!(list(&output, "checked").contains(&"good --version".to_owned()), "{output}");
    let unchecked = list(&output, "unchecked").join("\n");
    assert!(unchecked.contains("`usage --version`: it has no such option (exit code 2)"), "{unchecked}");
    assert!(unchecked.contains("`mute --version`: it prints no version"), "{unchecked}");
}

#[test]
fn code_of_the_package_sees_no_credentials_and_cannot_spoil_the_verdict() {
    let module = "import os, sys\n__version__ = \"1.2.3\"\n\
        seen = [name for name in os.environ if 'TOKEN' in name or 'PASSWORD' in name or 'CANARY' in os.environ[name]]\n\
        assert not seen, seen\nos.write(1, b'{\"version\": \"9\"}' * 1000)\nprint('x' * 100000)\n";
    let sandbox = acme(|path, text| if path == "acme/__init__.py" { module.to_owned() } else { text });
    let output = verify(&sandbox, &Index::of(&wheel(&sandbox)).serve(), &[]);
    assert_eq!((output.code, codes(&output)), (0, Vec::new()), "{output}");
}

#[test]
fn an_installation_has_a_budget_and_the_project_itself_can_be_tried() {
    let budgets = "\n[tool.release.verify.budgets]\ninstall-ms = 0\n";
    let sandbox = acme(|path, text| if path == "pyproject.toml" { format!("{text}{budgets}") } else { text });
    let editable = "\n\ndef build_editable(directory, config_settings=None, metadata_directory=None):\n    return build_wheel(directory)\n";
    sandbox.write("backend.py", format!("{BACKEND}{editable}"));
    let before = sandbox.snapshot();
    let index = Index::of(&wheel(&sandbox)).serve();
    let output = verify(&sandbox, &index, &["--editable"]);
    assert_eq!((output.code, codes(&output)), (0, vec!["verify/budget".to_owned(); 2]), "{output}");
    let files = output.json()["result"]["verified"].clone();
    assert_eq!(files[1]["file"], "the project itself", "{output}");
    let kept = |files: Vec<(std::path::PathBuf, Vec<u8>)>| -> Vec<_> {
        files.into_iter().filter(|(path, _)| !path.to_string_lossy().contains("/.git/")).collect()
    };
    assert!(kept(before) == kept(sandbox.snapshot()), "the project was changed");
    sandbox.write("backend.py", BACKEND);
    let refused = verify(&sandbox, &index, &["--editable"]);
    assert!(codes(&refused).contains(&"verify/install".to_owned()), "{refused}");
}

#[test]
fn a_wheel_for_other_machines_is_compared_and_not_installed() {
    let sandbox = plain();
    let foreign = "acme-1.2.3-cp311-cp311-win_amd64.whl";
    sandbox.write(
        "backend.py",
        BACKEND
            .replace("py3-none-any.whl", "cp311-cp311-win_amd64.whl")
            .replace("Tag: py3-none-any", "Tag: cp311-cp311-win_amd64"),
    );
    std::fs::remove_dir_all(sandbox.repo().join("dist")).expect("it is there");
    sandbox.release(&["build", "--wheel"]).success();
    let bytes = std::fs::read(sandbox.repo().join("dist").join(foreign)).expect("it was built");
    let mut index = Index::of(&bytes);
    index.page["files"][0]["filename"] = json!(foreign);
    index.document.as_mut().expect("a document")["urls"][0]["filename"] = json!(foreign);
    let output = verify(&sandbox, &index.clone().serve(), &[]);
    assert_eq!(output.code, 0, "{output}");
    assert!(
        list(&output, "unchecked").contains(&"whether it works: it is for another platform".to_owned()),
        "{output}"
    );
    assert!(list(&output, "checked").contains(&"the same bytes as here".to_owned()), "{output}");
    index.files.insert(format!("/files/{WHEEL}"), b"other".to_vec());
    assert_eq!(verify(&sandbox, &index.serve(), &[]).code, 10);
}

/// A wheel with nothing in it but a module of its name.
fn dependency(version: &str) -> Vec<u8> {
    let sandbox = Sandbox::new();
    let text = ACME[0].1.replace("1.2.3", version).replace("name = \"acme\"", "name = \"helper\"");
    sandbox.write(
        "pyproject.toml",
        text.split("\n[tool.release]").next().unwrap_or_default().replace(
            "requires = [\"flit_core>=3.11,<5\"]\nbuild-backend = \"flit_core.buildapi\"",
            "requires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]",
        ),
    );
    sandbox.write("README.md", "# helper\n");
    sandbox.write("helper/__init__.py", format!("\"\"\"A helper.\"\"\"\n\n__version__ = \"{version}\"\n"));
    sandbox.write("backend.py", BACKEND);
    sandbox.git(&["init", "-q"]);
    sandbox.commit("feat: first");
    sandbox.release(&["build", "--wheel"]).success();
    std::fs::read(sandbox.repo().join(format!("dist/helper-{version}-py3-none-any.whl"))).expect("it was built")
}

/// An index with `helper` in one version.
fn helper(version: &'static str, bytes: &[u8]) -> (Value, String, Vec<u8>) {
    let name = format!("helper-{version}-py3-none-any.whl");
    let page = json!({"meta": {"api-version": "1.0"}, "name": "helper", "files": [{
        "filename": name, "url": format!("/files/{name}"), "hashes": {"sha256": Sha256::of(bytes).to_string()},
    }]});
    (page, format!("/files/{name}"), bytes.to_vec())
}

#[test]
fn a_hostile_test_index_cannot_bring_a_dependency_of_its_own() {
    let sandbox = acme(|path, text| match path {
        "backend.py" => {
            text.replace("Requires-Python: >=3.11\\n", "Requires-Python: >=3.11\\nRequires-Dist: helper\\n")
        }
        _ => text,
    });
    let metadata = METADATA.replace("Requires-Python: >=3.11\n", "Requires-Python: >=3.11\nRequires-Dist: helper\n");
    let (good, evil) = (helper("1.0", &dependency("1.0")), helper("99.0", &dependency("99.0")));
    let mut hostile = Index::of(&wheel(&sandbox));
    hostile.page["files"][0]["core-metadata"]["sha256"] = json!(Sha256::of(metadata.as_bytes()).to_string());
    hostile.files.insert(format!("/files/{WHEEL}.metadata"), metadata.into_bytes());
    hostile.files.insert(evil.1.clone(), evil.2.clone());
    let hostile = Answering::with(move |asked| match asked.path() {
        "/simple/helper/" => Told::json(&evil.0),
        path => hostile.answer(path),
    });
    let honest = Answering::with(move |asked| match asked.path() {
        "/simple/helper/" => Told::json(&good.0),
        path if path == good.1 => Told::of(200, "application/octet-stream", good.2.clone()),
        _ => Told::none(),
    });
    let check = "\n[[tool.release.verify.commands]]\nrun = [\"python\", \"-c\", \"import helper; print(helper.__version__)\"]\nprints = \"1.0\"\n";
    let configured = format!(
        "{}\n[tool.release.verify]\ndependencies = \"{}\"\n{check}\n[tool.release.index.testpypi]\nupload = \"{}\"\nsimple = \"{}\"\n",
        sandbox.read("pyproject.toml"),
        honest.url("/simple/"),
        hostile.url("/legacy/"),
        hostile.url("/simple/")
    );
    sandbox.write("pyproject.toml", configured);
    let output = sandbox.release(&["verify", "--index", "testpypi", "--wait", "0", "--format", "json"]);
    assert_eq!((output.code, codes(&output)), (0, Vec::new()), "{output}");
    assert!(!hostile.asked().iter().any(|asked| asked.line.contains("helper")), "{:?}", hostile.asked());
    // Without a word in the configuration it is PyPI, and never the test index: under `--offline` that is refused.
    let without =
        sandbox.read("pyproject.toml").replace(&format!("dependencies = \"{}\"\n", honest.url("/simple/")), "");
    sandbox.write("pyproject.toml", without);
    let offline = sandbox.release(&["verify", "--index", "testpypi", "--wait", "0", "--offline", "--format", "json"]);
    assert_eq!((offline.code, offline.failure_code()), (1, "effects/offline".to_owned()), "{offline}");
    assert!(offline.stdout.contains("https://pypi.org/simple/"), "{offline}");
    assert!(!hostile.asked().iter().any(|asked| asked.line.contains("helper")), "{:?}", hostile.asked());
}

#[test]
fn an_environment_is_made_by_uv_where_it_can_and_by_python_where_not() {
    let mut sandbox = plain();
    let index = Index::of(&wheel(&sandbox)).serve();
    let (bin, log) = (sandbox.path("bin"), sandbox.path("uv.log"));
    std::fs::create_dir_all(&bin).expect("a folder");
    sandbox.set("PATH", format!("{}:{}", bin.display(), path_without_shims()));
    for (ending, made) in [("exec \"$python\" -I -m venv --without-pip \"$dir\"", true), ("exit 2", false)] {
        let text = format!(
            "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'uv 0.9.0'; exit 0; fi\necho \"$@\" >> '{}'\nenv >> '{}'\n\
             while [ $# -gt 0 ]; do [ \"$1\" = --python ] && python=$2; dir=$1; shift; done\n{ending}\n",
            log.display(),
            log.display()
        );
        std::fs::write(bin.join("uv"), text).expect("a file");
        std::fs::set_permissions(bin.join("uv"), std::fs::Permissions::from_mode(0o755)).expect("it is ours");
        let output = verify(&sandbox, &index, &[]);
        assert_eq!((output.code, codes(&output)), (0, Vec::new()), "{made}: {output}");
        let said = std::fs::read_to_string(&log).expect("it was asked");
        assert!(said.contains("venv --quiet --no-config --no-project --offline --python"), "{said}");
        assert!(!said.contains("CANARY"), "{said}");
    }
}
