//! A map of the layers of a scanned model.

use std::collections::BTreeMap;

use nalgebra::DMatrix;

use super::Context;
use super::block_names::BlockNames;
use super::scan_words::{
    budget, diagonal_share, least_errors, model_file_name, scan_fit, scan_missing,
};
use crate::analysis::{Scan, ScanError, ScanLayer};
use crate::figure::palette::ColorMap;
use crate::figure::{
    CellNames, Colors, Element, Figure, Heading, Heatmap, Omitted, ScaleBar, label,
};

/// A number of every layer that a map can be coloured by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MapColumn {
    /// Localized's error minus LoRA's: below 0 where Localized is closer.
    #[default]
    Difference,
    /// LoRA's error.
    Lora,
    /// MELoRA's error.
    Melora,
    /// Localized's error.
    Localized,
    /// The best grid K.
    BestGrid,
    /// The norm, relative to the base's where that is there.
    Norm,
    /// ‖W‖² / σ₁².
    StableRank,
    /// The share of ‖W‖² on the diagonal blocks.
    Diagonal,
    /// The locality test's z.
    Locality,
}

impl MapColumn {
    /// All, in the order of the table.
    pub const ALL: [Self; 9] = [
        Self::Difference,
        Self::Lora,
        Self::Melora,
        Self::Localized,
        Self::BestGrid,
        Self::Norm,
        Self::StableRank,
        Self::Diagonal,
        Self::Locality,
    ];

    /// Whether it follows from the budget or the grid of the scan.
    fn is_of_budget(self) -> bool {
        !matches!(self, Self::Norm | Self::StableRank)
    }

    /// Its name on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Difference => "difference",
            Self::Lora => "lora",
            Self::Melora => "melora",
            Self::Localized => "localized",
            Self::BestGrid => "best-grid",
            Self::Norm => "norm",
            Self::StableRank => "stable-rank",
            Self::Diagonal => "diagonal",
            Self::Locality => "z",
        }
    }

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Difference => "Error of Localized − error of LoRA",
            Self::Lora => "Error of LoRA",
            Self::Melora => "Error of MELoRA",
            Self::Localized => "Error of Localized",
            Self::BestGrid => "Best grid K (1 is LoRA itself)",
            Self::Norm => "Norm, relative to the base’s where there is one",
            Self::StableRank => "Stable rank",
            Self::Diagonal => "Share of ‖W‖² on the diagonal",
            Self::Locality => "Locality test’s z",
        }
    }

    /// The number of a layer as it is read.
    pub fn text(self, layer: &ScanLayer) -> String {
        let value = self.value(layer);
        match self {
            _ if value.is_nan() => "–".to_owned(),
            Self::Lora | Self::Melora | Self::Localized => label::error(value),
            Self::Diagonal => label::percent(value),
            Self::Locality => label::one_decimal(value),
            // A grid of one block is no grid.
            Self::BestGrid if value == 1.0 => "1, which is LoRA itself".to_owned(),
            Self::Difference | Self::BestGrid | Self::Norm | Self::StableRank => {
                label::short(value)
            }
        }
    }

    /// The number of a layer; not a number where it has none.
    fn value(self, layer: &ScanLayer) -> f64 {
        let error = |one: Option<ScanError>| one.map_or(f64::NAN, |one| one.error);
        match self {
            Self::Difference => error(layer.localized) - layer.lora.error,
            Self::Lora => layer.lora.error,
            Self::Melora => error(layer.melora),
            Self::Localized => error(layer.localized),
            Self::BestGrid => layer.best_grid as f64,
            Self::Norm => layer.relative_norm.unwrap_or(layer.norm),
            Self::StableRank => layer.stable_rank,
            Self::Diagonal => diagonal_share(layer).unwrap_or(f64::NAN),
            Self::Locality => {
                let z = layer.locality.as_ref().and_then(|test| test.z);
                z.unwrap_or(f64::NAN)
            }
        }
    }

    /// The ends of its colour scale; signed ones have 0 in the middle, and grids reach from LoRA to the
    /// finest that was tried.
    fn range(self, scan: &Scan, values: &[f64]) -> (f64, f64) {
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        let largest = finite().fold(0.0, |most: f64, value| most.max(value.abs()));
        match self {
            Self::Difference | Self::Locality => (-largest.max(1e-12), largest.max(1e-12)),
            Self::Lora | Self::Melora | Self::Localized | Self::Diagonal => (0.0, 1.0),
            Self::BestGrid => {
                let tried = scan.layers.iter().flat_map(|layer| layer.by_grid.keys());
                (1.0, tried.copied().max().unwrap_or(1).max(2) as f64)
            }
            Self::Norm | Self::StableRank => (0.0, largest.max(1e-300)),
        }
    }

    fn colors(self, chosen: ColorMap) -> Colors {
        match self {
            Self::Difference | Self::Locality => Colors::Diverging,
            _ => Colors::of(chosen, (0.0, 1.0)).0,
        }
    }
}

/// The layers of a model as a picture: blocks down, kinds of matrix across, coloured by one column.
#[derive(Clone, Debug)]
pub struct ScanMap {
    /// The names of the blocks with their numbers, and of layers without one.
    pub blocks: Vec<String>,
    /// The kinds of matrix: what stands behind the block in the layers' names.
    pub kinds: Vec<String>,
    /// The numbers of the column; none where no layer is.
    pub heatmap: Heatmap,
    /// Its colours.
    pub scale: ScaleBar,
    /// The layer of a cell, by its place in the scan.
    cells: BTreeMap<(usize, usize), usize>,
}

impl ScanMap {
    /// The map of a scan.
    pub fn new(colors: ColorMap, scan: &Scan, column: MapColumn) -> Self {
        let names: Vec<&str> = scan.layers.iter().map(|one| one.layer.as_str()).collect();
        let BlockNames {
            blocks,
            kinds,
            cells,
        } = BlockNames::of(&names);
        let cells: BTreeMap<(usize, usize), usize> = cells.into_iter().zip(0..).collect();
        let mut values = DMatrix::from_element(blocks.len().max(1), kinds.len().max(1), f64::NAN);
        for (at, layer) in &cells {
            values[*at] = column.value(&scan.layers[*layer]);
        }
        let range = column.range(scan, values.as_slice());
        let colors = column.colors(colors);
        let missing = missing(&values, &cells);
        let mut headings = vec![Heading::name(column.title(), None)];
        headings.extend(column.is_of_budget().then(|| Heading::plain(budget(scan))));
        Self {
            heatmap: Heatmap {
                headings,
                numbers: true,
                names: Some(Box::new(CellNames {
                    rows: blocks.clone(),
                    cols: kinds.clone(),
                })),
                ..Heatmap::new(values, range, colors)
            },
            scale: ScaleBar {
                range,
                colors,
                label: column.title().to_owned(),
                missing,
                whole: column == MapColumn::BestGrid,
            },
            blocks,
            kinds,
            cells,
        }
    }

    /// The layer of a cell, by its place in the scan.
    pub fn layer(&self, cell: (usize, usize)) -> Option<usize> {
        self.cells.get(&cell).copied()
    }

    /// The cell of a layer.
    pub fn cell(&self, layer: usize) -> Option<(usize, usize)> {
        let mut cells = self.cells.iter();
        cells.find(|one| *one.1 == layer).map(|one| *one.0)
    }
}

/// What the cells without a number are: places where the model has no layer, layers without such a number.
fn missing(values: &DMatrix<f64>, cells: &BTreeMap<(usize, usize), usize>) -> Option<&'static str> {
    let no_layer = cells.len() < values.len();
    let no_value = cells.keys().any(|cell| values[*cell].is_nan());
    match (no_layer, no_value) {
        (true, true) => Some("no layer or value"),
        (true, false) => Some("no layer"),
        (false, true) => Some("no value"),
        (false, false) => None,
    }
}

/// The map of a model, coloured by one column.
pub fn scan_map(context: &Context, scan: &Scan, column: MapColumn) -> Figure {
    let mut map = ScanMap::new(context.colors, scan, column);
    map.heatmap.numbers = !context.omits(Omitted::Numbers);
    let figure = context
        .figure(Figure::PAGE, "Map of the model", description(scan, column))
        .with_title(label::clean(&model_file_name(scan)))
        .with_row(vec![Element::Heatmap(map.heatmap)])
        .with_row(vec![Element::ScaleBar(map.scale)]);
    let notes = scan_fit(scan);
    match notes.is_empty() {
        true => figure,
        false => figure.with_row(vec![Element::Notes(notes)]),
    }
}

/// What a map is of, with its settings, for a caption.
fn description(scan: &Scan, column: MapColumn) -> String {
    let tests = match scan.draws {
        0 => "no locality test".to_owned(),
        draws => format!(
            "locality tests with at most {} random orders, seed {}",
            label::count(draws),
            scan.seed
        ),
    };
    let parts = [
        Some(label::clean(&model_file_name(scan))),
        scan_missing(scan),
        Some(format!("colour: {}", column.title())),
        Some(format!("least error {}", least_errors(scan))),
        Some(tests),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::figure::palette::Gradient;

    fn scan(names: &[&str]) -> Scan {
        let layer = |name: &&str| {
            json!({
                "layer": name, "rows": 4, "cols": 4, "norm": 1.0, "relative_norm": null,
                "rounding": null, "lora": {"params": 8, "error": 0.5},
                "melora": null, "localized": {"params": 8, "error": 0.4}, "by_grid": {"1": 0.5},
                "best_grid": 1, "stable_rank": 1.0, "diagonal_energy_share": null,
                "locality": null, "verdict": "", "lora_energies": [], "localized_energies": []
            })
        };
        let scan = json!({
            "scan": 1, "model": "m", "subtract": null, "budget_rank": 1, "melora_blocks": 1,
            "localized_grid": 1, "draws": 0, "seed": 0, "seconds": 0.0,
            "layers": names.iter().map(layer).collect::<Vec<_>>(), "skipped": []
        });
        serde_json::from_value(scan).expect("a scan")
    }

    #[test]
    fn the_key_says_what_cells_without_a_number_are() {
        let key = |names: &[&str], column: MapColumn| {
            let colors = ColorMap::Gradient(Gradient::Viridis);
            ScanMap::new(colors, &scan(names), column).scale.missing
        };
        let (whole, holes) = (["h.0.q", "h.1.q"], ["h.0.q", "h.1.k"]);
        assert_eq!(key(&whole, MapColumn::Difference), None);
        assert_eq!(key(&holes, MapColumn::Difference), Some("no layer"));
        assert_eq!(key(&whole, MapColumn::Locality), Some("no value"));
        assert_eq!(key(&holes, MapColumn::Melora), Some("no layer or value"));
    }

    /// A map of eight blocks with as many kinds, on paper of a width.
    fn on_paper(width: f64) -> String {
        let names = (0..8).flat_map(|block| {
            (0..8).map(move |kind| format!("model.layers.{block}.self_attn.kind_{kind}.weight"))
        });
        let names: Vec<String> = names.collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let scan = Scan {
            model: "/home/ann/tuned.safetensors".to_owned(),
            subtract: Some("/home/ann/its-base.safetensors".to_owned()),
            ..scan(&names)
        };
        let mut context = Context::new(model_file_name(&scan), "");
        context.paper.width = Some(width);
        let map = scan_map(&context, &scan, MapColumn::Difference);
        context.trimmed(map).to_svg()
    }

    #[test]
    fn in_one_column_the_title_is_whole_and_missing_numbers_are_told() {
        let [narrow, column, wide] = [57.0, 77.0, 183.0].map(on_paper);
        for part in ["tuned.safetensors", "its-base.safetensors"] {
            let whole = |svg: &str| {
                svg.lines()
                    .any(|line| line.starts_with("<text") && line.contains(part))
            };
            assert!(whole(&narrow) && whole(&wide), "{part}");
        }
        assert!(!narrow.contains("home/ann"), "no folder is in it");
        let note = "The numbers of the cells are";
        // One is the end of the scale.
        let numbers = |svg: &str| svg.matches(">−0.1<").count();
        assert!(narrow.contains(note) && numbers(&narrow) == 1);
        // They are smaller before they are left out.
        for svg in [&column, &wide] {
            assert!(!svg.contains(note) && numbers(svg) == 65);
        }
    }

    #[test]
    fn the_scale_of_grids_begins_with_lora_and_tells_whole_numbers() {
        let mut scan = scan(&["h.0.q", "h.1.q"]);
        let colors = ColorMap::Gradient(Gradient::Viridis);
        let scale = |scan: &Scan| ScanMap::new(colors, scan, MapColumn::BestGrid).scale;
        assert_eq!((scale(&scan).range, scale(&scan).whole), ((1.0, 2.0), true));
        scan.layers[0].by_grid.insert(8, 0.6);
        assert_eq!(
            scale(&scan).range,
            (1.0, 8.0),
            "what was tried, not what was best"
        );
    }

    #[test]
    fn rows_are_blocks_with_their_numbers_and_no_layer_hides_another() {
        let colors = ColorMap::Gradient(Gradient::Viridis);
        let of = |names: &[&str]| ScanMap::new(colors, &scan(names), MapColumn::Lora);
        let map = of(&[
            "base.model.h.0.attn.q.weight",
            "base.model.h.1.attn.q.weight",
            "head.weight",
        ]);
        assert_eq!(map.blocks, ["h.0", "h.1", "other layers"]);
        assert_eq!(map.kinds, ["attn.q", "head"]);
        let names = map.heatmap.names.expect("names");
        assert_eq!((names.rows, names.cols), (map.blocks, map.kinds));
        let stacks = ["encoder.0.q.weight", "decoder.0.q.weight"];
        let map = of(&stacks);
        assert_eq!(map.blocks, ["encoder.0", "decoder.0"]);
        assert_eq!((map.layer((0, 0)), map.layer((1, 0))), (Some(0), Some(1)));
        assert_eq!(of(&["0.weight", "2.weight"]).blocks, ["other layers"]);
        assert_eq!(of(&["0.q.weight", "2.q.weight"]).blocks, ["0", "2"]);
    }
}
