//! Changes of the state by answers of the workers and wishes of the user, here and nowhere else.

use std::time::Duration;

use eframe::egui;

use super::Explorer;
use super::arrays::ArrayLookup;
use super::command::Command;
use super::dialogs::{DialogAnswer, Question};
use super::exports;
use super::opened::{
    accept, change, failed, fall_back, forget_arriving, keep_shown, open_named, open_text, paste,
    refused, show_session, subtract, subtract_text,
};
use super::page::Page;
use super::sessions;
use super::sessions::action::SessionAction;
use super::state::{Act, Message, State, Tab};
use super::tabs::approximate::job::JobMessage;
use super::tabs::approximate::progress::Activity;
use crate::source::{Dataset, Source, Split};
use crate::workspace::Opening;

/// Takes everything that the workers sent since the last frame.
pub fn receive(explorer: &mut Explorer, ctx: &egui::Context) {
    for answer in explorer.analyst.receive() {
        match answer {
            Ok(JobMessage::At(stage)) => explorer.pages.home.reached(Activity::At(stage)),
            Ok(JobMessage::Done(analysis)) => {
                if analysis.partial {
                    explorer.pages.home.seen();
                }
                accept(explorer, analysis);
            }
            Ok(JobMessage::Failed(session, why)) => failed(explorer, Some(&session), why),
            Err(why) => failed(explorer, None, why),
        }
    }
    if !explorer.analyst.busy() {
        explorer.pages.home.answered();
    }
    for answer in explorer.digits.receive() {
        match answer {
            Ok(Ok((_, set))) => explorer.state.digits = Some(set),
            Ok(Err(why)) => no_digits(&mut explorer.state, why.to_string()),
            Err(why) => no_digits(&mut explorer.state, why),
        }
    }
    let state = &mut explorer.state;
    for page in explorer.pages.iter_mut() {
        state.speaking_for(page.tab(), |state| page.receive(state));
    }
    explorer.exporter.receive(&mut explorer.state);
    if let Some(path) = explorer
        .exporter
        .measured(&mut explorer.pages.home.background)
    {
        exports::write(explorer, path);
    }
    exports::preview(explorer, ctx);
    match explorer.arrays.receive() {
        Some(ArrayLookup::Failed(session, why)) => refused(explorer, Some(*session), why),
        // With the first picture still to come, it comes behind the choice.
        Some(ArrayLookup::Offered(session)) => {
            fall_back(explorer, Some(*session));
        }
        None => {}
    }
    receive_session(explorer);
    match explorer.state.dialogs.receive() {
        Some(DialogAnswer::Path(command)) => run(explorer, ctx, command),
        Some(DialogAnswer::NoDialog) => no_dialog(explorer),
        Some(DialogAnswer::Cancelled) | None => {}
    }
}

/// Leads to the field for a path, unless a dialog with one of its own is on screen.
fn no_dialog(explorer: &mut Explorer) {
    let asks = explorer.asks();
    let state = &mut explorer.state;
    state.fail("no file dialog is available; type the path instead or drop the file here");
    if !asks {
        state.preferences.view.source_open |= state.tab == Tab::HOME;
        state.type_path = true;
    }
}

fn no_digits(state: &mut State, why: String) {
    // Back to the half that is on screen: the folder has no other.
    if let Source::Digit { split, .. } = state.session().source {
        state.preferences.view.split = split;
    }
    let error = Message::Error(why);
    state.notices.say(Tab::HOME, Act::Gallery, error);
}

/// Runs one command.
pub fn run(explorer: &mut Explorer, ctx: &egui::Context, command: Command) {
    let open = explorer.pages.of(explorer.state.tab);
    let own = open.and_then(|page| page.instead_of(&command));
    let command = own.unwrap_or(command);
    if let Some(owner) = command.owner() {
        return run_own(explorer, ctx, owner, &command);
    }
    let dialogs = &mut explorer.state.dialogs;
    match command {
        Command::Open => dialogs.ask(Question::matrix(), Command::OpenPath),
        Command::Subtract => dialogs.ask(Question::matrix(), Command::SubtractPath),
        Command::OpenFolder => dialogs.ask(Question::Folder, Command::OpenPath),
        Command::OpenPath(path) => open_named(explorer, Opening::of_path(path)),
        Command::SubtractPath(path) => subtract(explorer, Source::from_path(path)),
        Command::OpenText(text) => open_text(explorer, &text),
        Command::SubtractText(text) => subtract_text(explorer, &text),
        Command::Paste => paste(explorer),
        Command::Export => explorer.exporter.open(&explorer.state),
        Command::ExportTo(path) => exports::write(explorer, path),
        Command::BrowseExport(name) => dialogs.ask(Question::Save(name), Command::ChooseExport),
        Command::ChooseExport(path) => explorer.exporter.set_path(&path),
        Command::CopyCommand => exports::copy_command(explorer, ctx, None),
        Command::CopyFigureCommand(path) => exports::copy_command(explorer, ctx, Some(&path)),
        Command::CopyCaption(form) => exports::copy_caption(explorer, ctx, form),
        Command::CopyText(text) => {
            ctx.copy_text(text.clone());
            // A table has no room in a line.
            match text.lines().count() {
                0 | 1 => explorer.state.say(Act::Other, Message::Copied(text)),
                _ => explorer.state.done("copied to the clipboard"),
            }
        }
        Command::Undo | Command::Redo => travel(explorer, command == Command::Undo),
        Command::SetSession(session) => change(explorer, *session),
        Command::Cancel => cancel(explorer),
        Command::Show(tab) => explorer.state.tab = tab,
        Command::FullScreen => {
            let full = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
            ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(!full));
        }
        Command::Help => explorer.state.help = !explorer.state.help,
        Command::About => explorer.state.about = !explorer.state.about,
        Command::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        Command::Session(action) => run_on_session(explorer, ctx, action),
        Command::Approximate(_) | Command::Finetune(_) | Command::Weights(_) => {}
    }
}

/// Runs a command on everything in view.
fn run_on_session(explorer: &mut Explorer, ctx: &egui::Context, action: SessionAction) {
    let state = &mut explorer.state;
    match action {
        SessionAction::Open => state.dialogs.ask(Question::session(), Command::OpenPath),
        SessionAction::Save => explorer.sessions.ask(state),
        SessionAction::SaveTo(path) => {
            explorer.sessions.write(path, state);
        }
        SessionAction::Browse(name) => {
            let choose = |path| Command::Session(SessionAction::Choose(path));
            state.dialogs.ask(Question::Save(name), choose);
        }
        SessionAction::Choose(path) => explorer.sessions.dialog.set_path(&path),
        SessionAction::CopyLink => match sessions::in_view(state).to_link_text() {
            Ok(line) => {
                ctx.copy_text(line);
                state.done("copied the session as one line; paste it into the window to open it");
            }
            Err(why) => state.fail(why.to_string()),
        },
    }
}

/// Takes what came of a session file.
fn receive_session(explorer: &mut Explorer) {
    match explorer.sessions.receive(&mut explorer.state) {
        Some(Ok((path, workspace))) => show_session(explorer, *workspace, Some(&path)),
        Some(Err(why)) => explorer.state.say(Act::Open, Message::Error(why)),
        None => {}
    }
}

/// Runs a command of a tab's own, and what follows from it.
fn run_own(explorer: &mut Explorer, ctx: &egui::Context, owner: Tab, command: &Command) {
    let mut out = Vec::new();
    let state = &mut explorer.state;
    if let Some(page) = explorer.pages.of(owner) {
        state.speaking_for(owner, |state| page.run(command, state, &mut out));
    }
    for command in out {
        run(explorer, ctx, command);
    }
}

/// Closes what lies over the tab, else stops what the tab computes.
fn cancel(explorer: &mut Explorer) {
    if explorer.exporter.close()
        || explorer.sessions.dialog.close()
        || explorer.arrays.close()
        || std::mem::take(&mut explorer.state.help)
        || std::mem::take(&mut explorer.state.about)
    {
        return;
    }
    let home = explorer.state.tab == Tab::HOME;
    if home && std::mem::take(&mut explorer.state.presenting) {
        return;
    }
    let open = explorer.pages.of(explorer.state.tab);
    if open.is_some_and(Page::cancel) {
        return;
    }
    if explorer.analyst.busy() {
        explorer.analyst.cancel();
        explorer.pages.home.answered();
        keep_shown(&mut explorer.state);
    }
    explorer.arrays.forget();
    forget_arriving(&mut explorer.state);
    explorer.state.opening = None;
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

/// Ends every frame: undo points, the gallery's data set, remembered settings.
pub fn afterwards(explorer: &mut Explorer, ctx: &egui::Context) {
    let state = &mut explorer.state;
    // A tab without a field for paths has none to lead to.
    state.type_path = false;
    note_change(state, ctx);
    if state.preferences.tab != state.tab.id() {
        state.preferences.tab = state.tab.id().to_owned();
    }
    state.preferences.zoom = ctx.zoom_factor();
    if let Some(rect) = ctx.input(|input| input.viewport().inner_rect) {
        state.preferences.window = [rect.width(), rect.height()];
    }
    let wanted = gallery_set(explorer);
    // The first picture comes first; the gallery's sixty thousand can wait for it.
    if explorer.state.analysis.is_some() && explorer.digits_asked.as_ref() != Some(&wanted) {
        explorer.state.digits = None;
        explorer.digits_asked = Some(wanted.clone());
        explorer.digits.ask(wanted, &explorer.state.wake);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::state::Preferences;
    use crate::source::Limits;

    #[test]
    fn without_a_file_dialog_the_path_is_typed() {
        let ctx = egui::Context::default();
        let mut explorer = Explorer::new(&ctx, Preferences::default(), None, Limits::default());
        assert!(!explorer.state.preferences.view.source_open);
        no_dialog(&mut explorer);
        let state = &explorer.state;
        assert!(state.preferences.view.source_open && state.type_path);
        let mut typing = false;
        for _ in 0..3 {
            let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
                for command in explorer.draw(ui) {
                    run(&mut explorer, ui.ctx(), command);
                }
                afterwards(&mut explorer, ui.ctx());
                typing |= ui.ctx().text_edit_focused();
            });
            // Nobody uploads them here.
            output.textures_delta.clear();
        }
        assert!(typing, "the field has the keyboard");
        assert!(!explorer.state.type_path);
        // A dialog of the program has its own field.
        explorer.sessions.ask(&explorer.state);
        no_dialog(&mut explorer);
        assert!(!explorer.state.type_path);
    }
}
