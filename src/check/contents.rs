//! Members that no published archive should carry, whatever its kind.

use crate::archive::{Member, MemberKind, Scan, shown};

use super::judge::Docket;

pub(super) fn judge(docket: &mut Docket<'_>, scan: &Scan) {
    for member in files(scan) {
        let name = &member.name;
        if let Some(code) = secret(name) {
            docket.raise(code, format!("`{}` is a file that usually holds secrets", shown(name)), Some(name));
        }
        if name.ends_with(".pyc") || name.ends_with(".pyo") {
            let message = format!("`{}` is compiled bytecode", shown(name));
            docket.raise("check/bytecode", message, Some(name));
        }
    }
}

/// The members that hold bytes.
pub(super) fn files(scan: &Scan) -> impl Iterator<Item = &Member> {
    scan.members.iter().filter(|member| member.kind == MemberKind::File)
}

/// What a file that usually holds secrets is told as; nothing for any other.
fn secret(name: &str) -> Option<&'static str> {
    const FILES: [&str; 5] = [".netrc", "_netrc", ".envrc", ".git-credentials", ".htpasswd"];
    const KEYS: [&str; 4] = ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"];
    const FOLDERS: [&str; 4] = [".git", ".ssh", ".aws", ".gnupg"];
    // Keys and settings made for tests are published on purpose.
    const TESTS: [&str; 4] = ["test", "tests", "testing", "testdata"];
    const HARMLESS: [&str; 5] = ["example", "sample", "template", "dist", "defaults"];
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let below = |folders: &[&str]| folder.split('/').any(|part| folders.contains(&part));
    let environment = file == ".env" || file.strip_prefix(".env.").is_some_and(|rest| !HARMLESS.contains(&rest));
    if file == ".pypirc" || below(&FOLDERS) {
        return Some("check/secret-file");
    }
    let usual = environment || KEYS.contains(&file) || FILES.contains(&file);
    usual.then_some(if below(&TESTS) { "check/secret-file-of-tests" } else { "check/secret-file" })
}
