//! Descriptions: what PyPI's own renderer refuses is refused, what it takes is taken, and Markdown becomes the same
//! page. What would keep a renderer busy for hours is not rendered at all.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use expect_test::expect;
use pyrelease::check::description::{Verdict, rst, verdict};
use serde_json::json;

use crate::support::Sandbox;
use crate::support::archives::zip::{METADATA, WHEEL_NAME, Zip};
use crate::support::descriptions::{MARKDOWN, PLAIN, RST};
use crate::support::sandbox::fixtures;
use crate::support::tools::{answer, tool};

const RENDERERS: &[&str] = &["readme_renderer[md]==46.0", "docutils==0.23", "twine==7.0.0"];
const SCRIPT: &str = include_str!("support/rendering.py");

/// A type, or none, and a text.
type Description = (Option<&'static str>, String);

fn html(text: &str, kind: &str) -> String {
    match verdict(text, Some(kind)) {
        Verdict::Renders(page) => page.html().to_owned(),
        other => panic!("{text}: {other:?}"),
    }
}

/// A wheel with this description.
fn wheel((kind, text): &Description) -> Vec<u8> {
    let mut zip = Zip::wheel();
    let old = &METADATA[METADATA.find("Description-Content-Type").expect("it has one")..];
    let kind = kind.map(|kind| format!("Description-Content-Type: {kind}\n")).unwrap_or_default();
    zip.edit("METADATA", old, &format!("{kind}\n{text}"));
    zip.bytes()
}

/// The readmes of the fixtures, by suffix.
fn readmes() -> Vec<Description> {
    let mut found = Vec::new();
    let mut folders = vec![fixtures()];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        entries.sort();
        for path in entries {
            let kind = match path.extension().and_then(|suffix| suffix.to_str()) {
                _ if path.is_dir() => {
                    folders.push(path);
                    continue;
                }
                Some("md") => "text/markdown",
                Some("rst") => "text/x-rst",
                _ => continue,
            };
            if let Ok(text) = std::fs::read_to_string(&path) {
                found.push((Some(kind), text));
            }
        }
    }
    found
}

fn corpus() -> Vec<Description> {
    let all = |kind, texts: &[&str]| texts.iter().map(|text| (kind, (*text).to_owned())).collect::<Vec<_>>();
    let mut found = all(Some("text/markdown"), MARKDOWN);
    found.extend(all(Some("Text/Markdown; charset=UTF-8; variant=CommonMark"), &MARKDOWN[..24]));
    found.extend(all(Some("text/x-rst"), RST));
    found.extend(all(None, &RST[..12]));
    found.extend(all(Some("text/plain; charset=UTF-8"), PLAIN));
    found.extend(readmes());
    found
}

/// What PyPI's renderer and twine make of these.
fn theirs(corpus: &[Description]) -> Vec<(Option<String>, bool)> {
    let answers: Vec<serde_json::Value> = answer(
        Command::new(tool("renderers", RENDERERS).join("python")).args(["-I", "-c", SCRIPT]).env("DOCUTILSCONFIG", ""),
        &json!(corpus),
    );
    answers.iter().map(|one| (one["html"].as_str().map(str::to_owned), one["twine"] == true)).collect()
}

/// Without what differs between the versions of a renderer, or by the colours of code, and changes nothing to see.
fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, code)) = rest.split_once("<pre lang=\"") {
        let (code, after) = code.split_once("</pre>").unwrap_or((code, ""));
        out += before;
        out += "<pre lang=\"";
        let (language, code) = code.split_once("\">").unwrap_or((code, ""));
        out += &format!("{language}\">{}</pre>", code.trim_matches('\n').trim_end());
        rest = after;
    }
    out + rest
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn what_pypi_refuses_is_refused_and_nothing_else() {
    let corpus = corpus();
    assert!(corpus.len() >= 200, "{}", corpus.len());
    let theirs = theirs(&corpus);
    let sandbox = Sandbox::new().online();
    let mut paths = Vec::new();
    for (at, description) in corpus.iter().enumerate() {
        paths.push(format!("{at}/{WHEEL_NAME}"));
        sandbox.write(&paths[at], wheel(description));
    }
    let mut arguments = vec!["check", "--format", "json", "--select", "check/description", "--select", "check/no-"];
    arguments.extend(paths.iter().map(String::as_str));
    let document = sandbox.release(&arguments).json();
    let findings = document["findings"].as_array().expect("a list");
    let unverified = findings.iter().filter(|finding| finding["code"] == "check/description-unverified");
    assert_eq!(unverified.count(), 0, "{document:#}");
    let files = document["result"]["files"].as_array().expect("a list");
    let (mut wrong, mut counts) = (Vec::new(), BTreeMap::<(&str, bool), usize>::new());
    for (((kind, text), (html, twine)), file) in corpus.iter().zip(&theirs).zip(files) {
        // An upload without a description is not refused for it.
        let is_refused = !text.is_empty() && (html.is_none() || !twine);
        *counts.entry((kind.unwrap_or("none"), is_refused)).or_default() += 1;
        if (file["errors"] != 0) != is_refused {
            wrong.push(format!("{kind:?} {text:?}: PyPI {html:?}, twine {twine}, we {file}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), corpus.len(), wrong.join("\n"));
    let refused = |kind| counts.get(&(kind, true)).copied().unwrap_or_default();
    assert!(refused("text/x-rst") >= 30 && refused("text/markdown") >= 3, "{counts:?}");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn markdown_and_plain_text_become_the_page_of_pypi() {
    /// Texts whose page differs, and why.
    const DIFFERENT: &[(&str, &str)] = &[("bare http://x", "comrak before 0.56 wants a dot in a bare address")];
    let corpus: Vec<Description> =
        corpus().into_iter().filter(|(kind, _)| kind.is_some_and(|kind| !kind.contains("rst"))).collect();
    let (mut wrong, mut used) = (Vec::new(), Vec::new());
    for ((kind, text), (theirs, _)) in corpus.iter().zip(theirs(&corpus)) {
        let ours = match verdict(text, *kind) {
            Verdict::Renders(page) => Some(plain(page.html())),
            Verdict::Refused { .. } => None,
            Verdict::Unverified(why) => panic!("{text}: {why}"),
        };
        let theirs = theirs.map(|html| plain(&html));
        let listed = DIFFERENT.iter().find(|(part, _)| text.contains(part));
        used.extend(listed);
        if (ours != theirs) != listed.is_some() {
            wrong.push(format!("{text:?}\n  ours   {ours:?}\n  theirs {theirs:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), corpus.len(), wrong.join("\n"));
    assert!(DIFFERENT.iter().all(|row| used.contains(&row)), "a text of the table is not there any more");
}

#[test]
fn kinds_of_text_are_told_apart() {
    assert_eq!(html("# a\n", "TEXT/markdown; charset=UTF-8"), html("# a\n", "text/markdown; variant=CommonMark"));
    assert_eq!(html("# <a>\n", "text/plain"), "<pre># &lt;a&gt;<br></pre>");
    for kind in [None, Some(""), Some("text/x-rst; charset=UTF-8")] {
        assert!(matches!(verdict("text", kind), Verdict::Unverified(_)), "{kind:?}");
    }
}

#[test]
fn nothing_that_runs_is_left() {
    let text = "<script>alert(1)</script> <style>x</style> <a href='javascript:x' onclick='y' style='z'>a</a> \
                <img src=x onerror=y> <iframe src=z></iframe> <svg onload=x><a xlink:href='javascript:x'></a></svg> \
                <form action=x><button formaction=y>b</button></form> [c](javascript:x) <base href=x> <meta charset=x>\n";
    let html = html(text, "text/markdown");
    expect![[r#"
        &lt;script&gt;alert(1)&lt;/script&gt; &lt;style&gt;x&lt;/style&gt; <a rel="nofollow">a</a> <img src="x"> &lt;iframe src=z&gt;&lt;/iframe&gt;  b [c](javascript:x)  
    "#]]
    .assert_eq(&html);
}

#[test]
fn links_are_told_apart() {
    let Verdict::Renders(page) = verdict(
        "[a](docs/a.md) [b](/b?x=1&y#z) [c](#c) [d](//e.org) [e](https://e.org) [f](mailto:x@e.org) ![g](g.png) \
         ![h](data:x) [i](?q) [j](file:///x) [k](C:/x)\n",
        Some("text/markdown"),
    ) else {
        panic!("it renders");
    };
    let relative: Vec<String> =
        page.links().into_iter().filter(|link| link.is_relative()).map(|link| link.target).collect();
    assert_eq!(relative, ["docs/a.md", "/b?x=1&y#z", "g.png", "?q"]);
    assert_eq!(page.links().iter().filter(|link| link.is_image && link.target.is_empty()).count(), 1);
    for (text, visible) in
        [("<!-- x -->", false), ("&nbsp;", false), ("<br>", false), ("![](x.png)", true), ("---", true), ("x", true)]
    {
        let Verdict::Renders(page) = verdict(text, Some("text/markdown")) else { panic!("{text}") };
        assert_eq!(page.is_visible(), visible, "{text}: {page}");
    }
}

/// Each of these is a short text that asks a parser of Markdown or HTML for much more work than it is long.
#[test]
fn what_keeps_a_renderer_busy_is_not_rendered() {
    const MANY: usize = 1 << 20;
    let fill = |text: &str| text.repeat(MANY / text.len());
    let numbered =
        |text: &str| (0..MANY / (text.len() + 6)).map(|at| text.replace('#', &at.to_string())).collect::<String>();
    let limited = [
        fill(">"),
        format!("{}a\n", ">".repeat(1000)).repeat(1000),
        fill("- >"),
        fill("<div>\n\n"),
        fill("a <div>"),
        fill("<p><b>"),
        numbered("<p><b id=#>x"),
        numbered("<font color=#>"),
        format!("{}{}", (0..450).map(|at| format!("<b id={at}>")).collect::<String>(), "<p>x".repeat(250_000)),
        format!("{}{}", (0..450).map(|at| format!("<b id={at}>")).collect::<String>(), "\n\nx".repeat(250_000)),
        format!("<p {}>", numbered("a# ")),
        fill("<svg><g></g>"),
        fill("<table><tr><td>"),
        fill("<select><option>"),
        fill("<template>"),
        fill("&"),
        fill("# a\n"),
        "x".repeat(MANY + 1),
    ];
    for text in &limited {
        let verdict = verdict(text, Some("text/markdown"));
        assert!(matches!(verdict, Verdict::Unverified(_)), "{}", &text[..40]);
    }
    let harmless = [
        fill("["),
        fill("!["),
        fill("[a]("),
        fill("[a](<b"),
        fill("*a "),
        fill("**x*"),
        fill("`a``"),
        fill("- "),
        fill("1. "),
        fill("<!--"),
        fill("<!---->"),
        fill("<!--a--!"),
        fill("<?"),
        fill("<p"),
        fill("|a"),
        fill("~a"),
        fill(":a"),
        fill("\\"),
        fill("http://"),
        fill("<li>"),
        fill("<pre lang=\"x\">"),
        fill("href=\"#"),
        numbered("[#]: /x\n"),
    ];
    for text in &harmless {
        let _ = verdict(text, Some("text/markdown"));
        let _ = verdict(text, Some("text/plain"));
    }
}

#[test]
fn answers_of_docutils_are_read() {
    let refused = |notes: &str| match rst::verdict(json!({"html": null, "notes": notes}).to_string().as_bytes()) {
        Verdict::Refused { why, line } => (why, line),
        other => panic!("{other:?}"),
    };
    expect![[r#"
        (
            "docutils says: Title underline too short",
            Some(
                3,
            ),
        )
    "#]]
    .assert_debug_eq(&refused("<string>:3: (WARNING/2) Title underline too short.\n\ndemo\n==\n"));
    assert_eq!(refused("No content rendered from RST source."), ("nothing of it is left as a page".to_owned(), None));
    assert_eq!(refused("").1, None);
    for answer in ["", "[]", "{\"failed\": \"RecursionError\"}", "{\"html\": 1}"] {
        assert!(matches!(rst::verdict(answer.as_bytes()), Verdict::Unverified(_)), "{answer}");
    }
    let rendered = rst::verdict(b"{\"html\": \"<p>x</p>\", \"notes\": \"\"}");
    assert!(matches!(rendered, Verdict::Renders(page) if page.html() == "<p>x</p>"));
}

/// Docutils runs where nothing of the user or the project can change what it does, and reads no file of theirs.
#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn docutils_is_asked_alone() {
    let sandbox = Sandbox::new().online();
    sandbox.write("docutils.conf", "[general]\nhalt_level: 5\nfile_insertion_enabled: yes\nraw_enabled: yes\n");
    sandbox.write("sitecustomize.py", "raise SystemExit(1)\n");
    sandbox.write("secret.txt", "the secret\n");
    let check = |text: &str| {
        sandbox.write(&format!("dist/{WHEEL_NAME}"), wheel(&(Some("text/x-rst"), text.to_owned())));
        let output = sandbox.release(&["check", "--preview", "page.html", &format!("dist/{WHEEL_NAME}")]);
        let lines: Vec<&str> =
            output.stdout.lines().filter(|line| !line.contains("sha256") && !line.starts_with("judged")).collect();
        format!("{}\n[exit status: {}]\n", lines.join("\n"), output.code)
    };
    expect![[r#"
          error[check/description]: PyPI cannot render the description: docutils says: "include" directive disabled, in demo-1.0.dist-info/METADATA:19; put the markup right; `release check --preview FILE` shows the page
          info[check/thin-description]: the description has 34 characters, in demo-1.0.dist-info/METADATA; write what the project is for, and how to begin with it
        not written: page.html, since no description renders
        [exit status: 10]
    "#]].assert_eq(&check("demo\n====\n\n.. include:: secret.txt\n"));
    expect![[r#"
          error[check/description]: PyPI cannot render the description: docutils says: Unknown interpreted text role "ref", in demo-1.0.dist-info/METADATA:16; put the markup right; `release check --preview FILE` shows the page
          info[check/thin-description]: the description has 10 characters, in demo-1.0.dist-info/METADATA; write what the project is for, and how to begin with it
        not written: page.html, since no description renders
        [exit status: 10]
    "#]].assert_eq(&check("a :ref:`b`\n"));
    expect![[r#"
          error[check/description]: PyPI cannot render the description: docutils says: "raw" directive disabled, in demo-1.0.dist-info/METADATA:18; put the markup right; `release check --preview FILE` shows the page
          info[check/thin-description]: the description has 29 characters, in demo-1.0.dist-info/METADATA; write what the project is for, and how to begin with it
        not written: page.html, since no description renders
        [exit status: 10]
    "#]].assert_eq(&check("a\n\n.. raw:: html\n\n   <b>x</b>\n"));
    expect![[r#"
          warning[check/relative-link]: `docs/x.html` leads nowhere on PyPI, in demo-1.0.dist-info/METADATA:19; write the whole address, such as `https://github.com/OWNER/NAME/blob/main/FILE`
          info[check/thin-description]: the description has 32 characters, in demo-1.0.dist-info/METADATA; write what the project is for, and how to begin with it
        wrote page.html
        [exit status: 0]
    "#]].assert_eq(&check("demo\n====\n\n`this <docs/x.html>`_\n"));
    let page = sandbox.read("page.html");
    assert!(page.contains("<a href=\"docs/x.html\" rel=\"nofollow\">this</a>") && !page.contains("secret"), "{page}");
    // Nested a thousand deep, it ends by itself or by a limit, and nobody says that it is fine.
    let deep: String = (0..3000).map(|at| format!("{}* x\n\n", " ".repeat(at % 600))).collect();
    let said = check(&deep);
    assert!(said.contains("check/description"), "{said}");
}
