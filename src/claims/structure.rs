//! Whether what is local is more than chance.

use super::evidence::StructureEvidence;
use super::{Beside, Claim, ClaimPlace, Finding, Holds};
use crate::analysis::{Locality, LocalityQuestion};
use crate::figure::label;
use crate::session::Session;
use crate::source::{Source, SyntheticKind, SyntheticSettings};

pub(super) fn claims(found: Option<&StructureEvidence>) -> Vec<Claim> {
    let noise = Session {
        source: Source::Synthetic(SyntheticSettings::new(SyntheticKind::Noise)),
        ..Session::default()
    };
    let local = |test: &Locality, wanted: bool| {
        let question = LocalityQuestion::Local;
        let beyond = test.answer(question).beyond_chance();
        Finding::new(Holds::of(beyond == wanted), test.told(question))
    };
    vec![
        Claim {
            key: "digit_is_local",
            statement: "The paper’s digit is local beyond chance",
            reported: "assumed",
            finding: found.map(|one| local(&one.digit, true)),
            place: ClaimPlace::Matrix(Box::default(), Beside::Locality),
        },
        Claim {
            key: "noise_is_not_local",
            statement: "Gaussian noise is not",
            reported: "not tested",
            finding: found.map(|one| local(&one.noise, false)),
            place: ClaimPlace::Matrix(Box::new(noise.clone()), Beside::Locality),
        },
        Claim {
            key: "orders_found_in_noise",
            statement: "An order of rows and columns found in noise gains no more than its control",
            reported: "not tested",
            finding: found.map(|one| {
                let [gain, control] = one.order.gains();
                let text = format!(
                    "error −{}, its control −{}",
                    label::percent(gain),
                    label::percent(control)
                );
                Finding::new(Holds::of(!one.order.beyond_control()), text)
            }),
            place: ClaimPlace::Matrix(Box::new(noise), Beside::Order),
        },
    ]
}
