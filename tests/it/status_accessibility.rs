//! The pages in a real browser: axe-core finds nothing at 320 and 1280 pixels, light and dark, and nothing
//! has to be scrolled sideways.

use std::path::{Path, PathBuf};
use std::process::Command;

use pyrelease::status::page::{render, render_releases};
use serde_json::{Value, json};

use crate::support::statuses::every;
use crate::support::tools::npm;

/// What npm's registry says of axe-core 4.14.1.
const AXE_SHA512: &str = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==";

/// A page that has faults, so that a silent axe does not look like a clean one.
const FAULTY: &str = "<!doctype html><html><head><title>x</title></head><body>\
                      <img src=\"data:,\"><p style=\"color:#999;background:#fff\">faint</p>\
                      <div style=\"width:2000px\">wide</div></body></html>";

/// Runs axe in each page, one after the other, and leaves what it found in the document.
const HARNESS: &str = r#"<!doctype html><meta charset="utf-8"><pre id="result">not finished</pre>
<script id="axe" type="text/plain">AXE</script>
<script>
const PAGES = DATA;
const axe = document.getElementById("axe").textContent;
async function judge(page) {
  const frame = document.createElement("iframe");
  frame.style.cssText = "border:0;height:900px;width:" + page.width + "px";
  const loaded = new Promise(done => frame.onload = done);
  frame.srcdoc = page.html;
  document.body.appendChild(frame);
  await loaded;
  const inside = frame.contentWindow;
  const script = inside.document.createElement("script");
  script.textContent = axe;
  inside.document.head.appendChild(script);
  const root = inside.document.documentElement;
  for (const details of inside.document.querySelectorAll("details")) details.open = true;
  const found = await inside.axe.run(inside.document, { resultTypes: ["violations", "incomplete"] });
  const told = list => list.flatMap(rule => rule.nodes.map(node => rule.id + ": " + node.html.slice(0, 200)));
  const result = {
    name: page.name, width: inside.innerWidth, background: inside.getComputedStyle(inside.document.body).backgroundColor,
    violations: told(found.violations), incomplete: told(found.incomplete), passes: found.passes.length,
    sideways: root.scrollWidth > inside.innerWidth,
  };
  frame.remove();
  return result;
}
(async () => {
  const results = [];
  for (const page of PAGES) {
    try { results.push(await judge(page)); } catch (error) { results.push({ name: page.name, error: String(error) }); }
  }
  document.getElementById("axe").remove();
  document.getElementById("result").textContent = JSON.stringify(results);
})();
</script>"#;

fn chromium() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut all = std::env::split_paths(&path).flat_map(|dir| names.map(|name| dir.join(name)));
    all.find(|file| file.is_file()).expect("build.rs saw one")
}

/// The page as it looks in the dark, without its policy, which would keep axe out.
fn dressed(page: &str, dark: bool) -> String {
    let start = page.find("<meta http-equiv").expect("a policy");
    let end = start + page[start..].find('>').expect("an end") + 1;
    let open = format!("{}{}", &page[..start], &page[end..]);
    let (light, query) = ("color-scheme: light dark", "@media (prefers-color-scheme: dark)");
    assert!(open.contains(light) && open.contains(query));
    match dark {
        true => open.replace(light, "color-scheme: dark").replace(query, "@media all"),
        false => open.replace(light, "color-scheme: light").replace(query, "@media not all"),
    }
}

fn browse(folder: &Path, pages: &[Value]) -> Vec<Value> {
    let axe = std::fs::read_to_string(npm("axe-core", "4.14.1", AXE_SHA512).join("axe.min.js")).expect("axe");
    let safe = |text: &str| text.replace("</", "<\\/").replace("<!--", "<\\!--");
    let harness = HARNESS.replace("DATA", &safe(&Value::from(pages).to_string())).replace("AXE", &safe(&axe));
    let file = folder.join("harness.html");
    std::fs::write(&file, harness).expect("a file");
    let profile = tempfile::tempdir().expect("a folder");
    let output = Command::new(chromium())
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--window-size=1400,1000", "--virtual-time-budget=600000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", file.display()))
        .output()
        .expect("it starts");
    let document = String::from_utf8_lossy(&output.stdout).into_owned();
    let result = document.split("<pre id=\"result\">").nth(1).and_then(|rest| rest.split("</pre>").next());
    let text = result.unwrap_or_else(|| panic!("{document}\n{}", String::from_utf8_lossy(&output.stderr)));
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[cfg_attr(any(offline, no_chromium), ignore = "needs Chromium, and npm's registry once")]
#[test]
fn axe_finds_nothing_on_any_page() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("status-pages");
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut pages = vec![json!({"name": "faulty", "html": FAULTY, "width": 320})];
    for (state, status) in every() {
        let both = [("status", render(&status, None)), ("releases", render_releases(&status))];
        for (page, html) in both {
            let html = html.expect(state);
            for (scheme, dark) in [("light", false), ("dark", true)] {
                let html = dressed(&html, dark);
                std::fs::write(folder.join(format!("{page}-{state}-{scheme}.html")), &html).expect("a file");
                for width in [320, 1280] {
                    let name = format!("{page} {state} {scheme} {width}");
                    pages.push(json!({"name": name, "html": html, "width": width}));
                }
            }
        }
    }
    let results = browse(&folder, &pages);
    assert_eq!(results.len(), pages.len());
    let (faulty, real) = results.split_first().expect("one at least");
    let faults = faulty["violations"].to_string();
    assert!(
        faults.contains("image-alt") && faults.contains("color-contrast") && faulty["sideways"] == true,
        "{faulty}"
    );
    for (result, page) in real.iter().zip(&pages[1..]) {
        assert_eq!(result["violations"], json!([]), "{result:#}");
        assert_eq!((&result["width"], &result["sideways"]), (&page["width"], &json!(false)), "{result:#}");
        assert!(result["passes"].as_u64().is_some_and(|passes| passes > 15), "{result:#}");
        // What axe could not decide by itself is not passed over.
        assert_eq!(result["incomplete"], json!([]), "{result:#}");
        let ground = if page["name"].as_str().is_some_and(|name| name.contains(" dark ")) {
            "rgb(13, 17, 23)"
        } else {
            "rgb(255, 255, 255)"
        };
        assert_eq!(result["background"], ground, "{result:#}");
    }
}
