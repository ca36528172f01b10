//! The names of the series in their order, below the plot, where they cover no data.

use std::sync::Arc;

use eframe::egui::{self, Galley, Rect, Sense, Stroke, StrokeKind, TextStyle, Vec2};

use super::markers::draw_marker;
use super::text::typeset;
use crate::app::texture::color32;
use crate::figure::{Plot, Series, SeriesStyle};

/// Width of the sample before a name.
const KEY: f32 = 22.0;
/// Between a sample and its name.
const GAP: f32 = 4.0;
/// Between two entries.
const APART: f32 = 14.0;

struct LegendEntry<'a> {
    series: &'a Series,
    galley: Arc<Galley>,
}

impl LegendEntry<'_> {
    fn width(&self) -> f32 {
        KEY + GAP + self.galley.size().x
    }
}

/// The entries in rows as wide as the plot.
pub(super) struct Legend<'a> {
    rows: Vec<Vec<LegendEntry<'a>>>,
    line: f32,
}

impl<'a> Legend<'a> {
    /// Lays the named series of a plot out within `width`.
    pub(super) fn of(ui: &egui::Ui, plot: &'a Plot, width: f32) -> Self {
        let font = TextStyle::Small.resolve(ui.style());
        let color = ui.visuals().text_color();
        let named = plot.series.iter().filter(|series| !series.name.is_empty());
        let entries = named.map(|series| LegendEntry {
            series,
            galley: ui.painter().layout_job(typeset(&series.name, &font, color)),
        });
        Self {
            rows: in_rows(entries, LegendEntry::width, width),
            line: font.size + 5.0,
        }
    }

    /// The height that it takes, with `gap` between its rows and above them.
    pub(super) fn height(&self, gap: f32) -> f32 {
        self.rows.len() as f32 * (self.line + gap)
    }

    /// Draws it.
    pub(super) fn show(&self, ui: &mut egui::Ui) {
        let width = ui.available_width();
        for row in &self.rows {
            let size = Vec2::new(width, self.line);
            let (place, response) = ui.allocate_exact_size(size, Sense::hover());
            let names: Vec<&str> = row.iter().map(|one| one.series.name.as_str()).collect();
            response.widget_info(|| {
                let text = format!("Shown: {}", names.join("; "));
                egui::WidgetInfo::labeled(egui::Role::Label, true, text)
            });
            let wide =
                row.iter().map(LegendEntry::width).sum::<f32>() + APART * (row.len() as f32 - 1.0);
            let mut left = place.left() + ((width - wide) / 2.0).max(0.0);
            for entry in row {
                let key =
                    Rect::from_min_size(egui::pos2(left, place.top()), Vec2::new(KEY, self.line));
                draw_key(ui, key, entry.series);
                let below = (self.line - entry.galley.size().y) / 2.0;
                let at = egui::pos2(left + KEY + GAP, place.top() + below);
                let color = ui.visuals().text_color();
                ui.painter().galley(at, Arc::clone(&entry.galley), color);
                left += entry.width() + APART;
            }
        }
    }
}

/// The items in rows that are no wider than `width`, at least one to a row.
fn in_rows<T>(items: impl Iterator<Item = T>, wide: impl Fn(&T) -> f32, width: f32) -> Vec<Vec<T>> {
    let mut rows: Vec<Vec<T>> = Vec::new();
    let mut used = 0.0;
    for item in items {
        let more = wide(&item);
        match rows.last_mut() {
            Some(row) if used + APART + more <= width => {
                used += APART + more;
                row.push(item);
            }
            _ => {
                used = more;
                rows.push(vec![item]);
            }
        }
    }
    rows
}

fn draw_key(ui: &egui::Ui, place: Rect, series: &Series) {
    let painter = ui.painter();
    let color = color32(series.color);
    let middle = place.center();
    match series.style {
        SeriesStyle::Line | SeriesStyle::LineWithPoints | SeriesStyle::FaintLine => {
            painter.hline(place.x_range(), middle.y, Stroke::new(1.8, color));
        }
        SeriesStyle::Steps | SeriesStyle::Bars => {
            let bar = Rect::from_center_size(middle, Vec2::new(14.0, 9.0));
            painter.rect_filled(bar, 0.0, color.gamma_multiply(0.13));
            painter.rect_stroke(bar, 0.0, Stroke::new(1.4, color), StrokeKind::Inside);
        }
        SeriesStyle::Points | SeriesStyle::FaintPoints => {}
    }
    let size = match series.style {
        SeriesStyle::LineWithPoints | SeriesStyle::Points => 3.4,
        SeriesStyle::FaintPoints => 2.4,
        _ => return,
    };
    draw_marker(painter, series.marker, middle, size, color, Stroke::NONE);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_keep_their_order_and_break_where_the_row_is_full() {
        let rows = in_rows([100.0, 80.0, 60.0, 500.0].into_iter(), |wide| *wide, 200.0);
        assert_eq!(rows, [vec![100.0, 80.0], vec![60.0], vec![500.0]]);
        assert!(in_rows([0.0; 0].into_iter(), |wide| *wide, 10.0).is_empty());
    }
}
