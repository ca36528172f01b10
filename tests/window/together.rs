//! What is on screen belongs together: numbers, names, budgets, pins and the gallery.

use eframe::egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{By, Queryable};
use localized_lora::app::Explorer;
use localized_lora::app::command::Command;
use localized_lora::app::state::{Message, Preferences};
use localized_lora::app::tabs::approximate::action::MatrixAction;
use localized_lora::approx::Method;
use localized_lora::approx::budget::BudgetRule;
use localized_lora::session::Session;
use localized_lora::source::Split;
use localized_lora::views::{best_grid, data_set, rank_map};

use super::{drop_file, settle, unfolded, window, window_with};

type Window = Harness<'static, Explorer>;

fn set(harness: &mut Window, session: Session) {
    run(harness, Command::SetSession(Box::new(session)));
}

fn run(harness: &mut Window, command: Command) {
    let ctx = harness.ctx.clone();
    harness.state_mut().run(&ctx, command);
    settle(harness);
}

fn of_source(text: &str) -> Session {
    Session {
        source: text.parse().unwrap(),
        ..Session::default()
    }
}

/// Preferences with one budget for all.
fn matched(budget: usize) -> Preferences {
    let mut preferences = crate::plain();
    preferences.session.settings.matched = Some(BudgetRule::EqualParameters);
    preferences.session.settings.adaptive.budget = budget;
    preferences
}

#[test]
fn a_norm_beyond_a_number_is_refused_as_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.csv");
    std::fs::write(&path, "1e308,1e308\n1e308,1e308\n").unwrap();
    let mut harness = window();
    drop_file(&mut harness, &path);
    let message = harness.state().state().message().cloned();
    let Some(Message::Error(sentence)) = message else {
        panic!("no message");
    };
    let refusal = "the matrix norm overflows a 64-bit float; scale the matrix down";
    assert_eq!(sentence, refusal);
    // What was there stays, under its own name.
    harness.get_by_label("0.2119");
    harness.get_by_label("28 × 28, numerical rank 15");
    assert!(harness.query_by_label_contains("NaN").is_none());
}

#[test]
fn tiny_errors_read_as_on_the_command_line() {
    let mut harness = window();
    set(&mut harness, of_source("synthetic:low-rank"));
    let analysis = harness.state().state().analysis.clone().expect("an answer");
    let lora = analysis.outcomes().next().expect("LoRA");
    let text = localized_lora::figure::label::error(lora.evaluation.error);
    assert!(text.contains("·10⁻"), "{text}");
    harness.get_by_label(&text);
    assert!(harness.query_by_label("0.0000").is_none());
}

/// A picture whose brightest pixel is not white has the same colours in both.
#[test]
fn figure_one_of_the_window_is_that_of_the_copied_command() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("dark.pgm");
    std::fs::write(
        &picture,
        "P2\n4 3\n255\n10 20 30 40\n50 60 70 80\n90 91 92 93\n",
    )
    .unwrap();
    let mut harness = window();
    drop_file(&mut harness, &picture);
    let of_window = folder.path().join("window.svg");
    run(&mut harness, Command::Export);
    run(&mut harness, Command::ExportTo(of_window.clone()));
    let text = std::fs::read_to_string(&of_window).unwrap();
    let of_command = folder.path().join("command.svg");
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_localized-lora"))
        .args(["approximate", picture.to_str().unwrap(), "--figure"])
        .arg(&of_command)
        .output()
        .unwrap();
    assert!(status.status.success(), "{status:?}");
    let images = |text: &str| -> Vec<String> {
        let parts = text.split("base64,").skip(1);
        parts
            .map(|part| part.split('"').next().unwrap_or_default().to_owned())
            .collect()
    };
    let other = std::fs::read_to_string(&of_command).unwrap();
    assert!(images(&text).len() >= 4);
    assert_eq!(images(&text), images(&other));
    let analysis = harness.state().state().analysis.clone().expect("an answer");
    assert_eq!(analysis.range, (0.0, 255.0));
}

#[test]
fn the_budget_slider_stops_where_all_can_spend() {
    let mut harness = window_with(matched(224));
    harness.get_by_label("matched: each spends 224");
    let budget = harness.get_by_role_and_label(Role::Slider, "budget");
    budget.set_value_accesskit(300.0);
    settle(&mut harness);
    let now = |harness: &Window| harness.state().state().session().settings.adaptive.budget;
    assert_eq!(now(&harness), 336);
    harness.get_by_label("matched: each spends 336");
}

#[test]
fn a_budget_that_is_not_matched_says_so_and_offers_the_nearest() {
    let mut harness = window_with(matched(530));
    let told =
        "not matched: LoRA 504 of 530, MELoRA 392 of 530, Localized LoRA 448 of 530 parameters";
    assert_eq!(
        harness.query_all_by_label(told).count(),
        2,
        "card and table"
    );
    harness.get_by_label("Set 560");
    harness.get_by_label("Set 448").click();
    settle(&mut harness);
    let settings = &harness.state().state().session().settings;
    assert_eq!(settings.adaptive.budget, 448);
}

#[test]
fn the_verdict_over_the_data_set_says_at_how_many_parameters() {
    let mut preferences = matched(530);
    preferences.view.second = &data_set::VIEW;
    let mut harness = window_with(preferences);
    harness.get_by_label("not matched: LoRA 504, Localized LoRA 448 parameters");
    let mut session = harness.state().state().session().clone();
    session.settings.adaptive.budget = 224;
    set(&mut harness, session);
    harness.get_by_label("at 224 parameters");
}

#[test]
fn ranks_painted_over_the_budget_are_told() {
    let mut preferences = matched(224);
    preferences.session.settings.show_adaptive = true;
    preferences.session.settings.adaptive.painted = Some(vec![3, 2, 2, 2]);
    preferences.view.second = &rank_map::VIEW;
    let harness = window_with(preferences);
    harness.get_by_label("not matched: these ranks cost 252 parameters, 28 over the budget of 224");
    harness.get_by_label_contains("28 over the budget of 224 ·");
}

#[test]
fn a_budget_too_small_for_a_matrix_is_set_by_one_click() {
    let mut session = of_source("synthetic:noise:rows=256,cols=256");
    session.settings.show_adaptive = true;
    let mut harness = window();
    set(&mut harness, session);
    assert!(harness.query_by_label("Set 256").is_some());
    harness.get_by_label("Set 256").click();
    settle(&mut harness);
    let analysis = harness.state().state().analysis.clone().expect("an answer");
    let adaptive = analysis.methods.last().expect("shown");
    assert_eq!(adaptive.settings.method(), Method::LocalizedAdaptive);
    assert!(adaptive.outcome.is_ok(), "{:?}", adaptive.outcome);
}

#[test]
fn a_method_that_gets_no_rank_keeps_its_curve() {
    let mut preferences = matched(224);
    preferences.session.settings.matched = Some(BudgetRule::SectionTwoE);
    let mut harness = window_with(preferences);
    let analysis = harness.state().state().analysis.clone().expect("an answer");
    let localized = &analysis.methods[2];
    assert!(localized.outcome.is_err());
    assert!(localized.curve.len() > 5);
    // In the pane and beside the budget, which is not matched.
    let told = harness.query_all_by_label_contains("Localized LoRA 0 of 56 parameters");
    assert_eq!(told.count(), 2, "card and table");
    harness
        .query_all_by_label("Set 448")
        .next()
        .unwrap()
        .click();
    settle(&mut harness);
    let analysis = harness.state().state().analysis.clone().expect("an answer");
    assert!(analysis.methods.iter().all(|method| method.outcome.is_ok()));
}

#[test]
fn a_click_on_a_block_brings_its_singular_values() {
    let mut preferences = crate::plain();
    preferences.view.second = &best_grid::VIEW;
    let mut harness = window_with(preferences);
    harness
        .get_by_role_and_label(Role::Image, "Localized LoRA")
        .click();
    settle(&mut harness);
    harness.get_by_label_contains("Localized LoRA block (");
}

#[test]
fn the_gallery_goes_along_with_a_digit_that_is_chosen_elsewhere() {
    let mut preferences = unfolded();
    preferences.view.split = Split::Train;
    preferences.view.filter = Some(5);
    preferences.session.source = "mnist:train:0".parse().unwrap();
    let mut harness = window_with(preferences);
    set(&mut harness, Session::default());
    let view = harness.state().state().preferences.view.clone();
    assert_eq!((view.split, view.filter), (Split::Test, None));
    // A matrix that is no digit has no index.
    set(&mut harness, of_source("synthetic:noise"));
    harness.get(By::new().value("–"));
}

#[test]
fn a_photo_says_which_data_set_is_measured() {
    let mut preferences = crate::plain();
    preferences.view.second = &data_set::VIEW;
    preferences.session.source = "synthetic:noise:rows=9,cols=9".parse().unwrap();
    let harness = window_with(preferences);
    harness.get_by_label_contains("is no image of a data set; measured are the MNIST test images");
    harness.get_by_label_contains("of 10,000 MNIST test images");
}

#[test]
fn old_numbers_of_a_data_set_keep_their_own_name() {
    let mut preferences = crate::plain();
    preferences.view.second = &data_set::VIEW;
    let mut harness = window_with(preferences);
    let ctx = harness.ctx.clone();
    let other = Command::SetSession(Box::new(of_source("mnist:train:1")));
    harness.state_mut().run(&ctx, other);
    // Until the digit is there and its data set is being measured.
    for _ in 0..2000 {
        harness.step();
        if harness
            .query_by_label_contains("Still showing the MNIST test images")
            .is_some()
        {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    harness.get_by_label_contains("Still showing the MNIST test images at r = 4");
    harness.get_by_label_contains("of 10,000 MNIST test images");
    assert!(
        harness
            .query_by_label_contains("60,000 MNIST training images")
            .is_none()
    );
    // Stopped, it says so still and can be asked for again.
    harness.get_by_label("Stop").click();
    settle(&mut harness);
    harness.get_by_label_contains("Still showing the MNIST test images at r = 4");
    harness.get_by_label("Measure");
}

#[test]
fn a_pin_is_restored_and_removed_alone() {
    let mut harness = window();
    run(&mut harness, Command::Approximate(MatrixAction::Pin));
    let mut second = Session::default();
    second.settings.lora.rank = 7;
    set(&mut harness, second);
    run(&mut harness, Command::Approximate(MatrixAction::Pin));
    let restore: Vec<_> = harness.query_all_by_label("Restore").collect();
    assert_eq!(restore.len(), 2);
    restore[0].click_accesskit();
    drop(restore);
    settle(&mut harness);
    assert_eq!(harness.state().state().session(), &Session::default());
    let remove: Vec<_> = harness.query_all_by_label("Unpin").collect();
    remove[0].click_accesskit();
    drop(remove);
    settle(&mut harness);
    let pinned = &harness.state().state().pinned;
    assert_eq!(pinned.len(), 1);
    assert_eq!(pinned[0].wanted.lora.rank, 7);
}

#[test]
fn stopping_leaves_the_settings_that_are_on_screen() {
    let mut harness = window();
    set(&mut harness, of_source("synthetic:noise:rows=700,cols=700"));
    let before = harness.state().state().session().clone();
    let mut slow = before.clone();
    slow.settings.localized.grid = 3;
    let ctx = harness.ctx.clone();
    harness
        .state_mut()
        .run(&ctx, Command::SetSession(Box::new(slow)));
    harness.step();
    run(&mut harness, Command::Cancel);
    assert_eq!(harness.state().state().session(), &before);
    let analysis = harness.state().state().analysis.clone().expect("an answer");
    assert_eq!(analysis.wanted, before.settings);
}

#[test]
fn a_long_load_is_told_in_words_and_what_is_old_is_named() {
    let mut harness = window();
    let ctx = harness.ctx.clone();
    let large = of_source("synthetic:noise:rows=700,cols=701");
    harness
        .state_mut()
        .run(&ctx, Command::SetSession(Box::new(large)));
    let mut words = Vec::new();
    let start = std::time::Instant::now();
    while harness.state().busy() && start.elapsed().as_secs() < 100 {
        harness.step();
        if harness
            .query_by_label_contains("Still showing MNIST test image 1")
            .is_some()
        {
            words.push("still");
        }
        if harness.query_all_by_label_contains("Factorizing ").count() > 0 {
            words.push("factorizing");
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    settle(&mut harness);
    assert!(
        words.contains(&"still") && words.contains(&"factorizing"),
        "{words:?}"
    );
    assert!(harness.query_by_label_contains("Still showing").is_none());
}
