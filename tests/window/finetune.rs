//! The Fine-tune tab.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eframe::egui::{self, Key, Modifiers, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use localized_lora::app::Explorer;
use localized_lora::app::command::Command;
use localized_lora::app::state::{Message, Preferences, Tab};
use localized_lora::app::tabs::finetune::action::TAB as SWEEP_TAB;
use localized_lora::experiment::{Experiment, load};
use localized_lora::figure::label;
use localized_lora::finetune::{Layout, Results};
use localized_lora::session::Session;
use localized_lora::source::{Limits, Source};

use super::{drop_file, settle, sweep_of};

/// Two layouts of one configuration each, one epoch: three runs with full fine-tuning.
pub(super) fn small() -> Experiment {
    Experiment {
        layouts: Some(vec![Layout::Lora, Layout::LocalizedGrid]),
        ranks: Some(vec![2]),
        segments: Some(vec![4]),
        epochs: Some(1),
        ..Experiment::default()
    }
}

/// More than a test waits for.
fn endless() -> Experiment {
    Experiment {
        epochs: Some(900),
        ..small()
    }
}

/// A window on the tab; sweeps are kept beside `file`.
pub(super) fn tab(experiment: Experiment, file: Option<PathBuf>) -> Harness<'static, Explorer> {
    let preferences = Preferences {
        experiment,
        ..crate::plain()
    };
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1360.0, 820.0))
        .with_max_steps(40)
        .build_eframe(move |context| {
            Explorer::new(&context.egui_ctx, preferences, file, Limits::default())
        });
    settle(&mut harness);
    harness.key_press(Key::Num2);
    settle(&mut harness);
    assert_eq!(harness.state().state().tab, SWEEP_TAB);
    harness
}

pub(super) fn results(harness: &Harness<'static, Explorer>) -> Results {
    let results = sweep_of(harness.state()).training().results();
    results.expect("something is trained").clone()
}

/// Draws until `done`, while work goes on in the background.
fn until(harness: &mut Harness<'static, Explorer>, what: &str, done: impl Fn(&Explorer) -> bool) {
    let start = Instant::now();
    while !done(harness.state()) {
        harness.step();
        std::thread::sleep(Duration::from_millis(2));
        assert!(start.elapsed() < Duration::from_secs(120), "{what}");
    }
    harness.step();
}

pub(super) fn button(harness: &Harness<'static, Explorer>, name: &str) {
    harness.get_by_role_and_label(Role::Button, name).click();
}

pub(super) fn only_file(folder: &Path) -> PathBuf {
    let files = std::fs::read_dir(folder.join("sweeps")).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

/// The same runs, whatever time they took.
pub(super) fn timeless(mut results: Results) -> Results {
    let runs = results.full.runs.iter_mut().chain(&mut results.runs);
    runs.for_each(|run| run.seconds = 0.0);
    results
}

#[test]
fn a_sweep_starts_shows_its_points_and_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("preferences.json");
    let mut harness = tab(small(), Some(file.clone()));
    harness.get_by_label("Nothing trained yet");
    // Its settings are those of no preset.
    harness.get_by_label("Quick, changed");
    button(&harness, "Run");
    harness.step();
    assert!(sweep_of(harness.state()).training().under_way());
    settle(&mut harness);
    let trained = results(&harness);
    assert!(trained.complete);
    harness.get_by_label("All 3 runs done");
    let base = trained.full.test_accuracy.expect("the base line");
    harness.get_by_label(&format!(
        "Full fine-tuning: {} correct on the digits 5–9",
        label::percentage(base)
    ));
    // Every run has its row, with the numbers that the results have.
    for (name, run) in [("lora:2", 0), ("localized_grid:4:2", 1)] {
        harness.get_by_label(&format!("{name}@0.001#0"));
        let run = &trained.runs[run];
        harness.get_by_label(&format!("{:.2}", run.test_accuracy));
        harness.get_by_label(&format!("{:.4}", run.validation_loss));
    }
    // The command line trains the same.
    let data = small().data().unwrap();
    let go_on = |_| std::ops::ControlFlow::Continue(());
    let alone = localized_lora::finetune::sweep(&data, &small().settings(), None, &go_on).unwrap();
    assert_eq!(timeless(alone), timeless(trained.clone()));
    // A new window shows it again.
    let kept = load(&only_file(folder.path())).unwrap();
    assert_eq!(kept, trained);
    drop(harness);
    let reopened = tab(small(), Some(file));
    assert_eq!(results(&reopened), trained);
    reopened.get_by_label("All 3 runs done");
}

#[test]
fn progress_pause_step_and_stop() {
    let mut harness = tab(endless(), None);
    button(&harness, "Run");
    until(&mut harness, "an epoch", |window| {
        sweep_of(window).training().latest().is_some()
    });
    let training = |harness: &Harness<'static, Explorer>| {
        let training = sweep_of(harness.state()).training();
        let epochs = |key| training.history(key).map_or(0, <[_]>::len);
        training.live().map(epochs).sum::<usize>()
    };
    let progress = sweep_of(harness.state()).training().progress();
    assert!(progress.expect("under way").fraction > 0.0);
    harness.get_by_label_contains("0 of 3 runs, about");
    button(&harness, "Pause");
    settle(&mut harness);
    harness.get_by_label("0 of 3 runs, paused");
    let before = training(&harness);
    std::thread::sleep(Duration::from_millis(200));
    settle(&mut harness);
    assert_eq!(training(&harness), before, "paused");
    button(&harness, "Step");
    harness.step();
    settle(&mut harness);
    let after = training(&harness);
    let threads = std::thread::available_parallelism().unwrap().get();
    assert!(
        after > before && after <= before + threads,
        "{before} {after}"
    );
    button(&harness, "Stop");
    settle(&mut harness);
    assert!(!sweep_of(harness.state()).training().under_way());
    assert!(sweep_of(harness.state()).training().progress().is_none());
    // The window is ready for the next sweep at once.
    button(&harness, "Run");
    until(&mut harness, "another epoch", |window| {
        sweep_of(window).training().latest().is_some()
    });
    harness.key_press(Key::Escape);
    settle(&mut harness);
    assert!(!sweep_of(harness.state()).training().under_way());
}

#[test]
fn a_row_and_a_second_one_show_what_was_learned() {
    let mut harness = tab(small(), None);
    button(&harness, "Run");
    settle(&mut harness);
    harness.get_by_label("localized_grid:4:2@0.001#0").click();
    settle(&mut harness);
    harness.get_by_role_and_label(Role::Image, "ΔW of localized_grid:4:2@0.001#0");
    assert_eq!(harness.query_all_by_label_contains("what unit").count(), 8);
    let known = sweep_of(harness.state()).looks().known();
    let [run] = known.as_slice() else {
        panic!("one run is selected");
    };
    let trained = results(&harness);
    assert_eq!(run.record.test_accuracy, trained.runs[1].test_accuracy);
    let fives: Vec<String> = run.confusion.row(0).iter().map(u32::to_string).collect();
    let fives = format!("true 5, predicted 5 6 7 8 9: {}", fives.join(" "));
    harness.get_by_label(&fives);
    harness
        .get_by_label("full@0.001#0")
        .click_modifiers(Modifiers::COMMAND);
    settle(&mut harness);
    assert_eq!(harness.query_all_by_label_contains("ΔW of").count(), 2);
    assert_eq!(harness.query_all_by_label_contains("what unit").count(), 16);
    // What full fine-tuning learned is a matrix like any other.
    let open = harness.query_all_by_label("Open ΔW in Approximate").last();
    open.expect("a button per run").click();
    settle(&mut harness);
    let state = harness.state().state();
    assert_eq!(state.tab, Tab::HOME);
    let analysis = state.analysis.clone().expect("computed");
    assert_eq!(analysis.loaded.matrix.shape(), (64, 784));
    assert!(matches!(analysis.session.source, Source::Values(_)));
    assert_eq!(analysis.loaded.matrix, known_update(&harness));
}

/// ΔW of the run compared with.
fn known_update(harness: &Harness<'static, Explorer>) -> nalgebra::DMatrix<f64> {
    let known = sweep_of(harness.state()).looks().known();
    known[1].update.clone()
}

#[test]
fn a_click_on_a_point_selects_its_run() {
    let mut harness = tab(small(), None);
    button(&harness, "Run");
    settle(&mut harness);
    // Somewhere on the plot stands the point of each run: look for it as a user would.
    let mut found = Vec::new();
    for y in (80..380).step_by(9) {
        for x in (380..830).step_by(9) {
            harness.hover_at(egui::pos2(x as f32, y as f32));
            harness.step();
            // The plot says which point is meant.
            let plot = "Accuracy drop against parameters";
            let plot = harness.get_by_role_and_label(Role::Image, plot);
            let meant = plot.value().unwrap_or_default();
            if meant.contains("nspect the run") {
                found.push(egui::pos2(x as f32, y as f32));
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    let at = *found.first().expect("a point under the pointer");
    harness.drag_at(at);
    harness.drop_at(at);
    settle(&mut harness);
    assert_eq!(sweep_of(harness.state()).looks().selected().len(), 1);
    assert_eq!(sweep_of(harness.state()).looks().known().len(), 1);
}

#[test]
fn a_column_sorts_by_what_it_shows() {
    let mut harness = tab(small(), None);
    button(&harness, "Run");
    settle(&mut harness);
    let top =
        |harness: &Harness<'static, Explorer>, name: &str| harness.get_by_label(name).rect().top();
    let (full, other) = ("full@0.001#0", "lora:2@0.001#0");
    button(&harness, "Drop, points");
    settle(&mut harness);
    assert!(top(&harness, full) < top(&harness, other), "no drop first");
    assert!(harness.query_by_label_contains("Accuracy, % ▲").is_none());
    button(&harness, "Drop, points ▲");
    settle(&mut harness);
    assert!(top(&harness, full) > top(&harness, other), "no drop last");
    button(&harness, "Accuracy, %");
    settle(&mut harness);
    assert!(top(&harness, full) > top(&harness, other), "the best last");
}

#[test]
fn what_was_learned_fits_into_any_window() {
    let mut harness = tab(small(), None);
    button(&harness, "Run");
    settle(&mut harness);
    harness.get_by_label("lora:2@0.001#0").click();
    settle(&mut harness);
    harness
        .get_by_label("full@0.001#0")
        .click_modifiers(Modifiers::COMMAND);
    settle(&mut harness);
    for width in [720.0, 1000.0, 1360.0, 2400.0] {
        harness.set_size(egui::vec2(width, 1600.0));
        settle(&mut harness);
        let pictures = ["what unit", "true 5, predicted", "ΔW of"]
            .map(|name| harness.query_all_by_label_contains(name));
        let places: Vec<egui::Rect> = pictures
            .into_iter()
            .flatten()
            .map(|one| one.rect())
            .collect();
        assert_eq!(places.len(), 16 + 2 + 2);
        for (index, place) in places.iter().enumerate() {
            assert!(place.right() <= width, "{place} in {width}");
            let apart = |other: &egui::Rect| !place.shrink(0.5).intersects(*other);
            assert!(places[index + 1..].iter().all(apart), "{place} in {width}");
        }
    }
}

#[test]
fn results_are_opened_by_dropping_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = tab(small(), None);
    button(&harness, "Run");
    settle(&mut harness);
    let trained = results(&harness);
    let file = folder.path().join("results.json");
    harness
        .state_mut()
        .run(&egui::Context::default(), Command::Export);
    settle(&mut harness);
    let context = harness.ctx.clone();
    harness
        .state_mut()
        .run(&context, Command::ExportTo(file.clone()));
    settle(&mut harness);
    assert_eq!(load(&file).unwrap(), trained);
    // Another window, set to something else, takes the file's settings over.
    let mut other = tab(Experiment::default(), None);
    drop_file(&mut other, &file);
    assert_eq!(results(&other), trained);
    assert_eq!(other.state().state().preferences.experiment, small());
    other.get_by_label("All 3 runs done");
    // As the program's argument or a typed path it goes the same way.
    let mut third = crate::window();
    let open = Command::OpenText(file.display().to_string());
    let context = third.ctx.clone();
    third.state_mut().run(&context, open);
    settle(&mut third);
    assert_eq!(third.state().state().tab, SWEEP_TAB);
    assert_eq!(results(&third), trained);
    // A damaged one is refused, and nothing is lost.
    let text = std::fs::read_to_string(&file).unwrap();
    let damaged = folder.path().join("damaged.json");
    std::fs::write(&damaged, &text[..text.len() / 2]).unwrap();
    drop_file(&mut other, &damaged);
    let message = other.state().state().message().cloned();
    assert!(
        matches!(&message, Some(Message::Error(why)) if why.contains("damaged.json")),
        "{message:?}"
    );
    assert_eq!(results(&other), trained);
}

#[test]
fn every_figure_of_a_run_is_exported() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = tab(small(), None);
    button(&harness, "Run");
    settle(&mut harness);
    harness.get_by_label("localized_grid:4:2@0.001#0").click();
    settle(&mut harness);
    for (title, name, start) in [
        ("ΔW of the selected run", "delta.npy", &b"\x93NUMPY"[..]),
        ("ΔW of the selected run", "delta.png", b"\x89PNG"),
        (
            "Training curves of the selected runs",
            "curves.svg",
            b"<svg",
        ),
        (
            "Training curves of the selected runs",
            "curves.csv",
            b"run,epoch",
        ),
        (
            "Confusion matrices of the selected runs",
            "confusion.pdf",
            b"%PDF",
        ),
        (
            "Accuracy drop against parameters (Figure 2)",
            "drop.png",
            b"\x89PNG",
        ),
    ] {
        let context = harness.ctx.clone();
        harness.state_mut().run(&context, Command::Export);
        harness.run_steps(3);
        harness.get_by_label(title).click();
        harness.run_steps(3);
        let file = folder.path().join(name);
        let context = harness.ctx.clone();
        harness
            .state_mut()
            .run(&context, Command::ExportTo(file.clone()));
        settle(&mut harness);
        let bytes = std::fs::read(&file).expect(name);
        assert!(bytes.starts_with(start), "{name}");
    }
    let context = harness.ctx.clone();
    harness.state_mut().run(&context, Command::Export);
    harness.run_steps(3);
    // Keys are the dialog's own: a digit is no tab, Escape closes it.
    harness.key_press(Key::Num3);
    harness.run_steps(3);
    assert_eq!(harness.state().state().tab, SWEEP_TAB);
    harness.get_by_label("ΔW of the selected run");
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert!(harness.query_by_label("ΔW of the selected run").is_none());
}

#[test]
fn reset_puts_results_aside_and_a_new_seed_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = tab(small(), Some(folder.path().join("preferences.json")));
    button(&harness, "Run");
    settle(&mut harness);
    let first = timeless(results(&harness));
    button(&harness, "Reset");
    settle(&mut harness);
    harness.get_by_label("Nothing trained yet");
    let aside = only_file(folder.path());
    assert!(aside.to_string_lossy().ends_with(".previous.json"));
    assert_eq!(timeless(load(&aside).unwrap()), first);
    button(&harness, "Run");
    settle(&mut harness);
    assert_eq!(timeless(results(&harness)), first, "the same seed");
    button(&harness, "New seed");
    settle(&mut harness);
    harness.get_by_label("Nothing trained yet");
    let seeds = harness.state().state().preferences.experiment.seeds.clone();
    assert_eq!(seeds.expect("a seed").len(), 1);
}

#[test]
fn a_typed_list_changes_the_sweep_and_nonsense_does_not() {
    let mut harness = tab(small(), None);
    let field = |harness: &Harness<'static, Explorer>, text: &str| {
        let field = harness.get_by_role_and_label(Role::TextInput, "Ranks");
        field.focus();
        field.type_text(text);
    };
    field(&harness, ", 4");
    settle(&mut harness);
    let experiment = |harness: &Harness<'static, Explorer>| {
        harness.state().state().preferences.experiment.clone()
    };
    assert_eq!(experiment(&harness).ranks, Some(vec![2, 4]));
    field(&harness, ", four");
    settle(&mut harness);
    assert_eq!(experiment(&harness).ranks, Some(vec![2, 4]));
    let session: &Session = harness.state().state().session();
    assert_eq!(*session, Session::default());
}

#[test]
fn a_folder_without_digits_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = tab(small(), None);
    drop_file(&mut harness, folder.path());
    button(&harness, "Run");
    settle(&mut harness);
    let message = harness.state().state().message().cloned();
    assert!(matches!(&message, Some(Message::Error(_))), "{message:?}");
    assert!(!sweep_of(harness.state()).training().under_way());
}

#[test]
fn the_copied_command_names_the_run_in_view() {
    let mut harness = tab(small(), None);
    button(&harness, "Run");
    settle(&mut harness);
    harness.get_by_label("lora:2@0.001#0").click();
    settle(&mut harness);
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
    settle(&mut harness);
    let message = harness.state().state().message().cloned();
    let expected = "localized-lora finetune --preset quick \
                    --layouts 'lora,localized_grid' --ranks 2 --segments 4 --epochs 1 \
                    --run 'lora:2@0.001#0'";
    assert_eq!(message, Some(Message::Copied(expected.to_owned())));
}
