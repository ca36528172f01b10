//! A matrix as a picture: sharp cells, block lines, one zoom and one cursor for all panes.

use eframe::egui::{
    self, Align2, Color32, FontId, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Vec2,
    WidgetInfo,
};
use nalgebra::DMatrix;

use super::focus;
use super::parts::{LINE_SPACING, PartsView};
use crate::app::texture::{MatrixTexture, color32};
use crate::approx::BlockLayout;
use crate::figure::bars::BlockBars;
use crate::figure::place::Area;
use crate::figure::{BlockLine, label, palette};

/// The part of the matrix that all panes show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PaneView {
    /// The middle, as a share of the columns and rows.
    center: Vec2,
    /// One shows the whole matrix.
    zoom: f32,
}

impl Default for PaneView {
    fn default() -> Self {
        Self {
            center: Vec2::splat(0.5),
            zoom: 1.0,
        }
    }
}

/// The closest zoom shows about this many cells.
const CLOSEST_CELLS: f32 = 4.0;

/// From this size on a cell may have an outline of its own.
const CELL_OUTLINED: f32 = 9.0;

/// From this size on a cell has room for its number.
const NUMBER_SIZE: f32 = 36.0;

impl PaneView {
    fn scale(&self, place: Rect, cells: Vec2) -> f32 {
        (place.width() / cells.x).min(place.height() / cells.y) * self.zoom
    }

    /// Zooms by `factor` so that the cell under `at` stays there, and moves by `drag`.
    fn change(&mut self, place: Rect, cells: Vec2, at: Pos2, factor: f32, drag: Vec2) {
        let old = self.scale(place, cells);
        let closest = (cells.max_elem() / CLOSEST_CELLS).max(1.0);
        self.zoom = (self.zoom * factor).clamp(1.0, closest);
        let new = self.scale(place, cells);
        let arm = (at - place.center()) * (1.0 / old - 1.0 / new) - drag / new;
        self.center += arm / cells;
        let margin = Vec2::new(
            (0.5 * place.width() / (new * cells.x)).min(0.5),
            (0.5 * place.height() / (new * cells.y)).min(0.5),
        );
        self.center = self.center.clamp(margin, Vec2::splat(1.0) - margin);
    }
}

/// One pane, ready to be shown.
pub struct MatrixView<'a> {
    /// The pane's name for screen readers and tests.
    pub name: &'a str,
    /// The numbers, for hover and close zoom.
    pub matrix: &'a DMatrix<f64>,
    /// The picture of them.
    pub texture: &'a MatrixTexture,
    /// The singular values of the blocks, drawn in the picture's place.
    pub bars: Option<(&'a BlockBars, palette::Theme)>,
    /// Block lines and their colour.
    pub blocks: Option<(&'a BlockLayout, Color32)>,
    /// The ranks of the blocks, where they are written into them.
    pub ranks: Option<&'a [usize]>,
    /// Outlines of other parts, and their colour.
    pub outlines: Option<(&'a [BlockLine], Color32)>,
    /// A block drawn with a stronger line; the one under the cursor is too.
    pub selected: Option<usize>,
    /// The cell that the pointer is over, in whichever pane.
    pub cursor: Option<(usize, usize)>,
}

/// The actions of the user on a pane.
pub struct PaneResponse {
    /// The pane.
    pub response: Response,
    /// Where the matrix is drawn.
    pub shown: Rect,
    /// The cell under the pointer.
    pub hovered: Option<(usize, usize)>,
    /// The cell that was clicked.
    pub clicked: Option<(usize, usize)>,
}

impl MatrixView<'_> {
    /// Draws the pane in `size` and moves `view` as the user zooms and drags.
    pub fn show(self, ui: &mut egui::Ui, size: Vec2, view: &mut PaneView) -> PaneResponse {
        let (place, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let name = self.name.to_owned();
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
        let (rows, cols) = self.matrix.shape();
        let cells = egui::vec2(cols as f32, rows as f32);
        navigate(ui, &response, place, cells, view);

        let scale = view.scale(place, cells);
        let origin = place.center() - view.center * cells * scale;
        let to_screen = |cell: Pos2| origin + cell.to_vec2() * scale;
        let shown = Rect::from_min_size(origin, cells * scale).intersect(place);
        let painter = ui
            .painter()
            .with_clip_rect(shown.expand(1.0).intersect(ui.clip_rect()));
        match self.bars {
            Some((bars, theme)) => {
                let whole = Rect::from_min_size(origin, cells * scale);
                paint_bars(&painter, bars, theme, (whole, shown));
            }
            None => self.texture.paint(&painter, to_screen),
        }
        if scale >= NUMBER_SIZE && self.bars.is_none() {
            self.paint_numbers(&painter, shown, origin, scale);
        }
        self.paint_blocks(&painter, &to_screen, scale);
        self.paint_outlines(&painter, &to_screen, scale);
        let frame = ui.visuals().widgets.noninteractive.bg_stroke;
        painter.rect_stroke(shown, 0.0, frame, StrokeKind::Outside);
        if let Some((row, col)) = self.cursor {
            let cell = Rect::from_min_size(
                to_screen(Pos2::new(col as f32, row as f32)),
                Vec2::splat(scale),
            );
            paint_cursor(&painter, cell);
        }
        let cell_at = |at: Pos2| {
            let cell = (at - origin) / scale;
            (shown.contains(at) && cell.min_elem() >= 0.0)
                .then_some((cell.y as usize, cell.x as usize))
                .filter(|(row, col)| *row < rows && *col < cols)
        };
        let pointed = response.interact_pointer_pos();
        PaneResponse {
            shown,
            hovered: response.hover_pos().and_then(cell_at),
            clicked: match pointed.filter(|_| response.clicked() || response.secondary_clicked()) {
                Some(at) => cell_at(at),
                None => self.block_by_key(ui, &response),
            },
            response,
        }
    }

    /// The first cell of the block that the arrows go to; Enter takes the selected one, or the
    /// first.
    fn block_by_key(&self, ui: &egui::Ui, response: &Response) -> Option<(usize, usize)> {
        let way = focus::arrows(ui, response);
        let blocks = self.blocks?.0.blocks();
        let present = self.selected.and_then(|place| blocks.get(place));
        let block = match (present, way) {
            (_, None) if !response.clicked() => return None,
            (Some(block), None) => block,
            (None, _) => blocks.first()?,
            (Some(from), Some((down, right))) => {
                let to = |i: isize, j: isize| {
                    let (i, j) = (from.i.checked_add_signed(i)?, from.j.checked_add_signed(j)?);
                    blocks.iter().find(|block| block.i == i && block.j == j)
                };
                // On a diagonal every arrow goes along it.
                let along = down + right;
                to(down, right).or_else(|| to(along, along))?
            }
        };
        block.first_cell()
    }

    fn paint_blocks(&self, painter: &egui::Painter, to_screen: &dyn Fn(Pos2) -> Pos2, scale: f32) {
        let Some((layout, color)) = self.blocks else {
            return;
        };
        PartsView {
            layout,
            color,
            painter,
            to_screen,
            scale,
        }
        .paint(self.cursor, self.selected, self.ranks);
    }

    fn paint_outlines(
        &self,
        painter: &egui::Painter,
        to_screen: &dyn Fn(Pos2) -> Pos2,
        scale: f32,
    ) {
        let Some((lines, color)) = self.outlines else {
            return;
        };
        for line in lines {
            let shorter = line.rows.len().min(line.cols.len());
            // The lines round single cells would cover what is in them much earlier.
            let least = if shorter == 1 {
                CELL_OUTLINED
            } else {
                LINE_SPACING
            };
            if scale * shorter as f32 >= least {
                let corner = |row: usize, col: usize| to_screen(Pos2::new(col as f32, row as f32));
                let place = Rect::from_min_max(
                    corner(line.rows.start, line.cols.start),
                    corner(line.rows.end, line.cols.end),
                );
                painter.rect_stroke(place, 0.0, Stroke::new(1.0, color), StrokeKind::Middle);
            }
        }
    }

    fn paint_numbers(&self, painter: &egui::Painter, shown: Rect, origin: Pos2, scale: f32) {
        let colors = self.texture.scale();
        let (low, high) = colors.range;
        let largest = low.abs().max(high.abs());
        let first = ((shown.min - origin) / scale).max(Vec2::ZERO);
        let last = (shown.max - origin) / scale;
        for row in first.y as usize..(last.y.ceil() as usize).min(self.matrix.nrows()) {
            for col in first.x as usize..(last.x.ceil() as usize).min(self.matrix.ncols()) {
                let middle = origin + egui::vec2(col as f32 + 0.5, row as f32 + 0.5) * scale;
                let value = self.matrix[(row, col)];
                let color = color32(palette::text_on(colors.color(value)));
                let font = FontId::proportional(11.0);
                painter.text(
                    middle,
                    Align2::CENTER_CENTER,
                    reading(value, largest),
                    font,
                    color,
                );
            }
        }
    }
}

/// The bars of the blocks in what is `shown` of the `whole` matrix.
fn paint_bars(
    painter: &egui::Painter,
    bars: &BlockBars,
    theme: palette::Theme,
    (whole, shown): (Rect, Rect),
) {
    let ground = color32(palette::background(theme));
    painter.rect_filled(shown, 0.0, ground);
    let area = Area {
        x: f64::from(whole.left()),
        y: f64::from(whole.top()),
        width: f64::from(whole.width()),
        height: f64::from(whole.height()),
    };
    let on_screen = |area: Area| {
        let corner = Pos2::new(area.x as f32, area.y as f32);
        Rect::from_min_size(corner, Vec2::new(area.width as f32, area.height as f32))
    };
    let (mut drawn, mut wanted) = (false, false);
    for block in &bars.blocks {
        let place = block.place(area, bars.shape);
        if !on_screen(place).intersects(shown) {
            continue;
        }
        wanted |= !block.heights.is_empty();
        for (bar, kept) in block.bars(place) {
            drawn = true;
            let color = color32(bars.shade(theme, kept));
            painter.rect_filled(on_screen(bar), 0.0, color);
        }
    }
    if wanted && !drawn {
        let ink = color32(palette::foreground(theme));
        let font = FontId::proportional(12.0);
        let at = shown.center();
        painter.text(at, Align2::CENTER_CENTER, TOO_SMALL, font, ink);
    }
}

/// In the place of bars that would be too small.
const TOO_SMALL: &str = "Blocks too small; zoom in";

/// Parts of the largest number that rounding may leave of a zero.
const DUST: f64 = 1e-12;

/// A cell's number beside others of which `largest` is the largest: what rounding leaves of a zero
/// reads as zero.
pub fn reading(value: f64, largest: f64) -> String {
    label::cell(if value.abs() <= DUST * largest {
        0.0
    } else {
        value
    })
}

fn navigate(ui: &egui::Ui, response: &Response, place: Rect, cells: Vec2, view: &mut PaneView) {
    if response.double_clicked() {
        *view = PaneView::default();
        return;
    }
    let mut factor = 1.0;
    let mut at = place.center();
    if let Some(pointer) = response.hover_pos() {
        factor = ui.input_mut(|input| zoom_factor(input, view.zoom <= 1.0));
        at = pointer;
    }
    let drag = response.drag_delta();
    if factor != 1.0 || drag != Vec2::ZERO {
        view.change(place, cells, at, factor, drag);
    }
}

/// The zoom that wheel and pinch ask for. A wheel that zooms does not scroll the tab as well; one that asks
/// for less than the whole matrix does.
fn zoom_factor(input: &mut egui::InputState, whole: bool) -> f32 {
    let scroll = input.smooth_scroll_delta().y;
    if whole && scroll < 0.0 {
        return input.zoom_delta();
    }
    input.smooth_scroll_delta.y = 0.0;
    (scroll / 200.0).exp() * input.zoom_delta()
}

/// Black and white together are seen on every colour.
fn paint_cursor(painter: &egui::Painter, cell: Rect) {
    let cell = if cell.width() < 6.0 {
        Rect::from_center_size(cell.center(), Vec2::splat(6.0))
    } else {
        cell
    };
    painter.rect_stroke(
        cell,
        0.0,
        Stroke::new(3.0, Color32::BLACK),
        StrokeKind::Outside,
    );
    painter.rect_stroke(
        cell,
        0.0,
        Stroke::new(1.5, Color32::WHITE),
        StrokeKind::Outside,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Rect {
        Rect::from_min_size(Pos2::new(10.0, 20.0), Vec2::new(200.0, 100.0))
    }

    #[test]
    fn the_cell_under_the_pointer_stays_there_while_zooming() {
        let (mut view, cells) = (PaneView::default(), Vec2::new(28.0, 28.0));
        let at = place().center() + Vec2::new(5.0, -7.0);
        let cell = |view: &PaneView| {
            view.center * cells + (at - place().center()) / view.scale(place(), cells)
        };
        let before = cell(&view);
        view.change(place(), cells, at, 3.0, Vec2::ZERO);
        assert!((cell(&view) - before).length() < 1e-3);
    }

    #[test]
    fn no_zoom_or_drag_leaves_the_matrix() {
        let (mut view, cells) = (PaneView::default(), Vec2::new(28.0, 14.0));
        for step in 0..200 {
            let factor = if step % 3 == 0 { 5.0 } else { 0.6 };
            let drag = Vec2::splat(if step % 2 == 0 { 900.0 } else { -700.0 });
            view.change(place(), cells, place().min, factor, drag);
            assert!(view.center.min_elem() >= 0.0 && view.center.max_elem() <= 1.0);
            assert!(view.zoom >= 1.0 && view.zoom <= 7.0);
        }
    }
}
