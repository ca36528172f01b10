//! What views of a session need beside its analysis, measured before they are drawn.

use super::dataset::{measure, test};
use super::{Failure, approximate, atlas, locality, order};
use crate::analysis::{
    Analysis, FoundOrder, GridSearch, Images, Locality, LocalitySurvey, SurveyResult,
};
use crate::approx::atlas::Atlas;
use crate::source::digits;
use crate::views::{Material, Need, Shown, View};

/// The material of views.
pub(super) struct ViewMaterial<'a> {
    analysis: &'a Analysis,
    /// Analyses of further rows.
    others: Vec<&'a Analysis>,
    grids: Option<GridSearch>,
    survey: Option<SurveyResult>,
    atlas: Option<Atlas>,
    locality: Option<Locality>,
    locality_survey: Option<LocalitySurvey>,
    order: Option<FoundOrder>,
}

impl<'a> ViewMaterial<'a> {
    /// Measures what `views` need, on these images where they are of images.
    pub fn new(
        views: &[&'static View],
        analysis: &'a Analysis,
        images: &Images,
    ) -> Result<Self, Failure> {
        let mut measured = Self {
            analysis,
            others: Vec::new(),
            grids: None,
            survey: None,
            atlas: None,
            locality: None,
            locality_survey: None,
            order: None,
        };
        for view in views {
            measured.add(view, images)?;
        }
        Ok(measured)
    }

    /// This material with further matrices.
    #[must_use]
    pub fn and(mut self, others: Vec<&'a Analysis>) -> Self {
        self.others = others;
        self
    }

    fn add(&mut self, view: &'static View, images: &Images) -> Result<(), Failure> {
        let analysis = self.analysis;
        match view.needs {
            Need::Grids => {
                let settings = &analysis.session.settings;
                self.grids = Some(approximate::grids(&analysis.loaded, settings)?);
            }
            Need::Survey => {
                let set = digits(&images.dataset, images.split)?;
                let transform = analysis.session.transform;
                self.survey = Some(measure(&set, images, transform, &analysis.wanted)?);
            }
            Need::Locality => {
                self.locality = Some(locality::measure(analysis, Shown::of(view).draws)?);
            }
            Need::Atlas => self.atlas = Some(atlas::measure(analysis)?),
            Need::LocalitySurvey => {
                let set = digits(&images.dataset, images.split)?;
                let shown = Shown {
                    images: images.clone(),
                    ..Shown::of(view)
                };
                let transform = analysis.session.transform;
                let tested = test(&set, &shown, transform, &analysis.wanted)?;
                self.locality_survey = Some(tested);
            }
            Need::Order => {
                self.order = Some(order::search(analysis, Shown::of(view).starts)?);
            }
            Need::Nothing | Need::Results | Need::Projections | Need::Run | Need::Runs => {}
        }
        Ok(())
    }

    /// All of it.
    pub fn material(&self) -> Material<'_> {
        Material {
            analysis: Some(self.analysis),
            others: &self.others,
            grids: self.grids.as_ref(),
            survey: self.survey.as_ref(),
            atlas: self.atlas.as_ref(),
            locality: self.locality.as_ref(),
            locality_survey: self.locality_survey.as_ref(),
            order: self.order.as_ref(),
            ..Material::default()
        }
    }
}
