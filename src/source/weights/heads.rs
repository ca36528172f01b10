//! The attention heads that a model's `config.json` names, so that blocks can follow them.

use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use crate::source::head_blocks::HeadBlocks;
use crate::source::opening::open;
use crate::system::folder_of;

/// The largest configuration that is read.
const MAX_BYTES: u64 = 16 << 20;

/// Heads of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heads {
    /// Heads of queries.
    queries: u64,
    /// Heads of keys and values.
    keys: u64,
    /// Rows of one head.
    size: u64,
}

/// The keys of transformers' configurations that tell of heads.
#[derive(Deserialize)]
struct ModelConfig {
    #[serde(alias = "n_head", alias = "num_heads")]
    num_attention_heads: Option<u64>,
    num_key_value_heads: Option<u64>,
    head_dim: Option<u64>,
    #[serde(alias = "n_embd", alias = "d_model")]
    hidden_size: Option<u64>,
}

impl Heads {
    /// The heads that the `config.json` beside the weights at `path`, or in that folder, names. One that is
    /// missing or says nothing of heads is no error: only a remark hangs on it.
    pub fn beside(path: &Path) -> Option<Self> {
        let folder = if path.is_dir() { path } else { folder_of(path) };
        let (file, length) = open(&folder.join("config.json")).ok()?;
        if length > MAX_BYTES {
            return None;
        }
        let mut bytes = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
        let config: ModelConfig = serde_json::from_slice(&bytes).ok()?;
        let queries = config.num_attention_heads.filter(|&heads| heads > 0)?;
        let divided = || Some(config.hidden_size? / queries);
        Some(Self {
            queries,
            keys: config.num_key_value_heads.unwrap_or(queries),
            size: config.head_dim.or_else(divided).filter(|&size| size > 0)?,
        })
    }

    /// The blocks of a weight of attention that follow its heads.
    pub fn blocks(&self, name: &str, (rows, cols): (usize, usize)) -> Option<HeadBlocks> {
        let name = name.strip_suffix(".weight").unwrap_or(name);
        let module = name.rsplit('.').next()?;
        let (heads, side, across) = match module {
            "q_proj" | "query" | "q_lin" | "wq" => (self.queries, rows, false),
            "k_proj" | "v_proj" | "key" | "value" | "k_lin" | "v_lin" | "wk" | "wv" => {
                (self.keys, rows, false)
            }
            "o_proj" | "out_proj" | "out_lin" | "wo" => (self.queries, cols, true),
            _ => return None,
        };
        if heads < 2 || heads.checked_mul(self.size) != Some(side as u64) {
            return None;
        }
        Some(HeadBlocks {
            heads: usize::try_from(heads).ok()?,
            size: usize::try_from(self.size).ok()?,
            across,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_told_where_the_shape_agrees() {
        let heads = Heads {
            queries: 8,
            keys: 2,
            size: 4,
        };
        let told = |name: &str, shape| {
            heads
                .blocks(name, shape)
                .map(HeadBlocks::remark)
                .unwrap_or_default()
        };
        assert!(
            told("model.layers.0.self_attn.q_proj.weight", (32, 16))
                .starts_with("8 heads of 4 rows")
        );
        assert!(told("layers.0.k_proj", (8, 16)).contains("grid_rows=2,grid_cols=1"));
        assert!(told("layers.0.o_proj.weight", (16, 32)).contains("8 heads of 4 columns"));
        for (name, shape) in [
            ("layers.0.q_proj.weight", (33, 16)),
            ("layers.0.up_proj.weight", (32, 16)),
            ("q_projection", (32, 16)),
        ] {
            assert_eq!(told(name, shape), "");
        }
    }
}
