//! The first half minute: the line that says what is seen, knobs before sources, pictures as large as
//! there is room, and everything in reach.

use eframe::egui::{self, Key, Modifiers, Pos2, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use localized_lora::analysis::Closest;
use localized_lora::app::Explorer;
use localized_lora::app::command::Command;
use localized_lora::app::state::Preferences;
use localized_lora::app::tabs::approximate::presets::presets;
use localized_lora::approx::budget::BudgetRule;
use localized_lora::figure::label;
use localized_lora::session::Session;

use super::{settle, wait_for_verdict, window_of, window_with};

type Window = Harness<'static, Explorer>;

/// A window as a new user meets it.
fn new_user() -> Window {
    window_with(Preferences::default())
}

fn run(harness: &mut Window, command: Command) {
    let ctx = harness.ctx.clone();
    harness.state_mut().run(&ctx, command);
    settle(harness);
}

fn of_source(text: &str) -> Preferences {
    let mut preferences = Preferences::default();
    preferences.session.source = text.parse().unwrap();
    preferences
}

fn pane(harness: &Window, name: &str) -> egui::Rect {
    harness.get_by_role_and_label(Role::Image, name).rect()
}

fn has_pane(harness: &Window, name: &str) -> bool {
    harness.query_by_role_and_label(Role::Image, name).is_some()
}

fn click_at(harness: &mut Window, at: Pos2) {
    harness.hover_at(at);
    harness.step();
    harness.drag_at(at);
    harness.step();
    harness.drop_at(at);
    harness.step();
}

fn double_click(harness: &mut Window, at: Pos2) {
    harness.hover_at(at);
    harness.step();
    // Faster than a step of the harness.
    for pressed in [true, false, true, false] {
        harness.input_mut().events.push(egui::Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
    }
    settle(harness);
}

/// A small generator, so that the sessions are the same in every run.
fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    (*seed >> 33) as usize
}

#[test]
fn the_line_is_true_of_the_numbers_on_screen_in_any_session() {
    let mut harness = new_user();
    let mut seed = 7;
    for _ in 0..12 {
        let mut session = Session {
            source: format!("mnist:test:{}", next(&mut seed) % 10_000)
                .parse()
                .unwrap(),
            ..Session::default()
        };
        let wanted = &mut session.settings;
        wanted.lora.rank = 1 + next(&mut seed) % 9;
        (wanted.melora.blocks, wanted.melora.rank) =
            (1 + next(&mut seed) % 9, 1 + next(&mut seed) % 9);
        (wanted.localized.grid, wanted.localized.rank) =
            (1 + next(&mut seed) % 6, 1 + next(&mut seed) % 6);
        wanted.show_adaptive = next(&mut seed).is_multiple_of(2);
        wanted.matched = (next(&mut seed).is_multiple_of(3)).then(BudgetRule::default);
        run(&mut harness, Command::SetSession(Box::new(session)));
        let analysis = harness.state().state().analysis.clone().expect("an answer");
        let Some(closest) = Closest::of(&analysis) else {
            assert!(analysis.evaluations().len() < 2);
            continue;
        };
        // The sentence on screen names the lowest of the errors in the heads.
        harness.get_by_label(&closest.sentence);
        let errors = analysis.evaluations();
        let lowest = errors
            .iter()
            .map(|one| one.error)
            .fold(f64::INFINITY, f64::min);
        for one in &errors {
            let shown = format!("error {}", label::error(one.error));
            assert!(harness.query_all_by_label(&shown).count() >= 1, "{shown}");
            let winner = closest.methods.contains(&one.method());
            assert_eq!(winner, one.error - lowest < 1e-9, "{}", closest.sentence);
            let node = harness.get_by_role_and_label(Role::Image, one.method().title());
            let told = node.accesskit_node().description().unwrap_or_default();
            assert!(told.contains(&label::error(one.error)), "{told}");
            assert_eq!(told.contains("closest"), winner, "{told}");
        }
        let marked = harness.query_all_by_label("closest").count();
        assert_eq!(marked, closest.methods.len(), "{}", closest.sentence);
    }
}

#[test]
fn the_line_is_dismissed_and_comes_back_from_the_help_menu() {
    let mut harness = new_user();
    let line = "At 224 parameters each, Localized LoRA is closest here: 0.2119 (LoRA 0.2313)";
    harness.get_by_label(line);
    harness.get_by_label("×").click();
    settle(&mut harness);
    assert!(harness.query_by_label(line).is_none());
    harness.get_by_label("Help").click();
    settle(&mut harness);
    harness.get_by_label("Show or hide summary line").click();
    settle(&mut harness);
    harness.get_by_label(line);
}

#[test]
fn the_data_set_is_measured_without_being_asked_for() {
    let mut harness = new_user();
    wait_for_verdict(&mut harness);
    let told = "Over 10,000 MNIST test images: Localized better on 47.4 %, equal on 0.4 %. \
                Drag a rank, or try an example";
    harness.get_by_label(told);
    // Of other settings nothing is said before they are measured.
    let mut session = Session::default();
    session.settings.localized.grid = 4;
    run(&mut harness, Command::SetSession(Box::new(session)));
    assert!(harness.query_by_label_contains("Over 10,000").is_none());
    harness.get_by_label("Drag a rank, or try an example");
}

#[test]
fn a_moved_rank_sets_the_budget_and_the_others_follow() {
    let mut harness = new_user();
    harness.get_by_label("Same budget").click();
    settle(&mut harness);
    let move_to = |harness: &mut Window, name: &str, value: f64| {
        let slider = harness.get_by_role_and_label(Role::Slider, name);
        slider.set_value_accesskit(value);
        settle(harness);
    };
    let ranks = |harness: &Window| {
        let analysis = harness.state().state().analysis.clone().expect("an answer");
        let used = analysis.session.settings.clone();
        (
            used.lora.rank,
            used.melora.rank,
            used.localized.rank,
            used.adaptive.budget,
        )
    };
    assert_eq!(ranks(&harness), (4, 4, 2, 224));
    move_to(&mut harness, "rank r", 8.0);
    assert_eq!(ranks(&harness), (8, 7, 4, 448));
    move_to(&mut harness, "rank r_block", 1.0);
    assert_eq!(ranks(&harness), (2, 2, 1, 112));
    move_to(&mut harness, "rank r_diag", 6.0);
    assert_eq!(ranks(&harness), (6, 6, 3, 336));
}

#[test]
fn the_knobs_come_first_and_the_sources_are_one_line() {
    let mut harness = new_user();
    let slider = harness.get_by_role_and_label(Role::Slider, "rank r").rect();
    assert!(slider.top() < 200.0, "{slider}");
    assert!(harness.query_by_label("Open data set folder…").is_none());
    // Label, slider and number are read in one line.
    let number = harness.query_all_by_role(Role::SpinButton);
    let number = number
        .map(|node| node.rect())
        .find(|rect| (rect.center().y - slider.center().y).abs() < 2.0)
        .expect("the number in the slider's row");
    assert!(number.left() > slider.right());
    harness.get_by_label("MNIST test image 1 (label 2)").click();
    settle(&mut harness);
    harness.get_by_label("Open data set folder…");
    harness.get_by_role_and_label(Role::TextInput, "path or source");
}

#[test]
fn a_wide_update_stands_one_above_the_other() {
    let harness = window_of(
        [1440.0, 900.0],
        of_source("synthetic:noise:rows=64,cols=784"),
    );
    let names = ["Original", "LoRA", "MELoRA", "Localized LoRA"];
    let places = names.map(|name| pane(&harness, name));
    for two in places.windows(2) {
        assert!(two[0].bottom() < two[1].top(), "{places:?}");
    }
    // Every row of the matrix has a point of height at least.
    assert!(places.iter().all(|one| one.height() >= 64.0), "{places:?}");
}

#[test]
fn a_double_click_maximizes_and_escape_brings_all_back() {
    let mut harness = new_user();
    let before = pane(&harness, "LoRA");
    double_click(&mut harness, before.center());
    assert!(!has_pane(&harness, "MELoRA") && !has_pane(&harness, "Singular values"));
    assert!(pane(&harness, "LoRA").height() > 1.5 * before.height());
    harness.key_press(Key::Escape);
    settle(&mut harness);
    assert_eq!(pane(&harness, "LoRA"), before);
    // A plot likewise.
    let plot = pane(&harness, "Error against parameters");
    double_click(&mut harness, plot.right_top() + egui::vec2(-20.0, 60.0));
    assert!(!has_pane(&harness, "LoRA") && has_pane(&harness, "Error against parameters"));
    harness.get_by_label("Show all panes and plots").click();
    settle(&mut harness);
    assert!(has_pane(&harness, "LoRA"));
    // And from the keyboard.
    harness
        .get_by_role_and_label(Role::Image, "Localized LoRA")
        .focus();
    settle(&mut harness);
    harness.key_press(Key::M);
    settle(&mut harness);
    assert!(has_pane(&harness, "Localized LoRA") && !has_pane(&harness, "LoRA"));
}

#[test]
fn the_controls_fold_and_give_their_room_to_the_pictures() {
    let mut harness = new_user();
    let before = pane(&harness, "Original");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::B);
    settle(&mut harness);
    assert!(
        harness
            .query_by_role_and_label(Role::Slider, "rank r")
            .is_none()
    );
    assert!(pane(&harness, "Original").width() > before.width() + 20.0);
    harness.get_by_label("Controls").click();
    settle(&mut harness);
    assert_eq!(pane(&harness, "Original"), before);
}

#[test]
fn panes_and_plots_are_resized_against_each_other() {
    let mut harness = new_user();
    let line = |harness: &Window| {
        let line = harness.get_by_role_and_label(Role::Slider, "Height of the panes");
        line.rect().center()
    };
    let (before, from) = (pane(&harness, "LoRA"), line(&harness));
    let to = from - egui::vec2(0.0, 150.0);
    harness.hover_at(from);
    harness.step();
    harness.drag_at(from);
    harness.step();
    harness.hover_at(to);
    harness.step();
    harness.drop_at(to);
    settle(&mut harness);
    assert!(pane(&harness, "LoRA").height() < before.height() - 100.0);
    assert!(line(&harness).y < from.y - 100.0);
    harness
        .get_by_role_and_label(Role::Slider, "Height of the panes")
        .focus();
    settle(&mut harness);
    let smaller = line(&harness).y;
    harness.key_press(Key::ArrowDown);
    settle(&mut harness);
    assert!(line(&harness).y > smaller + 10.0);
}

#[test]
fn the_table_yields_where_there_is_little_height() {
    let head = |harness: &Window| harness.query_by_label("Setting").is_some();
    assert!(head(&window_of([1440.0, 900.0], Preferences::default())));
    let mut harness = window_of([1024.0, 700.0], Preferences::default());
    assert!(!head(&harness));
    harness.get_by_label("error 0.2119");
    harness.get_by_label("Results").click();
    settle(&mut harness);
    assert!(head(&harness), "the user wants it");
}

#[test]
fn examples_are_cards_that_open_what_they_say() {
    let mut harness = window_of([1440.0, 1400.0], Preferences::default());
    for preset in presets() {
        harness
            .get_by_label(&format!("Example: {}", preset.name))
            .click();
        settle(&mut harness);
        assert_eq!(*harness.state().state().session(), preset.session);
    }
}

#[test]
fn about_names_the_paper_and_copies_its_citation() {
    let mut harness = new_user();
    run(&mut harness, Command::About);
    harness.get_by_label(
        "Localized LoRA: A Structured Low-Rank Approximation for Efficient Fine-Tuning",
    );
    harness.get_by_label("arXiv:2506.00236");
    harness.get_by_label_contains(env!("CARGO_PKG_VERSION"));
    harness.get_by_label("Copy BibTeX").click();
    harness.step();
    let copied = format!("{:?}", harness.output().platform_output.commands);
    assert!(copied.contains("eprint        = {2506.00236}"), "{copied}");
    run(&mut harness, Command::Cancel);
    assert!(harness.query_by_label("Copy BibTeX").is_none());
}

/// The slider of each of the paper's methods and the picture that it changes.
#[test]
fn at_200_percent_a_slider_and_its_effect_are_on_screen_together() {
    let preferences = Preferences {
        zoom: 2.0,
        ..Preferences::default()
    };
    let harness = window_of([512.0, 350.0], preferences);
    let window = harness.ctx.content_rect();
    for (slider, name) in [("rank r", "LoRA"), ("blocks N", "MELoRA")] {
        let slider = harness.get_by_role_and_label(Role::Slider, slider).rect();
        assert!(window.contains_rect(slider), "{slider}");
        let picture = pane(&harness, name);
        assert!(window.contains_rect(picture), "{name} {picture}");
        assert!(
            picture.width() > 60.0 && picture.height() > 40.0,
            "{name} {picture}"
        );
    }
}

#[test]
fn a_presentation_fills_the_window_steps_and_ends() {
    let mut harness = window_of([1280.0, 720.0], Preferences::default());
    harness.key_press(Key::ArrowRight);
    settle(&mut harness);
    let own = harness.state().state().session().clone();
    let before = pane(&harness, "LoRA");
    harness.key_press(Key::F5);
    settle(&mut harness);
    assert!(harness.query_by_label("File").is_none());
    assert!(
        harness
            .query_by_role_and_label(Role::Slider, "rank r")
            .is_none()
    );
    assert!(pane(&harness, "LoRA").height() > before.height());
    let count = 3 + presets().len();
    harness.get_by_label(&format!("1 / {count}"));
    let error = harness
        .state()
        .state()
        .analysis
        .as_ref()
        .map(|one| one.evaluations()[2].error);
    harness.get_by_label_contains("MNIST test image 2 (label 1)");
    harness.get_by_label("Shuffle").click();
    settle(&mut harness);
    // It says so, and how to get back.
    harness.get_by_label_contains("Shuffle puts them back");
    harness.get_by_label_contains("(label 1), rows and columns shuffled");
    let shuffled = harness
        .state()
        .state()
        .analysis
        .as_ref()
        .map(|one| one.evaluations()[2].error);
    assert!(shuffled > error, "{shuffled:?} {error:?}");
    harness.get_by_label("Shuffle").click();
    settle(&mut harness);
    // One pane by a click, all by another.
    let place = pane(&harness, "LoRA");
    click_at(&mut harness, place.center());
    settle(&mut harness);
    assert!(!has_pane(&harness, "MELoRA"));
    harness.key_press(Key::PageDown);
    settle(&mut harness);
    assert!(has_pane(&harness, "Error against parameters") && !has_pane(&harness, "LoRA"));
    for _ in 0..2 {
        harness.key_press(Key::PageDown);
        settle(&mut harness);
    }
    harness.get_by_label_contains("Table I: the paper's digit. Localized 0.2119");
    harness.get_by_label(&format!("4 / {count}"));
    // The arrows step too: no digit is chosen here.
    harness.key_press(Key::ArrowRight);
    settle(&mut harness);
    let shown = harness.state().state().session().clone();
    assert_eq!(shown, presets().remove(1).session);
    harness.key_press(Key::ArrowLeft);
    settle(&mut harness);
    harness.get_by_label_contains("Table I: the paper's digit. Localized 0.2119");
    harness.key_press(Key::Escape);
    settle(&mut harness);
    harness.get_by_label("File");
    assert_eq!(pane(&harness, "LoRA"), before);
    assert_eq!(
        harness.state().state().session(),
        &own,
        "an example leads back"
    );
}

#[test]
fn a_method_that_leaves_entries_out_does_not_set_the_scale_of_the_error_maps() {
    let mut preferences = Preferences::default();
    preferences.view.error_maps = true;
    let harness = window_with(preferences);
    let analysis = harness.state().state().analysis.clone().expect("an answer");
    let largest = |place: usize| {
        let outcome = analysis.outcomes().nth(place).expect("three methods");
        outcome.residual().amax()
    };
    let (lora, melora, localized) = (largest(0), largest(1), largest(2));
    assert!(
        melora > 2.0 * lora.max(localized),
        "{melora} {lora} {localized}"
    );
    harness.get_by_label(&label::short(lora.max(localized)));
    harness.get_by_label("larger errors have the last colour");
}
