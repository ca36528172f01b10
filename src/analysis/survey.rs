//! Surveys: one choice of settings on every image of a data set.

use std::ops::ControlFlow;

use thiserror::Error;

use super::budget::{affordable, compared_at};
use crate::approx::survey::{Survey, survey};
use crate::approx::{FactorError, Method};
use crate::session::Settings;
use crate::source::{Dataset, DigitSet, Limits, Source, Split, Transform, load};

/// Images of a data set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Images {
    /// The data set.
    pub dataset: Dataset,
    /// The half of it.
    pub split: Split,
    /// Only the images of this label.
    pub digit: Option<u8>,
}

impl Images {
    /// The images that are measured beside a matrix of this source: the half of the data set that a
    /// digit is of, or that of MNIST which is named.
    pub fn beside(source: &Source, otherwise: Split) -> Self {
        let (dataset, split) = match source {
            Source::Digit { dataset, split, .. } => (dataset.clone(), *split),
            _ => (Dataset::BuiltIn, otherwise),
        };
        Self {
            dataset,
            split,
            digit: None,
        }
    }

    /// Their places in `set`.
    pub(super) fn indices(&self, set: &DigitSet) -> Result<Vec<usize>, SurveyError> {
        let indices = match self.digit {
            Some(digit) => set.indices_of(digit),
            None => (0..set.count()).collect(),
        };
        match indices.is_empty() {
            false => Ok(indices),
            true => Err(SurveyError::NoImages {
                name: set.name().to_owned(),
                split: set.split(),
                digit: self.digit.unwrap_or_default(),
                classes: set.classes().iter().map(u8::to_string).collect(),
            }),
        }
    }
}

/// Why nothing was measured.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SurveyError {
    /// The budget pays for no method.
    #[error("{0}")]
    Budget(String),
    /// No image has the label.
    #[error("{name} has no {split} image with the label {digit}; choose one of {}", classes.join(", "))]
    NoImages {
        /// The data set.
        name: String,
        /// Its half.
        split: Split,
        /// The label that was asked for.
        digit: u8,
        /// The labels that there are.
        classes: Vec<String>,
    },
    /// An image has a cell that is not finite.
    #[error("{0}")]
    Image(String),
    /// An image could not be factorized, or the work was stopped.
    #[error(transparent)]
    Factor(#[from] FactorError),
}

/// Images that were measured.
#[derive(Clone, Debug)]
pub struct SurveyResult {
    /// The images.
    pub images: Images,
    /// The transform that each went through.
    pub transform: Transform,
    /// The settings as the images took them.
    pub settings: Settings,
    /// Rows and columns of an image.
    pub shape: (usize, usize),
    /// The errors.
    pub survey: Survey,
    /// Remarks on settings that were changed to fit, and on methods that are left out.
    pub remarks: Vec<String>,
}

impl SurveyResult {
    /// The parameters that Localized and LoRA have, where they are equal; else the sentence to say
    /// beside who wins.
    pub fn verdict_at(&self) -> Option<Result<usize, String>> {
        let of = |method: Method| {
            let mut settings = self.survey.settings.iter();
            settings.find(|one| one.method() == method)
        };
        let (rows, cols) = self.shape;
        compared_at([of(Method::Lora)?, of(Method::Localized)?], rows, cols)
    }
}

/// Measures the images of `set` that `images` names, each transformed, at the `wanted` settings as
/// they fit. `on_done` hears how many are finished of how many, and may stop.
///
/// # Errors
/// No image of the label, a budget that pays for nothing, an image that cannot be factorized, *stop*.
pub fn survey_images(
    set: &DigitSet,
    images: &Images,
    transform: Transform,
    wanted: &Settings,
    on_done: &(dyn Fn(usize, usize) -> ControlFlow<()> + Sync),
) -> Result<SurveyResult, SurveyError> {
    let shape = (set.rows(), set.cols());
    let fitted = wanted.fitted(shape.0, shape.1);
    let (methods, left_out) =
        affordable(&fitted.settings, shape.0, shape.1).map_err(SurveyError::Budget)?;
    let indices = images.indices(set)?;
    let survey = survey(
        &indices,
        &|index| transform.apply(&set.matrix(index)),
        &|index| set.label(index),
        &methods,
        &|done| on_done(done, indices.len()),
    )
    .map_err(|error| match error {
        FactorError::NotFinite { .. } => refused(images, &indices).unwrap_or(error.into()),
        other => other.into(),
    })?;
    let mut remarks = fitted.notes();
    remarks.extend(left_out);
    Ok(SurveyResult {
        images: images.clone(),
        transform,
        settings: fitted.settings,
        shape,
        survey,
        remarks,
    })
}

/// The first image with a cell that is not finite, in the words of that image alone as a source.
fn refused(images: &Images, indices: &[usize]) -> Option<SurveyError> {
    indices.iter().find_map(|&index| {
        let image = Source::Digit {
            dataset: images.dataset.clone(),
            split: images.split,
            index,
        };
        let error = load(&image, &Limits::default()).err()?;
        Some(SurveyError::Image(error.to_string()))
    })
}
