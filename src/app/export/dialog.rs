//! The dialog itself. Every line keeps its place whatever is chosen, so that nothing jumps.

use std::path::Path;

use eframe::egui::containers::menu::{MenuButton, MenuConfig};
use eframe::egui::{self, PopupCloseBehavior};

use super::paper::{type_row, width_row};
use super::{Content, Exporter, offered};
use crate::app::command::{CaptionForm, Command};
use crate::app::notices::capitalized;
use crate::app::save_path::{SaveBusy, save_button};
use crate::app::state::State;
use crate::app::widgets::dialog::dialog;
use crate::app::widgets::knobs::choice;
use crate::figure::Format;
use crate::figure::palette::{ColorMap, Theme};

/// The dialog on a window with room for it.
const WIDTH: f32 = 1040.0;
/// The column of the views, and that of the choices beside it.
const VIEWS: f32 = 306.0;
const CHOICES: f32 = 356.0;
/// Rows of choices that do not depend on the view.
const CHOICE_ROWS: f32 = 6.0;
/// The height of the choices and the preview beside them.
const HEIGHT: f32 = 640.0;
/// Room on both sides of the line between them.
const GAP: f32 = 10.0;
/// The least height of a preview below the choices.
const LOW_PREVIEW: f32 = 220.0;

/// Lines of small text that the path and its failures may take.
const TOLD_LINES: f32 = 2.0;

impl Exporter {
    /// Draws the dialog while it is open.
    pub fn ui(&mut self, ctx: &egui::Context, state: &mut State, out: &mut Vec<Command>) {
        if !self.open {
            return;
        }
        let room = ctx.content_rect().size() - egui::vec2(48.0, 48.0);
        let modal = dialog(ctx, egui::Id::unique("export"), |ui| {
            ui.set_width(WIDTH.min(room.x));
            ui.heading("Export");
            // Heading, path, what is told and buttons.
            let fixed = 9.0 * ui.spacing().interact_size.y;
            let height = HEIGHT.min(room.y - fixed).max(80.0);
            self.body(ui, state, height);
            ui.separator();
            let entered = ui
                .add_enabled_ui(!self.busy(), |ui| self.path_row(ui, out))
                .inner;
            let target = self.target();
            let target = target.as_ref().map(|target| target.path.as_path());
            let target = target.map_err(String::as_str);
            let busy = self.doing();
            if busy.is_none() {
                self.doubt_saved(state);
            }
            self.path.told(ui, TOLD_LINES, target, busy.as_ref());
            self.buttons(ui, target, entered, out);
        });
        if modal.should_close() {
            self.close();
        }
    }

    /// The views at the left, the choices over the preview at the right; with less room all of it in one
    /// column, or the preview beside the rest. As high as is said, whatever is in it.
    fn body(&mut self, ui: &mut egui::Ui, state: &mut State, height: f32) {
        let size = egui::vec2(ui.available_width(), height);
        let (mut place, _) = ui.allocate_exact_size(size, egui::Sense::hover());
        if size.x > VIEWS + CHOICES && height > LOW_PREVIEW + Self::choices_height(ui) {
            let views = cut_off(ui, &mut place, VIEWS);
            scrolled(ui, views, "views", |ui| {
                ui.add_enabled_ui(!self.busy(), |ui| self.views(ui, state));
            });
            let mut choices = place;
            choices.max.y = place.min.y + Self::choices_height(ui);
            scrolled(ui, choices, "choices", |ui| {
                ui.add_enabled_ui(!self.busy(), |ui| self.choices(ui, state));
            });
            place.min.y = choices.max.y + GAP;
            return self.preview.ui(ui, place, self.path.failure());
        }
        let wide = size.x > CHOICES + LOW_PREVIEW;
        let left = match wide {
            true => cut_off(ui, &mut place, CHOICES),
            false => place,
        };
        scrolled(ui, left, "choices", |ui| {
            ui.add_enabled_ui(!self.busy(), |ui| {
                self.views(ui, state);
                ui.separator();
                self.choices(ui, state);
            });
            if !wide {
                ui.separator();
                let size = egui::vec2(ui.available_width(), LOW_PREVIEW);
                let (place, _) = ui.allocate_exact_size(size, egui::Sense::hover());
                self.preview.ui(ui, place, self.path.failure());
            }
        });
        if wide {
            self.preview.ui(ui, place, self.path.failure());
        }
    }

    fn choices_height(ui: &egui::Ui) -> f32 {
        CHOICE_ROWS * (ui.spacing().interact_size.y + ui.spacing().item_spacing.y)
    }

    fn views(&mut self, ui: &mut egui::Ui, state: &mut State) {
        let (mut view, mut together) = (self.view, self.together);
        for one in offered(state) {
            let chosen = !together && view == one;
            if ui.radio(chosen, one.title).clicked() {
                (view, together) = (one, false);
            }
        }
        if self.view.is_panel() && ui.radio(together, "Several views in one figure").clicked() {
            together = true;
        }
        if view != self.view || together != self.together {
            self.path.settle();
            self.choose(state, view, together);
        }
        if self.together {
            ui.indent("panels", |ui| self.panels.ui(ui));
        }
    }

    fn choices(&mut self, ui: &mut egui::Ui, state: &mut State) {
        let before = self.content;
        ui.horizontal_wrapped(|ui| {
            ui.label("Format");
            for (content, _) in Content::ALL {
                if self.fits(content) {
                    ui.radio_value(&mut self.content, content, content.name());
                }
            }
        });
        if before != self.content {
            self.path.settle();
            self.chose_content();
        }
        let figure = matches!(self.content, Content::Figure(_));
        ui.add_enabled_ui(figure, |ui| self.look(ui, state));
    }

    /// The look of the figure.
    fn look(&mut self, ui: &mut egui::Ui, state: &mut State) {
        let preferences = &mut state.preferences;
        width_row(ui, &mut preferences.paper, self.preview.size());
        let lines = self.parts.as_ref().is_none_or(|parts| parts.line_styles);
        type_row(ui, &mut preferences.paper, lines);
        ui.horizontal(|ui| {
            ui.label("Background");
            ui.radio_value(&mut self.theme, Theme::Light, "Light");
            ui.radio_value(&mut self.theme, Theme::Dark, "Dark");
        });
        let pictures = self.together || self.view.pictures;
        ui.add_enabled_ui(pictures, |ui| {
            ui.horizontal(|ui| {
                let view = &mut preferences.view;
                choice(ui, "Colours", capitalized(view.map.name()), 84.0, |ui| {
                    for map in ColorMap::ALL {
                        ui.selectable_value(&mut view.map, map, capitalized(map.name()))
                            .on_hover_text(map.about());
                    }
                });
                ui.checkbox(&mut view.error_maps, "Residuals")
                    .on_hover_text("A row of residuals W − Ŵ below the reconstructions");
            });
        });
        ui.horizontal(|ui| {
            self.parts_menu(ui);
            let png = self.content == Content::Figure(Format::Png);
            ui.add_enabled_ui(png, |ui| {
                let label = ui.label("Resolution");
                let resolution = egui::DragValue::new(&mut preferences.dpi);
                ui.add(resolution.range(36.0..=2400.0).suffix(" dpi"))
                    .labelled_by(label.id)
                    .on_hover_text("Pixels of a PNG per inch on paper");
            });
        });
    }

    /// The parts that the figure can do without.
    fn parts_menu(&mut self, ui: &mut egui::Ui) {
        let text = match self.omitted().len() {
            0 => "Shown: everything".to_owned(),
            1 => "Shown: all but 1 part".to_owned(),
            parts => format!("Shown: all but {parts} parts"),
        };
        let parts = self.omissible();
        let omit = &mut self.omit;
        let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        ui.add_enabled_ui(!parts.is_empty(), |ui| {
            MenuButton::new(text).config(config).ui(ui, |ui| {
                for part in parts {
                    let mut shown = !omit.contains(&part);
                    if ui.checkbox(&mut shown, part.name()).changed() {
                        omit.retain(|one| *one != part);
                        if !shown {
                            omit.push(part);
                        }
                    }
                }
            });
        })
        .response
        .on_disabled_hover_text("This figure has no part that it can do without");
    }

    /// The path, and whether Enter was pressed in it.
    fn path_row(&mut self, ui: &mut egui::Ui, out: &mut Vec<Command>) -> bool {
        let before = self.path.text.clone();
        let name = format!("{}.{}", self.file_name(), self.content.extension());
        let entered = self.path.row(ui, Command::BrowseExport(name), out);
        if before != self.path.text {
            self.follow_ending();
        }
        entered
    }

    /// The work under way, in words.
    fn doing(&self) -> Option<SaveBusy> {
        if let Some(measuring) = &self.measuring {
            return Some(SaveBusy {
                text: measuring.ask.long().to_owned(),
                share: Some(measuring.work.progress.share()),
            });
        }
        self.writing().then(|| SaveBusy {
            text: "Writing the file…".to_owned(),
            share: None,
        })
    }

    fn buttons(
        &mut self,
        ui: &mut egui::Ui,
        target: Result<&Path, &str>,
        entered: bool,
        out: &mut Vec<Command>,
    ) {
        ui.horizontal(|ui| {
            let chosen = save_button(ui, target, entered, !self.busy());
            out.extend(chosen.map(Command::ExportTo));
            let figure = matches!(self.content, Content::Figure(_));
            let path = target.map(Path::to_path_buf);
            ui.add_enabled_ui(figure && path.is_ok(), |ui| {
                Command::CopyFigureCommand(path.unwrap_or_default()).button(ui, out);
            });
            ui.add_enabled_ui(figure, |ui| caption_menu(ui, out));
            let (close, hint) = match self.measuring {
                Some(_) => ("Cancel", "Stop measuring"),
                None => ("Close", "Back to the window (Esc)"),
            };
            if ui.button(close).on_hover_text(hint).clicked() {
                match self.measuring.take() {
                    Some(_) => {}
                    None => {
                        self.close();
                    }
                }
            }
        });
    }
}

/// A column of this width at the left of a place, with a line behind it; the place loses it.
fn cut_off(ui: &egui::Ui, place: &mut egui::Rect, width: f32) -> egui::Rect {
    let mut column = *place;
    column.max.x = place.min.x + width;
    place.min.x = column.max.x + 2.0 * GAP;
    let line = ui.visuals().widgets.noninteractive.bg_stroke;
    ui.painter()
        .vline(column.max.x + GAP, place.y_range(), line);
    column
}

/// Content that scrolls where its place is too low for it, with a bar that is seen then.
fn scrolled(ui: &mut egui::Ui, place: egui::Rect, name: &str, content: impl FnOnce(&mut egui::Ui)) {
    // The place is allocated already: what is drawn in it moves nothing.
    let mut inside = ui.new_child(egui::UiBuilder::new().id_salt(name).max_rect(place));
    inside.spacing_mut().scroll = egui::style::ScrollStyle::solid();
    let scrolled = egui::ScrollArea::vertical()
        .id_salt(name)
        .auto_shrink(false);
    scrolled.show(&mut inside, content);
}

fn caption_menu(ui: &mut egui::Ui, out: &mut Vec<Command>) {
    ui.menu_button("Copy caption", |ui| {
        for form in [CaptionForm::Text, CaptionForm::Latex] {
            if ui.button(form.name()).clicked() {
                out.push(Command::CopyCaption(form));
                ui.close();
            }
        }
    });
}
