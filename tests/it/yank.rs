//! `release yank`: where to click, waiting for it, and what is marked afterwards.

use std::sync::{Arc, Mutex};

use expect_test::expect;
use serde_json::{Value, json};

use crate::support::answering::{Answering, Told};
use crate::support::releasing::Releasing;
use crate::support::sandbox::Output;

/// A page of `acme` on an index: 1.2.3, yanked or not, and 1.2.2.
fn page(yanked: &Value) -> Value {
    let file = |name: &str, yanked: &Value| json!({"filename": name, "url": format!("/files/{name}"), "hashes": {}, "yanked": yanked});
    json!({"meta": {"api-version": "1.4"}, "name": "acme", "files": [
        file("acme-1.2.2.tar.gz", &json!(false)),
        file("acme-1.2.3.tar.gz", yanked),
        file("acme-1.2.3-py3-none-any.whl", yanked),
    ]})
}

/// A project whose release 1.2.3 is on the forge, and an index that says of its files what is in the second value.
fn released() -> (Releasing, Answering, Arc<Mutex<Value>>) {
    let releasing = Releasing::acme("");
    let (sandbox, yanked) = (&releasing.sandbox, Arc::new(Mutex::new(json!(false))));
    sandbox.git(&["tag", "-a", "v1.2.3", "-m", "v1.2.3"]);
    sandbox.git(&["push", "-q", "origin", "v1.2.3"]);
    sandbox.release(&["build"]).success();
    sandbox.release(&["announce"]).success();
    let shared = Arc::clone(&yanked);
    let index = Answering::with(move |asked| match asked.path() {
        "/simple/acme/" => Told::json(&page(&shared.lock().expect("no panic"))),
        _ => Told::none(),
    });
    let served = &releasing.stages[1];
    let pyproject = sandbox.read("pyproject.toml").replace(&served.simple_url(), &index.url("/simple/"));
    sandbox.write("pyproject.toml", pyproject);
    sandbox.commit("ci: another index");
    (releasing, index, yanked)
}

/// What is told; empty lines of a diff without the space before them, which editors take away.
fn told(releasing: &Releasing, output: &Output) -> String {
    output
        .to_string()
        .replace("\n \n", "\n\n")
        .replace(&releasing.forge.address, "[FORGE]")
        .replace(releasing.forge.address.trim_start_matches("http://"), "[HOST]")
}

fn body(releasing: &Releasing) -> String {
    releasing.forge.state().forge.releases[0].document["body"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn it_is_told_where_waited_for_and_marked_once() {
    let (releasing, _index, yanked) = released();
    let sandbox = &releasing.sandbox;
    let before = (sandbox.snapshot(), body(&releasing));
    expect![[r#"
        yank acme 1.2.3 on the pages of `two`: no index has an API for it
        --- a/CHANGELOG.md
        +++ b/CHANGELOG.md
        @@ -6,7 +6,7 @@
 
         - A thing
 
        -## [1.2.3] - 2026-01-02
        +## [1.2.3] - 2026-01-02 [YANKED]
 
         - The start
 
        would wait until acme 1.2.3 is yanked on `two`
        would write 1 file
        would mark the release of `v1.2.3` on `[HOST]/acme/demo` as yanked
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&told(&releasing, &sandbox.release(&["yank", "1.2.3", "-n"])));
    expect![[r#"
        ------- stderr -------
        error[plan/unconfirmed]: nothing was written: there is no terminal to ask on
          hint: look at the diff, then run the same command with `--yes`
        [exit status: 1]
    "#]]
    .assert_eq(&told(&releasing, &sandbox.release(&["yank", "1.2.3"])));
    expect![[r#"
        warning[yank/not-yet]: 1.2.3 is not yanked on `two`: acme-1.2.3.tar.gz, acme-1.2.3-py3-none-any.whl are offered to everybody
          help: yank acme 1.2.3 on the pages of `two`: no index has an API for it
        ------- stderr -------
        note: yank acme 1.2.3 on the pages of `two`: no index has an API for it
        cannot tell: see above what is missing
        [exit status: 11]
    "#]].assert_eq(&told(&releasing, &sandbox.release(&["yank", "1.2.3", "--yes", "--wait", "0"])));
    assert!(before == (sandbox.snapshot(), body(&releasing)), "something was changed");
    *yanked.lock().expect("no panic") = json!("it deletes files\n::error::x");
    expect![[r#"
        acme 1.2.3 is yanked on `two`
          CHANGELOG.md: marked; commit it
          [FORGE]/acme/demo/releases/tag/v1.2.3: marked
        next: put it right, and run `release bump patch`
        ------- stderr -------
        note: yank acme 1.2.3 on the pages of `two`: no index has an API for it
    "#]]
    .assert_eq(&told(&releasing, &sandbox.release(&["yank", "1.2.3", "--yes", "--wait", "0"])));
    assert!(sandbox.read("CHANGELOG.md").contains("## [1.2.3] - 2026-01-02 [YANKED]"));
    assert!(body(&releasing).starts_with("> **Yanked**: it deletes files ::error::x\n\n"), "{}", body(&releasing));
    sandbox.commit("docs: 1.2.3 is yanked");
    let after = (sandbox.snapshot(), body(&releasing));
    let again = sandbox.release(&["yank", "1.2.3", "--yes", "--wait", "0"]).success();
    assert!(again.stdout.contains("is marked already"), "{again}");
    assert!(after == (sandbox.snapshot(), body(&releasing)), "a second run acts");
    let history = sandbox.release(&["history"]).success();
    assert_eq!(history.stdout.matches("  yank  ").count(), 1, "{history}");
}

#[test]
fn it_is_seen_as_soon_as_somebody_clicks() {
    let (releasing, index, yanked) = released();
    let sandbox = &releasing.sandbox;
    let clicks = Arc::clone(&yanked);
    let clicking = std::thread::spawn(move || {
        while index.asked().len() < 2 {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        *clicks.lock().expect("no panic") = json!(true);
        index
    });
    let output = sandbox.release(&["yank", "1.2.3", "--yes", "--wait", "60", "--reason", "broken", "--format", "json"]);
    clicking.join().expect("no panic");
    assert_eq!((output.code, &output.json()["result"]["reason"]), (0, &json!("broken")), "{output}");
    assert!(body(&releasing).starts_with("> **Yanked**: broken\n\n"));
}

#[test]
fn what_is_not_on_the_index_cannot_be_yanked_and_edits_are_not_overwritten() {
    let (releasing, _index, _) = released();
    let sandbox = &releasing.sandbox;
    let none = sandbox.release(&["yank", "9.9", "--yes", "--format", "json"]);
    assert_eq!((none.code, none.failure_code()), (1, "plan/not-on-index".to_owned()), "{none}");
    sandbox.write("CHANGELOG.md", format!("{}\n- more\n", sandbox.read("CHANGELOG.md")));
    let unsaved = sandbox.release(&["yank", "1.2.3", "--yes", "--format", "json"]);
    assert_eq!((unsaved.code, unsaved.failure_code()), (1, "plan/unsaved".to_owned()), "{unsaved}");
    let pypi = sandbox.release(&["yank", "1.2.3", "--index", "pypi", "--offline", "--format", "json"]);
    assert_eq!(pypi.failure_code(), "effects/offline", "{pypi}");
}
