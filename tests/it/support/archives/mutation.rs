//! Damaged archives: changed at random, yet framed so that the change reaches the readers.

use crate::support::random::Random;

/// Changes one or a few bytes in one of many ways.
pub(crate) fn mutate(random: &mut Random, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    let at = random.below(bytes.len());
    match random.below(6) {
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes[at] = random.next() as u8,
        2 => bytes.truncate(at),
        3 => bytes.insert(at, random.next() as u8),
        4 => drop(bytes.drain(at..(at + random.below(40)).min(bytes.len()))),
        _ => {
            let end = (at + random.below(600)).min(bytes.len());
            let piece = bytes[at..end].to_vec();
            let to = random.below(bytes.len());
            bytes.splice(to..to, piece);
        }
    }
}

/// Makes the checksums right, so that a change reaches what lies behind them.
pub(crate) fn sign(tar: &mut [u8]) {
    for block in tar.chunks_exact_mut(512) {
        if block[257..262] == *b"ustar" {
            let header = <[u8; 512]>::try_from(&*block).expect("a block has 512 bytes");
            block.copy_from_slice(&super::tar::signed(header));
        }
    }
}

/// A gzip of one stored block each 65,535 bytes: cheap to make for each round.
pub(crate) fn stored_gzip(data: &[u8]) -> Vec<u8> {
    let mut out = b"\x1f\x8b\x08\x00\0\0\0\0\0\xff".to_vec();
    let mut blocks = data.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        out.push(u8::from(blocks.peek().is_none()));
        out.extend((block.len() as u16).to_le_bytes());
        out.extend((!(block.len() as u16)).to_le_bytes());
        out.extend(block);
    }
    let mut crc = flate2::Crc::new();
    crc.update(data);
    out.extend(crc.sum().to_le_bytes());
    out.extend((data.len() as u32).to_le_bytes());
    out
}

/// The beginnings of a library of Windows, and of one of macOS for several processors.
pub(crate) fn libraries() -> (Vec<u8>, Vec<u8>) {
    let mut pe = b"MZ".to_vec();
    pe.resize(0x3c, 0);
    pe.extend(0x80_u32.to_le_bytes());
    pe.resize(0x80, 0);
    pe.extend(b"PE\0\0\x64\x86");
    pe.resize(512, 0);
    (pe, [b"\xca\xfe\xba\xbe\0\0\0\x02\x01\0\0\x07".as_slice(), &[7; 60]].concat())
}
