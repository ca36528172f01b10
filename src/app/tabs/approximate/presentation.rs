//! The tab before a class: one thing at a time in large type, and keys to step through.

use eframe::egui::{self, TextStyle, Vec2};

use super::heads::PRESENTED;
use super::maximized::Part;
use super::presets::{SessionPreset, presets};
use super::source_panel::short_title;
use super::{ApproximateTab, panes, play, plots};
use crate::analysis::{Analysis, Closest};
use crate::app::command::Command;
use crate::app::state::State;
use crate::app::widgets::{focus, prose};
use crate::figure::palette::Theme;
use crate::session::Session;
use crate::source::Source;

/// Sizes that are read from ten metres.
const SIZES: [(TextStyle, f32); 5] = [
    (TextStyle::Small, 24.0),
    (TextStyle::Body, 26.0),
    (TextStyle::Button, 26.0),
    (TextStyle::Monospace, 26.0),
    (TextStyle::Heading, 32.0),
];

/// What is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Scene {
    /// The matrix and its approximations, or one of them.
    #[default]
    Panes,
    /// Error against parameters.
    Curve,
    /// The second plot.
    Second,
    /// An example, by its place among the cards.
    Example(usize),
}

/// Where the presentation is.
#[derive(Debug, Default)]
pub struct Presentation {
    scene: Scene,
    /// What was in view when it began, to which the first scenes and its end lead back.
    own: Session,
}

impl Presentation {
    fn of(own: Session) -> Self {
        Self {
            scene: Scene::default(),
            own,
        }
    }

    /// What was in view before the example that is shown now.
    pub fn before_example(self) -> Option<Session> {
        matches!(self.scene, Scene::Example(_)).then_some(self.own)
    }

    /// Where it is, counted from 0.
    fn at(&self) -> usize {
        match self.scene {
            Scene::Panes => 0,
            Scene::Curve => 1,
            Scene::Second => 2,
            Scene::Example(place) => 3 + place,
        }
    }

    /// One scene on or back; the session that begins with it, if one does.
    pub fn step(&mut self, forward: bool) -> Option<Session> {
        let examples = presets();
        let count = 3 + examples.len();
        let at = self.at();
        let to = match forward {
            true => (at + 1) % count,
            false => (at + count - 1) % count,
        };
        let from_example = matches!(self.scene, Scene::Example(_));
        self.scene = match to {
            0 => Scene::Panes,
            1 => Scene::Curve,
            2 => Scene::Second,
            place => Scene::Example(place - 3),
        };
        match to.checked_sub(3) {
            Some(example) => examples.into_iter().nth(example).map(|one| one.session),
            None => from_example.then(|| self.own.clone()),
        }
    }
}

/// Draws the scene over the whole window.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    session: &mut Session,
    theme: Theme,
    out: &mut Vec<Command>,
) {
    if tab.presentation.is_none() {
        // What was clicked before has no place on the slide: the keys are for the scenes.
        ui.memory_mut(|memory| {
            if let Some(focused) = memory.focused() {
                memory.surrender_focus(focused);
            }
        });
    }
    egui::CentralPanel::default().show(ui, |ui| {
        enlarge(ui);
        super::progress::dim_old(tab, ui);
        focus::content(ui);
        let presentation = tab
            .presentation
            .get_or_insert_with(|| Presentation::of(state.latest_session().clone()));
        let (scene, at) = (presentation.scene, presentation.at());
        let own = presentation.own.source.clone();
        let bottom = ui.max_rect().bottom() - HINT * PRESENTED;
        play::show(&mut tab.player, ui, state, out);
        tab.at_step(state, |tab, state| {
            caption(ui, state, scene, &own);
            let rest = Vec2::new(ui.available_width(), bottom - ui.cursor().top());
            let look = (theme, rest.y);
            match scene {
                Scene::Panes | Scene::Example(_) => {
                    panes::show(tab, ui, state, session, theme, rest);
                }
                Scene::Curve => plots::only(tab, ui, state, session, look, Part::Curve),
                Scene::Second => plots::only(tab, ui, state, session, look, Part::Second),
            }
        });
        // At the bottom, whatever the height of the scene.
        ui.add_space((bottom - ui.cursor().top()).max(0.0));
        hint(ui, state, at, out);
    });
}

/// Height of the line with the keys.
const HINT: f32 = 20.0;

fn enlarge(ui: &mut egui::Ui) {
    let style = ui.style_mut();
    for (name, size) in SIZES {
        if let Some(font) = style.text_styles.get_mut(&name) {
            font.size = size;
        }
    }
    style.spacing.interact_size.y *= 1.6;
    style.spacing.icon_width *= 1.6;
    style.spacing.icon_width_inner *= 1.6;
}

/// What one should see here: the verdict, and of an example that is whole what it shows, with a word where it
/// is not the matrix of one's `own`.
fn caption(ui: &mut egui::Ui, state: &State, scene: Scene, own: &Source) {
    let examples = presets();
    let on_the_way = state.analysis.as_ref().is_some_and(|one| one.partial);
    let shuffled = is_shuffled(state);
    let example: Option<&SessionPreset> = match scene {
        Scene::Example(place) if !on_the_way && !shuffled => examples.get(place),
        _ => None,
    };
    if let Some(example) = example {
        let other = if example.session.source == *own {
            ""
        } else {
            NOT_OWN
        };
        let text = format!("{other}{}. {}", example.name, example.lesson);
        prose::strong(ui, &text);
        return;
    }
    let closest = state.analysis.as_ref().and_then(|one| Closest::of(one));
    let text = closest.map_or_else(String::new, |found| found.sentence);
    let text = match shuffled {
        true => format!("{SHUFFLED}. {text}"),
        false => text,
    };
    prose::strong(ui, &text);
}

/// Said before an example of another matrix than the one that the presentation began with.
const NOT_OWN: &str = "Example, not your matrix: ";

/// Said of a shuffled matrix, with the way back.
const SHUFFLED: &str = "Rows and columns are shuffled (Shuffle puts them back)";

/// Whether the matrix on screen is a shuffled one.
fn is_shuffled(state: &State) -> bool {
    let shown = state.analysis.as_ref();
    shown.is_some_and(|one| one.session.transform.shuffle.is_some())
}

/// Which of the scenes this is, buttons for those who have no keys, and the name of the matrix.
fn hint(ui: &mut egui::Ui, state: &State, at: usize, out: &mut Vec<Command>) {
    use super::action::MatrixAction::{NextScene, Present, PreviousScene, Shuffle};
    ui.horizontal(|ui| {
        let place = format!("{} / {}", at + 1, 3 + presets().len());
        ui.label(place).on_hover_text("This scene, of all of them");
        for action in [PreviousScene, NextScene, Shuffle, Present] {
            let command = Command::Approximate(action);
            let text = match command {
                Command::Approximate(Present) => "Leave (Esc)",
                _ => command.text(),
            };
            let lit = command == Command::Approximate(Shuffle) && is_shuffled(state);
            let button = egui::Button::new(text).selected(lit);
            if ui.add(button).on_hover_text(command.tooltip()).clicked() {
                out.push(command);
            }
        }
        if let Some(analysis) = &state.analysis {
            named(ui, analysis);
        }
    });
}

/// The name of what is presented, as much of it as has room.
fn named(ui: &mut egui::Ui, analysis: &Analysis) {
    let of = match analysis.letter() {
        "W" => String::new(),
        letter => format!("{letter} of "),
    };
    let room = ui.available_width() - prose::width(ui, &of, &TextStyle::Button);
    let shown = of + &short_title(ui, analysis, room);
    let name = analysis.name();
    let line = ui.label(shown);
    line.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &name));
    line.on_hover_text(name);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scenes_go_round_in_both_ways() {
        let count = 3 + presets().len();
        let own = Session {
            color: true,
            ..Session::default()
        };
        let mut there = Presentation::of(own.clone());
        let mut seen = vec![there.scene];
        for _ in 1..count {
            there.step(true);
            assert!(!seen.contains(&there.scene), "{:?}", there.scene);
            seen.push(there.scene);
        }
        assert_eq!(
            there.step(true).as_ref(),
            Some(&own),
            "back to what it began with"
        );
        assert_eq!(there.scene, Scene::Panes);
        assert!(there.step(true).is_none() && there.step(false).is_none());
        let last = there.step(false).expect("the last example");
        assert_eq!(Some(last), presets().pop().map(|one| one.session));
        assert_eq!(Some(&there.scene), seen.last());
        assert_eq!(there.before_example(), Some(own));
    }
}
