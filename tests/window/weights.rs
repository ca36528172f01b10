//! The Weights tab: models and adapters, and their layers in the first tab.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use eframe::egui::Key;
use eframe::egui::accesskit::{Role, Toggled};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use localized_lora::analysis::{
    Plan, PlanReport, PlanStructure, Scan, ScanLayer, ScanSettings, ScanTargets, read_scan,
};
use localized_lora::app::Explorer;
use localized_lora::app::command::{CaptionForm, Command};
use localized_lora::app::preferences::load;
use localized_lora::app::state::{Act, Message, Preferences, Tab};
use localized_lora::app::tabs::weights::WeightsTab;
use localized_lora::app::tabs::weights::action::{ModelRole, TAB, WeightsAction};
use localized_lora::figure::compose::{plan_sentence, scan_table};
use localized_lora::report;
use localized_lora::source::{Limits, Source};

use super::{drop_file, plain, settle, window_of};

pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/weights")
        .join(name)
}

pub fn tab() -> Harness<'static, Explorer> {
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

pub fn weights(window: &Explorer) -> &WeightsTab {
    window.page().expect("the tab is there")
}

pub fn click(harness: &mut Harness<'static, Explorer>, label: &str) {
    harness.get_by_role_and_label(Role::Button, label).click();
    settle(harness);
}

/// The source that the first tab shows, and what is subtracted from it.
pub fn shown(harness: &Harness<'static, Explorer>) -> (String, Option<String>) {
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
    let (tuned, base) = (
        data("pair/tuned.safetensors"),
        data("pair/base.safetensors"),
    );
    drop_file(&mut harness, &tuned);
    type_path(&mut harness, ModelRole::Base, base.to_str().unwrap());
    let model = weights(harness.state()).model().unwrap();
    let notes = model.base.as_ref().unwrap().comparison.notes();
    assert!(!notes.is_empty(), "the fixture has differences");
    let told = "1 of another shape, 1 not in the base, 1 only in the base";
    harness.get_by_label(told).click();
    settle(&mut harness);
    for note in &notes {
        harness.get_by_label(note.as_str());
    }
    let name = "layers.0.local.weight";
    click(&mut harness, name);
    let minus = format!("{}#{name}", base.display());
    assert_eq!(
        shown(&harness),
        (format!("{}#{name}", tuned.display()), Some(minus.clone()))
    );
    // Both are named before the sources are unfolded.
    harness.get_by_label(&format!("minus {minus}"));
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

/// The arrays of the model that is open.
fn array_count(harness: &Harness<'static, Explorer>) -> usize {
    let model = weights(harness.state()).model().unwrap();
    model.listed.arrays.len()
}

#[test]
fn a_file_that_is_no_model_is_one_sentence_and_what_was_open_stays() {
    let mut harness = tab();
    drop_file(&mut harness, &data("pair/tuned.safetensors"));
    let arrays = array_count(&harness);
    for (text, told) in [
        ("/no/such/model.safetensors", "there is no folder /no"),
        ("~~%$ nonsense", "~~%$ nonsense"),
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
    assert!(
        source.ends_with("#model.layers.2499.attn.k.weight"),
        "{source}"
    );
}

/// The tuned model of a pair minus its base, in the part of the tab that scans.
pub fn scanned() -> Harness<'static, Explorer> {
    let mut harness = tab();
    drop_file(&mut harness, &data("pair/tuned.safetensors"));
    let base = data("pair/base.safetensors");
    type_path(&mut harness, ModelRole::Base, base.to_str().unwrap());
    click(&mut harness, "Scan");
    click(&mut harness, "Run");
    harness
}

/// The scan as the command line makes it.
fn expected() -> Scan {
    let settings = ScanSettings {
        model: data("pair/tuned.safetensors"),
        subtract: Some(data("pair/base.safetensors")),
        budget_rank: 8,
        grid: 4,
        draws: 100,
        seed: 0,
    };
    let targets = ScanTargets::new(&settings, &[]).unwrap();
    let mut scan = Scan::new(&settings, &targets);
    let go = || ControlFlow::Continue(());
    let limits = Limits::default();
    scan.go_on(&targets, &limits, &go, &mut |_, _| go())
        .unwrap();
    scan
}

/// Opens the pair by paths that are the same on every machine.
pub fn show_pair(harness: &mut Harness<'static, Explorer>) {
    harness.key_press(Key::Num4);
    harness.run_steps(3);
    drop_file(
        harness,
        Path::new("tests/data/weights/pair/tuned.safetensors"),
    );
    let base = "tests/data/weights/pair/base.safetensors";
    type_path(harness, ModelRole::Base, base);
    harness.key_press(Key::Escape);
    harness.run_steps(3);
}

/// The scan of that pair, as if it had taken no time.
pub fn pair_scan() -> Scan {
    let mut scan = timeless(&expected());
    scan.model = "tests/data/weights/pair/tuned.safetensors".to_owned();
    scan.subtract = Some("tests/data/weights/pair/base.safetensors".to_owned());
    scan
}

/// A scan without the time that it took.
fn timeless(scan: &Scan) -> Scan {
    let mut scan = scan.clone();
    scan.seconds = 0.0;
    scan
}

pub fn found(harness: &Harness<'static, Explorer>) -> Scan {
    timeless(weights(harness.state()).scan().unwrap())
}

pub fn act(harness: &mut Harness<'static, Explorer>, action: WeightsAction) {
    let context = harness.ctx.clone();
    let command = Command::Weights(action);
    harness.state_mut().run(&context, command);
    settle(harness);
}

/// Runs a command of the whole window.
pub fn run(harness: &mut Harness<'static, Explorer>, command: Command) {
    let context = harness.ctx.clone();
    harness.state_mut().run(&context, command);
    settle(harness);
}

/// Writes the map in the dialog of all figures.
pub fn export_map(harness: &mut Harness<'static, Explorer>, path: &Path) {
    run(harness, Command::Export);
    run(harness, Command::ExportTo(path.to_owned()));
}

#[test]
fn a_scan_finds_what_the_command_line_finds_and_saves_the_same_file() {
    let mut harness = scanned();
    let scan = found(&harness);
    assert_eq!(scan, timeless(&expected()));
    harness.get_by_label_contains("LoRA on 1 of 5 layers, Localized on 2");
    harness.get_by_label_contains("2 arrays left out");
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    for name in ["scan.json", "scan.csv"] {
        act(&mut harness, WeightsAction::SaveScan);
        act(&mut harness, WeightsAction::SaveTo(file(name)));
        assert!(file(name).exists(), "{name}");
        harness.get_by_label("Save scan");
    }
    assert_eq!(timeless(&read_scan(&file("scan.json")).unwrap()), scan);
    let csv = fs::read_to_string(file("scan.csv")).unwrap();
    assert_eq!(csv, scan_table(&scan).to_csv());
    click(&mut harness, "Close");
    export_map(&mut harness, &file("map.svg"));
    let svg = fs::read_to_string(file("map.svg")).unwrap();
    assert!(svg.contains("localized-lora scan --figure "), "its command");
    // The file opens again, also in a window without a model, which it brings.
    let mut other = tab();
    drop_file(&mut other, &file("scan.json"));
    assert_eq!(found(&other), scan);
    let model = weights(other.state()).model().unwrap();
    assert_eq!(
        model.base.as_ref().unwrap().path,
        data("pair/base.safetensors")
    );
    // What is no scan is refused.
    fs::write(file("other.json"), "{\"scan\": 1}").unwrap();
    drop_file(&mut other, &file("other.json"));
    assert!(failure(&other).contains("this is no scan"));
    assert_eq!(found(&other), scan);
}

#[test]
fn a_json_file_that_no_tab_opens_is_named_where_it_was_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name)
    };
    let scan = expected();
    let plan = Plan::new(&scan, PlanStructure::Lora, scan.budget()).unwrap();
    let plan = report::text(&PlanReport::new(&plan)).unwrap();
    let plan = file("plan.json", &plan);
    let scan = file("scan.json", &report::text(&scan).unwrap());
    let foreign = file("package.json", r#"{"name": "x", "scripts": {}}"#);
    let mut harness = window_of([1360.0, 820.0], plain());
    for key in [Key::Num1, Key::Num2, Key::Num3, Key::Num4] {
        harness.key_press(key);
        harness.run_steps(3);
        let tab = harness.state().state().tab;
        let before = shown(&harness);
        for (path, told) in [
            (&plan, "this is a plan of ranks; "),
            (&foreign, "of no kind that the program opens; "),
        ] {
            drop_file(&mut harness, path);
            let why = failure(&harness);
            assert!(why.contains(told), "{why}");
            assert!(why.ends_with(&format!(": {}", path.display())), "{why}");
            assert_eq!(harness.state().state().tab, tab, "stays where it is");
        }
        assert_eq!(shown(&harness), before);
    }
    // Asked for as a scan it is told what it is instead.
    act(&mut harness, WeightsAction::OpenScan(plan.clone()));
    assert!(failure(&harness).contains("this is a plan of ranks and no scan"));
    // Named as the program's argument it is still told once the first picture is there.
    let argument = plan.clone();
    let mut started = Harness::builder().build_eframe(move |context| {
        let ctx = &context.egui_ctx;
        let mut window = Explorer::new(ctx, plain(), None, Limits::default());
        window.run(ctx, Command::OpenPath(argument));
        window
    });
    settle(&mut started);
    assert!(started.state().state().analysis.is_some());
    assert!(failure(&started).contains("this is a plan of ranks; "));
    // Typed, it is told beneath the field; what a tab knows goes there from anywhere.
    let open = |harness: &mut Harness<'static, Explorer>, path: &Path| {
        let ctx = harness.ctx.clone();
        let open = Command::OpenText(path.display().to_string());
        harness.state_mut().run(&ctx, open);
        settle(harness);
    };
    harness.key_press(Key::Num1);
    harness.run_steps(3);
    open(&mut harness, &plan);
    let notices = &harness.state().state().notices;
    assert!(notices.at(Tab::HOME, Act::Path).is_some());
    open(&mut harness, &scan);
    assert_eq!(harness.state().state().tab, TAB);
    assert!(weights(harness.state()).scan().is_some());
}

#[test]
fn the_export_of_the_tab_has_the_map_with_width_resolution_preview_and_caption() {
    // Without a scan there is nothing to export, which is said.
    let mut empty = tab();
    run(&mut empty, Command::Export);
    assert!(failure(&empty).contains("no model has been scanned"));
    let mut harness = scanned();
    run(&mut harness, Command::Export);
    let radio = |harness: &Harness<'static, Explorer>, name: &str| {
        let radio = harness.get_by_role_and_label(Role::RadioButton, name);
        radio.accesskit_node().toggled() == Some(Toggled::True)
    };
    assert!(radio(&harness, "Map of the model") && radio(&harness, "PNG"));
    assert!(harness.query_by_label("Errors over the data set").is_none());
    harness.get_by_label("Resolution");
    harness.get_by_label("Width");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("map.png");
    run(&mut harness, Command::ExportTo(file.clone()));
    assert!(fs::read(file).unwrap().starts_with(b"\x89PNG"));
    run(&mut harness, Command::CopyCaption(CaptionForm::Text));
    let Some(Message::Copied(caption)) = harness.state().state().message() else {
        panic!("no caption");
    };
    assert!(caption.starts_with("Map of the model: "), "{caption}");
    assert!(caption.contains("K = N = "), "{caption}");
}

#[test]
fn a_filter_counts_what_it_finds_and_finds_patterns_in_any_place() {
    let mut harness = tab();
    let folder = data("checkpoint");
    type_path(&mut harness, ModelRole::Model, folder.to_str().unwrap());
    let arrays = array_count(&harness);
    filter(&mut harness, "attn*WEIGHT");
    harness.get_by_role_and_label(Role::Button, "model.layers.0.attn.q.weight");
    assert!(harness.query_by_label("lm_head.weight").is_none());
    let told = format!(" of {arrays} arrays");
    let count = harness.get_by_label_contains(&told).value().unwrap();
    let found: usize = count.split(' ').next().unwrap().parse().unwrap();
    assert!((1..arrays).contains(&found), "{count}");
}

#[test]
fn a_scan_is_opened_by_its_path_and_a_row_by_any_of_its_cells() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = scanned();
    let at = folder.path().join("scan.json");
    act(&mut first, WeightsAction::SaveScan);
    act(&mut first, WeightsAction::SaveTo(at.clone()));
    let expected = found(&first);
    let mut harness = tab();
    type_path(&mut harness, ModelRole::Model, at.to_str().unwrap());
    assert_eq!(found(&harness), expected);
    // The verdict of a layer, which is no button.
    let verdict = harness.get_all_by_label_contains("locality: beyond chance");
    let place = verdict.last().expect("a verdict").rect().center();
    for pressed in [true, false] {
        harness.input_mut().events.extend([
            eframe::egui::Event::PointerMoved(place),
            eframe::egui::Event::PointerButton {
                pos: place,
                button: eframe::egui::PointerButton::Primary,
                pressed,
                modifiers: eframe::egui::Modifiers::NONE,
            },
        ]);
        harness.run_steps(2);
    }
    settle(&mut harness);
    assert_eq!(harness.state().state().tab, Tab::HOME);
    let source = harness.state().state().session().source.to_string();
    assert!(source.ends_with("#layers.2.diagonal.weight"), "{source}");
    // The command of the list of arrays.
    run(&mut harness, Command::Show(TAB));
    click(&mut harness, "Arrays");
    act(&mut harness, WeightsAction::CopyCommand);
    let told = harness.state().state().message().cloned();
    let is_meant = |text: &str| text.starts_with("localized-lora arrays --subtract ");
    assert!(
        matches!(&told, Some(Message::Copied(text)) if is_meant(text)),
        "{told:?}"
    );
}

#[test]
fn a_scan_that_was_stopped_goes_on_and_keeps_its_answers() {
    let mut harness = tab();
    drop_file(&mut harness, &data("pair/tuned.safetensors"));
    click(&mut harness, "Scan");
    harness.get_by_role_and_label(Role::Button, "Run").click();
    harness.step();
    act(&mut harness, WeightsAction::StopScan);
    let whole = 6;
    assert!(weights(harness.state()).scan().unwrap().layers.len() <= whole);
    click(&mut harness, "Run");
    assert_eq!(found(&harness).layers.len(), whole);
    let before = found(&harness);
    harness.key_press(Key::Num1);
    settle(&mut harness);
    act(&mut harness, WeightsAction::CopyCommand);
    let context = harness.ctx.clone();
    harness.state_mut().run(&context, Command::Show(TAB));
    settle(&mut harness);
    assert_eq!(found(&harness), before);
    click(&mut harness, "Clear");
    assert!(weights(harness.state()).scan().is_none());
}

#[test]
fn a_layer_that_has_changed_since_is_scanned_again_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.safetensors");
    fs::copy(data("pair/tuned.safetensors"), &path).unwrap();
    let mut harness = tab();
    drop_file(&mut harness, &path);
    click(&mut harness, "Scan");
    click(&mut harness, "Run");
    let before = found(&harness);
    click(&mut harness, "Run");
    assert_eq!(found(&harness), before);
    assert!(harness.state().state().notices.warnings().is_empty());
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 2;
    bytes[last] ^= 0x40;
    fs::write(&path, bytes).unwrap();
    click(&mut harness, "Run");
    let after = found(&harness);
    let pairs = before.layers.iter().zip(&after.layers);
    assert_eq!(pairs.filter(|(one, other)| one != other).count(), 1);
    // What it warned of is over.
    let warnings = harness.state().state().notices.warnings();
    assert!(warnings.is_empty(), "{warnings:?}");
    let Some(Message::Done(told)) = harness.state().state().message() else {
        panic!("it is not told");
    };
    assert!(told.contains("were scanned again: "), "{told}");
}

#[test]
fn a_layer_has_the_same_settings_from_the_tree_and_from_the_scan() {
    let opened = |harness: &mut Harness<'static, Explorer>, action: WeightsAction| {
        act(harness, action);
        let settings = harness.state().state().session().settings.clone();
        (
            settings.lora,
            settings.melora,
            settings.localized,
            settings.sparse,
        )
    };
    let mut harness = scanned();
    // A structure that was added to the digit begins anew with the layer.
    let mut session = harness.state().state().session().clone();
    session.settings.show_sparse = true;
    run(&mut harness, Command::SetSession(Box::new(session)));
    let name = found(&harness).layers[0].layer.clone();
    let model = weights(harness.state()).model().unwrap().clone();
    let layer = model.layer(model.find(&name).unwrap()).unwrap();
    let of_scan = opened(&mut harness, WeightsAction::OpenScanned(name));
    let rank = found(&harness).budget_rank;
    assert_eq!(
        (of_scan.0.rank, of_scan.2.grid),
        (rank, found(&harness).localized_grid)
    );
    assert_ne!(of_scan.3, Default::default());
    let of_tree = opened(
        &mut harness,
        WeightsAction::OpenLayer(Box::new(layer.clone())),
    );
    assert_eq!(of_tree, of_scan);
    // Without a scan, what the next one would have.
    act(&mut harness, WeightsAction::ClearScan);
    assert_eq!(
        opened(&mut harness, WeightsAction::OpenLayer(Box::new(layer))),
        of_scan
    );
}

#[test]
fn json_in_the_field_of_the_model_is_named_and_cut_json_is_said_to_be_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = tab();
    let scan = serde_json::to_string(&pair_scan()).unwrap();
    for (name, text, told) in [
        (
            "plan.json",
            r#"{"structure": "lora", "budget": 9}"#,
            "this is a plan of ranks; ",
        ),
        ("runs.json", r#"{"full": {}, "runs": []}"#, "Open results"),
        (
            "cut.json",
            r#"{"model": "m", "la"#,
            "this JSON file is cut off or damaged",
        ),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        type_path(&mut harness, ModelRole::Model, path.to_str().unwrap());
        let lower = told.strip_prefix('t').unwrap_or(told);
        harness.get_by_label_contains(lower);
    }
    let path = folder.path().join("half.json");
    fs::write(&path, &scan[..scan.len() / 2]).unwrap();
    drop_file(&mut harness, &path);
    assert!(
        failure(&harness).contains("this scan is cut off or damaged"),
        "{}",
        failure(&harness)
    );
}

#[test]
fn a_click_on_a_row_or_a_cell_of_the_map_opens_the_layer() {
    let mut harness = scanned();
    let name = "layers.1.global.weight";
    click(&mut harness, name);
    let (source, minus) = shown(&harness);
    assert!(
        source.ends_with(&format!("tuned.safetensors#{name}")),
        "{source}"
    );
    assert!(
        minus
            .unwrap()
            .ends_with(&format!("base.safetensors#{name}"))
    );
    click(&mut harness, "← Back to Weights");
    let map = harness.get_by_role_and_label(Role::Image, "map of the model");
    map.focus();
    harness.run_steps(2);
    // The first cell is that of the first layer.
    harness.key_press(Key::ArrowDown);
    harness.run_steps(2);
    let map = harness.get_by_role_and_label(Role::Image, "map of the model");
    let said = map.value().unwrap();
    assert!(
        said.starts_with("layers.0.local.weight: Error of Localized"),
        "{said}"
    );
    harness.key_press(Key::Enter);
    settle(&mut harness);
    let (source, _) = shown(&harness);
    assert!(source.ends_with("#layers.0.local.weight"), "{source}");
}

#[test]
fn a_click_on_a_head_sorts_the_layers() {
    let mut harness = scanned();
    let scan = found(&harness);
    let drawn = |harness: &Harness<'static, Explorer>| {
        let place = |name: &str| {
            let row = harness.get_by_role_and_label(Role::Button, name);
            row.rect().top()
        };
        let mut rows: Vec<(f32, String)> = scan
            .layers
            .iter()
            .map(|layer| (place(&layer.layer), layer.layer.clone()))
            .collect();
        rows.sort_by(|one, other| one.0.total_cmp(&other.0));
        rows.into_iter().map(|row| row.1).collect::<Vec<_>>()
    };
    let mut wanted: Vec<&ScanLayer> = scan.layers.iter().collect();
    wanted.sort_by(|one, other| one.norm.total_cmp(&other.norm));
    let names = |layers: &[&ScanLayer]| -> Vec<String> {
        layers.iter().map(|layer| layer.layer.clone()).collect()
    };
    click(&mut harness, "Norm");
    assert_eq!(drawn(&harness), names(&wanted));
    let head = harness.get_by_role_and_label(Role::Button, "Layer").rect();
    assert!(head.width() > 100.0, "all of its cell is the head: {head}");
    click(&mut harness, "Norm ▲");
    wanted.reverse();
    assert_eq!(drawn(&harness), names(&wanted));
}

#[test]
fn a_pattern_that_matches_nothing_is_told() {
    let mut harness = tab();
    drop_file(&mut harness, &data("pair/tuned.safetensors"));
    click(&mut harness, "Scan");
    let field = harness.get_by_role_and_label(Role::TextInput, "Layers");
    field.focus();
    field.type_text("%%% no such [layer");
    harness.run_steps(2);
    click(&mut harness, "Run");
    harness.get_by_label_contains("no two-dimensional array to scan whose name matches");
    assert!(weights(harness.state()).scan().is_none());
}

#[test]
fn a_plan_spends_the_budget_and_is_saved_as_the_command_line_writes_it() {
    let mut harness = scanned();
    click(&mut harness, "Plan");
    let scan = found(&harness);
    let plan = Plan::new(&scan, PlanStructure::Lora, scan.budget()).unwrap();
    harness.get_by_label(&plan_sentence(&plan));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.json");
    act(&mut harness, WeightsAction::SavePlan);
    act(&mut harness, WeightsAction::SaveTo(file.clone()));
    let saved: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(saved, serde_json::to_value(PlanReport::new(&plan)).unwrap());
    click(&mut harness, "Close");
    // The command of a plan names the file of its scan.
    act(&mut harness, WeightsAction::CopyCommand);
    let told = harness.state().state().message().cloned();
    let wanted = "save the scan first";
    assert!(
        matches!(&told, Some(Message::Error(why)) if why.contains(wanted)),
        "{told:?}"
    );
    let at = folder.path().join("scan.json");
    act(&mut harness, WeightsAction::SaveScan);
    act(&mut harness, WeightsAction::SaveTo(at.clone()));
    click(&mut harness, "Close");
    harness
        .get_by_role_and_label(Role::RadioButton, "GraLoRA")
        .click();
    settle(&mut harness);
    let plan = Plan::new(&scan, PlanStructure::Gralora, scan.budget()).unwrap();
    harness.get_by_label(&plan_sentence(&plan));
    act(&mut harness, WeightsAction::CopyCommand);
    let told = harness.state().state().message().cloned();
    let Some(Message::Copied(command)) = told else {
        panic!("{told:?}");
    };
    let mut words = shlex::split(&command).unwrap();
    assert_eq!(words.remove(0), "localized-lora");
    let mut program = assert_cmd::Command::cargo_bin("localized-lora").unwrap();
    let output = program.args(&words).arg("--json").output().unwrap();
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        printed,
        serde_json::to_value(PlanReport::new(&plan)).unwrap()
    );
    let field = harness.get_by_role_and_label(Role::SpinButton, "Parameters");
    field.focus();
    harness.run_steps(2);
    harness.key_press_modifiers(eframe::egui::Modifiers::COMMAND, Key::A);
    harness.run_steps(2);
    harness
        .input_mut()
        .events
        .push(eframe::egui::Event::Text("1".to_owned()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    settle(&mut harness);
    harness.get_by_label_contains("pay for no rank in any layer");
}

#[test]
fn the_folder_of_a_model_goes_to_the_tab_wherever_it_is_opened() {
    let mut harness = window_of([1360.0, 820.0], plain());
    drop_file(&mut harness, &data("checkpoint"));
    assert_eq!(harness.state().state().tab, TAB);
    let path = |harness: &Harness<'static, Explorer>| {
        weights(harness.state()).model().unwrap().path.clone()
    };
    assert_eq!(path(&harness), data("checkpoint"));
    harness.key_press(Key::Num1);
    harness.run_steps(3);
    let adapter = data("peft/lora_plain");
    let context = harness.ctx.clone();
    let command = Command::OpenText(adapter.display().to_string());
    harness.state_mut().run(&context, command);
    settle(&mut harness);
    assert_eq!(harness.state().state().tab, TAB);
    assert_eq!(path(&harness), adapter);
}

#[test]
fn every_hostile_file_is_a_sentence_or_a_list() {
    let mut harness = tab();
    let text = fs::read_to_string(data("hostile.json")).unwrap();
    let cases: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let mut refused = 0;
    for case in &cases {
        let source = case["source"].as_str().unwrap();
        let path = data(source.split('#').next().unwrap());
        act(
            &mut harness,
            WeightsAction::Open(ModelRole::Model, path.clone()),
        );
        let model = weights(harness.state()).model();
        if model.is_none_or(|model| model.path != path) {
            refused += 1;
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            // The field, and the sentence below it.
            let told = harness.query_all_by_label_contains(&name).count();
            assert!(told > 0, "{source}");
        }
        harness.run_steps(2);
    }
    assert!(refused > cases.len() / 4, "{refused} of {}", cases.len());
}

#[test]
fn models_that_were_opened_are_offered_again() {
    let mut harness = tab();
    let (tuned, base) = (
        data("pair/tuned.safetensors"),
        data("pair/base.safetensors"),
    );
    drop_file(&mut harness, &tuned);
    drop_file(&mut harness, &base);
    click(&mut harness, "Open as the model");
    let recent = &harness.state().state().preferences.models;
    let wanted = [base, tuned.clone()].map(|path| path.display().to_string());
    assert_eq!(
        recent.iter().collect::<Vec<_>>(),
        wanted.iter().collect::<Vec<_>>()
    );
    let menus = harness.query_all_by_label("Recent");
    menus.into_iter().next().unwrap().click();
    harness.run_steps(3);
    click(&mut harness, &wanted[1]);
    assert_eq!(weights(harness.state()).model().unwrap().path, tuned);
}

#[test]
fn a_layer_of_a_scan_is_never_taken_from_another_model() {
    let mut harness = scanned();
    click(&mut harness, "Remove");
    let before = shown(&harness);
    click(&mut harness, "layers.1.global.weight");
    assert!(failure(&harness).contains("the model of this scan is not open; open "));
    assert_eq!(shown(&harness), before);
}

#[test]
fn a_model_that_is_dropped_beside_an_open_one_may_be_its_base() {
    let mut harness = tab();
    let (tuned, base) = (
        data("pair/tuned.safetensors"),
        data("pair/base.safetensors"),
    );
    let subtracted = |harness: &Harness<'static, Explorer>| {
        let model = weights(harness.state()).model().unwrap();
        assert_eq!(model.path, data("pair/tuned.safetensors"));
        model.base.as_ref().map(|base| base.path.clone())
    };
    drop_file(&mut harness, &tuned);
    // The same again is no other model.
    drop_file(&mut harness, &tuned);
    assert!(harness.query_by_label("Subtract as the base").is_none());
    drop_file(&mut harness, &base);
    harness.get_by_label("What is base.safetensors?");
    assert_eq!(subtracted(&harness), None);
    harness.key_press(Key::Escape);
    settle(&mut harness);
    assert!(harness.query_by_label("Subtract as the base").is_none());
    assert_eq!(subtracted(&harness), None);
    drop_file(&mut harness, &base);
    click(&mut harness, "Subtract as the base");
    assert_eq!(subtracted(&harness), Some(base.clone()));
    // A folder too.
    let folder = data("checkpoint");
    drop_file(&mut harness, &folder);
    click(&mut harness, "Subtract as the base");
    assert_eq!(subtracted(&harness), Some(folder));
    // A scan can be nothing else.
    let file = tempfile::tempdir().unwrap();
    let file = file.path().join("scan.json");
    fs::write(&file, serde_json::to_string(&expected()).unwrap()).unwrap();
    drop_file(&mut harness, &file);
    assert_eq!(found(&harness), timeless(&expected()));
    // From another tab it goes straight to this one, and other results do not.
    harness.key_press(Key::Num1);
    settle(&mut harness);
    drop_file(&mut harness, &file);
    assert_eq!(harness.state().state().tab, TAB);
}

/// A window whose preferences are in `file`, on the tab.
fn tab_kept_in(file: &Path) -> Harness<'static, Explorer> {
    let (preferences, told) = load(Some(file));
    assert_eq!(told, None);
    let file = file.to_path_buf();
    let preferences = Preferences {
        tab: TAB.id().to_owned(),
        ..preferences
    };
    let mut harness = Harness::builder()
        .with_size([1360.0, 820.0])
        .with_max_steps(40)
        .build_eframe(move |context| {
            let context = &context.egui_ctx;
            Explorer::new(context, preferences, Some(file), Limits::default())
        });
    settle(&mut harness);
    harness
}

/// Closes a window as its frame does.
fn close(mut harness: Harness<'static, Explorer>) {
    eframe::App::on_exit(harness.state_mut());
}

#[test]
fn a_scan_is_there_again_after_the_window_was_closed_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("preferences.json");
    let mut harness = tab_kept_in(&file);
    let tuned = data("pair/tuned.safetensors");
    drop_file(&mut harness, &tuned);
    let base = data("pair/base.safetensors");
    type_path(&mut harness, ModelRole::Base, base.to_str().unwrap());
    click(&mut harness, "Scan");
    let field = harness.get_by_role_and_label(Role::TextInput, "Layers");
    field.focus();
    field.type_text("layers.1.*");
    harness.run_steps(2);
    click(&mut harness, "Run");
    let before = weights(harness.state()).scan().unwrap().clone();
    assert_eq!(before.layers.len(), 1);
    close(harness);
    // Nothing was saved by hand, and all of it is there, with its models.
    let mut harness = tab_kept_in(&file);
    assert_eq!(weights(harness.state()).scan(), Some(&before));
    let model = weights(harness.state()).model().unwrap();
    assert_eq!(model.path, tuned);
    assert_eq!(model.base.as_ref().unwrap().path, base);
    click(&mut harness, "Scan");
    click(&mut harness, "Run");
    let whole = weights(harness.state()).scan().unwrap().clone();
    assert_eq!(timeless(&whole), timeless(&expected()));
    let kept = |scan: &Scan| {
        scan.layers
            .iter()
            .find(|one| **one == before.layers[0])
            .cloned()
    };
    assert!(kept(&whole).is_some());
    // Another scan takes none of it away: at the same settings it is there at once.
    let budget = harness.get_by_role_and_label(Role::SpinButton, "Budget rank");
    budget.set_value_accesskit(4.0);
    settle(&mut harness);
    click(&mut harness, "Run");
    assert_eq!(weights(harness.state()).scan().unwrap().budget_rank, 4);
    let budget = harness.get_by_role_and_label(Role::SpinButton, "Budget rank");
    budget.set_value_accesskit(8.0);
    settle(&mut harness);
    click(&mut harness, "Run");
    let again = weights(harness.state()).scan().unwrap();
    assert_eq!(again, &whole, "with the time that it took");
    // What was cleared does not come back.
    click(&mut harness, "Clear");
    close(harness);
    let harness = tab_kept_in(&file);
    assert!(weights(harness.state()).scan().is_none());
}

#[test]
fn a_scan_that_cannot_be_kept_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("preferences.json");
    // No folder can be made where a file stands.
    fs::write(folder.path().join("scans"), "").unwrap();
    let mut harness = tab_kept_in(&file);
    drop_file(&mut harness, &data("pair/tuned.safetensors"));
    click(&mut harness, "Scan");
    click(&mut harness, "Run");
    let warnings = harness.state().state().notices.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].starts_with("this scan is not kept ("),
        "{warnings:?}"
    );
    assert!(weights(harness.state()).scan().is_some());
}

#[test]
fn the_form_of_the_file_is_a_choice_that_is_seen_and_the_dialog_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = scanned();
    act(&mut harness, WeightsAction::SaveScan);
    act(
        &mut harness,
        WeightsAction::ChooseSave(folder.path().join("one.json")),
    );
    let chosen = |harness: &Harness<'static, Explorer>| {
        let mut names = Vec::new();
        for name in ["Scan (JSON)", "Table (CSV)"] {
            let radio = harness.get_by_role_and_label(Role::RadioButton, name);
            if radio.accesskit_node().toggled() == Some(Toggled::True) {
                names.push(name);
            }
        }
        names
    };
    assert_eq!(chosen(&harness), ["Scan (JSON)"]);
    let radio = harness.get_by_role_and_label(Role::RadioButton, "Table (CSV)");
    radio.click();
    settle(&mut harness);
    assert_eq!(chosen(&harness), ["Table (CSV)"]);
    let csv = folder.path().join("one.csv");
    let writes = format!("Writes {}", csv.display());
    harness.get_by_label(&writes);
    click(&mut harness, "Save");
    assert!(csv.exists());
    harness.get_by_label(&format!("Saved {}", csv.display()));
    // The next form is one click away.
    let json = harness.get_by_role_and_label(Role::RadioButton, "Scan (JSON)");
    json.click();
    settle(&mut harness);
    let json = folder.path().join("one.json");
    harness.get_by_label(&format!("Writes {}", json.display()));
    let field = harness.get_by_role_and_label(Role::TextInput, "file to write");
    field.set_text_value_accesskit(&folder.path().join("two.CSV").display().to_string());
    settle(&mut harness);
    assert_eq!(
        chosen(&harness),
        ["Table (CSV)"],
        "a typed ending chooses it"
    );
    click(&mut harness, "Close");
    assert!(harness.query_by_label("Save scan").is_none());
}

#[test]
fn the_map_and_the_figure_of_the_command_line_are_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = scanned();
    for name in ["map.svg", "map.png", "map.pdf"] {
        let path = folder.path().join(name);
        export_map(&mut harness, &path);
        run(&mut harness, Command::CopyFigureCommand(path.clone()));
        let Some(Message::Copied(command)) = harness.state().state().message() else {
            panic!("no command is copied");
        };
        let words = shlex::split(command).unwrap();
        let of_window = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let mut program = assert_cmd::Command::cargo_bin("localized-lora").unwrap();
        let output = program.args(&words[1..]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(fs::read(&path).unwrap() == of_window, "{name} differs");
    }
}

#[test]
fn the_verdict_of_every_layer_is_read_in_a_small_window_and_every_head_tells_its_column() {
    let mut harness = window_of([1024.0, 700.0], plain());
    show_pair(&mut harness);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("scan.json");
    fs::write(&file, serde_json::to_string(&pair_scan()).unwrap()).unwrap();
    drop_file(&mut harness, &file);
    let window = harness.ctx.content_rect();
    let scan = found(&harness);
    for layer in &scan.layers {
        let verdicts: Vec<_> = harness.query_all_by_label(&layer.verdict).collect();
        assert!(!verdicts.is_empty(), "{}", layer.verdict);
        for verdict in verdicts {
            assert!(window.contains_rect(verdict.rect()), "{}", layer.verdict);
        }
    }
    for (name, told) in [
        ("MELoRA", "Error of MELoRA at the same"),
        ("Verdict", "Two answers; least error"),
    ] {
        harness.get_by_role_and_label(Role::Button, name).hover();
        // A tooltip waits for the pointer to rest.
        for _ in 0..40 {
            harness.step();
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        harness.get_by_label_contains(told);
    }
}
