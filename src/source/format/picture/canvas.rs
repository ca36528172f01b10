//! From pixels to a matrix of luminance, 0 (black) to 255 (white).

use ::image::metadata::Orientation;
use nalgebra::DMatrix;

use crate::memory;
use crate::source::matrix::not_finite;
use crate::source::{Limits, LoadedMatrix, SourceError};

/// The remedy where a picture needs more memory than there is.
pub const SMALLER: &str = "scale the picture down or crop it";
const WHITE: f64 = 255.0;

/// The opacity of a pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Alpha {
    /// No alpha channel.
    Opaque,
    /// 0 to 1; the colours are as if the pixel were opaque.
    Straight(f64),
    /// 0 to 1; the colours are multiplied by it already.
    Premultiplied(f64),
}

/// A pixel as it is shown on white.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shade {
    /// 0 to 255, or more where the numbers of a picture go beyond white.
    pub luminance: f64,
    /// Red, green and blue, on the same scale.
    pub rgb: [f64; 3],
    /// Whether it is anything but grey.
    pub coloured: bool,
}

impl Shade {
    /// A grey one.
    const fn gray(luminance: f64) -> Self {
        Self {
            luminance,
            rgb: [luminance; 3],
            coloured: false,
        }
    }
}

impl Shade {
    /// Luminance by Rec. 709 of red, green and blue (white is 1), laid over white.
    pub fn of([red, green, blue]: [f64; 3], alpha: Alpha) -> Self {
        let coloured = red != green || green != blue;
        // The weights add up to 1 only up to rounding: a grey pixel keeps its value.
        let color = match coloured {
            false => red,
            true => 0.2126 * red + 0.7152 * green + 0.0722 * blue,
        };
        let on_white = |color: f64| {
            let shown = match alpha {
                Alpha::Opaque => color,
                Alpha::Straight(opacity) => color * opacity + (1.0 - opacity),
                Alpha::Premultiplied(opacity) => color + (1.0 - opacity),
            };
            let value = WHITE * shown;
            // What was a whole number in 8 bits is one again.
            let rounded = value.round();
            match (value - rounded).abs() < 1e-9 {
                true => rounded,
                false => value,
            }
        };
        Self {
            luminance: on_white(color),
            rgb: [red, green, blue].map(on_white),
            coloured: coloured && alpha != Alpha::Straight(0.0),
        }
    }
}

/// A picture before its pixels are read.
pub struct PictureCanvas<'a> {
    pub name: &'a str,
    pub width: usize,
    pub height: usize,
    pub orientation: Orientation,
    pub limits: &'a Limits,
}

/// What is of the colours, and what is not.
const COLOUR_KEPT: &str = "colour: pictures, errors and parameters are of red, green and blue, each at \
    the same setting; in a command a budget is for one of them; error maps, the view of factors, \
    orders, the locality test, ranks and singular values are of the luminance (Rec. 709)";

impl PictureCanvas<'_> {
    /// The matrix of a picture whose rows `read` gives from top to bottom, scaled down where it
    /// must be, and upright.
    pub fn paint(
        &self,
        mut read: impl FnMut(usize, &mut [Shade]) -> Result<(), SourceError>,
    ) -> Result<LoadedMatrix, SourceError> {
        let (width, height) = (self.width, self.height);
        if width == 0 || height == 0 {
            return Err(SourceError::Empty {
                name: self.name.to_owned(),
            });
        }
        let (to_width, to_height) = fitted(width, height, self.limits.max_pixels.max(1));
        let shrink = || -> Result<Shrink, SourceError> {
            Ok(Shrink {
                from: (width, height),
                to: (to_width, to_height),
                matrix: self.zeros(to_height, to_width)?,
                narrow: vec![0.0; to_width],
            })
        };
        let mut gray = shrink()?;
        let mut channels = match self.limits.channels {
            true => Some([shrink()?, shrink()?, shrink()?]),
            false => None,
        };
        let mut row = vec![Shade::gray(0.0); width];
        let mut coloured = false;
        for y in 0..height {
            read(y, &mut row)?;
            if let Some(x) = row.iter().position(|shade| !shade.luminance.is_finite()) {
                return Err(not_finite(self.name, y, x, row[x].luminance));
            }
            coloured |= row.iter().any(|shade| shade.coloured);
            gray.add_row(y, row.iter().map(|shade| shade.luminance));
            for (at, channel) in channels.iter_mut().flatten().enumerate() {
                channel.add_row(y, row.iter().map(|shade| shade.rgb[at]));
            }
        }
        let mut loaded = LoadedMatrix::new(self.name, self.upright(gray.matrix)?);
        loaded.coloured = coloured;
        let note = match channels.filter(|_| coloured) {
            Some([red, green, blue]) => {
                let upright = |channel: Shrink| self.upright(channel.matrix);
                loaded.channels = Some(Box::new([upright(red)?, upright(green)?, upright(blue)?]));
                COLOUR_KEPT
            }
            None => "colour converted to luminance (Rec. 709)",
        };
        if coloured {
            loaded.notes.push(note.to_owned());
        }
        loaded
            .notes
            .extend(self.scaled_down((to_width, to_height), loaded.matrix.shape()));
        // Only pictures of floating-point numbers can be brighter than white.
        let brightest = loaded.matrix.max().max(WHITE);
        loaded.pixel_range = Some((0.0, brightest));
        Ok(loaded)
    }

    /// A note on a picture that was made smaller.
    fn scaled_down(&self, to: (usize, usize), (rows, cols): (usize, usize)) -> Option<String> {
        let from = (self.width, self.height);
        let turned = (rows, cols) != (to.1, to.0);
        let (wide, high) = if turned { (from.1, from.0) } else { from };
        (to != from).then(|| format!("scaled down from {wide} × {high} to {cols} × {rows} pixels"))
    }

    /// A picture whose numbers mean no brightness: they are the matrix.
    pub fn values(
        &self,
        mut read: impl FnMut(usize, &mut [f64]) -> Result<(), SourceError>,
    ) -> Result<LoadedMatrix, SourceError> {
        let (width, height) = (self.width, self.height);
        if width.saturating_mul(height) > self.limits.max_cells {
            return Err(SourceError::TooLarge {
                name: self.name.to_owned(),
                what: format!("{height} × {width} cells"),
                limit: format!("{} cells", self.limits.max_cells),
            });
        }
        let mut matrix = self.zeros(height, width)?;
        let mut row = vec![0.0; width];
        for y in 0..height {
            read(y, &mut row)?;
            for (x, &value) in row.iter().enumerate() {
                matrix[(y, x)] = value;
            }
        }
        Ok(LoadedMatrix::new(self.name, self.upright(matrix)?))
    }

    fn zeros(&self, rows: usize, cols: usize) -> Result<DMatrix<f64>, SourceError> {
        memory::zeros(rows, cols)
            .map_err(|shortage| SourceError::memory(self.name, shortage, SMALLER))
    }

    /// Turned as the camera or scanner says.
    fn upright(&self, matrix: DMatrix<f64>) -> Result<DMatrix<f64>, SourceError> {
        if self.orientation == Orientation::NoTransforms {
            return Ok(matrix);
        }
        let (rows, cols) = matrix.shape();
        let (to_rows, to_cols) = match self.orientation {
            Orientation::NoTransforms
            | Orientation::Rotate180
            | Orientation::FlipHorizontal
            | Orientation::FlipVertical => (rows, cols),
            Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH => (cols, rows),
        };
        let mut turned = self.zeros(to_rows, to_cols)?;
        for row in 0..to_rows {
            for col in 0..to_cols {
                let from = match self.orientation {
                    Orientation::NoTransforms => (row, col),
                    Orientation::Rotate90 => (rows - 1 - col, row),
                    Orientation::Rotate180 => (rows - 1 - row, cols - 1 - col),
                    Orientation::Rotate270 => (col, cols - 1 - row),
                    Orientation::FlipHorizontal => (row, cols - 1 - col),
                    Orientation::FlipVertical => (rows - 1 - row, col),
                    Orientation::Rotate90FlipH => (col, row),
                    Orientation::Rotate270FlipH => (rows - 1 - col, cols - 1 - row),
                };
                turned[(row, col)] = matrix[from];
            }
        }
        Ok(turned)
    }
}

/// The largest size of the same proportions with at most `max_pixels`.
fn fitted(width: usize, height: usize, max_pixels: usize) -> (usize, usize) {
    if width.saturating_mul(height) <= max_pixels {
        return (width, height);
    }
    let scale = (max_pixels as f64 / (width as f64 * height as f64)).sqrt();
    let side = |length: usize| ((length as f64 * scale) as usize).max(1);
    let (to_width, to_height) = (side(width), side(height));
    (
        to_width.min(max_pixels / to_height.min(max_pixels)),
        to_height.min(max_pixels / to_width.min(max_pixels)),
    )
}

/// Scales a picture down row by row; each new pixel is the mean of the area it covers.
struct Shrink {
    from: (usize, usize),
    to: (usize, usize),
    matrix: DMatrix<f64>,
    narrow: Vec<f64>,
}

impl Shrink {
    fn add_row(&mut self, y: usize, row: impl Iterator<Item = f64>) {
        if self.from == self.to {
            for (x, value) in row.enumerate() {
                self.matrix[(y, x)] = value;
            }
            return;
        }
        self.narrow.fill(0.0);
        for (x, value) in row.enumerate() {
            for (to, share) in overlaps(x, self.from.0, self.to.0) {
                self.narrow[to] += share * value;
            }
        }
        for (to, share) in overlaps(y, self.from.1, self.to.1) {
            for (x, &value) in self.narrow.iter().enumerate() {
                self.matrix[(to, x)] += share * value;
            }
        }
    }
}

/// The new pixels that an old one lies in, and the share of each that it covers; at most two, as the
/// new side is not longer than the old one.
fn overlaps(at: usize, from: usize, to: usize) -> impl Iterator<Item = (usize, f64)> {
    // In units of 1/from of a new pixel, everything is a whole number.
    let (start, end) = (at * to, (at + 1) * to);
    let first = start / from;
    let boundary = (first + 1) * from;
    let share = |length: usize| length as f64 / from as f64;
    let one = (first, share(end.min(boundary) - start));
    let two = (end > boundary).then(|| (first + 1, share(end - boundary)));
    std::iter::once(one).chain(two)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(rows: &[&[f64]], orientation: Orientation, max_pixels: usize) -> LoadedMatrix {
        let canvas = PictureCanvas {
            name: "p",
            width: rows[0].len(),
            height: rows.len(),
            orientation,
            limits: &Limits {
                max_pixels,
                ..Limits::default()
            },
        };
        let loaded = canvas.paint(|y, row| {
            for (shade, &luminance) in row.iter_mut().zip(rows[y]) {
                *shade = Shade::gray(luminance);
            }
            Ok(())
        });
        loaded.unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn shrinking_by_two_takes_the_mean_of_four_pixels() {
        let rows: [&[f64]; 2] = [&[1.0, 3.0, 10.0, 20.0], &[5.0, 7.0, 30.0, 40.0]];
        let small = painted(&rows, Orientation::NoTransforms, 2);
        assert_eq!(small.matrix, DMatrix::from_row_slice(1, 2, &[4.0, 25.0]));
        assert_eq!(small.notes, ["scaled down from 4 × 2 to 2 × 1 pixels"]);
        let turned = painted(&rows, Orientation::Rotate90, 2);
        assert_eq!(turned.matrix, DMatrix::from_row_slice(2, 1, &[4.0, 25.0]));
        assert_eq!(turned.notes, ["scaled down from 2 × 4 to 1 × 2 pixels"]);
    }

    #[test]
    fn shrinking_by_an_odd_factor_keeps_the_mean() {
        let rows: Vec<Vec<f64>> = (0..5)
            .map(|y| (0..7).map(|x| f64::from(y * y * 10 + x * x)).collect())
            .collect();
        let rows: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        let sum: f64 = rows.iter().copied().flatten().sum();
        let small = painted(&rows, Orientation::NoTransforms, 6);
        assert!(small.matrix.len() <= 6);
        assert!((small.matrix.mean() - sum / 35.0).abs() < 1e-9);
    }

    #[test]
    fn a_fitted_size_never_exceeds_the_limit() {
        for (width, height) in [(5000, 4000), (1, 1_000_000), (65_535, 2), (3, 3)] {
            let (to_width, to_height) = fitted(width, height, 1000);
            assert!(to_width >= 1 && to_height >= 1 && to_width * to_height <= 1000);
            assert!(to_width <= width && to_height <= height);
        }
    }

    #[test]
    fn every_orientation_puts_the_first_pixel_where_exif_says() {
        let rows: [&[f64]; 2] = [&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]];
        // EXIF's values 1 to 8: the rows that are seen.
        let seen: [&[&[f64]]; 8] = [
            &[&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]],
            &[&[3.0, 2.0, 1.0], &[6.0, 5.0, 4.0]],
            &[&[6.0, 5.0, 4.0], &[3.0, 2.0, 1.0]],
            &[&[4.0, 5.0, 6.0], &[1.0, 2.0, 3.0]],
            &[&[1.0, 4.0], &[2.0, 5.0], &[3.0, 6.0]],
            &[&[4.0, 1.0], &[5.0, 2.0], &[6.0, 3.0]],
            &[&[6.0, 3.0], &[5.0, 2.0], &[4.0, 1.0]],
            &[&[3.0, 6.0], &[2.0, 5.0], &[1.0, 4.0]],
        ];
        for (exif, expected) in (1..).zip(seen) {
            let orientation = Orientation::from_exif(exif).unwrap_or(Orientation::NoTransforms);
            let matrix = painted(&rows, orientation, 100).matrix;
            let flat: Vec<f64> = expected.iter().copied().flatten().copied().collect();
            let expected = DMatrix::from_row_slice(expected.len(), expected[0].len(), &flat);
            assert_eq!(matrix, expected, "orientation {exif}");
        }
    }
}
