//! The way between a model's list of layers and one of them: the way back, the steps, and tables that fit.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use localized_lora::app::Explorer;
use localized_lora::app::command::Command;
use localized_lora::app::tabs::approximate::action::MatrixAction;
use localized_lora::app::tabs::weights::action::{TAB, WeightsAction};
use localized_lora::figure::{Omitted, Paper};

use super::settle;
use super::weights::{act, click, found, run, scanned, shown, weights};

/// The row that is marked in a table.
fn marked(harness: &Harness<'static, Explorer>, table: &str) -> String {
    let rows = harness.get_by_role_and_label(Role::ListBox, table);
    let said = rows.value().expect("a row is marked");
    said.split(',').next().unwrap_or_default().to_owned()
}

/// The name of the array in the first tab.
fn layer(harness: &Harness<'static, Explorer>) -> String {
    let (source, _) = shown(harness);
    source.split_once('#').expect("an array").1.to_owned()
}

#[test]
fn the_way_back_marks_the_layer_one_came_from_in_every_list() {
    let mut harness = scanned();
    let name = found(&harness).layers[3].layer.clone();
    // Neither by a click on its row, nor in the order of the file.
    click(&mut harness, "Norm");
    act(&mut harness, WeightsAction::OpenScanned(name.clone()));
    click(&mut harness, "← Back to Weights");
    assert_eq!(marked(&harness, "layers of the scan"), name);
    let row = harness.get_by_role_and_label(Role::Button, &name).rect();
    assert!(harness.ctx.content_rect().contains_rect(row), "{row}");
    // It stays marked wherever it is sorted to.
    click(&mut harness, "Norm ▲");
    assert_eq!(marked(&harness, "layers of the scan"), name);
    click(&mut harness, "Arrays");
    assert_eq!(marked(&harness, "arrays of the model"), name);
    // The plan as well, once it is there.
    click(&mut harness, "Plan");
    act(&mut harness, WeightsAction::OpenScanned(name.clone()));
    click(&mut harness, "← Back to Weights");
    assert_eq!(marked(&harness, "layers of the plan"), name);
}

#[test]
fn with_a_layer_open_the_arrows_step_through_the_layers_of_its_model() {
    let mut harness = scanned();
    let model = weights(harness.state()).model().unwrap().clone();
    let all = 0..model.listed.arrays.len();
    let layers: Vec<String> = all
        .filter(|at| model.layer(*at).is_ok())
        .map(|at| model.listed.arrays[at].name.clone())
        .collect();
    act(&mut harness, WeightsAction::OpenScanned(layers[1].clone()));
    let next = harness.get_by_role_and_label(Role::Button, "Next layer");
    next.click();
    settle(&mut harness);
    assert_eq!(layer(&harness), layers[2]);
    // It is the difference to the base still.
    assert!(shown(&harness).1.is_some());
    // As the key does.
    run(
        &mut harness,
        Command::Approximate(MatrixAction::PreviousDigit),
    );
    assert_eq!(layer(&harness), layers[1]);
    for _ in 0..2 {
        click(&mut harness, "Previous layer");
    }
    assert_eq!(
        layer(&harness),
        *layers.last().unwrap(),
        "the list goes round"
    );
    click(&mut harness, "← Back to Weights");
    assert_eq!(harness.state().state().tab, TAB);
    assert_eq!(
        marked(&harness, "layers of the scan"),
        *layers.last().unwrap()
    );
    // A digit has digits beside it.
    let mut session = harness.state().state().session().clone();
    session.source = "mnist:test:7".parse().unwrap();
    session.subtract = None;
    run(&mut harness, Command::SetSession(Box::new(session)));
    harness.key_press(Key::Num1);
    settle(&mut harness);
    click(&mut harness, "Next digit");
    assert_eq!(shown(&harness).0, "mnist:test:8");
}

#[test]
fn tables_keep_to_the_width_of_the_window() {
    let mut harness = scanned();
    for section in ["Scan", "Plan"] {
        click(&mut harness, section);
        let layer = |harness: &Harness<'static, Explorer>| {
            let head = harness.get_by_role_and_label(Role::Button, "Layer");
            head.rect().width()
        };
        harness.set_size(vec2(1800.0, 820.0));
        settle(&mut harness);
        let wide = layer(&harness);
        harness.set_size(vec2(1000.0, 820.0));
        settle(&mut harness);
        assert!(layer(&harness) < wide, "{section}: {wide}");
    }
    // All of the plan is seen then.
    let window = harness.ctx.content_rect();
    for head in ["Layer", "Rank", "Parameters", "Error"] {
        let head = harness.get_by_role_and_label(Role::Button, head).rect();
        assert!(window.contains_rect(head), "{head}");
    }
}

#[test]
fn a_list_of_choices_is_seen_whole() {
    let mut harness = scanned();
    let list = harness.get_by_role_and_label(Role::ComboBox, "Colour by");
    list.click();
    settle(&mut harness);
    let window = harness.ctx.content_rect();
    let choices: Vec<_> = harness.get_all_by_label_contains("Error of ").collect();
    let last = harness.get_by_label("Locality test’s z").rect();
    // Nothing lies over the last one, as the edge of a list that scrolls would.
    assert!(choices.len() >= 4 && window.contains_rect(last), "{last}");
    last_is_in_reach(&mut harness, "Locality test’s z");
}

/// Chooses the last of an open list by a click in its middle.
fn last_is_in_reach(harness: &mut Harness<'static, Explorer>, name: &str) {
    harness.get_by_label(name).click();
    settle(harness);
    let list = harness.get_by_role_and_label(Role::ComboBox, "Colour by");
    assert_eq!(list.value().as_deref(), Some(name));
}

/// What a menu offers, by the boxes in it.
fn offered(harness: &mut Harness<'static, Explorer>) -> Vec<String> {
    click(harness, "Shown: everything");
    let boxes = harness.get_all_by_role(Role::CheckBox);
    let names = boxes.filter_map(|one| one.accesskit_node().label());
    // Others stand behind the dialog.
    let is_part = |name: &String| Omitted::all().any(|part| part.name() == name.as_str());
    let names = names.filter(is_part).collect();
    harness.key_press(Key::Escape);
    settle(harness);
    names
}

#[test]
fn the_dialog_offers_what_the_figure_has() {
    let mut harness = scanned();
    run(&mut harness, Command::Export);
    let lines = harness.get_by_role_and_label(Role::CheckBox, "Line styles");
    assert!(lines.accesskit_node().is_disabled());
    assert_eq!(offered(&mut harness), ["Numbers", "Notes"]);
    harness.key_press(Key::Escape);
    settle(&mut harness);
    harness.key_press(Key::Num1);
    settle(&mut harness);
    run(&mut harness, Command::Export);
    let parts = [
        "Original",
        "Numbers",
        "Table",
        "Notes",
        "LoRA",
        "MELoRA",
        "Localized LoRA",
    ];
    assert_eq!(offered(&mut harness), parts);
}

#[test]
fn a_figure_that_is_taller_than_a_page_is_told() {
    let mut harness = scanned();
    harness.key_press(Key::Num1);
    settle(&mut harness);
    run(&mut harness, Command::Export);
    let told = format!("taller than a page, which has {} mm", Paper::PAGE_HEIGHT);
    assert!(harness.query_all_by_label_contains(&told).next().is_none());
    harness
        .get_by_role_and_label(Role::ComboBox, "Width")
        .click();
    settle(&mut harness);
    harness.get_by_label("Science, one column (57 mm)").click();
    settle(&mut harness);
    assert!(harness.query_all_by_label_contains(&told).next().is_some());
}
