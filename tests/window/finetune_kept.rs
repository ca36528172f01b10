//! Nothing that was trained is lost at a click, and the tab says so truly.

use std::path::{Path, PathBuf};

use eframe::egui::{self, Key, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use localized_lora::app::Explorer;
use localized_lora::experiment::{Experiment, ResultsFile, load};
use localized_lora::finetune::Layout;
use serde_json::Value;

use super::finetune::{button, only_file, results, small, tab, timeless};
use super::{settle, sweep_of};

type Window = Harness<'static, Explorer>;

/// LoRA alone: two runs with full fine-tuning.
fn smaller() -> Experiment {
    Experiment {
        layouts: Some(vec![Layout::Lora]),
        ..small()
    }
}

fn tick(harness: &mut Window, layout: Layout) {
    let name = layout.name();
    // The plot's legend has the same names, after the controls.
    let mut boxes = harness.query_all_by_role_and_label(Role::CheckBox, name);
    boxes.next().expect("a box per layout").click();
    drop(boxes);
    settle(harness);
}

fn run(harness: &mut Window) {
    button(harness, "Run");
    harness.step();
    settle(harness);
}

fn said(harness: &Window) -> String {
    match harness.state().state().message().cloned() {
        Some(message) => format!("{message:?}"),
        None => String::new(),
    }
}

fn preferences_in(folder: &Path) -> PathBuf {
    folder.join("preferences.json")
}

#[test]
fn a_ticked_layout_keeps_the_runs_there_are_and_trains_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    for file in [None, Some(preferences_in(folder.path()))] {
        let mut harness = tab(smaller(), file.clone());
        run(&mut harness);
        harness.get_by_label("All 2 runs done");
        let first = results(&harness);
        tick(&mut harness, Layout::LocalizedGrid);
        harness.get_by_label("2 of 3 runs done; press Run to continue");
        run(&mut harness);
        harness.get_by_label("All 3 runs done");
        let both = results(&harness);
        for run in first.all_runs() {
            // With the time that it took: it was not trained again.
            assert_eq!(both.find(&run.key), Some(run));
        }
        // Back again, nothing is left to train.
        tick(&mut harness, Layout::LocalizedGrid);
        harness.get_by_label("All 2 runs done");
        tick(&mut harness, Layout::LocalizedGrid);
        tick(&mut harness, Layout::Lora);
        assert_eq!(results(&harness).all_runs().count(), 2);
        // What the command line trains is the same, bit for bit.
        let data = small().data().unwrap();
        let go_on = |_| std::ops::ControlFlow::Continue(());
        let alone =
            localized_lora::finetune::sweep(&data, &small().settings(), None, &go_on).unwrap();
        assert_eq!(timeless(alone), timeless(both));
        if file.is_some() {
            // And another window finds the runs of both sweeps for a third.
            drop(harness);
            let third = Experiment {
                layouts: Some(vec![Layout::LocalizedGrid]),
                ..small()
            };
            let harness = tab(third, file);
            harness.get_by_label("All 2 runs done");
        }
    }
}

#[test]
fn a_reset_is_undone_with_all_that_was_trained() {
    let folder = tempfile::tempdir().unwrap();
    for file in [None, Some(preferences_in(folder.path()))] {
        let mut harness = tab(small(), file.clone());
        assert!(harness.query_by_label("Undo reset").is_none());
        run(&mut harness);
        let trained = results(&harness);
        button(&harness, "Reset");
        settle(&mut harness);
        harness.get_by_label("Nothing trained yet");
        assert!(said(&harness).contains("Undo reset"), "{}", said(&harness));
        button(&harness, "Undo reset");
        settle(&mut harness);
        assert_eq!(results(&harness), trained);
        assert!(harness.query_by_label("Undo reset").is_none());
        if file.is_some() {
            assert_eq!(load(&only_file(folder.path())).unwrap(), trained);
        }
        // A second reset keeps a file of its own.
        for _ in 0..2 {
            button(&harness, "Reset");
            settle(&mut harness);
            run(&mut harness);
            assert_eq!(timeless(results(&harness)), timeless(trained.clone()));
        }
        if file.is_some() {
            let files = std::fs::read_dir(folder.path().join("sweeps")).unwrap();
            assert_eq!(files.count(), 3);
        }
    }
}

#[test]
fn runs_that_cannot_be_kept_are_said_to_be_lost_until_they_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    // A file where the folder should be.
    let blocked = folder.path().join("settings");
    std::fs::write(&blocked, "").unwrap();
    let mut harness = tab(small(), Some(preferences_in(&blocked)));
    harness.get_by_label_contains("Every run is kept as it ends");
    run(&mut harness);
    harness.get_by_label("All 3 runs done");
    // In the panel, and as a warning that stands.
    let told = harness.query_all_by_label_contains("⚠ The runs are not kept (");
    assert_eq!(told.count(), 2);
    assert!(
        harness
            .query_by_label_contains("Every run is kept")
            .is_none()
    );
    // The end of the sweep says nothing else in its place.
    let warnings = harness.state().state().notices.warnings();
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].starts_with("the runs are not kept"),
        "{warnings:?}"
    );
    // Where they are kept again, the tab says that.
    std::fs::remove_file(&blocked).unwrap();
    button(&harness, "Reset");
    settle(&mut harness);
    run(&mut harness);
    harness.get_by_label_contains("Every run is kept as it ends");
    assert!(load(&only_file(&blocked)).unwrap().complete);
}

#[test]
fn runs_of_another_version_are_kept_apart_and_trained_again_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let file = preferences_in(folder.path());
    let mut harness = tab(small(), Some(file.clone()));
    run(&mut harness);
    let trained = timeless(results(&harness));
    drop(harness);
    let kept = only_file(folder.path());
    let mut old: Value = serde_json::from_slice(&std::fs::read(&kept).unwrap()).unwrap();
    old["version"] = "0.0.9".into();
    old["complete"] = false.into();
    old["runs"].as_array_mut().unwrap().pop();
    old["runs"][0]["test_accuracy"] = 12.5.into();
    std::fs::write(&kept, old.to_string()).unwrap();
    let mut harness = tab(small(), Some(file));
    harness.get_by_label("2 of 3 runs done");
    harness.get_by_label_contains("These runs are of version 0.0.9 of this program");
    assert!(harness.query_by_label_contains("press Run").is_none());
    harness.key_press(Key::F9);
    settle(&mut harness);
    assert!(said(&harness).contains("Start over"), "{}", said(&harness));
    button(&harness, "Start over");
    harness.step();
    settle(&mut harness);
    harness.get_by_label("All 3 runs done");
    assert_eq!(timeless(results(&harness)), trained);
    let aside = kept.with_extension("previous.json");
    assert_eq!(load(&aside).unwrap().version, "0.0.9");
    assert_eq!(timeless(load(&kept).unwrap()), trained);
}

#[test]
fn a_sweep_that_another_window_writes_is_left_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = preferences_in(folder.path());
    let mut harness = tab(smaller(), Some(file));
    run(&mut harness);
    let kept = only_file(folder.path());
    let before = std::fs::read(&kept).unwrap();
    button(&harness, "Reset");
    settle(&mut harness);
    let other = ResultsFile::lock(&kept).unwrap();
    run(&mut harness);
    assert!(
        said(&harness).contains("another window or command"),
        "{}",
        said(&harness)
    );
    assert!(!kept.exists());
    drop(other);
    run(&mut harness);
    harness.get_by_label("All 2 runs done");
    assert_eq!(
        std::fs::read(kept.with_extension("previous.json")).unwrap(),
        before
    );
}

#[test]
fn a_kept_file_that_asks_for_too_much_harms_no_window() {
    let folder = tempfile::tempdir().unwrap();
    let file = preferences_in(folder.path());
    let mut harness = tab(smaller(), Some(file.clone()));
    run(&mut harness);
    drop(harness);
    let kept = only_file(folder.path());
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cases");
    for name in ["results-parts-bomb.json", "results-slow.json"] {
        std::fs::copy(cases.join(name), &kept).unwrap();
        let mut harness = tab(smaller(), Some(file.clone()));
        assert!(said(&harness).contains("weights"), "{}", said(&harness));
        run(&mut harness);
        harness.get_by_label("All 2 runs done");
    }
    for name in ["damaged.json", "damaged-2.json"] {
        assert!(kept.with_extension(name).exists(), "{name}");
    }
}

#[test]
fn what_cannot_be_read_stays_in_its_field_and_is_not_trained() {
    let mut harness = tab(Experiment::default(), None);
    let field = |harness: &Window| {
        let field = harness.get_by_role_and_label(Role::TextInput, "Ranks");
        field.focus();
        field.type_text("abc");
    };
    field(&harness);
    settle(&mut harness);
    harness.key_press(Key::Tab);
    settle(&mut harness);
    let text = |harness: &Window| {
        let field = harness.get_by_role_and_label(Role::TextInput, "Ranks");
        field.value().unwrap_or_default()
    };
    assert_eq!(text(&harness), "abc");
    harness.get_by_label("write whole numbers from 1 to 65536 with commas between, not abc");
    button(&harness, "Run");
    settle(&mut harness);
    harness.key_press(Key::F9);
    settle(&mut harness);
    assert!(!sweep_of(harness.state()).training().under_way());
    assert!(
        said(&harness).contains("Ranks: write whole numbers"),
        "{}",
        said(&harness)
    );
    // A preset is a way out.
    harness.get_by_label("Paper").click();
    settle(&mut harness);
    assert_eq!(text(&harness), "");
    assert!(harness.query_by_label_contains("not abc").is_none());
}

#[test]
fn nothing_to_export_is_said_as_it_is() {
    let mut harness = tab(small(), None);
    let folder = tempfile::tempdir().unwrap();
    let context: egui::Context = harness.ctx.clone();
    for command in [
        localized_lora::app::command::Command::Export,
        localized_lora::app::command::Command::ExportTo(folder.path().join("a.svg")),
    ] {
        harness.state_mut().run(&context, command);
        harness.run_steps(3);
    }
    harness.get_by_label("Nothing to export yet; press Run first");
    assert!(!folder.path().join("a.svg").exists());
}
