//! Experiment 2: Figure 2, training curves, what was learned, and what is still confused.

use nalgebra::DMatrix;

use super::approximation::extremes;
use super::{Context, Look};
use crate::figure::{
    BlockLine, Colors, ConfusionMatrix, Element, Figure, Guide, GuideAxis, Heading, Heatmap, Plot,
    ScaleBar, Series, SeriesStyle, label,
};

/// Pictures of single hidden units beside each other.
const FEATURES_PER_ROW: usize = 8;

/// The runs of a sweep, against full fine-tuning.
#[derive(Debug, Clone)]
pub struct AccuracyDrop {
    /// One entry per layout.
    pub layouts: Vec<Frontier>,
    /// Parameters of full fine-tuning, the denominator of every share.
    pub full_params: usize,
    /// Test accuracy of full fine-tuning in percent.
    pub full_accuracy: f64,
    /// A description of the sweep.
    pub description: String,
}

/// One layout's runs.
#[derive(Debug, Clone)]
pub struct Frontier {
    /// Name, colour and marker.
    pub look: Look,
    /// Every run: parameters, and accuracy drop in percentage points.
    pub runs: Vec<(usize, f64)>,
    /// The best configuration at each parameter count, by parameters.
    pub best: Vec<DropPoint>,
}

/// The best configuration at one parameter count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DropPoint {
    /// Trainable parameters.
    pub params: usize,
    /// Accuracy drop in percentage points, the mean over seeds.
    pub drop: f64,
    /// Smallest and largest drop over the seeds, where there are several.
    pub spread: Option<(f64, f64)>,
}

/// The paper's Figure 2: accuracy drop against the share of trainable parameters.
pub fn accuracy_drop(context: &Context, shown: &AccuracyDrop) -> Figure {
    context
        .figure(
            Figure::COLUMN * 1.3,
            "Accuracy drop against the share of trainable parameters",
            shown.description.clone(),
        )
        .with_row(vec![Element::Plot(accuracy_drop_plot(shown))])
}

/// The plot of [`accuracy_drop`]: all runs of every layout as a series each, then the best of every
/// layout as a series each.
pub fn accuracy_drop_plot(shown: &AccuracyDrop) -> Plot {
    let full = shown.full_params;
    let layouts = shown.layouts.iter();
    let all = label::count(full);
    Plot {
        x_label: format!("trainable parameters, % of all {all}"),
        y_label: "accuracy drop, percentage points".to_owned(),
        log_x: true,
        series: layouts
            .clone()
            .map(|layout| layout.cloud(full))
            .chain(layouts.map(|layout| layout.curve(full)))
            .collect(),
        guides: vec![Guide {
            axis: GuideAxis::Y,
            at: 0.0,
            label: format!(
                "full fine-tuning, {}",
                label::percentage(shown.full_accuracy)
            ),
            color: None,
        }],
        ..Plot::default()
    }
}

fn percent(params: usize, full: usize) -> f64 {
    100.0 * params as f64 / full.max(1) as f64
}

impl Frontier {
    /// All runs, as faint points.
    fn cloud(&self, full: usize) -> Series {
        let points = self.runs.iter();
        let points = points.map(|(params, drop)| (percent(*params, full), *drop));
        let series = Series {
            name: String::new(),
            ..self.look.line(points.collect())
        };
        series.styled(SeriesStyle::FaintPoints, self.look.marker)
    }

    /// The best configurations with their spread.
    fn curve(&self, full: usize) -> Series {
        let points = self
            .best
            .iter()
            .map(|one| (percent(one.params, full), one.drop));
        let spread = |one: &DropPoint| one.spread.unwrap_or((f64::NAN, f64::NAN));
        let series = Series {
            spread: self.best.iter().map(spread).collect(),
            ..self.look.line(points.collect())
        };
        series.styled(SeriesStyle::LineWithPoints, self.look.marker)
    }
}

/// One run's way through training; points are (epoch, value).
#[derive(Debug, Clone)]
pub struct TrainingCurve {
    /// Name, colour and marker.
    pub look: Look,
    /// Loss on the training digits.
    pub training_loss: Vec<(f64, f64)>,
    /// Loss on the held-out digits.
    pub validation_loss: Vec<(f64, f64)>,
    /// Accuracy on the held-out digits, in percent.
    pub accuracy: Vec<(f64, f64)>,
}

/// Loss and accuracy against epochs, side by side.
pub fn training_curves(context: &Context, runs: &[TrainingCurve], description: &str) -> Figure {
    context
        .figure(Figure::PAGE, "Training curves", description.to_owned())
        .with_row(vec![
            Element::Plot(loss_plot(runs)),
            Element::Plot(accuracy_plot(runs)),
        ])
}

/// Loss against epochs: a run's held-out loss, then its dashed training loss.
pub fn loss_plot(runs: &[TrainingCurve]) -> Plot {
    let losses = runs.iter().flat_map(|run| {
        let validation = run.look.line(run.validation_loss.clone());
        let training = Series {
            name: String::new(),
            dashed: true,
            ..run.look.line(run.training_loss.clone())
        };
        [validation, training]
    });
    Plot {
        title: Some("Loss, training dashed".to_owned()),
        x_label: "epoch".to_owned(),
        whole_x: true,
        y_label: "negative log-likelihood".to_owned(),
        log_y: true,
        series: losses.collect(),
        ..Plot::default()
    }
}

/// Held-out accuracy against epochs, a series per run.
pub fn accuracy_plot(runs: &[TrainingCurve]) -> Plot {
    let accuracies = runs.iter().map(|run| run.look.line(run.accuracy.clone()));
    Plot {
        title: Some("Validation accuracy".to_owned()),
        x_label: "epoch".to_owned(),
        whole_x: true,
        y_label: "accuracy, %".to_owned(),
        series: accuracies.collect(),
        ..Plot::default()
    }
}

/// The update ΔW that a run learned.
#[derive(Debug, Clone)]
pub struct DeltaWeights<'a> {
    /// Name, colour and marker of its layout.
    pub look: Look,
    /// The configuration, in words.
    pub setting: String,
    /// ΔW, hidden units by inputs.
    pub delta: &'a DMatrix<f64>,
    /// Outlines of the adapter's parts that are rectangles of ΔW.
    pub parts: Vec<BlockLine>,
    /// The hidden units whose weights moved most.
    pub features: Vec<Feature>,
    /// Outlines of the parts that are cells of the input picture.
    pub cells: Vec<BlockLine>,
}

/// One row of ΔW as a picture of the input.
#[derive(Debug, Clone)]
pub struct Feature {
    /// The hidden unit.
    pub unit: usize,
    /// Its row of ΔW in the input's shape.
    pub picture: DMatrix<f64>,
}

/// ΔW as a picture with its parts, its colour scale, and single hidden units below.
pub fn delta_weights(context: &Context, shown: &DeltaWeights) -> Figure {
    let (low, high) = extremes(shown.delta);
    let largest = low.abs().max(high.abs());
    let range = (-largest, largest);
    let (rows, cols) = shown.delta.shape();
    let color = Some(shown.look.color);
    let whole = Heatmap {
        headings: vec![
            Heading::name(&shown.look.name, color),
            Heading::plain(format!(
                "{}; ΔW, {rows} hidden units (down) × {cols} inputs (across)",
                shown.setting
            )),
        ],
        blocks: shown.parts.clone(),
        block_color: color,
        ..Heatmap::new(shown.delta.clone(), range, Colors::Diverging)
    };
    let scale = ScaleBar {
        range,
        colors: Colors::Diverging,
        label: "ΔW".to_owned(),
        missing: None,
        whole: false,
    };
    let description = format!("{}, {}", shown.look.name, shown.setting);
    let mut figure = context
        .figure(Figure::PAGE, "Learned update", description)
        .with_row(vec![Element::Heatmap(whole)]);
    for row in shown.features.chunks(FEATURES_PER_ROW) {
        let picture = |feature: &Feature| {
            Element::Heatmap(Heatmap {
                headings: vec![Heading::plain(format!("unit {}", feature.unit))],
                blocks: shown.cells.clone(),
                block_color: color,
                ..Heatmap::new(feature.picture.clone(), range, Colors::Diverging)
            })
        };
        let mut row: Vec<Element> = row.iter().map(picture).collect();
        row.resize(FEATURES_PER_ROW, Element::Blank);
        figure.rows.push(row);
    }
    figure.with_row(vec![Element::ScaleBar(scale)])
}

/// True against predicted classes of one run.
#[derive(Debug, Clone)]
pub struct Confusion {
    /// Name, colour and marker of its layout.
    pub look: Look,
    /// The configuration, in words.
    pub setting: String,
    /// `counts[t][p]`: test items of class `t` that were taken for class `p`.
    pub counts: Vec<Vec<u64>>,
    /// The classes' names.
    pub classes: Vec<String>,
}

/// Confusion matrices side by side, for one run or for two to compare.
pub fn confusion(context: &Context, runs: &[Confusion]) -> Figure {
    let described = runs
        .iter()
        .map(|run| format!("{}, {}", run.look.name, run.setting));
    let description = described.collect::<Vec<_>>().join("; ");
    let columns = runs.len().clamp(1, 4) as f64;
    let matrices = runs.iter().map(confusion_matrix);
    context
        .figure(
            Figure::COLUMN * 0.85 * columns,
            "Confusion matrix",
            description,
        )
        .with_row(matrices.map(Element::ConfusionMatrix).collect())
}

/// One of the matrices of [`confusion`].
pub fn confusion_matrix(run: &Confusion) -> ConfusionMatrix {
    let right: u64 = (0..run.counts.len())
        .filter_map(|class| run.counts[class].get(class))
        .sum();
    let all: u64 = run.counts.iter().flatten().sum();
    let accuracy = 100.0 * right as f64 / all.max(1) as f64;
    ConfusionMatrix {
        counts: run.counts.clone(),
        classes: run.classes.clone(),
        headings: vec![
            Heading::name(&run.look.name, Some(run.look.color)),
            Heading::plain(&run.setting),
            Heading::plain(format!("accuracy {}", label::percentage(accuracy))),
        ],
        color: run.look.color,
    }
}
