//! Several views in one figure: which, how they stand, and further rows of reconstructions.

use std::sync::Arc;

use eframe::egui;

use crate::analysis::{Analysis, Analyst, SilentListener};
use crate::app::notices::capitalized;
use crate::app::service::Service;
use crate::app::widgets::knobs::choice;
use crate::app::worker::{Reply, Wake};
use crate::figure::compose::Letters;
use crate::session::Session;
use crate::source::{Limits, Source, Split};
use crate::views::{ALL, Composition, View, approximation, error_curve};

/// The panels of a figure, and the worker that analyses further matrices.
pub struct Panels {
    views: Vec<&'static View>,
    columns: Option<usize>,
    letters: Letters,
    /// The sources of further rows, as they are typed.
    typed: String,
    service: Service<RowsRequest, Rows>,
    asked: Option<Vec<Session>>,
    rows: Option<Result<Vec<Arc<Analysis>>, String>>,
}

type Rows = Result<Vec<Arc<Analysis>>, String>;

struct RowsRequest {
    sessions: Vec<Session>,
    limits: Limits,
}

impl Default for Panels {
    fn default() -> Self {
        let mut analyst = Analyst::default();
        Self {
            views: vec![&approximation::VIEW, &error_curve::VIEW],
            columns: None,
            letters: Letters::default(),
            typed: String::new(),
            service: Service::new("rows", move |request, reply| {
                analyse(&mut analyst, request, reply);
            }),
            asked: None,
            rows: None,
        }
    }
}

fn analyse(analyst: &mut Analyst, request: RowsRequest, reply: &Reply<'_, Rows>) {
    let mut rows = Vec::new();
    for session in request.sessions {
        if reply.keep_going().is_break() {
            return;
        }
        match analyst.analyse(session, &request.limits, &SilentListener) {
            Ok(mut analysis) => {
                analysis.multiply_out(&SilentListener);
                rows.push(Arc::new(analysis));
            }
            Err(error) => return reply.send(Err(error.to_string())),
        }
    }
    reply.send(Ok(rows));
}

impl Panels {
    /// The sources that are typed, apart as a shell takes them apart.
    fn sources(&self) -> Result<Vec<Source>, String> {
        let words = shlex::split(&self.typed)
            .ok_or("a quotation mark has no partner; add it or remove this one")?;
        words
            .iter()
            .map(|word| word.parse().map_err(|error| format!("{error}")))
            .collect()
    }

    /// The figure that is chosen.
    pub fn composition(&self, split: Split) -> Composition {
        Composition {
            views: self.views.clone(),
            columns: self.columns,
            letters: self.letters,
            others: self.sources().unwrap_or_default(),
            split,
        }
    }

    /// The analyses of the further rows, asked for where they are not those of `session`; `None` while
    /// they are on their way.
    pub fn rows(&mut self, session: &Session, limits: Limits, wake: &Wake) -> Option<Rows> {
        for answer in self.service.receive() {
            self.rows = Some(answer.and_then(|rows| rows));
        }
        let sources = match self.sources() {
            Ok(sources) => sources,
            Err(why) => return Some(Err(why)),
        };
        let sessions: Vec<Session> = sources
            .into_iter()
            .map(|source| Session {
                source,
                subtract: None,
                ..session.clone()
            })
            .collect();
        if sessions.is_empty() {
            return Some(Ok(Vec::new()));
        }
        if self.asked.as_ref() != Some(&sessions) {
            self.rows = None;
            self.asked = Some(sessions.clone());
            self.service.ask(RowsRequest { sessions, limits }, wake);
        }
        self.rows.clone()
    }

    /// Whether further rows are on their way.
    pub fn busy(&self) -> bool {
        self.service.busy()
    }

    /// Draws the choice of letters, which tell several panels apart.
    fn letters_row(&mut self, ui: &mut egui::Ui) {
        let several = self.views.len() > 1;
        let row = |ui: &mut egui::Ui| {
            choice(ui, "Letters", self.letters.title(), 84.0, |ui| {
                for letters in Letters::ALL {
                    ui.selectable_value(&mut self.letters, letters, letters.title());
                }
            });
        };
        ui.add_enabled_ui(several, |ui| ui.horizontal(row))
            .response
            .on_disabled_hover_text("Letters tell several panels apart");
    }

    /// Draws the choice of panels.
    pub fn ui(&mut self, ui: &mut egui::Ui) {
        let mut removed = None;
        for (place, view) in self.views.iter().enumerate() {
            ui.horizontal(|ui| {
                if self.views.len() > 1 {
                    ui.strong(self.letters.of(place));
                }
                ui.label(view.short);
                let remove = ui.add_enabled(self.views.len() > 1, egui::Button::new("×").small());
                let hint = format!("Remove {}", view.short);
                if remove.on_hover_text(&hint).clicked() {
                    removed = Some(place);
                }
            });
        }
        removed.map(|place| self.views.remove(place));
        ui.horizontal(|ui| {
            ui.menu_button("Add panel", |ui| {
                for view in ALL.into_iter().filter(|view| view.is_panel()) {
                    let free = !self.views.contains(&view);
                    if ui
                        .add_enabled(free, egui::Button::new(view.title))
                        .clicked()
                    {
                        self.views.push(view);
                        ui.close();
                    }
                }
            });
            let name = |columns: Option<usize>| match columns {
                None => "Automatic".to_owned(),
                Some(columns) => columns.to_string(),
            };
            choice(ui, "Columns", name(self.columns), 84.0, |ui| {
                for columns in [None, Some(1), Some(2), Some(3), Some(4)] {
                    ui.selectable_value(&mut self.columns, columns, name(columns));
                }
            });
        });
        self.letters_row(ui);
        ui.horizontal(|ui| {
            let label = ui.label("Further rows");
            let field = egui::TextEdit::singleline(&mut self.typed)
                .hint_text("none; for example mnist:test:7")
                .desired_width(ui.available_width());
            ui.add(field).labelled_by(label.id).on_hover_text(
                "Sources of more matrices, each a row of reconstructions, with a space between",
            );
        });
        let failure = match (self.sources(), &self.rows) {
            (Err(why), _) => why,
            (_, Some(Err(why))) => why.clone(),
            _ => String::new(),
        };
        ui.colored_label(ui.visuals().error_fg_color, capitalized(&failure));
    }
}
