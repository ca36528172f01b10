//! Points of a plot that can be chosen: by the mouse, or by the arrows and Enter.

use eframe::egui::{self, Id, Pos2, Response, Role, Stroke, WidgetInfo};
use egui_plot::{PlotPoint, PlotUi};

use super::focus;

/// A point is meant from this many points of the screen on.
const NEAR: f32 = 14.0;

/// The points that a plot offers, each with what it stands for.
pub struct Marks<T> {
    marks: Vec<Mark<T>>,
}

struct Mark<T> {
    curve: usize,
    at: Pos2,
    what: T,
}

impl<T> Default for Marks<T> {
    fn default() -> Self {
        Self { marks: Vec::new() }
    }
}

impl<T> Marks<T> {
    /// Offers a point of a curve; the points of a curve in their order.
    pub fn offer(&mut self, plot: &PlotUi<'_>, curve: usize, at: [f64; 2], what: T) {
        let at = plot.screen_from_plot(PlotPoint::new(at[0], at[1]));
        self.marks.push(Mark { curve, at, what });
    }

    /// Marks the point that is meant, says what it is, and gives it when it is chosen. What the
    /// ring shows and what the text says is one point: the nearest on the screen, or the one that
    /// the arrows reached.
    pub fn show(
        mut self,
        ui: &egui::Ui,
        response: &Response,
        name: &str,
        text: impl Fn(&T) -> String,
    ) -> Option<T> {
        let key = response.id.with("mark");
        let reached = self.step(ui, response, key);
        let meant = reached.or_else(|| self.nearest(response.hover_pos()?));
        let said = meant.map(|place| text(&self.marks[place].what));
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Image, true, name);
            info.current_text_value.clone_from(&said);
            info
        });
        let (place, said) = (meant?, said?);
        let at = self.marks[place].at;
        let stroke = Stroke::new(2.0, ui.visuals().strong_text_color());
        let painter = ui.painter().with_clip_rect(response.rect);
        painter.circle_stroke(at, 9.0, stroke);
        tell(response, at, reached.is_some(), said);
        response
            .clicked()
            .then(|| self.marks.swap_remove(place).what)
    }

    /// Where the arrows are, while the plot has the focus and the mouse rests.
    fn step(&self, ui: &egui::Ui, response: &Response, key: Id) -> Option<usize> {
        let way = focus::arrows(ui, response);
        let moved = response.hovered() && ui.input(|input| input.pointer.is_moving());
        if !response.has_focus() || moved || self.marks.is_empty() {
            ui.data_mut(|data| data.remove::<usize>(key));
            return None;
        }
        let before: Option<usize> = ui.data(|data| data.get_temp(key));
        let place = match (before, way) {
            (None, None) => return None,
            (None, Some(_)) => 0,
            (Some(place), None) => place.min(self.marks.len() - 1),
            (Some(place), Some(way)) => self.neighbour(place.min(self.marks.len() - 1), way),
        };
        ui.data_mut(|data| data.insert_temp(key, place));
        Some(place)
    }

    /// Left and right go along a curve; up and down to the nearest point of another.
    fn neighbour(&self, place: usize, (down, right): (isize, isize)) -> usize {
        let mark = &self.marks[place];
        let on = |curve: usize| {
            let all = self.marks.iter().enumerate();
            all.filter(move |(_, one)| one.curve == curve)
        };
        if right != 0 {
            let next = place.saturating_add_signed(right);
            let same = self.marks.get(next);
            return match same.is_some_and(|one| one.curve == mark.curve) {
                true => next,
                false => place,
            };
        }
        let other = mark.curve.saturating_add_signed(down);
        let distance = |one: &Mark<T>| (one.at.x - mark.at.x).abs();
        on(other)
            .min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)))
            .map_or(place, |(nearest, _)| nearest)
    }

    fn nearest(&self, pointer: Pos2) -> Option<usize> {
        let distance = |one: &Mark<T>| one.at.distance(pointer);
        let all = self.marks.iter().enumerate();
        let (place, mark) = all.min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)))?;
        (distance(mark) < NEAR).then_some(place)
    }
}

/// The text beside the pointer, or beside the point where there is none.
fn tell(response: &Response, at: Pos2, by_key: bool, text: String) {
    if by_key {
        let (ctx, layer) = (response.ctx.clone(), response.layer_id);
        let tooltip = egui::Tooltip::always_open(ctx, layer, response.id, at);
        tooltip.show(|ui| ui.label(text));
    } else {
        response.clone().on_hover_text_at_pointer(text);
    }
}
