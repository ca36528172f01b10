//! Animated PNG, in all colours.

use std::time::Duration;

use resvg::tiny_skia::Pixmap;

use super::{Animation, FramePart, FrameWriter};
use crate::figure::FigureError;
use crate::figure::png::describe;

/// Writes frames into one PNG.
pub(super) struct ApngWriter<'a> {
    writer: png::Writer<&'a mut Vec<u8>>,
}

fn failed(error: &png::EncodingError) -> FigureError {
    FigureError::library("PNG", error)
}

impl<'a> ApngWriter<'a> {
    /// Begins a file with frames of the size of `first`, shown again and again.
    pub fn new(
        bytes: &'a mut Vec<u8>,
        animation: &Animation,
        first: &Pixmap,
    ) -> Result<Self, FigureError> {
        let begun = || {
            let mut encoder = png::Encoder::new(bytes, first.width(), first.height());
            encoder.set_color(png::ColorType::Rgb);
            encoder.set_depth(png::BitDepth::Eight);
            encoder.set_animated(animation.frames as u32, 0)?;
            describe(&mut encoder, &animation.metadata)?;
            encoder.write_header()
        };
        let writer = begun().map_err(|error| failed(&error))?;
        Ok(Self { writer })
    }
}

impl FrameWriter for ApngWriter<'_> {
    fn write(
        &mut self,
        pixels: &Pixmap,
        part: FramePart,
        delay: Duration,
    ) -> Result<(), FigureError> {
        let bytes: Vec<u8> = part.rgb(pixels).flatten().collect();
        let mut written = || {
            self.writer.reset_frame_position()?;
            self.writer.set_frame_dimension(part.width, part.height)?;
            self.writer.set_frame_position(part.x, part.y)?;
            self.writer
                .set_frame_delay(delay.as_millis() as u16, 1000)?;
            self.writer.write_image_data(&bytes)
        };
        written().map_err(|error| failed(&error))
    }

    fn finish(self: Box<Self>) -> Result<(), FigureError> {
        self.writer.finish().map_err(|error| failed(&error))
    }
}
