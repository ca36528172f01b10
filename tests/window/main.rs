//! The real window's code, driven through egui's test harness: what a user does by keyboard and
//! mouse, and what the window then shows.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod approximate;
mod export;
mod factors;
mod finetune;
mod finetune_kept;
mod finetune_table;
mod frame;
mod keys;
mod layers;
mod layout;
mod method;
mod parity;
mod pictures;
mod play;
mod plots;
mod print;
mod real;
mod sessions;
mod together;
mod wanted;
mod weights;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use localized_lora::app::Explorer;
use localized_lora::app::state::{Preferences, ThemeChoice};
use localized_lora::app::tabs::finetune::FinetuneTab;
use localized_lora::source::Limits;

/// A window of the usual size on these preferences, its settings kept nowhere.
fn window_with(preferences: Preferences) -> Harness<'static, Explorer> {
    window_of([1360.0, 820.0], preferences)
}

/// A window of this size in points.
fn window_of(size: [f32; 2], preferences: Preferences) -> Harness<'static, Explorer> {
    // The harness sets a theme of its own after the program has set the user's.
    let theme = match preferences.theme {
        ThemeChoice::Light => egui::Theme::Light,
        ThemeChoice::Dark | ThemeChoice::System => egui::Theme::Dark,
    };
    let mut harness = Harness::builder()
        .with_theme(theme)
        .with_size(size)
        .with_max_steps(40)
        .build_eframe(move |context| {
            Explorer::new(&context.egui_ctx, preferences, None, Limits::default())
        });
    settle(&mut harness);
    harness
}

/// A window with the sources unfolded, all its workers done.
fn window() -> Harness<'static, Explorer> {
    window_with(unfolded())
}

/// What a new user has but for the line above the panes, for which each window would measure a whole
/// data set.
fn plain() -> Preferences {
    let mut preferences = Preferences::default();
    preferences.view.verdict = false;
    preferences
}

/// The same with the sources unfolded.
fn unfolded() -> Preferences {
    let mut preferences = plain();
    preferences.view.source_open = true;
    preferences
}

/// The Fine-tune tab of a window.
fn sweep_of(window: &Explorer) -> &FinetuneTab {
    window.page().expect("the tab is there")
}

/// Draws until no worker has anything more to say and the picture rests.
fn settle(harness: &mut Harness<'static, Explorer>) {
    let start = Instant::now();
    let mut quiet = 0;
    while quiet < 4 {
        harness.step();
        if harness.state().busy() {
            quiet = 0;
            std::thread::sleep(Duration::from_millis(2));
        } else {
            quiet += 1;
        }
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "the window did not come to rest"
        );
    }
}

/// A file as the system would drop it on the window.
#[derive(Debug)]
struct Dropped(std::path::PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// Drops a file and waits for what comes of it.
fn drop_file(harness: &mut Harness<'static, Explorer>, path: &Path) {
    let file: egui::DroppedFileHandle = Arc::new(Dropped(path.to_path_buf()));
    harness.input_mut().dropped_files.push(file);
    settle(harness);
}

/// Draws until the line above the panes says how the methods do over the whole data set, which is
/// measured once the settings rest.
fn wait_for_verdict(harness: &mut Harness<'static, Explorer>) {
    let start = Instant::now();
    while harness.query_by_label_contains("Over 10,000").is_none() {
        harness.step();
        std::thread::sleep(Duration::from_millis(20));
        assert!(
            start.elapsed() < Duration::from_secs(300),
            "the data set was not measured"
        );
    }
    settle(harness);
}
