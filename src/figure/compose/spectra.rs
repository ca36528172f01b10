//! Singular values, block by block.

use super::{Context, Look};
use crate::approx::{MethodSettings, Pieces, Spectra};
use crate::figure::palette::{self, Theme};
use crate::figure::{Element, Figure, Guide, GuideAxis, Marker, Plot, Series, SeriesStyle};

/// More blocks than this are shown by their largest, median and smallest singular values.
const MOST_LINES: usize = 128;

/// One method's singular values and the ranks that it keeps of them.
#[derive(Debug, Clone)]
pub struct MethodSpectrum<'a> {
    /// The method with its setting.
    pub settings: &'a MethodSettings,
    /// The singular values of every block.
    pub spectra: &'a Spectra,
    /// The rank of each block, in the layout's order.
    pub ranks: &'a [usize],
}

/// Singular values on one logarithmic scale, a plot per method: a line per block, the kept values
/// as points, and the cut where all blocks share it. Values below the numerical rank's threshold
/// are left out.
pub fn singular_values(context: &Context, methods: &[MethodSpectrum]) -> Figure {
    let described: Vec<String> = methods
        .iter()
        .map(|one| {
            let name = one.settings.method().title();
            format!("{name}: {}", one.settings.describe())
        })
        .collect();
    let width = if methods.len() > 1 {
        Figure::PAGE
    } else {
        Figure::COLUMN
    };
    let plots = spectrum_plots(context.theme, methods).into_iter();
    context
        .figure(width, "Singular values", described.join("; "))
        .with_row(plots.map(Element::Plot).collect())
}

/// The plots of [`singular_values`], one per method.
pub fn spectrum_plots(theme: Theme, methods: &[MethodSpectrum]) -> Vec<Plot> {
    let counted: Vec<Vec<&[f64]>> = methods
        .iter()
        .map(|method| above_threshold(method.spectra))
        .collect();
    let range = value_range(counted.iter().flatten().copied().flatten());
    let plots = methods.iter().zip(&counted).enumerate();
    plots
        .map(|(i, (method, sigma))| Plot {
            y_label: if i == 0 { SIGMA } else { other_label(method) }.to_owned(),
            y_range: range,
            ..spectrum(theme, method, sigma)
        })
        .collect()
}

/// One method's plot as in [`singular_values`]. With a `block` that one's line is drawn strong,
/// as the last series, and the cut is its own.
pub fn spectrum_plot(theme: Theme, method: &MethodSpectrum, block: Option<usize>) -> Plot {
    let counted = above_threshold(method.spectra);
    let mut plot = Plot {
        y_label: SIGMA.to_owned(),
        y_range: value_range(counted.iter().copied().flatten()),
        ..spectrum(theme, method, &counted)
    };
    let of_block = block.and_then(|block| {
        let (sigma, rank) = (*counted.get(block)?, *method.ranks.get(block)?);
        Some((sigma, rank))
    });
    if let Some((sigma, rank)) = of_block {
        let look = Look::method(method.settings.method(), theme);
        // The kept values of all blocks would hide those of the one.
        for series in &mut plot.series {
            series.name.clear();
            if series.style == SeriesStyle::Points {
                series.style = SeriesStyle::FaintPoints;
            }
        }
        let kept = Series {
            name: String::new(),
            ..look.line(indexed(&sigma[..rank.min(sigma.len())]))
        };
        let line = Series {
            name: String::new(),
            ..look.line(indexed(sigma))
        };
        plot.series
            .push(kept.styled(SeriesStyle::Points, look.marker));
        plot.series.push(line);
        plot.guides = vec![cut_at(rank, &look)];
    }
    plot
}

/// Singular values of which no method keeps any.
pub fn plain_spectrum(theme: Theme, sigma: &[f64]) -> Plot {
    let line = Series::line("", palette::foreground(theme), indexed(sigma));
    Plot {
        x_label: "index".to_owned(),
        whole_x: true,
        y_label: SIGMA.to_owned(),
        log_y: true,
        y_range: value_range(sigma.iter()),
        series: vec![line.styled(SeriesStyle::LineWithPoints, Marker::Circle)],
        ..Plot::default()
    }
}

const SIGMA: &str = "singular value σ";

/// The name of the values where they are no singular values.
fn other_label(method: &MethodSpectrum) -> &'static str {
    let mut blocks = method.spectra.layout.blocks().iter();
    match blocks.any(|block| block.pieces() == Pieces::Entries) {
        true => "magnitude of the entry",
        false => "",
    }
}

/// A little beyond all of the values.
fn value_range<'a>(values: impl Iterator<Item = &'a f64>) -> Option<(f64, f64)> {
    let (low, high) = values.fold((f64::INFINITY, 0.0f64), |(low, high), sigma| {
        (low.min(*sigma), high.max(*sigma))
    });
    let pad = (high / low).powf(0.07).max(1.3);
    (high > 0.0).then_some((low / pad, high * pad))
}

/// Values against their indices, from 1.
fn indexed(sigma: &[f64]) -> Vec<(f64, f64)> {
    let values = sigma.iter().enumerate();
    values.map(|(i, sigma)| ((i + 1) as f64, *sigma)).collect()
}

fn spectrum(theme: Theme, method: &MethodSpectrum, sigma: &[&[f64]]) -> Plot {
    let look = Look::method(method.settings.method(), theme);
    let style = if sigma.len() == 1 {
        SeriesStyle::Line
    } else {
        SeriesStyle::FaintLine
    };
    let unnamed = |points| Series {
        name: String::new(),
        ..look.line(points)
    };
    let lines = block_lines(sigma).into_iter().map(unnamed);
    let kept = sigma
        .iter()
        .zip(method.ranks)
        .flat_map(|(sigma, rank)| indexed(&sigma[..(*rank).min(sigma.len())]));
    let kept = Series {
        name: method.settings.describe(),
        ..look.line(kept.collect())
    };
    Plot {
        title: Some(look.name.clone()),
        title_color: Some(look.color),
        x_label: "index".to_owned(),
        whole_x: true,
        log_y: true,
        series: lines
            .map(|line| line.styled(style, look.marker))
            .chain([kept.styled(SeriesStyle::Points, look.marker)])
            .collect(),
        guides: cut(method, &look).into_iter().collect(),
        ..Plot::default()
    }
}

/// Each block's values that count towards a numerical rank; numerically zero ones would only
/// stretch the axis to 1e-16.
pub(super) fn above_threshold(spectra: &Spectra) -> Vec<&[f64]> {
    let blocks = spectra.sigma.iter().enumerate();
    blocks
        .map(|(block, sigma)| &sigma[..spectra.numerical_rank(block)])
        .collect()
}

/// A line per block, or the largest, median and smallest values where there are too many.
fn block_lines(blocks: &[&[f64]]) -> Vec<Vec<(f64, f64)>> {
    if blocks.len() <= MOST_LINES {
        return blocks.iter().map(|sigma| indexed(sigma)).collect();
    }
    let longest = blocks
        .iter()
        .map(|sigma| sigma.len())
        .max()
        .unwrap_or_default();
    let mut lines = vec![Vec::new(); 3];
    for i in 0..longest {
        let mut values: Vec<f64> = blocks
            .iter()
            .filter_map(|sigma| sigma.get(i))
            .copied()
            .collect();
        values.sort_by(f64::total_cmp);
        let last = values.len() - 1;
        for (line, at) in lines.iter_mut().zip([last, last / 2, 0]) {
            line.push(((i + 1) as f64, values[at]));
        }
    }
    lines
}

/// The line between kept and dropped values, where it is the same for every block.
fn cut(method: &MethodSpectrum, look: &Look) -> Option<Guide> {
    let rank = *method.ranks.first()?;
    let shared = method.ranks.iter().all(|other| *other == rank);
    shared.then(|| cut_at(rank, look))
}

fn cut_at(rank: usize, look: &Look) -> Guide {
    Guide {
        axis: GuideAxis::X,
        at: rank as f64 + 0.5,
        label: format!("rank {rank}"),
        color: Some(look.color),
    }
}
