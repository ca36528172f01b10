//! Heat maps, their colour scale, and confusion matrices.

use nalgebra::DMatrix;

use super::canvas::{Anchor, Canvas, Stroke, xy};
use super::{BODY, SMALL, top_below};
use crate::figure::font::Type;
use crate::figure::heatmap::{BlockLine, ConfusionMatrix, Heatmap, ScaleBar, class_strength};
use crate::figure::place::Area;
use crate::figure::{FigureError, label, palette};

/// Small matrices are written with at least this many pixels a side, because some viewers smooth
/// what they enlarge.
const ENLARGED: usize = 512;
/// Larger matrices are averaged over whole cells: 7 inches at 290 dots per inch need no more.
const MOST_PIXELS: usize = 2048;
/// A picture may be this many times as tall as its place is wide.
pub(super) const TALLEST: f64 = 1.5;
/// Thinner pictures are stretched, or nothing would be seen of a single row.
const THINNEST: f64 = 8.0;

/// Draws a heat map below `lines` lines of headings; the answer is its height.
pub(super) fn draw(
    canvas: &mut Canvas,
    (x, y): (f64, f64),
    width: f64,
    map: &Heatmap,
    lines: usize,
) -> f64 {
    let top = top_below(canvas, (x, y), width, &map.headings, lines);
    let (rows, cols) = map.matrix.shape();
    if rows == 0 || cols == 0 {
        return top - y;
    }
    let cell = (width / cols as f64).min(width * TALLEST / rows as f64);
    let area = Area {
        x,
        y: top,
        width: (cell * cols as f64).max(THINNEST),
        height: (cell * rows as f64).max(THINNEST),
    };
    paint(canvas, area, map);
    area.bottom() - y
}

/// Draws the cells with what stands over them into `area`.
pub(super) fn paint(canvas: &mut Canvas, area: Area, map: &Heatmap) {
    if let Ok(png) = picture(map, canvas) {
        canvas.image(area, &png);
    }
    canvas.outline(area, Stroke::solid(palette::frame(canvas.theme), 0.5));
    if let Some(color) = map.block_color {
        draw_blocks(canvas, area, map, color);
        draw_classes_of_rows(canvas, area, map, color);
    }
    if map.numbers {
        let form = map.number_form();
        match number_type(canvas, area, (map, &form)) {
            Some(face) => draw_numbers(canvas, area, (map, &form), face),
            None => canvas.lacks_numbers = true,
        }
    }
}

/// A picture, and the form of the numbers in its cells.
type Numbers<'a> = (&'a Heatmap, &'a dyn Fn(f64) -> String);

/// The type in which all of the cells' numbers fit: the usual one, or the smallest that may be set.
fn number_type(canvas: &Canvas, area: Area, (map, form): Numbers<'_>) -> Option<Type> {
    let (rows, cols) = map.matrix.shape();
    let (down, across) = (area.height / rows as f64, area.width / cols as f64);
    let texts = map.matrix.iter().filter(|value| value.is_finite());
    let texts: Vec<String> = texts.map(|value| form(*value)).collect();
    let fits = |face: &Type| {
        let widths = texts.iter().map(|text| face.width(text));
        down >= face.size + 1.0 && widths.fold(0.0, f64::max) <= across - 2.0
    };
    let smallest = Type::regular(canvas.smallest.min(SMALL.size));
    [SMALL, smallest].into_iter().find(fits)
}

/// The cells' numbers.
fn draw_numbers(canvas: &mut Canvas, area: Area, (map, form): Numbers<'_>, face: Type) {
    let (rows, cols) = map.matrix.shape();
    let (down, across) = (area.height / rows as f64, area.width / cols as f64);
    for row in 0..rows {
        for col in (0..cols).filter(|col| map.matrix[(row, *col)].is_finite()) {
            let at = (
                area.x + (col as f64 + 0.5) * across,
                area.y + (row as f64 + 0.5) * down + 0.36 * face.size,
            );
            let ink = palette::text_on(map.cell_color(canvas.theme, row, col));
            let text = form(map.matrix[(row, col)]);
            canvas.text(at, &text, face, ink, Anchor::Middle);
        }
    }
}

fn draw_blocks(canvas: &mut Canvas, area: Area, map: &Heatmap, color: palette::Rgb) {
    let (rows, cols) = map.matrix.shape();
    let (down, across) = (area.height / rows as f64, area.width / cols as f64);
    let thinnest = map.blocks.iter().map(|block| {
        let (tall, wide) = (block.rows.len() as f64, block.cols.len() as f64);
        (tall * down).min(wide * across)
    });
    let thinnest = thinnest.fold(f64::INFINITY, f64::min);
    // Many blocks must not cover what is in them.
    let stroke = Stroke {
        opacity: (thinnest / 6.0).clamp(0.5, 1.0),
        ..Stroke::solid(color, (thinnest / 12.0).clamp(0.2, 0.75))
    };
    let outline = |block: &BlockLine| {
        let left = area.x + block.cols.start as f64 * across;
        let top = area.y + block.rows.start as f64 * down;
        let wide = block.cols.len() as f64 * across;
        let tall = block.rows.len() as f64 * down;
        format!(
            "M{} {}h{}v{}h{}z",
            xy(left),
            xy(top),
            xy(wide),
            xy(tall),
            xy(-wide)
        )
    };
    let data: String = map.blocks.iter().map(outline).collect();
    canvas.path(&data, stroke);
}

/// A mark at the left edge of every row, as strong as its class says.
fn draw_classes_of_rows(canvas: &mut Canvas, area: Area, map: &Heatmap, color: palette::Rgb) {
    let Some(classes) = map.row_classes else {
        return;
    };
    let rows = map.matrix.nrows();
    let down = area.height / rows as f64;
    for row in 0..rows {
        let mark = Area {
            x: area.x,
            y: area.y + row as f64 * down,
            width: MARK.min(area.width / 8.0),
            height: down,
        };
        canvas.fill(mark, color, class_strength(row % classes, classes));
    }
}

/// Width of a mark beside a row.
const MARK: f64 = 3.0;

/// The matrix as a PNG: whole pixels per cell, or whole cells per pixel.
fn picture(map: &Heatmap, canvas: &Canvas) -> Result<Vec<u8>, FigureError> {
    let (rows, cols) = map.matrix.shape();
    let cells = rows.max(cols).div_ceil(MOST_PIXELS).max(1);
    let (high, wide) = (rows.div_ceil(cells), cols.div_ceil(cells));
    let zoom = (ENLARGED / high.max(wide)).max(1);
    let mut pixels = Vec::with_capacity(high * wide * zoom * zoom * 3);
    for row in 0..high {
        let start = pixels.len();
        for col in 0..wide {
            let value = |matrix: &DMatrix<f64>| match cells {
                1 => matrix[(row, col)],
                _ => mean_of_cells(matrix, row * cells, col * cells, cells),
            };
            let color = match &map.channels {
                Some(channels) => palette::pixel(channels.each_ref().map(value), map.range),
                None => map
                    .colors
                    .color(canvas.theme, value(&map.matrix), map.range),
            };
            for _ in 0..zoom {
                pixels.extend([color.0, color.1, color.2]);
            }
        }
        let end = pixels.len();
        for _ in 1..zoom {
            pixels.extend_from_within(start..end);
        }
    }
    encode(&pixels, wide * zoom, high * zoom)
}

fn mean_of_cells(matrix: &DMatrix<f64>, row: usize, col: usize, side: usize) -> f64 {
    let (rows, cols) = matrix.shape();
    let size = (side.min(rows - row), side.min(cols - col));
    matrix.view((row, col), size).mean()
}

fn encode(pixels: &[u8], width: usize, height: usize) -> Result<Vec<u8>, FigureError> {
    let failed = |error: png::EncodingError| FigureError::library("PNG", &error);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(pixels).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// Draws a horizontal colour scale, centred; the answer is its height.
pub(super) fn draw_scale_bar(
    canvas: &mut Canvas,
    (x, y): (f64, f64),
    width: f64,
    bar: &ScaleBar,
) -> f64 {
    let theme = canvas.theme;
    let length = width.min(180.0);
    let area = Area {
        x: x + (width - length) / 2.0,
        y: y + 2.0,
        width: length,
        height: 6.0,
    };
    let (low, high) = bar.range;
    let value_at = |share: f64| low * (1.0 - share) + high * share;
    let row: Vec<u8> = (0..ENLARGED)
        .map(|i| value_at((i as f64 + 0.5) / ENLARGED as f64))
        .map(|value| bar.colors.color(theme, value, bar.range))
        .flat_map(|color| [color.0, color.1, color.2])
        .collect();
    if let Ok(png) = encode(&row.repeat(8), ENLARGED, 8) {
        canvas.image(area, &png);
    }
    canvas.outline(area, Stroke::solid(palette::frame(theme), 0.5));
    let ink = palette::foreground(theme);
    let [low, middle, high] = [0.0, 0.5, 1.0].map(|share| label::short(value_at(share)));
    let [low, high] = [low, high].map(|end| SMALL.fit(&end, length / 2.0 - 2.0));
    let below = area.bottom() + 9.0;
    canvas.text((area.x, below), &low, SMALL, ink, Anchor::Start);
    canvas.text((area.right(), below), &high, SMALL, ink, Anchor::End);
    let is_value = !bar.whole || value_at(0.5).fract() == 0.0;
    let beside = SMALL.width(&low).max(SMALL.width(&high)) + 4.0;
    if is_value && SMALL.width(&middle) < area.width - 2.0 * beside {
        let at = (area.x + area.width / 2.0, below);
        canvas.text(at, &middle, SMALL, ink, Anchor::Middle);
    }
    let at = (area.x + area.width / 2.0, area.bottom() + 19.0);
    let text = BODY.fit(&bar.label, width);
    canvas.text(at, &text, BODY, ink, Anchor::Middle);
    match bar.missing {
        None => area.height + 23.0,
        Some(word) => {
            area.height + 23.0 + draw_missing(canvas, (x, area.bottom() + 24.0), width, (bar, word))
        }
    }
}

/// The key of cells without a number, centred; the answer is its height.
fn draw_missing(
    canvas: &mut Canvas,
    (x, y): (f64, f64),
    width: f64,
    (bar, word): (&ScaleBar, &str),
) -> f64 {
    const SIDE: f64 = 6.0;
    const GAP: f64 = 4.0;
    let theme = canvas.theme;
    let text = SMALL.fit(word, width - SIDE - GAP);
    let swatch = Area {
        x: x + (width - SIDE - GAP - SMALL.width(&text)) / 2.0,
        y,
        width: SIDE,
        height: SIDE,
    };
    canvas.fill(swatch, bar.colors.missing(theme), 1.0);
    canvas.outline(swatch, Stroke::solid(palette::frame(theme), 0.5));
    let at = (swatch.right() + GAP, swatch.bottom());
    canvas.text(at, &text, SMALL, palette::foreground(theme), Anchor::Start);
    SIDE + GAP
}

/// Draws a confusion matrix, the truth downwards; the answer is its height.
pub(super) fn draw_confusion(
    canvas: &mut Canvas,
    (x, y): (f64, f64),
    width: f64,
    matrix: &ConfusionMatrix,
    lines: usize,
) -> f64 {
    let top = top_below(canvas, (x, y), width, &matrix.headings, lines);
    let classes = matrix.classes.len().max(1) as f64;
    let names = matrix.classes.iter().map(|name| BODY.width(name));
    let indent = (names.fold(0.0, f64::max) + 18.0).min(width / 3.0);
    let side = (width - indent).min(34.0 * classes);
    let frame = Area {
        x: x + indent,
        y: top,
        width: side,
        height: side,
    };
    draw_counts(canvas, frame, matrix);
    canvas.outline(frame, Stroke::solid(palette::frame(canvas.theme), 0.5));
    draw_classes(canvas, frame, x, matrix);
    frame.bottom() + 22.0 - y
}

/// The cells, shaded by their share of the row.
fn draw_counts(canvas: &mut Canvas, frame: Area, matrix: &ConfusionMatrix) {
    let classes = matrix.classes.len();
    let cell = frame.width / classes.max(1) as f64;
    for (truth, counts) in matrix.counts.iter().take(classes).enumerate() {
        for (guess, &count) in counts.iter().take(classes).enumerate() {
            let shade = matrix.cell_color(canvas.theme, truth, guess);
            let area = Area {
                x: frame.x + guess as f64 * cell,
                y: frame.y + truth as f64 * cell,
                width: cell,
                height: cell,
            };
            canvas.fill(area, shade, 1.0);
            let at = (area.x + cell / 2.0, area.y + cell / 2.0 + 2.6);
            let text = BODY.fit(&label::count(count as usize), cell);
            let ink = palette::foreground(canvas.theme);
            canvas.text(at, &text, BODY, ink, Anchor::Middle);
        }
    }
}

/// The classes' names and what the two sides are, between `x` and the frame and below it.
fn draw_classes(canvas: &mut Canvas, frame: Area, x: f64, matrix: &ConfusionMatrix) {
    let ink = palette::foreground(canvas.theme);
    let cell = frame.width / matrix.classes.len().max(1) as f64;
    for (i, name) in matrix.classes.iter().enumerate() {
        let middle = (i as f64 + 0.5) * cell;
        let left = BODY.fit(name, frame.x - x - 14.0);
        let at = (frame.x - 4.0, frame.y + middle + 2.6);
        canvas.text(at, &left, BODY, ink, Anchor::End);
        let at = (frame.x + middle, frame.bottom() + 9.5);
        canvas.text(at, &BODY.fit(name, cell), BODY, ink, Anchor::Middle);
    }
    let (across, down) = (frame.x + frame.width / 2.0, frame.y + frame.height / 2.0);
    canvas.upward_text((x + 7.0, down), "true", BODY, ink);
    canvas.text(
        (across, frame.bottom() + 20.0),
        "predicted",
        BODY,
        ink,
        Anchor::Middle,
    );
}
