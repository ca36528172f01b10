//! Display settings of results.

use serde::{Deserialize, Serialize};

use crate::figure::Gain;
use crate::figure::palette::ColorMap;
use crate::source::Split;
use crate::views::{View, approximation, error_curve, singular_values};

/// The display settings of a session's results. The colours and the error maps are those of figures
/// too; the rest is the window's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DisplaySettings {
    /// The views of a matrix or of images, from first to last: the panes, the curve, the plot
    /// beside it.
    #[serde(with = "keys")]
    pub views: Vec<&'static View>,
    /// Residuals instead of reconstructions.
    pub error_maps: bool,
    /// The gain of their colours.
    pub error_gain: Gain,
    /// Colours of the matrix.
    pub colors: ColorMap,
    /// Whether block lines are drawn.
    pub block_lines: bool,
    /// Whether errors are drawn on a logarithmic axis.
    pub log_error: bool,
    /// Whether parameters are; as the figure has it where nothing was chosen.
    pub log_parameters: Option<bool>,
    /// The half of the data set that is shown and measured beside a matrix of another source.
    pub split: Split,
}

impl Default for DisplaySettings {
    fn default() -> Self {
        Self {
            views: vec![
                &approximation::VIEW,
                &error_curve::VIEW,
                &singular_values::VIEW,
            ],
            error_maps: false,
            error_gain: Gain::default(),
            colors: ColorMap::default(),
            block_lines: true,
            log_error: false,
            log_parameters: None,
            split: Split::Test,
        }
    }
}

/// Views by their keys.
mod keys {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::views::{ALL, View};

    pub(super) fn serialize<S: Serializer>(
        views: &[&'static View],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let keys = views.iter().map(|view| view.key);
        keys.collect::<Vec<_>>().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<&'static View>, D::Error> {
        let keys = Vec::<String>::deserialize(from)?;
        let view = |key: &String| {
            let mut known = ALL.into_iter();
            let found = known.find(|view| view.key == key && view.is_panel());
            found.ok_or_else(|| D::Error::custom("a view that does not exist"))
        };
        keys.iter().map(view).collect()
    }
}
