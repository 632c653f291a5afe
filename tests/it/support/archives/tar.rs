//! A tar and gzip writer that writes exactly what it is told, right or wrong.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::zip::METADATA;

pub(crate) const SDIST_NAME: &str = "demo-1.0.tar.gz";

/// A tar to be written, and what follows it.
#[derive(Clone, Default)]
pub(crate) struct Tar {
    pub(crate) bytes: Vec<u8>,
    pub(crate) without_end: bool,
    pub(crate) after_end: Vec<u8>,
}

impl Tar {
    /// An honest sdist of the project `demo`.
    pub(crate) fn sdist() -> Self {
        let mut tar = Tar::top();
        tar.file("demo-1.0/PKG-INFO", METADATA.as_bytes());
        tar
    }

    /// An honest sdist without its PKG-INFO.
    pub(crate) fn top() -> Self {
        let mut tar = Tar::default();
        tar.directory("demo-1.0/");
        tar.file("demo-1.0/LICENSE", b"MIT\n");
        tar.file(
            "demo-1.0/pyproject.toml",
            b"[build-system]\nrequires = [\"flit_core\"]\nbuild-backend = \"flit_core.buildapi\"\n\
              [project]\nname = \"demo\"\nversion = \"1.0\"\n",
        );
        tar.file("demo-1.0/src/demo/__init__.py", b"VALUE = 1\n");
        tar
    }

    pub(crate) fn file(&mut self, name: &str, data: &[u8]) {
        self.member(header(name.as_bytes(), b'0', data.len()), data);
    }

    pub(crate) fn directory(&mut self, name: &str) {
        self.member(header(name.as_bytes(), b'5', 0), b"");
    }

    pub(crate) fn link(&mut self, name: &str, flag: u8, target: &str) {
        let mut block = header(name.as_bytes(), flag, 0);
        block[157..157 + target.len()].copy_from_slice(target.as_bytes());
        self.member(block, b"");
    }

    pub(crate) fn pax(&mut self, flag: u8, records: &[(&str, &str)]) {
        let body: String = records.iter().map(|(key, value)| record(key, value)).collect();
        self.member(header(b"PaxHeaders/x", flag, body.len()), body.as_bytes());
    }

    /// A header, its checksum made right, and data padded to a block.
    pub(crate) fn member(&mut self, block: [u8; 512], data: &[u8]) {
        self.bytes.extend(signed(block));
        self.data(data);
    }

    pub(crate) fn data(&mut self, data: &[u8]) {
        self.bytes.extend(data);
        self.bytes.resize(self.bytes.len().next_multiple_of(512), 0);
    }

    pub(crate) fn tar(self) -> Vec<u8> {
        let mut bytes = self.bytes;
        if !self.without_end {
            bytes.extend([0; 1024]);
        }
        bytes.extend(self.after_end);
        bytes
    }

    pub(crate) fn gz(self) -> Vec<u8> {
        gzip(&self.tar())
    }
}

/// A header without its checksum.
pub(crate) fn header(name: &[u8], flag: u8, size: usize) -> [u8; 512] {
    let mut block = [0; 512];
    block[..name.len()].copy_from_slice(name);
    let mode = if flag == b'5' { b"0000755\0" } else { b"0000644\0" };
    block[100..108].copy_from_slice(mode);
    block[108..116].copy_from_slice(b"0000000\0");
    block[116..124].copy_from_slice(b"0000000\0");
    block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    block[136..148].copy_from_slice(b"00000000000\0");
    block[156] = flag;
    block[257..265].copy_from_slice(b"ustar\x0000");
    block
}

/// The same header with a checksum that fits.
pub(crate) fn signed(mut block: [u8; 512]) -> [u8; 512] {
    block[148..156].copy_from_slice(b"        ");
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

/// A pax record, its length counting itself.
pub(crate) fn record(key: &str, value: &str) -> String {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length += 1;
    }
    format!("{length} {key}={value}\n")
}

pub(crate) fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).expect("memory takes everything");
    let mut crc = flate2::Crc::new();
    crc.update(data);
    let mut out = b"\x1f\x8b\x08\x00\0\0\0\0\x02\xff".to_vec();
    out.extend(encoder.finish().expect("memory takes everything"));
    out.extend(crc.sum().to_le_bytes());
    out.extend((data.len() as u32).to_le_bytes());
    out
}
