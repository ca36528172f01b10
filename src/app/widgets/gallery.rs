//! The digits of a data set as a wall of small pictures.

use std::collections::HashMap;
use std::sync::Arc;

use eframe::egui::{
    self, Color32, ColorImage, Pos2, Rect, Role, Sense, Stroke, StrokeKind, TextureHandle,
    TextureOptions, Vec2, WidgetInfo,
};

use super::focus;
use crate::source::DigitSet;

/// Thumbnails on screen, a texture per row of them.
#[derive(Default)]
pub struct Gallery {
    /// The digits that pass the filter.
    shown: Arc<Vec<usize>>,
    key: Option<Wall>,
    rows: HashMap<usize, TextureHandle>,
    /// The scroll offset when the wall was last drawn.
    offset: f32,
    /// The picture and the wall that were last brought into view.
    brought: Option<(usize, Wall)>,
}

/// The digits in the wall, and the number in a row.
type Wall = (usize, Option<u8>, usize);

/// Size of a thumbnail in points.
const THUMBNAIL: f32 = 30.0;

/// Pixels along a side of a thumbnail; a row of them stays within what any driver draws.
const LARGEST: usize = 64;

/// Rows of thumbnails whose textures are kept.
const KEPT_ROWS: usize = 64;

impl Gallery {
    /// The indices of the digits in `set` that have the label `filter`, all where there is none.
    pub fn indices(&mut self, set: &Arc<DigitSet>, filter: Option<u8>) -> Arc<Vec<usize>> {
        self.prepare(set, filter, 1);
        Arc::clone(&self.shown)
    }

    fn prepare(&mut self, set: &Arc<DigitSet>, filter: Option<u8>, columns: usize) {
        let identity = Arc::as_ptr(set) as usize;
        let same_digits = self
            .key
            .is_some_and(|(known, label, _)| known == identity && label == filter);
        if !same_digits {
            self.shown = Arc::new(match filter {
                Some(digit) => set.indices_of(digit),
                None => (0..set.count()).collect(),
            });
        }
        let columns = if columns == 1 && same_digits {
            self.key.map_or(1, |key| key.2)
        } else {
            columns
        };
        let key = Some((identity, filter, columns));
        if self.key != key {
            self.rows.clear();
            self.key = key;
        }
    }

    /// Shows the wall in `height`; returns the index of a digit that was clicked or that the arrows
    /// went to. The whole wall is one stop of the keyboard.
    pub fn show(
        &mut self,
        ui: &mut egui::Ui,
        set: &Arc<DigitSet>,
        filter: Option<u8>,
        current: Option<usize>,
        height: f32,
    ) -> Option<usize> {
        // Room for the scroll bar, and at least two so that the row cache knows its width.
        let columns = (((ui.available_width() - 16.0) / THUMBNAIL) as usize).max(2);
        self.prepare(set, filter, columns);
        if self.rows.len() > KEPT_ROWS {
            self.rows.clear();
        }
        let shown = Arc::clone(&self.shown);
        let mut clicked = None;
        ui.spacing_mut().item_spacing = Vec2::ZERO;
        let mut wall = egui::ScrollArea::vertical()
            .id_salt("gallery")
            .max_height(height)
            .auto_shrink([false, true]);
        if let Some(offset) = self.bring(current, columns, height) {
            wall = wall.vertical_scroll_offset(offset);
        }
        let drawn = wall.show_rows(ui, THUMBNAIL, shown.len().div_ceil(columns), |ui, range| {
            for row in range {
                let digits = &shown[row * columns..((row + 1) * columns).min(shown.len())];
                let texture = self
                    .rows
                    .entry(row)
                    .or_insert_with(|| strip(ui, set, digits));
                clicked = strip_ui(ui, set, digits, texture, current).or(clicked);
            }
        });
        self.offset = drawn.state.clamped_offset().y;
        let stop = ui.interact(
            drawn.inner_rect,
            drawn.id.with("keys"),
            Sense::focusable_noninteractive(),
        );
        stop.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::ListBox, true, "gallery of digits");
            info.current_text_value = current.map(|index| named(set, index));
            info
        });
        if clicked.is_some() {
            stop.request_focus();
        }
        clicked.or(reached(ui, &stop, &shown, columns, current))
    }

    /// The scroll offset that shows the whole row of a picture that is newly shown; nothing
    /// where it is in view, or the user has scrolled away from it since.
    fn bring(&mut self, current: Option<usize>, columns: usize, height: f32) -> Option<f32> {
        let shown = current.zip(self.key);
        if std::mem::replace(&mut self.brought, shown) == shown {
            return None;
        }
        let place = self.shown.binary_search(&current?).ok()?;
        let top = (place / columns) as f32 * THUMBNAIL;
        let least = top + THUMBNAIL - height;
        (self.offset > top || self.offset < least).then(|| self.offset.clamp(least.max(0.0), top))
    }
}

/// The digit that the arrows go to; Enter on a wall without the present digit takes its first.
fn reached(
    ui: &egui::Ui,
    stop: &egui::Response,
    shown: &[usize],
    columns: usize,
    current: Option<usize>,
) -> Option<usize> {
    let way = focus::arrows(ui, stop);
    let enter = stop.has_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    let present = current.and_then(|index| shown.binary_search(&index).ok());
    let place = match (present, way) {
        (Some(place), Some((down, right))) => {
            place.checked_add_signed(down * columns as isize + right)?
        }
        (None, Some(_)) => 0,
        (None, None) if enter => 0,
        (_, None) => return None,
    };
    shown.get(place).copied()
}

fn named(set: &DigitSet, index: usize) -> String {
    format!("image {index}, a {}", set.class_name(set.label(index)))
}

/// One row of digits as a texture.
fn strip(ui: &egui::Ui, set: &DigitSet, digits: &[usize]) -> TextureHandle {
    let (rows, cols) = (set.rows(), set.cols());
    let side = rows.max(cols).min(LARGEST);
    let width = side * digits.len();
    let mut image = ColorImage::filled([width.max(1), side.max(1)], Color32::BLACK);
    for (place, index) in digits.iter().enumerate() {
        let levels = set.grey(*index);
        for (down, right, level) in thumbnail(&levels, (rows, cols), side) {
            image.pixels[down * width + place * side + right] = Color32::from_gray(level);
        }
    }
    ui.ctx()
        .load_texture("gallery row", image, TextureOptions::NEAREST)
}

/// An image in the middle of a square: row, column and level of every cell that it covers. One that
/// is larger than the square gives every so many pixels.
fn thumbnail(
    levels: &[u8],
    (rows, cols): (usize, usize),
    side: usize,
) -> impl Iterator<Item = (usize, usize, u8)> {
    let longest = rows.max(cols);
    let shrunk = move |length: usize| (length * side / longest).max(1);
    let (tall, wide) = (shrunk(rows), shrunk(cols));
    let (top, left) = ((side - tall) / 2, (side - wide) / 2);
    (0..tall * wide).map(move |cell| {
        let (down, right) = (cell / wide, cell % wide);
        let from = (down * rows / tall) * cols + right * cols / wide;
        (top + down, left + right, levels[from])
    })
}

fn strip_ui(
    ui: &mut egui::Ui,
    set: &DigitSet,
    digits: &[usize],
    texture: &TextureHandle,
    current: Option<usize>,
) -> Option<usize> {
    let size = Vec2::new(THUMBNAIL * digits.len() as f32, THUMBNAIL);
    // The wall takes the focus as a whole, not row by row.
    let (place, response) = ui.allocate_exact_size(size, Sense::CLICK);
    let first = digits.first().copied().unwrap_or_default();
    response
        .widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("digits from {first}")));
    let whole = Rect::from_min_max(Pos2::ZERO, Pos2::new(1.0, 1.0));
    ui.painter()
        .image(texture.id(), place, whole, Color32::WHITE);
    let cell = |i: usize| {
        Rect::from_min_size(
            place.min + Vec2::new(THUMBNAIL * i as f32, 0.0),
            Vec2::splat(THUMBNAIL),
        )
    };
    if let Some(i) = digits.iter().position(|index| Some(*index) == current) {
        let stroke = Stroke::new(2.0, ui.visuals().selection.bg_fill);
        ui.painter()
            .rect_stroke(cell(i), 0.0, stroke, StrokeKind::Inside);
    }
    let clicked = response.clicked();
    let Some(pointer) = response.hover_pos() else {
        // By keyboard or screen reader: the row's first.
        return clicked.then_some(first);
    };
    let i = ((pointer.x - place.left()) / THUMBNAIL) as usize;
    let index = *digits.get(i)?;
    ui.painter().rect_stroke(
        cell(i),
        0.0,
        Stroke::new(1.0, ui.visuals().strong_text_color()),
        StrokeKind::Inside,
    );
    response.on_hover_text_at_pointer(named(set, index));
    clicked.then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_of_a_new_picture_is_scrolled_whole_into_view_once() {
        let mut gallery = Gallery {
            shown: Arc::new((0..1000).collect()),
            key: Some((1, None, 8)),
            ..Gallery::default()
        };
        // Four rows of 30 in 124: the fifth ends at 150.
        assert_eq!(gallery.bring(Some(5), 8, 124.0), None);
        assert_eq!(gallery.bring(Some(38), 8, 124.0), Some(26.0));
        gallery.offset = 26.0;
        assert_eq!(gallery.bring(Some(38), 8, 124.0), None);
        gallery.offset = 900.0;
        assert_eq!(gallery.bring(Some(38), 8, 124.0), None, "scrolled away");
        assert_eq!(gallery.bring(Some(39), 8, 124.0), Some(120.0));
        assert_eq!(gallery.bring(None, 8, 124.0), None);
    }

    fn drawn(levels: &[u8], size: (usize, usize), side: usize) -> String {
        let mut cells = vec![b'.'; side * side];
        for (row, col, level) in thumbnail(levels, size, side) {
            cells[row * side + col] = b'0' + level;
        }
        let rows = cells.chunks(side).map(String::from_utf8_lossy);
        rows.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn images_of_any_shape_lie_in_the_middle_of_a_square() {
        assert_eq!(drawn(&[1, 2, 3, 4], (2, 2), 2), "12 34");
        assert_eq!(drawn(&[1, 2, 3], (1, 3), 3), "... 123 ...");
        assert_eq!(drawn(&[1, 2, 3, 4], (4, 1), 4), ".1.. .2.. .3.. .4..");
        // Every second pixel of one that is too large.
        let large: Vec<u8> = (0..8).collect();
        assert_eq!(drawn(&large, (2, 4), 2), "02 ..");
        assert_eq!(drawn(&[7; 1000], (1, 1000), 2), "77 ..");
    }
}
