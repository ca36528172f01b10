//! A plan of ranks in words and as a table.

use crate::analysis::{LayerPlan, Plan, PlanStructure, SkippedArray, WrittenLayer};
use crate::figure::label;
use crate::figure::table::{Cell, Column, Row, Table};

/// Why the numbers are not those of the scan.
const WEIGHED: &str =
    "the error over all layers weighs each by its norm; the mean error that a scan tells does not";

/// The remark that every plan ends with.
const REMARK: &str = "a plan spends parameters where they keep most of this update; it does not say that training \
                      an adapter of this form reaches the same";

/// *LoRA: error 0.41 over all layers with 59,904 parameters; rank 6 everywhere, the highest that fits, has 0.47 with
/// 58,368 parameters, and a plan with as many has 0.42*
pub fn plan_sentence(plan: &Plan) -> String {
    let (rank, params, error) = plan.uniform;
    let (name, noun) = match plan.structure {
        PlanStructure::Lora => ("LoRA".to_owned(), "rank"),
        PlanStructure::Gralora => (format!("GraLoRA, K = {}", plan.grid), "block rank"),
    };
    let equal = match rank {
        0 => format!("{noun} 1 everywhere costs more"),
        _ => {
            let highest = match rank == plan.most_rank {
                true => "the highest that a plan gives",
                false => "the highest that fits",
            };
            format!(
                "{noun} {rank} everywhere, {highest}, has {} with {}",
                label::error(error),
                label::parameters(params)
            )
        }
    };
    // Of fewer parameters the uniform rank is to be compared with a plan of as many.
    let as_many = plan.error_at_uniform.filter(|_| params < plan.params);
    let as_many =
        as_many.map(|error| format!(", and a plan with as many has {}", label::error(error)));
    format!(
        "{name}: error {} over all layers with {}; {equal}{}",
        label::error(plan.error),
        label::parameters(plan.params),
        as_many.unwrap_or_default(),
    )
}

/// What is to be known of a plan, one sentence each.
pub fn plan_notes(plan: &Plan) -> Vec<String> {
    let left_out = plan.left_out.iter();
    let mut notes: Vec<String> = left_out.map(SkippedArray::left_out).collect();
    if plan.at_the_end > 0 {
        let (noun, of) = match plan.structure {
            PlanStructure::Lora => ("rank", "layer"),
            PlanStructure::Gralora => ("block rank", "block"),
        };
        let (layers, most) = (label::counted(plan.at_the_end, "layer"), plan.most_rank);
        notes.push(format!(
            "{noun} {most}, which the plan gives {layers}, is the highest that it can give, because a scan keeps the \
             {most} largest singular values of each {of}; adapter --rank writes higher ones"
        ));
    }
    notes.extend([WEIGHED, REMARK].map(str::to_owned));
    notes
}

/// A row for each layer: its rank and error, and its error where all ranks are equal.
pub fn plan_table(plan: &Plan) -> Table {
    let row = |one: &LayerPlan| {
        let mut row = row(&one.layer, one.sides, (one.rank, one.params), one.error);
        row.cells.push(error(one.uniform_error));
        row
    };
    let mut table = table(plan.structure, plan.layers.iter().map(row).collect());
    table.columns.push(
        Column::right("Error, equal ranks")
            .keyed("uniform_error")
            .about("its error where every layer has the same rank"),
    );
    table
}

/// A row for each layer of an adapter: its rank and its measured error.
pub fn adapter_table<'a>(
    structure: PlanStructure,
    layers: impl Iterator<Item = &'a WrittenLayer>,
) -> Table {
    let row = |one: &WrittenLayer| row(&one.layer, one.sides, (one.rank, one.params), one.error);
    table(structure, layers.map(row).collect())
}

/// What became of the ranks that were asked for, one sentence each.
pub fn adapter_notes(layers: &[&WrittenLayer]) -> Vec<String> {
    let count = |of: &dyn Fn(&WrittenLayer) -> bool| {
        let count = layers.iter().filter(|layer| of(layer)).count();
        let all = label::counted(layers.len(), "layer");
        (count > 0).then(|| format!("{} of {all}", label::count(count)))
    };
    let lowered = count(&|layer| layer.rank < layer.wanted);
    let filled = count(&|layer| layer.rank > layer.most);
    let lowered =
        lowered.map(|layers| format!("the rank was lowered to the smaller side in {layers}"));
    let filled = filled.map(|layers| {
        format!("the rank is above the blocks’ smaller side in {layers}, whose factors are filled with zeros")
    });
    lowered.into_iter().chain(filled).collect()
}

fn row(layer: &str, sides: (usize, usize), (rank, params): (usize, usize), missed: f64) -> Row {
    let adapted = match rank {
        0 => Cell::number("not adapted", 0.0),
        _ => Cell::count(rank),
    };
    let cells = vec![
        Cell::named(label::name(layer), layer),
        Cell::count(sides.0),
        Cell::count(sides.1),
        adapted,
        Cell::count(params),
        error(missed),
    ];
    Row { color: None, cells }
}

fn error(value: f64) -> Cell {
    Cell::number(label::error(value), value)
}

fn table(structure: PlanStructure, rows: Vec<Row>) -> Table {
    let rank = match structure {
        PlanStructure::Lora => Column::right("Rank").about("rank of the layer; PEFT’s r"),
        PlanStructure::Gralora => Column::right("Block rank")
            .keyed("rank")
            .about("rank of each of the K × K blocks; PEFT’s r is K times that"),
    };
    Table {
        title: None,
        columns: vec![
            Column::left("Layer"),
            Column::right("Rows"),
            Column::right("Columns"),
            rank,
            Column::right("Parameters"),
            Column::right("Error")
                .about("error ‖W − Ŵ‖ / ‖W‖ of the layer; 1 where it is not adapted"),
        ],
        rows,
    }
}
