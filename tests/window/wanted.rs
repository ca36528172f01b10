//! What a user wants is kept: matrices of any shape come and go, and no drawing of a control
//! changes a setting.

use eframe::egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use localized_lora::app::Explorer;
use localized_lora::app::command::Command;
use localized_lora::app::state::Preferences;
use localized_lora::app::tabs::approximate::presets::presets;
use localized_lora::approx::budget::BudgetRule;
use localized_lora::approx::{
    AdaptiveSettings, LocalizedSettings, LoraSettings, MeloraSettings, Method,
};
use localized_lora::session::{Session, Settings};
use localized_lora::source::{Source, Transform};
use localized_lora::views::singular_values;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::{drop_file, settle, unfolded, window, window_with};

type Window = Harness<'static, Explorer>;

/// Setting and error of every method as the window knows them.
fn results(harness: &Window) -> Vec<(String, Result<f64, String>)> {
    let analysis = harness.state().state().analysis.clone().expect("an answer");
    let methods = analysis.methods.iter();
    methods
        .map(|method| {
            let outcome = method.outcome.as_ref();
            let error = outcome.map(|one| one.evaluation.error);
            (method.settings.describe(), error.map_err(Clone::clone))
        })
        .collect()
}

fn wanted(harness: &Window) -> &Session {
    harness.state().state().session()
}

fn set(harness: &mut Window, session: Session) {
    let ctx = harness.ctx.clone();
    let set = Command::SetSession(Box::new(session));
    harness.state_mut().run(&ctx, set);
    settle(harness);
}

fn source(text: &str) -> Source {
    text.parse().unwrap()
}

#[test]
fn a_budget_that_pays_for_no_method_is_said_with_one_that_pays_for_all() {
    let mut harness = window_with(Preferences {
        session: Session {
            source: source("synthetic:noise:rows=64,cols=784"),
            settings: Settings {
                matched: Some(BudgetRule::EqualParameters),
                ..Settings::default()
            },
            ..Session::default()
        },
        ..crate::plain()
    });
    assert!(results(&harness).iter().all(|(_, error)| error.is_err()));
    harness.get_by_label_contains("No method fits in 224 parameters on this 64 × 784 matrix");
    // Localized on Table I's grid: K (m + n).
    harness.get_by_label("Set 1,696 for all methods").click();
    settle(&mut harness);
    assert!(results(&harness).iter().all(|(_, error)| error.is_ok()));
    assert!(harness.query_by_label_contains("No method fits").is_none());
}

#[test]
fn table_one_is_right_at_once_after_a_matrix_of_one_row() {
    let folder = tempfile::tempdir().unwrap();
    let row: Vec<String> = (0..50).map(|cell| cell.to_string()).collect();
    let path = folder.path().join("row1x50.csv");
    std::fs::write(&path, row.join(",") + "\n").unwrap();
    let mut harness = window();
    let first = results(&harness);
    drop_file(&mut harness, &path);
    assert_eq!(results(&harness)[1].0, "N = 1, r_diag = 1");
    let table_one = presets().remove(0).session;
    set(&mut harness, table_one.clone());
    assert_eq!(results(&harness), first);
    assert_eq!(wanted(&harness), &table_one);
    for text in ["0.2313", "0.9071", "0.2119"] {
        harness.get_by_label(text);
    }
    harness.get_by_label("Copy table").click();
    settle(&mut harness);
    harness.get_by_label("As CSV").click();
    harness.step();
    let copied = harness.output().platform_output.commands.iter();
    let copied: Vec<String> = copied.map(|command| format!("{command:?}")).collect();
    let all = copied.join("\n");
    for part in ["r = 4", "r_diag = 4", "r_block = 2", "0.23134", "0.21186"] {
        assert!(all.contains(part), "{part} in {all}");
    }
}

#[test]
fn what_a_small_matrix_cannot_have_is_told_and_comes_back() {
    let mut harness = window();
    let small = Session {
        source: source("synthetic:noise:rows=3,cols=9"),
        ..Session::default()
    };
    set(&mut harness, small);
    harness.get_by_label("N = 4 wanted; 3 is the most for a 3 × 9 matrix · rdiag = 4 wanted; 1 is the most for 1 × 3 blocks");
    assert_eq!(wanted(&harness).settings, Settings::default());
    let text = harness.get_by_role_and_label(Role::Slider, "blocks N");
    assert_eq!(
        text.accesskit_node().numeric_value(),
        Some(3.0),
        "the slider shows what is used"
    );
    // What is copied fits the matrix, and is what is shown.
    let ctx = harness.ctx.clone();
    harness.state_mut().run(&ctx, Command::CopyCommand);
    harness.step();
    let shown = format!("{:?}", harness.state().state().message());
    assert!(
        shown.contains("--rank 3 --blocks 3 --diag-rank 1 --grid 2 --block-rank 2"),
        "{shown}"
    );
}

#[test]
fn the_slider_of_n_brings_the_wanted_rank_back() {
    let mut harness = window();
    let first = results(&harness);
    let blocks = |harness: &mut Window, value: f64| {
        let slider = harness.get_by_role_and_label(Role::Slider, "blocks N");
        slider.set_value_accesskit(value);
        settle(harness);
    };
    blocks(&mut harness, 28.0);
    assert_eq!(results(&harness)[1].0, "N = 28, r_diag = 1");
    harness.get_by_label("rdiag = 4 wanted; 1 is the most for 1 × 1 blocks");
    blocks(&mut harness, 4.0);
    assert_eq!(wanted(&harness).settings.melora.rank, 4);
    assert_eq!(results(&harness), first);
}

#[test]
fn unmatched_ranks_come_back_when_budgets_are_no_longer_matched() {
    let mut harness = window();
    let first = results(&harness);
    harness.get_by_label("Same budget").click();
    settle(&mut harness);
    let budget = harness.get_by_role_and_label(Role::Slider, "budget");
    budget.set_value_accesskit(448.0);
    settle(&mut harness);
    assert_ne!(results(&harness), first);
    harness.get_by_label("Same budget").click();
    settle(&mut harness);
    assert_eq!(results(&harness), first);
}

fn any_source() -> impl Strategy<Value = Source> {
    let made = (1usize..40, 1usize..40)
        .prop_map(|(rows, cols)| source(&format!("synthetic:noise:rows={rows},cols={cols}")));
    let large = Just(source("synthetic:noise:rows=3,cols=1500"));
    let digit = (0usize..50).prop_map(|index| source(&format!("mnist:test:{index}")));
    prop_oneof![4 => made, 1 => large, 2 => digit]
}

fn any_settings() -> impl Strategy<Value = Settings> {
    let rule = prop_oneof![
        Just(None),
        Just(Some(BudgetRule::EqualParameters)),
        Just(Some(BudgetRule::SectionTwoE)),
    ];
    let own = (1usize..60, 1usize..60, 1usize..20, 1usize..60, 1usize..20);
    let adaptive = (1usize..12, 0usize..9000, any::<bool>(), any::<bool>());
    (own, adaptive, rule).prop_map(
        |((rank, blocks, diag, grid, block), (adaptive, budget, painted, shown), matched)| {
            Settings {
                lora: LoraSettings { rank },
                melora: MeloraSettings { blocks, rank: diag },
                localized: LocalizedSettings { grid, rank: block },
                adaptive: AdaptiveSettings {
                    grid: adaptive,
                    budget,
                    painted: painted.then(|| (0..adaptive * adaptive).map(|b| b % 3).collect()),
                    ..AdaptiveSettings::default()
                },
                show_adaptive: shown,
                matched,
                ..Settings::default()
            }
        },
    )
}

fn any_session() -> impl Strategy<Value = Session> {
    let shuffle = prop::option::of(0u64..9);
    let shift = (-30i32..30, -900i32..900);
    (any_source(), any_settings(), shuffle, shift).prop_map(|(source, settings, shuffle, shift)| {
        Session {
            source,
            subtract: None,
            transform: Transform { shuffle, shift },
            order: None,
            color: false,
            settings,
        }
    })
}

/// The examples that a property is tried on, each at the same window: opening one takes long.
fn each<T>(strategy: impl Strategy<Value = T>, count: u32, mut check: impl FnMut(T)) {
    let mut runner = TestRunner::deterministic();
    for _ in 0..count {
        let tree = strategy.new_tree(&mut runner).unwrap();
        check(proptest::strategy::ValueTree::current(&tree));
    }
}

#[test]
fn any_walk_through_matrices_and_back_gives_the_first_numbers_again() {
    let mut harness = window();
    let walk = prop::collection::vec(any_source(), 1..4);
    each((any_session(), walk), 12, |(session, walk)| {
        set(&mut harness, session.clone());
        let first = results(&harness);
        for source in walk {
            // As a file is opened: the settings stay what the user wants.
            let mut next = wanted(&harness).clone();
            next.source = source;
            set(&mut harness, next);
        }
        let mut back = wanted(&harness).clone();
        assert_eq!(back.settings, session.settings);
        back.source = session.source.clone();
        set(&mut harness, back);
        assert_eq!(results(&harness), first, "{session:?}");
    });
}

#[test]
fn no_drawing_of_a_control_changes_a_setting() {
    let mut preferences = unfolded();
    preferences.view.brush = 40;
    let mut harness = window_with(preferences);
    // Every fold open, so that everything is drawn.
    for fold in ["Synthetic matrix", "Shuffle, shift, subtract"] {
        harness.get_by_label(fold).click();
        settle(&mut harness);
    }
    harness.run_steps(20);
    for plot in ["Ranks per block", "Best grid", "Singular values"] {
        // All stand in a row where there is room for it, else in a list.
        if let Some(list) = harness.query_by_role_and_label(Role::ComboBox, "Plot") {
            list.click();
        }
        settle(&mut harness);
        let choices = harness.get_all_by_role_and_label(Role::Button, plot);
        choices.last().expect("in the list").click();
        settle(&mut harness);
        each(any_session(), 6, |session| {
            set(&mut harness, session.clone());
            let view = harness.state().state().preferences.view.clone();
            harness.run_steps(6);
            settle(&mut harness);
            assert_eq!(wanted(&harness), &session, "{plot}");
            assert_eq!(harness.state().state().preferences.view, view, "{plot}");
        });
    }
}

#[test]
fn a_drawn_slider_leaves_a_synthetic_matrix_beyond_its_range_alone() {
    let mut preferences = unfolded();
    preferences.session.source = source("synthetic:low-rank:rows=2000,cols=3,rank=3");
    preferences.session.transform.shift = (0, 14);
    let before = preferences.session.clone();
    let mut harness = window_with(preferences);
    harness.get_by_label("Synthetic matrix").click();
    settle(&mut harness);
    harness.run_steps(20);
    settle(&mut harness);
    assert_eq!(wanted(&harness), &before);
}

#[test]
fn the_preset_for_adaptive_ranks_shows_what_they_are_worth() {
    let mut harness = window();
    let preset = presets()
        .into_iter()
        .find(|preset| preset.name == "Adaptive ranks")
        .expect("a preset");
    set(&mut harness, preset.session);
    let analysis = harness.state().state().analysis.clone().expect("an answer");
    let of = |method: Method| {
        let mut all = analysis.outcomes();
        all.find(|one| one.evaluation.method() == method)
            .map(|one| (one.evaluation.params, one.evaluation.error))
            .expect("computed")
    };
    let (params, error) = of(Method::LocalizedAdaptive);
    assert_eq!(params, of(Method::Localized).0);
    assert!((error - 0.1454).abs() < 5e-5, "{error}");
    assert_eq!(
        harness.state().state().preferences.view.second,
        &singular_values::VIEW
    );
}
