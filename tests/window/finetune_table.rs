//! The runs' table and the figures that follow from what is selected in it.

use eframe::egui::{self, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use localized_lora::app::Explorer;
use localized_lora::app::command::Command;
use localized_lora::experiment::{Experiment, tables};
use localized_lora::figure::palette::Theme;
use localized_lora::finetune::Layout;

use super::finetune::{button, results, small, tab};
use super::{settle, sweep_of};

/// Scrolling stops at whole pixels: once for the title of what was learned, once for its pictures.
const WHOLE_PIXELS: f32 = 2.0;

type Window = Harness<'static, Explorer>;

#[test]
fn runs_that_differ_in_the_seed_alone_are_one_row_with_their_spread() {
    let three = Experiment {
        layouts: Some(vec![Layout::Lora]),
        ranks: Some(vec![2, 8]),
        seeds: Some(vec![0, 1, 2]),
        ..small()
    };
    let mut harness = tab(three, None);
    button(&harness, "Run");
    settle(&mut harness);
    let trained = results(&harness);
    assert_eq!(trained.all_runs().count(), 9);
    let table = tables::frontier_table(&trained, Theme::Light);
    assert_eq!(table.rows.len(), 3);
    for (row, name) in table
        .rows
        .iter()
        .zip(["full@0.001", "lora:2@0.001", "lora:8@0.001"])
    {
        harness.get_by_label(&format!("{name}, 3 seeds"));
        // Accuracy with its spread, as the copied table has it.
        let accuracy = &row.cells[6].text;
        assert!(accuracy.contains(" ± "), "{accuracy}");
        assert!(
            harness.query_all_by_label(accuracy).count() > 0,
            "{accuracy}"
        );
    }
    let accuracies: Vec<f64> = trained.runs[..3]
        .iter()
        .map(|run| run.test_accuracy)
        .collect();
    let mean = accuracies.iter().sum::<f64>() / 3.0;
    let squares: f64 = accuracies.iter().map(|one| (one - mean).powi(2)).sum();
    let expected = format!("{mean:.2} ± {:.2}", (squares / 2.0).sqrt());
    assert_eq!(table.rows[1].cells[6].text, expected);
    // For programs the spread has columns of its own.
    let csv = tables::frontier_numbers(&trained, Theme::Light).to_csv();
    let head = csv.lines().next().unwrap();
    assert!(
        head.ends_with("seeds,test_accuracy,test_accuracy_std,drop,drop_std"),
        "{head}"
    );
    assert!(table.to_latex().contains("$\\pm$"));
    // Single runs are a click away.
    harness.get_by_label("All runs").click();
    settle(&mut harness);
    for seed in 0..3 {
        harness.get_by_label(&format!("lora:2@0.001#{seed}"));
    }
}

#[test]
fn a_row_that_is_clicked_stays_under_the_pointer() {
    let mut harness = tab(small(), None);
    button(&harness, "Run");
    settle(&mut harness);
    let place = |harness: &Window, name: &str| harness.get_by_label(name).rect();
    let (first, second) = ("lora:2@0.001#0", "localized_grid:4:2@0.001#0");
    let before = place(&harness, second);
    for (click, selected) in [(first, 1), (second, 1), (second, 0)] {
        harness.get_by_label(click).click();
        settle(&mut harness);
        assert_eq!(sweep_of(harness.state()).looks().selected().len(), selected);
        let now = place(&harness, second);
        assert!(
            (now.top() - before.top()).abs() <= WHOLE_PIXELS,
            "{now} instead of {before}"
        );
    }
}

#[test]
fn a_table_that_scrolls_by_itself_stays_too() {
    let many = Experiment {
        layouts: Some(vec![Layout::Lora]),
        ranks: Some((2..18).collect()),
        ..small()
    };
    let mut harness = tab(many, None);
    harness.set_size(egui::vec2(1360.0, 640.0));
    button(&harness, "Run");
    settle(&mut harness);
    let place = |harness: &Window| harness.get_by_label("lora:3@0.001#0").rect();
    let before = place(&harness);
    harness.get_by_label("lora:3@0.001#0").click();
    settle(&mut harness);
    assert_eq!(sweep_of(harness.state()).looks().known().len(), 1);
    let now = place(&harness);
    assert!(
        (now.top() - before.top()).abs() <= WHOLE_PIXELS,
        "{now} instead of {before}"
    );
}

#[test]
fn what_is_selected_on_the_screen_is_not_in_the_figure() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = tab(small(), None);
    button(&harness, "Run");
    settle(&mut harness);
    let export = |harness: &mut Window, name: &str| {
        let file = folder.path().join(name);
        let context: egui::Context = harness.ctx.clone();
        harness.state_mut().run(&context, Command::Export);
        harness.run_steps(3);
        let title = "Accuracy drop against parameters (Figure 2)";
        harness.get_by_label(title).click();
        harness.run_steps(3);
        harness
            .state_mut()
            .run(&context, Command::ExportTo(file.clone()));
        settle(harness);
        let svg = std::fs::read_to_string(file).unwrap();
        // The command inside names the file.
        svg.replace(name, "name")
    };
    let without = export(&mut harness, "a.svg");
    harness
        .get_by_role_and_label(Role::Button, "lora:2@0.001#0")
        .click();
    settle(&mut harness);
    let with = export(&mut harness, "b.svg");
    assert!(with.contains("<svg"));
    assert_eq!(without, with);
}
