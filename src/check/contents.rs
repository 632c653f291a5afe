//! Members that no published archive should carry, whatever its kind.

use crate::archive::{Member, MemberKind, Scan, shown};

use super::judge::Docket;

pub(super) fn judge(docket: &mut Docket<'_>, scan: &Scan) {
    for member in files(scan) {
        let name = &member.name;
        if is_secret(name) {
            let message = format!("`{}` is a file that usually holds secrets", shown(name));
            docket.raise("check/secret-file", message, Some(name));
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

fn is_secret(name: &str) -> bool {
    const FILES: [&str; 6] = [".pypirc", ".netrc", "_netrc", ".envrc", ".git-credentials", ".htpasswd"];
    const KEYS: [&str; 4] = ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"];
    const FOLDERS: [&str; 4] = [".git", ".ssh", ".aws", ".gnupg"];
    // Keys made for tests are published on purpose.
    const TESTS: [&str; 4] = ["test", "tests", "testing", "testdata"];
    const HARMLESS: [&str; 5] = ["example", "sample", "template", "dist", "defaults"];
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let below = |folders: &[&str]| folder.split('/').any(|part| folders.contains(&part));
    let environment = file == ".env" || file.strip_prefix(".env.").is_some_and(|rest| !HARMLESS.contains(&rest));
    let key = KEYS.contains(&file) && !below(&TESTS);
    environment || key || FILES.contains(&file) || below(&FOLDERS)
}
