//! Pictures of the tabs in both themes. They need a graphics adapter; software ones count.

use std::path::Path;

use eframe::egui::Key;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use egui_kittest::{Harness, SnapshotOptions};
use localized_lora::app::Explorer;
use localized_lora::app::state::{Preferences, ThemeChoice};
use localized_lora::app::tabs::approximate::view::PaneContent;
use localized_lora::views::atlas;

use super::weights::{pair_scan, show_pair};
use super::{drop_file, plain, settle, wait_for_verdict, window_of, window_with};

/// Whether pictures can be drawn here; in CI they must be.
fn can_draw(harness: &mut Harness<'static, Explorer>) -> bool {
    let drawn = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| harness.render()));
    let problem = match drawn {
        Ok(Ok(_)) => return true,
        Ok(Err(error)) => error,
        Err(_) => "no graphics adapter was found".to_owned(),
    };
    assert!(std::env::var_os("CI").is_none(), "CI must draw: {problem}");
    eprintln!("DID NOT RUN: {problem}; on Debian install mesa-vulkan-drivers");
    false
}

/// The tab that a new user meets, in a window of this size in pixels, once the line above the panes
/// says all that it has to say.
fn picture(theme: ThemeChoice, size: [f32; 2], zoom: f32, name: &str) {
    let points = size.map(|side| side / zoom);
    let preferences = Preferences {
        theme,
        zoom,
        ..Preferences::default()
    };
    let mut harness = window_of(points, preferences);
    if zoom == 1.0 {
        wait_for_verdict(&mut harness);
    }
    compare(&mut harness, name);
}

pub fn compare(harness: &mut Harness<'static, Explorer>, name: &str) {
    if !can_draw(harness) {
        return;
    }
    // The status line holds times, which differ from run to run.
    let window = harness.ctx.content_rect();
    let mut status = window;
    status.min.y = window.max.y - 30.0;
    harness.mask(status);
    harness.snapshot_options(name, &SnapshotOptions::default());
}

/// The quick sweep with one run looked into.
fn finetune(theme: ThemeChoice, name: &str) {
    let mut harness = window_with(Preferences {
        theme,
        ..Preferences::default()
    });
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/finetune_quick.json");
    drop_file(&mut harness, &results);
    harness.get_by_label("localized_grid:4:2@0.001#0").click();
    settle(&mut harness);
    harness.run_steps(10);
    compare(&mut harness, name);
}

#[test]
fn the_finetune_tab_in_light() {
    finetune(ThemeChoice::Light, "finetune_light");
}

#[test]
fn the_finetune_tab_in_dark() {
    finetune(ThemeChoice::Dark, "finetune_dark");
}

#[test]
fn the_approximate_tab_in_light() {
    picture(
        ThemeChoice::Light,
        [1440.0, 900.0],
        1.0,
        "approximate_light",
    );
}

#[test]
fn the_approximate_tab_in_dark() {
    picture(ThemeChoice::Dark, [1440.0, 900.0], 1.0, "approximate_dark");
}

#[test]
fn the_approximate_tab_in_light_in_a_small_window() {
    picture(
        ThemeChoice::Light,
        [1024.0, 700.0],
        1.0,
        "approximate_light_small",
    );
}

#[test]
fn the_approximate_tab_in_dark_in_a_small_window() {
    picture(
        ThemeChoice::Dark,
        [1024.0, 700.0],
        1.0,
        "approximate_dark_small",
    );
}

#[test]
fn the_approximate_tab_in_light_at_200_percent() {
    picture(
        ThemeChoice::Light,
        [1024.0, 700.0],
        2.0,
        "approximate_light_at_200",
    );
}

#[test]
fn the_approximate_tab_in_dark_at_200_percent() {
    picture(
        ThemeChoice::Dark,
        [1024.0, 700.0],
        2.0,
        "approximate_dark_at_200",
    );
}

/// What a class sees at 1280 × 720.
fn presented(theme: ThemeChoice, name: &str) {
    let preferences = Preferences {
        theme,
        ..Preferences::default()
    };
    let mut harness = window_of([1280.0, 720.0], preferences);
    harness.key_press(Key::F5);
    settle(&mut harness);
    compare(&mut harness, name);
}

#[test]
fn a_presentation_in_light() {
    presented(ThemeChoice::Light, "presentation_light");
}

#[test]
fn a_presentation_in_dark() {
    presented(ThemeChoice::Dark, "presentation_dark");
}

/// A part of the Method tab.
fn method(theme: ThemeChoice, size: [f32; 2], zoom: f32, (section, name): (&str, &str)) {
    let mut preferences = plain();
    (preferences.theme, preferences.zoom) = (theme, zoom);
    let mut harness = window_of(size.map(|side| side / zoom), preferences);
    harness.key_press(Key::Num3);
    harness.run_steps(3);
    harness.get_by_label(section).click();
    settle(&mut harness);
    harness.run_steps(3);
    compare(&mut harness, name);
}

#[test]
fn the_method_tab_in_light() {
    let size = [1440.0, 900.0];
    method(
        ThemeChoice::Light,
        size,
        1.0,
        ("Definitions", "method_light"),
    );
}

#[test]
fn the_claims_in_dark() {
    let size = [1440.0, 900.0];
    method(ThemeChoice::Dark, size, 1.0, ("Claims", "claims_dark"));
}

#[test]
fn the_claims_in_light_in_a_small_window() {
    let size = [1024.0, 700.0];
    method(
        ThemeChoice::Light,
        size,
        1.0,
        ("Claims", "claims_light_small"),
    );
}

#[test]
fn the_readings_in_dark_in_a_small_window() {
    let size = [1024.0, 700.0];
    method(
        ThemeChoice::Dark,
        size,
        1.0,
        ("Two readings", "readings_dark_small"),
    );
}

#[test]
fn the_method_tab_in_dark_at_200() {
    let size = [1440.0, 900.0];
    method(
        ThemeChoice::Dark,
        size,
        2.0,
        ("Definitions", "method_dark_at_200"),
    );
}

/// The atlas below the panes.
fn atlas_picture(theme: ThemeChoice, size: [f32; 2], name: &str) {
    let mut preferences = plain();
    preferences.theme = theme;
    preferences.view.second = &atlas::VIEW;
    let mut harness = window_of(size, preferences);
    compare(&mut harness, name);
}

#[test]
fn the_atlas_in_light() {
    atlas_picture(ThemeChoice::Light, [1440.0, 900.0], "atlas_light");
}

#[test]
fn the_atlas_in_dark_in_a_small_window() {
    atlas_picture(ThemeChoice::Dark, [1024.0, 700.0], "atlas_dark_small");
}

/// The factors of Localized's most telling block over the tab.
fn factors_picture(theme: ThemeChoice, name: &str) {
    let mut preferences = plain();
    preferences.theme = theme;
    let mut harness = window_of([1440.0, 900.0], preferences);
    harness
        .get_by_role_and_label(Role::Button, "Factors of Localized LoRA")
        .click();
    settle(&mut harness);
    harness.run_steps(3);
    compare(&mut harness, name);
}

#[test]
fn the_factors_in_light() {
    factors_picture(ThemeChoice::Light, "factors_light");
}

#[test]
fn the_factors_in_dark() {
    factors_picture(ThemeChoice::Dark, "factors_dark");
}

/// The singular values inside the blocks.
fn spectra_picture(theme: ThemeChoice, size: [f32; 2], name: &str) {
    let mut preferences = plain();
    preferences.theme = theme;
    preferences.view.show_in_panes(PaneContent::Spectra);
    let mut harness = window_of(size, preferences);
    compare(&mut harness, name);
}

#[test]
fn the_spectra_in_the_blocks_in_light() {
    let size = [1440.0, 900.0];
    spectra_picture(ThemeChoice::Light, size, "spectra_light");
}

#[test]
fn the_spectra_in_the_blocks_in_dark_in_a_small_window() {
    let size = [1024.0, 700.0];
    spectra_picture(ThemeChoice::Dark, size, "spectra_dark_small");
}

/// The Weights tab with a tuned model minus its base: the tree, or the scan.
fn weights_picture(theme: ThemeChoice, size: [f32; 2], (section, name): (&str, &str)) {
    let mut preferences = plain();
    preferences.theme = theme;
    let mut harness = window_of(size, preferences);
    show_pair(&mut harness);
    if section == "Scan" {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("scan.json");
        std::fs::write(&file, serde_json::to_string(&pair_scan()).unwrap()).unwrap();
        drop_file(&mut harness, &file);
    }
    harness.run_steps(3);
    compare(&mut harness, name);
}

#[test]
fn the_weights_tab_in_light() {
    let size = [1440.0, 900.0];
    weights_picture(ThemeChoice::Light, size, ("Arrays", "weights_light"));
}

#[test]
fn the_weights_tab_in_dark() {
    let size = [1440.0, 900.0];
    weights_picture(ThemeChoice::Dark, size, ("Scan", "weights_scan_dark"));
}

#[test]
fn the_weights_tab_in_dark_in_a_small_window() {
    let size = [1024.0, 700.0];
    weights_picture(ThemeChoice::Dark, size, ("Arrays", "weights_dark_small"));
}

#[test]
fn a_scan_in_light_in_a_small_window() {
    let size = [1024.0, 700.0];
    weights_picture(
        ThemeChoice::Light,
        size,
        ("Scan", "weights_scan_light_small"),
    );
}
