//! Opening of matrices: what is opened, what comes of it, and what stays where nothing does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui;

use super::Explorer;
use super::command::Command;
use super::export::home;
use super::page::Page;
use super::sessions;
use super::state::{Act, Arriving, Message, State, Tab};
use super::tabs::approximate::view::gallery_follows;
use crate::analysis::Analysis;
use crate::session::Session;
use crate::source::{self, Dataset, NamedMatrix, Source};
use crate::store::{FoundJson, JsonKind};
use crate::workspace::{Opening, Workspace, is_session_file};

/// Tells of a session that could not be computed, unless its file holds several arrays.
pub fn failed(explorer: &mut Explorer, session: Option<&Session>, why: String) {
    let state = &mut explorer.state;
    if session.is_some_and(|session| session != state.latest_session()) {
        // One that was overtaken since is not what is waited for.
        return;
    }
    let opening = state.opening.take();
    keep_shown(state);
    let wanted = opening.as_ref().unwrap_or(state.session());
    if explorer.arrays.look(wanted, &why, &state.wake) {
        return;
    }
    refused(explorer, opening, why);
}

/// Settings whose numbers will not come are given up for those on screen.
pub fn keep_shown(state: &mut State) {
    if let Some(analysis) = &state.analysis
        && analysis.session.same_matrix(state.session())
    {
        state.preferences.session.settings = analysis.wanted.clone();
    }
}

/// Says why a session is not shown, near where it was asked for.
pub fn refused(explorer: &mut Explorer, session: Option<Session>, why: String) {
    forget_arriving(&mut explorer.state);
    let instead = fall_back(explorer, session);
    let state = &mut explorer.state;
    let why = match instead {
        true => format!("{why} (the paper's digit is shown with your settings)"),
        false => why,
    };
    let (tab, act) = (Tab::HOME, state.opened_by);
    state.notices.say(tab, act, Message::Error(why));
}

/// Shows something where nothing is on screen yet: the session that was left, else the paper's
/// digit with the user's settings; whether it is the digit.
pub fn fall_back(explorer: &mut Explorer, failed: Option<Session>) -> bool {
    let session = &mut explorer.state.preferences.session;
    let failed = failed.unwrap_or_else(|| session.clone());
    let paper = Session::default();
    if explorer.state.analysis.is_some() || failed == paper {
        return false;
    }
    let digit = failed.same_matrix(session);
    if failed.same_matrix(&paper) {
        *session = paper;
    } else if digit {
        *session = Session {
            settings: std::mem::take(&mut session.settings),
            ..paper
        };
    }
    explorer.request();
    digit
}

/// Shows an answer; the session that was being opened becomes the one on screen.
pub fn accept(explorer: &mut Explorer, analysis: Arc<Analysis>) {
    let state = &mut explorer.state;
    if let Some(opening) = state
        .opening
        .take_if(|opening| analysis.session.same_matrix(opening))
    {
        let first = state.analysis.is_none();
        state.preferences.session = opening;
        let arriving = state.arriving.take();
        let arriving = arriving.filter(|one| analysis.session.same_matrix(&one.workspace.session));
        if let Some(arriving) = &arriving {
            sessions::show(state, &arriving.workspace);
            if let Some(file) = &arriving.file {
                state.preferences.remember(file);
            }
        }
        if !first
            && arriving.is_none()
            && !matches!(
                analysis.session.source,
                Source::Digit { .. } | Source::Values(_)
            )
        {
            let text = analysis.session.source.to_string();
            state.preferences.remember(&text);
        }
        // The first is what was left, which answers nothing that was asked for since.
        for act in [Act::Path, Act::Open, Act::Other] {
            if !first {
                state.notices.settle(Tab::HOME, act);
            }
        }
    }
    // What was done before is old news beside new numbers.
    state.notices.forget_done(Tab::HOME);
    gallery_follows(
        &mut state.preferences.view,
        state.analysis.as_deref(),
        &analysis,
    );
    state.analysis = Some(analysis);
}

/// Takes over a session that the user changed.
pub fn change(explorer: &mut Explorer, mut session: Session) {
    let state = &mut explorer.state;
    let latest = state.latest_session();
    // An order was found for one matrix; another one is looked at as it is.
    let of_another = session.source != latest.source || session.subtract != latest.subtract;
    if of_another && session.order == latest.order {
        session.order = None;
    }
    if !session.same_matrix(latest) {
        forget_arriving(state);
        state.opening = Some(session);
        state.opened_by = Act::Open;
        explorer.arrays.forget();
    } else if let Some(opening) = &mut state.opening {
        opening.settings = session.settings;
    } else {
        state.preferences.session = session;
    }
    explorer.request();
}

/// Opens what was named: a matrix, a whole session, or the file of another tab.
///
/// # Errors
/// What a JSON file is that is none of these.
fn open_any(explorer: &mut Explorer, opening: Opening) -> Result<(), String> {
    match opening {
        Opening::Source(Source::File { path, array: None }) => {
            match (taken(explorer, &path, None), JsonKind::of(&path)) {
                (Some((tab, command)), _) => hand_over(explorer, tab, &command),
                // A session under another name.
                (None, Some(JsonKind::Session)) => {
                    explorer.sessions.read(path, &explorer.state.wake);
                }
                // JSON is never a matrix.
                (None, Some(_)) => {
                    let found = FoundJson::of(&path).map(|found| found.refusal());
                    let why = found.unwrap_or_default();
                    return Err(format!("{why}: {}", path.display()));
                }
                (None, None) => open(explorer, Source::File { path, array: None }),
            }
        }
        Opening::Source(source) => open(explorer, source),
        Opening::File(path) => explorer.sessions.read(path, &explorer.state.wake),
        Opening::Workspace(workspace) => show_session(explorer, *workspace, None),
    }
    Ok(())
}

/// As [`open_any`]; what is refused is told in the open tab.
pub fn open_named(explorer: &mut Explorer, opening: Opening) {
    if let Err(why) = open_any(explorer, opening) {
        explorer.state.fail(why);
    }
}

/// Shows a whole session, once its matrix is there; what is on screen stays until then, and only then
/// its `file` is one of the recent ones.
pub fn show_session(explorer: &mut Explorer, workspace: Workspace, file: Option<&Path>) {
    let state = &mut explorer.state;
    forget_arriving(state);
    let before = std::mem::replace(&mut state.preferences.max_pixels, workspace.max_pixels);
    let session = workspace.session.clone();
    let here = session.same_matrix(state.latest_session()) && before == workspace.max_pixels;
    let file = file.map(|file| file.display().to_string());
    if here && state.opening.is_none() {
        sessions::show(state, &workspace);
        if let Some(file) = &file {
            state.preferences.remember(file);
        }
        return change(explorer, session);
    }
    state.arriving = Some(Box::new(Arriving {
        workspace,
        file,
        max_pixels: before,
    }));
    state.opening = Some(session);
    state.opened_by = Act::Open;
    // Where it is told what is being read, and why it could not be.
    state.tab = Tab::HOME;
    explorer.limits.max_pixels = explorer.state.preferences.max_pixels;
    explorer.arrays.forget();
    explorer.request();
}

/// Gives a session up whose matrix does not come, and all that it brought.
pub fn forget_arriving(state: &mut State) {
    if let Some(arriving) = state.arriving.take() {
        state.preferences.max_pixels = arriving.max_pixels;
    }
}

/// Opens a source; what is on screen stays until it is there.
pub fn open(explorer: &mut Explorer, source: Source) {
    if let Source::File { path, array } = &source
        && path.is_dir()
        && (array.is_none() || !source::holds_weights(path))
    {
        return open_folder(explorer, path.clone());
    }
    let mut session = explorer.state.latest_session().clone();
    session.source = source;
    session.subtract = None;
    change(explorer, session);
}

/// Shows a tab and lets it open its own file: results, a scan, the folder of a model.
fn hand_over(explorer: &mut Explorer, tab: Tab, command: &Command) {
    let state = &mut explorer.state;
    state.tab = tab;
    if let Some(page) = explorer.pages.of(tab) {
        page.run(command, state, &mut Vec::new());
    }
}

/// The tab that knows such files and its command for this one; the `open` tab is asked first, and takes more.
fn taken(explorer: &Explorer, path: &Path, open: Option<Tab>) -> Option<(Tab, Command)> {
    if !path.exists() {
        return None;
    }
    let mut pages: Vec<&dyn Page> = explorer.pages.iter().collect();
    pages.sort_by_key(|page| Some(page.tab()) != open);
    pages.into_iter().find_map(|page| {
        let command = page.takes(path, Some(page.tab()) == open)?;
        Some((page.tab(), command))
    })
}

pub fn subtract(explorer: &mut Explorer, source: Source) {
    let mut session = explorer.state.latest_session().clone();
    session.subtract = Some(source);
    change(explorer, session);
}

pub fn open_folder(explorer: &mut Explorer, path: PathBuf) {
    let dataset = Dataset::Folder(path);
    let split = source::half_there(&dataset, explorer.state.preferences.view.split);
    open(
        explorer,
        Source::Digit {
            dataset,
            split,
            index: 0,
        },
    );
}

/// Opens what a person typed or pasted: a path in any form, a SOURCE as on the command line, or the
/// link text of a session.
pub fn open_text(explorer: &mut Explorer, text: &str) {
    explorer.state.notices.settle(Tab::HOME, Act::Path);
    match Opening::typed(text, home().as_deref()) {
        Ok(Opening::Source(Source::StandardInput)) => refuse_standard_input(explorer),
        Ok(opening) => match open_any(explorer, opening) {
            Ok(()) => explorer.state.opened_by = Act::Path,
            Err(why) => refuse_text(explorer, why),
        },
        Err(why) => refuse_text(explorer, why.to_string()),
    }
}

/// Subtracts what a person typed.
pub fn subtract_text(explorer: &mut Explorer, text: &str) {
    explorer.state.notices.settle(Tab::HOME, Act::Path);
    match Source::typed(text, home().as_deref()) {
        Ok(Source::StandardInput) => refuse_standard_input(explorer),
        Ok(source) => {
            subtract(explorer, source);
            explorer.state.opened_by = Act::Path;
        }
        Err(why) => refuse_text(explorer, why.to_string()),
    }
}

fn refuse_standard_input(explorer: &mut Explorer) {
    let why = "The window reads standard input only when it is started as localized-lora -";
    refuse_text(explorer, why.to_owned());
}

fn refuse_text(explorer: &mut Explorer, why: String) {
    let notices = &mut explorer.state.notices;
    notices.say(Tab::HOME, Act::Path, Message::Error(why));
}

/// The command that opens the first of the files dropped on the window: in the open tab, another that knows such
/// files, or as a matrix.
pub fn dropped(explorer: &mut Explorer, ctx: &egui::Context) -> Option<Command> {
    let path = ctx.input(|input| {
        let file = input.raw.dropped_files.first()?;
        Some(file.path().to_path_buf())
    })?;
    // A session brings its own tab.
    if is_session_file(&path) {
        return Some(Command::OpenPath(path));
    }
    if let Some((tab, command)) = taken(explorer, &path, Some(explorer.state.tab)) {
        explorer.state.tab = tab;
        return Some(command);
    }
    if JsonKind::of(&path).is_none() {
        explorer.state.tab = Tab::HOME;
    }
    Some(Command::OpenPath(path))
}

/// The clipboard's picture, else its text as a table or a path.
pub fn paste(explorer: &mut Explorer) {
    let nothing = "the clipboard holds no picture, table or path; copy one and paste again";
    let Ok(mut clipboard) = arboard::Clipboard::new() else {
        return explorer.state.fail(
            "the clipboard cannot be read on this system; save the picture and open the file",
        );
    };
    let loaded = match (clipboard.get_image(), clipboard.get_text()) {
        (Ok(image), _) => source::from_rgba(
            "pasted picture",
            image.width,
            image.height,
            &image.bytes,
            &explorer.limits,
        ),
        (_, Ok(text)) if text.trim().lines().count() == 1 && !text.contains([',', ';', '\t']) => {
            return open_text(explorer, text.trim());
        }
        (_, Ok(text)) if !text.trim().is_empty() => {
            source::load_bytes("pasted table.csv", text.as_bytes(), &explorer.limits)
        }
        _ => return explorer.state.fail(nothing),
    };
    match loaded.and_then(|loaded| NamedMatrix::new(loaded.name, loaded.matrix)) {
        Ok(named) => open(explorer, Source::Values(Arc::new(named))),
        Err(why) => explorer.state.fail(why.to_string()),
    }
}
