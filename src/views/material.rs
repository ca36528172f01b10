//! The material that views are made of.

use crate::analysis::{
    Analysis, FoundOrder, GridSearch, Locality, LocalitySurvey, Scan, SurveyResult,
};
use crate::approx::atlas::Atlas;
use crate::experiment::Projections;
use crate::figure::compose::MapColumn;
use crate::finetune::{Inspection, Results};

/// The results at hand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Material<'a> {
    /// The results of a session.
    pub analysis: Option<&'a Analysis>,
    /// The results of the same settings on other matrices, for further rows of reconstructions.
    pub others: &'a [&'a Analysis],
    /// The results of its settings on a data set.
    pub survey: Option<&'a SurveyResult>,
    /// Every grid at the session's budget.
    pub grids: Option<&'a GridSearch>,
    /// Every structure at its best within the session's budget.
    pub atlas: Option<&'a Atlas>,
    /// The locality test at the session's settings.
    pub locality: Option<&'a Locality>,
    /// The locality test on the images of a data set.
    pub locality_survey: Option<&'a LocalitySurvey>,
    /// The search for an order at the session's settings.
    pub order: Option<&'a FoundOrder>,
    /// What a sweep gave.
    pub results: Option<&'a Results>,
    /// A scanned model, and the column that colours its map.
    pub scan: Option<(&'a Scan, MapColumn)>,
    /// Projections of full fine-tuning's updates.
    pub projections: Option<&'a Projections>,
    /// Runs that were looked into.
    pub runs: &'a [&'a Inspection],
    /// Rows and columns of the images that runs were trained on.
    pub image: [usize; 2],
}

impl<'a> Material<'a> {
    /// The analysis, of which every method that is not left out gave something.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn analysis(&self) -> Result<&'a Analysis, String> {
        let analysis = self.computed()?;
        analysis.left_out()?;
        Ok(analysis)
    }

    /// The analysis, whatever its methods gave.
    ///
    /// # Errors
    /// That there is none.
    pub(super) fn computed(&self) -> Result<&'a Analysis, String> {
        let none = "nothing has been computed yet; open a matrix first";
        self.analysis.ok_or_else(|| none.to_owned())
    }

    pub(super) fn survey(&self) -> Result<&'a SurveyResult, String> {
        let survey = self.survey;
        survey.ok_or_else(|| {
            "the data set has not been measured at these settings; save again".to_owned()
        })
    }

    pub(super) fn grids(&self) -> Result<&'a GridSearch, String> {
        let grids = self.grids;
        grids.ok_or_else(|| "the grids have not been tried at this budget; save again".to_owned())
    }

    pub(super) fn atlas(&self) -> Result<&'a Atlas, String> {
        let atlas = self.atlas;
        atlas.ok_or_else(|| {
            "the structures have not been tried at this budget; save again".to_owned()
        })
    }

    pub(super) fn locality(&self) -> Result<&'a Locality, String> {
        let locality = self.locality;
        locality.ok_or_else(|| "the locality test has not been made; save again".to_owned())
    }

    pub(super) fn locality_survey(&self) -> Result<&'a LocalitySurvey, String> {
        let survey = self.locality_survey;
        survey.ok_or_else(|| {
            "the images have not been tested at these settings; save again".to_owned()
        })
    }

    pub(super) fn order(&self) -> Result<&'a FoundOrder, String> {
        let order = self.order;
        order.ok_or_else(|| "no order has been looked for; save again".to_owned())
    }

    pub(super) fn results(&self) -> Result<&'a Results, String> {
        let results = self.results;
        results.ok_or_else(|| "nothing to export yet; press Run first".to_owned())
    }

    pub(super) fn scan(&self) -> Result<(&'a Scan, MapColumn), String> {
        let scan = self.scan;
        scan.ok_or_else(|| "no model has been scanned; scan one first".to_owned())
    }

    pub(super) fn projections(&self) -> Result<&'a Projections, String> {
        let projections = self.projections;
        projections.ok_or_else(|| "nothing has been projected yet; choose Projections above the plots and press Project".to_owned())
    }

    pub(super) fn runs(&self) -> Result<&'a [&'a Inspection], String> {
        match self.runs {
            [] => Err("no run is selected; click a point or a row first".to_owned()),
            runs => Ok(runs),
        }
    }
}
