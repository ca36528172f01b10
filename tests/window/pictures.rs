//! Pictures of the tab in both themes. They need a graphics adapter; software ones count.

use eframe::egui;
use egui_kittest::{Harness, SnapshotOptions};
use localized_lora::app::Explorer;
use localized_lora::app::state::{Preferences, ThemeChoice};

use super::window_with;

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

fn picture(theme: ThemeChoice, name: &str) {
    let mut harness = window_with(Preferences {
        theme,
        ..Preferences::default()
    });
    if !can_draw(&mut harness) {
        return;
    }
    // The status line holds times, which differ from run to run.
    let status = egui::Rect::from_min_max(egui::pos2(0.0, 790.0), egui::pos2(1360.0, 820.0));
    harness.mask(status);
    harness.snapshot_options(name, &SnapshotOptions::default());
}

#[test]
fn the_approximate_tab_in_light() {
    picture(ThemeChoice::Light, "approximate_light");
}

#[test]
fn the_approximate_tab_in_dark() {
    picture(ThemeChoice::Dark, "approximate_dark");
}
