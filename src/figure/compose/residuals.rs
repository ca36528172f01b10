//! The one colour scale of the residuals of all methods.

use crate::approx::Evaluation;
use crate::figure::{Colors, Gain, ScaleBar, label};

/// Residuals below this share of the largest cell are rounding.
const ROUNDING: f64 = 1e-9;

/// An error out of reach that is rounding.
const REACHED: f64 = 1e-9;

/// Where the one colour scale of residuals ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ResidualScale {
    /// The largest residual that has a colour of its own.
    pub end: f64,
    /// Whether a method has larger ones, which get the last colour.
    pub exceeded: bool,
    gain: Gain,
    letter: &'static str,
}

impl ResidualScale {
    /// One colour scale for the residuals of all methods, so that equal colours are equal errors. It
    /// ends at the largest residual of those whose blocks reach every entry, of all where none does:
    /// a method that leaves entries out would make the others' residuals look like nothing. It never
    /// ends within what rounding leaves, or an exact approximation would have the strongest colours.
    /// A gain ends it so many times earlier. The matrix has a letter and a largest cell.
    pub fn of(
        (letter, largest_cell): (&'static str, f64),
        largest: &[(&Evaluation, f64)],
        gain: Gain,
    ) -> Self {
        let least = ROUNDING * largest_cell;
        let whole = largest
            .iter()
            .filter(|(one, _)| one.out_of_reach <= REACHED);
        let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
        let of_whole = most(&mut whole.map(|(_, value)| *value));
        let of_all = most(&mut largest.iter().map(|(_, value)| *value));
        // Beside exact methods the others are all that is to be seen.
        let end = if of_whole > least { of_whole } else { of_all };
        let end = (end / gain.factor()).max(least);
        Self {
            end,
            exceeded: of_all > end,
            gain,
            letter,
        }
    }

    /// *W − Ŵ*
    fn values(&self) -> String {
        format!("{} − Ŵ", self.letter)
    }

    /// The name of the values on the scale.
    pub fn name(&self) -> String {
        let gain = match self.gain == Gain::default() {
            true => String::new(),
            false => format!(", gain ×{}", self.gain),
        };
        format!("residual {}{gain}", self.values())
    }

    /// The scale as a figure shows it.
    pub fn bar(&self) -> ScaleBar {
        ScaleBar {
            range: (-self.end, self.end),
            colors: Colors::Diverging,
            label: self.name(),
            missing: None,
            whole: false,
        }
    }

    /// What a reader of the colours must know, where residuals are larger than the scale.
    pub fn note(&self) -> Option<String> {
        let end = match self.gain == Gain::default() {
            true => format!(
                "the largest {} of the methods that reach every entry",
                self.values()
            ),
            false => format!("±{} (gain ×{})", label::short(self.end), self.gain),
        };
        self.exceeded.then(|| {
            format!("Error maps: the colours end at {end}; larger errors have the last colour")
        })
    }
}
