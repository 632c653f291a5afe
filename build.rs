//! Turns what the machine has into `cfg`s, so that tests that cannot run here are ignored visibly.

#![expect(clippy::disallowed_methods, reason = "a build script has no World")]

use std::env;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(offline)");
    println!("cargo::rustc-check-cfg=cfg(no_strace)");
    println!("cargo::rustc-check-cfg=cfg(no_chromium)");
    println!("cargo::rustc-check-cfg=cfg(no_ssh_keygen)");
    println!("cargo::rustc-check-cfg=cfg(no_gpg)");
    println!("cargo::rustc-check-cfg=cfg(no_gpgsm)");
    println!("cargo::rerun-if-env-changed=PYRELEASE_TEST_OFFLINE");
    println!("cargo::rerun-if-env-changed=PATH");
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("PYRELEASE_TEST_OFFLINE").is_some_and(|value| value == "1") {
        println!("cargo::rustc-cfg=offline");
    }
    let path = env::var_os("PATH").unwrap_or_default();
    if !env::split_paths(&path).any(|dir| dir.join("strace").is_file()) {
        println!("cargo::rustc-cfg=no_strace");
    }
    for (program, missing) in [("ssh-keygen", "no_ssh_keygen"), ("gpg", "no_gpg"), ("gpgsm", "no_gpgsm")] {
        if !env::split_paths(&path).any(|dir| dir.join(program).is_file()) {
            println!("cargo::rustc-cfg={missing}");
        }
    }
    let browsers = ["chromium", "chromium-browser", "google-chrome"];
    if !env::split_paths(&path).any(|dir| browsers.iter().any(|name| dir.join(name).is_file())) {
        println!("cargo::rustc-cfg=no_chromium");
    }
}
