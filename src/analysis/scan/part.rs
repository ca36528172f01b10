//! A share of a model's layers, so that several machines scan one model.

use std::fmt;
use std::str::FromStr;

use super::ScanTargets;

/// The `number`th of `of` parts, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanPart {
    number: usize,
    of: usize,
}

impl FromStr for ScanPart {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let told = || "write a part and their number, such as 1/8".to_owned();
        let (number, of) = text.split_once('/').ok_or_else(told)?;
        let (number, of) = (number.parse(), of.parse());
        let (Ok(number), Ok(of)) = (number, of) else {
            return Err(told());
        };
        match (1..=of).contains(&number) {
            true => Ok(Self { number, of }),
            false => Err(format!("{of} parts are counted from 1 to {of}")),
        }
    }
}

impl fmt::Display for ScanPart {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.number, self.of)
    }
}

impl ScanTargets {
    /// Keeps those of one part. The largest is dealt first, each to the part with the least work, so that all
    /// parts take about the same time; every target is in one part.
    pub fn keep_part(&mut self, part: ScanPart) {
        let mut order: Vec<usize> = (0..self.targets.len()).collect();
        order.sort_by(|&one, &other| {
            let work = |at: usize| self.targets[at].work();
            work(other).total_cmp(&work(one)).then(one.cmp(&other))
        });
        // More parts than targets stay empty.
        let mut loads = vec![0.0_f64; part.of.min(order.len())];
        let mut kept = vec![false; order.len()];
        for at in order {
            let least = (0..loads.len()).min_by(|&one, &other| loads[one].total_cmp(&loads[other]));
            let least = least.unwrap_or_default();
            loads[least] += self.targets[at].work();
            kept[at] = least + 1 == part.number;
        }
        let dealt = self.targets.drain(..).zip(kept);
        let (own, others): (Vec<_>, Vec<_>) = dealt.partition(|(_, is_kept)| *is_kept);
        self.targets = own.into_iter().map(|(target, _)| target).collect();
        let others = others.into_iter().map(|(target, _)| target);
        self.unasked.extend(others);
    }
}

#[cfg(test)]
mod tests {
    use super::super::ScanTarget;
    use super::*;

    fn targets() -> ScanTargets {
        let target = |at: u64| ScanTarget {
            name: format!("layers.{at}"),
            sides: (8 + at % 5, 9 + at % 7),
            dtypes: ("F32".to_owned(), None),
            is_update: false,
        };
        ScanTargets {
            targets: (0..20).map(target).collect(),
            ..ScanTargets::default()
        }
    }

    #[test]
    fn every_target_is_in_one_part_and_parts_are_even() {
        let whole: f64 = targets().targets.iter().map(ScanTarget::work).sum();
        for of in [1, 3, 7, 20, 25] {
            let mut found = Vec::new();
            for number in 1..=of {
                let mut one = targets();
                one.keep_part(ScanPart { number, of });
                let work: f64 = one.targets.iter().map(ScanTarget::work).sum();
                assert!(
                    of > 5 || work < 1.15 * whole / of as f64,
                    "{work} of {whole}"
                );
                found.extend(one.targets);
            }
            found.sort_by_cached_key(|target| super::super::natural(&target.name));
            assert_eq!(found, targets().targets, "{of}");
        }
    }

    #[test]
    fn a_part_is_written_as_it_is_read() {
        let part: ScanPart = "2/8".parse().expect("a part");
        assert_eq!(part.to_string(), "2/8");
        for text in ["", "2", "0/8", "9/8", "1/0", "a/b", "1/2/3"] {
            assert!(text.parse::<ScanPart>().is_err(), "{text}");
        }
    }
}
