//! What is round the tabs: messages and their places, the path field, the choice of an array, and
//! what a restart remembers.

use std::io::Write;
use std::path::Path;

use eframe::egui::{Key, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use localized_lora::app::Explorer;
use localized_lora::app::command::Command;
use localized_lora::app::state::{Message, Preferences, Tab};
use localized_lora::app::tabs::finetune::action::{SweepAction, TAB as SWEEP_TAB};
use localized_lora::experiment::Experiment;
use localized_lora::finetune::Layout;
use localized_lora::source::{Limits, Source};

use super::{drop_file, settle, window, window_with};

fn run(harness: &mut Harness<'static, Explorer>, command: Command) {
    let ctx = harness.ctx.clone();
    harness.state_mut().run(&ctx, command);
    settle(harness);
}

/// Opens what is typed into the path field, as Enter does.
fn enter(harness: &mut Harness<'static, Explorer>, text: &str) {
    let field = harness.get_by_role_and_label(Role::TextInput, "path or source");
    field.focus();
    settle(harness);
    harness
        .get_by_role_and_label(Role::TextInput, "path or source")
        .set_text_value_accesskit(text);
    settle(harness);
    harness.key_press(Key::Enter);
    settle(harness);
}

#[test]
fn a_wrong_path_is_told_beneath_its_field_until_it_is_changed() {
    let mut harness = window();
    enter(&mut harness, "no-such-file.png");
    let said = harness.get_by_label_contains(
        "File not found; check the spelling and the folder: no-such-file.png",
    );
    let field = harness.get_by_role_and_label(Role::TextInput, "path or source");
    let below = said.rect().top() - field.rect().bottom();
    assert!(
        (0.0..20.0).contains(&below),
        "{below} points below the field"
    );
    harness
        .get_by_role_and_label(Role::TextInput, "path or source")
        .set_text_value_accesskit("mnist:test:5");
    settle(&mut harness);
    assert!(harness.query_by_label_contains("File not found").is_none());
}

#[test]
fn a_message_stays_with_its_tab() {
    let mut harness = window();
    run(&mut harness, Command::Show(SWEEP_TAB));
    run(&mut harness, Command::CopyCommand);
    let Some(Message::Copied(copied)) = harness.state().state().message().cloned() else {
        panic!("no message");
    };
    assert!(copied.contains("localized-lora finetune"), "{copied}");
    run(&mut harness, Command::Show(Tab::HOME));
    assert_eq!(harness.state().state().message(), None);
    assert!(harness.query_by_label_contains("Copied: ").is_none());
    run(&mut harness, Command::Show(SWEEP_TAB));
    harness.get_by_label_contains("Copied: localized-lora finetune");
}

#[test]
fn a_failed_export_says_so_in_its_dialog_and_nowhere_after_it() {
    let mut harness = window();
    run(&mut harness, Command::Show(SWEEP_TAB));
    run(&mut harness, Command::Export);
    harness.get_by_label("Save").click();
    settle(&mut harness);
    harness.get_by_label_contains("press Run first");
    run(&mut harness, Command::Cancel);
    run(&mut harness, Command::Show(Tab::HOME));
    assert!(harness.query_by_label_contains("press Run first").is_none());
}

#[test]
fn the_status_line_is_as_high_with_a_message_as_without() {
    let mut harness = window();
    let lowest = |harness: &Harness<'_, Explorer>| {
        let plot = harness.get_by_role_and_label(Role::Image, "Singular values");
        plot.rect().bottom()
    };
    let before = lowest(&harness);
    for (text, told) in [("x", "Copied: x"), ("x\ny", "Copied to the clipboard")] {
        run(&mut harness, Command::CopyText(text.to_owned()));
        harness.get_by_label(told);
        assert_eq!(lowest(&harness), before);
    }
}

#[test]
fn typed_paths_are_read_as_people_paste_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a b.csv");
    std::fs::write(&path, "1,2,3\n2,4,6\n3,6,10\n").unwrap();
    let plain = path.display().to_string();
    let url = format!("file://{}", plain.replace(' ', "%20"));
    for text in [format!("\"{plain}\""), format!("'{plain}'"), url] {
        let mut harness = window();
        enter(&mut harness, &text);
        harness.get_by_label("3 × 3, numerical rank 2");
        let source = &harness.state().state().session().source;
        assert_eq!(*source, Source::from_path(&path), "{text}");
    }
}

/// An `.npz` with two matrices and a vector.
fn archive(path: &Path) {
    let npy = |shape: &str, values: &[f64]| {
        let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
        while (10 + header.len() + 1) % 64 != 0 {
            header.push(' ');
        }
        header.push('\n');
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        bytes
    };
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, shape, count) in [
        ("bias", "(4,)", 4),
        ("down", "(3, 4)", 12),
        ("up", "(5, 3)", 15),
    ] {
        let values: Vec<f64> = (0..count).map(|at| f64::from(at * at % 7)).collect();
        zip.start_file(format!("{name}.npy"), stored).unwrap();
        zip.write_all(&npy(shape, &values)).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn an_archive_with_several_arrays_offers_a_choice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.npz");
    archive(&path);
    let mut harness = window();
    drop_file(&mut harness, &path);
    harness.get_by_label("Choose an array of weights.npz");
    harness.get_by_label("down, 3 × 4, float64");
    // By keyboard: Tab to the third, Enter.
    for _ in 0..3 {
        harness.key_press(Key::Tab);
        harness.step();
    }
    harness.key_press(Key::Enter);
    settle(&mut harness);
    harness.get_by_label_contains("5 × 3, numerical rank");
    let wanted = Source::File {
        path: path.clone(),
        array: Some("up".to_owned()),
    };
    assert_eq!(harness.state().state().session().source, wanted);
    assert_eq!(harness.state().state().message(), None);
    // Leaving the choice opens nothing.
    drop_file(&mut harness, &path);
    run(&mut harness, Command::Cancel);
    assert!(harness.query_by_label_contains("Choose an array").is_none());
    assert_eq!(harness.state().state().session().source, wanted);
}

#[test]
fn a_start_on_an_archive_with_several_arrays_shows_the_digit_behind_the_choice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.npz");
    archive(&path);
    let mut preferences = Preferences::default();
    preferences.session.source = Source::from_path(&path);
    let harness = window_with(preferences);
    harness.get_by_label("Choose an array of weights.npz");
    assert!(harness.state().state().analysis.is_some());
}

#[test]
fn a_restart_returns_to_the_tab_that_was_open() {
    let mut harness = window();
    run(&mut harness, Command::Show(SWEEP_TAB));
    let preferences = harness.state().state().preferences.clone();
    let text = serde_json::to_string(&preferences).unwrap();
    let harness = window_with(serde_json::from_str(&text).unwrap());
    assert_eq!(harness.state().state().tab, SWEEP_TAB);
}

/// Where results cannot be kept, that is said until it is dismissed, and no later message hides it.
#[test]
fn a_warning_that_results_cannot_be_saved_stands_until_it_is_dismissed() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("no folder");
    std::fs::write(&blocked, "a file").unwrap();
    let experiment = Experiment {
        layouts: Some(vec![Layout::Lora]),
        ranks: Some(vec![2]),
        epochs: Some(1),
        ..Experiment::default()
    };
    let preferences = Preferences {
        experiment,
        tab: SWEEP_TAB.id().to_owned(),
        ..Preferences::default()
    };
    let mut harness = Harness::builder()
        .with_size([1360.0, 820.0])
        .with_max_steps(40)
        .build_eframe(move |context| {
            let file = Some(blocked.join("preferences.json"));
            Explorer::new(&context.egui_ctx, preferences, file, Limits::default())
        });
    settle(&mut harness);
    run(&mut harness, Command::Finetune(SweepAction::Train));
    let warnings = harness.state().state().notices.warnings().to_vec();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let Some(Message::Done(ended)) = harness.state().state().message().cloned() else {
        panic!("the sweep has ended");
    };
    harness.get_by_label_contains(&ended);
    // It stands in every tab, and after other messages.
    run(&mut harness, Command::Show(Tab::HOME));
    run(&mut harness, Command::CopyCommand);
    harness.get_by_label("Dismiss").click();
    settle(&mut harness);
    assert!(harness.state().state().notices.warnings().is_empty());
    assert!(harness.query_by_label("Dismiss").is_none());
}

#[test]
fn the_path_field_stays_where_it_is_whatever_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("colour.ppm");
    std::fs::write(&picture, "P3\n2 2\n255\n9 0 0 0 9 0 0 0 9 9 9 0\n").unwrap();
    let mut harness = window();
    let place = |harness: &Harness<'static, Explorer>| {
        let field = harness.get_by_role_and_label(Role::TextInput, "path or source");
        field.rect().min
    };
    let before = place(&harness);
    drop_file(&mut harness, &picture);
    harness.get_by_role_and_label(Role::CheckBox, "Colour");
    assert_eq!(place(&harness), before);
}

#[test]
fn what_is_typed_is_opened_or_subtracted() {
    let mut harness = window();
    let minus = harness.get_by_role_and_label(Role::Button, "Subtract");
    assert!(minus.accesskit_node().is_disabled());
    let field = harness.get_by_role_and_label(Role::TextInput, "path or source");
    field.focus();
    field.type_text("mnist:test:7");
    settle(&mut harness);
    harness
        .get_by_role_and_label(Role::Button, "Subtract")
        .click();
    settle(&mut harness);
    let session = harness.state().state().session();
    assert_eq!(session.source.to_string(), "mnist:test:1");
    let subtracted = session.subtract.as_ref().map(Source::to_string);
    assert_eq!(subtracted.as_deref(), Some("mnist:test:7"));
}
