//! Experiment 2, as the sweep that was trained has it.

use super::{Claim, ClaimPlace, Finding, Holds};
use crate::experiment::{Against, Projections};
use crate::figure::label;
use crate::finetune::{Layout, Results, edge_warning, wins};

/// The accuracy of full fine-tuning that the paper reports, and how far seeds lie apart.
const FULL: (f64, f64) = (97.59, 0.3);

pub(super) fn claims(trained: Option<&Results>, projections: Option<&Projections>) -> Vec<Claim> {
    let figure_two = |key, statement, layout| Claim {
        key,
        statement,
        reported: "over the whole range (Figure 2)",
        finding: trained.and_then(|results| fewer_and_better(results, layout)),
        place: ClaimPlace::Sweep,
    };
    vec![
        Claim {
            key: "full_fine_tuning",
            statement: "Full fine-tuning on the digits 5 to 9 reaches 97.59 % ± 0.3",
            reported: "97.59 % (Figure 2)",
            finding: trained.and_then(full),
            place: ClaimPlace::Sweep,
        },
        figure_two(
            "image_cells_beat_both",
            "Localized LoRA on image cells drops less than LoRA and MELoRA with no more parameters",
            Layout::LocalizedGrid,
        ),
        figure_two(
            "weight_blocks_beat_both",
            "Localized LoRA on weight blocks (Eq. 2) does too",
            Layout::LocalizedBlock,
        ),
        Claim {
            key: "learning_rates_suffice",
            statement: "The learning rates tried include the best one",
            reported: "10⁻⁴, 2·10⁻⁴ and 5·10⁻⁴ (III.B)",
            finding: trained.and_then(rates),
            place: ClaimPlace::Sweep,
        },
        Claim {
            key: "error_tells_accuracy",
            statement: "A lower error of the matrix means a better trained adapter",
            reported: "assumed",
            finding: projections.and_then(correlation),
            place: ClaimPlace::Sweep,
        },
    ]
}

fn full(results: &Results) -> Option<Finding> {
    let accuracy = results.full.test_accuracy?;
    let (reported, spread) = FULL;
    let near = (accuracy - reported).abs() <= spread;
    let text = format!(
        "{} after {}",
        label::percentage(accuracy),
        label::counted(results.settings.epochs, "epoch")
    );
    Some(Finding::new(Holds::of(near), text))
}

fn fewer_and_better(results: &Results, layout: Layout) -> Option<Finding> {
    let found = wins(results, layout)?;
    let ties = match found.equal {
        0 => String::new(),
        equal => format!(", equal at {equal}"),
    };
    let text = format!(
        "at {} of {} comparable points{ties}",
        found.better, found.of
    );
    let holds = match found.better {
        better if better == found.of => Holds::Yes,
        0 => Holds::No,
        _ => Holds::InPart,
    };
    Some(Finding::new(holds, text))
}

fn rates(results: &Results) -> Option<Finding> {
    if !results.complete || results.settings.learning_rates.len() < 2 {
        return None;
    }
    Some(match edge_warning(results) {
        None => Finding::new(Holds::Yes, "the best lies between others"),
        Some(told) => Finding::new(Holds::No, told),
    })
}

/// A correlation of more than one half is called one.
fn correlation(found: &Projections) -> Option<Finding> {
    let one = found.correlation(None, Against::Trained)?;
    let (low, high) = one.range;
    let number = label::two_decimals;
    let text = format!(
        "rank correlation {} ({} to {})",
        number(one.mean),
        number(low),
        number(high)
    );
    let holds = match low {
        0.9.. => Holds::Yes,
        0.5.. => Holds::InPart,
        _ => Holds::No,
    };
    Some(Finding::new(holds, text))
}
