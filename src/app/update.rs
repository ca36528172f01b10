//! What the workers sent and what the user asked for change the state, here and nowhere else.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui;

use super::Explorer;
use super::arrays::Looked;
use super::command::Command;
use super::dialogs::{Chosen, Purpose};
use super::export::tab_of;
use super::opened::{
    accept, change, failed, fall_back, keep_shown, open, open_folder, open_text, paste, refused,
    step, subtract,
};
use super::state::{Act, Message, State, Tab};
use super::tabs::approximate::figures;
use super::tabs::approximate::job::Progress;
use super::tabs::approximate::progress::Doing;
use super::tabs::finetune;
use super::worker::Answer;
use crate::source::{Dataset, Source, Split};
use crate::views::{View, accuracy_drop, approximation, data_set, delta_weights};

/// Takes everything that the workers sent since the last frame.
pub fn receive(explorer: &mut Explorer, _ctx: &egui::Context) {
    let answers = explorer.analyst.0.receive(&explorer.analyst.1);
    for answer in answers {
        match answer {
            Answer::Given(Progress::At(stage)) => explorer.approximate.reached(Doing::At(stage)),
            Answer::Given(Progress::Done(analysis)) => accept(explorer, analysis),
            Answer::Given(Progress::Failed(session, why)) => {
                failed(explorer, Some(&session), why);
            }
            Answer::Failed(why) => failed(explorer, None, why),
            Answer::Finished => {}
        }
    }
    if !explorer.analyst.0.busy() {
        explorer.approximate.answered();
    }
    for answer in explorer.digits.0.receive(&explorer.digits.1) {
        match answer {
            Answer::Given(Ok((_, set))) => explorer.state.digits = Some(set),
            Answer::Given(Err(why)) => no_digits(&mut explorer.state, why.to_string()),
            Answer::Failed(why) => no_digits(&mut explorer.state, why),
            Answer::Finished => {}
        }
    }
    explorer.approximate.background.receive();
    let (state, finetune) = (&mut explorer.state, &mut explorer.finetune);
    state.speaking_for(Tab::FineTune, |state| finetune.receive(state));
    explorer.method.receive();
    explorer.exporter.receive(&mut explorer.state);
    if let Some(path) = explorer
        .exporter
        .measured(&mut explorer.approximate.background)
    {
        export(explorer, path);
    }
    match explorer.arrays.receive() {
        Some(Looked::Failed(session, why)) => refused(explorer, Some(*session), why),
        // With the first picture still to come, it comes behind the choice.
        Some(Looked::Offered(session)) => {
            fall_back(explorer, Some(*session));
        }
        None => {}
    }
    match explorer.dialogs.receive() {
        Some(Chosen::Path(purpose, path)) => chosen(explorer, purpose, path),
        Some(Chosen::NoDialog) => explorer
            .state
            .fail("no file dialog is available; type the path instead or drop the file here"),
        Some(Chosen::Cancelled) | None => {}
    }
}

fn no_digits(state: &mut State, why: String) {
    // Back to the half that is on screen: the folder has no other.
    if let Source::Digit { split, .. } = state.session().source {
        state.preferences.view.split = split;
    }
    let error = Message::Error(why);
    state.notices.say(Tab::Approximate, Act::Gallery, error);
}

fn chosen(explorer: &mut Explorer, purpose: Purpose, path: std::path::PathBuf) {
    match purpose {
        Purpose::Open => open(explorer, Source::from_path(path)),
        Purpose::Subtract => subtract(explorer, Source::from_path(path)),
        Purpose::Folder => open_folder(explorer, path),
        Purpose::TrainingData => explorer.choose_training_data(path),
        Purpose::Results => explorer.open_results(path),
        Purpose::Export => explorer.exporter.set_path(&path),
    }
}

/// Runs one command.
pub fn run(explorer: &mut Explorer, ctx: &egui::Context, command: Command) {
    let wake = Arc::clone(&explorer.wake);
    match command {
        Command::Open => explorer.dialogs.ask(Purpose::Open, None, &wake),
        Command::Subtract => explorer.dialogs.ask(Purpose::Subtract, None, &wake),
        Command::OpenFolder => explorer.dialogs.ask(Purpose::Folder, None, &wake),
        Command::OpenText(text) => open_text(explorer, &text, open),
        Command::SubtractText(text) => open_text(explorer, &text, subtract),
        Command::Paste => paste(explorer),
        Command::Export => explorer.exporter.open(&explorer.state),
        Command::ExportTo(path) => export(explorer, path),
        Command::BrowseExport(name) => explorer.dialogs.ask(Purpose::Export, Some(&name), &wake),
        Command::CopyCommand => copy_command(explorer, ctx, None),
        Command::CopyFigureCommand(path) => copy_command(explorer, ctx, Some(&path)),
        Command::CopyText(text) => {
            ctx.copy_text(text);
            explorer.state.done("copied to the clipboard");
        }
        Command::Undo | Command::Redo => travel(explorer, command == Command::Undo),
        Command::NextDigit => step(explorer, |at, count| (at + 1) % count),
        Command::PreviousDigit => step(explorer, |at, count| (at + count - 1) % count),
        Command::RandomDigit => {
            let any = rand::random::<u64>() as usize;
            step(explorer, |_, count| any % count);
        }
        Command::SetSession(session) => change(explorer, *session),
        Command::Pin => pin(&mut explorer.state),
        Command::Unpin => explorer.state.pinned.clear(),
        Command::UnpinOne(number) => {
            if number < explorer.state.pinned.len() {
                explorer.state.pinned.remove(number);
            }
        }
        Command::ResetZoom => explorer.approximate.reset_zoom(),
        Command::Train
        | Command::PauseTraining
        | Command::StepTraining
        | Command::StopTraining
        | Command::ResetTraining
        | Command::NewSeed => train(explorer, &command),
        Command::OpenResults => explorer.dialogs.ask(Purpose::Results, None, &wake),
        Command::ChooseDataSet => explorer.dialogs.ask(Purpose::TrainingData, None, &wake),
        Command::Cancel => cancel(explorer),
        Command::Show(tab) => explorer.state.tab = tab,
        Command::FullScreen => {
            let full = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
            ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(!full));
        }
        Command::Help => explorer.state.help = !explorer.state.help,
        Command::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
    }
}

/// What was said of the sweep before is over.
fn train(explorer: &mut Explorer, command: &Command) {
    let (state, finetune) = (&mut explorer.state, &mut explorer.finetune);
    state.notices.settle(Tab::FineTune, Act::Other);
    state.speaking_for(Tab::FineTune, |state| finetune.run(state, command));
}

/// Closes what lies over the tab, else stops what the tab computes.
fn cancel(explorer: &mut Explorer) {
    if explorer.exporter.close()
        || explorer.arrays.close()
        || std::mem::take(&mut explorer.state.help)
    {
        return;
    }
    if explorer.state.tab == Tab::FineTune {
        return explorer.finetune.cancel();
    }
    if explorer.analyst.0.busy() {
        explorer.analyst.0.cancel();
        explorer.approximate.answered();
        keep_shown(&mut explorer.state);
    }
    explorer.arrays.forget();
    explorer.state.opening = None;
    explorer.approximate.background.cancel();
}

/// The command line of what is in view, or of the figure in the export dialog.
fn copy_command(explorer: &mut Explorer, ctx: &egui::Context, path: Option<&std::path::Path>) {
    let export = path.map(|path| explorer.exporter.export_of(&explorer.state, path));
    let chosen = export.as_ref().map(|_| explorer.exporter.view());
    let state = &mut explorer.state;
    let (command, otherwise) = if state.tab == Tab::FineTune {
        let selected = match explorer.finetune.looks().selected() {
            [] => &accuracy_drop::VIEW,
            _ => &delta_weights::VIEW,
        };
        let view = chosen.unwrap_or(selected);
        (
            finetune::figures::command(&explorer.finetune, view, export.as_ref()),
            "no command gives these settings; export the results as JSON instead",
        )
    } else {
        let view = chosen.unwrap_or_else(|| in_front(state));
        let session = figures::fitted_session(state, view);
        let shown = figures::shown(state, view);
        (
            shown.command(&session, &explorer.limits, export.as_ref()),
            "no command can name this matrix; save it to a file and open that",
        )
    };
    match command {
        Some(command) => {
            ctx.copy_text(command.clone());
            state.done(format!("copied: {command}"));
        }
        None if path.is_some() => explorer.exporter.fail(otherwise.to_owned()),
        None => state.fail(otherwise),
    }
}

/// The view that a command without a figure is of: the survey where it is in front.
fn in_front(state: &State) -> &'static View {
    match state.preferences.view.second {
        view if *view == data_set::VIEW => view,
        _ => &approximation::VIEW,
    }
}

/// Writes the figure of the dialog; one that must be measured first is measured.
fn export(explorer: &mut Explorer, path: std::path::PathBuf) {
    let wake = Arc::clone(&explorer.wake);
    let view = explorer.exporter.view();
    let (tab, state) = (&explorer.approximate, &explorer.state);
    if let Some(ask) = figures::unmeasured(tab, state, view) {
        let loaded = state.analysis.as_ref();
        let loaded = loaded.map(|analysis| Arc::clone(&analysis.loaded));
        return explorer.exporter.measure(ask, loaded, path, &wake);
    }
    let choices = explorer.exporter.export_of(state, &path);
    let asked = (explorer.exporter.content_of(&path), &choices);
    let exported = match tab_of(view) {
        Tab::FineTune => finetune::figures::exported(&explorer.finetune, view, asked),
        _ => figures::exported(tab, state, &explorer.limits, view, asked),
    };
    match exported {
        Ok(exported) => explorer
            .exporter
            .write(&mut explorer.state, exported, path, &wake),
        Err(why) => explorer.exporter.fail(why),
    }
}

/// Keeps the present results; the same ones a second time would say nothing.
fn pin(state: &mut State) {
    let Some(present) = &state.analysis else {
        return;
    };
    if state.pinned.iter().any(|known| Arc::ptr_eq(known, present)) {
        return state.done("these results are already pinned; change a setting to compare");
    }
    state.pinned.push(Arc::clone(present));
}

fn travel(explorer: &mut Explorer, back: bool) {
    let state = &mut explorer.state;
    let present = state.preferences.session.clone();
    let other = if back {
        state.undoer.undo(&present)
    } else {
        state.undoer.redo(&present)
    };
    if let Some(other) = other.cloned() {
        change(explorer, other);
    }
}

/// A little longer than a session must rest to become an undo point.
const UNDO_REST: Duration = Duration::from_millis(1100);

/// Makes an undo point of a session that rests.
fn note_change(state: &mut State, ctx: &egui::Context) {
    // What is being opened may still fail.
    if state.opening.is_some() {
        return;
    }
    let time = ctx.input(|input| input.time);
    state.undoer.feed_state(time, &state.preferences.session);
    if state.undoer.is_in_flux() {
        // Without a frame at its end, a change and the next one would be undone together.
        ctx.request_repaint_after(UNDO_REST);
    }
}

/// What every frame ends with: undo points, the gallery's data set, remembered settings.
pub fn afterwards(explorer: &mut Explorer, ctx: &egui::Context) {
    let state = &mut explorer.state;
    note_change(state, ctx);
    state.preferences.tab = state.tab;
    state.preferences.zoom = ctx.zoom_factor();
    if let Some(rect) = ctx.input(|input| input.viewport().inner_rect) {
        state.preferences.window = [rect.width(), rect.height()];
    }
    let wanted = gallery_set(explorer);
    // The first picture comes first; the gallery's sixty thousand can wait for it.
    if explorer.state.analysis.is_some() && explorer.digits_asked.as_ref() != Some(&wanted) {
        explorer.state.digits = None;
        explorer.digits_asked = Some(wanted.clone());
        explorer.digits.0.ask(wanted);
    }
    if explorer.limits.max_pixels != explorer.state.preferences.max_pixels {
        explorer.limits.max_pixels = explorer.state.preferences.max_pixels;
        explorer.request();
    }
    if let Some(rest) = explorer.saver.now_and_then(&explorer.state.preferences) {
        ctx.request_repaint_after(rest);
    }
}

fn gallery_set(explorer: &Explorer) -> (Dataset, Split) {
    let split = explorer.state.preferences.view.split;
    match &explorer.state.session().source {
        Source::Digit { dataset, .. } => (dataset.clone(), split),
        _ => (Dataset::BuiltIn, split),
    }
}
