//! An archive with several arrays offers a choice, instead of asking its user to type a name.

use std::path::PathBuf;

use eframe::egui;

use super::command::Command;
use super::service::Service;
use super::widgets::dialog::dialog;
use super::worker::{Reply, Wake};
use crate::session::Session;
use crate::source::{ArrayInfo, Source, arrays_in};

/// The source that could not be opened.
#[derive(Clone)]
struct ArrayRequest {
    session: Session,
    /// Whether the archive is what is subtracted.
    subtracted: bool,
    path: PathBuf,
    why: String,
}

type ArrayListing = (ArrayRequest, Vec<ArrayInfo>);

struct ArrayChoice {
    asked: ArrayRequest,
    arrays: Vec<ArrayInfo>,
    filter: String,
}

/// The result of looking into a file.
pub enum ArrayLookup {
    /// There is a choice, which the window now offers: the session that needs it.
    Offered(Box<Session>),
    /// There is none: the session that failed, and why.
    Failed(Box<Session>, String),
}

/// The work of looking into archives, and the choice on screen.
pub struct ArrayChooser {
    lists: Service<ArrayRequest, ArrayListing>,
    /// The source that is being looked into.
    asked: Option<ArrayRequest>,
    choice: Option<ArrayChoice>,
}

/// From so many arrays on there is a field to search them.
const SEARCHED: usize = 12;

/// So many arrays are shown at once.
const SHOWN: usize = 300;

impl Default for ArrayChooser {
    fn default() -> Self {
        Self {
            lists: Service::new("arrays", list),
            asked: None,
            choice: None,
        }
    }
}

impl ArrayChooser {
    /// Looks whether the file that `session` failed on holds several arrays; whether it is one that
    /// might.
    pub fn look(&mut self, session: &Session, why: &str, wake: &Wake) -> bool {
        let whole_file = |source: &Source| match source {
            Source::File { path, array: None } => Some(path.clone()),
            _ => None,
        };
        let subtracted = session.subtract.as_ref().and_then(whole_file);
        // Of two archives the one that is named in the sentence is the one that failed.
        let named = |path: &PathBuf| why.contains(&*path.to_string_lossy());
        let (path, subtracted) = match (subtracted.filter(named), whole_file(&session.source)) {
            (Some(path), _) => (path, true),
            (None, Some(path)) => (path, false),
            (None, None) => return false,
        };
        let asked = ArrayRequest {
            session: session.clone(),
            subtracted,
            path,
            why: why.to_owned(),
        };
        self.asked = Some(asked.clone());
        self.lists.ask(asked, wake);
        true
    }

    /// Whether a file is being looked into.
    pub fn busy(&self) -> bool {
        self.lists.busy()
    }

    /// Whether the choice is on screen.
    pub fn is_open(&self) -> bool {
        self.choice.is_some()
    }

    /// Takes the choice down; whether it was there.
    pub fn close(&mut self) -> bool {
        self.choice.take().is_some()
    }

    /// Forgets what is being looked into: something else is opened.
    pub fn forget(&mut self) {
        self.choice = None;
        self.lists.cancel();
    }

    /// Takes what the worker found.
    pub fn receive(&mut self) -> Option<ArrayLookup> {
        let mut looked = None;
        for answer in self.lists.receive() {
            let (asked, arrays) = match answer {
                Ok(listed) => listed,
                Err(_) => (self.asked.clone()?, Vec::new()),
            };
            let session = Box::new(asked.session.clone());
            looked = Some(if arrays.len() > 1 {
                self.choice = Some(ArrayChoice {
                    asked,
                    arrays,
                    filter: String::new(),
                });
                ArrayLookup::Offered(session)
            } else {
                ArrayLookup::Failed(session, asked.why)
            });
        }
        looked
    }

    /// Draws the choice; the session with the chosen array comes back.
    pub fn ui(&mut self, ctx: &egui::Context, out: &mut Vec<Command>) -> Option<Session> {
        let choice = self.choice.as_mut()?;
        let mut chosen = None;
        let mut close = false;
        let modal = dialog(ctx, egui::Id::unique("arrays"), |ui| {
            ui.set_width(420.0_f32.min(ctx.content_rect().width() - 48.0));
            chosen = choice.ui(ui);
            ui.horizontal(|ui| {
                let browse = ui.button("Show in Weights");
                let hint = "All of its arrays as a tree, beside those of a base model";
                if browse.on_hover_text(hint).clicked() {
                    let path = choice.asked.path.clone();
                    out.extend(Command::browse_model(path));
                    close = true;
                }
                close |= ui.button("Close").on_hover_text("Open nothing").clicked();
            });
        });
        let session = chosen.map(|name| choice.asked.session_with(name));
        if session.is_some() || close || modal.should_close() {
            self.choice = None;
        }
        session
    }
}

impl ArrayChoice {
    fn ui(&mut self, ui: &mut egui::Ui) -> Option<String> {
        let name = self.asked.path.file_name().unwrap_or_default();
        ui.heading(format!("Choose an array of {}", name.to_string_lossy()));
        if self.arrays.len() > SEARCHED {
            ui.horizontal(|ui| {
                let label = ui.label("Search");
                ui.text_edit_singleline(&mut self.filter)
                    .labelled_by(label.id);
            });
        }
        let wanted = self.filter.to_lowercase();
        let found: Vec<&ArrayInfo> = self
            .arrays
            .iter()
            .filter(|array| array.name.to_lowercase().contains(&wanted))
            .collect();
        let mut chosen = None;
        egui::ScrollArea::vertical()
            .max_height((ui.ctx().content_rect().height() - 220.0).max(120.0))
            .show(ui, |ui| {
                ui.with_layout(egui::Layout::top_down_justified(egui::Align::Min), |ui| {
                    for array in found.iter().take(SHOWN) {
                        if ui.button(described(array)).clicked() {
                            chosen = Some(array.name.clone());
                        }
                    }
                });
                super::widgets::focus::follow(ui);
            });
        if found.len() > SHOWN {
            let more = found.len() - SHOWN;
            ui.label(format!("{more} more; search for a part of the name"));
        }
        chosen
    }
}

impl ArrayRequest {
    fn session_with(&self, array: String) -> Session {
        let mut session = self.session.clone();
        let source = Source::File {
            path: self.path.clone(),
            array: Some(array),
        };
        if self.subtracted {
            session.subtract = Some(source);
        } else {
            session.source = source;
        }
        session
    }
}

/// `layer.0.weight, 784 × 64, float32`
fn described(array: &ArrayInfo) -> String {
    let sides: Vec<String> = array.shape.iter().map(u64::to_string).collect();
    let shape = match sides.is_empty() {
        true => "one number".to_owned(),
        false => sides.join(" × "),
    };
    format!("{}, {shape}, {}", array.name, array.dtype)
}

/// A file that cannot be listed has no choice to offer; why it cannot be opened is known already.
fn list(asked: ArrayRequest, reply: &Reply<'_, ArrayListing>) {
    let arrays = arrays_in(&asked.path).unwrap_or_default();
    reply.send((asked, arrays));
}
