//! What the picture shows: cells in the palette's colours, block lines where the blocks end.

use localized_lora::figure::palette::{self, Gradient, Hue, Rgb, Theme};
use localized_lora::figure::{BlockLine, Colors, Element, Figure, Heatmap, Metadata, Plot, Series};
use nalgebra::DMatrix;

use super::samples::THEMES;

/// A decoded picture.
struct Picture {
    width: usize,
    rgb: Vec<u8>,
}

impl Picture {
    fn of(figure: &Figure, width: u32) -> Self {
        let bytes = figure.to_png(width, 72.0).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .unwrap();
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut rgb).unwrap();
        Self {
            width: info.width as usize,
            rgb,
        }
    }

    fn at(&self, x: f64, y: f64) -> Rgb {
        let at = 3 * (y as usize * self.width + x as usize);
        Rgb(self.rgb[at], self.rgb[at + 1], self.rgb[at + 2])
    }
}

fn figure(theme: Theme, element: Element) -> Figure {
    let figure = Figure::new(theme, 216.0, Metadata::new("test", "", "", ""));
    figure.with_row(vec![element])
}

/// A figure of 216 points has margins of 8, so its one picture is 200 points wide.
const SCALE: f64 = 4.0;
const LEFT: f64 = 8.0 * SCALE;
const SIDE: f64 = 200.0 * SCALE;

#[test]
fn every_cell_has_the_palette_s_colour() {
    for theme in THEMES {
        for colors in [
            Colors::Sequential(Gradient::Gray),
            Colors::Sequential(Gradient::Viridis),
            Colors::Diverging,
        ] {
            let matrix = DMatrix::from_fn(7, 5, |row, col| (row * 5 + col) as f64 - 17.0);
            let map = Heatmap::new(matrix, (-17.0, 17.0), colors);
            let cell = SIDE / 5.0;
            let picture = Picture::of(&figure(theme, Element::Heatmap(map.clone())), 864);
            for row in 0..7 {
                for col in 0..5 {
                    // Near the corners too: nothing may be smoothed.
                    for (dx, dy) in [(0.5, 0.5), (0.1, 0.1), (0.9, 0.9)] {
                        let x = LEFT + (col as f64 + dx) * cell;
                        let y = LEFT + (row as f64 + dy) * cell;
                        let wanted = map.cell_color(theme, row, col);
                        assert_eq!(picture.at(x, y), wanted, "cell {row}, {col} in {theme:?}");
                    }
                }
            }
            let margin = picture.at(3.0, 3.0);
            assert_eq!(margin, palette::background(theme));
        }
    }
}

#[test]
fn a_large_matrix_keeps_its_cells() {
    let matrix = DMatrix::from_fn(800, 800, |row, col| f64::from((row + col) % 2 == 0));
    let map = Heatmap::new(matrix, (0.0, 1.0), Colors::Sequential(Gradient::Gray));
    let picture = Picture::of(&figure(Theme::Light, Element::Heatmap(map)), 864);
    for (row, col) in [(5, 5), (5, 6), (400, 401), (797, 797)] {
        let level = if (row + col) % 2 == 0 { 255 } else { 0 };
        let found = picture.at(LEFT + col as f64 + 0.5, LEFT + row as f64 + 0.5);
        assert_eq!(found, Rgb(level, level, level), "cell {row}, {col}");
    }
}

#[test]
fn block_lines_stand_on_the_blocks_edges() {
    let color = Hue::BluishGreen.on(Theme::Light);
    let mut map = Heatmap::new(
        DMatrix::zeros(28, 28),
        (0.0, 1.0),
        Colors::Sequential(Gradient::Gray),
    );
    // A 2 x 2 grid of which one block is missing.
    map.blocks = [(0..14, 0..14), (0..14, 14..28), (14..28, 0..14)]
        .map(|(rows, cols)| BlockLine { rows, cols })
        .to_vec();
    map.block_color = Some(color);
    let picture = Picture::of(&figure(Theme::Light, Element::Heatmap(map)), 864);
    let (middle, quarter) = (LEFT + SIDE / 2.0, LEFT + SIDE / 4.0);
    let black = Rgb(0, 0, 0);
    assert_eq!(
        picture.at(middle, quarter),
        color,
        "between the upper blocks"
    );
    assert_eq!(
        picture.at(quarter, middle),
        color,
        "between the left blocks"
    );
    assert_eq!(
        picture.at(middle, middle + SIDE / 8.0),
        color,
        "right of the lower block"
    );
    assert_eq!(picture.at(quarter, quarter), black, "inside of a block");
    let empty = LEFT + SIDE * 0.75;
    assert_eq!(picture.at(empty, empty), black, "where no block is");
    let right = LEFT + SIDE - 1.0;
    assert_ne!(picture.at(right, empty), color, "where no block ends");
}

#[test]
fn a_curve_is_drawn_in_its_colour_at_its_place() {
    for theme in THEMES {
        let color = Hue::Blue.on(theme);
        let plot = Plot {
            series: vec![Series::line("", color, vec![(0.0, 1.0), (10.0, 1.0)])],
            x_range: Some((0.0, 10.0)),
            y_range: Some((0.0, 2.0)),
            ..Plot::default()
        };
        let picture = Picture::of(&figure(theme, Element::Plot(plot)), 864);
        // Without title the axes begin 4 points below the margin; they are 0.58 of 200 high.
        let top = (8.0 + 4.0) * SCALE;
        let middle = top + 0.58 * SIDE / 2.0;
        assert_eq!(picture.at(LEFT + SIDE / 2.0, middle), color);
        assert_ne!(picture.at(LEFT + SIDE / 2.0, middle + 40.0), color);
    }
}

/// A method with a single rank within the budget is a curve of one point.
#[test]
fn a_curve_of_one_point_is_seen() {
    let color = Hue::Blue.on(Theme::Light);
    let plot = Plot {
        series: vec![Series::line("", color, vec![(5.0, 1.0)])],
        x_range: Some((0.0, 10.0)),
        y_range: Some((0.0, 2.0)),
        ..Plot::default()
    };
    let picture = Picture::of(&figure(Theme::Light, Element::Plot(plot)), 864);
    let pixels = picture.rgb.chunks(3);
    let drawn = pixels.filter(|rgb| **rgb == [color.0, color.1, color.2]);
    assert!(drawn.count() > 100);
}
