//! The preview of a file: a figure, drawn as its file will be, on a thread of its own, or a text.

use eframe::egui::{self, ColorImage, TextureHandle, TextureOptions};

use super::choice::Content;
use super::paper::too_tall;
use crate::app::notices::capitalized;
use crate::app::service::Service;
use crate::app::worker::{Reply, Wake};
use crate::figure::Figure;
use crate::figure::paper::millimetres;
use crate::session::Export;
use crate::views::Composition;

/// Widths are rounded up to this many pixels, so that a growing window draws rarely.
const STEP: u32 = 64;
/// More pixels show nothing more, in either direction.
const WIDEST: u32 = 2048;

/// The choices that a preview shows, and a number that changes with the results behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct PreviewKey {
    /// The views.
    pub composition: Composition,
    /// The look.
    pub export: Export,
    /// The kind of file; all figures have one preview.
    pub content: Content,
    /// The results.
    pub results: u64,
}

struct Request {
    figure: Figure,
    width: u32,
}

struct Drawn {
    image: ColorImage,
    /// Width and height on paper, in millimetres.
    size: [f64; 2],
}

/// A drawing that is on screen.
struct Picture {
    texture: TextureHandle,
    size: [f64; 2],
}

/// What is shown of a file.
pub enum PreviewContent {
    /// The figure that is drawn.
    Figure(Figure),
    /// The file itself.
    Text(String),
}

/// So much of a text is shown: it is looked at, not read through.
const MOST_TEXT: usize = 20_000;

/// The preview and its worker.
pub struct Preview {
    service: Service<Request, Result<Drawn, String>>,
    asked: Option<(PreviewKey, u32)>,
    picture: Option<Picture>,
    text: Option<String>,
    failure: Option<String>,
    /// Pixels across that the dialog has room for.
    room: u32,
}

impl Default for Preview {
    fn default() -> Self {
        Self {
            service: Service::new("preview", draw),
            asked: None,
            picture: None,
            text: None,
            failure: None,
            room: 10 * STEP,
        }
    }
}

fn draw(request: Request, reply: &Reply<'_, Result<Drawn, String>>) {
    let Request { figure, width } = request;
    let drawn = figure.check_paper().and_then(|()| {
        let mut pixels = figure.to_pixels(width)?;
        let [wide, high] = pixels.size;
        let across = millimetres(figure.drawn_width());
        let size = [across, across * high as f64 / wide as f64];
        // No picture can be higher, and less of a high one is seen anyway.
        if high > WIDEST as usize {
            let less = u64::from(width) * u64::from(WIDEST) / (high as u64 + 1);
            pixels = figure.to_pixels((less as u32).max(1))?;
        }
        Ok(Drawn {
            image: ColorImage::from_rgba_premultiplied(pixels.size, &pixels.rgba),
            size,
        })
    });
    reply.send(drawn.map_err(|error| error.to_string()));
}

impl Preview {
    /// Whether this is not what was asked for last.
    pub fn wants(&self, key: &PreviewKey) -> bool {
        let asked = self.asked.as_ref();
        asked.is_none_or(|(known, room)| known != key || *room != self.room)
    }

    /// Shows a file, or says why there is none; the newest wins.
    pub fn ask(&mut self, key: PreviewKey, file: Result<PreviewContent, String>, wake: &Wake) {
        self.asked = Some((key, self.room));
        match file {
            Ok(PreviewContent::Figure(figure)) => {
                self.text = None;
                let width = self.room;
                self.service.ask(Request { figure, width }, wake);
            }
            Ok(PreviewContent::Text(mut text)) => {
                self.service.cancel();
                if let Some((end, _)) = text.char_indices().nth(MOST_TEXT) {
                    text.truncate(end);
                    text.push('…');
                }
                // The picture stays behind it: its size is that of the figure.
                self.failure = None;
                self.text = Some(text);
            }
            Err(why) => {
                self.service.cancel();
                self.fail(why);
            }
        }
    }

    /// Forgets what was drawn.
    pub fn close(&mut self) {
        self.service.cancel();
        *self = Self {
            room: self.room,
            ..Self::default()
        };
    }

    /// Whether a drawing is on its way.
    pub fn busy(&self) -> bool {
        self.service.busy()
    }

    /// Takes what the worker drew.
    pub fn receive(&mut self, ctx: &egui::Context) {
        for answer in self.service.receive() {
            match answer.and_then(|drawn| drawn) {
                Ok(drawn) => {
                    let options = TextureOptions::LINEAR;
                    self.failure = None;
                    self.picture = Some(Picture {
                        texture: ctx.load_texture("preview", drawn.image, options),
                        size: drawn.size,
                    });
                }
                Err(why) => self.fail(why),
            }
        }
    }

    fn fail(&mut self, why: String) {
        (self.picture, self.text) = (None, None);
        self.failure = Some(why);
    }

    /// Width and height on paper of what is drawn, in millimetres.
    pub fn size(&self) -> Option<[f64; 2]> {
        Some(self.picture.as_ref()?.size)
    }

    /// Draws the picture or the text into `place`, or why there is none, where that is not `told` already.
    pub fn ui(&mut self, ui: &mut egui::Ui, place: egui::Rect, told: Option<&str>) {
        let size = place.size();
        let wide = (size.x * ui.ctx().pixels_per_point()) as u32;
        self.room = wide.clamp(STEP, WIDEST).next_multiple_of(STEP);
        let layout = egui::Layout::top_down(egui::Align::Center);
        let child = egui::UiBuilder::new().max_rect(place).layout(layout);
        let mut child = ui.new_child(child);
        let ui = &mut child;
        if let Some(text) = &self.text {
            return lines(ui, text);
        }
        let line = ui.text_style_height(&egui::TextStyle::Small) + ui.spacing().item_spacing.y;
        match (&self.picture, &self.failure) {
            (Some(picture), _) => {
                let [across, down] = picture.size;
                let size_on_paper = format!("{across:.1} × {down:.1} mm on paper");
                let (said, color) = match too_tall(down) {
                    None => (size_on_paper, ui.visuals().text_color()),
                    Some(why) => (
                        format!("{size_on_paper}, {why}"),
                        ui.visuals().warn_fg_color,
                    ),
                };
                let image = egui::Image::new(&picture.texture)
                    .max_size(egui::vec2(size.x, size.y - line))
                    .alt_text(format!("Preview of the figure, {said}"));
                ui.add(image);
                let said = egui::RichText::new(said).small().color(color);
                ui.add(egui::Label::new(said).truncate());
            }
            (None, Some(why)) => {
                ui.add_space(size.y / 3.0);
                match told == Some(why) {
                    true => ui.label("No preview"),
                    false => ui.label(capitalized(why)),
                };
            }
            (None, None) => {
                ui.add_space(size.y / 3.0);
                ui.spinner();
            }
        }
    }
}

/// A text as it stands in its file, each line on one line.
fn lines(ui: &mut egui::Ui, text: &str) {
    let shown = egui::ScrollArea::both().id_salt("text of the file");
    shown.auto_shrink(false).show(ui, |ui| {
        let text = egui::RichText::new(text).monospace();
        let label = egui::Label::new(text).extend().halign(egui::Align::LEFT);
        ui.with_layout(egui::Layout::top_down(egui::Align::LEFT), |ui| {
            ui.add(label);
        });
    });
}
