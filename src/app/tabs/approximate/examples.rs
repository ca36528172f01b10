//! The examples as cards: a picture of what comes out, the one thing it shows, and what to try.

use std::collections::HashMap;

use eframe::egui::{self, Frame, Rect, Role, Sense, TextStyle, UiBuilder, Vec2, WidgetInfo};
use nalgebra::DMatrix;

use super::ApproximateTab;
use super::presets::{SessionPreset, presets};
use crate::analysis::{Analyst, Closest, SilentListener};
use crate::app::service::Service;
use crate::app::state::State;
use crate::app::texture::{MatrixTexture, Scale};
use crate::app::widgets::prose;
use crate::app::worker::{Reply, wake_by};
use crate::figure::palette::{ColorMap, Theme};
use crate::session::Session;
use crate::source::Limits;

/// The side of a thumbnail.
const SIDE: f32 = 52.0;

/// What the closest method makes of an example.
#[derive(Debug)]
struct Picture {
    place: usize,
    id: u64,
    matrix: DMatrix<f64>,
    range: (f64, f64),
}

/// The cards with their thumbnails, which are computed once.
pub struct Examples {
    presets: Vec<SessionPreset>,
    service: Service<(), Picture>,
    asked: bool,
    pictures: HashMap<usize, Picture>,
    textures: HashMap<usize, MatrixTexture>,
}

impl Default for Examples {
    fn default() -> Self {
        Self {
            presets: presets(),
            service: Service::new("examples", |(), reply| draw_all(reply)),
            asked: false,
            pictures: HashMap::new(),
            textures: HashMap::new(),
        }
    }
}

impl Examples {
    /// Takes what the worker sent.
    pub fn receive(&mut self) {
        let pictures = self.service.receive().into_iter().flatten();
        self.pictures
            .extend(pictures.map(|picture| (picture.place, picture)));
    }

    /// Whether thumbnails are still being computed.
    pub fn busy(&self) -> bool {
        self.service.busy()
    }
}

/// Computes every example and sends what its closest method gives; one that fails has no picture.
fn draw_all(reply: &Reply<'_, Picture>) {
    let mut analyst = Analyst::default();
    for (place, preset) in presets().into_iter().enumerate() {
        if reply.keep_going().is_break() {
            return;
        }
        let Ok(analysis) = analyst.analyse(preset.session, &Limits::default(), &SilentListener)
        else {
            continue;
        };
        let closest = Closest::of(&analysis);
        let method = closest.and_then(|found| found.methods.last().copied());
        if let Some(outcome) = method.and_then(|method| analysis.outcome_of(method)) {
            reply.send(Picture {
                place,
                id: outcome.id(),
                matrix: outcome.reconstruction().clone(),
                range: analysis.range,
            });
        }
    }
}

/// Draws the cards; a click on one opens it.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &State,
    session: &mut Session,
    theme: Theme,
) {
    let examples = &mut tab.examples;
    // The first picture comes first.
    if state.analysis.is_some() && !std::mem::replace(&mut examples.asked, true) {
        examples.service.ask((), &wake_by(ui.ctx()));
    }
    egui::CollapsingHeader::new("Examples")
        .default_open(true)
        .show_unindented(ui, |ui| {
            for (place, preset) in examples.presets.iter().enumerate() {
                let texture = examples.pictures.get(&place).map(|picture| {
                    let scale = Scale::of(ColorMap::default(), picture.range, theme);
                    let kept = examples.textures.remove(&place);
                    MatrixTexture::keep(kept, ui.ctx(), picture.id, &picture.matrix, scale)
                });
                let shape = examples.pictures.get(&place).map(|one| one.matrix.shape());
                let picture = texture.as_ref().zip(shape);
                let present = *session == preset.session;
                if card(ui, preset, picture, present) {
                    *session = preset.session.clone();
                }
                if let Some(texture) = texture {
                    examples.textures.insert(place, texture);
                }
            }
        });
}

/// One card; whether it was chosen.
fn card(
    ui: &mut egui::Ui,
    preset: &SessionPreset,
    picture: Option<(&MatrixTexture, (usize, usize))>,
    present: bool,
) -> bool {
    let sense = UiBuilder::new().id_salt(preset.name).sense(Sense::click());
    let drawn = ui.scope_builder(sense, |ui| {
        let visuals = ui.visuals();
        let response = ui.response();
        let stroke = match response.hovered() {
            true => visuals.widgets.hovered.fg_stroke,
            false => visuals.widgets.noninteractive.bg_stroke,
        };
        Frame::group(ui.style()).stroke(stroke).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_top(|ui| {
                thumbnail(ui, picture);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 1.0;
                    let shown = if present { " (shown)" } else { "" };
                    let (ink, strong) =
                        (ui.visuals().text_color(), ui.visuals().strong_text_color());
                    let name = format!("{}{shown}", preset.name);
                    let attempt = format!("Try: {}", preset.attempt);
                    for (text, style, color) in [
                        (name.as_str(), TextStyle::Body, strong),
                        (preset.lesson, TextStyle::Small, ink),
                        (attempt.as_str(), TextStyle::Small, ink),
                    ] {
                        let job = prose::laid(text, &style.resolve(ui.style()), color);
                        ui.add(egui::Label::new(job).wrap().selectable(false));
                    }
                });
            });
        });
    });
    let response = drawn
        .response
        .on_hover_cursor(egui::CursorIcon::PointingHand);
    response.widget_info(|| {
        let name = format!("Example: {}", preset.name);
        WidgetInfo::selected(Role::Button, true, present, name)
    });
    response.clicked()
}

fn thumbnail(ui: &mut egui::Ui, picture: Option<(&MatrixTexture, (usize, usize))>) {
    let (place, _) = ui.allocate_exact_size(Vec2::splat(SIDE), Sense::hover());
    let Some((texture, (rows, cols))) = picture else {
        let color = ui.visuals().faint_bg_color;
        ui.painter().rect_filled(place, 2.0, color);
        return;
    };
    let cells = Vec2::new(cols as f32, rows as f32);
    let scale = SIDE / cells.max_elem();
    let shown = Rect::from_center_size(place.center(), cells * scale);
    let painter = ui.painter().with_clip_rect(shown.intersect(ui.clip_rect()));
    texture.paint(&painter, |cell| shown.min + cell.to_vec2() * scale);
}
