//! Native builds are the same bytes on another path, by another user, with another umask, time zone and locale.

use std::process::Command;

use crate::support::Sandbox;
use crate::support::backends::BACKENDS;
use crate::support::depth::rounds;
use crate::support::native::{self, BUILD, Native, NotYet, at_once};
use crate::support::sandbox::program;
use crate::support::shapes::{self, Checkout, Shape, Way};

/// The bytes of what is in `made/`, by name; else what came instead.
type Bytes = Result<Vec<(String, Vec<u8>)>, String>;

fn built(sandbox: &Sandbox, command: &mut Command, shape: &Shape, folder: &str, checkout: Checkout) -> Bytes {
    let root = sandbox.repo().join(folder);
    std::fs::create_dir_all(&root).expect("a folder");
    shape.write(&root, checkout);
    let read = |name: String| {
        let bytes = std::fs::read(root.join("made").join(&name)).expect("a file");
        (name, bytes)
    };
    match native::build(sandbox, command, &root) {
        Native::Built(archives) => Ok(archives.into_iter().map(|archive| read(archive.name)).collect()),
        other => Err(format!("{other:?}")),
    }
}

fn at_home(shape: &Shape) -> Bytes {
    let sandbox = Sandbox::new();
    built(&sandbox, &mut sandbox.command(BUILD), shape, "", Checkout::USUAL)
}

fn elsewhere(shape: &Shape) -> Bytes {
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
    let wrong: Vec<String> = at_once(&chosen, |shape| match (at_home(shape), elsewhere(shape)) {
        (Ok(here), Ok(there)) if here == there => None,
        (Ok(here), Ok(there)) => {
            let same =
                |(name, bytes): &&(String, Vec<u8>)| there.iter().any(|(other, found)| other == name && found == bytes);
            let names: Vec<&String> = here.iter().filter(|file| !same(file)).map(|(name, _)| name).collect();
            Some(format!("{}: other bytes elsewhere: {names:?}", shape.name))
        }
        (Err(said), _) => Some(format!("{}: {said}", shape.name)),
        (_, Err(said)) => Some(format!("{}: elsewhere: {said}", shape.name)),
    })
    .into_iter()
    .flatten()
    .collect();
    assert!(wrong.is_empty(), "{} of {} are wrong\n{}", wrong.len(), chosen.len(), wrong.join("\n"));
}
