//! The attention heads that a model's `config.json` names, so that blocks can follow them.

use std::io::Read;
use std::path::Path;

use serde_json::Value;

use crate::source::head_blocks::HeadBlocks;
use crate::source::module_name::module;
use crate::source::opening::open;
use crate::system::folder_of;
use crate::text::encoding::as_utf8;

/// The largest configuration that is read.
const MAX_BYTES: u64 = 16 << 20;

/// Heads of a model; one of text and pictures has two kinds, and so has one that encodes and decodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heads {
    /// Those of its only tower, or of the one for text.
    text: Option<TowerHeads>,
    /// Those of the decoder, where its number is told apart.
    decoder: Option<TowerHeads>,
    /// Those of the tower for pictures.
    vision: Option<TowerHeads>,
}

/// Heads of all attention layers of one tower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TowerHeads {
    /// Heads of queries.
    queries: u64,
    /// Heads of keys and values.
    keys: u64,
    /// Rows of one head.
    size: u64,
    /// Whether weights are stored inputs first, as GPT-2's `Conv1D` has them.
    inputs_first: bool,
}

/// The model types whose projections are `Conv1D` in transformers.
const INPUTS_FIRST: [&str; 4] = ["gpt2", "openai-gpt", "imagegpt", "decision_transformer"];

/// The numbers of heads that transformers' configurations have under one name or another; BART's and
/// Whisper's last, which tell encoder and decoder apart.
const QUERIES: [&str; 5] = [
    "num_attention_heads",
    "n_head",
    "n_heads",
    "num_heads",
    "encoder_attention_heads",
];

/// A number of a configuration, under the first of these keys that has one.
fn number(config: &Value, keys: &[&str]) -> Option<u64> {
    keys.iter().find_map(|key| config.get(key)?.as_u64())
}

/// Heads of keys and values: all of `queries`, unless fewer serve them together.
fn shared(config: &Value, queries: u64) -> u64 {
    let says = |key: &str| config.get(key).and_then(Value::as_bool) == Some(true);
    // Falcon's first architecture has a number of its own only where it is not multi-query.
    if says("multi_query") && !says("new_decoder_architecture") {
        return 1;
    }
    let nested = || number(config.get("attn_config")?, &["kv_n_heads"]);
    let groups =
        || number(config, &["multi_query_group_num"]).filter(|_| says("multi_query_attention"));
    number(config, &["num_key_value_heads", "num_kv_heads"])
        .or_else(nested)
        .or_else(groups)
        .unwrap_or(queries)
}

impl TowerHeads {
    /// The heads that a configuration of transformers names, their number under the first of `heads`.
    fn named(config: &Value, heads: &[&str]) -> Option<Self> {
        let queries = number(config, heads)?;
        // Qwen2-VL's hidden size of the tower for pictures is that of the text.
        let hidden = ["embed_dim", "hidden_size", "n_embd", "d_model", "dim"];
        let divided = || number(config, &hidden)?.checked_div(queries);
        let size = number(config, &["head_dim", "d_kv", "kv_channels"]).or_else(divided)?;
        let model = config.get("model_type").and_then(Value::as_str);
        let heads = Self {
            queries,
            keys: shared(config, queries),
            size,
            inputs_first: model.is_some_and(|model| INPUTS_FIRST.contains(&model)),
        };
        (queries > 0 && size > 0).then_some(heads)
    }

    /// Heads of one weight, along which of its sides, and whose they are where it is fused. Names that other
    /// layers have too count within `attention` alone.
    fn of_module(
        self,
        module: &str,
        attention: bool,
        (rows, cols): (usize, usize),
    ) -> Option<(u64, bool, Option<[u64; 3]>)> {
        // The side of what comes out, and of what goes in.
        let (outputs, inputs) = (self.inputs_first, !self.inputs_first);
        let parts = [self.queries, self.keys, self.keys];
        Some(match module {
            "q_proj" | "query" | "query_proj" | "q_lin" | "wq" | "q_attn" => {
                (self.queries, outputs, None)
            }
            "k_proj" | "v_proj" | "key" | "value" | "key_proj" | "value_proj" | "k_lin"
            | "v_lin" | "wk" | "wv" => (self.keys, outputs, None),
            "q" if attention => (self.queries, outputs, None),
            "k" | "v" if attention => (self.keys, outputs, None),
            "o_proj" | "out_lin" | "wo" => (self.queries, inputs, None),
            "out_proj" | "c_proj" | "dense" | "proj" | "o" if attention => {
                (self.queries, inputs, None)
            }
            "c_attn" | "qkv" | "qkv_proj" | "query_key_value" | "Wqkv" | "in_proj_weight" => {
                let all = parts
                    .iter()
                    .try_fold(0, |sum: u64, one| sum.checked_add(*one))?;
                let whole = all.checked_mul(self.size)?;
                // Configurations of other programs leave the type out; the longer side is all three.
                let across = match self.inputs_first {
                    true => true,
                    false => whole == cols as u64 && whole != rows as u64,
                };
                (all, across, Some(parts))
            }
            _ => return None,
        })
    }

    fn blocks(self, name: &str, (rows, cols): (usize, usize)) -> Option<HeadBlocks> {
        let mut parts = module(name).rsplit('.');
        let module = parts.next()?;
        // BERT's `attention.output.dense`; its feed-forward layers have `output.dense` alone.
        let parent = parts.find(|part| *part != "output").unwrap_or_default();
        let parent = parent.to_ascii_lowercase();
        let attention = parent.contains("attn") || parent.contains("attention");
        let (heads, across, fused) = self.of_module(module, attention, (rows, cols))?;
        let side = if across { cols } else { rows };
        if heads < 2 || heads.checked_mul(self.size) != Some(side as u64) {
            return None;
        }
        let count = |one: u64| usize::try_from(one).ok();
        Some(HeadBlocks {
            heads: count(heads)?,
            size: count(self.size)?,
            across,
            fused: match fused {
                None => None,
                Some([queries, keys, values]) => {
                    Some([count(queries)?, count(keys)?, count(values)?])
                }
            },
        })
    }
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
        Self::named(&serde_json::from_slice(&as_utf8(&bytes)).ok()?)
    }

    /// Whether the `config.json` beside the weights at `path` names a model that stores them inputs first.
    pub fn inputs_first(path: &Path) -> bool {
        let text = Self::beside(path).and_then(|heads| heads.text);
        text.is_some_and(|text| text.inputs_first)
    }

    /// The heads that a configuration names, at its top or in those of its towers.
    fn named(config: &Value) -> Option<Self> {
        let nested = |keys: &[&str]| {
            let mut nested = keys.iter().filter_map(|key| config.get(key));
            nested.find_map(|config| TowerHeads::named(config, &QUERIES))
        };
        let whole = TowerHeads::named(config, &QUERIES);
        // A tower for pictures alone is the whole model.
        let alone = config.get("vision_config").is_none();
        let heads = Self {
            text: nested(&["text_config", "llm_config"]).or(whole),
            decoder: TowerHeads::named(config, &["decoder_attention_heads"]),
            vision: nested(&["vision_config"]).or(whole.filter(|_| alone)),
        };
        (heads.text.is_some() || heads.vision.is_some()).then_some(heads)
    }

    /// The blocks of a weight of attention that follow its heads.
    pub fn blocks(&self, name: &str, shape: (usize, usize)) -> Option<HeadBlocks> {
        let within = |is: fn(&str) -> bool| name.split('.').any(is);
        // `vision_model` of CLIP and SigLIP, `vision_tower` of LLaVA, `visual` of Qwen.
        let tower = if within(|part| part.starts_with("vision") || part == "visual") {
            self.vision
        } else if within(|part| part == "decoder") {
            self.decoder.or(self.text)
        } else {
            self.text
        };
        tower?.blocks(name, shape)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(config: &Value, name: &str, shape: (usize, usize)) -> String {
        let blocks = Heads::named(config).and_then(|heads| heads.blocks(name, shape));
        blocks.map(HeadBlocks::remark).unwrap_or_default()
    }

    #[test]
    fn heads_are_told_where_the_shape_agrees() {
        let config = || {
            json!({"num_attention_heads": 8, "num_key_value_heads": 2, "hidden_size": 32,
                   "model_type": "llama"})
        };
        let told = |name, shape| told(&config(), name, shape);
        assert!(
            told("model.layers.0.self_attn.q_proj.weight", (32, 16))
                .starts_with("8 heads of 4 rows each (config.json)")
        );
        assert!(told("layers.0.k_proj", (8, 16)).contains("grid_rows=2,grid_cols=1"));
        assert!(told("layers.0.o_proj.weight", (16, 32)).contains("8 heads of 4 columns"));
        // Phi-3's: queries, keys and values below each other.
        let fused = "12 heads of 4 rows each, 8 for queries, 2 for keys and 2 for values";
        let qkv = told("model.layers.0.self_attn.qkv_proj.weight", (48, 32));
        assert!(qkv.starts_with(fused), "{qkv}");
        for (name, shape) in [
            ("layers.0.q_proj.weight", (33, 16)),
            ("layers.0.up_proj.weight", (32, 16)),
            ("layers.0.self_attn.qkv_proj.weight", (96, 32)),
            ("q_projection", (32, 16)),
        ] {
            assert_eq!(told(name, shape), "");
        }
        let wild = json!({"num_attention_heads": u64::MAX, "head_dim": u64::MAX});
        assert_eq!(super::tests::told(&wild, "c_attn.weight", (768, 2304)), "");
    }

    #[test]
    fn gpt2_has_the_heads_of_queries_keys_and_values_beside_each_other() {
        let config = || json!({"n_head": 12, "n_embd": 768, "model_type": "gpt2"});
        let told = |name, shape| told(&config(), name, shape);
        let attention = told("transformer.h.0.attn.c_attn.weight", (768, 2304));
        let words = "36 heads of 64 columns each, 12 for queries, 12 for keys and 12 for values";
        assert!(attention.starts_with(words), "{attention}");
        assert!(
            attention.contains("grid_rows=1,grid_cols=36"),
            "{attention}"
        );
        // Its inputs are the heads, and they stand first.
        let output = told("h.0.attn.c_proj.weight", (768, 768));
        assert!(output.starts_with("12 heads of 64 rows each"), "{output}");
        assert_eq!(told("h.0.mlp.c_proj.weight", (3072, 768)), "");
        // As nanoGPT stores it, with the outputs first.
        let linear = json!({"n_head": 12, "n_embd": 768});
        let attention = super::tests::told(&linear, "h.0.attn.c_attn.weight", (2304, 768));
        assert!(
            attention.starts_with("36 heads of 64 rows each"),
            "{attention}"
        );
        // One head of keys and values for all.
        let alone = json!({"n_head": 12, "n_embd": 768, "multi_query": true,
                           "model_type": "gpt_bigcode"});
        let attention = super::tests::told(&alone, "h.0.attn.c_attn.weight", (896, 768));
        let words = "14 heads of 64 rows each, 12 for queries, 1 for keys and 1 for values";
        assert!(attention.starts_with(words), "{attention}");
    }

    #[test]
    fn towers_of_text_and_pictures_have_heads_of_their_own() {
        let config = || {
            json!({"model_type": "clip",
                   "text_config": {"hidden_size": 512, "num_attention_heads": 8},
                   "vision_config": {"hidden_size": 768, "num_attention_heads": 12}})
        };
        let told = |name, shape| told(&config(), name, shape);
        let text = told(
            "text_model.encoder.layers.0.self_attn.q_proj.weight",
            (512, 512),
        );
        assert!(text.starts_with("8 heads of 64 rows each"), "{text}");
        let seen = told(
            "vision_model.encoder.layers.0.self_attn.out_proj.weight",
            (768, 768),
        );
        assert!(seen.starts_with("12 heads of 64 columns each"), "{seen}");
        assert_eq!(
            told(
                "text_model.encoder.layers.0.self_attn.q_proj.weight",
                (768, 768)
            ),
            ""
        );
        let alone = json!({"model_type": "clip_vision_model", "hidden_size": 768,
                           "num_attention_heads": 12});
        let name = "vision_model.encoder.layers.0.self_attn.q_proj.weight";
        let seen = super::tests::told(&alone, name, (768, 768));
        assert!(seen.starts_with("12 heads of 64 rows each"), "{seen}");
        // Qwen2-VL's own names.
        let qwen = json!({"hidden_size": 1536, "num_attention_heads": 12, "num_key_value_heads": 2,
                          "vision_config": {"embed_dim": 1280, "hidden_size": 1536, "num_heads": 16}});
        let seen = super::tests::told(&qwen, "visual.blocks.0.attn.qkv.weight", (3840, 1280));
        let words = "48 heads of 80 rows each, 16 for queries, 16 for keys and 16 for values";
        assert!(seen.starts_with(words), "{seen}");
    }

    /// Names and shapes as transformers 5.24 builds them.
    #[test]
    fn every_family_names_its_heads_in_its_own_words() {
        let bert = json!({"num_attention_heads": 12, "hidden_size": 768});
        let falcon = json!({"num_attention_heads": 71, "num_kv_heads": 71, "hidden_size": 4544,
                            "multi_query": true, "new_decoder_architecture": false});
        let new_falcon = json!({"num_attention_heads": 128, "num_kv_heads": 8, "hidden_size": 8192,
                                "multi_query": true, "new_decoder_architecture": true});
        let dbrx = json!({"d_model": 6144, "n_heads": 48, "attn_config": {"kv_n_heads": 8}});
        let glm = json!({"num_attention_heads": 32, "hidden_size": 4096, "kv_channels": 128,
                         "multi_query_attention": true, "multi_query_group_num": 2});
        let t5 = json!({"d_model": 512, "num_heads": 6, "d_kv": 64});
        let distilbert = json!({"n_heads": 12, "dim": 768});
        let bart = json!({"d_model": 1024, "encoder_attention_heads": 16,
                          "decoder_attention_heads": 8});
        for (config, name, shape, words) in [
            (
                &bert,
                "encoder.layer.0.attention.output.dense.weight",
                (768, 768),
                "12 heads of 64 columns",
            ),
            (
                &bert,
                "encoder.layer.0.output.dense.weight",
                (768, 3072),
                "",
            ),
            (&bert, "classifier.out_proj.weight", (2, 768), ""),
            (
                &falcon,
                "h.0.self_attention.query_key_value.weight",
                (4672, 4544),
                "73 heads of 64 rows",
            ),
            (
                &falcon,
                "h.0.self_attention.dense.weight",
                (4544, 4544),
                "71 heads of 64 columns",
            ),
            (
                &new_falcon,
                "h.0.self_attention.query_key_value.weight",
                (9216, 8192),
                "144 heads of 64 rows",
            ),
            (
                &dbrx,
                "blocks.0.norm_attn_norm.attn.Wqkv.weight",
                (8192, 6144),
                "64 heads of 128 rows",
            ),
            (
                &glm,
                "encoder.layers.0.self_attention.query_key_value.weight",
                (4608, 4096),
                "36 heads of 128 rows",
            ),
            (
                &t5,
                "encoder.block.0.layer.0.SelfAttention.q.weight",
                (384, 512),
                "6 heads of 64 rows",
            ),
            (
                &t5,
                "encoder.block.0.layer.0.SelfAttention.o.weight",
                (512, 384),
                "6 heads of 64 columns",
            ),
            (
                &distilbert,
                "transformer.layer.0.attention.out_lin.weight",
                (768, 768),
                "12 heads of 64 columns",
            ),
            (
                &bart,
                "encoder.layers.0.self_attn.k_proj.weight",
                (1024, 1024),
                "16 heads of 64 rows",
            ),
            (
                &bart,
                "decoder.layers.0.encoder_attn.k_proj.weight",
                (1024, 1024),
                "8 heads of 128 rows",
            ),
        ] {
            let told = told(config, name, shape);
            match words {
                "" => assert_eq!(told, "", "{name}"),
                words => assert!(told.starts_with(words), "{name}: {told}"),
            }
        }
    }
}
