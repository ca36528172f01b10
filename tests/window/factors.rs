//! The window on a block's factors, and the singular values inside the blocks.

use eframe::egui::{Key, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use localized_lora::app::Explorer;
use localized_lora::app::command::Command;
use localized_lora::app::sessions::in_view;
use localized_lora::app::state::Message;
use localized_lora::app::tabs::approximate::view::PaneContent;
use localized_lora::approx::Method;
use localized_lora::views::{approximation, block_spectra, factors};

use super::{plain, settle, window_with};

type Window = Harness<'static, Explorer>;

fn click(harness: &mut Window, name: &str) {
    harness.get_by_role_and_label(Role::Button, name).click();
    settle(harness);
}

#[test]
fn every_card_opens_its_factors_and_the_terms_are_stepped_through() {
    let mut harness = window_with(plain());
    for (method, heading) in [
        (
            "LoRA",
            "LoRA, the whole matrix, 28 × 28: B is 28 × 4, A is 4 × 28, 224 parameters",
        ),
        (
            "MELoRA",
            "MELoRA, block (2, 2), 2 of 4, 7 × 7: B is 7 × 4, A is 4 × 7, 56 parameters",
        ),
        (
            "Localized LoRA",
            "Localized LoRA, block (2, 1), 3 of 4, 14 × 14: B is 14 × 2, A is 2 × 14, 56 parameters",
        ),
    ] {
        click(&mut harness, &format!("Factors of {method}"));
        harness.get_by_label(heading);
    }
    click(&mut harness, "Factors of LoRA");
    harness.get_by_label_contains("4 of 4: ");
    click(&mut harness, "One term less");
    harness.get_by_label_contains("3 of 4: ");
    click(&mut harness, "Term 1");
    let analysis = harness.state().state().analysis.clone().unwrap();
    let lora = analysis.outcome_of(Method::Lora).unwrap();
    let error = lora.factors.spectra.error_at(&[1]);
    harness.get_by_label_contains(&format!("of the energy, error {error:.4}"));
    harness.key_press(Key::Escape);
    settle(&mut harness);
    assert!(harness.query_by_label("One term less").is_none());
}

#[test]
fn the_key_opens_the_selected_block_and_the_command_names_it() {
    let mut harness = window_with(plain());
    harness.key_press(Key::F);
    settle(&mut harness);
    harness.get_by_label("Block (2, 1), 3 of 4");
    click(&mut harness, "Next block");
    harness.get_by_label("Block (2, 2), 4 of 4");
    assert_eq!(harness.state().state().part.part, Some(3));
    let ctx = harness.ctx.clone();
    harness.state_mut().run(&ctx, Command::Export);
    settle(&mut harness);
    harness
        .get_by_role_and_label(Role::RadioButton, factors::VIEW.title)
        .click();
    settle(&mut harness);
    let copies = harness.get_all_by_role_and_label(Role::Button, "Copy as command");
    copies.last().unwrap().click();
    settle(&mut harness);
    match harness.state().state().message() {
        Some(Message::Copied(command)) => {
            assert!(
                command.contains("--show factors --of localized --block 4"),
                "{command}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_panes_show_the_spectra_of_their_blocks_and_a_session_keeps_that() {
    let mut harness = window_with(plain());
    assert_eq!(
        in_view(harness.state().state()).display.views[0],
        &approximation::VIEW
    );
    click(&mut harness, "Spectra");
    let pane = harness.get_by_role_and_label(Role::Image, "Localized LoRA");
    let told = pane.accesskit_node().description().unwrap();
    assert!(
        told.starts_with("the singular values of its blocks at K = 2"),
        "{told}"
    );
    pane.hover();
    settle(&mut harness);
    harness.get_by_label_contains("Localized LoRA keeps 2 of ");
    harness.get_by_label_contains("Bars: σ of each block");
    let state = harness.state().state();
    assert_eq!(state.preferences.view.panes(), PaneContent::Spectra);
    assert_eq!(in_view(state).display.views[0], &block_spectra::VIEW);
}
