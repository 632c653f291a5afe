//! Distributions made for tests, named like what extras of the fixtures require, so that every extra
//! installs without a network.

use std::io::Write;
use std::path::Path;

use sha2::{Digest, Sha256};

/// Writes a wheel with these members and what belongs to them.
pub(crate) fn wheel(folder: &Path, name: &str, version: &str, members: &[(&str, &str)]) {
    use base64::Engine;
    let module = name.replace('-', "_");
    let info = format!("{module}-{version}.dist-info");
    let mut files: Vec<(String, String)> =
        members.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    files.push((format!("{info}/METADATA"), format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")));
    files.push((
        format!("{info}/WHEEL"),
        "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n".to_owned(),
    ));
    let mut record = String::new();
    for (path, text) in &files {
        let digest = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha256::digest(text));
        record.push_str(&format!("{path},sha256={digest},{}\n", text.len()));
    }
    record.push_str(&format!("{info}/RECORD,,\n"));
    files.push((format!("{info}/RECORD"), record));
    std::fs::create_dir_all(folder).expect("a folder");
    let file = std::fs::File::create(folder.join(format!("{module}-{version}-py3-none-any.whl"))).expect("a file");
    let mut zip = zip::ZipWriter::new(file);
    for (path, text) in files {
        zip.start_file(path, zip::write::SimpleFileOptions::default()).expect("a member");
        zip.write_all(text.as_bytes()).expect("bytes");
    }
    zip.finish().expect("a zip");
}

/// What the extras of all fixtures require.
pub(crate) fn all(folder: &Path) {
    for (name, version) in [
        ("openai", "1.99.0"),
        ("anthropic", "0.99.0"),
        ("langchain-core", "0.99.0"),
        ("litellm", "1.99.0"),
        ("plotly", "5.99.0"),
        ("prometheus-client", "0.99.0"),
        ("mypy", "1.99.0"),
    ] {
        let module = name.replace('-', "_");
        wheel(folder, name, version, &[(&format!("{module}/__init__.py"), &format!("__version__ = \"{version}\"\n"))]);
    }
}
