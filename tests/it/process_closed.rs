//! What the project's own commands can learn of us through `/proc`: nothing, as far as the system keeps users
//! apart. The administrator reads everything, so a test that runs as one starts the program as somebody else.
#![cfg(target_os = "linux")]

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;

use crate::support::Sandbox;
use crate::support::projects::ACME;
use crate::support::sandbox::{CANARY, program};

/// Nobody in particular.
const NOBODY: u32 = 65_534;

fn give_away(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).expect("we are the administrator");
    if path.is_dir() && !path.is_symlink() {
        for entry in std::fs::read_dir(path).expect("a folder") {
            give_away(&entry.expect("an entry").path());
        }
    }
}

#[test]
fn a_command_of_the_project_reads_neither_our_variables_nor_our_memory() {
    let sandbox = Sandbox::with(ACME);
    let hook = "\n[[tool.release.hooks]]\nat = \"before-gates\"\nrun = [\"sh\", \"-c\", \"cat /proc/$PPID/environ > ../theirs; \
                head -c 1 /proc/$PPID/mem /proc/$PPID/maps > ../memory; CANARY=own cat /proc/self/environ > ../own; exit 1\"]\n";
    sandbox.write("pyproject.toml", sandbox.read("pyproject.toml") + hook);
    sandbox.commit("chore: a hook");
    let own = sandbox.path("release");
    // By another process: a file that this one has open for writing, a child of another test may have open, too, and then
    // it cannot be run.
    let copied = std::process::Command::new("cp").arg(program()).arg(&own).status().expect("cp is everywhere");
    assert!(copied.success(), "a copy that everybody may run");
    let mut command = sandbox.command(&["run", "minor", "--yes", "--format", "json"]);
    let root = sandbox.path("");
    let mut copied = std::process::Command::new(&own);
    copied.args(command.get_args().map(ToOwned::to_owned)).current_dir(sandbox.repo()).env_clear();
    copied.envs(command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))));
    if std::fs::metadata(&root).expect("it is there").uid() == 0 {
        give_away(&root);
        copied.uid(NOBODY).gid(NOBODY);
    }
    command = copied;
    let output = sandbox.finish(&mut command);
    assert_eq!(output.failure_code(), "step/hook", "{output}");
    let read =
        |name: &str| String::from_utf8_lossy(&std::fs::read(sandbox.path(name)).expect("the hook ran")).into_owned();
    // Such a file can be read at all.
    assert!(read("own").contains("CANARY=own"), "{}", read("own"));
    assert!(!read("theirs").contains(CANARY), "the hook has read our variables");
    assert_eq!((read("theirs"), read("memory")), (String::new(), String::new()));
}
