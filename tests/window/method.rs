//! The Method tab.

use eframe::egui::Key;
use eframe::egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use localized_lora::app::Explorer;
use localized_lora::app::state::Tab;
use localized_lora::views::locality;

use super::{plain, settle, window, window_of};

/// Opens a part of the tab.
fn open(harness: &mut Harness<'static, Explorer>, section: &str) {
    harness.key_press(Key::Num3);
    harness.run_steps(3);
    harness.get_by_label(section).click();
    settle(harness);
}

#[test]
fn claims_stand_beside_what_is_measured_and_open_what_they_are_about() {
    let mut harness = window();
    open(&mut harness, "Claims");
    harness.get_by_label("0.2313, 0.9071, 0.2119 (Table I)");
    harness.get_by_label("0.2313, 0.9071, 0.2119");
    harness.get_by_label_contains("75.0 % of the fives, 8.8 % of the zeros");
    harness.get_by_label_contains("mean errors 0.2316 and 0.2361 against 0.1740");
    harness.get_by_label_contains("mean error 0.2137 against 0.2361, worse on 0 of 10,000 digits");
    assert!(harness.query_all_by_label("✖ does not hold").count() >= 4);
    assert!(harness.query_all_by_label("✔ holds").count() >= 8);
    assert_eq!(
        harness
            .query_all_by_label("run a sweep in the Fine-tune tab")
            .count(),
        5
    );
    let noise = harness.get_by_label("Gaussian noise is not").rect();
    let shows = harness.query_all_by_role_and_label(Role::Button, "Show");
    let near = shows.min_by(|a, b| {
        let away = |rect: eframe::egui::Rect| (rect.top() - noise.top()).abs();
        away(a.rect()).total_cmp(&away(b.rect()))
    });
    near.unwrap().click();
    settle(&mut harness);
    let state = harness.state().state();
    assert_eq!(state.tab, Tab::HOME);
    assert_eq!(state.session().source.to_string(), "synthetic:noise");
    assert_eq!(*state.preferences.view.second, locality::VIEW);
}

#[test]
fn the_calculator_opens_on_the_papers_example_and_counts_every_structure() {
    let mut harness = window();
    open(&mut harness, "Parameters");
    for text in ["8,192", "2,048"] {
        assert!(harness.query_all_by_label(text).count() >= 2, "{text}");
    }
    assert_eq!(harness.query_all_by_label("Quad-tree").count(), 2);
}

#[test]
fn equations_are_read_out_and_have_the_present_numbers() {
    let mut harness = window();
    open(&mut harness, "Definitions");
    harness.get_by_label("W* = W + ΔW = W + B A (1)");
    harness.get_by_label_contains("[B_1 A_1, 0, ⋯, 0;");
    harness.get_by_label_contains("rank 15, min(28, 28) = 28");
    harness.get_by_label_contains("ranks of the blocks with K = 2: ");
}

#[test]
fn both_readings_are_drawn_with_their_counts() {
    let mut harness = window();
    open(&mut harness, "Two readings");
    harness.get_by_label("(64 + 784) K rblock = 6,784 parameters");
    harness.get_by_label("(784 + 64 K²) rblock = 3,616 parameters");
    assert_eq!(
        harness
            .query_all_by_label_contains("Part 6 of 16: ")
            .count(),
        2
    );
    // The arrows go from part to part.
    let weight = "Weight, Localized, weight blocks";
    harness.get_by_role_and_label(Role::Image, weight).focus();
    harness.run_steps(2);
    for (key, part) in [(Key::ArrowRight, 7), (Key::ArrowDown, 11)] {
        harness.key_press(key);
        settle(&mut harness);
        let told = format!("Part {part} of 16: ");
        assert_eq!(harness.query_all_by_label_contains(&told).count(), 2);
    }
}

#[test]
fn its_text_fits_the_smallest_window() {
    for (section, texts) in [
        ("Definitions", ["Every method covers", "N rdiag (p + q) ="]),
        ("Claims", ["of the fives", "Gaussian noise"]),
        ("Parameters", ["LoRA's rank", "Equal parameters"]),
    ] {
        let mut harness = window_of([720.0, 480.0], plain());
        open(&mut harness, section);
        for text in texts {
            let all = harness.query_all_by_label_contains(text);
            let rects: Vec<_> = all.map(|one| one.rect()).collect();
            assert!(!rects.is_empty(), "{text}");
            for rect in rects {
                assert!(rect.right() <= 720.0, "{text}: {rect}");
            }
        }
    }
}
