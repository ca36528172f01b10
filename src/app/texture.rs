//! Matrices as textures, kept by what they show.

use eframe::egui::{self, Color32, ColorImage, Pos2, Rect, TextureHandle, TextureOptions};
use nalgebra::DMatrix;
use rayon::prelude::*;

use crate::figure::Colors;
use crate::figure::palette::{ColorMap, Rgb, Theme, pixel};

/// A colour scale for numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The colours.
    pub colors: Colors,
    /// The values of the first and the last colour.
    pub range: (f64, f64),
    /// The ground of the window.
    pub theme: Theme,
}

impl Scale {
    /// The colours that `map` gives values over `range`.
    pub fn of(map: ColorMap, range: (f64, f64), theme: Theme) -> Self {
        let (colors, range) = Colors::of(map, range);
        Self {
            colors,
            range,
            theme,
        }
    }

    /// From `-bound` over zero to `bound`.
    pub fn signed(bound: f64, theme: Theme) -> Self {
        Self {
            colors: Colors::Diverging,
            range: (-bound, bound),
            theme,
        }
    }

    /// The colour of a value.
    pub fn color(&self, value: f64) -> Rgb {
        self.colors.color(self.theme, value, self.range)
    }
}

/// A palette colour for the window.
pub fn color32(color: Rgb) -> Color32 {
    Color32::from_rgb(color.0, color.1, color.2)
}

/// One matrix as textures of at most the side that the graphics adapter takes.
pub struct MatrixTexture {
    tiles: Vec<TextureTile>,
    key: TextureKey,
}

struct TextureTile {
    /// Columns and rows of the matrix that the tile covers.
    cells: Rect,
    texture: TextureHandle,
}

/// The identity of a texture: the result it belongs to and its scale.
#[derive(Clone, Copy, Debug, PartialEq)]
struct TextureKey {
    id: u64,
    scale: Scale,
    colour: bool,
}

/// Before the first frame the adapter's limit is unknown and reads 2048, so it is never exceeded.
const TILE: usize = 2048;

impl MatrixTexture {
    /// The textures of `matrix`, those in `kept` where they show the same.
    /// `id` names the matrix: equal ids mean equal cells.
    pub fn keep(
        kept: Option<Self>,
        ctx: &egui::Context,
        id: u64,
        matrix: &DMatrix<f64>,
        scale: Scale,
    ) -> Self {
        let key = TextureKey {
            id,
            scale,
            colour: false,
        };
        match kept {
            Some(kept) if kept.key == key => kept,
            _ => Self::new(ctx, key, matrix),
        }
    }

    /// The textures of a picture in colour, as [`MatrixTexture::keep`].
    pub fn keep_colour(
        kept: Option<Self>,
        ctx: &egui::Context,
        id: u64,
        channels: &[DMatrix<f64>; 3],
        scale: Scale,
    ) -> Self {
        let key = TextureKey {
            id,
            scale,
            colour: true,
        };
        match kept {
            Some(kept) if kept.key == key => kept,
            _ => Self::tiled(ctx, key, channels[0].shape(), |top, left, height, width| {
                let pixels = (0..height * width).map(|at| {
                    let cell = (top + at / width, left + at % width);
                    color32(pixel(channels.each_ref().map(|one| one[cell]), scale.range))
                });
                ColorImage::new([width, height], pixels.collect())
            }),
        }
    }

    fn new(ctx: &egui::Context, key: TextureKey, matrix: &DMatrix<f64>) -> Self {
        Self::tiled(ctx, key, matrix.shape(), |top, left, height, width| {
            image_of(matrix, key.scale, top, left, height, width)
        })
    }

    fn tiled(
        ctx: &egui::Context,
        key: TextureKey,
        (rows, cols): (usize, usize),
        image: impl Fn(usize, usize, usize, usize) -> ColorImage,
    ) -> Self {
        let mut tiles = Vec::new();
        for top in (0..rows).step_by(TILE) {
            for left in (0..cols).step_by(TILE) {
                let (height, width) = ((rows - top).min(TILE), (cols - left).min(TILE));
                let image = image(top, left, height, width);
                tiles.push(TextureTile {
                    cells: Rect::from_min_size(
                        Pos2::new(left as f32, top as f32),
                        egui::vec2(width as f32, height as f32),
                    ),
                    texture: ctx.load_texture(format!("matrix {}", key.id), image, OPTIONS),
                });
            }
        }
        Self { tiles, key }
    }

    /// The colour scale of its numbers.
    pub fn scale(&self) -> Scale {
        self.key.scale
    }

    /// Draws the part of the matrix that `to_screen` brings into `clip`.
    pub fn paint(&self, painter: &egui::Painter, to_screen: impl Fn(Pos2) -> Pos2) {
        let whole = Rect::from_min_max(Pos2::ZERO, Pos2::new(1.0, 1.0));
        for tile in &self.tiles {
            let place = Rect::from_min_max(to_screen(tile.cells.min), to_screen(tile.cells.max));
            painter.image(tile.texture.id(), place, whole, Color32::WHITE);
        }
    }
}

/// Cells stay sharp when enlarged; only a picture larger than its place is averaged.
const OPTIONS: TextureOptions = TextureOptions {
    magnification: egui::TextureFilter::Nearest,
    minification: egui::TextureFilter::Linear,
    wrap_mode: egui::TextureWrapMode::ClampToEdge,
    mipmap_mode: None,
};

fn image_of(
    matrix: &DMatrix<f64>,
    scale: Scale,
    top: usize,
    left: usize,
    height: usize,
    width: usize,
) -> ColorImage {
    // 1024 steps of the scale are more than a screen can show, and cheaper than a colour per cell.
    const STEPS: usize = 1024;
    let (low, high) = scale.range;
    let span = high - low;
    let colors: Vec<Color32> = (0..=STEPS)
        .map(|step| color32(scale.color(low + span * step as f64 / STEPS as f64)))
        .collect();
    let factor = if span > 0.0 { STEPS as f64 / span } else { 0.0 };
    let color = |value: f64| {
        let step = if span > 0.0 {
            ((value - low) * factor).round().clamp(0.0, STEPS as f64) as usize
        } else {
            STEPS / 2
        };
        colors[step]
    };
    let mut pixels = vec![Color32::BLACK; width * height];
    // Bands of rows: the matrix lies column by column, the picture row by row.
    const BAND: usize = 64;
    pixels
        .par_chunks_mut(width * BAND)
        .enumerate()
        .for_each(|(band, pixels)| {
            let first = top + band * BAND;
            let rows = pixels.len() / width;
            for x in 0..width {
                let column = matrix.column(left + x);
                for (y, value) in column.iter().skip(first).take(rows).enumerate() {
                    pixels[y * width + x] = color(*value);
                }
            }
        });
    ColorImage::new([width, height], pixels)
}
