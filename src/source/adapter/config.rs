//! The configuration of an adapter: PEFT's `adapter_config.json`, or the same in a file's header.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::module_pattern::ModulePattern;
use super::scale::Scale;
use crate::source::SourceError;
use crate::source::error::{one_line, shown};
use crate::source::opening::open;
use crate::text::encoding::as_utf8;

/// The largest configuration that is read.
const MAX_BYTES: u64 = 16 << 20;

/// More modules than any model has.
const MOST_PATTERNS: usize = 100_000;

/// Patterns that are no names, of which an adapter needs few and each may take much.
const MOST_EXPRESSIONS: usize = 500;

const EXPECTED: &str = "the configuration of an adapter";

/// A configuration, whose patterns are ready.
#[derive(Clone, Debug)]
pub struct AdapterConfig {
    name: String,
    values: Map<String, Value>,
    orders: Orders,
    ranks: Vec<Pattern>,
    alphas: Vec<Pattern>,
}

/// The keys of each object in the order of the file, which [`Map`] does not keep.
type Orders = BTreeMap<String, Vec<String>>;

/// A number for the modules whose names match.
#[derive(Clone, Debug)]
struct Pattern {
    matches: ModulePattern,
    value: f64,
}

impl AdapterConfig {
    /// Reads a file.
    ///
    /// # Errors
    /// A file that cannot be read or is no configuration.
    pub fn read(path: &Path) -> Result<Self, SourceError> {
        let name = shown(path);
        let (file, length) = open(path)?;
        if length > MAX_BYTES {
            let reason = format!("it has {length} bytes");
            return Err(SourceError::damaged(&name, EXPECTED, reason));
        }
        let mut bytes = Vec::new();
        file.take(MAX_BYTES)
            .read_to_end(&mut bytes)
            .map_err(|error| SourceError::from_io(path, &error))?;
        Self::parse(&name, &as_utf8(&bytes))
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// Text that is no configuration.
    pub fn parse(name: &str, json: &[u8]) -> Result<Self, SourceError> {
        let damaged = |error: serde_json::Error| {
            SourceError::damaged(name, EXPECTED, one_line(&error.to_string()))
        };
        let values = serde_json::from_slice(json).map_err(damaged)?;
        let parts: BTreeMap<String, Part> = serde_json::from_slice(json).map_err(damaged)?;
        let orders = parts.into_iter().filter_map(|(key, part)| match part {
            Part::Object(Keys(keys)) => Some((key, keys)),
            Part::Other(_) => None,
        });
        Self::of_values(name, values, orders.collect())
    }

    fn of_values(
        name: &str,
        values: Map<String, Value>,
        orders: Orders,
    ) -> Result<Self, SourceError> {
        Ok(Self {
            ranks: patterns(name, (&values, &orders), "rank_pattern")?,
            alphas: patterns(name, (&values, &orders), "alpha_pattern")?,
            name: name.to_owned(),
            values,
            orders,
        })
    }

    /// The part of it whose keys begin with `prefix`.
    ///
    /// # Errors
    /// Patterns that are none.
    pub fn within(&self, prefix: &str) -> Result<Self, SourceError> {
        let values = self
            .values
            .iter()
            .filter_map(|(key, value)| Some((key.strip_prefix(prefix)?.to_owned(), value.clone())));
        let orders = self
            .orders
            .iter()
            .filter_map(|(key, keys)| Some((key.strip_prefix(prefix)?.to_owned(), keys.clone())));
        Self::of_values(&self.name, values.collect(), orders.collect())
    }

    /// A text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key)?.as_str()
    }

    /// A list of numbers.
    pub fn numbers(&self, key: &str) -> Option<Vec<f64>> {
        let list = self.values.get(key)?.as_array()?;
        list.iter().map(Value::as_f64).collect()
    }

    /// Whether a switch is on; everything but nothing, false and an empty value is.
    pub fn has(&self, key: &str) -> bool {
        match self.values.get(key) {
            None | Some(Value::Null | Value::Bool(false)) => false,
            Some(Value::Array(list)) => !list.is_empty(),
            Some(Value::Object(map)) => !map.is_empty(),
            Some(_) => true,
        }
    }

    /// Whether it states a value.
    pub fn states(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// A finite number.
    ///
    /// # Errors
    /// No such number.
    pub fn number(&self, key: &str) -> Result<f64, SourceError> {
        let value = self.values.get(key).and_then(Value::as_f64);
        value
            .filter(|value| value.is_finite())
            .ok_or_else(|| self.wrong(format!("{key} is not a number")))
    }

    /// A whole number of at least `least`.
    ///
    /// # Errors
    /// No such number.
    pub fn count(&self, key: &str, least: u64) -> Result<u64, SourceError> {
        let value = self.values.get(key).and_then(Value::as_u64);
        value
            .filter(|&value| value >= least)
            .ok_or_else(|| self.wrong(format!("{key} is not a whole number from {least} on")))
    }

    /// The rank of a module.
    ///
    /// # Errors
    /// None that is a whole number from 1 on.
    pub fn rank(&self, module: &str) -> Result<u64, SourceError> {
        match first(&self.ranks, module) {
            None => self.count("r", 1),
            Some(rank) if rank >= 1.0 && rank.fract() == 0.0 => Ok(rank as u64),
            Some(_) => {
                Err(self.wrong("rank_pattern has a rank that is not a whole number from 1 on"))
            }
        }
    }

    /// The scale of a module of this rank, from the number called `alpha` or its pattern.
    ///
    /// # Errors
    /// No such number.
    pub fn scale(&self, alpha: &str, module: &str, rank: u64) -> Result<Scale, SourceError> {
        let (value, origin) = match first(&self.alphas, module) {
            Some(value) => (value, "alpha_pattern"),
            None => (self.number(alpha)?, alpha),
        };
        Ok(match self.has("use_rslora") {
            true => Scale {
                value: value / (rank as f64).sqrt(),
                origin: format!("{origin} {value} / √r, r = {rank}"),
            },
            false => Scale {
                value: value / rank as f64,
                origin: format!("{origin} {value} / r {rank}"),
            },
        })
    }

    /// The error for a value that is wrong.
    pub fn wrong(&self, reason: impl Into<String>) -> SourceError {
        SourceError::damaged(&self.name, EXPECTED, reason)
    }
}

/// The value of the first pattern that matches, in the order of the file, as in PEFT.
fn first(patterns: &[Pattern], module: &str) -> Option<f64> {
    let mut patterns = patterns.iter();
    let found = patterns.find(|pattern| pattern.matches.matches(module));
    found.map(|pattern| pattern.value)
}

/// A value of the configuration, of which only its keys are wanted.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Part {
    Object(Keys),
    Other(IgnoredAny),
}

struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Keys;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Keys, M::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = map.next_entry()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// The patterns of a key, in the order of the file.
fn patterns(
    name: &str,
    (values, orders): (&Map<String, Value>, &Orders),
    key: &str,
) -> Result<Vec<Pattern>, SourceError> {
    let wrong = |reason: String| SourceError::damaged(name, EXPECTED, reason);
    let entries = match values.get(key) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(entries)) => entries,
        Some(_) => return Err(wrong(format!("{key} is not an object"))),
    };
    if entries.len() > MOST_PATTERNS {
        return Err(wrong(format!(
            "{key} has more than {MOST_PATTERNS} entries"
        )));
    }
    let mut expressions = 0;
    let pattern = |(text, value): (&String, &Value)| {
        let quoted = one_line(text);
        let matches = ModulePattern::read(text)
            .ok_or_else(|| wrong(format!("{key} has a pattern that is not read, '{quoted}'")))?;
        expressions += usize::from(!matches.is_name());
        if expressions > MOST_EXPRESSIONS {
            return Err(wrong(format!(
                "{key} has more than {MOST_EXPRESSIONS} patterns that are no names"
            )));
        }
        let value = value.as_f64().filter(|value| value.is_finite());
        let value = value.ok_or_else(|| wrong(format!("{key} has no number for '{quoted}'")))?;
        Ok(Pattern { matches, value })
    };
    let order = orders.get(key).into_iter().flatten();
    order
        .filter_map(|text| entries.get_key_value(text))
        .map(pattern)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(patterns: impl Iterator<Item = String>) -> Result<AdapterConfig, String> {
        let patterns: Map<String, Value> = patterns.map(|text| (text, json!(4))).collect();
        let config = json!({"r": 8, "rank_pattern": patterns}).to_string();
        AdapterConfig::parse("a.json", config.as_bytes()).map_err(|error| error.to_string())
    }

    /// A pattern of ten characters can take ten megabytes when it is compiled.
    #[test]
    fn patterns_take_bounded_memory_and_names_are_never_too_many() {
        let deep =
            |layer: usize| format!("model.layers.{layer}.self_attn.q_proj.{}", "x".repeat(200));
        let names = read((0..2_000).map(deep)).expect("are read");
        assert_eq!(names.rank(&deep(7)).expect("a rank"), 4);
        assert_eq!(names.rank("model.layers.7").expect("a rank"), 8);
        let words = |layer: usize| format!(r"layers\.{layer}\.\w+\.(q|v)");
        let few = read((0..MOST_EXPRESSIONS).map(words)).expect("are read");
        assert_eq!(few.rank("a.layers.3.attn.v").expect("a rank"), 4);
        let why = read((0..=MOST_EXPRESSIONS).map(words)).expect_err("too many");
        assert!(
            why.contains("more than 500 patterns that are no names"),
            "{why}"
        );
        // Dots and escapes are names too, of any length and number.
        let nested = |layer: usize| format!("{}{layer}.q", "b.".repeat(600));
        let nested = read((0..600).map(nested)).expect("are read");
        assert_eq!(nested.rank("b").expect("a rank"), 8);
        let long = "(ab|cd)".repeat(1_000);
        for costly in [r"(\w{9}){99}", &long, "(a{1000}){1000}", "(?=a)"] {
            let why = read([costly.to_owned()].into_iter()).expect_err(costly);
            assert!(why.contains("a pattern that is not read"), "{why}");
        }
    }
}
