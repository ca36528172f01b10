//! Parts of the JSON that several views share. It is the same from the command line and from the
//! window's export, and part of the program's promise: change nothing that a reader could depend on.

use serde::{Serialize, Serializer};

use crate::analysis::Analysis;
use crate::approx::method::{Parameter, Role};
use crate::approx::{Block, BlockLayout, Evaluation, MethodSettings, Pieces, TruncatedSpectrum};
use crate::source;
use crate::text::for_json;

/// A matrix: its source, shape, rank and norm.
#[derive(Serialize)]
pub struct Matrix {
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subtract: Option<String>,
    #[serde(flatten)]
    transform: TransformReport,
    rows: usize,
    cols: usize,
    /// Three for a picture in colour.
    #[serde(skip_serializing_if = "is_one")]
    channels: usize,
    /// The numerical rank; of a truncated spectrum a lower bound, which `rank_is_at_least` says.
    rank: usize,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    rank_is_at_least: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    truncated: Option<TruncatedSpectrum>,
    norm: f64,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_one(channels: &usize) -> bool {
    *channels == 1
}

impl Matrix {
    /// The matrix of an analysis: shape, numerical rank and norm.
    pub fn of(analysis: &Analysis) -> Self {
        let (session, (rows, cols)) = (&analysis.session, analysis.shape());
        Self {
            source: session.source.to_string(),
            subtract: session.subtract.as_ref().map(ToString::to_string),
            transform: session.transform.into(),
            rows,
            cols,
            channels: analysis.channels(),
            rank: analysis.rank,
            rank_is_at_least: analysis.truncated.is_some(),
            truncated: analysis.truncated,
            norm: analysis.norm,
        }
    }
}

/// Reorderings, where there are any.
#[derive(Serialize)]
pub struct TransformReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    shuffle: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shift: Option<(i32, i32)>,
}

impl From<source::Transform> for TransformReport {
    fn from(transform: source::Transform) -> Self {
        Self {
            shuffle: transform.shuffle,
            shift: (transform.shift != (0, 0)).then_some(transform.shift),
        }
    }
}

/// Name and setting of a method: `{"method": …}` and a number for each parameter.
#[derive(Serialize)]
pub struct Setting {
    method: &'static str,
    #[serde(flatten, serialize_with = "as_object")]
    values: Vec<(&'static str, SettingValue)>,
}

/// A setting's value.
#[derive(Clone, Copy, Serialize)]
#[serde(untagged)]
enum SettingValue {
    Whole(usize),
    Real(f64),
}

impl Setting {
    fn of(settings: &MethodSettings, wanted: impl Fn(Role) -> bool) -> Self {
        let values = settings.values().into_iter();
        let values = values.filter(|(parameter, _)| wanted(parameter.role));
        let price = settings.method().definition().price.zip(settings.price());
        let value = |(parameter, value): (&'static Parameter, usize)| match (parameter.role, price)
        {
            (Role::Budget, Some((key, price))) => (key, SettingValue::Real(price.get())),
            _ => (parameter.key, SettingValue::Whole(value)),
        };
        Self {
            method: settings.method().key(),
            values: values.map(value).collect(),
        }
    }

    /// The settings that the blocks follow from, for what holds at every rank.
    pub fn layout(settings: &MethodSettings) -> Self {
        Self::of(settings, Role::of_blocks)
    }

    /// With every parameter.
    pub fn whole(settings: &MethodSettings) -> Self {
        Self::of(settings, |_| true)
    }
}

/// One method on one matrix.
#[derive(Serialize)]
pub struct MethodReport {
    #[serde(flatten)]
    setting: Setting,
    #[serde(skip_serializing_if = "Option::is_none")]
    ranks: Option<Vec<Vec<usize>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    leaves: Option<Vec<LeafBlock>>,
    params: usize,
    share: f64,
    structure_bits: usize,
    error: f64,
}

/// One block of a tree.
#[derive(Serialize)]
struct LeafBlock {
    /// The first row.
    row: usize,
    col: usize,
    rows: usize,
    cols: usize,
    rank: usize,
    /// Whether it is stored entry by entry.
    dense: bool,
}

impl MethodReport {
    /// One method with the blocks that it chose.
    pub fn with_blocks(one: &Evaluation, layout: &BlockLayout) -> Self {
        let blocks = layout.blocks().iter().zip(&one.ranks);
        let leaf = |(block, rank): (&Block, &usize)| {
            let ((row, col), (rows, cols)) = (block.first_cell()?, block.sides());
            Some(LeafBlock {
                row,
                col,
                rows,
                cols,
                rank: *rank,
                dense: block.pieces() == Pieces::Whole,
            })
        };
        Self {
            leaves: one
                .leaves
                .as_ref()
                .map(|_| blocks.filter_map(leaf).collect()),
            ..Self::from(one)
        }
    }
}

impl From<&Evaluation> for MethodReport {
    /// The rank is the one that was used, after clamping.
    fn from(one: &Evaluation) -> Self {
        let chosen = one.leaves.is_some();
        let told = |role: Role| role.of_blocks() || (chosen && role == Role::Budget);
        let mut setting = Setting::of(&one.settings, told);
        let parameters = one.method().parameters().iter();
        let rank = parameters.filter(|parameter| parameter.role == Role::Rank);
        let used = one.ranks.iter().copied().max().unwrap_or_default();
        let used = SettingValue::Whole(used);
        setting.values.extend(rank.map(|rank| (rank.key, used)));
        let by_block = one.method().place_of(Role::Rank).is_none() && !chosen;
        let ranks = by_block.then(|| {
            let rows = one.ranks.chunks(one.settings.layout().across());
            rows.map(<[usize]>::to_vec).collect()
        });
        Self {
            setting,
            ranks,
            leaves: None,
            params: one.params,
            share: one.share,
            structure_bits: one.structure_bits,
            error: one.error,
        }
    }
}

/// Pairs as an object with their keys.
///
/// # Errors
/// Those of the serializer.
pub fn as_object<T: Serialize, S: Serializer>(
    pairs: &[(&'static str, T)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(key, value)| (*key, value)))
}

/// The text of a report, with a line end.
///
/// # Errors
/// The sentence that says why there is none.
pub fn text(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string_pretty(value)
        .map(|text| for_json(&text) + "\n")
        .map_err(|error| format!("the result cannot be written as JSON ({error})"))
}
