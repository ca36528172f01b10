//! The rank of every block, as a map.

use nalgebra::DMatrix;

use super::{Context, Look};
use crate::approx::{BlockLayout, Evaluation};
use crate::figure::palette::{self, Theme};
use crate::figure::table::{Cell, Column, Row, Table};
use crate::figure::{BlockLine, Colors, Element, Figure, Heading, Heatmap, ScaleBar, label};

/// A method whose blocks may differ in rank.
#[derive(Debug, Clone)]
pub struct BlockRanks<'a> {
    /// Its setting and ranks.
    pub evaluation: &'a Evaluation,
    /// Its blocks.
    pub layout: &'a BlockLayout,
}

/// A map of the ranks per method, each with its colour scale.
pub fn rank_map(context: &Context, methods: &[BlockRanks]) -> Figure {
    let theme = context.theme;
    let described: Vec<String> = methods
        .iter()
        .map(|one| {
            let (title, settings) = (one.evaluation.method().title(), &one.evaluation.settings);
            format!("{title}: {}", settings.describe())
        })
        .collect();
    let maps: Vec<Heatmap> = methods.iter().map(|one| rank_heatmap(theme, one)).collect();
    let scales = maps.iter().map(|map| Element::ScaleBar(rank_scale(map)));
    let scales = scales.collect();
    let width = Figure::COLUMN * 0.85 * maps.len().clamp(1, 4) as f64;
    context
        .figure(width, "Ranks per block", described.join("; "))
        .with_row(maps.into_iter().map(Element::Heatmap).collect())
        .with_row(scales)
}

/// One method's map: a cell per block in its place, in shades of the method's colour.
pub fn rank_heatmap(theme: Theme, method: &BlockRanks) -> Heatmap {
    let one = method.evaluation;
    let look = Look::method(one.method(), theme);
    let ranks = rank_matrix(method);
    let most = one.ranks.iter().copied().max().unwrap_or(0).max(1) as f64;
    let equal = one.ranks.windows(2).all(|pair| pair[0] == pair[1]);
    // Equal ranks are no extreme: they have the middle of their scale.
    let range = (0.0, if equal { 2.0 * most } else { most });
    Heatmap {
        headings: vec![
            Heading::name(look.name, Some(look.color)),
            Heading::plain(one.describe()),
            Heading::plain(format!(
                "{} parameters, error {}",
                label::count(one.params),
                label::error(one.error)
            )),
        ],
        blocks: cells(ranks.shape()),
        block_color: Some(palette::background(theme)),
        numbers: true,
        ..Heatmap::new(ranks, range, Colors::Tint(look.color))
    }
}

/// Every cell's outline, which keeps blocks of equal rank apart.
fn cells((rows, cols): (usize, usize)) -> Vec<BlockLine> {
    let cell = |(row, col)| BlockLine {
        rows: row..row + 1,
        cols: col..col + 1,
    };
    (0..rows)
        .flat_map(|row| (0..cols).map(move |col| (row, col)))
        .map(cell)
        .collect()
}

/// The colour scale of a map of ranks.
pub fn rank_scale(map: &Heatmap) -> ScaleBar {
    ScaleBar {
        range: map.range,
        colors: map.colors,
        label: "rank of the block".to_owned(),
        missing: map.lacks_numbers().then_some("no block"),
        whole: true,
    }
}

/// The ranks where their blocks are; not a number where no block is.
fn rank_matrix(method: &BlockRanks) -> DMatrix<f64> {
    let blocks = method.layout.blocks();
    let down = blocks.iter().map(|block| block.i + 1).max().unwrap_or(0);
    let across = blocks.iter().map(|block| block.j + 1).max().unwrap_or(0);
    let mut ranks = DMatrix::from_element(down, across, f64::NAN);
    for (block, rank) in blocks.iter().zip(&method.evaluation.ranks) {
        ranks[(block.i, block.j)] = *rank as f64;
    }
    ranks
}

/// The numbers of [`rank_map`], a row per block.
pub fn rank_table(theme: Theme, methods: &[BlockRanks]) -> Table {
    let rows = methods.iter().flat_map(|method| {
        let look = Look::method(method.evaluation.method(), theme);
        let blocks = method.layout.blocks().iter();
        blocks
            .zip(&method.evaluation.ranks)
            .map(move |(block, rank)| Row {
                color: Some(look.color),
                cells: vec![
                    Cell::named(look.name.clone(), method.evaluation.method().key()),
                    Cell::place(block.i),
                    Cell::place(block.j),
                    Cell::count(block.sides().0),
                    Cell::count(block.sides().1),
                    Cell::count(*rank),
                ],
            })
    });
    Table {
        title: None,
        columns: vec![
            Column::left("Method"),
            Column::right("i"),
            Column::right("j"),
            Column::right("Rows"),
            Column::right("Columns").keyed("cols"),
            Column::right("Rank"),
        ],
        rows: rows.collect(),
    }
}
