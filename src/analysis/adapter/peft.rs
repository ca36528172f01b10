//! The settings by which PEFT finds the modules of an adapter and gives each its rank.
//!
//! PEFT takes the modules whose names are, or end in, one of `target_modules`, and of the patterns the first
//! with `re.match(rf"(.*\.)?({key})$", name)`: <https://github.com/huggingface/peft>.

use std::collections::{BTreeMap, HashSet};

use regex::Regex;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::source::{AdapterConfig, ModulePattern, alternatives, module};

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
        let is_ambiguous = match ModulePattern::read(&key) {
            Some(pattern) => others.any(|(other, _)| pattern.matches(other)),
            None => true,
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
    targets: Targets,
    /// A setting that no plan has.
    pub other: Option<String>,
}

/// The modules that get an adapter.
enum Targets {
    /// Those whose names are one of these, or end in one.
    Endings(HashSet<String>),
    /// Those of these names.
    Names(HashSet<String>),
    Expression(Regex),
}

/// Every ending of a name that PEFT takes a module for, the whole name first.
fn endings(module: &str) -> impl Iterator<Item = &str> {
    let dots = module.match_indices('.');
    std::iter::once(module).chain(dots.map(|(dot, _)| &module[dot + 1..]))
}

/// What the settings of an adapter give a module.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeftRank {
    /// PEFT's r.
    pub r: usize,
    /// The factor before the update.
    pub scale: f64,
}

/// The settings of a plan's LoRA.
const LORA: [&str; 4] = ["lora_alpha", "r", "rank_pattern", "alpha_pattern"];

/// The settings of a plan's GraLoRA.
const GRALORA: [&str; 3] = ["alpha", "r", "gralora_k"];

/// Settings of every adapter, and such as change nothing of what a plan says.
const HARMLESS: [&str; 10] = [
    "auto_mapping",
    "base_model_name_or_path",
    "gralora_dropout",
    "inference_mode",
    "lora_dropout",
    "peft_type",
    "peft_version",
    "revision",
    "target_modules",
    "task_type",
];

/// The first setting that changes which modules get an adapter, or what it is, beyond a plan.
fn other(settings: &Value, config: &AdapterConfig) -> Option<String> {
    let own: &[&str] = match config.text("peft_type") {
        Some("LORA") => &LORA,
        _ => &GRALORA,
    };
    let is_usual = |key: &str, value: &Value| match key {
        _ if !config.has(key) => true,
        "bias" => value == "none",
        "init_lora_weights" | "init_weights" => *value == Value::Bool(true),
        _ => HARMLESS.contains(&key) || own.contains(&key),
    };
    let mut keys = settings.as_object()?.iter();
    let found = keys.find(|(key, value)| !is_usual(key, value));
    found.map(|(key, _)| key.clone())
}

impl PeftSettings {
    /// Reads them; nothing where they cannot be.
    pub fn read(settings: &Value) -> Option<Self> {
        let config = AdapterConfig::parse("", settings.to_string().as_bytes()).ok()?;
        let targets = match &settings["target_modules"] {
            Value::String(pattern) => match alternatives(pattern) {
                Some(names) => Targets::Names(names),
                None => Targets::Expression(Regex::new(&format!("^({pattern})$")).ok()?),
            },
            names => Targets::Endings(HashSet::deserialize(names).ok()?),
        };
        let other = other(settings, &config);
        Some(Self {
            config,
            targets,
            other,
        })
    }

    /// A name that is none of these modules'.
    pub fn unmatched(&self, modules: &[&str]) -> Option<&str> {
        let (names, known): (_, HashSet<&str>) = match &self.targets {
            Targets::Endings(names) => {
                (names, modules.iter().flat_map(|one| endings(one)).collect())
            }
            Targets::Names(names) => (names, modules.iter().copied().collect()),
            Targets::Expression(_) => return None,
        };
        let mut unmatched = names.iter().filter(|name| !known.contains(name.as_str()));
        unmatched.next().map(String::as_str)
    }

    /// Whether it puts an adapter on a module.
    pub fn adapts(&self, module: &str) -> bool {
        match &self.targets {
            Targets::Endings(names) => endings(module).any(|ending| names.contains(ending)),
            Targets::Names(names) => names.contains(module),
            Targets::Expression(pattern) => pattern.is_match(module),
        }
    }

    /// What a module gets; `Ok(None)` where no adapter is put on it, `None` where it is no rank and scale.
    pub fn rank(&self, module: &str) -> Option<Option<PeftRank>> {
        if !self.adapts(module) {
            return Some(None);
        }
        let r = self.config.rank(module).ok()?;
        let alpha = match self.config.text("peft_type") {
            Some("LORA") => "lora_alpha",
            _ => "alpha",
        };
        let scale = self.config.scale(alpha, module, r).ok()?.value;
        Some(Some(PeftRank {
            r: usize::try_from(r).ok()?,
            scale,
        }))
    }
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
