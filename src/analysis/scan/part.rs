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

/// The form of a part.
const WRITE: &str = "write which part of how many, two whole numbers";

impl FromStr for ScanPart {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/');
        let parsed = parsed.and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match parsed {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self { number, of }),
            Some((_, 0)) => Err(format!("a model has 1 part or more; {WRITE}, such as 1/8")),
            Some((_, of)) => Err(format!(
                "parts are counted from 1 to {of}; {WRITE}, such as 1/{of}"
            )),
            None => Err(format!("{WRITE}, such as 1/8")),
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
        let more = format!("1/{}0", u64::MAX);
        for text in [
            "", "2", "0/8", "9/8", "1/0", "0/1", "a/b", "1/2/3", "-1/2", &more,
        ] {
            let why = text.parse::<ScanPart>().expect_err(text);
            assert!(
                why.contains("; write ") || why.starts_with("write "),
                "{why}"
            );
            // What it says to write works.
            let (_, example) = why.split_once("such as ").expect(text);
            assert!(example.parse::<ScanPart>().is_ok(), "{why}");
        }
        let told = |text: &str| text.parse::<ScanPart>().expect_err(text);
        assert!(told("1/0").starts_with("a model has 1 part or more; "));
        assert!(told("3/2").starts_with("parts are counted from 1 to 2; "));
    }
}
