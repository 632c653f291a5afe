//! A zip writer that writes exactly what it is told, right or wrong.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use pyrelease::archive::Sha256;

pub(crate) const WHEEL_NAME: &str = "demo-1.0-py3-none-any.whl";
/// Metadata of which nobody has anything to say.
pub(crate) const METADATA: &str = "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nSummary: A demonstration\n\
     Keywords: demo,example\nAuthor-email: Ada Lovelace <ada@example.org>\nLicense-Expression: MIT\n\
     License-File: LICENSE\nClassifier: Development Status :: 5 - Production/Stable\n\
     Classifier: Programming Language :: Python :: 3\nClassifier: Programming Language :: Python :: 3.9\n\
     Requires-Python: >=3.9\nProject-URL: Homepage, https://example.org/demo\n\
     Description-Content-Type: text/markdown\n\n# demo\n\n\
     It holds a value, and nothing more than that. Whoever tests how releases are made needs a project with\n\
     which nothing is wrong, and this is one.\n";
pub(crate) const WHEEL: &str = "Wheel-Version: 1.0\nGenerator: test 1\nRoot-Is-Purelib: true\nTag: py3-none-any\n";

/// What a local header or a central record says.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) name: Vec<u8>,
    /// The version of the format that a reader needs.
    pub(crate) needed: u16,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) crc: u32,
    pub(crate) packed: u32,
    pub(crate) size: u32,
    pub(crate) extra: Vec<u8>,
}

/// One entry, with everything that can be wrong about it.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) data: Vec<u8>,
    pub(crate) local: Head,
    pub(crate) central: Head,
    pub(crate) body: Vec<u8>,
    /// Bytes between the data and the next record.
    pub(crate) after: Vec<u8>,
    pub(crate) comment: Vec<u8>,
    pub(crate) mode: u32,
    pub(crate) offset: Option<u32>,
    pub(crate) in_local: bool,
    pub(crate) in_central: bool,
    pub(crate) listed: bool,
}

impl Entry {
    pub(crate) fn deflated(name: &str, data: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(data).expect("memory takes everything");
        Entry::with(name, data, 8, encoder.finish().expect("memory takes everything"))
    }

    pub(crate) fn stored(name: &str, data: &[u8]) -> Self {
        Entry::with(name, data, 0, data.to_vec())
    }

    fn with(name: &str, data: &[u8], method: u16, body: Vec<u8>) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(data);
        let head = Head {
            name: name.as_bytes().to_vec(),
            needed: 20,
            flags: if name.is_ascii() { 0 } else { 0x800 },
            method,
            crc: crc.sum(),
            packed: body.len() as u32,
            size: data.len() as u32,
            extra: Vec::new(),
        };
        Entry {
            data: data.to_vec(),
            local: head.clone(),
            central: head,
            body,
            after: Vec::new(),
            comment: Vec::new(),
            mode: 0o100_644,
            offset: None,
            in_local: true,
            in_central: true,
            listed: !name.ends_with('/'),
        }
    }

    /// Changes both descriptions of the entry.
    pub(crate) fn both(&mut self, change: impl Fn(&mut Head)) {
        change(&mut self.local);
        change(&mut self.central);
    }
}

/// A zip to be written.
#[derive(Clone, Default)]
pub(crate) struct Zip {
    pub(crate) entries: Vec<Entry>,
    /// Bytes before the first entry, and what the offsets say about them.
    pub(crate) before: Vec<u8>,
    pub(crate) shift: u32,
    pub(crate) comment: Vec<u8>,
    pub(crate) after: Vec<u8>,
    /// Writes a zip64 end record with this count.
    pub(crate) zip64: Option<u64>,
    /// The text of RECORD, made from the entries where it is `None`.
    pub(crate) record: Option<String>,
    pub(crate) without_record: bool,
}

impl Zip {
    /// An honest wheel of the project `demo`.
    pub(crate) fn wheel() -> Self {
        let mut zip = Zip::default();
        zip.file("demo/__init__.py", b"VALUE = 1\n");
        zip.file("demo-1.0.dist-info/licenses/LICENSE", b"MIT\n");
        zip.file("demo-1.0.dist-info/METADATA", METADATA.as_bytes());
        zip.file("demo-1.0.dist-info/WHEEL", WHEEL.as_bytes());
        zip
    }

    pub(crate) fn file(&mut self, name: &str, data: &[u8]) -> &mut Entry {
        self.entries.push(Entry::deflated(name, data));
        self.entries.last_mut().expect("something was written")
    }

    pub(crate) fn entry(&mut self, name: &str) -> &mut Entry {
        let of = |entry: &&mut Entry| entry.local.name == name.as_bytes();
        self.entries.iter_mut().find(of).expect("the entry is there")
    }

    /// Gives a file other contents.
    pub(crate) fn replace(&mut self, name: &str, data: &str) {
        *self.entry(name) = Entry::deflated(name, data.as_bytes());
    }

    /// Gives a file of the dist-info other contents: `old` becomes `new`.
    pub(crate) fn edit(&mut self, name: &str, old: &str, new: &str) {
        let name = format!("demo-1.0.dist-info/{name}");
        let text = String::from_utf8(self.entry(&name).data.clone()).expect("it is text");
        assert!(text.contains(old), "{old} is not in {text}");
        self.replace(&name, &text.replace(old, new));
    }

    /// The RECORD that fits the entries.
    pub(crate) fn honest_record(&self) -> String {
        let mut text = String::new();
        for entry in self.entries.iter().filter(|entry| entry.listed) {
            let name = String::from_utf8_lossy(&entry.central.name).into_owned();
            let name =
                if name.contains(['"', ',', '\n']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name };
            let hash = Sha256::of(&entry.data).to_record();
            text += &format!("{name},sha256={hash},{}\n", entry.data.len());
        }
        text + "demo-1.0.dist-info/RECORD,,\n"
    }

    pub(crate) fn bytes(mut self) -> Vec<u8> {
        // As archivers are asked to: the dist-info comes last.
        self.entries.sort_by_key(|entry| entry.local.name.starts_with(b"demo-1.0.dist-info/"));
        let record = self.record.clone().unwrap_or_else(|| self.honest_record());
        if !self.without_record {
            self.file("demo-1.0.dist-info/RECORD", record.as_bytes());
        }
        self.raw()
    }

    /// The zip as it stands, without a RECORD of its own.
    pub(crate) fn raw(self) -> Vec<u8> {
        let mut out = self.before.clone();
        let mut directory = Vec::new();
        let mut count: u64 = 0;
        for entry in &self.entries {
            let offset = entry.offset.unwrap_or(out.len() as u32 - self.shift);
            if entry.in_local {
                out.extend(local(&entry.local));
                out.extend(&entry.body);
                out.extend(&entry.after);
            }
            if entry.in_central {
                directory.extend(central(entry, offset));
                count += 1;
            }
        }
        let start = out.len() as u32 - self.shift;
        out.extend(&directory);
        if let Some(count) = self.zip64 {
            let at = out.len() as u64;
            out.extend(b"PK\x06\x06");
            out.extend(44u64.to_le_bytes());
            out.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            for field in [count, count, directory.len() as u64, u64::from(start)] {
                out.extend(field.to_le_bytes());
            }
            out.extend(b"PK\x06\x07\0\0\0\0");
            out.extend(at.to_le_bytes());
            out.extend(1u32.to_le_bytes());
        }
        out.extend(b"PK\x05\x06\0\0\0\0");
        out.extend([(count as u16).to_le_bytes(); 2].concat());
        out.extend((directory.len() as u32).to_le_bytes());
        out.extend(start.to_le_bytes());
        out.extend((self.comment.len() as u16).to_le_bytes());
        out.extend(&self.comment);
        out.extend(&self.after);
        out
    }
}

fn fields(head: &Head) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(head.needed.to_le_bytes());
    out.extend(head.flags.to_le_bytes());
    out.extend(head.method.to_le_bytes());
    out.extend([0, 0, 0x21, 0x50]);
    out.extend(head.crc.to_le_bytes());
    out.extend(head.packed.to_le_bytes());
    out.extend(head.size.to_le_bytes());
    out.extend((head.name.len() as u16).to_le_bytes());
    out.extend((head.extra.len() as u16).to_le_bytes());
    out
}

fn local(head: &Head) -> Vec<u8> {
    [b"PK\x03\x04".as_slice(), &fields(head), &head.name, &head.extra].concat()
}

fn central(entry: &Entry, offset: u32) -> Vec<u8> {
    let head = &entry.central;
    let mut out = b"PK\x01\x02\x14\x03".to_vec();
    out.extend(fields(head));
    out.extend((entry.comment.len() as u16).to_le_bytes());
    out.extend([0; 4]);
    out.extend((entry.mode << 16).to_le_bytes());
    out.extend(offset.to_le_bytes());
    out.extend(&head.name);
    out.extend(&head.extra);
    out.extend(&entry.comment);
    out
}

/// A zip64 extra field with these sizes.
pub(crate) fn zip64_extra(values: &[u64]) -> Vec<u8> {
    let mut out = vec![1, 0];
    out.extend((values.len() as u16 * 8).to_le_bytes());
    values.iter().for_each(|value| out.extend(value.to_le_bytes()));
    out
}
