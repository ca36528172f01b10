//! From a figure to the bytes of a file.

use std::collections::BTreeSet;

use super::fallback::{Fallbacks, note};
use super::format::{FigureError, Format};
use super::paper::{self, Paper};
use super::{Element, Figure, font, pdf, png, svg};

/// A figure as pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// Width and height.
    pub size: [usize; 2],
    /// Red, green, blue and an opacity that is full everywhere, row by row from the top.
    pub rgba: Vec<u8>,
}

/// Draws a figure in a format. `width_px` and `dpi` are those of a PNG; the vector formats have
/// the figure's own width on paper.
///
/// # Errors
/// As [`Figure::check_paper`], [`Figure::to_png`] and [`Figure::to_pdf`].
pub fn render(
    figure: &Figure,
    format: Format,
    width_px: u32,
    dpi: f64,
) -> Result<Vec<u8>, FigureError> {
    figure.check_paper()?;
    match format {
        Format::Svg => Ok(figure.to_svg().into_bytes()),
        Format::Png => figure.to_png(width_px, dpi),
        Format::Pdf => figure.to_pdf(),
    }
}

/// The width in pixels at which a figure has its own size on paper at a resolution.
pub fn default_png_width(figure: &Figure, dpi: f64) -> u32 {
    (figure.drawn_width() * dpi / 72.0).round() as u32
}

impl Figure {
    /// The width on paper that is drawn, in points: [`Figure::width`] within its limits.
    pub fn drawn_width(&self) -> f64 {
        self.layout_width() * self.scale()
    }

    /// The width that is laid out, in units of which [`Figure::scale`] are a point.
    pub(super) fn layout_width(&self) -> f64 {
        if self.width.is_nan() {
            return Self::PAGE;
        }
        (self.width / self.scale()).clamp(Self::MIN_WIDTH, Self::MAX_WIDTH)
    }

    /// The unit of the layout on paper, in points: what the usual type must be enlarged by.
    pub(super) fn scale(&self) -> f64 {
        match self.type_size.is_nan() {
            true => 1.0,
            false => self.type_size.clamp(Paper::LEAST_TYPE, Paper::MOST_TYPE) / Paper::TYPE,
        }
    }

    /// Whether the figure shows anything, and can have its width and type on paper.
    ///
    /// # Errors
    /// [`FigureError::Empty`] for one of which everything is left out; [`FigureError::Type`] for type that would put text under 6 points, or that nothing has room
    /// for; [`FigureError::Width`] for a width that has no room for the text.
    pub fn check_paper(&self) -> Result<(), FigureError> {
        if !(Paper::LEAST_TYPE..=Paper::MOST_TYPE).contains(&self.type_size) {
            return Err(FigureError::Type {
                size: self.type_size,
            });
        }
        if self.is_empty() {
            return Err(FigureError::Empty);
        }
        let ends = [Self::MIN_WIDTH, Self::MAX_WIDTH].map(|width| width * self.scale());
        // Millimetres are no whole points.
        if (ends[0] - 0.01..=ends[1] + 0.01).contains(&self.width) {
            return Ok(());
        }
        let [least, most] = ends.map(paper::millimetres);
        Err(FigureError::Width {
            size: self.type_size,
            least: least.ceil(),
            most: most.floor(),
            width: paper::millimetres(self.width),
        })
    }

    /// A sentence about the characters that neither the embedded font nor one of the system has;
    /// they are drawn as boxes.
    pub fn font_note(&self) -> Option<String> {
        let written = svg::written(self);
        let mut without = BTreeSet::new();
        for (bold, characters) in [false, true].into_iter().zip(&written) {
            if !characters.iter().all(|&c| font::has(bold, c)) {
                without.extend(Fallbacks::system().faces_for(bold, characters).1);
            }
        }
        note(&without)
    }

    /// This figure, with a note where numbers that belong into its cells have no room there.
    #[must_use]
    pub fn with_note_on_numbers(mut self) -> Self {
        if !self.contains(&|element| matches!(element, Element::Heatmap(map) if map.numbers))
            || !svg::lacks_numbers(&self)
        {
            return self;
        }
        let note =
            "The numbers of the cells are left out: they have no room at this width.".to_owned();
        match self.rows.last_mut().map(Vec::as_mut_slice) {
            Some([Element::Notes(notes)]) => notes.push(note),
            _ => self.rows.push(vec![Element::Notes(vec![note])]),
        }
        self
    }

    /// The figure as an SVG document, its size in millimetres, with the glyphs of its text in it.
    pub fn to_svg(&self) -> String {
        svg::document(self, svg::Fonts::Embedded).0
    }

    /// The figure as pixels of a width, to be shown on a screen.
    ///
    /// # Errors
    /// [`FigureError::Size`] as [`Figure::to_png`].
    pub fn to_pixels(&self, width_px: u32) -> Result<Pixels, FigureError> {
        let pixels = png::draw(self, width_px)?;
        Ok(Pixels {
            size: [pixels.width() as usize, pixels.height() as usize],
            rgba: pixels.take(),
        })
    }

    /// The figure as a PNG of a width in pixels, with the resolution and the metadata in the file.
    ///
    /// # Errors
    /// [`FigureError::Size`] when it has no pixels or more than [`MAX_PIXELS`](super::MAX_PIXELS);
    /// [`FigureError::Resolution`] for a `dpi` outside 1 to 10000.
    pub fn to_png(&self, width_px: u32, dpi: f64) -> Result<Vec<u8>, FigureError> {
        png::encode(self, width_px, dpi)
    }

    /// The figure as a PDF page of the figure's size, with text that can be searched.
    ///
    /// # Errors
    /// [`FigureError::Library`] when the page is larger than PDF allows.
    pub fn to_pdf(&self) -> Result<Vec<u8>, FigureError> {
        pdf::encode(self)
    }
}
