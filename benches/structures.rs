//! The questions about structure: the locality test and the atlas of a digit and the atlas of a large
//! matrix in turn with numpy's, and the search for an order of a 64 × 784 update. `cargo bench --bench structures`
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
use std::path::Path;

use load::load;
use localized_lora::analysis::{
    AtlasSettings, DRAWS, FoundOrder, Locality, STARTS, locality_settings,
};
use localized_lora::approx::LocalizedSettings;
use localized_lora::approx::order::Search;
use localized_lora::session::Settings;
use localized_lora::source::{
    Dataset, Split, SyntheticKind, SyntheticSettings, digits, synthesize,
};
use nalgebra::DMatrix;
use peer::Peer;
use rounds::alternate;

const ROUNDS: usize = 9;

/// Of a search, which takes seconds.
const LONG_ROUNDS: usize = 3;

fn main() {
    let mut numpy = Peer::numpy();
    println!("{}", load());
    locality(numpy.as_mut());
    let folder = tempfile::tempdir().expect("a folder");
    atlas_of_digit(folder.path(), numpy.as_mut());
    atlas_of_large(folder.path(), numpy.as_mut());
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

fn atlas_of_digit(folder: &Path, numpy: Option<&mut Peer>) {
    let set = digits(&Dataset::BuiltIn, Split::Test).expect("built in");
    println!("the atlas of a digit: every structure at its best within 224 parameters");
    let name = (&*folder.join("digit.npy"), "every");
    atlas_of(&set.matrix(1), 224, name, ROUNDS, numpy);
}

fn atlas_of_large(folder: &Path, numpy: Option<&mut Peer>) {
    let large = synthesize(&SyntheticSettings {
        rows: 1024,
        cols: 1024,
        ..SyntheticSettings::new(SyntheticKind::Gradient)
    });
    println!("the atlas of 1024 × 1024 numbers within 65,536 parameters");
    let name = (&*folder.join("large.npy"), "coarse");
    atlas_of(&large.expect("a matrix"), 65_536, name, 1, numpy);
}

/// numpy does the singular values of the same layouts.
fn atlas_of(
    matrix: &DMatrix<f64>,
    budget: usize,
    (file, fineness): (&Path, &str),
    rounds: usize,
    numpy: Option<&mut Peer>,
) {
    let bytes = npy_bytes(matrix);
    std::fs::write(file, bytes).expect("writable");
    let settings = AtlasSettings {
        budget,
        charged: false,
    };
    let work = format!("atlas {budget} {fineness} {}", file.display());
    let rounds = alternate(rounds, &work, numpy, || {
        black_box(
            settings
                .measure(std::slice::from_ref(matrix), &|_, _| go_on())
                .expect("fits"),
        );
    });
    println!("  all structures      {rounds}");
}

/// A matrix as NPY.
fn npy_bytes(matrix: &DMatrix<f64>) -> Vec<u8> {
    let (rows, cols) = matrix.shape();
    let shape = format!("({rows}, {cols})");
    let mut header = format!("{{'descr': '<f8', 'fortran_order': True, 'shape': {shape}, }}");
    while !(header.len() + 11).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(matrix.iter().flat_map(|cell| cell.to_le_bytes()));
    bytes
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
