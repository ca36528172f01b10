//! The plots: what an exported figure says, at every matrix that there may be.

use eframe::egui;
use eframe::egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use localized_lora::app::Explorer;
use localized_lora::views::{View, atlas, best_grid, data_set, rank_map, singular_values};

use super::{drop_file, settle, window_of, window_with};

fn showing(second: &'static View) -> Harness<'static, Explorer> {
    let mut preferences = crate::plain();
    preferences.view.second = second;
    window_with(preferences)
}

/// The window on a matrix of the given cells.
fn of_cells(text: &str, second: &'static View) -> Harness<'static, Explorer> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("matrix.csv");
    std::fs::write(&path, text).unwrap();
    let mut harness = showing(second);
    drop_file(&mut harness, &path);
    settle(&mut harness);
    harness
}

#[test]
fn every_matrix_has_plots() {
    let table = |rows: usize, cols: usize, cell: &dyn Fn(usize, usize) -> f64| {
        let row = |i| {
            let cells = (0..cols).map(|j| cell(i, j).to_string());
            cells.collect::<Vec<_>>().join(",")
        };
        (0..rows).map(row).collect::<Vec<_>>().join("\n")
    };
    let matrices = [
        table(2, 2, &|_, _| 0.0),
        table(6, 6, &|_, _| 3.0),
        table(6, 6, &|i, j| f64::from(u8::from(i == j))),
        table(1, 40, &|_, j| j as f64),
        table(40, 1, &|i, _| 1e150 * i as f64),
        table(5, 7, &|i, j| 1e-200 * (i * j) as f64),
    ];
    let plots = [
        (&singular_values::VIEW, "Singular values"),
        (&best_grid::VIEW, "Error of every grid"),
        (&rank_map::VIEW, "ranks per block"),
        (&atlas::VIEW, "Structures by error"),
    ];
    for text in &matrices {
        for (second, name) in plots {
            let harness = of_cells(text, second);
            harness.get_by_role_and_label(Role::Image, "Error against parameters");
            harness.get_by_role_and_label(Role::Image, name);
        }
    }
}

#[test]
fn nothing_to_draw_is_said_instead_of_drawn() {
    let harness = of_cells("0,0\n0,0", &singular_values::VIEW);
    harness.get_by_label("All singular values are zero");
}

#[test]
fn the_names_of_the_curves_stand_in_the_order_of_the_methods() {
    let harness = window_with(crate::plain());
    harness.get_by_label("Shown: LoRA; MELoRA, N = 4; Localized LoRA, K = 2");
}

#[test]
fn a_plot_that_was_zoomed_can_be_shown_whole_again() {
    let mut harness = window_of([1360.0, 820.0], crate::plain());
    assert!(harness.query_by_label("Show all").is_none());
    let name = "Error against parameters";
    let at = harness
        .get_by_role_and_label(Role::Image, name)
        .rect()
        .center();
    harness.hover_at(at);
    harness.step();
    harness.event(egui::Event::Zoom(1.5));
    settle(&mut harness);
    harness.get_by_label("Show all").click();
    settle(&mut harness);
    assert!(harness.query_by_label("Show all").is_none());
}

#[test]
fn the_data_set_is_told_label_by_label_beside_its_histogram() {
    let mut harness = showing(&data_set::VIEW);
    settle(&mut harness);
    harness.get_by_role_and_label(Role::Image, "Errors over the data set");
    // 75 % of the fives.
    harness.get_by_label_contains("Label 5, Count 892, LoRA 0.");
    harness.get_by_label_contains("Localized better 75.0 %");
}

#[test]
fn a_click_on_a_bar_of_the_atlas_shows_that_structure() {
    let mut harness = showing(&atlas::VIEW);
    settle(&mut harness);
    harness.get_by_label_contains("Closest within 224 parameters: Sparse, 0.0000");
    let plot = harness.get_by_role_and_label(Role::Image, "Structures by error");
    // Eleven bars; the second from above is the quad-tree.
    let place = plot.rect();
    let at = place.left_top() + egui::vec2(0.7, 1.6 / 11.2) * place.size();
    harness.hover_at(at);
    harness.run_steps(3);
    for pressed in [true, false] {
        harness.event(egui::Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: egui::Modifiers::NONE,
        });
        harness.step();
    }
    settle(&mut harness);
    let settings = &harness.state().state().session().settings;
    assert!(settings.show_quadtree && settings.matched.is_none());
    assert_eq!(settings.quadtree.budget, 224);
    assert!(!settings.show_sparse);
}
