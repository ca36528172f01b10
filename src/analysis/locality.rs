//! The locality test of a session, and what it comes to in words.

use std::ops::ControlFlow;

use nalgebra::DMatrix;

use super::verdict::least_error;
use crate::approx::locality::{LEAST_DRAWS, LocalitySettings, LocalityTest, NullTest};
use crate::approx::metrics::{Comparison, compare};
use crate::approx::{Evaluation, FactorError};
use crate::figure::label;
use crate::session::Settings;

/// How many draws there are unless told otherwise: p-values down to 0.0025.
pub const DRAWS: usize = 400;

/// Draws made between two looks at what there is, for a small matrix and for one of more than
/// [`LARGE`] cells.
const BATCHES: [usize; 2] = [20, 4];

const LARGE: usize = 1 << 14;

/// The permutation tests on one matrix.
#[derive(Clone, Debug)]
pub struct Locality {
    /// The tests with their draws.
    pub test: LocalityTest,
}

/// One of the three questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LocalityQuestion {
    /// Is the matrix local?
    #[default]
    Local,
    /// Is it diagonal?
    Diagonal,
    /// Is it low-rank at all?
    Global,
}

impl LocalityQuestion {
    /// All, in the order of tables.
    pub const ALL: [Self; 3] = [Self::Local, Self::Diagonal, Self::Global];

    /// The matrix's property where the answer is yes.
    pub fn adjective(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Diagonal => "diagonal",
            Self::Global => "low-rank",
        }
    }
}

/// The grid and ranks that `settings`, which fit the matrix, ask the three questions at.
pub fn locality_settings(settings: &Settings, seed: u64) -> LocalitySettings {
    LocalitySettings {
        localized: settings.localized,
        blocks: settings.melora.blocks,
        rank: settings.lora.rank,
        seed,
    }
}

impl Locality {
    /// Makes `draws` draws in batches; `on_batch` sees what there is after each and may stop.
    ///
    /// # Errors
    /// As [`LocalityTest::new`] and [`LocalityTest::draw`].
    pub fn measure(
        matrix: &DMatrix<f64>,
        settings: LocalitySettings,
        draws: usize,
        keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
        on_batch: &dyn Fn(&Self),
    ) -> Result<Self, FactorError> {
        let mut found = Self {
            test: LocalityTest::new(matrix, settings)?,
        };
        let batch = BATCHES[usize::from(matrix.len() > LARGE)];
        while found.test.draws() < draws {
            let more = batch.min(draws - found.test.draws());
            found.test.draw(more, keep_going)?;
            on_batch(&found);
        }
        Ok(found)
    }

    /// The answer to one question.
    pub fn answer(&self, question: LocalityQuestion) -> &NullTest {
        match question {
            LocalityQuestion::Local => &self.test.local,
            LocalityQuestion::Diagonal => &self.test.diagonal,
            LocalityQuestion::Global => &self.test.global,
        }
    }

    /// The statistic of one question, in words: `error of Localized LoRA, K = 2, r_block = 2`.
    pub fn statistic(&self, question: LocalityQuestion) -> String {
        let [lora, melora, localized] = &self.test.evaluations;
        let error_of = |one: &Evaluation| {
            let (title, setting) = (one.method().title(), one.settings.describe());
            format!("error of {title}, {setting}")
        };
        match question {
            LocalityQuestion::Local => error_of(localized),
            LocalityQuestion::Global => error_of(lora),
            LocalityQuestion::Diagonal => {
                let blocks = melora.settings.describe_segments();
                format!("share of ‖W‖² on the diagonal blocks, {blocks}")
            }
        }
    }

    /// The statistic in as few words as an axis has room for.
    pub fn short_statistic(question: LocalityQuestion) -> &'static str {
        match question {
            LocalityQuestion::Local => "error of Localized",
            LocalityQuestion::Diagonal => "share on diagonal",
            LocalityQuestion::Global => "error of LoRA",
        }
    }

    /// *More local than chance (z = −6.6, p = 0.0025); least error: Localized LoRA, 0.2119 against
    /// LoRA's 0.2313, both with 224 parameters*.
    pub fn verdict(&self) -> String {
        let draws = self.test.draws();
        if draws < LEAST_DRAWS {
            return format!(
                "Too few draws to tell structure from chance: with {draws} no p is below {}; use at least \
                 {LEAST_DRAWS}",
                label::short(1.0 / (1 + draws) as f64)
            );
        }
        let yes = LocalityQuestion::ALL.into_iter();
        let yes: Vec<LocalityQuestion> = yes
            .filter(|one| self.answer(*one).beyond_chance())
            .collect();
        let found = match yes.as_slice() {
            [] => format!(
                "No more local, diagonal or low-rank than chance ({})",
                self.told(LocalityQuestion::Local)
            ),
            [question] => format!(
                "More {} than chance ({})",
                question.adjective(),
                self.told(*question)
            ),
            several => {
                let told = several.iter();
                let told = told.map(|one| format!("{} ({})", one.adjective(), self.told(*one)));
                format!(
                    "More {} than chance",
                    told.collect::<Vec<_>>().join(" and more ")
                )
            }
        };
        format!("{found}{}", self.least_error())
    }

    /// `z = −6.6, p = 0.0025`.
    pub fn told(&self, question: LocalityQuestion) -> String {
        let test = self.answer(question);
        let z = match test.z() {
            Some(z) => format!("z = {}, ", label::one_decimal(z)),
            None => String::new(),
        };
        format!("{z}p = {}", label::short(test.p()))
    }

    /// The closer one of LoRA and Localized LoRA, which the test does not ask about.
    fn least_error(&self) -> String {
        let [lora, _, localized] = &self.test.evaluations;
        let (better, other) = match compare(localized.error, lora.error) {
            Comparison::Equal => {
                let both = [lora, localized].map(|one| one.method().title());
                return format!("; {}", least_error(&both));
            }
            Comparison::Better => (localized, lora),
            Comparison::Worse => (lora, localized),
        };
        let errors = format!(
            "{} against {}’s {}",
            label::error(better.error),
            other.method().title(),
            label::error(other.error)
        );
        let parameters = match better.params == other.params {
            true => format!("both with {} parameters", label::count(better.params)),
            false => format!(
                "with {} against {} parameters",
                label::count(better.params),
                label::count(other.params)
            ),
        };
        let least = least_error(&[better.method().title()]);
        format!("; {least}, {errors}, {parameters}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Limits, load};

    fn measured(source: &str, settings: &Settings, draws: usize) -> Locality {
        let matrix = load(&source.parse().expect("a source"), &Limits::default())
            .expect("readable")
            .matrix;
        let settings = locality_settings(settings, 0);
        Locality::measure(
            &matrix,
            settings,
            draws,
            &|| ControlFlow::Continue(()),
            &|_| {},
        )
        .expect("fits")
    }

    /// numpy, 1000 draws at K = 2, rank 2: the paper's digit has z = −5.3 against 0.3835 ± 0.0325,
    /// test image 38, where LoRA wins, z = −2.2 against 0.4561 ± 0.0285.
    #[test]
    fn the_digit_is_local_beyond_chance_and_noise_is_not() {
        let digit = measured("mnist:test:1", &Settings::default(), 400);
        let local = &digit.test.local;
        assert!((local.mean() - 0.3835).abs() < 0.005, "{}", local.mean());
        assert!((local.std() - 0.0325).abs() < 0.004, "{}", local.std());
        let z = local.z().expect("spread");
        assert!((z + 5.3).abs() < 0.7, "{z}");
        let verdict = digit.verdict();
        assert!(verdict.starts_with("More local (z = −5."), "{verdict}");
        assert!(verdict.ends_with(
            "; least error: Localized LoRA, 0.2119 against LoRA’s 0.2313, both with 224 parameters"
        ), "{verdict}");
        let other = measured("mnist:test:38", &Settings::default(), 400);
        let z = other.test.local.z().expect("spread");
        assert!((z + 2.2).abs() < 0.4, "{z}");
        let noise = measured("synthetic:noise", &Settings::default(), 200);
        let z = noise.test.local.z().expect("spread");
        assert!(z.abs() < 2.5 && !noise.test.local.beyond_chance(), "{z}");
    }
}
