//! The questions about structure: the locality test of a digit in turn with numpy's, and the search
//! for an order of a 64 × 784 update. `cargo bench --bench structures`
//!
//! numpy is asked through `python3`, or what `PYTHON` names.

#[path = "support/load.rs"]
mod load;
#[path = "support/peer.rs"]
mod peer;
#[path = "support/rounds.rs"]
mod rounds;

use std::hint::black_box;
use std::ops::ControlFlow;

use load::load;
use localized_lora::analysis::{DRAWS, FoundOrder, Locality, STARTS, locality_settings};
use localized_lora::approx::LocalizedSettings;
use localized_lora::approx::order::Search;
use localized_lora::session::Settings;
use localized_lora::source::{
    Dataset, Split, SyntheticKind, SyntheticSettings, digits, synthesize,
};
use peer::Peer;
use rounds::alternate;

const ROUNDS: usize = 9;

/// Of a search, which takes seconds.
const LONG_ROUNDS: usize = 3;

fn main() {
    let mut numpy = Peer::numpy();
    println!("{}", load());
    locality(numpy.as_mut());
    order();
    println!("{}", load());
}

fn go_on() -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn locality(numpy: Option<&mut Peer>) {
    let set = digits(&Dataset::BuiltIn, Split::Test).expect("built in");
    let digit = set.matrix(1);
    let settings = locality_settings(&Settings::default(), 0);
    println!("the locality test of a digit with {DRAWS} draws: three questions");
    let rounds = alternate(ROUNDS, &format!("locality {DRAWS}"), numpy, || {
        let found = Locality::measure(&digit, settings, DRAWS, &go_on, &|_| {});
        black_box(found.expect("fits"));
    });
    println!("  K = 2, N = 4, r = 4 {rounds}");
}

fn order() {
    let update = synthesize(&SyntheticSettings {
        rows: 64,
        cols: 784,
        ..SyntheticSettings::new(SyntheticKind::Noise)
    })
    .expect("a matrix");
    let search = Search {
        localized: LocalizedSettings { grid: 4, rank: 2 },
        starts: STARTS,
        seed: 0,
    };
    println!("an order of 64 × 784 numbers at K = 4, r = 2 from {STARTS} starts, and its control");
    let rounds = alternate(LONG_ROUNDS, "order", None, || {
        let found = FoundOrder::search(&update, search, &go_on, &|_, _| {});
        black_box(found.expect("fits"));
    });
    println!("  search and control  {rounds}");
}
