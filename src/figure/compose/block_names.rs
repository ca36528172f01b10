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
        let at = |depth: usize| -> Vec<(String, String)> {
            layers.iter().map(|name| split(name, depth)).collect()
        };
        let room = |parts: &Vec<(String, String)>| {
            let blocks: HashSet<&String> = parts.iter().map(|(block, _)| block).collect();
            let kinds: HashSet<&String> = parts.iter().map(|(_, kind)| kind).collect();
            blocks.len() * kinds.len()
        };
        let parts = (1..=DEEPEST).map(at).min_by_key(room).unwrap_or_default();
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

/// `transformer.h.3.attn.weight` is the kind `attn` in the block `transformer.h.3`: the same number in
/// another stack of blocks is another block. A block ends with the number of this `depth`, or with the last
/// one that anything stands behind.
fn split(name: &str, depth: usize) -> (String, String) {
    let name = module(name);
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
    }
}
