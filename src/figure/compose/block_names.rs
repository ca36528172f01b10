//! The names of a model's layers in rows and columns: blocks down, kinds of matrix across.

use std::collections::{HashMap, HashSet};

use crate::figure::label;
use crate::source::module;

/// The layers of a model in rows and columns.
pub(super) struct BlockNames {
    /// The names of the rows: blocks with their numbers, and layers without one.
    pub blocks: Vec<String>,
    /// The names of the columns: what stands behind the block in the layers' names.
    pub kinds: Vec<String>,
    /// The row and the column of each layer.
    pub cells: Vec<(usize, usize)>,
}

/// The row of layers that are in no block.
const NO_BLOCK: &str = "other layers";

/// Blocks in blocks, of which a UNet has three: `down_blocks.0.attentions.1.transformer_blocks.0`.
const DEEPEST: usize = 4;

impl BlockNames {
    /// Of layers in the order of the model, at the depth of blocks that leaves the fewest cells empty.
    pub fn of(layers: &[&str]) -> Self {
        let room = |parts: &Vec<(String, String)>| {
            let blocks: HashSet<&String> = parts.iter().map(|(block, _)| block).collect();
            let kinds: HashSet<&String> = parts.iter().map(|(_, kind)| kind).collect();
            blocks.len() * kinds.len()
        };
        let parts = (1..=DEEPEST)
            .map(|depth| divide(layers, depth))
            .min_by_key(room)
            .unwrap_or_default();
        let (mut blocks, mut kinds) = (NameList::default(), NameList::default());
        let cells = parts
            .into_iter()
            .map(|(block, kind)| (blocks.place(block), kinds.place(kind)));
        let cells = cells.collect();
        Self {
            blocks: short_names(&blocks.names),
            kinds: cleaned(&kinds.names),
            cells,
        }
    }
}

/// The block and the kind of each layer. What would be alone in a block stands in the next larger one, if others do.
fn divide(layers: &[&str], depth: usize) -> Vec<(String, String)> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    for name in layers {
        *known.entry(module(name)).or_default() += 1;
    }
    // Of a weight and an array that has its module's name each keeps its own.
    let shown = layers.iter().map(|name| match known[module(name)] {
        1 => module(name),
        _ => name,
    });
    let layers: Vec<&str> = shown.collect();
    let parts: Vec<_> = layers.iter().map(|name| split(name, depth)).collect();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for (block, _) in &parts {
        *counts.entry(block.clone()).or_default() += 1;
    }
    let settled = |(name, own): (&&str, (String, String))| {
        let alone = counts.get(&own.0) == Some(&1);
        let larger = (1..depth).rev().map(|depth| split(name, depth));
        let mut larger = larger.filter(|(block, _)| *block != own.0 && counts.contains_key(block));
        larger.next().filter(|_| alone).unwrap_or(own)
    };
    layers.iter().zip(parts).map(settled).collect()
}

/// Names in the order in which they came.
#[derive(Default)]
struct NameList {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl NameList {
    fn place(&mut self, name: String) -> usize {
        let next = self.names.len();
        *self.places.entry(name).or_insert_with_key(|name| {
            self.names.push(name.clone());
            next
        })
    }
}

/// What stands between the parts of a name: kohya's names have no dots.
fn separator(name: &str) -> &'static str {
    if name.contains('.') { "." } else { "_" }
}

/// `transformer.h.3.attn` is the kind `attn` in the block `transformer.h.3`: the same number in
/// another stack of blocks is another block. A block ends with the number of this `depth`, or with the last
/// one that anything stands behind.
fn split(name: &str, depth: usize) -> (String, String) {
    let between = separator(name);
    let parts: Vec<&str> = name.split(between).collect();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = (0..parts.len().saturating_sub(1)).filter(|at| is_number(parts[*at]));
    match numbers.take(depth).last() {
        Some(at) => (parts[..=at].join(between), parts[at + 1..].join(between)),
        None => (NO_BLOCK.to_owned(), name.to_owned()),
    }
}

/// The names of blocks without the beginning that all share: `h.3`.
fn short_names(blocks: &[String]) -> Vec<String> {
    let parts =
        |name: &String| -> Vec<String> { name.split(separator(name)).map(str::to_owned).collect() };
    let numbered = || blocks.iter().filter(|name| *name != NO_BLOCK).map(parts);
    let first = numbered().next().unwrap_or_default();
    let shared = numbered().map(|name| {
        let same = name
            .iter()
            .zip(&first)
            .take_while(|(one, other)| one == other);
        // The word before the number stays, and the number.
        same.count().min(name.len().saturating_sub(2))
    });
    let shared = shared.min().unwrap_or_default();
    let short = |name: &String| match name == NO_BLOCK {
        true => name.clone(),
        false => parts(name)[shared..].join(separator(name)),
    };
    cleaned(&blocks.iter().map(short).collect::<Vec<_>>())
}

fn cleaned(names: &[String]) -> Vec<String> {
    names.iter().map(|name| label::clean(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[String]) -> BlockNames {
        BlockNames::of(&names.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The attention of a UNet with two stacks of blocks in blocks, with `.` or `_` between.
    fn unet(between: &str) -> Vec<String> {
        let mut names = Vec::new();
        for (stack, count) in [("down_blocks", 2), ("up_blocks", 3)] {
            for (block, at) in (0..2).flat_map(|block| (0..count).map(move |at| (block, at))) {
                for kind in [
                    "attn1.to_q",
                    "attn1.to_out.0",
                    "attn2.to_q",
                    "attn2.to_out.0",
                    "ff.net.0.proj",
                ] {
                    names.push(format!(
                        "unet.{stack}.{block}.attentions.{at}.transformer_blocks.0.{kind}"
                    ));
                }
            }
        }
        names
            .iter()
            .map(|name| name.replace('.', between))
            .collect()
    }

    #[test]
    fn blocks_in_blocks_are_rows_where_that_fills_the_map() {
        for between in [".", "_"] {
            let found = of(&unet(between));
            assert_eq!((found.blocks.len(), found.kinds.len()), (10, 5));
            let row = |name: &str| name.replace('.', between);
            assert_eq!(found.blocks[0], row("down_blocks.0.attentions.0"));
            assert_eq!(found.blocks[9], row("up_blocks.1.attentions.2"));
            assert_eq!(found.kinds[1], row("transformer_blocks.0.attn1.to_out.0"));
            assert_eq!(found.kinds[4], row("transformer_blocks.0.ff.net.0.proj"));
        }
        // One block in the middle, with a layer behind a number of its own.
        let mut names = unet(".");
        for kind in ["attn1.to_q", "attn2.to_q", "ff.net.0.proj"] {
            names.push(format!(
                "unet.mid_block.attentions.0.transformer_blocks.0.{kind}"
            ));
        }
        names.extend((0..12).map(|layer| format!("te.text_model.encoder.layers.{layer}.mlp.fc1")));
        let found = of(&names);
        let row = |layer: usize| &found.blocks[found.cells[layer].0];
        assert_eq!(row(50), row(52));
        assert_eq!(
            found.kinds[found.cells[52].1],
            found.kinds[found.cells[4].1]
        );
        // The experts of a layer stand in its row.
        let mut names = Vec::new();
        for layer in 0..4 {
            names.extend(["q", "k"].map(|kind| format!("model.layers.{layer}.attn.{kind}.weight")));
            for expert in 0..3 {
                names
                    .extend(["w1", "w2"].map(|kind| {
                        format!("model.layers.{layer}.experts.{expert}.{kind}.weight")
                    }));
            }
        }
        let found = of(&names);
        assert_eq!(
            found.blocks,
            ["layers.0", "layers.1", "layers.2", "layers.3"]
        );
        assert_eq!(found.kinds.len(), 8);
        assert_eq!(found.cells[8], (1, 0));
    }

    #[test]
    fn names_without_dots_are_divided_at_their_numbers() {
        let names = |all: &[&str]| {
            of(&all
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>())
        };
        let text = names(&[
            "lora_te_text_model_encoder_layers_0_mlp_fc1",
            "lora_te_text_model_encoder_layers_1_mlp_fc1",
        ]);
        assert_eq!(text.blocks, ["layers_0", "layers_1"]);
        assert_eq!(text.kinds, ["mlp_fc1"]);
        let plain = names(&["W_1", "W_2", "b1_x"]);
        assert_eq!(plain.blocks, ["other layers"]);
        assert_eq!(plain.kinds, ["W_1", "W_2", "b1_x"]);
        assert!(names(&[]).blocks.is_empty());
        let twins = names(&[
            "a.0.q",
            "a.0.q.weight",
            "a.1.q",
            "a.1.q.weight",
            "other layers",
            "other layers.weight",
        ]);
        let cells: HashSet<(usize, usize)> = twins.cells.iter().copied().collect();
        assert_eq!(cells.len(), 6);
    }
}
