//! Progress of the tab in words, and what it shows meanwhile.

use std::time::{Duration, Instant};

use eframe::egui::{self, Align2, Frame, Id, RichText};

use super::ApproximateTab;
use crate::analysis::{Analysis, Stage};
use crate::app::command::Command;
use crate::app::state::State;
use crate::figure::label;
use crate::session::Session;
use crate::source::{Dataset, Source};

/// The work under way for the tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Other settings on a matrix that is known.
    Computing,
    /// Reading the source of this name.
    Reading(String),
    /// The stage that the engine is at.
    At(Stage),
}

impl Activity {
    /// The first work on a session, beside what is known already.
    pub fn first(session: &Session, known: Option<&Analysis>) -> Self {
        match known {
            Some(known) if known.session.same_matrix(session) => Self::Computing,
            _ => Self::Reading(short_name(&session.source)),
        }
    }

    /// In words.
    pub fn describe(&self) -> String {
        match self {
            Self::Computing => "Computing…".to_owned(),
            Self::Reading(name) => format!("Reading {name}…"),
            Self::At(Stage::Factorizing { of: 1, .. }) => {
                "Factorizing the whole matrix…".to_owned()
            }
            Self::At(Stage::Factorizing { block, of }) => format!(
                "Factorizing {} of {} blocks…",
                label::count(*block),
                label::count(*of)
            ),
            Self::At(Stage::Multiplying) => "Multiplying the factors out…".to_owned(),
        }
    }
}

/// The file's name without its folder; other sources as the command line has them.
fn short_name(source: &Source) -> String {
    let text = match source {
        Source::File { path, array } => {
            let name = path.file_name().unwrap_or(path.as_os_str());
            let array = array.as_ref().map(|array| format!("#{array}"));
            name.to_string_lossy().into_owned() + &array.unwrap_or_default()
        }
        Source::Digit {
            dataset: Dataset::BuiltIn,
            split,
            index,
        } => format!("MNIST {split} image {index}"),
        other => other.to_string(),
    };
    label::clean(&text)
}

/// Work that was asked for and has not been answered.
#[derive(Clone, Debug)]
pub struct Pending {
    since: Instant,
    doing: Activity,
    /// Whether a first view of the answer is on screen: then nothing there is old.
    seen: bool,
}

/// An answer that comes sooner than this changes the picture without a word.
const NOTICEABLE: Duration = Duration::from_millis(150);

impl Pending {
    /// Whether it has lasted long enough to be told.
    fn noticeable(&self) -> bool {
        self.since.elapsed() >= NOTICEABLE
    }
}

impl ApproximateTab {
    /// Notes that something was asked for.
    pub fn asked(&mut self, doing: Activity) {
        let since = self.pending.as_ref().map(|pending| pending.since);
        self.pending = Some(Pending {
            since: since.unwrap_or_else(Instant::now),
            doing,
            seen: false,
        });
    }

    /// Notes that a first view of it is on screen.
    pub fn seen(&mut self) {
        if let Some(pending) = &mut self.pending {
            pending.seen = true;
        }
    }

    /// Notes what is being done for it.
    pub fn reached(&mut self, doing: Activity) {
        if let Some(pending) = &mut self.pending {
            pending.doing = doing;
        }
    }

    /// Notes that nothing more will come.
    pub fn answered(&mut self) {
        self.pending = None;
    }

    /// The work under way for the tab in words, where it takes long enough to be told.
    pub fn progress(&self) -> Option<String> {
        let pending = self.pending.as_ref().filter(|pending| pending.noticeable());
        pending.map(|pending| pending.doing.describe())
    }
}

/// The opacity of what is no longer true.
pub const DIMMED: f32 = 0.35;

/// Dims what `ui` draws from here on if it is not what was asked for. Whether it is dimmed.
pub fn dim_old(tab: &ApproximateTab, ui: &mut egui::Ui) -> bool {
    let Some(pending) = tab.pending.as_ref().filter(|pending| !pending.seen) else {
        return false;
    };
    if !pending.noticeable() {
        let left = NOTICEABLE.saturating_sub(pending.since.elapsed());
        ui.ctx().request_repaint_after(left);
        return false;
    }
    ui.multiply_opacity(DIMMED);
    true
}

/// Over the dimmed panes: what is being done, what they still show, and how to stop it.
pub fn show(tab: &ApproximateTab, ui: &egui::Ui, state: &State, out: &mut Vec<Command>) {
    let seen = tab.pending.as_ref().is_some_and(|pending| pending.seen);
    let Some(doing) = tab.progress().filter(|_| !seen) else {
        return;
    };
    let place = ui.max_rect();
    let top = egui::pos2(place.center().x, place.top() + 40.0);
    egui::Area::new(Id::unique("progress"))
        .order(egui::Order::Middle)
        .pivot(Align2::CENTER_TOP)
        .fixed_pos(top)
        .show(ui.ctx(), |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_max_width((place.width() - 40.0).max(200.0));
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.strong(doing);
                    Command::Cancel.button(ui, out);
                });
                if let Some(analysis) = &state.analysis {
                    ui.label(RichText::new(still_shown(analysis, state)).small());
                }
            });
        });
}

/// The line on what the dimmed panes are of.
fn still_shown(analysis: &Analysis, state: &State) -> String {
    match &state.opening {
        Some(_) => format!("Still showing {}", analysis.name()),
        None => "Still showing the previous settings".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_told_in_words() {
        let photo = Session {
            source: Source::from_path("/some/folder/photo.png"),
            ..Session::default()
        };
        let reading = Activity::first(&photo, None);
        assert_eq!(reading.describe(), "Reading photo.png…");
        let factorizing = Activity::At(Stage::Factorizing { block: 3, of: 5 });
        assert_eq!(factorizing.describe(), "Factorizing 3 of 5 blocks…");
    }
}
