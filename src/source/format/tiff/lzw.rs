//! Strips and tiles packed with LZW.
//!
//! The `tiff` crate unpacks a tile row by row and gives up, where a row ends with the packed bytes
//! that are at hand, for want of an end code. So they are unpacked whole here.

use std::io::{self, ErrorKind};

use weezl::decode::Configuration;
use weezl::{BitOrder, LzwStatus};

/// Packed strips or tiles, all of one size once unpacked.
#[derive(Debug)]
pub struct PackedStrips<'a> {
    chunks: Vec<&'a [u8]>,
    chunk_bytes: usize,
}

impl<'a> PackedStrips<'a> {
    pub fn new(chunks: Vec<&'a [u8]>, chunk_bytes: usize) -> Self {
        Self {
            chunks,
            chunk_bytes,
        }
    }

    pub fn count(&self) -> usize {
        self.chunks.len()
    }

    /// Bytes of one strip or tile once unpacked, down to the picture's end; the last may have fewer.
    pub fn chunk_bytes(&self) -> usize {
        self.chunk_bytes
    }

    /// Unpacks one of them into `bytes`; what is missing at its end is missing there.
    pub fn unpack(&self, chunk: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.resize(self.chunk_bytes, 0);
        let mut decoder = Configuration::with_tiff_size_switch(BitOrder::Msb, 8)
            .with_yield_on_full_buffer(true)
            .build();
        let (mut packed, mut written) = (self.chunks[chunk], 0);
        while written < bytes.len() {
            let step = decoder.decode_bytes(packed, &mut bytes[written..]);
            packed = &packed[step.consumed_in..];
            written += step.consumed_out;
            match step.status {
                Ok(LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
                Ok(_) => break,
                Err(error) => return Err(io::Error::new(ErrorKind::InvalidData, error)),
            }
        }
        bytes.truncate(written);
        Ok(())
    }
}
