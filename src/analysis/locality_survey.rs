//! The locality test on every image of a data set: on how many is the answer yes?

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use nalgebra::DMatrix;
use rayon::prelude::*;

use super::locality::{LocalityQuestion, locality_settings};
use super::survey::{Images, SurveyError};
use crate::approx::FactorError;
use crate::approx::locality::{LocalitySettings, LocalityTest};
use crate::figure::label;
use crate::session::Settings;
use crate::source::{DigitSet, Transform};

/// How many draws an image gets unless told otherwise: just enough for an answer at 1 %.
pub const SURVEY_DRAWS: usize = 99;

/// Draws between two looks whether the answers are clear.
const BATCH: usize = 11;

/// The answers over a data set.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalitySurvey {
    /// The images.
    pub images: Images,
    /// The transform that each went through.
    pub transform: Transform,
    /// The settings as the images took them.
    pub settings: Settings,
    /// Grid, ranks and seed of the tests.
    pub asked: LocalitySettings,
    /// Draws of each image at most.
    pub draws: usize,
    /// Label of each image.
    pub labels: Vec<u8>,
    /// The answers to [`LocalityQuestion::ALL`] for each image.
    pub answers: Vec<[bool; 3]>,
    /// Remarks on settings that were changed to fit.
    pub remarks: Vec<String>,
}

/// The images of one label, or all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelShares {
    /// The label; none for all.
    pub label: Option<u8>,
    /// The number of images.
    pub count: usize,
    /// The share of them with the answer yes, question by question.
    pub shares: [f64; 3],
}

/// Tests the images of `set` that `images` names, each transformed, at the `wanted` settings as they
/// fit, with so many draws of a seed. `on_done` hears how many are finished of how many, and may stop.
/// Cost: as many draws as leave an answer open, on all cores.
///
/// # Errors
/// No image of the label, an image that cannot be factorized, *stop*.
pub fn survey_locality(
    set: &DigitSet,
    images: &Images,
    transform: Transform,
    wanted: &Settings,
    (draws, seed): (usize, u64),
    on_done: &(dyn Fn(usize, usize) -> ControlFlow<()> + Sync),
) -> Result<LocalitySurvey, SurveyError> {
    let fitted = wanted.fitted(set.rows(), set.cols());
    let asked = locality_settings(&fitted.settings, seed);
    let indices = images.indices(set)?;
    let (done, of) = (AtomicUsize::new(0), indices.len());
    let answers = indices.par_iter().map(|index| {
        let found = answers(&transform.apply(&set.matrix(*index)), asked, draws)?;
        match on_done(done.fetch_add(1, Ordering::Relaxed) + 1, of) {
            ControlFlow::Continue(()) => Ok(found),
            ControlFlow::Break(()) => Err(FactorError::Stopped),
        }
    });
    Ok(LocalitySurvey {
        answers: answers.collect::<Result<Vec<_>, FactorError>>()?,
        labels: indices.iter().map(|index| set.label(*index)).collect(),
        images: images.clone(),
        transform,
        remarks: fitted.notes(),
        settings: fitted.settings,
        asked,
        draws,
    })
}

/// The three answers of one matrix; draws end when all are no.
fn answers(
    matrix: &DMatrix<f64>,
    asked: LocalitySettings,
    draws: usize,
) -> Result<[bool; 3], FactorError> {
    let mut test = LocalityTest::new(matrix, asked)?;
    let open = |test: &LocalityTest| {
        let tests = [&test.local, &test.diagonal, &test.global];
        tests.map(|one| one.may_be_beyond(draws))
    };
    while test.draws() < draws && open(&test).contains(&true) {
        let more = BATCH.min(draws - test.draws());
        test.draw(more, &|| ControlFlow::Continue(()))?;
    }
    Ok(open(&test))
}

impl LocalitySurvey {
    /// The shares of each label, then of all images.
    pub fn by_label(&self) -> Vec<LabelShares> {
        let mut labels = self.labels.clone();
        labels.sort_unstable();
        labels.dedup();
        let labels = labels.into_iter().map(Some).chain([None]);
        labels.map(|label| self.of(label)).collect()
    }

    fn of(&self, label: Option<u8>) -> LabelShares {
        let images = self.labels.iter().zip(&self.answers);
        let chosen = images.filter(|(one, _)| label.is_none_or(|label| **one == label));
        let (mut count, mut yes) = (0, [0_usize; 3]);
        for (_, answers) in chosen {
            count += 1;
            for (yes, answer) in yes.iter_mut().zip(answers) {
                *yes += usize::from(*answer);
            }
        }
        LabelShares {
            label,
            count,
            shares: yes.map(|yes| yes as f64 / count.max(1) as f64),
        }
    }

    /// *Beyond chance at 1 %: local 71.2 %, diagonal 12.0 %, low-rank 99.8 % of 10,000 images*.
    pub fn sentence(&self) -> String {
        let all = self.of(None);
        let told = LocalityQuestion::ALL.into_iter().zip(all.shares);
        let told = told
            .map(|(question, share)| format!("{} {}", question.adjective(), label::percent(share)));
        let told: Vec<String> = told.collect();
        format!(
            "Beyond chance at 1 %: {} of {} images",
            told.join(", "),
            label::count(all.count)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Locality;
    use crate::source::{SyntheticKind, SyntheticSettings, synthesize};

    /// What ends early answers as what does not.
    #[test]
    fn draws_that_are_left_out_change_no_answer() {
        let settings = Settings::default();
        for kind in SyntheticKind::ALL {
            let matrix = synthesize(&SyntheticSettings::new(kind)).expect("a matrix");
            let asked = locality_settings(&settings, 5);
            let go_on = || ControlFlow::Continue(());
            let whole = Locality::measure(&matrix, asked, SURVEY_DRAWS, &go_on, &|_| {});
            let whole = whole.expect("fits");
            let expected = LocalityQuestion::ALL.map(|one| whole.answer(one).beyond_chance());
            let found = answers(&matrix, asked, SURVEY_DRAWS).expect("fits");
            assert_eq!(found, expected, "{kind}");
        }
    }

    #[test]
    fn shares_are_counted_label_by_label() {
        let survey = LocalitySurvey {
            images: Images::default(),
            transform: Transform::default(),
            settings: Settings::default(),
            asked: locality_settings(&Settings::default(), 0),
            draws: 99,
            labels: vec![1, 0, 1, 1],
            answers: vec![
                [true, false, true],
                [false; 3],
                [true; 3],
                [false, false, true],
            ],
            remarks: Vec::new(),
        };
        let found = survey.by_label();
        let shares = |label| {
            found
                .iter()
                .find(|one| one.label == label)
                .expect("there")
                .shares
        };
        assert_eq!(shares(Some(0)), [0.0; 3]);
        assert_eq!(shares(None), [0.5, 0.25, 0.75]);
        assert_eq!(shares(Some(1))[2], 1.0);
        assert_eq!(found.len(), 3);
    }
}
