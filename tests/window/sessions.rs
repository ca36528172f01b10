//! Whole sessions: saved, opened, copied and pasted; nothing is half applied.

use eframe::egui::{Event, Key, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use localized_lora::app::Explorer;
use localized_lora::app::command::Command;
use localized_lora::app::sessions::{action::SessionAction, in_view};
use localized_lora::app::state::{Message, Preferences};
use localized_lora::figure::palette::{ColorMap, Gradient};
use localized_lora::session::Session;
use localized_lora::source::Source;
use localized_lora::views::data_set;
use localized_lora::workspace::{Workspace, load, save};

use super::{drop_file, settle, window, window_with};

type Window = Harness<'static, Explorer>;

fn run(harness: &mut Window, action: SessionAction) {
    let ctx = harness.ctx.clone();
    harness.state_mut().run(&ctx, Command::Session(action));
    settle(harness);
}

/// Preferences that differ from the usual ones in everything that a session holds.
fn unusual() -> Preferences {
    let mut preferences = crate::plain();
    preferences.session.source = "mnist:test:38".parse().unwrap();
    preferences.session.transform.shift = (1, 2);
    preferences.session.settings.show_adaptive = true;
    preferences.session.settings.localized.grid = 4;
    preferences.view.error_maps = true;
    preferences.view.map = ColorMap::Gradient(Gradient::Magma);
    preferences.view.block_lines = false;
    preferences.view.log_error = true;
    preferences.view.log_parameters = Some(true);
    preferences.view.second = &data_set::VIEW;
    preferences.max_pixels = 1_000_000;
    preferences
}

#[test]
fn everything_in_view_is_saved_and_comes_back_by_a_drop() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = window_with(unusual());
    let shown = in_view(harness.state().state());
    let modifiers = eframe::egui::Modifiers::COMMAND;
    harness.key_press_modifiers(modifiers, Key::S);
    settle(&mut harness);
    let path = folder.path().join("talk");
    harness
        .get_by_role_and_label(Role::TextInput, "file to write")
        .set_text_value_accesskit(&path.display().to_string());
    settle(&mut harness);
    harness.get_by_label("Save").click();
    settle(&mut harness);
    let path = folder.path().join("talk.llora.json");
    harness.get_by_label(&format!("Saved {}", path.display()));
    assert_eq!(load(&path).unwrap(), shown);
    let mut other = window();
    drop_file(&mut other, &path);
    assert_eq!(in_view(other.state().state()), shown);
    let settings = &other.state().state().analysis.as_ref().unwrap().wanted;
    assert_eq!(settings, &shown.session.settings);
    assert_eq!(
        other.state().state().preferences.recent[0],
        path.display().to_string()
    );
}

#[test]
fn a_link_text_opens_wherever_it_is_pasted() {
    let mut harness = window_with(unusual());
    let shown = in_view(harness.state().state());
    run(&mut harness, SessionAction::CopyLink);
    let line = shown.to_link_text().unwrap();
    let mut other = window();
    // A text field has the keyboard, and does not get the text.
    let field = other.get_by_role_and_label(Role::TextInput, "path or source");
    field.focus();
    settle(&mut other);
    other.event(Event::Paste(format!(" {line}\n")));
    settle(&mut other);
    assert_eq!(in_view(other.state().state()), shown);
    assert!(other.state().state().path_field.is_empty());
}

#[test]
fn a_session_whose_matrix_is_gone_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gone.llora.json");
    let gone = Workspace {
        session: Session {
            source: Source::from_path(folder.path().join("gone.csv")),
            ..Session::default()
        },
        max_pixels: 5000,
        ..in_view(window_with(unusual()).state().state())
    };
    save(&path, &gone).unwrap();
    let mut harness = window();
    let before = harness.state().state().preferences.clone();
    drop_file(&mut harness, &path);
    let state = harness.state().state();
    assert_eq!(state.preferences, before);
    let Some(Message::Error(why)) = state.message() else {
        panic!("{:?}", state.message());
    };
    assert!(why.contains("gone.csv"), "{why}");
    assert!(state.opening.is_none() && state.arriving.is_none());
}

#[test]
fn a_session_opens_under_any_name() {
    let folder = tempfile::tempdir().unwrap();
    let shown = in_view(window_with(unusual()).state().state());
    let path = folder.path().join("talk.json");
    save(&path, &shown).unwrap();
    let mut other = window();
    drop_file(&mut other, &path);
    assert_eq!(in_view(other.state().state()), shown);
}

#[test]
fn what_is_no_session_gets_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = window();
    let before = harness.state().state().preferences.clone();
    for (text, part) in [
        (
            r#"{"localized_lora": "session", "version": 9}"#,
            "newer version",
        ),
        (r#"{"localized_lora": "sess"#, "damaged"),
        ("1,2\n3,4\n", "this is no session"),
    ] {
        let path = folder.path().join("bad.llora.json");
        std::fs::write(&path, text).unwrap();
        drop_file(&mut harness, &path);
        let Some(Message::Error(why)) = harness.state().state().message() else {
            panic!("{:?}", harness.state().state().message());
        };
        assert!(why.contains(part), "{why}");
    }
    harness.event(Event::Paste("llora:1:AAAA".to_owned()));
    settle(&mut harness);
    harness.get_by_label_contains("a part of the line is missing");
    assert_eq!(harness.state().state().preferences, before);
}
