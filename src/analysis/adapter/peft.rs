//! The settings by which PEFT finds the modules of an adapter and gives each its rank.
//!
//! PEFT takes the modules whose names are, or end in, one of `target_modules`, and of the patterns the first
//! with `re.match(rf"(.*\.)?({key})$", name)`: <https://github.com/huggingface/peft>.

use std::collections::{BTreeMap, HashSet};

use regex::Regex;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::source::{AdapterConfig, module};

/// Modules of a model and their ranks; 0 for those that get none.
pub struct Modules(BTreeMap<String, usize>);

impl Modules {
    /// From the names of weights, two of which may name one module.
    pub fn of_weights<'a>(weights: impl Iterator<Item = (&'a str, usize)>) -> Self {
        let mut ranks: BTreeMap<String, usize> = BTreeMap::new();
        for (weight, rank) in weights {
            let known = ranks.entry(module(weight).to_owned()).or_default();
            *known = rank.max(*known);
        }
        Self(ranks)
    }

    /// LoRA with alpha = r everywhere, so that the scale is 1.
    pub fn lora(&self) -> Value {
        let usual = usual_rank(self.0.values().copied());
        let own = self.with(|rank| rank > 0 && rank != usual);
        let pattern: BTreeMap<String, usize> = own
            .map(|(module, rank)| (self.pattern(module, rank), rank))
            .collect();
        json!({
            "peft_type": "LORA",
            "r": usual,
            "lora_alpha": usual,
            "rank_pattern": pattern,
            "alpha_pattern": pattern,
            "target_modules": self.targets(|rank| rank > 0),
        })
    }

    /// GraLoRA of the modules whose blocks have this rank, at scale 1.
    pub fn gralora(&self, grid: usize, rank: usize) -> Value {
        json!({
            "peft_type": "GRALORA",
            "r": rank * grid,
            "alpha": rank * grid,
            "gralora_k": grid,
            "target_modules": self.targets(|one| one == rank),
        })
    }

    fn with(&self, is_wanted: impl Fn(usize) -> bool) -> impl Iterator<Item = (&str, usize)> {
        let modules = self.0.iter().map(|(module, &rank)| (module.as_str(), rank));
        modules.filter(move |&(_, rank)| is_wanted(rank))
    }

    /// The names, or one expression for them where a name is the end of another module's.
    fn targets(&self, is_wanted: impl Fn(usize) -> bool) -> Value {
        let wanted: Vec<&str> = self.with(&is_wanted).map(|(module, _)| module).collect();
        let names: HashSet<&str> = wanted.iter().copied().collect();
        let ends_in_one = |(module, _): (&str, usize)| {
            let dots = module.match_indices('.');
            dots.into_iter()
                .any(|(dot, _)| names.contains(&module[dot + 1..]))
        };
        match self.with(|rank| !is_wanted(rank)).any(ends_in_one) {
            false => json!(wanted),
            true => {
                let names: Vec<String> = wanted.into_iter().map(regex::escape).collect();
                json!(names.join("|"))
            }
        }
    }

    /// A key for a module: its name, bound to the beginning only where it would match a module of another
    /// rank, because a model that wraps this one has longer names.
    fn pattern(&self, module: &str, rank: usize) -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        let key = match module.chars().all(is_plain) {
            true => module.to_owned(),
            false => regex::escape(module),
        };
        let mut others = self.with(|one| one > 0 && one != rank);
        let is_ambiguous = match Regex::new(&format!(r"^(.*\.)?({key})$")) {
            Ok(matches) => others.any(|(other, _)| matches.is_match(other)),
            Err(_) => true,
        };
        match is_ambiguous {
            true => format!("^{}", regex::escape(module)),
            false => key,
        }
    }
}

/// Settings for PEFT as they are read back.
pub struct PeftSettings {
    config: AdapterConfig,
    /// The names of modules, or one expression.
    targets: Result<Vec<String>, Regex>,
}

/// What the settings of an adapter give a module.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeftRank {
    /// PEFT's r.
    pub r: usize,
    /// The factor before the update.
    pub scale: f64,
}

/// Settings that change which modules get an adapter, or what it is; no plan has them.
const OTHERS: [&str; 9] = [
    "exclude_modules",
    "hybrid_r",
    "layer_replication",
    "layers_pattern",
    "layers_to_transform",
    "modules_to_save",
    "target_parameters",
    "trainable_token_indices",
    "use_dora",
];

impl PeftSettings {
    /// Reads them; nothing where they cannot be.
    pub fn read(settings: &Value) -> Option<Self> {
        let config = AdapterConfig::parse("", settings.to_string().as_bytes()).ok()?;
        let targets = match &settings["target_modules"] {
            Value::String(pattern) => Err(Regex::new(&format!("^({pattern})$")).ok()?),
            names => Ok(Vec::deserialize(names).ok()?),
        };
        Some(Self { config, targets })
    }

    /// A setting that no plan has.
    pub fn other(&self) -> Option<&'static str> {
        OTHERS.into_iter().find(|key| self.config.has(key))
    }

    /// A name that is the end of none of these modules'.
    pub fn unmatched(&self, modules: &[&str]) -> Option<&str> {
        let names = self.targets.as_deref().unwrap_or_default();
        let found = names
            .iter()
            .find(|name| !modules.iter().any(|module| ends_in(module, name)));
        found.map(String::as_str)
    }

    /// What a module gets; `Ok(None)` where no adapter is put on it, `None` where it is no rank and scale.
    pub fn rank(&self, module: &str) -> Option<Option<PeftRank>> {
        let is_target = match &self.targets {
            Ok(names) => names.iter().any(|name| ends_in(module, name)),
            Err(pattern) => pattern.is_match(module),
        };
        if !is_target {
            return Some(None);
        }
        let r = self.config.rank(module).ok()?;
        let alpha = match self.config.states("lora_alpha") {
            true => "lora_alpha",
            false => "alpha",
        };
        let scale = self.config.scale(alpha, module, r).ok()?.value;
        Some(Some(PeftRank {
            r: usize::try_from(r).ok()?,
            scale,
        }))
    }
}

/// Whether PEFT takes a module for one of this name.
fn ends_in(module: &str, name: &str) -> bool {
    let before = module.strip_suffix(name);
    before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// The commonest rank above 0, the smallest of several.
pub fn usual_rank(ranks: impl Iterator<Item = usize>) -> usize {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for rank in ranks.filter(|&rank| rank > 0) {
        *counts.entry(rank).or_default() += 1;
    }
    let most = counts.iter().rev().max_by_key(|(_, count)| **count);
    most.map_or(1, |(rank, _)| *rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_ends_another_is_told_apart() {
        let modules = |ranks: &[(&'static str, usize)]| Modules::of_weights(ranks.iter().copied());
        // PEFT 0.21.2 gave the modules these ranks, and put no adapter on others.
        let plain = modules(&[
            ("layers.1.q.weight", 2),
            ("layers.11.q.weight", 4),
            ("layers.11.v.weight", 4),
            ("norm.weight", 0),
            ("layers.1.q", 0),
        ]);
        let lora = plain.lora();
        assert_eq!(lora["rank_pattern"], json!({"layers.1.q": 2}));
        assert_eq!(
            lora["target_modules"],
            json!(["layers.1.q", "layers.11.q", "layers.11.v"])
        );
        let nested = modules(&[("q", 2), ("x.q", 4), ("y.q", 4), ("z.y.q", 0), ("a+", 3)]);
        let lora = nested.lora();
        assert_eq!(lora["rank_pattern"], json!({"^q": 2, r"a\+": 3}));
        assert_eq!(lora["alpha_pattern"], lora["rank_pattern"]);
        assert_eq!(lora["target_modules"], json!(r"a\+|q|x\.q|y\.q"));
        assert_eq!(nested.gralora(2, 4)["target_modules"], json!(r"x\.q|y\.q"));
        assert_eq!(nested.gralora(2, 3)["target_modules"], json!(["a+"]));
        // A dot stands for any character.
        let dotted = modules(&[("a.b", 2), ("a_b", 4), ("c", 4)]);
        assert_eq!(dotted.lora()["rank_pattern"], json!({r"^a\.b": 2}));
    }
}
