//! Which method is closest, in one sentence that is always true of the numbers beside it.

use super::result::Analysis;
use super::survey::SurveyResult;
use crate::approx::metrics::{Comparison, TIE, compare};
use crate::approx::{Evaluation, Method};
use crate::figure::compose::verdict_sentence;
use crate::figure::label;

/// The methods that are closest to the matrix, and the sentence that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closest {
    /// Those with the lowest error; several where they differ by rounding only.
    pub methods: Vec<Method>,
    /// Whether all methods have the same parameters, or the same budget to spend.
    pub fair: bool,
    /// *At 224 parameters each, Localized LoRA is closest here: 0.2119 (LoRA 0.2313)*.
    pub sentence: String,
}

/// What the sentence means.
pub const CLOSEST_MEANS: &str = "Closest: the lowest error ‖W − Ŵ‖ / ‖W‖ of the methods in view; equally close where \
                                 errors differ by rounding only";

/// What [`over_images`] means.
pub const OVER_IMAGES_MEANS: &str = "Better: a lower error than LoRA at the same parameters, image by image; equal \
                                     where both errors differ by rounding only";

/// *least error: LoRA*, one of the two questions that verdicts answer; the other is [`BEYOND_CHANCE`].
pub fn least_error<T: AsRef<str>>(methods: &[T]) -> String {
    let equally = if methods.len() > 1 { " equally" } else { "" };
    format!("least error: {}{equally}", label::listed(methods))
}

/// The other question: blocks fit the matrix better as it is than with its rows and columns in random orders.
/// A matrix can be so and still have a lower error under LoRA.
pub const BEYOND_CHANCE: &str = "locality: beyond chance";

/// The parameters that the methods of a comparison may spend.
enum Terms {
    /// All have these parameters.
    Equal(usize),
    /// All may have these parameters, and some leave a few over.
    Within(usize),
    /// Each has its own.
    Different,
}

impl Closest {
    /// The methods of `analysis` compared; `None` where fewer than two gave something.
    pub fn of(analysis: &Analysis) -> Option<Self> {
        let mut ranked = analysis.evaluations();
        if ranked.len() < 2 {
            return None;
        }
        // The order of the methods stays where errors are equal.
        ranked.sort_by(|one, other| one.error.total_cmp(&other.error));
        let best = ranked[0];
        let ties = |one: &&&Evaluation| compare(one.error, best.error) == Comparison::Equal;
        let count = ranked.iter().take_while(ties).count();
        let (closest, others) = ranked.split_at(count);
        let mut closest = closest.to_vec();
        closest.sort_by_key(|one| one.method());
        let terms = Terms::of(analysis, &ranked);
        Some(Self {
            methods: closest.iter().map(|one| one.method()).collect(),
            fair: !matches!(terms, Terms::Different),
            sentence: sentence(&terms, &closest, others.first().copied()),
        })
    }
}

impl Terms {
    fn of(analysis: &Analysis, compared: &[&Evaluation]) -> Self {
        if let Some(params) = same(compared.iter().map(|one| one.params)) {
            return Self::Equal(params);
        }
        let spending = analysis.spending();
        let shares = spending.iter().filter(|spent| spent.params > 0);
        match same(shares.map(|spent| spent.share)) {
            Some(budget) if compared.iter().all(|one| one.params <= budget) => Self::Within(budget),
            _ => Self::Different,
        }
    }
}

/// The value that all have.
fn same(mut values: impl Iterator<Item = usize>) -> Option<usize> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

fn sentence(terms: &Terms, closest: &[&Evaluation], next: Option<&Evaluation>) -> String {
    let opening = match terms {
        Terms::Equal(params) => format!("At {} parameters each, ", label::count(*params)),
        Terms::Within(budget) => format!("Within {} parameters each, ", label::count(*budget)),
        Terms::Different => "With unequal parameters, ".to_owned(),
    };
    let each = matches!(terms, Terms::Equal(_));
    let name = |one: &Evaluation| match each {
        true => one.method().title().to_owned(),
        false => format!("{} ({})", one.method().title(), label::count(one.params)),
    };
    let names: Vec<String> = closest.iter().map(|one| name(one)).collect();
    let error = closest.first().map_or(0.0, |one| one.error);
    let verb = match (names.len(), error <= TIE) {
        (1, true) => "is exact here",
        (1, false) => "is closest here",
        (_, true) => "are exact here",
        (_, false) => "are equally close here",
    };
    let found = match error <= TIE {
        true => String::new(),
        false => format!(": {}", label::error(error)),
    };
    let compared = next.map_or_else(String::new, |one| {
        let same = label::error(one.error) == label::error(error);
        let so_far = if same { "also " } else { "" };
        format!(
            " ({} {so_far}{})",
            plain(one, each),
            label::error(one.error)
        )
    });
    format!("{opening}{} {verb}{found}{compared}", label::listed(&names))
}

/// A method within brackets, with its parameters unless all have the same.
fn plain(one: &Evaluation, each: bool) -> String {
    match each {
        true => one.method().title().to_owned(),
        false => format!("{} at {}:", one.method().title(), label::count(one.params)),
    }
}

/// How Localized LoRA does against LoRA on the images of a data set, where both have the same
/// parameters: *Over 10,000 MNIST test images: Localized better on 47.4 %, equal on 0.4 %*.
/// `subject` names the images in the plural.
pub fn over_images(surveyed: &SurveyResult, subject: &str) -> Option<String> {
    let verdict = surveyed.survey.localized_against_lora()?;
    surveyed.verdict_at()?.ok()?;
    Some(format!(
        "Over {} {subject}: {}",
        label::count(surveyed.survey.count()),
        verdict_sentence(&verdict)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Analyst, SilentListener};
    use crate::approx::budget::BudgetRule;
    use crate::session::{Session, Settings};
    use crate::source::Limits;
    use proptest::prelude::*;

    fn analysed(source: &str, settings: Settings) -> Analysis {
        let session = Session {
            source: source.parse().expect("a source"),
            settings,
            ..Session::default()
        };
        let mut analyst = Analyst::default();
        let analysis = analyst.analyse(session, &Limits::default(), &SilentListener);
        analysis.expect("can be analysed")
    }

    fn said(source: &str, settings: Settings) -> String {
        Closest::of(&analysed(source, settings))
            .expect("three methods")
            .sentence
    }

    #[test]
    fn table_one_is_won_by_localized() {
        assert_eq!(
            said("mnist:test:1", Settings::default()),
            "At 224 parameters each, Localized LoRA is closest here: 0.2119 (LoRA 0.2313)"
        );
        assert_eq!(
            said("mnist:test:38", Settings::default()),
            "At 224 parameters each, LoRA is closest here: 0.3639 (Localized LoRA 0.3935)"
        );
    }

    #[test]
    fn exact_and_equal_methods_are_said_to_be_so() {
        let exact = said("synthetic:low-rank", Settings::default());
        assert!(
            exact.starts_with("At 224 parameters each, LoRA is exact here ("),
            "{exact}"
        );
        let mut all = Settings::default();
        all.localized.grid = 1;
        all.localized.rank = 4;
        all.melora.blocks = 1;
        let equal = said("mnist:test:1", all);
        assert_eq!(
            equal,
            "At 224 parameters each, LoRA, MELoRA and Localized LoRA are equally close here: 0.2313"
        );
    }

    #[test]
    fn unequal_parameters_are_told() {
        let mut settings = Settings::default();
        settings.lora.rank = 8;
        let closest = Closest::of(&analysed("mnist:test:1", settings)).expect("three methods");
        assert!(!closest.fair);
        assert_eq!(
            closest.sentence,
            "With unequal parameters, LoRA (448) is closest here: 0.0807 (Localized LoRA at 224: 0.2119)"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn the_sentence_is_true_of_the_numbers(
            image in 0usize..10_000, rank in 1usize..29, blocks in 1usize..29, diag in 1usize..29,
            grid in 1usize..29, block in 1usize..29, adaptive: bool, matched: bool, shuffled: bool,
        ) {
            let mut settings = Settings::default();
            settings.lora.rank = rank;
            (settings.melora.blocks, settings.melora.rank) = (blocks, diag);
            (settings.localized.grid, settings.localized.rank) = (grid, block);
            settings.show_adaptive = adaptive;
            settings.adaptive.budget = 56 * rank;
            settings.matched = matched.then_some(BudgetRule::default());
            let source = if shuffled { "synthetic:noise".to_owned() } else { format!("mnist:test:{image}") };
            let analysis = analysed(&source, settings);
            let Some(closest) = Closest::of(&analysis) else {
                prop_assert!(analysis.evaluations().len() < 2);
                return Ok(());
            };
            let all = analysis.evaluations();
            let lowest = all.iter().map(|one| one.error).fold(f64::INFINITY, f64::min);
            for one in &all {
                let named = closest.methods.contains(&one.method());
                prop_assert_eq!(named, one.error - lowest <= TIE, "{}", closest.sentence);
                if closest.sentence.starts_with("At ") {
                    let each = format!("At {} parameters each", label::count(one.params));
                    prop_assert!(closest.sentence.starts_with(&each), "{}", closest.sentence);
                }
                if let Some(rest) = closest.sentence.strip_prefix("Within ") {
                    let budget = rest.split(' ').next().map(|text| text.replace(',', ""));
                    let budget: usize = budget.and_then(|text| text.parse().ok()).expect("a number");
                    prop_assert!(one.params <= budget, "{}", closest.sentence);
                }
            }
            if lowest > TIE {
                let told = format!(": {}", label::error(lowest));
                prop_assert!(closest.sentence.contains(&told), "{}", closest.sentence);
            }
        }
    }
}
