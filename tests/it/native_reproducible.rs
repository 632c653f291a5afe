//! Native builds are the same bytes on another path, by another user, with another umask, time zone and locale.

use std::process::Command;

use crate::support::Sandbox;
use crate::support::backends::BACKENDS;
use crate::support::depth::rounds;
use crate::support::native::{self, BUILD, Native, NotYet, at_once};
use crate::support::sandbox::program;
use crate::support::shapes::{self, Checkout, Shape, Way};

/// The bytes of what is in `dist/`, by name.
fn built(
    sandbox: &Sandbox,
    command: &mut Command,
    shape: &Shape,
    folder: &str,
    checkout: Checkout,
) -> Vec<(String, Vec<u8>)> {
    let root = sandbox.repo().join(folder);
    std::fs::create_dir_all(&root).expect("a folder");
    shape.write(&root, checkout);
    match native::build(sandbox, command, &root) {
        Native::Built(archives) => archives
            .into_iter()
            .map(|archive| (archive.name.clone(), std::fs::read(root.join("dist").join(archive.name)).expect("a file")))
            .collect(),
        other => panic!("{}: {other:?}", shape.name),
    }
}

fn at_home(shape: &Shape) -> Vec<(String, Vec<u8>)> {
    let sandbox = Sandbox::new();
    built(&sandbox, &mut sandbox.command(BUILD), shape, "", Checkout::USUAL)
}

fn elsewhere(shape: &Shape) -> Vec<(String, Vec<u8>)> {
    let mut sandbox = Sandbox::new();
    for name in ["elsewhere", "temporary"] {
        std::fs::create_dir(sandbox.path(name)).expect("a folder");
    }
    for (name, value) in [
        ("HOME", sandbox.path("elsewhere")),
        ("TMPDIR", sandbox.path("temporary")),
        ("TZ", "Asia/Kathmandu".into()),
        ("LC_ALL", "tr_TR.UTF-8".into()),
        ("LANG", "tr_TR.UTF-8".into()),
        ("USER", "ümit".into()),
        ("LOGNAME", "ümit".into()),
        ("USERNAME", "ümit".into()),
        ("RELEASE_NOW", "2031-02-03T04:05:06Z".into()),
    ] {
        sandbox.set(name, value);
    }
    // The shell sets the umask and becomes the program.
    let prepared = sandbox.command(BUILD);
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "umask 077; exec \"$@\"", "sh"]).arg(program()).args(BUILD).env_clear();
    for (name, value) in prepared.get_envs() {
        command.env(name, value.expect("it is set"));
    }
    built(&sandbox, &mut command, shape, "a folder/ünlü", Checkout { umask: 0o077, reversed: true })
}

/// All at full depth, else some of each backend.
#[test]
fn native_builds_are_the_same_bytes_everywhere() {
    let not_yet = NotYet::read();
    let mut chosen = Vec::new();
    for backend in BACKENDS {
        let shapes: Vec<Shape> = shapes::of(backend.name)
            .into_iter()
            .filter(|shape| shape.way == Way::Native && !not_yet.has(&shape.name))
            .collect();
        let count = rounds(shapes.len());
        let step = shapes.len().div_ceil(count.max(1)).max(1);
        let kept = |shape: &Shape| ["executables", "links", "non-ascii"].iter().any(|trap| shape.name.ends_with(trap));
        chosen.extend(
            shapes
                .into_iter()
                .enumerate()
                .filter(|(number, shape)| number % step == 0 || kept(shape))
                .map(|(_, shape)| shape),
        );
    }
    let differing: Vec<String> =
        at_once(&chosen, |shape| (at_home(shape) != elsewhere(shape)).then(|| shape.name.clone()))
            .into_iter()
            .flatten()
            .collect();
    assert!(differing.is_empty(), "other bytes elsewhere: {differing:?}");
}
