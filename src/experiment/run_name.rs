//! A run by name: `full`, `lora:8`, `localized_grid:4:2@0.0005#1`.

use std::fmt;
use std::str::FromStr;

use crate::finetune::bounds::{check_parts, check_rate};
use crate::finetune::network::Shape;
use crate::finetune::{Configuration, Layout, RunKey, SweepSettings};

/// Layout, segments (not for LoRA) and rank, then `@` learning rate and `#` seed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunName {
    adapter: Option<Configuration>,
    learning_rate: Option<f64>,
    seed: Option<u64>,
}

impl RunName {
    /// The run itself; the highest learning rate and the first seed of `settings` where the name
    /// says none.
    pub fn key(self, settings: &SweepSettings) -> RunKey {
        let highest = settings.learning_rates.iter().copied().fold(0.0, f64::max);
        RunKey {
            adapter: self.adapter,
            learning_rate: self.learning_rate.unwrap_or(highest),
            seed: self.seed.or(settings.seeds.first().copied()).unwrap_or(0),
        }
    }

    /// Whether a network of this shape can have such an adapter, and be trained at its rate.
    ///
    /// # Errors
    /// A learning rate above 1, more segments than a side has entries, a rank that is not below its part's smaller side.
    pub fn check(self, shape: &Shape) -> Result<(), String> {
        if let Some(Err(error)) = self.learning_rate.map(check_rate) {
            return Err(format!("{error}: {self}"));
        }
        let Some(one) = self.adapter else {
            return Ok(());
        };
        let smallest = one.smallest_side(shape);
        if smallest == 0 {
            Err(format!(
                "{} segments are more than a side has entries; choose fewer: {self}",
                one.segments
            ))
        } else if one.rank >= smallest {
            Err(format!(
                "the smallest part has a side of {smallest}; choose a rank below it: {self}"
            ))
        } else {
            check_parts(one.part_count()).map_err(|error| format!("{error}: {self}"))
        }
    }
}

impl From<RunKey> for RunName {
    fn from(key: RunKey) -> Self {
        Self {
            adapter: key.adapter,
            learning_rate: Some(key.learning_rate),
            seed: Some(key.seed),
        }
    }
}

impl fmt::Display for RunName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.adapter {
            None => f.write_str("full")?,
            Some(Configuration {
                layout: Layout::Lora,
                rank,
                ..
            }) => write!(f, "lora:{rank}")?,
            Some(one) => write!(f, "{}:{}:{}", one.layout.id(), one.segments, one.rank)?,
        }
        match self.learning_rate {
            Some(rate) if (1e-12..1e12).contains(&rate) => write!(f, "@{rate}")?,
            // Written out it would be hundreds of digits.
            Some(rate) => write!(f, "@{rate:e}")?,
            None => {}
        }
        if let Some(seed) = self.seed {
            write!(f, "#{seed}")?;
        }
        Ok(())
    }
}

/// The form of a name.
const FORM: &str = "full, lora:RANK, melora:N:RANK, localized_block:K:RANK or \
                    localized_grid:K:RANK, with @RATE and #SEED if wanted";

impl FromStr for RunName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("a run is written {FORM}");
        let (text, seed) = match text.split_once('#') {
            Some((text, seed)) => (text, Some(seed.parse().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let (text, rate) = match text.split_once('@') {
            Some((text, rate)) => (text, Some(rate.parse().map_err(|_| wrong())?)),
            None => (text, None),
        };
        if rate.is_some_and(|rate: f64| !rate.is_finite() || rate <= 0.0) {
            return Err("a learning rate is a number above 0".to_owned());
        }
        let words: Vec<&str> = text.split(':').collect();
        let number = |word: &str| match word.parse::<usize>() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(wrong()),
        };
        let layout = Layout::ALL.into_iter().find(|one| one.id() == words[0]);
        let configuration = |layout, segments, rank| Configuration {
            layout,
            segments,
            rank,
        };
        let adapter = match (layout, &words[1..]) {
            (None, []) if words[0] == "full" => None,
            (Some(Layout::Lora), [rank]) => Some(configuration(Layout::Lora, 1, number(rank)?)),
            (Some(layout), [segments, rank]) if layout != Layout::Lora => {
                Some(configuration(layout, number(segments)?, number(rank)?))
            }
            _ => return Err(wrong()),
        };
        Ok(Self {
            adapter,
            learning_rate: rate,
            seed,
        })
    }
}
