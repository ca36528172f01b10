//! Parts of the JSON that several views share. It is the same from the command line and from the
//! window's export, and part of the program's promise: change nothing that a reader could depend on.

use serde::{Serialize, Serializer};

use crate::analysis::Analysis;
use crate::approx::method::Role;
use crate::approx::{Evaluation, MethodSettings};
use crate::source;

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
    rank: usize,
    norm: f64,
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
            rank: analysis.rank,
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
    values: Vec<(&'static str, usize)>,
}

impl Setting {
    fn of(settings: &MethodSettings, wanted: impl Fn(Role) -> bool) -> Self {
        let values = settings.values().into_iter();
        let values = values.filter(|(parameter, _)| wanted(parameter.role));
        Self {
            method: settings.method().key(),
            values: values
                .map(|(parameter, value)| (parameter.key, value))
                .collect(),
        }
    }

    /// The settings that the blocks follow from, for what holds at every rank.
    pub fn layout(settings: &MethodSettings) -> Self {
        Self::of(settings, |role| matches!(role, Role::Segments(_)))
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
    params: usize,
    share: f64,
    error: f64,
}

impl From<&Evaluation> for MethodReport {
    /// The rank is the one that was used, after clamping.
    fn from(one: &Evaluation) -> Self {
        let mut setting = Setting::layout(&one.settings);
        let parameters = one.method().parameters().iter();
        let rank = parameters.filter(|parameter| parameter.role == Role::Rank);
        let used = one.ranks.iter().copied().max().unwrap_or_default();
        setting.values.extend(rank.map(|rank| (rank.key, used)));
        let ranks = one.method().place_of(Role::Rank).is_none().then(|| {
            let rows = one.ranks.chunks(one.settings.layout().across());
            rows.map(<[usize]>::to_vec).collect()
        });
        Self {
            setting,
            ranks,
            params: one.params,
            share: one.share,
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
        .map(|text| text + "\n")
        .map_err(|error| format!("the result cannot be written as JSON ({error})"))
}
