//! Section II and Table I, on the paper's digit.

use super::evidence::{BUDGET, DigitEvidence, shuffle};
use super::{Beside, Claim, ClaimPlace, Finding, Holds};
use crate::approx::budget::{BudgetRule, matched_rank};
use crate::approx::metrics::{Comparison, compare};
use crate::approx::{AdaptiveSettings, Evaluation, LayoutKind, LocalizedSettings};
use crate::figure::label;
use crate::session::{Session, Settings};

/// The errors that the paper reports in Table I, in the order of its rows.
const TABLE_ONE: [&str; 3] = ["0.2313", "0.9071", "0.2119"];

/// The paper's digit at some settings.
fn digit(settings: Settings, beside: Beside) -> ClaimPlace {
    let session = Session {
        settings,
        ..Session::default()
    };
    ClaimPlace::Matrix(Box::new(session), beside)
}

pub(super) fn claims(found: Option<&DigitEvidence>) -> Vec<Claim> {
    let table_one = |beside| digit(Settings::default(), beside);
    let mut all = vec![
        Claim {
            key: "numerical_rank",
            statement: "The first “2” of the test digits has a numerical rank of 15",
            reported: "15 (III.A)",
            finding: found.map(|one| Finding::new(Holds::of(one.rank == 15), one.rank.to_string())),
            place: table_one(Beside::SingularValues),
        },
        Claim {
            key: "table_one",
            statement: "Errors of LoRA, MELoRA and Localized LoRA on it, 224 parameters each",
            reported: "0.2313, 0.9071, 0.2119 (Table I)",
            finding: found.map(errors_of_table_one),
            place: table_one(Beside::SingularValues),
        },
        Claim {
            key: "closer_on_the_digit",
            statement: "On this digit Localized LoRA is closer than LoRA",
            reported: "0.2119 against 0.2313 (Table I)",
            finding: found.map(|one| {
                let [lora, _, localized] = &one.table_one;
                lower(localized, lora)
            }),
            place: table_one(Beside::Atlas),
        },
        Claim {
            key: "factors_are_smaller",
            statement: "At these settings every method stores fewer numbers than it replaces",
            reported: "not discussed",
            finding: found.map(smaller_than_dense),
            place: table_one(Beside::SingularValues),
        },
        Claim {
            key: "parameters",
            statement: "MELoRA and Localized LoRA need 1/N of LoRA’s parameters: d = 256, r = 16, N = 4",
            reported: "8,192, 2,048 and 2,048 (II.E)",
            finding: Some(parameters()),
            place: ClaimPlace::Parameters,
        },
    ];
    all.extend(laws(found));
    all
}

/// What the paper says of the method in general, seen on the digit.
fn laws(found: Option<&DigitEvidence>) -> [Claim; 3] {
    let one_block = Settings {
        localized: LocalizedSettings { grid: 1, rank: 4 },
        ..Settings::default()
    };
    let shuffled = Session {
        transform: shuffle(),
        ..Session::default()
    };
    let by_block = Settings {
        show_adaptive: true,
        show_quadtree: true,
        adaptive: AdaptiveSettings {
            grid: 4,
            budget: BUDGET,
            ..AdaptiveSettings::default()
        },
        ..Settings::default()
    };
    [
        Claim {
            key: "one_block_is_lora",
            statement: "With K = 1 Localized LoRA is LoRA",
            reported: "stated (II.C)",
            finding: found.map(|one| {
                let [lora, ..] = &one.table_one;
                let same = compare(one.one_block.error, lora.error) == Comparison::Equal;
                let params = one.one_block.params == lora.params;
                Finding::new(Holds::of(same && params), both(&one.one_block, lora))
            }),
            place: digit(one_block, Beside::SingularValues),
        },
        Claim {
            key: "order_matters",
            statement: "The order of rows and columns matters to Localized LoRA and not to LoRA",
            reported: "not discussed",
            finding: found.map(order_matters),
            place: ClaimPlace::Matrix(Box::new(shuffled), Beside::Locality),
        },
        Claim {
            key: "several_sizes",
            statement: "Blocks of several sizes do better than blocks of one, a rank for each",
            reported: "not tried",
            finding: found.map(|one| {
                let text = format!(
                    "quad-tree {}, K = 4 {}",
                    label::error(one.quadtree.error),
                    label::error(one.adaptive.error)
                );
                let better = compare(one.quadtree.error, one.adaptive.error);
                Finding::new(Holds::of(better == Comparison::Better), text)
            }),
            place: digit(by_block, Beside::RankMap),
        },
    ]
}

/// Two errors.
fn both(one: &Evaluation, other: &Evaluation) -> String {
    format!(
        "{} and {}",
        label::error(one.error),
        label::error(other.error)
    )
}

/// Whether the first error is the lower one.
fn lower(one: &Evaluation, other: &Evaluation) -> Finding {
    let better = compare(one.error, other.error) == Comparison::Better;
    let text = format!(
        "{} against {}",
        label::error(one.error),
        label::error(other.error)
    );
    Finding::new(Holds::of(better), text)
}

fn errors_of_table_one(found: &DigitEvidence) -> Finding {
    let errors = found
        .table_one
        .each_ref()
        .map(|one| label::error(one.error));
    let at_budget = found.table_one.iter().all(|one| one.params == BUDGET);
    Finding::new(
        Holds::of(errors == TABLE_ONE && at_budget),
        errors.join(", "),
    )
}

/// Whether any block's factors store as many numbers as it has entries.
fn smaller_than_dense(found: &DigitEvidence) -> Finding {
    let mut denser = found
        .table_one
        .iter()
        .filter(|one| one.denser_than_dense > 0);
    let Some(one) = denser.next() else {
        return Finding::new(Holds::Yes, "in every block");
    };
    let (rows, cols) = found.shape;
    let sizes = one.settings.layout().sizes(rows, cols).unwrap_or_default();
    let entries = sizes.iter().map(|size| size.rows * size.cols * size.count);
    let text = format!(
        "{}: {} numbers for {}",
        one.method().title(),
        label::count(one.params),
        label::entries(entries.sum())
    );
    Finding::new(Holds::No, text)
}

/// The paper's example of II.E, counted block by block.
fn parameters() -> Finding {
    const SIDE: usize = 256;
    let count = |kind, budget| matched_rank(SIDE, SIDE, kind, budget).map_or(0, |one| one.params);
    let lora = count(LayoutKind::Grid(1), 2 * SIDE * 16);
    let share = BudgetRule::SectionTwoE.local_budget(lora, 4);
    let counted = [
        lora,
        count(LayoutKind::Diagonal(4), share),
        count(LayoutKind::Grid(2), share),
    ];
    let text = counted.map(label::count).join(", ");
    Finding::new(Holds::of(counted == [8192, 2048, 2048]), text)
}

fn order_matters(found: &DigitEvidence) -> Finding {
    let [lora, _, localized] = &found.table_one;
    let [lora_after, localized_after] = &found.shuffled;
    let unmoved = compare(lora_after.error, lora.error) == Comparison::Equal;
    let moved = compare(localized_after.error, localized.error) == Comparison::Worse;
    let text = format!(
        "shuffled: LoRA {}, Localized {}",
        label::error(lora_after.error),
        label::error(localized_after.error)
    );
    Finding::new(Holds::of(unmoved && moved), text)
}
