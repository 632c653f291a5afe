//! How a flaw reaches users: by what a version asks for and carries, not by what is locked.

use std::collections::BTreeSet;

use pyrelease::project::dependencies::graph::Graph;
use pyrelease::python::requirement::Requirement;
use pyrelease::security::exposure::{Exposure, Surface};

use crate::support::decisions::lock;

fn requirements(texts: &[&str]) -> Vec<Requirement> {
    texts.iter().map(|text| text.parse().expect(text)).collect()
}

fn surface(runtime: &[&str]) -> Surface {
    Surface {
        runtime: requirements(runtime),
        build: requirements(&["setuptools>=70"]),
        groups: requirements(&["pytest"]),
        ..Surface::default()
    }
}

fn of(runtime: &[&str], package: &str, fixes: &[&str]) -> Exposure {
    let fixes: Vec<String> = fixes.iter().map(|fix| (*fix).to_owned()).collect();
    surface(runtime).exposure(package, &fixes)
}

#[test]
fn our_own_requirement_decides_for_a_direct_dependency() {
    for (requirement, fixes, expected) in [
        ("urllib3", vec!["2.0.7"], Exposure::Floating),
        ("urllib3>=1.26", vec!["2.0.7"], Exposure::Floating),
        ("urllib3<2", vec!["2.0.7"], Exposure::Capped),
        ("urllib3<2", vec!["1.26.18", "2.0.7"], Exposure::Floating),
        ("urllib3~=1.26.5", vec!["2.0.7"], Exposure::Capped),
        ("urllib3==1.26.5", vec!["1.26.18"], Exposure::Pinned),
        ("urllib3===1.26.5", vec!["1.26.18"], Exposure::Pinned),
        ("urllib3==1.26.*", vec!["1.26.18"], Exposure::Floating),
        ("urllib3==1.25.*", vec!["1.26.18"], Exposure::Capped),
        ("urllib3 @ https://example.org/u.whl", vec!["1.26.18"], Exposure::Pinned),
        ("urllib3<2; extra == 'net'", vec!["2.0.7"], Exposure::Capped),
        ("urllib3<2", vec![], Exposure::Floating),
    ] {
        assert_eq!(of(&[requirement], "urllib3", &fixes), expected, "{requirement} {fixes:?}");
    }
    let either = &["urllib3>=1.26; python_version > '3.9'", "urllib3<1.26; python_version <= '3.9'"];
    assert_eq!(of(either, "urllib3", &["1.26.18"]), Exposure::Capped, "the worse of two");
}

#[test]
fn what_is_not_asked_for_directly() {
    assert_eq!(of(&["requests"], "idna", &["3.7"]), Exposure::Floating, "without edges it may be installed");
    assert_eq!(of(&["requests"], "pytest", &["8"]), Exposure::Dev);
    assert_eq!(of(&["requests"], "setuptools", &["80"]), Exposure::Build);
    assert_eq!(of(&[], "idna", &["3.7"]), Exposure::Dev, "nothing is installed with the project");
    let text = lock(&["requests"], &["pytest"], &[])
        + "\n[[package]]\nname = \"requests\"\nversion = \"1\"\nsource = { registry = \"https://pypi.org/simple\" }\ndependencies = [{ name = \"idna\" }]\n";
    let graph = Graph::of_uv_lock(&text);
    let surface = Surface { graph, ..surface(&["requests"]) };
    let fixes = ["3.7".to_owned()];
    assert_eq!(surface.exposure("idna", &fixes), Exposure::Floating);
    assert_eq!(surface.exposure("iniconfig", &fixes), Exposure::Dev, "only pytest leads there");
    let shipped = Surface { ships_lock: true, ..surface };
    assert_eq!(shipped.exposure("idna", &fixes), Exposure::Pinned);
    assert_eq!(shipped.exposure("requests", &fixes), Exposure::Pinned);
    let bundled = Surface { bundled: BTreeSet::from(["idna".to_owned()]), ..shipped };
    assert_eq!(bundled.exposure("idna", &fixes), Exposure::Bundled);
}

#[test]
fn a_lock_that_is_none_has_no_edges() {
    for text in ["", "version = 1", "[[package]", "package = 3"] {
        assert_eq!(Graph::of_uv_lock(text), None, "{text}");
    }
    let circle = "[[package]]\nname = 'a'\ndependencies = [{ name = 'b' }]\n[[package]]\nname = 'b'\ndependencies = [{ name = 'a' }]\n";
    let graph = Graph::of_uv_lock(circle).expect("a graph");
    assert_eq!(graph.reachable(&BTreeSet::from(["a".to_owned()])).len(), 2);
}
