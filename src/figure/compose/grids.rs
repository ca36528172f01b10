//! The best grid for a budget: the error of every K that fits.

use super::{Context, Look};
use crate::approx::best_grid::{GridAtBudget, best_adaptive, best_uniform};
use crate::approx::{Evaluation, Method, MethodSettings};
use crate::figure::palette::Theme;
use crate::figure::table::{Cell, Column, Row, Table};
use crate::figure::{Element, Figure, Guide, GuideAxis, Mark, Plot, SeriesStyle, label};

/// Error against K within one budget, the best of each method marked, and the numbers below.
/// `present` is the K that is in use, where there is one.
pub fn best_grid(
    context: &Context,
    budget: usize,
    grids: &[GridAtBudget],
    present: Option<usize>,
) -> Figure {
    let theme = context.theme;
    // The sentence is on what was measured; what is drawn may be less.
    let shown: Vec<GridAtBudget> = grids.iter().map(|one| only(context, one)).collect();
    let mut table = grid_table(theme, &shown);
    let mut plot = best_grid_plot(theme, &shown, present);
    plot.series.retain(|series| !series.points.is_empty());
    for (method, columns) in [(Method::LocalizedAdaptive, 4..6), (Method::Localized, 1..4)] {
        if !context.shows(method) {
            table.remove_columns(columns);
        }
    }
    context
        .figure(
            Figure::PAGE,
            "Error of every grid",
            grid_sentence(grids, budget),
        )
        .with_row(vec![Element::Plot(plot)])
        .with_row(vec![Element::Table(table)])
}

/// The methods that are shown of a grid.
fn only(context: &Context, one: &GridAtBudget) -> GridAtBudget {
    let of = |method: Method, found: &Option<Evaluation>| {
        found.clone().filter(|_| context.shows(method))
    };
    GridAtBudget {
        grid: one.grid,
        uniform: of(Method::Localized, &one.uniform),
        adaptive: of(Method::LocalizedAdaptive, &one.adaptive),
    }
}

/// The plot of [`best_grid`]: a series of uniform ranks and one of adaptive ranks, a point per K
/// that has one.
pub fn best_grid_plot(theme: Theme, grids: &[GridAtBudget], present: Option<usize>) -> Plot {
    let looks = [Method::Localized, Method::LocalizedAdaptive].map(|m| Look::method(m, theme));
    let [uniform, adaptive] = &looks;
    let series = |look: &Look, of: fn(&GridAtBudget) -> Option<&Evaluation>| {
        let points = grids.iter();
        let points = points.filter_map(|one| Some((one.grid as f64, of(one)?.error)));
        let line = look.line(points.collect());
        line.styled(SeriesStyle::LineWithPoints, look.marker)
    };
    let mark = |look: &Look, best: Option<(usize, &Evaluation)>| {
        best.map(|(grid, one)| Mark {
            x: grid as f64,
            y: one.error,
            color: look.color,
            marker: look.marker,
            hollow: false,
            label: format!("K = {grid}: {}", label::error(one.error)),
        })
    };
    let marks = [
        mark(uniform, best_uniform(grids)),
        mark(adaptive, best_adaptive(grids)),
    ];
    let guide = present.map(|grid| Guide {
        axis: GuideAxis::X,
        at: grid as f64,
        label: format!("present K = {grid}"),
        color: None,
    });
    Plot {
        x_label: "grid K".to_owned(),
        whole_x: true,
        y_label: "error ‖W − Ŵ‖ / ‖W‖".to_owned(),
        y_from_zero: true,
        series: vec![
            series(uniform, |one| one.uniform.as_ref()),
            series(adaptive, |one| one.adaptive.as_ref()),
        ],
        marks: marks.into_iter().flatten().collect(),
        guides: guide.into_iter().collect(),
        ..Plot::default()
    }
}

/// The best grids in a sentence.
pub fn grid_sentence(grids: &[GridAtBudget], budget: usize) -> String {
    let budget = label::count(budget);
    let Some((grid, best)) = best_uniform(grids) else {
        return format!("No grid fits in {budget} parameters; increase the budget");
    };
    let (error, setting) = (label::error(best.error), best.settings.describe());
    let itself = if grid == 1 {
        ", which is LoRA itself"
    } else {
        ""
    };
    let mut text = format!("Best within {budget} parameters: {error}, {setting}{itself}");
    if let Some((grid, best)) = best_adaptive(grids) {
        text += &format!("; adaptive {}, K = {grid}", label::error(best.error));
    }
    text
}

/// The numbers of [`best_grid`], a row per K.
pub fn grid_table(theme: Theme, grids: &[GridAtBudget]) -> Table {
    let count = |one: Option<&Evaluation>| match one {
        Some(one) => Cell::count(one.params),
        None => Cell::none(),
    };
    let error = |one: Option<&Evaluation>| match one {
        Some(one) => Cell::number(label::error(one.error), one.error),
        None => Cell::none(),
    };
    let best = best_uniform(grids).map(|(grid, _)| grid);
    let rows = grids.iter().map(|one| {
        let (uniform, adaptive) = (one.uniform.as_ref(), one.adaptive.as_ref());
        let rank = uniform.and_then(|one| match one.settings {
            MethodSettings::Localized(settings) => Some(settings.rank.to_string()),
            _ => None,
        });
        let is_best = best == Some(one.grid);
        Row {
            color: is_best.then(|| Look::method(Method::Localized, theme).color),
            cells: vec![
                Cell::text(one.grid.to_string()),
                rank.map_or_else(Cell::none, Cell::text),
                count(uniform),
                error(uniform),
                count(adaptive),
                error(adaptive),
            ],
        }
    });
    Table {
        title: None,
        columns: vec![
            Column::right("K")
                .keyed("grid")
                .about("segments along each side; K = 1 is LoRA itself"),
            Column::right("r_block").keyed("rank"),
            Column::right("Parameters").keyed("params"),
            Column::right("Error"),
            Column::right("Adaptive parameters").keyed("adaptive_params"),
            Column::right("Adaptive error"),
        ],
        rows: rows.collect(),
    }
}
