//! What one frame of the window costs: with a 1024 × 1024 matrix on screen, and with the Fine-tune
//! tab while all cores train. Layout of everything and turning it into triangles, without the
//! graphics adapter's part. `cargo bench --bench frame`

use std::time::{Duration, Instant};

use eframe::egui;
use egui_kittest::Harness;
use localized_lora::app::Explorer;
use localized_lora::app::command::Command;
use localized_lora::app::state::Preferences;
use localized_lora::app::tabs::finetune::FinetuneTab;
use localized_lora::app::tabs::finetune::action::{SweepAction, TAB as SWEEP_TAB};
use localized_lora::experiment::SweepPreset;
use localized_lora::source::{Limits, Source, SyntheticKind, SyntheticSettings};

const SIDE: usize = 1024;
const FRAMES: u32 = 300;

fn main() {
    matrix();
    training();
}

/// The Fine-tune tab of a window.
fn sweep_of(window: &Explorer) -> &FinetuneTab {
    window.page().expect("the tab is there")
}

/// Frames at the pace of a screen, while a sweep has every core.
fn training() {
    let mut preferences = Preferences::default();
    preferences.experiment.preset = SweepPreset::Paper;
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1360.0, 820.0))
        .build_eframe(move |context| {
            Explorer::new(&context.egui_ctx, preferences, None, Limits::default())
        });
    let run = |harness: &mut Harness<'static, Explorer>, command| {
        let context = harness.ctx.clone();
        harness.state_mut().run(&context, command);
        harness.step();
    };
    run(&mut harness, Command::Show(SWEEP_TAB));
    run(&mut harness, Command::Finetune(SweepAction::Train));
    while sweep_of(harness.state()).training().latest().is_none() {
        harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut taken: Vec<f64> = (0..FRAMES)
        .map(|_| {
            std::thread::sleep(Duration::from_millis(16));
            let start = Instant::now();
            harness.step();
            let output = harness.output();
            let (shapes, scale) = (output.shapes.clone(), output.pixels_per_point);
            harness.ctx.tessellate(shapes, scale);
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    assert!(
        sweep_of(harness.state()).training().under_way(),
        "the sweep ended before the frames"
    );
    taken.sort_by(f64::total_cmp);
    let at = |share: f64| taken[((FRAMES - 1) as f64 * share) as usize];
    println!(
        "a frame while all cores train: {:.2} ms in the middle, {:.1} ms for 99 of 100",
        at(0.5),
        at(0.99)
    );
}

fn matrix() {
    let mut preferences = Preferences::default();
    preferences.session.source = Source::Synthetic(SyntheticSettings {
        rows: SIDE,
        cols: SIDE,
        ..SyntheticSettings::new(SyntheticKind::Gradient)
    });
    preferences.session.settings.show_adaptive = true;
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1360.0, 820.0))
        .build_eframe(move |context| {
            Explorer::new(&context.egui_ctx, preferences, None, Limits::default())
        });
    while harness.state().busy() || harness.state().state().digits.is_none() {
        harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    harness.run_steps(20);
    let start = Instant::now();
    let mut triangles = 0;
    for frame in 0..FRAMES {
        // The pointer wanders over a pane, so that the cursor is drawn in every one of them.
        let place = egui::pos2(400.0 + frame as f32 % 150.0, 250.0);
        harness
            .input_mut()
            .events
            .push(egui::Event::PointerMoved(place));
        harness.step();
        let output = harness.output();
        let shapes = harness
            .ctx
            .tessellate(output.shapes.clone(), output.pixels_per_point);
        triangles = shapes.len();
    }
    let each = start.elapsed().as_secs_f64() * 1e3 / f64::from(FRAMES);
    println!(
        "a frame with a {SIDE} x {SIDE} matrix: {each:.2} ms ({triangles} meshes, {FRAMES} frames)"
    );
}
