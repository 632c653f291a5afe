//! `release completions`.

use crate::support::Sandbox;

#[test]
fn every_shell_gets_a_script_that_knows_the_subcommands() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = sandbox.release(&["completions", shell]).success();
        assert!(output.stdout.contains("rehearse") || output.stdout.contains("references"), "{shell}");
    }
    assert_eq!(sandbox.release(&["completions", "csh"]).code, 2);
}

#[test]
fn bash_accepts_the_script() {
    let sandbox = Sandbox::new();
    let script = sandbox.release(&["completions", "bash"]).success().stdout;
    std::fs::write(sandbox.path("complete.bash"), script).expect("a file");
    let status =
        std::process::Command::new("bash").arg("-n").arg(sandbox.path("complete.bash")).status().expect("bash");
    assert!(status.success());
}
