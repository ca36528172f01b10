//! The program's figures show the results that they were given.

use localized_lora::approx::{LoraSettings, MethodSettings};
use localized_lora::figure::compose::{comparison_table, distribution, label_table, survey_table};
use localized_lora::figure::palette::Theme;
use localized_lora::figure::{Element, Figure, Plot};

use nalgebra::DMatrix;
use usvg::roxmltree::Node;

use super::samples::{self, Worked};

fn texts(figure: &Figure) -> Vec<String> {
    let svg = figure.to_svg();
    let document = usvg::roxmltree::Document::parse(&svg).unwrap();
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    texts
        .map(|node| {
            let parts = node.descendants().filter(Node::is_text);
            parts.filter_map(|part| part.text()).collect()
        })
        .collect()
}

fn plot(figure: &Figure) -> &Plot {
    let elements = figure.rows.iter().flatten();
    let mut plots = elements.filter_map(|element| match element {
        Element::Plot(plot) => Some(plot),
        _ => None,
    });
    plots.next().unwrap()
}

#[test]
fn figure_one_states_table_one() {
    let worked = Worked::table_one();
    let figure = worked.figure_one(&samples::context(Theme::Light), "MNIST test image 1", true);
    let texts = texts(&figure);
    for wanted in ["LoRA", "MELoRA", "Localized LoRA", "rank 15", "28 × 28"] {
        assert!(
            texts.iter().any(|text| text == wanted),
            "{wanted} in {texts:?}"
        );
    }
    for error in ["0.2313", "0.9071", "0.2119"] {
        assert!(
            texts.contains(&format!("error {error}")),
            "{error} above the panel"
        );
        assert!(texts.contains(&error.to_owned()), "{error} in the table");
    }
    let about = &figure.metadata.description;
    assert!(about.contains("Localized LoRA: K = 2, r_block = 2, 224 parameters, error 0.2119"));
}

#[test]
fn one_block_needs_no_lines_and_a_grid_has_all_of_them() {
    let worked = Worked::table_one();
    let figure = worked.figure_one(&samples::context(Theme::Light), "digit", false);
    let blocks: Vec<usize> = figure.rows[0]
        .iter()
        .filter_map(|element| match element {
            Element::Heatmap(map) => Some(map.blocks.len()),
            _ => None,
        })
        .collect();
    assert_eq!(blocks, [0, 0, 4, 4, 16]);
}

#[test]
fn the_table_keeps_the_exact_numbers() {
    let worked = Worked::table_one();
    let evaluations: Vec<_> = worked.methods.iter().map(|(_, _, e, _)| e).collect();
    let csv = comparison_table(Theme::Light, &evaluations, false).to_csv();
    let second = csv.lines().nth(1).unwrap();
    assert!(
        second.starts_with("lora,r = 4,224,0.2857142857142857,0.231"),
        "{second}"
    );
}

#[test]
fn error_curves_pass_through_the_marked_settings() {
    let worked = Worked::table_one();
    let figure = worked.curves(&samples::context(Theme::Light));
    let plot = plot(&figure);
    assert_eq!(plot.marks.len(), 4);
    for (mark, series) in plot.marks.iter().zip(&plot.series) {
        let near = |(x, y): &(f64, f64)| *x == mark.x && (*y - mark.y).abs() < 1e-12;
        assert!(
            series.points.iter().any(near),
            "{} misses its mark",
            series.name
        );
    }
}

#[test]
fn singular_values_stop_at_the_numerical_rank() {
    let worked = Worked::table_one();
    let figure = worked.spectra(&samples::context(Theme::Light));
    let lora = plot(&figure);
    assert_eq!(lora.series[0].points.len(), 15, "the digit has rank 15");
    assert_eq!(lora.series[1].points.len(), 4, "LoRA keeps four of them");
    assert_eq!(lora.guides[0].at, 4.5);
    assert_eq!(figure.rows[0].len(), 4, "a plot per method");
}

#[test]
fn the_distribution_counts_every_matrix_once() {
    let survey = samples::small_survey(200);
    let figure = distribution(&samples::context(Theme::Light), &survey, None);
    for series in &plot(&figure).series {
        let total: f64 = series.points.iter().map(|(_, height)| height).sum();
        assert!((total - 100.0).abs() < 1e-9, "{}: {total} %", series.name);
    }
    let table = label_table(&survey, Theme::Light);
    let counts = table
        .rows
        .iter()
        .map(|row| row.cells[1].text.parse::<usize>().unwrap());
    assert_eq!(counts.sum::<usize>(), 2 * 200, "ten digits and the sum");
    let text = survey_table(&survey, Theme::Light).to_text();
    assert_eq!(text.lines().count(), 5, "{text}");
}

#[test]
fn figure_two_has_its_share_of_all_parameters() {
    let context = samples::context(Theme::Light);
    let sweep = samples::sweep(Theme::Light);
    let figure = localized_lora::figure::compose::accuracy_drop(&context, &sweep);
    let texts = texts(&figure);
    assert!(
        texts.iter().any(|text| text.contains("% of all 50,565")),
        "{texts:?}"
    );
    let plot = plot(&figure);
    let lora = plot
        .series
        .iter()
        .find(|series| series.name == "LoRA")
        .unwrap();
    assert!((lora.points[0].0 - 100.0 * 1696.0 / 50_565.0).abs() < 1e-12);
    assert_eq!(plot.guides[0].at, 0.0);
}

/// Only rounding is left, which the strongest colours would make look like a failure.
#[test]
fn residuals_of_an_exact_approximation_are_pale() {
    let matrix = DMatrix::from_fn(12, 12, |row, col| (row as f64 + 1.0).sqrt() * col as f64);
    let exact = MethodSettings::Lora(LoraSettings { rank: 1 });
    let figure = Worked::new(matrix.clone(), vec![exact]).figure_one(
        &samples::context(Theme::Light),
        "outer product",
        true,
    );
    let Some(Element::Heatmap(map)) = figure.rows[1].last() else {
        panic!("a residual below the reconstruction");
    };
    assert!(map.range.1 >= 1e-10 * matrix.amax(), "{:?}", map.range);
    assert!(map.matrix.amax() < 1e-3 * map.range.1);
}

#[test]
fn a_name_too_long_for_its_panel_stands_in_the_notes() {
    let worked = Worked::table_one();
    let context = samples::context(Theme::Light);
    let long = "MNIST test image 1, rows and columns shuffled (seed 3)";
    let noted = |name: &str| {
        let texts = texts(&worked.figure_one(&context, name, false));
        texts.contains(&format!("Original: {name}."))
    };
    assert!(noted(long));
    assert!(!noted("MNIST test image 1"));
}

#[test]
fn the_best_grid_is_marked_and_its_numbers_stand_below() {
    let figure = samples::grids(&samples::context(Theme::Light));
    let drawn = plot(&figure);
    let labels: Vec<&str> = drawn.marks.iter().map(|mark| mark.label.as_str()).collect();
    assert_eq!(labels, ["K = 2: 0.2119", "K = 4: 0.1454"]);
    assert_eq!(drawn.guides[0].label, "present K = 2");
    let texts = texts(&figure);
    for wanted in ["Adaptive error", "0.2119", "0.1454"] {
        assert!(
            texts.iter().any(|text| text == wanted),
            "{wanted}: {texts:?}"
        );
    }
}

#[test]
fn a_map_of_ranks_says_whose_ranks_they_are_and_what_a_colour_means() {
    let figure = samples::ranks(&samples::context(Theme::Light));
    let texts = texts(&figure);
    for wanted in ["Localized, adaptive", "Localized LoRA", "rank of the block"] {
        assert!(
            texts.iter().any(|text| text == wanted),
            "{wanted}: {texts:?}"
        );
    }
    let Element::Heatmap(equal) = &figure.rows[0][1] else {
        panic!("a map");
    };
    // Equal ranks are in the middle of their scale.
    assert_eq!(equal.matrix, DMatrix::from_element(2, 2, 2.0));
    assert_eq!(equal.range, (0.0, 4.0));
}

#[test]
fn the_present_digit_is_marked_in_every_histogram() {
    let survey = samples::small_survey(50);
    let context = samples::context(Theme::Light);
    assert!(
        plot(&distribution(&context, &survey, None))
            .marks
            .is_empty()
    );
    let figure = distribution(&context, &survey, Some(1));
    let marks = &plot(&figure).marks;
    assert_eq!(marks.len(), survey.settings.len());
    for (mark, errors) in marks.iter().zip(&survey.errors) {
        assert_eq!(mark.x, errors[1]);
        assert!(mark.y >= 2.0, "one of 50 at least: {}", mark.y);
    }
    assert!(marks[0].label.starts_with("this digit 0.2313"));
}
