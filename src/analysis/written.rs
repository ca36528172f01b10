//! What an analysis found, as files of tensors: the factors of every method, and what they multiply to.

use std::collections::BTreeMap;
use std::io;

use nalgebra::DMatrix;
use serde_json::{Value, json};

use super::outcome::Outcome;
use super::result::Analysis;
use super::tensors::{StoredTensor, TensorFormat};
use crate::approx::{Block, Decomposition, Evaluation, Factors};

/// The factors of every method: for block `b` of a method `METHOD.b.up` (p × k) and `METHOD.b.down` (k × q),
/// U√Σ and √ΣVᵀ. The text `layout` of the header says where the block's rows and columns lie; of a block
/// that is no rectangle entry (p, q) is cell `METHOD.b.left[p] + METHOD.b.right[q]`, counted down the columns
/// of the matrix. Of a picture in colour `METHOD` is `METHOD.red`, `METHOD.green` and `METHOD.blue`. Entries that are kept by themselves are `METHOD.b.values` at `METHOD.b.places`, counted down
/// the columns of the block; blocks that are kept whole are `METHOD.b.whole`.
///
/// # Errors
/// When the writer refuses, which in memory it does not.
pub fn factors_file(analysis: &Analysis, format: TensorFormat) -> io::Result<Vec<u8>> {
    let mut stored = Vec::new();
    let mut layouts = serde_json::Map::new();
    let outcomes = analysis.outcomes();
    for (channel, factors, evaluation) in outcomes.flat_map(Outcome::stored) {
        let method = named(evaluation, channel);
        let blocks = factors.layout().blocks().iter();
        let all = blocks.zip(&factors.blocks).zip(&evaluation.ranks);
        let mut layout = Vec::new();
        for (at, ((block, pieces), rank)) in all.enumerate() {
            layout.push(place(block, *rank));
            if *rank > 0 {
                let name = |part: &str| format!("{method}.{at}.{part}");
                stored.extend(factors_of(block, pieces, *rank, &name));
            }
        }
        layouts.insert(method, described(factors, evaluation, &layout));
    }
    let mut metadata = origin(analysis);
    metadata.insert("layout".to_owned(), Value::Object(layouts).to_string());
    format.file(&metadata, &stored)
}

/// The name of a method, or of one of its channels.
fn named(evaluation: &Evaluation, channel: Option<&str>) -> String {
    let method = evaluation.method().key();
    channel.map_or_else(
        || method.to_owned(),
        |channel| format!("{method}.{channel}"),
    )
}

/// Ŵ of every method, by the method's name, as in [`factors_file`]; in 32-bit floats where the matrix came in such or in fewer.
///
/// # Errors
/// As [`factors_file`].
pub fn reconstructions_file(analysis: &Analysis, format: TensorFormat) -> io::Result<Vec<u8>> {
    let mut values = analysis.loaded.approximated().iter().flatten();
    let single = values.all(|value| f64::from(*value as f32) == *value);
    let mut stored = Vec::new();
    for outcome in analysis.outcomes() {
        for (channel, found) in outcome.reconstructions() {
            let name = named(&outcome.evaluation, channel);
            stored.push(match single {
                true => StoredTensor::of_f32(name, &found.map(|value| value as f32)),
                false => StoredTensor::of_f64(name, found),
            });
        }
    }
    format.file(&origin(analysis), &stored)
}

fn origin(analysis: &Analysis) -> BTreeMap<String, String> {
    let software = concat!("Localized LoRA Explorer ", env!("CARGO_PKG_VERSION"));
    let pairs = [
        ("format", "pt".to_owned()),
        ("software", software.to_owned()),
        // Factors are published, and a folder tells whose they are.
        (
            "source",
            analysis
                .session
                .whole_source()
                .without_folders()
                .to_string(),
        ),
    ];
    let mut metadata: BTreeMap<String, String> = pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    for outcome in analysis.outcomes() {
        let key = format!("error of {}", outcome.evaluation.method().key());
        metadata.insert(key, outcome.evaluation.error.to_string());
    }
    metadata
}

fn described(factors: &Factors, evaluation: &Evaluation, blocks: &[Value]) -> Value {
    let (rows, cols) = factors.layout().shape();
    json!({
        "rows": rows,
        "cols": cols,
        "setting": evaluation.settings.describe(),
        "params": evaluation.params,
        "error": evaluation.error,
        // Places count down the columns, as NumPy's order F does.
        "order": "F",
        "blocks": blocks,
    })
}

/// Where a block lies, its sides and its rank.
fn place(block: &Block, rank: usize) -> Value {
    let (rows, cols) = block.sides();
    match block.outline() {
        Some((down, across)) => json!({
            "row": down.start, "col": across.start, "rows": rows, "cols": cols, "rank": rank
        }),
        None => json!({"rows": rows, "cols": cols, "rank": rank}),
    }
}

fn factors_of(
    block: &Block,
    pieces: &Decomposition,
    rank: usize,
    name: &dyn Fn(&str) -> String,
) -> Vec<StoredTensor> {
    let mut stored = match pieces {
        Decomposition::Triplets(found) => {
            let root = |t: usize| found.sigma[t].sqrt();
            let (p, q) = block.sides();
            let up = DMatrix::from_fn(p, rank, |y, t| found.u[(y, t)] * root(t));
            let down = DMatrix::from_fn(rank, q, |t, x| root(t) * found.v_t[(t, x)]);
            vec![
                StoredTensor::of_f64(name("up"), &up),
                StoredTensor::of_f64(name("down"), &down),
            ]
        }
        Decomposition::Entries(found) => {
            let (places, cells) = found.first(rank);
            let values = DMatrix::from_row_slice(1, cells.len(), cells);
            vec![
                StoredTensor::of_places(name("places"), places),
                StoredTensor::of_f64(name("values"), &values),
            ]
        }
        Decomposition::Whole(found) => vec![StoredTensor::of_f64(name("whole"), found.cells())],
    };
    if let Some((left, right)) = block.scattered_places() {
        stored.push(StoredTensor::of_places(name("left"), left));
        stored.push(StoredTensor::of_places(name("right"), right));
    }
    stored
}
