//! The Approximate tab.

use eframe::egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use localized_lora::app::Explorer;
use localized_lora::app::command::Command;
use localized_lora::app::notices::capitalized;
use localized_lora::app::state::{Message, Tab};
use localized_lora::app::tabs::method::TAB as METHOD_TAB;
use localized_lora::approx::Method;
use localized_lora::approx::budget::BudgetRule;
use localized_lora::source::Source;

use super::{drop_file, settle, unfolded, window, window_of, window_with};

/// Error of a method as the window knows it.
fn error(harness: &Harness<'_, Explorer>, of: Method) -> f64 {
    let analysis = harness.state().state().analysis.clone().expect("an answer");
    let method = analysis
        .methods
        .iter()
        .find(|m| m.settings.method() == of)
        .expect("shown");
    method.outcome.as_ref().expect("computed").evaluation.error
}

#[test]
fn the_first_screen_is_table_one() {
    let harness = window();
    for text in ["0.2313", "0.9071", "0.2119"] {
        harness.get_by_label(text);
    }
    harness.get_by_label("28 × 28, numerical rank 15");
    assert_eq!(harness.query_all_by_label("224").count(), 3);
}

#[test]
fn a_slider_moved_by_keyboard_changes_the_table() {
    let mut harness = window();
    harness
        .get_by_role_and_label(Role::Slider, "rank r")
        .focus();
    harness.step();
    harness.key_press(Key::ArrowRight);
    settle(&mut harness);
    // numpy: rank 5 of the paper's digit, 5 · 56 parameters.
    harness.get_by_label("r = 5");
    harness.get_by_label("r = 5 · 280 parameters (35.7 %)");
    harness.get_by_label("280");
    assert!((error(&harness, Method::Lora) - 0.169251).abs() < 1e-6);
    harness.get_by_label("0.1693");
}

#[test]
fn undo_and_redo_bring_settings_back() {
    let mut harness = window();
    harness
        .get_by_role_and_label(Role::Slider, "grid K")
        .focus();
    harness.step();
    harness.key_press(Key::ArrowRight);
    // An undo point is made once the settings have rested.
    harness.run_steps(200);
    settle(&mut harness);
    assert_eq!(harness.state().state().session().settings.localized.grid, 3);
    // The number beside a slider is a text as long as it has the focus, and has an undo of its own.
    harness.key_press(Key::Tab);
    settle(&mut harness);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut harness);
    assert_eq!(harness.state().state().session().settings.localized.grid, 2);
    harness.get_by_label("0.2119");
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    settle(&mut harness);
    assert_eq!(harness.state().state().session().settings.localized.grid, 3);
}

#[test]
fn redo_brings_a_digit_back_that_undo_took() {
    let mut harness = window();
    harness.run_steps(200);
    harness.key_press(Key::ArrowRight);
    settle(&mut harness);
    harness.run_steps(200);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut harness);
    harness.get_by_label_contains("MNIST test image 1 ");
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    settle(&mut harness);
    harness.get_by_label_contains("MNIST test image 2 ");
}

#[test]
fn escape_closes_an_open_menu() {
    let mut harness = window();
    harness.get_by_label("File").click();
    settle(&mut harness);
    harness.get_by_label("Paste picture or table");
    harness.key_press(Key::Escape);
    settle(&mut harness);
    assert!(
        harness
            .query_by_label_contains("Paste picture or table")
            .is_none()
    );
}

#[test]
fn the_smallest_window_holds_every_pane() {
    let preferences = crate::plain();
    let harness = window_of([720.0, 480.0], preferences);
    for name in ["Original", "LoRA", "MELoRA", "Localized LoRA"] {
        let pane = harness.get_by_role_and_label(Role::Image, name).rect();
        assert!(
            pane.right() <= 720.0 && pane.width() > 150.0,
            "{name} {pane}"
        );
    }
    // The numbers above the panes are whole too.
    harness.get_by_label("0.2119");
}

#[test]
fn error_maps_are_read_as_errors() {
    let mut harness = window();
    harness.get_by_label("Error maps").click();
    harness.get_by_role_and_label(Role::Image, "LoRA").hover();
    settle(&mut harness);
    harness.run_steps(5);
    harness.get_by_label_contains("LoRA W − Ŵ = ");
}

/// Opens the menu and chooses a structure.
fn add_structure(harness: &mut Harness<'static, Explorer>, title: &str) {
    harness.get_by_label("Add structure…").click();
    harness.run_steps(3);
    harness.get_by_role_and_label(Role::Button, title).click();
    settle(harness);
}

#[test]
fn a_structure_is_added_and_taken_away_and_undo_knows_both() {
    let mut harness = window();
    let titles = |harness: &Harness<'static, Explorer>| -> Vec<&'static str> {
        let analysis = harness.state().state().analysis.clone().expect("an answer");
        let methods = analysis.methods.iter();
        methods.map(|one| one.settings.method().title()).collect()
    };
    let table_one = ["LoRA", "MELoRA", "Localized LoRA"];
    assert_eq!(titles(&harness), table_one);
    add_structure(&mut harness, "Monarch");
    assert_eq!(titles(&harness).last(), Some(&"Monarch"));
    // numpy's, from the reference cases.
    assert!((error(&harness, Method::Monarch) - 0.4413946761508767).abs() < 1e-12);
    let ctx = harness.ctx.clone();
    harness.state_mut().run(&ctx, Command::Undo);
    settle(&mut harness);
    assert_eq!(titles(&harness), table_one);
    harness.state_mut().run(&ctx, Command::Redo);
    settle(&mut harness);
    harness.get_by_label("Remove Monarch").click();
    settle(&mut harness);
    assert_eq!(titles(&harness), table_one);
}

#[test]
fn adaptive_ranks_begin_with_what_localized_has() {
    let mut harness = window();
    let mut session = harness.state().state().session().clone();
    session.source = "synthetic:noise:rows=200,cols=300".parse().unwrap();
    session.settings.localized.grid = 4;
    let ctx = harness.ctx.clone();
    let set = Command::SetSession(Box::new(session));
    harness.state_mut().run(&ctx, set);
    settle(&mut harness);
    add_structure(&mut harness, "Localized, adaptive");
    let adaptive = &harness.state().state().session().settings.adaptive;
    // 16 blocks of 50 x 75 at rank 2.
    assert_eq!((adaptive.grid, adaptive.budget), (4, 16 * 2 * 125));
    assert!(error(&harness, Method::LocalizedAdaptive) < error(&harness, Method::Localized));
}

#[test]
fn one_budget_sets_every_rank() {
    let mut harness = window();
    harness.get_by_label("Same budget").click();
    settle(&mut harness);
    let budget = harness.get_by_role_and_label(Role::Slider, "budget");
    budget.set_value_accesskit(448.0);
    settle(&mut harness);
    let analysis = harness.state().state().analysis.clone().expect("an answer");
    let settings = &analysis.session.settings;
    assert_eq!(
        (
            settings.lora.rank,
            settings.melora.rank,
            settings.localized.rank
        ),
        (8, 7, 4)
    );
    // MELoRA's blocks of 7 x 7 have no eighth rank: part of its budget stays unused.
    assert_eq!(harness.query_all_by_label("448").count(), 2);
    assert_eq!(harness.query_all_by_label("392").count(), 1);
}

#[test]
fn a_budget_that_pays_for_nothing_says_so_and_rests() {
    let mut preferences = crate::plain();
    let settings = &mut preferences.session.settings;
    settings.matched = Some(BudgetRule::SectionTwoE);
    settings.adaptive.budget = 224;
    let mut harness = window_with(preferences);
    let told = "its share of 56 of the budget of 224 is too small; rank 1 needs 112 parameters";
    assert_eq!(
        harness.query_all_by_label(told).count(),
        2,
        "pane and notes"
    );
    // `run` panics when the window goes on computing.
    harness.run();
    assert!(!harness.state().busy());
}

#[test]
fn keys_walk_through_the_digits() {
    let mut harness = window();
    harness.key_press(Key::ArrowRight);
    settle(&mut harness);
    let index = |harness: &egui_kittest::Harness<'_, localized_lora::app::Explorer>| match harness
        .state()
        .state()
        .session()
        .source
    {
        Source::Digit { index, .. } => index,
        ref other => panic!("{other}"),
    };
    assert_eq!(index(&harness), 2);
    harness.key_press(Key::ArrowLeft);
    harness.key_press(Key::ArrowLeft);
    settle(&mut harness);
    assert_eq!(index(&harness), 0);
    harness.key_press(Key::R);
    settle(&mut harness);
    assert!(harness.state().state().message().is_none());
}

#[test]
fn a_filter_shows_only_its_digit_and_next_obeys_it() {
    let mut preferences = crate::plain();
    preferences.view.filter = Some(5);
    let mut harness = window_with(preferences);
    for _ in 0..3 {
        harness.key_press(Key::ArrowRight);
        settle(&mut harness);
        let analysis = harness.state().state().analysis.clone().expect("an answer");
        assert_eq!(analysis.loaded.label, Some(5));
    }
}

#[test]
fn a_dropped_file_shows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ein Bild – ünïcode & <odd>.csv");
    std::fs::write(&path, "1,2,3\n2,4,6\n3,6,9\n").unwrap();
    let mut harness = window();
    drop_file(&mut harness, &path);
    // A matrix of rank one: LoRA is exact from rank 1 on, and N = 4 was lowered to fit.
    harness.get_by_label("3 × 3, numerical rank 1");
    assert!(error(&harness, Method::Lora) < 1e-12);
    harness.get_by_label_contains("N = 4 wanted; 3 is the most for a 3 × 3 matrix");
    assert_eq!(harness.state().state().session().settings.melora.blocks, 4);
}

#[test]
fn a_bad_file_says_so_and_the_old_matrix_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.csv");
    std::fs::write(&path, "1,2\n3,NaN\n").unwrap();
    let mut harness = window();
    drop_file(&mut harness, &path);
    let message = harness.state().state().message().cloned();
    let Some(Message::Error(sentence)) = message else {
        panic!("no message");
    };
    assert!(sentence.contains("bad.csv"), "{sentence}");
    harness.get_by_label(&capitalized(&sentence));
    harness.get_by_label("0.2119");
    // It goes on working.
    harness.key_press(Key::ArrowRight);
    settle(&mut harness);
    assert!(harness.state().state().message().is_none());
}

/// Nothing stays on *Loading…*: a remembered file may be gone at the next start.
#[test]
fn a_start_on_a_file_that_is_gone_keeps_the_settings_and_says_so() {
    let mut preferences = crate::plain();
    preferences.session.settings.lora.rank = 6;
    preferences.session.source = Source::from_path("gone.png");
    let harness = window_with(preferences);
    let state = harness.state().state();
    assert!(
        matches!(state.message(), Some(Message::Error(why)) if why.contains("gone.png")),
        "{:?}",
        state.message()
    );
    assert_eq!(state.session().source, Source::default());
    assert_eq!(state.session().settings.lora.rank, 6);
    assert!(error(&harness, Method::Lora) < 0.169, "the digit at rank 6");
    assert!(state.digits.is_some(), "the gallery is there");
}

#[test]
fn a_missing_path_typed_into_the_field_says_so() {
    let mut harness = window();
    let ctx = harness.ctx.clone();
    let open = Command::OpenText("/no/such/file.png".to_owned());
    harness.state_mut().run(&ctx, open);
    settle(&mut harness);
    let Some(Message::Error(sentence)) = harness.state().state().message().cloned() else {
        panic!("no message");
    };
    assert!(sentence.contains("/no/such/file.png"), "{sentence}");
    harness.get_by_label("0.2119");
}

#[test]
fn every_preset_shows_what_it_says() {
    use localized_lora::app::tabs::approximate::presets::presets;
    let mut harness = window();
    let ctx = harness.ctx.clone();
    let mut results = Vec::new();
    for preset in presets() {
        harness
            .state_mut()
            .run(&ctx, Command::SetSession(Box::new(preset.session)));
        settle(&mut harness);
        let errors = [Method::Lora, Method::Melora, Method::Localized].map(|m| error(&harness, m));
        results.push((preset.name, errors));
    }
    let of = |start: &str| {
        results
            .iter()
            .find(|(name, _)| name.starts_with(start))
            .expect("a preset")
            .1
    };
    let [lora, _, localized] = of("A digit where LoRA wins");
    assert!(lora < localized);
    let [lora, _, localized] = of("Exactly rank 4");
    assert!(
        lora < 1e-9 && (localized - 0.43).abs() < 0.02,
        "{localized}"
    );
    let [lora, _, localized] = of("Block low-rank");
    assert!(localized < 1e-9 && lora > 0.1);
    let [lora, melora, localized] = of("The identity");
    assert!(melora < lora && melora < localized);
    let [lora, _, localized] = of("Gaussian noise");
    assert!((lora - localized).abs() < 0.06, "{lora} {localized}");
}

#[test]
fn a_synthetic_matrix_is_changed_from_what_it_is() {
    let mut preferences = unfolded();
    preferences.session.source = "synthetic:noise:rows=64,cols=100".parse().unwrap();
    let mut harness = window_with(preferences);
    harness.get_by_label("Synthetic matrix").click();
    harness.run_steps(40);
    harness.get_by_role_and_label(Role::Slider, "rows").focus();
    harness.step();
    harness.key_press(Key::ArrowRight);
    settle(&mut harness);
    let source = harness.state().state().session().source.to_string();
    let parsed: Source = source.parse().unwrap();
    let Source::Synthetic(made) = parsed else {
        panic!("{source}");
    };
    assert_eq!(made.kind, localized_lora::source::SyntheticKind::Noise);
    assert!(made.rows > 64 && made.cols == 100, "{source}");
}

#[test]
fn shuffling_leaves_lora_and_hurts_localized() {
    let mut harness = window();
    let (lora, localized) = (
        error(&harness, Method::Lora),
        error(&harness, Method::Localized),
    );
    let mut session = harness.state().state().session().clone();
    session.transform.shuffle = Some(7);
    let ctx = harness.ctx.clone();
    harness
        .state_mut()
        .run(&ctx, Command::SetSession(Box::new(session)));
    settle(&mut harness);
    assert!((error(&harness, Method::Lora) - lora).abs() < 1e-12);
    assert!(error(&harness, Method::Localized) > localized + 0.05);
}

#[test]
fn pinned_results_stay_beside_the_next_ones() {
    let mut harness = window();
    harness.get_by_label("Pin results").click();
    settle(&mut harness);
    harness.key_press(Key::ArrowRight);
    settle(&mut harness);
    // Pinned Table I is still there, and the next digit's numbers too.
    harness.get_by_label("0.2119");
    let pinned = harness.query_all_by_label_contains("pinned 1: MNIST test image 1");
    assert_eq!(pinned.count(), 3, "one for each method");
    assert_eq!(harness.state().state().pinned.len(), 1);
    harness.get_by_label("Unpin").click();
    settle(&mut harness);
    assert!(harness.query_by_label("0.2119").is_none());
}

#[test]
fn the_same_results_are_pinned_once() {
    let mut harness = window();
    harness.key_press(Key::P);
    harness.key_press(Key::P);
    settle(&mut harness);
    assert_eq!(harness.state().state().pinned.len(), 1);
}

#[test]
fn the_data_set_is_shuffled_like_the_matrix() {
    use localized_lora::views::data_set;
    let folder = tempfile::tempdir().unwrap();
    let mut preferences = crate::plain();
    preferences.session.transform.shuffle = Some(7);
    preferences.view.second = &data_set::VIEW;
    let mut harness = window_with(preferences);
    let ctx = harness.ctx.clone();
    harness.state_mut().run(&ctx, Command::Export);
    settle(&mut harness);
    harness
        .get_by_role_and_label(Role::RadioButton, "Errors over the data set")
        .click();
    settle(&mut harness);
    let path = folder.path().join("data-set.json");
    let export = Command::ExportTo(path.clone());
    harness.state_mut().run(&ctx, export);
    settle(&mut harness);
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let mean = |method: usize| json["methods"][method]["mean_error"].as_f64().unwrap();
    // LoRA does not mind; Localized had 0.2361 in the digits' own order.
    assert!((mean(0) - 0.2316).abs() < 1e-4, "{json}");
    assert!(mean(2) > 0.3, "{json}");
}

#[test]
fn exports_write_whole_files_and_a_bad_place_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = window();
    let ctx = harness.ctx.clone();
    let good = folder.path().join("figure.png");
    harness.state_mut().run(&ctx, Command::Export);
    settle(&mut harness);
    harness
        .state_mut()
        .run(&ctx, Command::ExportTo(good.clone()));
    settle(&mut harness);
    assert!(std::fs::read(&good).unwrap().starts_with(b"\x89PNG"));
    let bad = folder.path().join("no such folder").join("figure.png");
    harness
        .state_mut()
        .run(&ctx, Command::ExportTo(bad.clone()));
    settle(&mut harness);
    assert!(!bad.exists());
    // The dialog is there again with its reason, to choose another place; nothing says it twice.
    let said = harness.query_all_by_label_contains("there is no folder");
    assert_eq!(said.count(), 1);
    assert!(!matches!(
        harness.state().state().message(),
        Some(Message::Error(_))
    ));
}

#[test]
fn number_keys_open_the_tabs() {
    let mut harness = window();
    harness.key_press(Key::Num3);
    settle(&mut harness);
    assert_eq!(harness.state().state().tab, METHOD_TAB);
    harness.key_press(Key::Num1);
    settle(&mut harness);
    assert_eq!(harness.state().state().tab, Tab::HOME);
}

#[test]
fn the_window_is_idle_when_nothing_happens() {
    let mut harness = window();
    // `run` panics when the window goes on asking to be drawn.
    harness.run();
}
