//! Our work and a peer's measured in turn: A B A B …, so that whatever else the machine does meets
//! both.

use std::fmt;
use std::time::Instant;

use super::peer::Peer;

/// Times of one work, in seconds, of both where there is a peer.
pub struct Rounds {
    ours: Vec<f64>,
    theirs: Vec<f64>,
}

/// Does `work` and the peer's work of that name in turn, `rounds` times after one that does not count.
pub fn alternate(
    rounds: usize,
    name: &str,
    peer: Option<&mut Peer>,
    mut work: impl FnMut(),
) -> Rounds {
    let mut measured = Rounds {
        ours: Vec::new(),
        theirs: Vec::new(),
    };
    let mut peer = peer;
    for round in 0..=rounds {
        let start = Instant::now();
        work();
        let ours = start.elapsed().as_secs_f64();
        let theirs = peer.as_mut().map(|peer| peer.run(name));
        if round > 0 {
            measured.ours.push(ours);
            measured.theirs.extend(theirs);
        }
    }
    measured
}

impl fmt::Display for Rounds {
    /// Medians, and the median of the rounds' ratios with its extremes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", milliseconds(median(&self.ours)))?;
        if self.theirs.is_empty() {
            return Ok(());
        }
        let ratios: Vec<f64> = (self.ours.iter().zip(&self.theirs))
            .map(|(ours, theirs)| ours / theirs)
            .collect();
        let extreme = |pick: fn(f64, f64) -> f64| ratios.iter().copied().reduce(pick);
        write!(
            f,
            ", peer {}, ratio {:.2} ({:.2} to {:.2} in {} rounds)",
            milliseconds(median(&self.theirs)),
            median(&ratios),
            extreme(f64::min).unwrap_or(f64::NAN),
            extreme(f64::max).unwrap_or(f64::NAN),
            ratios.len()
        )
    }
}

fn milliseconds(seconds: f64) -> String {
    let milliseconds = 1e3 * seconds;
    let decimals = if milliseconds < 10.0 { 2 } else { 1 };
    format!("{milliseconds:8.decimals$} ms")
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
