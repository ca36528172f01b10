//! The map of a scanned model on screen, as the exported figure has it: a click opens a layer.

use eframe::egui::{
    self, Align2, Pos2, Rect, Role, Sense, Stroke, StrokeKind, TextStyle, Vec2, WidgetInfo,
};

use crate::app::widgets::heat_map::{bar, paint, scale_width};
use crate::app::widgets::{elide, focus, prose};
use crate::figure::compose::ScanMap;
use crate::figure::palette::Theme;

/// The map, and the cell that the arrows are at.
#[derive(Default)]
pub struct MapView {
    cursor: Option<(usize, usize)>,
    names: Option<ShortNames>,
}

/// The names that fit, which take too long to find for every frame.
struct ShortNames {
    /// The width of a column, and the pixels of a point.
    fit: (f32, f32),
    blocks: Vec<String>,
    kinds: Vec<String>,
}

/// Widths of a cell.
const WIDE: std::ops::RangeInclusive<f32> = 58.0..=190.0;

/// Height of a cell and of the names above.
const HIGH: f32 = 20.0;

/// Height of the key of cells without a number, below the colour scale.
const KEY: f32 = 24.0;

/// The most room for the names at the left.
const NAMES: f32 = 150.0;

/// The height that a map takes.
pub fn height(map: &ScanMap) -> f32 {
    HIGH * (map.blocks.len() as f32 + 1.0) + 14.0
}

impl MapView {
    /// The cells are others.
    pub fn changed(&mut self) {
        (self.cursor, self.names) = (None, None);
    }

    /// Draws it at most `high`; `spoken` says what a layer's numbers are. The answer is the layer that was
    /// chosen.
    pub fn ui(
        &mut self,
        ui: &mut egui::Ui,
        map: &ScanMap,
        high: f32,
        theme: Theme,
        spoken: &dyn Fn(usize) -> String,
    ) -> Option<usize> {
        ui.horizontal_top(|ui| {
            let width = ui.available_width() - scale_width(ui, &map.scale) - 8.0;
            let chosen = egui::ScrollArea::both()
                .id_salt("map of the model")
                .max_width(width)
                .max_height(high)
                .auto_shrink([true, true])
                .show(ui, |ui| self.cells(ui, map, width, theme, spoken))
                .inner;
            let key = if map.scale.missing.is_some() {
                KEY
            } else {
                0.0
            };
            let height = (high - 14.0 - key).clamp(50.0, 140.0);
            bar(ui, &map.scale, height, theme);
            chosen
        })
        .inner
    }

    /// The names of the kinds above, and of the blocks at the left.
    fn heads(&mut self, ui: &egui::Ui, map: &ScanMap, place: Rect) {
        let wide = place.width() / map.kinds.len().max(1) as f32;
        let fit = (wide, ui.pixels_per_point());
        let known = self.names.take().filter(|names| names.fit == fit);
        let names = known.unwrap_or_else(|| ShortNames::new(ui, map, fit));
        heads(ui, &names, place);
        self.names = Some(names);
    }

    fn cells(
        &mut self,
        ui: &mut egui::Ui,
        map: &ScanMap,
        width: f32,
        theme: Theme,
        spoken: &dyn Fn(usize) -> String,
    ) -> Option<usize> {
        let (rows, cols) = map.heatmap.matrix.shape();
        let names = names_width(ui, map);
        let wide = ((width - names - 16.0) / cols as f32).clamp(*WIDE.start(), *WIDE.end());
        let size = Vec2::new(names + wide * cols as f32, HIGH * (rows + 1) as f32);
        let (whole, response) = ui.allocate_exact_size(size, Sense::click());
        let place = Rect::from_min_max(whole.min + Vec2::new(names, HIGH), whole.max);
        paint(ui, place, &map.heatmap, theme);
        self.heads(ui, map, place);
        let pointed = response.hover_pos().filter(|at| place.contains(*at));
        let pointed = pointed.map(|at| {
            let offset = at - place.min;
            ((offset.y / HIGH) as usize, (offset.x / wide) as usize)
        });
        let pointed = pointed.filter(|(row, col)| *row < rows && *col < cols);
        if let Some((down, right)) = focus::arrows(ui, &response) {
            let step = |at: usize, by: isize, of: usize| at.saturating_add_signed(by).min(of - 1);
            self.cursor = Some(match self.cursor {
                Some((row, col)) => (step(row, down, rows), step(col, right, cols)),
                None => (0, 0),
            });
        }
        let focused = response.has_focus();
        let by_key = self.cursor.filter(|_| focused);
        let at = pointed.or(by_key);
        let layer = at.and_then(|cell| map.layer(cell));
        if let Some((row, col)) = at {
            let corner = place.min + Vec2::new(wide * col as f32, HIGH * row as f32);
            let cell = Rect::from_min_size(corner, Vec2::new(wide, HIGH));
            let stroke = Stroke::new(2.0, ui.visuals().strong_text_color());
            ui.painter()
                .rect_stroke(cell, 0.0, stroke, StrokeKind::Inside);
            if by_key.is_some() && pointed.is_none() {
                ui.scroll_to_rect(cell, None);
            }
        }
        let said = layer.map(spoken);
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Image, true, "map of the model");
            info.current_text_value.clone_from(&said);
            info
        });
        let clicked = response.clicked();
        if let Some(said) = said {
            response.on_hover_text_at_pointer(format!("{said}\nclick to open it in Approximate"));
        }
        layer.filter(|_| clicked)
    }
}

impl ShortNames {
    fn new(ui: &egui::Ui, map: &ScanMap, fit: (f32, f32)) -> Self {
        let all = |names: &[String], room: f32| elide::all(ui, names, room, &TextStyle::Small);
        Self {
            fit,
            blocks: all(&map.blocks, NAMES - 6.0),
            kinds: all(&map.kinds, fit.0 - 4.0),
        }
    }
}

fn names_width(ui: &egui::Ui, map: &ScanMap) -> f32 {
    let longest = map.blocks.iter().max_by_key(|name| name.chars().count());
    let text = longest.map_or("", String::as_str);
    (prose::width(ui, text, &TextStyle::Small) + 10.0).min(NAMES)
}

/// The names of the kinds above, and of the blocks at the left.
fn heads(ui: &egui::Ui, names: &ShortNames, place: Rect) {
    let font = TextStyle::Small.resolve(ui.style());
    let ink = ui.visuals().text_color();
    let cell = Vec2::new(
        place.width() / names.kinds.len().max(1) as f32,
        place.height() / names.blocks.len().max(1) as f32,
    );
    let text = |within: Rect, name: &str, align: Align2| {
        if !ui.is_rect_visible(within) {
            return;
        }
        let galley = ui
            .painter()
            .layout_no_wrap(name.to_owned(), font.clone(), ink);
        let at = align.align_size_within_rect(galley.size(), within).min;
        ui.painter().galley(at, galley, ink);
    };
    for (col, name) in names.kinds.iter().enumerate() {
        let corner = Pos2::new(place.left() + cell.x * col as f32, place.top() - HIGH);
        let within = Rect::from_min_size(corner, Vec2::new(cell.x, HIGH)).shrink(2.0);
        text(within, name, Align2::CENTER_CENTER);
    }
    for (row, name) in names.blocks.iter().enumerate() {
        let corner = Pos2::new(place.left() - NAMES, place.top() + cell.y * row as f32);
        let within = Rect::from_min_size(corner, Vec2::new(NAMES - 6.0, cell.y));
        text(within, name, Align2::RIGHT_CENTER);
    }
}
