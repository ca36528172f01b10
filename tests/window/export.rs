//! The export dialog.

use eframe::egui::{self, Key, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use localized_lora::app::Explorer;
use localized_lora::app::command::Command;
use localized_lora::app::state::{Message, Preferences};

use super::{settle, window, window_with};

fn open(harness: &mut Harness<'static, Explorer>) {
    let ctx = harness.ctx.clone();
    harness.state_mut().run(&ctx, Command::Export);
    settle(harness);
}

fn preferences_in(folder: &tempfile::TempDir) -> Preferences {
    Preferences {
        export_folder: Some(folder.path().to_path_buf()),
        ..crate::plain()
    }
}

/// Replaces the path and waits for what the dialog says of it.
fn type_path(harness: &mut Harness<'static, Explorer>, text: &str) {
    harness
        .get_by_role_and_label(Role::TextInput, "file to write")
        .set_text_value_accesskit(text);
    settle(harness);
}

fn done(harness: &Harness<'_, Explorer>) -> String {
    match harness.state().state().message() {
        Some(Message::Done(text)) => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn enter_saves_the_offered_name_and_offers_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = window_with(preferences_in(&folder));
    open(&mut harness);
    // Views and choices are all seen at once, over the buttons.
    let save = harness.get_by_label("Save").rect();
    for (role, name) in [
        (Role::RadioButton, "Several views in one figure"),
        (Role::RadioButton, "PDF"),
        (Role::SpinButton, "Resolution"),
    ] {
        let place = harness.get_by_role_and_label(role, name).rect();
        assert!(place.bottom() < save.top(), "{name}: {place:?}, {save:?}");
    }
    let path = folder.path().join("mine.png");
    type_path(&mut harness, &path.display().to_string());
    harness.key_press(Key::Enter);
    settle(&mut harness);
    assert!(std::fs::read(&path).unwrap().starts_with(b"\x89PNG"));
    assert_eq!(done(&harness), format!("wrote {}", path.display()));
    // The dialog says so and stays for another format; Escape closes it, and the next one offers the
    // same name and says that it is taken.
    harness.get_by_label(&format!("Saved {}", path.display()));
    // With another choice it would be another file.
    harness
        .get_by_role_and_label(Role::RadioButton, "Dark")
        .click();
    settle(&mut harness);
    harness.get_by_label_contains("Replaces the existing file");
    harness
        .get_by_role_and_label(Role::RadioButton, "Light")
        .click();
    settle(&mut harness);
    harness
        .get_by_role_and_label(Role::RadioButton, "SVG")
        .click();
    settle(&mut harness);
    harness.get_by_label_contains("Writes ");
    harness.get_by_label("Save").click();
    settle(&mut harness);
    assert!(
        std::fs::read(path.with_extension("svg"))
            .unwrap()
            .starts_with(b"<")
    );
    harness
        .get_by_role_and_label(Role::RadioButton, "PNG")
        .click();
    settle(&mut harness);
    harness.key_press(Key::Escape);
    settle(&mut harness);
    assert!(harness.query_by_label("Format").is_none());
    open(&mut harness);
    harness.get_by_label_contains("Replaces the existing file");
    harness.get_by_label("Replace");
    // Another figure has a name of its own.
    harness
        .get_by_role_and_label(Role::RadioButton, "Singular values")
        .click();
    settle(&mut harness);
    harness.get_by_label_contains("singular-values.png");
}

#[test]
fn a_removed_ending_is_put_back_and_shown_before_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = window_with(preferences_in(&folder));
    open(&mut harness);
    harness.get_by_label("PDF").click();
    settle(&mut harness);
    type_path(
        &mut harness,
        &folder.path().join("fig").display().to_string(),
    );
    let path = folder.path().join("fig.pdf");
    harness.get_by_label(&format!("Writes {}", path.display()));
    harness.get_by_label("Save").click();
    settle(&mut harness);
    assert!(std::fs::read(&path).unwrap().starts_with(b"%PDF"));
}

#[test]
fn an_empty_name_is_told_in_the_dialog_and_nothing_is_written() {
    let mut harness = window();
    open(&mut harness);
    type_path(&mut harness, "");
    harness.get_by_label("No file is named; type a name");
    harness.key_press(Key::Enter);
    settle(&mut harness);
    harness.get_by_label("Format");
    assert_eq!(harness.state().state().message(), None);
}

#[test]
fn the_dialog_keeps_its_place_whatever_is_chosen() {
    let mut harness = window();
    open(&mut harness);
    let place = |harness: &Harness<'_, Explorer>| {
        ["Save", "Close"].map(|name| harness.get_by_label(name).rect())
    };
    let before = place(&harness);
    for choice in ["SVG", "CSV", "JSON", "PNG", "Singular values", "Dark"] {
        harness
            .get_by_role_and_label(Role::RadioButton, choice)
            .click();
        settle(&mut harness);
        harness.run_steps(3);
        assert_eq!(place(&harness), before, "{choice}");
    }
}

/// A menu that was open before lies above the dialog that opens again.
#[test]
fn menus_answer_each_time_the_dialog_is_open() {
    let mut harness = window();
    for (width, millimetres) in [("Nature, one column", 89), ("Nature, two columns", 183)] {
        open(&mut harness);
        harness
            .get_by_role_and_label(Role::ComboBox, "Width")
            .click();
        settle(&mut harness);
        harness
            .get_by_label(&format!("{width} ({millimetres} mm)"))
            .click();
        settle(&mut harness);
        harness.get_by_label("Save");
        let chosen = harness
            .get_by_role_and_label(Role::ComboBox, "Width")
            .value();
        assert_eq!(chosen.as_deref(), Some(width));
        harness.key_press(Key::Escape);
        settle(&mut harness);
        assert!(harness.query_by_label("Save").is_none());
    }
}

#[test]
fn a_figure_that_must_be_measured_is_measured_and_then_saved() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = window_with(preferences_in(&folder));
    open(&mut harness);
    harness
        .get_by_role_and_label(Role::RadioButton, "Errors over the data set")
        .click();
    settle(&mut harness);
    let path = folder.path().join("data-set.csv");
    type_path(&mut harness, &path.display().to_string());
    harness.get_by_label("Save").click();
    harness.step();
    harness.step();
    harness.get_by_label_contains("Measuring all images");
    settle(&mut harness);
    let table = std::fs::read_to_string(&path).unwrap();
    assert!(table.contains("lora,r = 4,0.2315"), "{table}");
    // The plot that was in front stays there.
    let view = &harness.state().state().preferences.view;
    assert_eq!(view.second, crate::plain().view.second);
}

#[test]
fn what_is_measured_for_an_export_can_be_cancelled() {
    let mut harness = window();
    open(&mut harness);
    harness
        .get_by_role_and_label(Role::RadioButton, "Errors over the data set")
        .click();
    settle(&mut harness);
    harness.get_by_label("Save").click();
    harness.step();
    harness.step();
    harness.get_by_label("Cancel").click();
    settle(&mut harness);
    assert!(!harness.state().busy());
    harness.get_by_label("Save");
}

#[test]
fn the_path_has_the_focus_when_the_dialog_opens() {
    let mut harness = window();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::E);
    settle(&mut harness);
    let field = harness.get_by_role_and_label(Role::TextInput, "file to write");
    assert!(field.is_focused());
}

#[test]
fn tables_are_written_as_latex_and_markdown_as_the_command_line_prints_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = window_with(preferences_in(&folder));
    open(&mut harness);
    type_path(
        &mut harness,
        &folder.path().join("one.png").display().to_string(),
    );
    for (name, ending, option) in [
        ("LaTeX", "tex", "--latex"),
        ("Markdown", "md", "--markdown"),
    ] {
        let choice = harness.get_by_role_and_label(Role::RadioButton, name);
        choice.click();
        settle(&mut harness);
        harness.get_by_label("Save").click();
        settle(&mut harness);
        let written = std::fs::read(folder.path().join(format!("one.{ending}"))).unwrap();
        let program = std::process::Command::new(env!("CARGO_BIN_EXE_localized-lora"))
            .args(["approximate", "mnist:test:1", option])
            .output()
            .unwrap();
        assert!(program.status.success(), "{program:?}");
        let [written, printed] =
            [written, program.stdout].map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(written, printed, "{option}");
    }
    // The height on paper follows from the width.
    harness.get_by_label("× 97.5 mm");
}
