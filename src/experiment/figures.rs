//! Figures of a sweep and of what its runs learned.

use nalgebra::DMatrix;

use crate::figure::compose::{
    self, AccuracyDrop, Confusion, Context, DeltaWeights, DropPoint, Feature, Frontier, Look,
    TrainingCurve,
};
use crate::figure::palette::Theme;
use crate::figure::{BlockLine, Figure, label};
use crate::finetune::data::CLASSES;
use crate::finetune::train::EpochRecord;
use crate::finetune::{self, Inspection, Layout, Part, Results, RunKey, RunRecord, frontier};

/// Hidden units that are shown as pictures.
pub const FEATURES: usize = 8;

/// The first digit that is adapted to; class 0 is this one.
pub const FIRST_DIGIT: usize = 5;

/// The look of a run.
pub fn look_of(key: &RunKey, theme: Theme) -> Look {
    key.adapter
        .map_or_else(|| Look::full(theme), |one| Look::layout(one.layout, theme))
}

/// A configuration without its layout's name: *K = 4, r_block = 2*.
pub fn setting(key: &RunKey) -> String {
    let Some(one) = key.adapter else {
        return "all parameters".to_owned();
    };
    match one.layout {
        Layout::Lora => format!("r = {}", one.rank),
        Layout::Melora => format!("N = {}, r_diag = {}", one.segments, one.rank),
        Layout::LocalizedBlock | Layout::LocalizedGrid => {
            format!("K = {}, r_block = {}", one.segments, one.rank)
        }
    }
}

/// A configuration with learning rate and seed, without its layout's name.
pub fn whole_setting(key: &RunKey) -> String {
    format!(
        "{}, learning rate {}, seed {}",
        setting(key),
        key.learning_rate,
        key.seed
    )
}

/// The best of every layout at each parameter count.
pub type Frontiers = [(Layout, Vec<finetune::FrontierPoint>)];

/// The paper's Figure 2; nothing before the baseline is there.
pub fn accuracy_drop(context: &Context, results: &Results) -> Option<Figure> {
    let frontiers = Layout::ALL.map(|layout| (layout, frontier(results, layout)));
    let shown = drop_shown(context.theme, results, &frontiers)?;
    Some(compose::accuracy_drop(context, &shown))
}

/// The content of Figure 2 for every layout that has a run, in the order of the layouts; nothing before
/// the baseline is there.
pub fn drop_shown(theme: Theme, results: &Results, frontiers: &Frontiers) -> Option<AccuracyDrop> {
    let base = results.full.test_accuracy?;
    let layouts = Layout::ALL.map(|layout| Frontier {
        look: Look::layout(layout, theme),
        runs: runs_of(results, layout)
            .map(|run| (run.params, base - run.test_accuracy))
            .collect(),
        best: frontiers
            .iter()
            .filter(|(of, _)| *of == layout)
            .flat_map(|(_, points)| points)
            .map(best)
            .collect(),
    });
    Some(AccuracyDrop {
        layouts: layouts
            .into_iter()
            .filter(|one| !one.runs.is_empty())
            .collect(),
        full_params: results.full.params,
        full_accuracy: base,
        description: describe(results),
    })
}

fn best(point: &finetune::FrontierPoint) -> DropPoint {
    let [mean, low, high] = point.drop;
    DropPoint {
        params: point.params,
        drop: mean,
        spread: (point.runs.len() > 1).then_some((low, high)),
    }
}

/// The runs of a layout, in the order of the results.
pub fn runs_of(results: &Results, layout: Layout) -> impl Iterator<Item = &RunRecord> {
    let of_it = move |run: &&RunRecord| run.key.adapter.is_some_and(|one| one.layout == layout);
    results.runs.iter().filter(of_it)
}

/// A description of the sweep.
pub fn describe(results: &Results) -> String {
    let settings = &results.settings;
    let rates: Vec<String> = settings.learning_rates.iter().map(f64::to_string).collect();
    format!(
        "{}, digits 5 to 9 after 0 to 4; {}, {}, {}{}",
        results.dataset,
        label::counted(settings.epochs, "epoch"),
        label::counted(settings.seeds.len(), "seed"),
        match rates.as_slice() {
            [one] => format!("learning rate {one}"),
            several => format!(
                "best learning rate of {} by validation loss",
                several.join(", ")
            ),
        },
        if results.complete { "" } else { "; under way" }
    )
}

/// One run's way through training.
pub fn training_curve(key: &RunKey, history: &[EpochRecord], theme: Theme) -> TrainingCurve {
    let line = |value: fn(&EpochRecord) -> f64| {
        let points = history.iter();
        points.map(|one| (one.epoch as f64, value(one))).collect()
    };
    TrainingCurve {
        look: Look {
            name: format!("{}, {}", look_of(key, theme).name, setting(key)),
            ..look_of(key, theme)
        },
        training_loss: line(|one| one.train_loss),
        validation_loss: line(|one| one.validation_loss),
        accuracy: line(|one| one.validation_accuracy),
    }
}

/// Loss and accuracy of runs against epochs.
pub fn training_curves(context: &Context, runs: &[&Inspection]) -> Figure {
    let curves: Vec<TrainingCurve> = runs
        .iter()
        .map(|one| training_curve(&one.record.key, &one.history, context.theme))
        .collect();
    compose::training_curves(context, &curves, &names(runs))
}

/// Runs in words.
fn names(runs: &[&Inspection]) -> String {
    let names = runs.iter().map(|one| {
        let key = &one.record.key;
        format!(
            "{}, {}",
            look_of(key, Theme::Light).name,
            whole_setting(key)
        )
    });
    names.collect::<Vec<_>>().join("; ")
}

/// ΔW with its parts, and the hidden units that moved most as pictures of the input.
pub fn delta_weights(context: &Context, run: &Inspection, image: [usize; 2]) -> Figure {
    let key = &run.record.key;
    let features = most_moved(run, FEATURES).into_iter().map(|unit| Feature {
        unit,
        picture: feature(run, unit, image),
    });
    compose::delta_weights(
        context,
        &DeltaWeights {
            look: look_of(key, context.theme),
            setting: whole_setting(key),
            delta: &run.update,
            parts: part_lines(&run.parts),
            features: features.collect(),
            cells: cell_lines(&run.parts, image),
        },
    )
}

/// The hidden units whose weights moved most, first the farthest.
pub fn most_moved(run: &Inspection, count: usize) -> Vec<usize> {
    let mut units: Vec<usize> = (0..run.movement.len()).collect();
    units.sort_by(|&a, &b| run.movement[b].total_cmp(&run.movement[a]).then(a.cmp(&b)));
    units.truncate(count);
    units
}

/// A hidden unit's row of ΔW in the input's shape.
pub fn feature(run: &Inspection, unit: usize, [rows, cols]: [usize; 2]) -> DMatrix<f64> {
    DMatrix::from_row_iterator(rows, cols, run.update.row(unit).iter().copied())
}

/// The parts that are rectangles of ΔW; a cell of the picture is many strips of it and none of these.
pub fn part_lines(parts: &[Part]) -> Vec<BlockLine> {
    let rectangle = |part: &Part| {
        let (first, last) = (*part.inputs.first()?, *part.inputs.last()?);
        (last - first + 1 == part.inputs.len()).then(|| BlockLine {
            rows: part.hidden.clone(),
            cols: first..last + 1,
        })
    };
    parts.iter().filter_map(rectangle).collect()
}

/// The parts that are cells of the picture.
pub fn cell_lines(parts: &[Part], [_, cols]: [usize; 2]) -> Vec<BlockLine> {
    let cell = |part: &Part| {
        let (first, last) = (*part.inputs.first()?, *part.inputs.last()?);
        let (top, left) = (first / cols, first % cols);
        let (bottom, right) = (last / cols, last % cols);
        let area = (bottom + 1 - top) * (right + 1).saturating_sub(left);
        (area == part.inputs.len()).then_some(BlockLine {
            rows: top..bottom + 1,
            cols: left..right + 1,
        })
    };
    let every: Option<Vec<BlockLine>> = parts.iter().map(cell).collect();
    every.filter(|cells| cells.len() > 1).unwrap_or_default()
}

/// True against predicted digits, for one run or two.
pub fn confusion(context: &Context, runs: &[&Inspection]) -> Figure {
    let confusions: Vec<Confusion> = runs
        .iter()
        .map(|run| confusion_of(context.theme, run))
        .collect();
    compose::confusion(context, &confusions)
}

/// True against predicted digits of one run.
pub fn confusion_of(theme: Theme, run: &Inspection) -> Confusion {
    let counts = run.confusion.row_iter();
    Confusion {
        look: look_of(&run.record.key, theme),
        setting: setting(&run.record.key),
        counts: counts
            .map(|row| row.iter().map(|&count| u64::from(count)).collect())
            .collect(),
        classes: digits(),
    }
}

/// The names of the classes.
pub fn digits() -> Vec<String> {
    (0..CLASSES)
        .map(|class| (FIRST_DIGIT + class).to_string())
        .collect()
}
