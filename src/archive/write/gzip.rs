//! The gzip around an sdist: one member without a name and without a date, cut into blocks.
//!
//! Follows RFC 1952. Who made it and when would only tell two builds of the same apart, so the header says neither.

use std::io::{BufWriter, Write};

use flate2::Crc;

use super::WriteError;
use super::blocks::{BLOCK, Packed, Pipeline};

/// Magic, deflate, no flags, no date, no extra flags, unknown system.
const HEADER: [u8; 10] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];

/// A gzip that is being written.
pub(super) struct Gzip<W: Write> {
    out: BufWriter<W>,
    pipeline: Pipeline<()>,
    block: Vec<u8>,
    crc: Crc,
    size: u64,
}

impl<W: Write> Gzip<W> {
    pub(super) fn begin(out: W, mut pipeline: Pipeline<()>) -> Result<Self, WriteError> {
        let mut out = BufWriter::with_capacity(256 << 10, out);
        out.write_all(&HEADER).map_err(WriteError::Output)?;
        let block = pipeline.buffer();
        Ok(Gzip { out, pipeline, block, crc: Crc::new(), size: 0 })
    }

    /// How many bytes were written, uncompressed.
    pub(super) fn size(&self) -> u64 {
        self.size + self.block.len() as u64
    }

    pub(super) fn write(&mut self, mut bytes: &[u8]) -> Result<(), WriteError> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.block.len()));
            self.block.extend_from_slice(now);
            bytes = later;
            self.cut()?;
        }
        Ok(())
    }

    /// Lets `fill` append to the current block, which takes `BLOCK` bytes.
    pub(super) fn append(
        &mut self,
        fill: impl FnOnce(&mut Vec<u8>, usize) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        fill(&mut self.block, BLOCK)?;
        self.cut()
    }

    /// Sends the block on its way when it is full.
    fn cut(&mut self) -> Result<(), WriteError> {
        if self.block.len() == BLOCK {
            self.send(false)?;
        }
        Ok(())
    }

    fn send(&mut self, last: bool) -> Result<(), WriteError> {
        let empty = self.pipeline.buffer();
        let block = std::mem::replace(&mut self.block, empty);
        self.crc.update(&block);
        self.size += block.len() as u64;
        self.pipeline.put((), block, last);
        while let Some(((), packed)) = self.pipeline.take_surplus() {
            self.land(packed)?;
        }
        Ok(())
    }

    fn land(&mut self, block: Packed) -> Result<(), WriteError> {
        self.out.write_all(&block.packed).map_err(WriteError::Output)?;
        self.pipeline.recycle(block);
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), WriteError> {
        self.send(true)?;
        while let Some(((), packed)) = self.pipeline.take() {
            self.land(packed)?;
        }
        // The size counts modulo 2^32, as RFC 1952 has it.
        let size = u32::try_from(self.size & 0xFFFF_FFFF).expect("it was cut to 32 bits");
        let trailer = [self.crc.sum().to_le_bytes(), size.to_le_bytes()].concat();
        self.out.write_all(&trailer).and_then(|()| self.out.flush()).map_err(WriteError::Output)
    }
}
