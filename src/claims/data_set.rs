//! Table I's comparison on all test digits, because one digit proves little.

use super::evidence::survey_settings;
use super::{Beside, Claim, ClaimPlace, Finding, Holds};
use crate::analysis::SurveyResult;
use crate::approx::Method;
use crate::approx::metrics::{Comparison, compare};
use crate::approx::survey::Survey;
use crate::figure::label;
use crate::session::Session;

pub(super) fn claims(found: Option<&SurveyResult>) -> Vec<Claim> {
    let survey = found.map(|found| &found.survey);
    let session = Session {
        settings: survey_settings(),
        ..Session::default()
    };
    let place = || ClaimPlace::Matrix(Box::new(session.clone()), Beside::DataSet);
    vec![
        Claim {
            key: "closer_on_most_digits",
            statement: "Localized LoRA is closer than LoRA on digits in general",
            reported: "on one digit (Table I)",
            finding: survey.and_then(closer),
            place: place(),
        },
        Claim {
            key: "lower_mean_error",
            statement: "Localized LoRA has the lower mean error over all test digits",
            reported: "not measured",
            finding: survey.and_then(|survey| means(survey, Method::Localized, &[Method::Lora])),
            place: place(),
        },
        Claim {
            key: "melora_is_worst",
            statement: "MELoRA is the worst of the three",
            reported: "on one digit (Table I)",
            finding: survey.and_then(melora_worst),
            place: place(),
        },
        Claim {
            key: "ranks_for_each_block",
            statement: "A rank for each block is never worse than one rank for all",
            reported: "described, not tried (II.C)",
            finding: survey.and_then(never_worse),
            place: place(),
        },
        Claim {
            key: "beats_largest_pixels",
            statement: "LoRA and Localized LoRA are closer than the 112 largest pixels",
            reported: "not compared",
            finding: survey.and_then(against_sparse),
            place: place(),
        },
    ]
}

/// The errors of a method, image by image.
fn errors(survey: &Survey, method: Method) -> Option<&[f64]> {
    let place = place(survey, method)?;
    survey.errors.get(place).map(Vec::as_slice)
}

fn place(survey: &Survey, method: Method) -> Option<usize> {
    let mut settings = survey.settings.iter();
    settings.position(|one| one.method() == method)
}

fn mean(survey: &Survey, method: Method) -> Option<f64> {
    Some(survey.spread(place(survey, method)?).mean)
}

fn digits(survey: &Survey) -> String {
    format!("{} digits", label::count(survey.count()))
}

fn closer(survey: &Survey) -> Option<Finding> {
    let verdict = survey.localized_against_lora()?;
    let by_label = survey.by_label();
    let of = |digit: u8| {
        let found = by_label.iter().find(|one| one.label == digit)?;
        Some(label::percent(found.localized_against_lora?.better))
    };
    let text = format!(
        "on {} of {}, equal on {} ({} of the fives, {} of the zeros)",
        label::percent(verdict.better),
        digits(survey),
        label::percent(verdict.equal),
        of(5)?,
        of(0)?
    );
    Some(Finding::new(Holds::of(verdict.better > 0.5), text))
}

/// Whether the mean error of a method is below those of all others.
fn means(survey: &Survey, method: Method, others: &[Method]) -> Option<Finding> {
    let own = mean(survey, method)?;
    let mut lower = true;
    let mut told = Vec::new();
    for other in others {
        let error = mean(survey, *other)?;
        lower &= compare(own, error) == Comparison::Better;
        told.push(format!("{} {}", other.title(), label::error(error)));
    }
    let text = format!(
        "{} {}, {}",
        method.title(),
        label::error(own),
        told.join(", ")
    );
    Some(Finding::new(Holds::of(lower), text))
}

fn melora_worst(survey: &Survey) -> Option<Finding> {
    let melora = errors(survey, Method::Melora)?;
    let others = [Method::Lora, Method::Localized];
    let [lora, localized] = others.map(|method| errors(survey, method));
    let (lora, localized) = (lora?, localized?);
    let worst = melora.iter().zip(lora).zip(localized);
    let worst = worst.filter(|((own, lora), localized)| {
        let worse = |other: f64| compare(**own, other) == Comparison::Worse;
        worse(**lora) && worse(**localized)
    });
    let share = worst.count() as f64 / survey.count() as f64;
    let holds = match share {
        1.0 => Holds::Yes,
        0.5.. => Holds::InPart,
        _ => Holds::No,
    };
    let text = format!(
        "on {} of {}, mean error {}",
        label::percent(share),
        digits(survey),
        label::error(mean(survey, Method::Melora)?)
    );
    Some(Finding::new(holds, text))
}

fn never_worse(survey: &Survey) -> Option<Finding> {
    let uniform = errors(survey, Method::Localized)?;
    let adaptive = errors(survey, Method::LocalizedAdaptive)?;
    let worse = uniform.iter().zip(adaptive);
    let worse = worse.filter(|(one, own)| compare(**own, **one) == Comparison::Worse);
    let worse = worse.count();
    let text = format!(
        "mean error {} against {}, worse on {} of {}",
        label::error(mean(survey, Method::LocalizedAdaptive)?),
        label::error(mean(survey, Method::Localized)?),
        label::count(worse),
        digits(survey)
    );
    Some(Finding::new(Holds::of(worse == 0), text))
}

fn against_sparse(survey: &Survey) -> Option<Finding> {
    let pixels = mean(survey, Method::Sparse)?;
    let lora = mean(survey, Method::Lora)?;
    let localized = mean(survey, Method::Localized)?;
    let text = format!(
        "mean errors {} and {} against {}",
        label::error(lora),
        label::error(localized),
        label::error(pixels)
    );
    Some(Finding::new(
        Holds::of(lora < pixels && localized < pixels),
        text,
    ))
}
