//! Figures one after the other, as an animated GIF or PNG. Each frame is encoded as soon as it is
//! drawn, and only what differs from the one before is written.

mod apng;
mod colors;
mod gif;

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use resvg::tiny_skia::Pixmap;

use super::palette::Rgb;
use super::png::draw;
use super::{Colors, Figure, FigureError, Metadata};

/// The formats of an animation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnimationFormat {
    /// 256 colours, shown everywhere.
    Gif,
    /// A PNG with all colours; where animations are not known, its first frame is shown.
    Apng,
}

impl AnimationFormat {
    /// Both, in the order of a menu.
    pub const ALL: [Self; 2] = [Self::Gif, Self::Apng];

    /// The ending of a file's name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Gif => "gif",
            Self::Apng => "apng",
        }
    }

    /// The format that a file's name asks for; `.png` is an animated PNG too.
    ///
    /// # Errors
    /// [`FigureError::UnknownAnimation`] for any other ending.
    pub fn from_path(path: &Path) -> Result<Self, FigureError> {
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        match ending.to_ascii_lowercase().as_str() {
            "gif" => Ok(Self::Gif),
            "png" | "apng" => Ok(Self::Apng),
            _ => Err(FigureError::UnknownAnimation {
                path: path.display().to_string(),
            }),
        }
    }
}

/// An animation: the properties that all frames share.
#[derive(Clone, Debug)]
pub struct Animation {
    /// The number of frames; at least one.
    pub frames: usize,
    /// The width of a frame in pixels.
    pub width: u32,
    /// The time that a frame is shown.
    pub delay: Duration,
    /// The time that the last one is shown, before everything begins again.
    pub rest: Duration,
    /// The colour scale of matrices, and the colours of methods: what a GIF must keep apart.
    pub colors: Colors,
    /// See `colors`.
    pub inks: Vec<Rgb>,
    /// The colours of a picture in colour, cell by cell; none where the scale has all.
    pub pixels: Vec<Rgb>,
    /// The metadata of the file.
    pub metadata: Metadata,
}

impl Animation {
    /// The shortest time that every viewer keeps to.
    pub const SHORTEST: Duration = Duration::from_millis(20);

    /// The longest time that both formats can say.
    pub const LONGEST: Duration = Duration::from_secs(60);

    /// The time that a frame is shown.
    fn delay_of(&self, frame: usize) -> Duration {
        let last = frame + 1 == self.frames;
        let delay = if last { self.rest } else { self.delay };
        delay.clamp(Self::SHORTEST, Self::LONGEST)
    }

    /// Draws and encodes all frames. `going` hears how many are done, and may stop.
    ///
    /// # Errors
    /// A width that cannot be drawn, frames of different sizes.
    pub fn encode(
        &self,
        format: AnimationFormat,
        frame: &dyn Fn(usize) -> Figure,
        going: &dyn Fn(usize) -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Vec<u8>>, FigureError> {
        let mut bytes = Vec::new();
        let first = frame(0);
        let mut before = draw(&first, self.width)?;
        let mut writer: Box<dyn FrameWriter + '_> = match format {
            AnimationFormat::Gif => {
                Box::new(gif::GifWriter::new(&mut bytes, self, first.theme, &before)?)
            }
            AnimationFormat::Apng => Box::new(apng::ApngWriter::new(&mut bytes, self, &before)?),
        };
        writer.write(&before, FramePart::whole(&before), self.delay_of(0))?;
        for at in 1..self.frames {
            if going(at).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            let pixels = draw(&frame(at), self.width)?;
            if (pixels.width(), pixels.height()) != (before.width(), before.height()) {
                return Err(FigureError::library(
                    "an animation",
                    &"its frames are of different sizes",
                ));
            }
            writer.write(
                &pixels,
                FramePart::that_differs(&before, &pixels),
                self.delay_of(at),
            )?;
            before = pixels;
        }
        writer.finish()?;
        Ok(ControlFlow::Continue(bytes))
    }
}

/// Takes frames in their order.
trait FrameWriter {
    /// Encodes a part of a frame; the rest is as in the one before.
    fn write(
        &mut self,
        pixels: &Pixmap,
        part: FramePart,
        delay: Duration,
    ) -> Result<(), FigureError>;

    /// Ends the file.
    fn finish(self: Box<Self>) -> Result<(), FigureError>;
}

/// A rectangle of a frame, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FramePart {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

impl FramePart {
    fn whole(pixels: &Pixmap) -> Self {
        Self {
            x: 0,
            y: 0,
            width: pixels.width(),
            height: pixels.height(),
        }
    }

    /// The smallest part outside of which both are equal; one pixel where everything is.
    fn that_differs(before: &Pixmap, now: &Pixmap) -> Self {
        let width = now.width() as usize;
        let pairs = before.pixels().iter().zip(now.pixels()).enumerate();
        let (mut left, mut right, mut top, mut bottom) = (usize::MAX, 0, usize::MAX, 0);
        for (at, _) in pairs.filter(|(_, (one, other))| one != other) {
            let (x, y) = (at % width, at / width);
            (left, right) = (left.min(x), right.max(x));
            (top, bottom) = (top.min(y), bottom.max(y));
        }
        let (left, top) = (left.min(right), top.min(bottom));
        Self {
            x: left as u32,
            y: top as u32,
            width: (right - left + 1) as u32,
            height: (bottom - top + 1) as u32,
        }
    }

    /// Red, green and blue of its pixels, row by row. The ground is opaque, so nothing is lost with
    /// the alpha channel.
    fn rgb(self, pixels: &Pixmap) -> impl Iterator<Item = [u8; 3]> + '_ {
        let stride = pixels.width() as usize;
        let (x, width) = (self.x as usize, self.width as usize);
        let rows = self.y as usize..(self.y + self.height) as usize;
        rows.flat_map(move |y| {
            let row = &pixels.pixels()[y * stride + x..][..width];
            row.iter()
                .map(|pixel| [pixel.red(), pixel.green(), pixel.blue()])
        })
    }
}
