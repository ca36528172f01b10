//! The build-up, played: the same steps as an animation has, drawn by the panes, the table and the
//! plots as any result is.

pub mod action;
mod bar;
mod export;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use crate::analysis::{Analysis, BuildUp, Growth, Listener, Stage};
use crate::app::command::Command;
use crate::app::dialogs::Question;
use crate::app::service::Service;
use crate::app::state::State;
use crate::app::worker::{Reply, Wake};
use crate::views::build_up::usual_delay;

use action::PlayAction;
use export::AnimationExporter;

pub use bar::show;

/// The speeds of playing, as factors.
const SPEEDS: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];

/// A step with its pictures.
type DrawnStep = (usize, Arc<Analysis>);

/// The player of a build-up.
pub struct Player {
    growth: Growth,
    speed: f64,
    playing: Option<Playing>,
    steps: Service<(Arc<BuildUp>, usize), DrawnStep>,
    /// The dialog and the worker of animations.
    pub export: AnimationExporter,
}

/// A build-up under way.
struct Playing {
    build_up: Arc<BuildUp>,
    at: usize,
    running: bool,
    /// The step on screen; nothing before the first is drawn.
    drawn: Option<DrawnStep>,
    /// When the next step is due, in seconds of the window's clock; not before this one is drawn.
    due: Option<f64>,
}

impl Default for Player {
    fn default() -> Self {
        Self {
            growth: Growth::default(),
            speed: 1.0,
            playing: None,
            steps: Service::new("build-up", draw),
            export: AnimationExporter::default(),
        }
    }
}

/// The window, waiting for a step.
struct Waiting<'a>(&'a Reply<'a, DrawnStep>);

impl Listener for Waiting<'_> {
    fn reached(&self, _stage: Stage) {}

    fn keep_going(&self) -> ControlFlow<()> {
        self.0.keep_going()
    }
}

fn draw((build_up, step): (Arc<BuildUp>, usize), reply: &Reply<'_, DrawnStep>) {
    if let ControlFlow::Continue(analysis) = build_up.drawn_at(step, &Waiting(reply)) {
        reply.send((step, Arc::new(analysis)));
    }
}

impl Player {
    /// The step on screen, while something is played.
    pub fn step(&self) -> Option<&Arc<Analysis>> {
        let (_, drawn) = self.playing.as_ref()?.drawn.as_ref()?;
        Some(drawn)
    }

    /// The build-up that is played.
    pub fn build_up(&self) -> Option<&Arc<BuildUp>> {
        Some(&self.playing.as_ref()?.build_up)
    }

    /// The step that it is at, and whether it runs.
    pub fn place(&self) -> Option<(usize, bool)> {
        let playing = self.playing.as_ref()?;
        Some((playing.at, playing.running))
    }

    /// Whether a step is being drawn or an animation written.
    pub fn busy(&self) -> bool {
        self.steps.busy() || self.export.dialog.busy()
    }

    /// Shows the settings themselves again; whether something was played.
    pub fn leave(&mut self) -> bool {
        self.steps.cancel();
        self.playing.take().is_some()
    }

    /// Runs one of its actions.
    pub fn run(&mut self, action: &PlayAction, state: &mut State) {
        let wake = Arc::clone(&state.wake);
        match action {
            PlayAction::Toggle => self.toggle(state, &wake),
            PlayAction::Forward => self.move_by(state, 1, &wake),
            PlayAction::Back => self.move_by(state, -1, &wake),
            PlayAction::Leave => {
                self.leave();
            }
            PlayAction::Export => self.export.open(state),
            PlayAction::ExportTo(path) => self.export_to(path, state),
            PlayAction::Choose(path) => self.export.dialog.set_path(path),
            PlayAction::Browse(name) => {
                let choose = |path| Command::play(PlayAction::Choose(path));
                state.dialogs.ask(Question::Save(name.clone()), choose);
            }
        }
    }

    fn export_to(&mut self, path: &std::path::Path, state: &State) {
        let Some(analysis) = &state.analysis else {
            return self
                .export
                .dialog
                .fail("nothing has been computed yet; open a matrix first".to_owned());
        };
        let build_up = self.of(analysis);
        self.export.write(build_up, path, state);
    }

    /// The build-up to what is on screen: the one that is played, if it is.
    fn of(&self, analysis: &Arc<Analysis>) -> Arc<BuildUp> {
        let known = self
            .build_up()
            .filter(|known| Arc::ptr_eq(known.analysis(), analysis));
        let made = || Arc::new(BuildUp::new(Arc::clone(analysis), self.growth));
        known.map_or_else(made, Arc::clone)
    }

    /// Begins at a step.
    fn begin(&mut self, state: &State, at: usize, running: bool) -> Option<&mut Playing> {
        let build_up = self.of(state.analysis.as_ref()?);
        self.playing = Some(Playing {
            at: at.min(build_up.last()),
            build_up,
            running,
            drawn: None,
            due: None,
        });
        self.playing.as_mut()
    }

    fn toggle(&mut self, state: &State, wake: &Wake) {
        match &mut self.playing {
            None => {
                self.begin(state, 0, true);
                self.ask(wake);
            }
            Some(playing) if playing.at == playing.build_up.last() => {
                playing.running = true;
                self.go(0, wake);
            }
            Some(playing) => {
                playing.running = !playing.running;
                playing.due = None;
            }
        }
    }

    fn move_by(&mut self, state: &State, by: isize, wake: &Wake) {
        if let Some(playing) = &mut self.playing {
            playing.running = false;
            let at = playing.at.saturating_add_signed(by);
            self.go(at, wake);
        } else {
            // Back from the end, or on from nothing.
            let at = if by < 0 { usize::MAX } else { 0 };
            self.begin(state, at, false);
            let at = self
                .place()
                .map_or(0, |(at, _)| at.saturating_add_signed(by));
            self.go(at, wake);
        }
    }

    /// Goes to a step and stays there.
    fn scrub(&mut self, at: usize, wake: &Wake) {
        if let Some(playing) = &mut self.playing {
            playing.running = false;
        }
        self.go(at, wake);
    }

    /// Goes to a step; the one on screen stays until it is drawn.
    fn go(&mut self, at: usize, wake: &Wake) {
        if let Some(playing) = &mut self.playing {
            playing.at = at.min(playing.build_up.last());
            playing.due = None;
        }
        self.ask(wake);
    }

    fn ask(&mut self, wake: &Wake) {
        if let Some(playing) = &self.playing {
            self.steps
                .ask((Arc::clone(&playing.build_up), playing.at), wake);
        }
    }

    /// Takes what its workers sent. Another matrix, or other settings, are played on from the same
    /// step.
    pub fn receive(&mut self, state: &mut State) {
        self.export.dialog.receive(state);
        for told in self.steps.receive() {
            match (told, &mut self.playing) {
                (Ok(drawn), Some(playing)) if drawn.0 == playing.at => playing.drawn = Some(drawn),
                (Ok(_), _) => {}
                (Err(why), _) => {
                    self.playing = None;
                    state.fail(why);
                }
            }
        }
        let (Some(playing), Some(analysis)) = (&self.playing, &state.analysis) else {
            return;
        };
        let same = Arc::ptr_eq(playing.build_up.analysis(), analysis);
        if !same || playing.build_up.growth() != self.growth {
            let wake = Arc::clone(&state.wake);
            self.rebuild(state, &wake);
        }
    }

    /// Goes to the same place, as near as there is one, in what is on screen now.
    fn rebuild(&mut self, state: &State, wake: &Wake) {
        let Some(before) = self.playing.take() else {
            return;
        };
        let (at, last) = (before.at, before.build_up.last().max(1));
        if let Some(playing) = self.begin(state, 0, before.running) {
            let share = at as f64 / last as f64;
            playing.at = (share * playing.build_up.last() as f64).round() as usize;
            if Arc::ptr_eq(playing.build_up.analysis(), before.build_up.analysis()) {
                playing.drawn = before.drawn;
            }
        }
        self.ask(wake);
    }

    /// Goes on when it is time; when that will be.
    pub fn advance(&mut self, now: f64, wake: &Wake) -> Option<Duration> {
        let playing = self.playing.as_mut().filter(|playing| playing.running)?;
        let drawn = playing
            .drawn
            .as_ref()
            .is_some_and(|(at, _)| *at == playing.at);
        if !drawn {
            // Whoever draws it wakes the window.
            return None;
        }
        if playing.at == playing.build_up.last() {
            playing.running = false;
            return None;
        }
        let delay = usual_delay(&playing.build_up).as_secs_f64() / self.speed;
        let due = *playing.due.get_or_insert(now + delay);
        if now < due {
            return Some(Duration::from_secs_f64(due - now));
        }
        let next = playing.at + 1;
        self.go(next, wake);
        None
    }
}
