//! The build-up: what plays, where it ends, and that leaving it restores everything.

use eframe::egui::{self, Key, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use localized_lora::app::Explorer;
use localized_lora::app::command::Command;
use localized_lora::app::tabs::approximate::ApproximateTab;
use localized_lora::app::tabs::approximate::action::MatrixAction;
use localized_lora::app::tabs::approximate::play::action::PlayAction;

use super::{settle, window};

type Window = Harness<'static, Explorer>;

fn play(harness: &mut Window, action: PlayAction) {
    let ctx = harness.ctx.clone();
    harness.state_mut().run(&ctx, Command::play(action));
    settle(harness);
}

fn tab(harness: &Window) -> &ApproximateTab {
    harness.state().page().expect("the tab is there")
}

/// The step that the player is at, and whether it runs.
fn place(harness: &Window) -> Option<(usize, bool)> {
    tab(harness).player.place()
}

/// Parameters of every method in the panes.
fn parameters(harness: &Window) -> Vec<usize> {
    let step = tab(harness).player.step().expect("a step is drawn");
    step.evaluations().iter().map(|one| one.params).collect()
}

/// Draws until the step is there, and no longer: time passes with every frame.
fn draw(harness: &mut Window) {
    harness.step();
    while harness.state().busy() {
        std::thread::sleep(std::time::Duration::from_millis(2));
        harness.step();
    }
}

/// Lets time pass in the window until it rests.
fn play_to_the_end(harness: &mut Window) {
    for _ in 0..400 {
        harness.step();
        if !harness.state().busy() && place(harness).is_some_and(|(_, running)| !running) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    panic!("it plays on and on: {:?}", place(harness));
}

#[test]
fn it_plays_from_nothing_to_the_results_and_leaving_restores_them() {
    let mut harness = window();
    let before = harness.state().state().preferences.clone();
    harness.get_by_role_and_label(Role::Button, "Play").click();
    draw(&mut harness);
    assert_eq!(place(&harness), Some((0, true)));
    assert_eq!(parameters(&harness), [0, 0, 0]);
    harness.get_by_label("0 of 224 parameters, rank by rank");
    play_to_the_end(&mut harness);
    assert_eq!(place(&harness), Some((4, false)));
    let whole = harness.state().state().analysis.clone().expect("an answer");
    let step = tab(&harness).player.step().expect("a step is drawn");
    for (one, other) in step.outcomes().zip(whole.outcomes()) {
        assert_eq!(one.evaluation, other.evaluation);
        assert_eq!(one.id(), other.id());
    }
    harness.key_press(Key::Escape);
    settle(&mut harness);
    assert_eq!(place(&harness), None);
    harness.get_by_label("0.2119");
    let after = &harness.state().state().preferences;
    assert_eq!(
        (&after.session, &after.view),
        (&before.session, &before.view)
    );
    let now = harness.state().state().analysis.clone().expect("an answer");
    assert!(
        std::sync::Arc::ptr_eq(&now, &whole),
        "nothing is computed again"
    );
}

#[test]
fn keys_play_pause_and_step_and_the_panes_follow() {
    let mut harness = window();
    harness.key_press(Key::Space);
    draw(&mut harness);
    assert_eq!(place(&harness), Some((0, true)));
    harness.key_press(Key::Space);
    settle(&mut harness);
    // On a slow machine steps went by between the two keys.
    let (steps, playing) = place(&harness).expect("a place");
    assert!(!playing);
    for _ in 0..steps {
        harness.key_press(Key::Comma);
        settle(&mut harness);
    }
    assert_eq!(place(&harness), Some((0, false)));
    for _ in 0..2 {
        harness.key_press(Key::Period);
        settle(&mut harness);
    }
    assert_eq!(parameters(&harness), [112, 112, 112]);
    harness.get_by_label("112 of 224 parameters, rank by rank");
    // Above its pane; the table yields to the player.
    harness.get_by_label("K = 2, rblock = 1 · 112 parameters (14.3 %)");
    harness.key_press(Key::Comma);
    settle(&mut harness);
    // A rank of LoRA is paid for, one of all four blocks is not.
    assert_eq!(parameters(&harness), [56, 56, 0]);
    harness.get_by_label("Block by block").click();
    settle(&mut harness);
    assert_eq!(
        place(&harness),
        Some((4, false)),
        "as far on the way as before"
    );
    assert_eq!(parameters(&harness), [56, 56, 56]);
}

#[test]
fn a_step_back_begins_at_the_end_and_a_shuffle_is_played_at_the_same_step() {
    let mut harness = window();
    play(&mut harness, PlayAction::Back);
    assert_eq!(place(&harness), Some((3, false)));
    play(&mut harness, PlayAction::Forward);
    let whole = |harness: &Window| -> Vec<f64> {
        let step = tab(harness).player.step().expect("a step is drawn");
        step.evaluations().iter().map(|one| one.error).collect()
    };
    let before = whole(&harness);
    harness.get_by_label("Shuffle").click();
    settle(&mut harness);
    assert_eq!(place(&harness), Some((4, false)));
    let after = whole(&harness);
    assert!((after[0] - before[0]).abs() < 1e-12, "LoRA is unaffected");
    assert!(
        after[2] > 1.5 * before[2],
        "Localized falls apart: {after:?}"
    );
    let ctx = harness.ctx.clone();
    let shuffle = Command::Approximate(MatrixAction::Shuffle);
    harness.state_mut().run(&ctx, shuffle);
    settle(&mut harness);
    assert_eq!(whole(&harness), before);
}

#[test]
fn the_animation_of_the_dialog_is_that_of_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = window();
    play(&mut harness, PlayAction::Export);
    let path = folder.path().join("mine.png");
    harness
        .get_by_role_and_label(Role::TextInput, "file to write")
        .set_text_value_accesskit(&path.display().to_string());
    settle(&mut harness);
    harness.get_by_label("Save").click();
    settle(&mut harness);
    let written = std::fs::read(&path).unwrap();
    harness.get_by_label(&format!("Saved {}", path.display()));
    std::fs::remove_file(&path).unwrap();
    let decoder = png::Decoder::new(std::io::Cursor::new(&written));
    let reader = decoder.read_info().unwrap();
    assert_eq!(reader.info().animation_control.unwrap().num_frames, 5);
    let mut texts = reader.info().utf8_text.iter();
    let command = texts.find(|text| text.keyword == "Command").unwrap();
    let command = command.get_text().unwrap();
    let words = shlex::split(&command).unwrap();
    let program = env!("CARGO_BIN_EXE_localized-lora");
    // It names the file and not its folder.
    let output = std::process::Command::new(program)
        .args(&words[1..])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(std::fs::read(&path).unwrap() == written, "{command}");
}

#[test]
fn nothing_repaints_by_itself_unless_it_plays() {
    let mut harness = window();
    play(&mut harness, PlayAction::Forward);
    harness.run_steps(3);
    let delay = harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
    assert!(delay > std::time::Duration::from_secs(1), "{delay:?}");
}
