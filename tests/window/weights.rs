//! The Weights tab: models and adapters, and their layers in the first tab.

use std::fs;
use std::path::{Path, PathBuf};

use eframe::egui::Key;
use eframe::egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use localized_lora::app::Explorer;
use localized_lora::app::state::{Message, Tab};
use localized_lora::app::tabs::weights::WeightsTab;
use localized_lora::app::tabs::weights::action::{ModelRole, TAB};
use localized_lora::source::Source;

use super::{drop_file, plain, settle, window_of};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/weights")
        .join(name)
}

fn tab() -> Harness<'static, Explorer> {
    let mut harness = window_of([1360.0, 820.0], plain());
    harness.key_press(Key::Num4);
    harness.run_steps(3);
    harness
}

/// Types a path into a field and presses Enter.
fn type_path(harness: &mut Harness<'static, Explorer>, role: ModelRole, text: &str) {
    let name = match role {
        ModelRole::Model => "path of the model",
        ModelRole::Base => "path of the base",
    };
    let field = harness.get_by_role_and_label(Role::TextInput, name);
    field.focus();
    harness.run_steps(2);
    harness.key_press_modifiers(eframe::egui::Modifiers::COMMAND, Key::A);
    harness
        .get_by_role_and_label(Role::TextInput, name)
        .type_text(text);
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    settle(harness);
}

/// Types into the filter of the tree.
fn filter(harness: &mut Harness<'static, Explorer>, text: &str) {
    let field = harness.get_by_role_and_label(Role::TextInput, "Filter");
    field.focus();
    field.type_text(text);
    harness.run_steps(3);
}

fn weights(window: &Explorer) -> &WeightsTab {
    window.page().expect("the tab is there")
}

fn click(harness: &mut Harness<'static, Explorer>, label: &str) {
    harness.get_by_role_and_label(Role::Button, label).click();
    settle(harness);
}

/// The source that the first tab shows, and what is subtracted from it.
fn shown(harness: &Harness<'static, Explorer>) -> (String, Option<String>) {
    let session = harness.state().state().session();
    let subtract = session.subtract.as_ref().map(Source::to_string);
    (session.source.to_string(), subtract)
}

fn failure(harness: &Harness<'static, Explorer>) -> String {
    match harness.state().state().message() {
        Some(Message::Error(why)) => why.clone(),
        other => panic!("no failure is told: {other:?}"),
    }
}

#[test]
fn a_checkpoint_opens_as_a_tree_and_a_layer_of_it_in_the_first_tab() {
    let mut harness = tab();
    let folder = data("checkpoint");
    type_path(&mut harness, ModelRole::Model, folder.to_str().unwrap());
    harness.get_by_role_and_label(Role::Button, "model");
    filter(&mut harness, "Q.WEIGHT");
    assert!(harness.query_by_label("lm_head.weight").is_none());
    click(&mut harness, "model.layers.0.attn.q.weight");
    let state = harness.state().state();
    assert_eq!(state.tab, Tab::HOME);
    let named = format!("{}#model.layers.0.attn.q.weight", folder.display());
    assert_eq!(shown(&harness), (named, None));
    let matrix = &harness.state().state().analysis.as_ref().unwrap().loaded;
    assert_eq!(matrix.matrix.shape(), (12, 16));
    click(&mut harness, "← Back to Weights");
    assert_eq!(harness.state().state().tab, TAB);
    // As it was left.
    harness.get_by_role_and_label(Role::Button, "model.layers.0.attn.q.weight");
    assert!(harness.query_by_label("lm_head.weight").is_none());
}

#[test]
fn what_is_no_matrix_is_named_and_says_why() {
    let mut harness = tab();
    let folder = data("checkpoint");
    type_path(&mut harness, ModelRole::Model, folder.to_str().unwrap());
    filter(&mut harness, "q.bias");
    harness.get_by_label("1-d array");
    click(&mut harness, "model.layers.0.attn.q.bias");
    assert_eq!(harness.state().state().tab, TAB);
    let why = failure(&harness);
    assert!(why.contains("no rows and columns"), "{why}");
    // More than two sides are read as the first and all others.
    click(&mut harness, "Clear");
    filter(&mut harness, "model.conv.w*");
    harness.get_by_label("4-d, read as 4 × 12");
    click(&mut harness, "model.conv.weight");
    let analysis = harness.state().state().analysis.as_ref().unwrap();
    assert_eq!(analysis.loaded.matrix.shape(), (4, 12));
}

#[test]
fn a_tuned_layer_opens_minus_its_base_and_differences_are_told_first() {
    let mut harness = tab();
    let (tuned, base) = (data("pair/tuned.safetensors"), data("pair/base.safetensors"));
    drop_file(&mut harness, &tuned);
    type_path(&mut harness, ModelRole::Base, base.to_str().unwrap());
    let model = weights(harness.state()).model().unwrap();
    let notes = model.base.as_ref().unwrap().comparison.notes();
    assert!(!notes.is_empty(), "the fixture has differences");
    let told = "1 of another shape, 1 not in the base, 1 only in the base";
    click(&mut harness, told);
    for note in &notes {
        harness.get_by_label(note.as_str());
    }
    let name = "layers.0.local.weight";
    click(&mut harness, name);
    let minus = format!("{}#{name}", base.display());
    assert_eq!(
        shown(&harness),
        (format!("{}#{name}", tuned.display()), Some(minus))
    );
    click(&mut harness, "← Back to Weights");
    click(&mut harness, "Remove");
    assert!(weights(harness.state()).model().unwrap().base.is_none());
    click(&mut harness, name);
    assert_eq!(shown(&harness).1, None);
}

#[test]
fn an_adapter_shows_ranks_and_scales_and_opens_its_update() {
    let mut harness = tab();
    let folder = data("peft/lora_plain");
    drop_file(&mut harness, &folder);
    harness.get_by_role_and_label(Role::Button, "Updates ΔW");
    let told = "LoRA, rank 4, scale 2 (lora_alpha 8 / r 4)";
    assert_eq!(harness.query_all_by_label(told).count(), 4);
    // With the base, which is matched and not subtracted.
    let base = data("base.safetensors");
    type_path(&mut harness, ModelRole::Base, base.to_str().unwrap());
    click(&mut harness, "layers.0.v_proj.weight");
    let named = format!("{}#layers.0.v_proj.weight", folder.display());
    assert_eq!(shown(&harness), (named, None));
    let analysis = harness.state().state().analysis.as_ref().unwrap();
    assert_eq!(analysis.loaded.matrix.shape(), (20, 24));
}

#[test]
fn a_file_that_is_no_model_is_one_sentence_and_what_was_open_stays() {
    let mut harness = tab();
    drop_file(&mut harness, &data("pair/tuned.safetensors"));
    let arrays = weights(harness.state()).model().unwrap().listed.arrays.len();
    for (text, told) in [
        ("/no/such/model.safetensors", "There is no file"),
        ("~~%$ nonsense \u{7}", "There is no file"),
        (
            data("hostile/adapter_bin").to_str().unwrap(),
            "as a pickle, which can run code",
        ),
    ] {
        type_path(&mut harness, ModelRole::Model, text);
        harness.get_by_label_contains(told);
        let open = weights(harness.state()).model().unwrap();
        assert_eq!(open.listed.arrays.len(), arrays);
    }
    // A base that cannot be read leaves the model as it is.
    type_path(&mut harness, ModelRole::Base, "/no/such/base");
    harness.get_by_label_contains("/no/such/base");
    assert!(weights(harness.state()).model().unwrap().base.is_none());
}

/// A safetensors file with many arrays of zeros, most of which are never written to the disk.
fn large(path: &Path, layers: usize) {
    let mut header = serde_json::Map::new();
    let mut end = 0_u64;
    for layer in 0..layers {
        for kind in ["q", "k", "v", "o"] {
            let begin = end;
            end += 2 * 512 * 512;
            let entry = serde_json::json!(
                {"dtype": "BF16", "shape": [512, 512], "data_offsets": [begin, end]}
            );
            header.insert(format!("model.layers.{layer}.attn.{kind}.weight"), entry);
        }
    }
    let header = serde_json::to_vec(&header).unwrap();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header);
    let length = bytes.len() as u64 + end;
    fs::write(path, bytes).unwrap();
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_len(length).unwrap();
}

#[test]
fn of_ten_thousand_arrays_only_those_in_view_are_drawn_and_keys_reach_all() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("large.safetensors");
    large(&file, 2500);
    let mut harness = tab();
    drop_file(&mut harness, &file);
    let model = weights(harness.state()).model().unwrap();
    assert_eq!(model.listed.arrays.len(), 10_000);
    click(&mut harness, "Unfold all");
    let drawn = harness.query_all_by_role(Role::Button).count();
    assert!((20..120).contains(&drawn), "{drawn} buttons");
    let rows = harness.get_by_role_and_label(Role::ListBox, "arrays of the model");
    rows.focus();
    harness.run_steps(2);
    harness.key_press(Key::End);
    harness.run_steps(5);
    let last = "model.layers.2499.attn.v.weight";
    harness.get_by_role_and_label(Role::Button, last);
    // Left goes to the group and folds it, Enter opens a layer.
    for key in [Key::ArrowLeft, Key::ArrowLeft, Key::ArrowRight] {
        harness.key_press(key);
        harness.run_steps(3);
    }
    harness.key_press(Key::ArrowDown);
    harness.run_steps(3);
    harness.key_press(Key::Enter);
    settle(&mut harness);
    let (source, _) = shown(&harness);
    assert!(source.ends_with("#model.layers.2499.attn.k.weight"), "{source}");
}
