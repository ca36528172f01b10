//! Points of a plot that can be chosen: by the mouse, or by the arrows and Enter.

use eframe::egui::{self, Id, Pos2, Rect, Response, Role, Stroke, WidgetInfo};

use super::text::indexed;
use crate::app::widgets::focus;

/// A point is meant from this many points of the screen on.
const NEAR: f32 = 14.0;

/// A point of a plot: which series, and which point of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// The series, in the order of the plot.
    pub series: usize,
    /// The point, in the order of the series.
    pub point: usize,
}

/// The points of a plot where they are on the screen, a series after the other.
#[derive(Default)]
pub(super) struct Spots {
    points: Vec<(Pick, Pos2)>,
    /// Where the arrows begin: at the present setting.
    start: usize,
    /// What lies on a whole row, by the place of its point.
    rows: Vec<(usize, Rect)>,
}

impl Spots {
    pub(super) fn add(&mut self, series: usize, point: usize, at: Pos2) {
        self.points.push((Pick { series, point }, at));
    }

    /// Lets the arrows begin at the point that is nearest to this place.
    pub(super) fn begin_at(&mut self, place: Pos2) {
        let distance = |(_, at): &(Pick, Pos2)| at.distance_sq(place);
        let all = self.points.iter().enumerate();
        let nearest = all.min_by(|(_, one), (_, other)| distance(one).total_cmp(&distance(other)));
        self.start = nearest.map_or(0, |(at, _)| at);
    }

    /// A point that is meant anywhere on its row.
    pub(super) fn add_row(&mut self, series: usize, point: usize, at: Pos2, row: Rect) {
        self.rows.push((self.points.len(), row));
        self.add(series, point, at);
    }

    /// Rings the point that is meant, says what it is, and gives it when it is chosen. What the ring
    /// shows and what the text says is one point: the nearest on the screen, or the one that the
    /// arrows reached.
    pub(super) fn show(
        &self,
        ui: &egui::Ui,
        response: &Response,
        name: &str,
        text: &dyn Fn(Pick) -> Option<String>,
    ) -> Option<Pick> {
        let key = response.id.with("mark");
        let reached = self.step(ui, response, key);
        let pointed = response.hover_pos();
        let meant = reached.or_else(|| self.nearest(pointed?, response.rect));
        let said = meant.and_then(|place| text(self.points[place].0));
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Image, true, name);
            info.current_text_value.clone_from(&said);
            info
        });
        let (pick, at) = self.points[meant?];
        let said = said?;
        let stroke = Stroke::new(2.0, ui.visuals().strong_text_color());
        let painter = ui.painter().with_clip_rect(response.rect);
        painter.circle_stroke(at, 9.0, stroke);
        tell(response, at, reached.is_some(), &said);
        response.clicked().then_some(pick)
    }

    /// The point that the arrows are at, while the plot has the focus and the mouse rests.
    fn step(&self, ui: &egui::Ui, response: &Response, key: Id) -> Option<usize> {
        let way = focus::arrows(ui, response);
        let moved = response.hovered() && ui.input(|input| input.pointer.is_moving());
        if !response.has_focus() || moved || self.points.is_empty() {
            ui.data_mut(|data| data.remove::<usize>(key));
            return None;
        }
        let before: Option<usize> = ui.data(|data| data.get_temp(key));
        let place = match (before, way) {
            (None, None) => return None,
            (None, Some(_)) => self.start.min(self.points.len() - 1),
            (Some(place), None) => place.min(self.points.len() - 1),
            (Some(place), Some(way)) => self.neighbour(place.min(self.points.len() - 1), way),
        };
        ui.data_mut(|data| data.insert_temp(key, place));
        Some(place)
    }

    /// Left and right go along a series; up and down to the nearest point of the next one that has
    /// points.
    fn neighbour(&self, place: usize, (down, right): (isize, isize)) -> usize {
        let (pick, at) = self.points[place];
        if right != 0 {
            let next = place.saturating_add_signed(right);
            let same = self.points.get(next);
            return match same.is_some_and(|(one, _)| one.series == pick.series) {
                true => next,
                false => place,
            };
        }
        let others = self.points.iter().map(|(one, _)| one.series);
        let other = match down < 0 {
            true => others.filter(|series| *series < pick.series).max(),
            false => others.filter(|series| *series > pick.series).min(),
        };
        let on = self.points.iter().enumerate();
        on.filter(|(_, (one, _))| Some(one.series) == other)
            .min_by(|(_, (_, a)), (_, (_, b))| (a.x - at.x).abs().total_cmp(&(b.x - at.x).abs()))
            .map_or(place, |(nearest, _)| nearest)
    }

    /// The nearest of those in view; of equally near ones the last, which is drawn on top.
    fn nearest(&self, pointer: Pos2, view: Rect) -> Option<usize> {
        let on_row = |(_, row): &&(usize, Rect)| row.intersect(view).contains(pointer);
        if let Some((place, _)) = self.rows.iter().find(on_row) {
            return Some(*place);
        }
        let all = self.points.iter().enumerate().rev();
        let seen = all.filter(|(_, (_, at))| view.expand(1.0).contains(*at));
        let distance = |at: &Pos2| at.distance_sq(pointer);
        let (place, (_, at)) =
            seen.min_by(|(_, (_, a)), (_, (_, b))| distance(a).total_cmp(&distance(b)))?;
        (distance(at) < NEAR * NEAR).then_some(place)
    }
}

fn say(ui: &mut egui::Ui, text: &str) {
    ui.label(indexed(ui, text, &egui::TextStyle::Body));
}

/// The text beside the pointer, or beside the point where there is none.
fn tell(response: &Response, at: Pos2, by_key: bool, text: &str) {
    if by_key {
        let (ctx, layer) = (response.ctx.clone(), response.layer_id);
        let tooltip = egui::Tooltip::always_open(ctx, layer, response.id, at);
        tooltip.show(|ui| say(ui, text));
    } else {
        let response = response.clone();
        response.on_hover_ui_at_pointer(|ui| say(ui, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spots() -> Spots {
        let mut spots = Spots::default();
        for (series, points) in [(0, 3), (2, 2)] {
            for point in 0..points {
                let x = 100.0 * point as f32;
                spots.add(series, point, egui::pos2(x, 40.0 * series as f32));
            }
        }
        spots
    }

    #[test]
    fn the_nearest_point_is_meant_and_only_near_it() {
        let view = egui::Rect::from_min_max(egui::pos2(-10.0, -10.0), egui::pos2(150.0, 90.0));
        let spots = spots();
        assert_eq!(spots.nearest(egui::pos2(105.0, 3.0), view), Some(1));
        assert_eq!(spots.nearest(egui::pos2(50.0, 3.0), view), None);
        // Outside of what is seen there is nothing to point at.
        assert_eq!(spots.nearest(egui::pos2(200.0, 0.0), view), None);
    }

    #[test]
    fn a_bar_is_meant_anywhere_on_its_row() {
        let mut spots = spots();
        let row = Rect::from_min_max(egui::pos2(0.0, 60.0), egui::pos2(140.0, 70.0));
        spots.add_row(5, 0, egui::pos2(30.0, 65.0), row);
        let view = Rect::from_min_max(Pos2::ZERO, egui::pos2(150.0, 90.0));
        assert_eq!(spots.nearest(egui::pos2(139.0, 62.0), view), Some(5));
        assert_eq!(spots.nearest(egui::pos2(139.0, 58.0), view), None);
    }

    #[test]
    fn of_two_points_at_one_place_the_upper_one_is_meant() {
        let mut spots = spots();
        spots.add(3, 0, egui::pos2(100.0, 0.0));
        let view = egui::Rect::from_min_max(Pos2::ZERO, egui::pos2(150.0, 90.0));
        assert_eq!(spots.nearest(egui::pos2(101.0, 0.0), view), Some(5));
    }

    #[test]
    fn the_arrows_stay_on_a_series_and_skip_empty_ones() {
        let spots = spots();
        assert_eq!(spots.neighbour(0, (0, 1)), 1);
        assert_eq!(spots.neighbour(2, (0, 1)), 2, "the end of the series");
        assert_eq!(spots.neighbour(1, (1, 0)), 4, "series 1 has no points");
        assert_eq!(spots.neighbour(4, (-1, 0)), 1);
        assert_eq!(spots.neighbour(0, (-1, 0)), 0);
    }
}
