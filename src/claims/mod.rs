//! Claims about Localized LoRA, the paper's and those that the paper leads to, each held against what
//! this program measures here and now. The window's table and the command line's are this one.

mod approximation;
mod data_set;
mod evidence;
mod finetune;
mod structure;

use serde::Serialize;

pub use evidence::{Evidence, EvidenceError};

use crate::experiment::Projections;
use crate::figure::{Cell, Column, Row, Table};
use crate::finetune::Results;
use crate::report;
use crate::session::Session;

/// Whether a claim is true of what was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// It is.
    Yes,
    /// Of a part of it.
    InPart,
    /// It is not.
    No,
}

impl Holds {
    /// The word beside a claim.
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "holds",
            Self::InPart => "in part",
            Self::No => "does not hold",
        }
    }

    /// Of something that is true or not.
    fn of(true_of_it: bool) -> Self {
        if true_of_it { Self::Yes } else { Self::No }
    }
}

/// The numbers that a claim is held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The numbers in words.
    pub measured: String,
    /// What they say of the claim.
    pub holds: Holds,
}

impl Finding {
    fn new(holds: Holds, measured: impl Into<String>) -> Self {
        Self {
            measured: measured.into(),
            holds,
        }
    }
}

/// The plot beside which a claim about a matrix is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// Singular values.
    SingularValues,
    /// The data set.
    DataSet,
    /// The ranks of the blocks.
    RankMap,
    /// The atlas of structures.
    Atlas,
    /// The locality test.
    Locality,
    /// The search for an order.
    Order,
}

/// What opens a claim live.
#[derive(Clone, Debug, PartialEq)]
pub enum ClaimPlace {
    /// A matrix at some settings, with a plot beside its error curve.
    Matrix(Box<Session>, Beside),
    /// The sweep of adapters.
    Sweep,
    /// The counts of parameters.
    Parameters,
}

/// A claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// Its name in JSON.
    pub key: &'static str,
    /// What is claimed.
    pub statement: &'static str,
    /// What the paper says of it, with the place.
    pub reported: &'static str,
    /// What was measured; none before that.
    pub finding: Option<Finding>,
    /// Where it is seen.
    pub place: ClaimPlace,
}

/// All claims, with what is known of each.
pub fn claims(
    evidence: &Evidence,
    trained: Option<&Results>,
    projections: Option<&Projections>,
) -> Vec<Claim> {
    let mut all = approximation::claims(evidence.digit.as_ref());
    all.extend(data_set::claims(evidence.survey.as_ref()));
    all.extend(structure::claims(evidence.structure.as_ref()));
    all.extend(finetune::claims(trained, projections));
    all
}

/// The claims as a table.
pub fn table(claims: &[Claim]) -> Table {
    let rows = claims.iter().map(|claim| {
        let finding = claim.finding.as_ref();
        Row {
            color: None,
            cells: vec![
                Cell::named(claim.statement, claim.key),
                Cell::text(claim.reported),
                finding.map_or_else(Cell::none, |one| Cell::text(&one.measured)),
                finding.map_or_else(Cell::none, |one| Cell::text(one.holds.word())),
            ],
        }
    });
    Table {
        title: None,
        columns: vec![
            Column::left("Claim"),
            Column::left("Reported"),
            Column::left("Measured"),
            Column::left("Holds?"),
        ],
        rows: rows.collect(),
    }
}

#[derive(Serialize)]
struct ClaimReport<'a> {
    claim: &'a str,
    statement: &'a str,
    reported: &'a str,
    measured: Option<&'a str>,
    holds: Option<Holds>,
}

/// The claims as one JSON object.
///
/// # Errors
/// The sentence that says why there is none.
pub fn json(claims: &[Claim]) -> Result<String, String> {
    #[derive(Serialize)]
    struct Claims<'a> {
        claims: Vec<ClaimReport<'a>>,
    }
    let claims = claims.iter().map(|claim| ClaimReport {
        claim: claim.key,
        statement: claim.statement,
        reported: claim.reported,
        measured: claim.finding.as_ref().map(|one| one.measured.as_str()),
        holds: claim.finding.as_ref().map(|one| one.holds),
    });
    report::text(&Claims {
        claims: claims.collect(),
    })
}
