//! Animated GIF, with one palette for all frames and nothing dithered.

use std::borrow::Cow;
use std::time::Duration;

use gif::{DisposalMethod, Encoder, Extension, Frame, Repeat};
use resvg::tiny_skia::Pixmap;

use super::colors::Nearest;
use super::{Animation, FramePart, FrameWriter};
use crate::figure::FigureError;
use crate::figure::palette::Theme;

/// Writes frames into one GIF.
pub(super) struct GifWriter<'a> {
    encoder: Encoder<&'a mut Vec<u8>>,
    colors: Nearest,
}

fn failed(error: &gif::EncodingError) -> FigureError {
    FigureError::library("GIF", error)
}

impl<'a> GifWriter<'a> {
    /// Begins a file with frames of the size of `first`, shown again and again.
    pub fn new(
        bytes: &'a mut Vec<u8>,
        animation: &Animation,
        theme: Theme,
        first: &Pixmap,
    ) -> Result<Self, FigureError> {
        let side = |side: u32| {
            u16::try_from(side).map_err(|_| FigureError::Size {
                width: first.width(),
                height: first.height().into(),
                widest: u16::MAX.into(),
            })
        };
        let (width, height) = (side(first.width())?, side(first.height())?);
        let colors = Nearest::new(animation, theme);
        let about: String = animation
            .metadata
            .entries()
            .into_iter()
            .map(|(name, text)| format!("{name}: {text}\n"))
            .collect();
        let begun = || {
            let mut encoder = Encoder::new(bytes, width, height, &colors.bytes())?;
            encoder.set_repeat(Repeat::Infinite)?;
            encoder.write_raw_extension(Extension::Comment.into(), &[about.as_bytes()])?;
            Ok(encoder)
        };
        let encoder = begun().map_err(|error| failed(&error))?;
        Ok(Self { encoder, colors })
    }
}

impl FrameWriter for GifWriter<'_> {
    fn write(
        &mut self,
        pixels: &Pixmap,
        part: FramePart,
        delay: Duration,
    ) -> Result<(), FigureError> {
        let indices: Vec<u8> = part.rgb(pixels).map(|rgb| self.colors.index(rgb)).collect();
        // Every side fits, as the whole frame's does.
        let frame = Frame {
            delay: (delay.as_millis() / 10) as u16,
            dispose: DisposalMethod::Keep,
            left: part.x as u16,
            top: part.y as u16,
            width: part.width as u16,
            height: part.height as u16,
            buffer: Cow::Owned(indices),
            ..Frame::default()
        };
        self.encoder
            .write_frame(&frame)
            .map_err(|error| failed(&error))
    }

    fn finish(self: Box<Self>) -> Result<(), FigureError> {
        let ended = self.encoder.into_inner();
        ended.map(drop).map_err(|error| failed(&error))
    }
}
