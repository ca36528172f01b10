//! Everything by keyboard: who has it, where it is seen, and what it reaches.

use eframe::egui::{self, Key, Modifiers, Pos2, Rect, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use localized_lora::app::Explorer;
use localized_lora::app::command::Command;
use localized_lora::app::state::{Preferences, Tab};
use localized_lora::app::tabs::finetune::action::TAB as SWEEP_TAB;
use localized_lora::app::tabs::method::TAB as METHOD_TAB;
use localized_lora::source::Source;
use localized_lora::views::rank_map;

use super::{settle, window, window_of, window_with};

fn index(harness: &Harness<'_, Explorer>) -> usize {
    match harness.state().state().session().source {
        Source::Digit { index, .. } => index,
        ref other => panic!("{other}"),
    }
}

fn press_at(harness: &mut Harness<'static, Explorer>, at: Pos2) {
    harness.hover_at(at);
    harness.step();
    harness.drag_at(at);
    harness.step();
}

fn click_at(harness: &mut Harness<'static, Explorer>, at: Pos2) {
    press_at(harness, at);
    harness.drop_at(at);
    settle(harness);
}

/// Types as a keyboard does: every letter as a key and as text.
fn typed(harness: &mut Harness<'static, Explorer>, text: &str) {
    for letter in text.chars() {
        let key = Key::from_name(&letter.to_uppercase().to_string()).expect("a key");
        harness.key_press(key);
        harness.event(egui::Event::Text(letter.to_string()));
        settle(harness);
    }
}

#[test]
fn a_slider_moved_by_the_mouse_takes_the_arrows() {
    let mut harness = window();
    let slider = harness.get_by_role_and_label(Role::Slider, "rank r").rect();
    press_at(&mut harness, slider.left_center() + egui::vec2(10.0, 0.0));
    harness.hover_at(slider.center());
    harness.step();
    harness.drop_at(slider.center());
    settle(&mut harness);
    let rank = harness.state().state().session().settings.lora.rank;
    assert_ne!(rank, 4);
    harness.key_press(Key::ArrowRight);
    settle(&mut harness);
    let settings = &harness.state().state().session().settings;
    assert_eq!(settings.lora.rank, rank + 1);
    assert_eq!(index(&harness), 1, "the digit stays");
}

#[test]
fn what_is_typed_beside_the_field_does_nothing() {
    let mut harness = window();
    // Between the tabs and the buttons. A click less than five points from a field means the field.
    let beside = harness.ctx.content_rect().center_top() + egui::vec2(0.0, 12.0);
    click_at(&mut harness, beside);
    typed(&mut harness, "1e200rp3");
    let field = harness.get_by_role_and_label(Role::TextInput, "path or source");
    assert!(!field.is_focused() && field.value().is_none_or(|text| text.is_empty()));
    let state = harness.state().state();
    assert_eq!(state.tab, Tab::HOME);
    assert_eq!(index(&harness), 1);
    assert!(state.pinned.is_empty());
    // A click into the content gives it the keys, and so does Escape.
    let pane = harness.get_by_role_and_label(Role::Image, "LoRA").rect();
    click_at(&mut harness, pane.center());
    typed(&mut harness, "p");
    assert_eq!(harness.state().state().pinned.len(), 1);
    click_at(&mut harness, beside);
    harness.key_press(Key::Escape);
    settle(&mut harness);
    typed(&mut harness, "3");
    assert_eq!(harness.state().state().tab, METHOD_TAB);
}

#[test]
fn what_is_typed_after_enter_in_a_field_does_nothing() {
    let mut harness = window();
    let pane = harness.get_by_role_and_label(Role::Image, "LoRA").rect();
    click_at(&mut harness, pane.center());
    // By the keyboard alone, so that no click has taken the keys from the content.
    let field = harness.get_by_role_and_label(Role::TextInput, "path or source");
    field.focus();
    settle(&mut harness);
    harness.event(egui::Event::Text("mnist:test:38".to_owned()));
    harness.key_press(Key::Enter);
    settle(&mut harness);
    assert_eq!(index(&harness), 38);
    typed(&mut harness, "3p");
    assert_eq!(harness.state().state().tab, Tab::HOME);
    assert!(harness.state().state().pinned.is_empty());
    harness.key_press(Key::Escape);
    settle(&mut harness);
    typed(&mut harness, "3");
    assert_eq!(harness.state().state().tab, METHOD_TAB);
}

#[test]
fn the_arrows_go_on_after_a_click_on_the_next_digit() {
    let mut harness = window();
    harness.get_by_label("Next digit").click();
    settle(&mut harness);
    harness.key_press(Key::ArrowRight);
    settle(&mut harness);
    assert_eq!(index(&harness), 3);
}

#[test]
fn tabs_open_by_ctrl_and_a_digit_from_anywhere() {
    let mut harness = window();
    harness
        .get_by_role_and_label(Role::TextInput, "path or source")
        .focus();
    settle(&mut harness);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num2);
    settle(&mut harness);
    assert_eq!(harness.state().state().tab, SWEEP_TAB);
}

#[test]
fn escape_leaves_a_field_before_it_cancels_anything() {
    let mut harness = window();
    let ctx = harness.ctx.clone();
    harness.state_mut().run(&ctx, Command::Help);
    settle(&mut harness);
    let field = harness.get_by_role_and_label(Role::TextInput, "path or source");
    field.focus();
    settle(&mut harness);
    harness.key_press(Key::Escape);
    settle(&mut harness);
    assert!(harness.state().state().help, "the field is left");
    harness.key_press(Key::Escape);
    settle(&mut harness);
    assert!(!harness.state().state().help);
}

#[test]
fn the_gallery_is_one_stop_and_the_arrows_go_through_it() {
    let mut harness = window();
    let gallery = harness.get_by_role_and_label(Role::ListBox, "gallery of digits");
    assert_eq!(gallery.value().as_deref(), Some("image 1, a 2"));
    gallery.focus();
    harness.step();
    harness.step();
    harness.key_press(Key::ArrowRight);
    settle(&mut harness);
    assert_eq!(index(&harness), 2);
    for _ in 0..12 {
        harness.key_press(Key::ArrowDown);
        settle(&mut harness);
    }
    let far = index(&harness);
    assert!(far > 60, "twelve rows further: {far}");
    let gallery = harness.get_by_role_and_label(Role::ListBox, "gallery of digits");
    assert!(gallery.is_focused());
    harness.key_press(Key::ArrowUp);
    settle(&mut harness);
    assert!(index(&harness) < far);
}

#[test]
fn the_arrows_select_blocks_in_a_pane() {
    let mut harness = window();
    harness
        .get_by_role_and_label(Role::Image, "Localized LoRA")
        .focus();
    harness.step();
    harness.step();
    for key in [Key::Enter, Key::ArrowRight, Key::ArrowDown] {
        harness.key_press(key);
        settle(&mut harness);
    }
    harness.get_by_label_contains("block (2, 2)");
    assert_eq!(index(&harness), 1, "the digit stays");
}

#[test]
fn the_points_of_the_error_plot_are_reached_and_used() {
    let mut harness = window();
    let plot = || "Error against parameters";
    harness.get_by_role_and_label(Role::Image, plot()).focus();
    harness.step();
    harness.step();
    for _ in 0..3 {
        harness.key_press(Key::ArrowRight);
        settle(&mut harness);
    }
    let said = harness.get_by_role_and_label(Role::Image, plot()).value();
    let said = said.expect("the point is read out");
    assert!(said.contains("LoRA: r = "), "{said}");
    let before = harness.state().state().session().settings.lora.rank;
    harness.key_press(Key::Enter);
    settle(&mut harness);
    let after = harness.state().state().session().settings.lora.rank;
    assert!(
        before != after && said.contains(&format!("r = {after}")),
        "{said}"
    );
    // Down is another method's curve.
    harness.key_press(Key::ArrowDown);
    settle(&mut harness);
    let said = harness.get_by_role_and_label(Role::Image, plot()).value();
    assert!(said.is_some_and(|said| said.contains("MELoRA")));
}

#[test]
fn ranks_are_painted_by_keys() {
    let mut preferences = Preferences::default();
    preferences.view.second = &rank_map::VIEW;
    let mut harness = window_with(preferences);
    harness
        .get_by_role_and_label(Role::Image, "ranks per block")
        .focus();
    harness.step();
    harness.step();
    for key in [Key::ArrowRight, Key::ArrowRight] {
        harness.key_press(key);
        settle(&mut harness);
    }
    harness.event(egui::Event::Text("+".to_owned()));
    settle(&mut harness);
    let painted = || {
        harness
            .state()
            .state()
            .session()
            .settings
            .adaptive
            .painted
            .clone()
    };
    assert_eq!(painted(), Some(vec![2, 3, 2, 2]));
    harness.key_press(Key::ArrowDown);
    settle(&mut harness);
    harness.event(egui::Event::Text("5".to_owned()));
    settle(&mut harness);
    let painted = harness
        .state()
        .state()
        .session()
        .settings
        .adaptive
        .painted
        .clone();
    assert_eq!(painted, Some(vec![2, 3, 2, 5]));
    assert_eq!(harness.state().state().tab, Tab::HOME);
}

/// The rectangles that Tab goes through, until it comes round.
fn stops(harness: &mut Harness<'static, Explorer>) -> Vec<(String, Rect)> {
    let mut stops: Vec<(String, Rect)> = Vec::new();
    for _ in 0..120 {
        harness.key_press(Key::Tab);
        // The scroll area follows with an animation.
        harness.run_steps(12);
        let root = harness.root();
        let Some(stop) = root
            .children_recursive()
            .find(egui_kittest::Node::is_focused)
        else {
            continue;
        };
        let node = stop.accesskit_node();
        let stop = (format!("{:?} {:?}", node.role(), node.label()), stop.rect());
        if stops.len() > 3 && stops[0].0 == stop.0 {
            break;
        }
        stops.push(stop);
    }
    stops
}

#[test]
fn every_stop_of_tab_is_on_the_screen_and_has_a_name() {
    for size in [[1360.0, 820.0], [720.0, 480.0]] {
        let mut harness = window_of(size, Preferences::default());
        let stops = stops(&mut harness);
        assert!(stops.len() > 30, "{stops:?}");
        let screen = Rect::from_min_size(Pos2::ZERO, size.into());
        for (name, rect) in &stops {
            assert!(screen.intersects(*rect), "{name} is at {rect}");
            assert!(!name.contains("None"), "{name} at {rect}");
        }
        let place = |text: &str| stops.iter().position(|(name, _)| name.contains(text));
        if place("Copy as command").is_none() {
            // In a narrow window they stand in a menu.
            assert!(size[0] < 1000.0 && place("More").is_some(), "{stops:?}");
            continue;
        }
        assert!(
            place("Copy as command") < place("Export figure"),
            "{stops:?}"
        );
        let lefts = ["Copy as command", "Export figure"].map(|text| {
            let found = stops.iter().find(|(name, _)| name.contains(text));
            found.expect("a stop").1.left()
        });
        assert!(lefts[0] < lefts[1], "left to right: {lefts:?}");
    }
}

#[test]
fn the_window_and_its_plots_have_names() {
    let harness = window();
    let root = harness.root().accesskit_node().label();
    assert_eq!(root.as_deref(), Some("Localized LoRA Explorer"));
    for (role, name) in [
        (Role::Button, "Previous digit"),
        (Role::Button, "Next digit"),
        (Role::Image, "Error against parameters"),
        (Role::Image, "Singular values"),
    ] {
        harness.get_by_role_and_label(role, name);
    }
}

/// A letter or an arrow does nothing to a tab that nobody sees.
#[test]
fn single_keys_are_for_the_tab_on_screen() {
    let mut harness = window();
    let before = index(&harness);
    harness
        .get_by_role_and_label(Role::Button, "Method")
        .click();
    settle(&mut harness);
    for key in [Key::ArrowRight, Key::R, Key::F] {
        harness.key_press(key);
        settle(&mut harness);
    }
    assert_eq!(index(&harness), before);
    harness
        .get_by_role_and_label(Role::Button, "Approximate")
        .click();
    settle(&mut harness);
    harness.key_press(Key::ArrowRight);
    settle(&mut harness);
    assert_eq!(index(&harness), before + 1);
}
