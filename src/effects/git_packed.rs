//! Many blobs as one pack (gitformat-pack, version 2): a file of its own for each of thousands costs far more than
//! what is in them.

use std::io::Write;
use std::path::Path;

use flate2::{Compression, Crc, write::ZlibEncoder};
use git2::Oid;
use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY as SHA1};

use super::FilesMut;
use super::error::EffectsError;

/// From so many files on; git keeps as a pack what a push of so many objects brings (`transfer.unpackLimit`).
pub(super) const PACK_FROM: usize = 100;

/// Bytes of all blobs: what is beyond takes memory, and offsets of another form.
pub(super) const PACK_AT_MOST: usize = 1 << 28;

const BLOB: u8 = 3;

/// What the index says of an object of the pack.
struct Packed {
    id: Oid,
    crc: u32,
    at: u32,
}

/// Writes blobs, sorted by their names and of at most [`PACK_AT_MOST`] bytes together, as a pack and its index into
/// `folder`, durably.
pub(super) fn write(folder: &Path, blobs: &[(Oid, &[u8])]) -> Result<(), EffectsError> {
    let mut pack = [&b"PACK"[..], &2_u32.to_be_bytes(), &number(blobs.len()).to_be_bytes()].concat();
    let mut objects = Vec::with_capacity(blobs.len());
    for part in compressed(blobs) {
        let start = number(pack.len());
        pack.extend(part.bytes);
        objects.extend(part.objects.into_iter().map(|object| Packed { at: start + object.at, ..object }));
    }
    let id = sealed(&mut pack);
    let files = FilesMut;
    files.make_folder(folder)?;
    let name: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    // Git looks for indexes, so that comes last.
    for (end, bytes) in [("pack", &pack), ("idx", &index(&objects, &id))] {
        // `git gc` removes what is called so and was left.
        let beside = folder.join(format!("tmp_{end}_{name}"));
        files.remove_file(&beside)?;
        files.write_new(&beside, bytes, 0o444)?;
        files.rename(&beside, &folder.join(format!("pack-{name}.{end}")))?;
    }
    Ok(())
}

fn number(size: usize) -> u32 {
    u32::try_from(size).expect("a pack is smaller than 2 GiB")
}

/// Objects one after the other; their offsets begin with the part.
struct Part {
    bytes: Vec<u8>,
    objects: Vec<Packed>,
}

/// All blobs, in parts that are made at once.
fn compressed(blobs: &[(Oid, &[u8])]) -> Vec<Part> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let parts = blobs.chunks(blobs.len().div_ceil(cores).max(1));
        let running: Vec<_> = parts.map(|part| scope.spawn(move || compress(part))).collect();
        let ended = running.into_iter().map(std::thread::ScopedJoinHandle::join);
        ended.map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

fn compress(blobs: &[(Oid, &[u8])]) -> Part {
    let mut part = Part { bytes: Vec::new(), objects: Vec::with_capacity(blobs.len()) };
    for (id, bytes) in blobs {
        let at = part.bytes.len();
        entry_header(bytes.len(), &mut part.bytes);
        let mut encoder = ZlibEncoder::new(&mut part.bytes, Compression::fast());
        encoder.write_all(bytes).and_then(|()| encoder.finish().map(|_| ())).expect("memory takes it");
        let mut crc = Crc::new();
        crc.update(&part.bytes[at..]);
        part.objects.push(Packed { id: *id, crc: crc.sum(), at: number(at) });
    }
    part
}

/// The type and the size: four bits in the first byte, seven in each that follows.
fn entry_header(size: usize, into: &mut Vec<u8>) {
    let mut byte = (BLOB << 4) | (size & 0x0F) as u8;
    let mut rest = size >> 4;
    while rest > 0 {
        into.push(byte | 0x80);
        byte = (rest & 0x7F) as u8;
        rest >>= 7;
    }
    into.push(byte);
}

/// Appends the digest of everything before.
fn sealed(bytes: &mut Vec<u8>) -> Vec<u8> {
    let mut context = Context::new(&SHA1);
    context.update(bytes);
    let digest = context.finish().as_ref().to_vec();
    bytes.extend(&digest);
    digest
}

/// The index, version 2, of sorted objects.
fn index(objects: &[Packed], pack: &[u8]) -> Vec<u8> {
    let mut bytes = b"\xFFtOc\0\0\0\x02".to_vec();
    for first in 0..=u8::MAX {
        let below = objects.partition_point(|object| object.id.as_bytes()[0] <= first);
        bytes.extend(number(below).to_be_bytes());
    }
    bytes.extend(objects.iter().flat_map(|object| object.id.as_bytes().to_owned()));
    bytes.extend(objects.iter().flat_map(|object| object.crc.to_be_bytes()));
    bytes.extend(objects.iter().flat_map(|object| object.at.to_be_bytes()));
    bytes.extend(pack);
    sealed(&mut bytes);
    bytes
}
