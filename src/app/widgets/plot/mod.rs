//! One description of a plot, two drawings: what an exported figure shows is drawn here on the
//! screen by egui_plot, with the same axes, ticks, guides, marks and labels.

mod axes;
mod legend;
mod markers;
mod overlay;
mod pick;
mod series;
mod text;

use eframe::egui::{self, Align2, Id, Rect, RichText, Sense, TextStyle, Vec2};
use egui_plot::{AxisHints, PlotMemory, PlotTransform};

use self::axes::{Axes, AxisDirection, SPACING, Ticks};
use self::legend::Legend;
use self::overlay::Overlay;
use self::pick::Spots;
use super::focus;
use crate::app::texture::color32;
use crate::figure::palette::{self, Theme};
use crate::figure::{Plot, SeriesStyle};

pub use pick::Pick;
pub use text::{formula, indexed, typeset};

/// Less than this would be all axes.
const LEAST_HEIGHT: f32 = 90.0;

/// A plot on the screen.
pub struct PlotView<'a> {
    /// The name for screen readers; unique in its tab.
    pub name: &'a str,
    /// The plot.
    pub plot: &'a Plot,
    /// The window's theme, which the plot's colours are for.
    pub theme: Theme,
    /// Height with title and legend.
    pub height: f32,
    /// Shows all of it again where it was moved or zoomed.
    pub refit: bool,
    /// The sentence where there is nothing to draw.
    pub empty: &'a str,
}

impl PlotView<'_> {
    /// Draws the plot; `text` says what a point is, or nothing for points that mean nothing. The
    /// answer is the point that was clicked, or chosen by the arrows and Enter.
    pub fn show(&self, ui: &mut egui::Ui, text: &dyn Fn(Pick) -> Option<String>) -> Option<Pick> {
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            self.parts(ui, text)
        })
        .inner
    }

    fn parts(&self, ui: &mut egui::Ui, text: &dyn Fn(Pick) -> Option<String>) -> Option<Pick> {
        let axes = Axes::of(self.plot);
        let top = ui.cursor().top();
        if let Some(title) = &self.plot.title {
            let color = self
                .plot
                .title_color
                .unwrap_or(palette::foreground(self.theme));
            let color = color32(palette::as_text(self.theme, color));
            let left = egui::Layout::top_down(egui::Align::LEFT);
            ui.with_layout(left, |ui| {
                ui.add(egui::Label::new(RichText::new(title).color(color)).wrap());
            });
        }
        let legend = Legend::of(ui, self.plot, ui.available_width());
        let gap = ui.spacing().item_spacing.y;
        let used = ui.cursor().top() - top + legend.height(gap);
        let height = (self.height - used).max(LEAST_HEIGHT);
        if self.is_empty(&axes) {
            self.say_empty(ui, height);
            return None;
        }
        let id = ui.make_persistent_id((self.name, self.plot.log_x, self.plot.log_y));
        let (response, transform) = self.draw(ui, id, &axes, height);
        settle(ui, id, *transform.frame());
        let overlay = Overlay {
            ui,
            axes,
            transform,
            theme: self.theme,
        };
        overlay.draw(self.plot);
        let picked = self.spots(&overlay).show(ui, &response, self.name, text);
        self.offer_whole(ui, id, response.rect);
        legend.show(ui);
        picked
    }

    fn is_empty(&self, axes: &Axes) -> bool {
        let points = self.plot.series.iter().flat_map(|series| &series.points);
        let marks = self.plot.marks.iter().map(|mark| (mark.x, mark.y));
        !points
            .copied()
            .chain(marks)
            .any(|point| axes.point(point).is_some())
    }

    /// A frame with a sentence in it; axes round nothing would say nothing.
    fn say_empty(&self, ui: &mut egui::Ui, height: f32) {
        let size = Vec2::new(ui.available_width(), height);
        let (place, response) = ui.allocate_exact_size(size, Sense::hover());
        focus::name(&response, self.name);
        let visuals = ui.visuals();
        let stroke = visuals.widgets.noninteractive.bg_stroke;
        ui.painter().rect(
            place,
            2.0,
            visuals.extreme_bg_color,
            stroke,
            egui::StrokeKind::Inside,
        );
        let within = Align2::CENTER_CENTER.align_size_within_rect(
            Vec2::new(
                place.width() - 24.0,
                3.0 * TextStyle::Body.resolve(ui.style()).size,
            ),
            place,
        );
        let text = RichText::new(self.empty).color(color32(palette::muted(self.theme)));
        let layout = egui::Layout::top_down(egui::Align::Center);
        let inside = egui::UiBuilder::new().max_rect(within).layout(layout);
        ui.new_child(inside).add(egui::Label::new(text).wrap());
    }

    fn draw(
        &self,
        ui: &mut egui::Ui,
        id: Id,
        axes: &Axes,
        height: f32,
    ) -> (egui::Response, PlotTransform) {
        // Until it is moved or zoomed, a plot shows all that there is.
        let whole = self.refit || PlotMemory::load(ui.ctx(), id).is_none();
        let font = TextStyle::Small.resolve(ui.style());
        let across = Ticks::new(axes.x, AxisDirection::Across).sized(font.size);
        let up = Ticks::new(axes.y, AxisDirection::Up).sized(font.size);
        let up = up.named(self.plot.named_ticks());
        let ink = ui.visuals().text_color();
        let x_hints = AxisHints::new_x()
            .label(typeset(&self.plot.x_label, &font, ink))
            .formatter(|mark, _| across.text(mark));
        let y_hints = AxisHints::new_y()
            .label(typeset(&self.plot.y_label, &font, ink))
            .formatter(|mark, _| up.text(mark));
        let [(left, right), (bottom, top)] = axes.ends();
        let drawn = egui_plot::Plot::new(self.name)
            .id(id)
            .height(height)
            .custom_x_axes(vec![
                x_hints.tick_label_font(font.clone()).tick_label_color(ink),
            ])
            .custom_y_axes(vec![
                y_hints.tick_label_font(font.clone()).tick_label_color(ink),
            ])
            .x_grid_spacer(|seen| across.lines(&seen))
            .y_grid_spacer(|seen| up.lines(&seen))
            .grid_spacing(SPACING..=SPACING + 1.0)
            .grid_color(color32(palette::grid(self.theme)))
            .grid_fade(0.0)
            .default_x_bounds(left, right)
            .default_y_bounds(bottom, top)
            .allow_scroll(false)
            .show_x(false)
            .show_y(false)
            .label_formatter(|_| None)
            .show(ui, |plot| {
                if whole {
                    plot.set_auto_bounds(true);
                }
                for guide in &self.plot.guides {
                    series::guide(plot, guide, axes, self.theme);
                }
                for one in &self.plot.series {
                    series::draw(plot, one, axes);
                }
            });
        (drawn.response, drawn.transform)
    }

    /// The points that can be pointed at; a bar of a histogram is none.
    fn spots(&self, overlay: &Overlay<'_>) -> Spots {
        let mut spots = Spots::default();
        for (s, series) in self.plot.series.iter().enumerate() {
            if series.style == SeriesStyle::Steps {
                continue;
            }
            for (p, point) in series.points.iter().enumerate() {
                let Some(at) = overlay.place(*point) else {
                    continue;
                };
                match series.style {
                    SeriesStyle::Bars => spots.add_row(s, p, at, overlay.row(point.1)),
                    _ => spots.add(s, p, at),
                }
            }
        }
        let mut present = self.plot.marks.iter().filter(|mark| !mark.hollow);
        let present = present.find_map(|mark| overlay.place((mark.x, mark.y)));
        if let Some(place) = present {
            spots.begin_at(place);
        }
        spots
    }

    /// A way back for a plot that was moved or zoomed, and a hint how that is done.
    fn offer_whole(&self, ui: &mut egui::Ui, id: Id, place: Rect) {
        let Some(mut memory) = PlotMemory::load(ui.ctx(), id) else {
            return;
        };
        if memory.auto_bounds.all() {
            return;
        }
        let size = Vec2::new(64.0, 20.0);
        let corner = place.right_top() + egui::vec2(-size.x - 4.0, 4.0);
        let button = egui::Button::new(RichText::new("Show all").small());
        let hint = "Show all points again (or double-click). Ctrl + wheel zooms, dragging moves; \
                    drag an axis to zoom it alone";
        let place = Rect::from_min_size(corner, size);
        let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(place));
        let clicked = inside.add_sized(size, button).on_hover_text(hint).clicked();
        if clicked {
            memory.auto_bounds = true.into();
            memory.store(ui.ctx(), id);
        }
    }
}

/// The axes give their labels the room that these took in the frame before, so one more is drawn
/// where the room has changed, in place of the first, in which titles and ticks may overlap; not for
/// ever, should two frames never agree.
fn settle(ui: &egui::Ui, id: Id, frame: Rect) {
    let id = id.with("frame");
    let known = ui.data(|data| data.get_temp(id));
    let changes = changes_in_a_row(known, frame);
    ui.data_mut(|data| data.insert_temp(id, (frame, changes)));
    if (1..MOST_CHANGES).contains(&changes) {
        ui.ctx().request_repaint();
    }
    if changes == 1 {
        let why = "the axes take another room than in the frame before";
        ui.ctx().request_discard(why);
    }
}

/// As many frames in a row with other room are not answered by one more.
const MOST_CHANGES: u8 = 4;

/// Frames in a row with other room than the one before, up to this one.
fn changes_in_a_row(known: Option<(Rect, u8)>, frame: Rect) -> u8 {
    match known {
        Some((before, _)) if before == frame => 0,
        Some((_, changes)) => changes.saturating_add(1),
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(width: f32) -> Rect {
        Rect::from_min_size(egui::Pos2::ZERO, Vec2::new(width, 100.0))
    }

    /// The frames, of those with a plot of these widths, that ask for one more.
    fn asked(widths: &[f32]) -> Vec<bool> {
        let mut known = None;
        let mut one = |width: &f32| {
            let changes = changes_in_a_row(known, room(*width));
            known = Some((room(*width), changes));
            (1..MOST_CHANGES).contains(&changes)
        };
        widths.iter().map(&mut one).collect()
    }

    #[test]
    fn a_plot_is_drawn_once_more_where_its_axes_take_other_room_and_not_for_ever() {
        let (yes, no) = (true, false);
        assert_eq!(asked(&[200.0, 200.0, 190.0, 190.0]), [yes, no, yes, no]);
        // Two frames that never agree.
        let never: Vec<f32> = (0..20).map(|at| 100.0 + (at % 2) as f32).collect();
        assert_eq!(asked(&never).iter().filter(|asks| **asks).count(), 3);
        let rests = [&never[..], &[101.0, 300.0]].concat();
        assert_eq!(
            asked(&rests)[20..],
            [no, yes],
            "and is told of the next change"
        );
    }
}
