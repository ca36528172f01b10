//! The export dialog makes figures for print: previews, sizes on paper, several views together.

use std::path::Path;

use assert_cmd::Command as Program;
use eframe::egui::{self, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use localized_lora::app::Explorer;
use localized_lora::app::command::{CaptionForm, Command};
use localized_lora::app::state::{Message, Preferences, ThemeChoice};
use localized_lora::figure::Paper;

use super::pictures::compare;
use super::{plain, settle, window_of, window_with};

const TOGETHER: &str = "Several views in one figure";

fn open(harness: &mut Harness<'static, Explorer>) {
    let ctx = harness.ctx.clone();
    harness.state_mut().run(&ctx, Command::Export);
    settle(harness);
}

fn type_into(harness: &mut Harness<'static, Explorer>, field: &str, text: &str) {
    harness
        .get_by_role_and_label(Role::TextInput, field)
        .set_text_value_accesskit(text);
    settle(harness);
}

fn press(harness: &mut Harness<'static, Explorer>, name: &str) {
    let button = harness.get_all_by_role_and_label(Role::Button, name);
    button.last().expect("in the dialog").click();
    settle(harness);
}

fn copied(harness: &Harness<'static, Explorer>) -> String {
    match harness.state().state().message() {
        Some(Message::Copied(text)) => text.clone(),
        other => panic!("{other:?}"),
    }
}

/// On paper of one column of a journal.
fn on_paper(width: f64) -> Preferences {
    Preferences {
        paper: Paper {
            width: Some(width),
            ..Paper::default()
        },
        ..plain()
    }
}

#[test]
fn the_preview_has_the_size_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = window_with(on_paper(89.0));
    open(&mut harness);
    harness.get_by_label_contains("Preview of the figure, 89.0 ×");
    // A text is shown as it is.
    harness.get_by_label("LaTeX").click();
    settle(&mut harness);
    harness.get_by_label_contains("\\begin{tabular}");
    assert!(
        harness
            .query_by_label_contains("Preview of the figure")
            .is_none()
    );
    harness.get_by_label("SVG").click();
    settle(&mut harness);
    // Another view is drawn anew, at the same width.
    harness
        .get_by_role_and_label(Role::RadioButton, "Error against parameters")
        .click();
    settle(&mut harness);
    harness.get_by_label_contains("Preview of the figure, 89.0 ×");
    let path = folder.path().join("curve.svg");
    type_into(&mut harness, "file to write", &path.display().to_string());
    press(&mut harness, "Save");
    let svg = std::fs::read_to_string(&path).unwrap();
    let height = svg.split(r#"height=""#).nth(1).unwrap();
    let height: f64 = height.split("mm").next().unwrap().parse().unwrap();
    assert!(svg.contains(r#"width="89mm""#));
    open(&mut harness);
    harness.get_by_label(&format!(
        "Preview of the figure, 89.0 × {height:.1} mm on paper"
    ));
}

#[test]
fn several_views_are_what_the_copied_command_makes() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = window_with(on_paper(183.0));
    open(&mut harness);
    harness
        .get_by_role_and_label(Role::RadioButton, TOGETHER)
        .click();
    settle(&mut harness);
    assert!(harness.query_by_label("CSV").is_none(), "a picture only");
    type_into(&mut harness, "Further rows", "mnist:test:7");
    let path = folder.path().join("figure.svg");
    type_into(&mut harness, "file to write", &path.display().to_string());
    press(&mut harness, "Copy as command");
    let mut words = shlex::split(&copied(&harness)).unwrap();
    assert_eq!(words.remove(0), "localized-lora");
    assert_eq!(words[0], "compose");
    press(&mut harness, "Save");
    let window = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let mut program = Program::cargo_bin("localized-lora").unwrap();
    let output = program.args(&words).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let command_line = std::fs::read(&path).unwrap();
    assert!(window == command_line, "{words:?}");
}

#[test]
fn a_wrong_source_of_a_further_row_is_told() {
    let mut harness = window_with(plain());
    open(&mut harness);
    harness
        .get_by_role_and_label(Role::RadioButton, TOGETHER)
        .click();
    settle(&mut harness);
    type_into(&mut harness, "Further rows", "mnist:test:99999");
    assert!(harness.get_all_by_label_contains("99999").count() >= 1);
    type_into(&mut harness, "Further rows", "mnist:test:2");
    harness.get_by_label_contains("Preview of the figure");
}

#[test]
fn the_caption_is_the_same_as_the_command_line_prints() {
    let mut harness = window_with(plain());
    open(&mut harness);
    let ctx = harness.ctx.clone();
    let mut program = Program::cargo_bin("localized-lora").unwrap();
    let line = ["approximate", "mnist:test:1", "--latex-caption"];
    let printed = program.args(line).output().unwrap().stdout;
    let latex = Command::CopyCaption(CaptionForm::Latex);
    harness.state_mut().run(&ctx, latex);
    settle(&mut harness);
    assert_eq!(
        copied(&harness),
        String::from_utf8(printed).unwrap().trim_end()
    );
}

/// Everything is in the window and can be used at 1024 × 700, also at 200 %.
#[test]
fn the_dialog_fits_into_small_windows() {
    for zoom in [1.0, 2.0] {
        let preferences = Preferences { zoom, ..plain() };
        let mut harness = window_of([1024.0 / zoom, 700.0 / zoom], preferences);
        open(&mut harness);
        for together in [false, true] {
            if together {
                let radio = harness.get_by_role_and_label(Role::RadioButton, TOGETHER);
                radio.scroll_to_me();
                settle(&mut harness);
                harness
                    .get_by_role_and_label(Role::RadioButton, TOGETHER)
                    .click();
                settle(&mut harness);
            }
            let window = harness.ctx.content_rect();
            for name in ["Save", "Close", "Copy as command", "Copy caption"] {
                let buttons = harness.get_all_by_role_and_label(Role::Button, name);
                let rect = buttons.last().expect(name).rect();
                assert!(window.contains_rect(rect), "{name} at {zoom}: {rect:?}");
            }
            let field = harness.get_by_role_and_label(Role::TextInput, "file to write");
            assert!(window.contains_rect(field.rect()), "path at {zoom}");
        }
    }
}

fn picture(theme: ThemeChoice, size: egui::Vec2, zoom: f32, name: &str) {
    let preferences = Preferences {
        theme,
        zoom,
        // The path is the same on every machine.
        export_folder: Some(Path::new("/figures").to_path_buf()),
        ..on_paper(183.0)
    };
    let mut harness = window_of((size / zoom).into(), preferences);
    open(&mut harness);
    harness
        .get_by_role_and_label(Role::RadioButton, TOGETHER)
        .scroll_to_me();
    settle(&mut harness);
    harness
        .get_by_role_and_label(Role::RadioButton, TOGETHER)
        .click();
    settle(&mut harness);
    harness.run_steps(6);
    compare(&mut harness, name);
}

#[test]
fn the_dialog_in_light() {
    let size = egui::vec2(1440.0, 900.0);
    picture(ThemeChoice::Light, size, 1.0, "export_light");
}

#[test]
fn the_dialog_in_dark() {
    let size = egui::vec2(1440.0, 900.0);
    picture(ThemeChoice::Dark, size, 1.0, "export_dark");
}

#[test]
fn the_dialog_in_a_small_window() {
    let size = egui::vec2(1024.0, 700.0);
    picture(ThemeChoice::Light, size, 1.0, "export_light_small");
}

#[test]
fn the_dialog_at_200_percent() {
    let size = egui::vec2(1024.0, 700.0);
    picture(ThemeChoice::Dark, size, 2.0, "export_dark_at_200");
}
