//! What stands above a pane: whose it is, its error, large, and its settings.

use eframe::egui::{self, FontId, Frame, Rect, RichText, Stroke, StrokeKind, TextStyle, Vec2};

use crate::analysis::Analysis;
use crate::app::texture::color32;
use crate::app::theme;
use crate::app::widgets::plot::indexed;
use crate::approx::{Evaluation, Method};
use crate::figure::label;
use crate::figure::palette::Theme;

/// What stands above a pane: its form, and how much larger than usual it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Head {
    form: Form,
    scale: f32,
}

/// The form of a head, as its pane has room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Everything in one row.
    Row,
    /// Name, error, and the settings in one line.
    Stack,
    /// The same with the settings in two lines.
    Narrow,
    /// Name and error only.
    Small,
}

/// How much larger than usual heads are before a class.
pub const PRESENTED: f32 = 2.0;

/// Narrower panes have their settings in two lines.
const NARROW: f32 = 240.0;

/// From this width on all stands in one row.
const WIDE: f32 = 560.0;

const TITLE: f32 = 21.0;
const NUMBER: f32 = 24.0;
const LINE: f32 = 16.0;

/// Size of the error, the largest text of a head.
const LARGE: f32 = 20.0;

impl Head {
    /// The head for a pane of this width, `scale` times as large as usual; the lowest where room is
    /// `small`.
    pub fn of(width: f32, small: bool, scale: f32) -> Self {
        let form = match (small, width / scale) {
            (true, _) => Form::Small,
            (_, width) if width >= WIDE => Form::Row,
            (_, width) if width >= NARROW => Form::Stack,
            _ => Form::Narrow,
        };
        Self { form, scale }
    }

    /// Its height.
    pub fn height(self) -> f32 {
        let height = match self.form {
            Form::Row => NUMBER + 2.0,
            Form::Stack => TITLE + NUMBER + LINE,
            Form::Narrow => TITLE + NUMBER + 2.0 * LINE,
            Form::Small => NUMBER,
        };
        self.scale * height
    }

    fn size(self) -> f32 {
        let size = match self.form {
            Form::Small => 15.0,
            _ => LARGE,
        };
        self.scale * size
    }

    /// Draws name, number and details in `width`.
    fn show(
        self,
        ui: &mut egui::Ui,
        width: f32,
        title: impl FnOnce(&mut egui::Ui),
        number: impl FnOnce(&mut egui::Ui),
        details: &[Wordings],
    ) {
        let size = Vec2::new(width, self.height());
        let small = |ui: &mut egui::Ui, wordings: &[String]| {
            let text = longest_that_fits(ui, wordings, &TextStyle::Small);
            let text = indexed(ui, text, &TextStyle::Small);
            ui.add(egui::Label::new(text).truncate());
        };
        let in_a_line = || -> Wordings {
            let most = details.iter().map(Vec::len).max().unwrap_or_default();
            let nth = |at: usize| {
                details
                    .iter()
                    .filter_map(move |one| one.get(at).or(one.last()))
            };
            (0..most)
                .map(|at| nth(at).cloned().collect::<Vec<_>>().join(" · "))
                .collect()
        };
        ui.allocate_ui(size, |ui| {
            ui.set_min_height(size.y);
            ui.set_max_width(width);
            match self.form {
                Form::Row | Form::Small => {
                    ui.horizontal(|ui| {
                        ui.set_min_height(size.y);
                        title(ui);
                        number(ui);
                        if self.form == Form::Row {
                            small(ui, &in_a_line());
                        }
                    });
                }
                Form::Stack | Form::Narrow => {
                    ui.spacing_mut().item_spacing.y = 1.0;
                    ui.horizontal(title);
                    ui.horizontal(|ui| {
                        ui.set_min_height(self.scale * NUMBER);
                        number(ui);
                    });
                    match self.form {
                        Form::Stack => small(ui, &in_a_line()),
                        _ => details.iter().for_each(|text| small(ui, text)),
                    }
                }
            }
        });
    }

    /// The head of the original.
    pub fn original(self, ui: &mut egui::Ui, width: f32, analysis: &Analysis) {
        let (rows, cols) = analysis.shape();
        let rank = analysis.rank_words();
        let mut shape = vec![
            format!("{rows} × {cols}, numerical rank {rank}"),
            format!("{rows} × {cols}, rank {rank}"),
            format!("{rows} × {cols}"),
        ];
        if self.form == Form::Small {
            shape.drain(..2);
        }
        let details = [
            vec![label::entries(analysis.entries())],
            vec![format!("norm {}", label::short(analysis.norm))],
        ];
        let title = |ui: &mut egui::Ui| {
            ui.strong("Original");
        };
        let number = |ui: &mut egui::Ui| {
            let shape = longest_that_fits(ui, &shape, &TextStyle::Body);
            ui.add(egui::Label::new(shape).truncate());
        };
        self.show(ui, width, title, number, &details);
    }

    /// The head of a method that gave something, marked where it is one of the `closest`.
    pub fn of_method(
        self,
        ui: &mut egui::Ui,
        width: f32,
        (evaluation, setting): (&Evaluation, String),
        closest: bool,
        theme: Theme,
    ) {
        let method = evaluation.method();
        let params = label::parameters(evaluation.params);
        let details = [
            vec![setting],
            vec![
                format!("{params} ({})", label::percent(evaluation.share)),
                params,
            ],
        ];
        let small = self.form == Form::Small;
        let badged = closest && self.has_room_for_badge(ui, width, method);
        let beside = match (small, badged) {
            (true, _) => SMALL_NUMBER,
            (false, true) => BADGE,
            (false, false) => 0.0,
        };
        let title = |ui: &mut egui::Ui| {
            // The name gives way to what stands beside it.
            let room = Vec2::new(width - self.scale * beside, ui.spacing().interact_size.y);
            let layout = egui::Layout::left_to_right(egui::Align::Center);
            ui.allocate_ui_with_layout(room, layout, |ui| {
                let name = fitted(ui, name(method, theme), method.title());
                ui.add(egui::Label::new(name).truncate());
            });
            if badged {
                badge(ui, method, theme);
            }
        };
        let number = |ui: &mut egui::Ui| self.error(ui, evaluation.error, closest);
        self.show(ui, width, title, number, &details);
    }

    /// Whether the word that marks a winner stands beside the whole name.
    fn has_room_for_badge(self, ui: &egui::Ui, width: f32, method: Method) -> bool {
        let font = TextStyle::Body.resolve(ui.style());
        let ink = ui.visuals().text_color();
        let name = ui.painter();
        let name = name.layout_no_wrap(method.title().to_owned(), font, ink);
        self.form != Form::Small && name.size().x + self.scale * BADGE <= width
    }

    /// The mark of a winner whose head has no room for the word: it stands in a corner of the
    /// picture.
    pub fn mark_winner(
        self,
        ui: &egui::Ui,
        (picture, width): (Rect, f32),
        method: Method,
        theme: Theme,
    ) {
        if self.has_room_for_badge(ui, width, method) {
            return;
        }
        let color = color32(theme::method_text(method, theme));
        let ink = ui.visuals().strong_text_color();
        let font = TextStyle::Small.resolve(ui.style());
        let text = ui.painter().layout_no_wrap(WINNER.to_owned(), font, ink);
        let corner = picture.left_bottom() - Vec2::new(0.0, text.size().y + 2.0);
        let place = Rect::from_min_size(corner, text.size() + Vec2::new(6.0, 2.0));
        let painter = ui.painter();
        painter.rect_filled(place, 2.0, ui.visuals().window_fill);
        painter.rect_stroke(place, 2.0, Stroke::new(1.0, color), StrokeKind::Inside);
        painter.galley(corner + Vec2::new(3.0, 1.0), text, ink);
    }

    /// The head of a method whose setting gives nothing.
    pub fn of_nothing(
        self,
        ui: &mut egui::Ui,
        width: f32,
        setting: String,
        title: (Method, Theme),
    ) {
        let head = |ui: &mut egui::Ui| {
            ui.label(name(title.0, title.1));
        };
        let number = |ui: &mut egui::Ui| {
            ui.label("no result");
        };
        self.show(ui, width, head, number, &[vec![setting]]);
    }

    /// `error 0.2119`, the number large, and heavier where it is the lowest.
    fn error(self, ui: &mut egui::Ui, error: f64, closest: bool) {
        let visuals = ui.visuals();
        let (quiet, strong) = (visuals.text_color(), visuals.strong_text_color());
        let mut job = egui::text::LayoutJob::default();
        let small = egui::TextStyle::Small.resolve(ui.style());
        let number = match closest {
            true => strong,
            false => quiet,
        };
        // Beside the name in one row the number must do.
        let word = (self.form != Form::Small).then(|| ("error ".to_owned(), small, quiet));
        let large = FontId::proportional(self.size());
        let number = (label::error(error), large, number);
        for (text, font, color) in word.into_iter().chain([number]) {
            let format = egui::TextFormat {
                font_id: font,
                color,
                valign: egui::Align::BOTTOM,
                ..egui::TextFormat::default()
            };
            job.append(&text, 0.0, format);
        }
        ui.add(egui::Label::new(job).truncate());
    }
}

/// A text in several lengths, the longest first.
type Wordings = Vec<String>;

/// The first that has room in what is left of the line, else the last.
pub(super) fn longest_that_fits<'a>(
    ui: &egui::Ui,
    wordings: &'a [String],
    style: &TextStyle,
) -> &'a str {
    let room = ui.available_width();
    let fits = |text: &&String| {
        let job = indexed(ui, text, style);
        ui.painter().layout_job(job).size().x <= room
    };
    let found = wordings.iter().find(fits).or(wordings.last());
    found.map_or("", String::as_str)
}

/// A text in smaller type where its own is too wide for what is left of the line.
fn fitted(ui: &egui::Ui, text: RichText, words: &str) -> RichText {
    /// Less than this is no longer read beside the other heads.
    const LEAST: f32 = 0.6;
    let font = TextStyle::Body.resolve(ui.style());
    let size = font.size;
    let ink = ui.visuals().text_color();
    let galley = ui.painter().layout_no_wrap(words.to_owned(), font, ink);
    // Widths do not shrink quite as sizes do.
    let share = 0.98 * ui.available_width() / galley.size().x.max(1.0);
    match share < 1.0 {
        true => text.size(size * share.max(LEAST)),
        false => text,
    }
}

/// The word that marks the winner.
const WINNER: &str = "closest";

/// What the word that marks the winner takes beside the name.
const BADGE: f32 = 56.0;

/// What the error takes beside the name where both share a row.
const SMALL_NUMBER: f32 = 62.0;

/// A method's name in its colour.
fn name(method: Method, theme: Theme) -> RichText {
    let color = color32(theme::method_text(method, theme));
    RichText::new(method.title()).strong().color(color)
}

/// The word that marks the winner, framed in the method's colour.
fn badge(ui: &mut egui::Ui, method: Method, theme: Theme) {
    let color = color32(theme::method_text(method, theme));
    Frame::new()
        .stroke(Stroke::new(1.5, color))
        .corner_radius(3.0)
        .inner_margin(egui::vec2(4.0, 0.0))
        .show(ui, |ui| ui.label(RichText::new(WINNER).strong().small()));
}
