//! Every shape below `fixtures/shapes/` built natively, against the real backend: one test a backend.
//!
//! `PYRELEASE_SHAPE=flit/package cargo test --test it native_shapes::` looks at one alone.

use crate::support::Sandbox;
use crate::support::backends::{BACKENDS, Outcome, Source, backend};
use crate::support::native::{self, BUILD, NotYet, assert_right, at_once};
use crate::support::shapes::{self, Checkout, Shape, Way};

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn flit() {
    hold("flit");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn hatchling() {
    hold("hatchling");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn poetry() {
    hold("poetry");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn setuptools() {
    hold("setuptools");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn uv() {
    hold("uv");
}

fn hold(name: &str) {
    let shapes = shapes::of(name);
    let asked: Vec<&Shape> = shapes.iter().filter(|shape| !matches!(shape.way, Way::Pep517(_))).collect();
    let sources: Vec<Source<'_>> = asked.iter().map(|shape| Source::from(*shape)).collect();
    let real = backend(name).outcomes(&sources);
    let real: Vec<Option<&Outcome>> = {
        let mut real = real.iter();
        shapes.iter().map(|shape| if matches!(shape.way, Way::Pep517(_)) { None } else { real.next() }).collect()
    };
    let not_yet = NotYet::read();
    let pairs: Vec<(&Shape, Option<&Outcome>)> = shapes.iter().zip(real).collect();
    let judged = at_once(&pairs, |(shape, real)| {
        let sandbox = Sandbox::new();
        shape.write(&sandbox.repo(), Checkout::USUAL);
        let native = native::build(&sandbox, &mut sandbox.command(BUILD), &sandbox.repo());
        (shape.name.as_str(), native::judge(&shape.way, not_yet.has(&shape.name), *real, &native))
    });
    assert_right(&judged);
}

#[test]
fn every_shape_is_read_and_every_line_of_the_table_names_one() {
    if std::env::var_os("PYRELEASE_SHAPE").is_some() {
        let found: usize = BACKENDS.iter().map(|backend| shapes::of(backend.name).len()).sum();
        assert_eq!(found, 1, "PYRELEASE_SHAPE is `backend/trap`");
        return;
    }
    let not_yet = NotYet::read();
    let mut names = Vec::new();
    for backend in BACKENDS {
        let shapes = shapes::of(backend.name);
        let of = |wanted: fn(&Way) -> bool| shapes.iter().filter(|shape| wanted(&shape.way)).count();
        assert!(of(|way| *way == Way::Native) >= 12, "{} has too few native shapes", backend.name);
        assert!(of(|way| matches!(way, Way::Pep517(_))) >= 4, "{} has too few that are left to it", backend.name);
        assert!(of(|way| matches!(way, Way::Error(_))) >= 4, "{} has too few that fail", backend.name);
        names.extend(shapes.into_iter().map(|shape| shape.name));
    }
    let sdists: Vec<String> = crate::native_sdists::rows().into_iter().map(|row| row.listed_as()).collect();
    for name in not_yet.names() {
        assert!(names.iter().chain(&sdists).any(|known| known == name), "no project is called `{name}`");
    }
}
