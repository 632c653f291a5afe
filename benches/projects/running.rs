//! What running programs takes: where they run, and how much memory they need.

use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_release");

/// A closed one, but for what leads to an index.
pub(crate) fn environment(dir: &Path) -> Vec<(String, String)> {
    let home = dir.parent().unwrap_or(dir).join("home");
    std::fs::create_dir_all(&home).expect("a folder");
    let mut path = std::env::var("PATH").unwrap_or_default();
    if let Some(peers) = peers() {
        path = format!("{}:{path}", peers.display());
    }
    let mut variables = vec![("PATH".to_owned(), path), ("HOME".to_owned(), home.display().to_string())];
    variables.push(("LC_ALL".to_owned(), "C.UTF-8".to_owned()));
    variables.extend(std::env::vars().filter(|(name, _)| {
        let lead = name.starts_with("PIP_") || name.starts_with("UV_") || name.starts_with("SSL_CERT_");
        lead || name == "TMPDIR" || name == "REQUESTS_CA_BUNDLE" || name.to_ascii_uppercase().ends_with("_PROXY")
    }));
    variables
}

/// The peak of the largest process below one, looked up until that has ended.
pub(crate) fn watch(id: u32) -> std::thread::JoinHandle<u64> {
    std::thread::spawn(move || {
        let mut peak = 0;
        while let Some(now) = memory(id) {
            peak = peak.max(now).max(children(id));
            std::thread::sleep(Duration::from_millis(1));
        }
        peak
    })
}

fn memory(id: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

fn children(id: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    let found = text.split_whitespace().filter_map(|word| word.parse().ok());
    found.map(|child| memory(child).unwrap_or(0).max(children(child))).max().unwrap_or(0)
}

pub(crate) fn peers() -> Option<PathBuf> {
    std::env::var_os("PYRELEASE_BENCH_PEERS").map(PathBuf::from)
}
