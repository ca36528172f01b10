//! The atlas of a session, and what it comes to in words.

use std::ops::ControlFlow;

use nalgebra::DMatrix;

use super::budget::localized_parameters;
use crate::approx::atlas::{Atlas, AtlasEntry, Fineness, atlas};
use crate::approx::metrics::{Comparison, TIE, compare};
use crate::approx::{Evaluation, FactorError, Method};
use crate::figure::label;
use crate::session::Settings;

/// Everything that decides what an atlas shows, beside the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtlasSettings {
    /// Parameters that each structure may spend.
    pub budget: usize,
    /// Whether its structure bits count among them, as numbers of 32.
    pub charged: bool,
}

impl AtlasSettings {
    /// Those of `settings`, which fit a matrix of `rows × cols`: the one budget, or else what
    /// Localized costs.
    pub fn of(settings: &Settings, rows: usize, cols: usize) -> Self {
        Self {
            budget: match settings.matched {
                Some(_) => settings.share_of_budget(Method::Lora),
                None => localized_parameters(settings, rows, cols),
            },
            charged: settings.charge_structure,
        }
    }

    /// Measures every structure; `on_layout` hears how many layouts are done of how many, and may
    /// stop.
    ///
    /// # Errors
    /// As [`atlas`].
    pub fn measure(
        self,
        matrices: &[DMatrix<f64>],
        on_layout: &(dyn Fn(usize, usize) -> ControlFlow<()> + Sync),
    ) -> Result<Atlas, FactorError> {
        atlas(matrices, self.budget, self.charged, on_layout)
    }
}

impl Atlas {
    /// *Closest within 224 parameters: Quad-tree, 0.0246 and 213 structure bits. The paper's closest is
    /// Localized LoRA, 0.2119 (K = 2, r_block = 2)*.
    pub fn sentence(&self) -> String {
        let budget = self.budget_words();
        let budget = match self.charged {
            true => format!("{budget} with structure bits"),
            false => budget,
        };
        let Some(best) = self.entries.first() else {
            return format!("No structure fits in {budget}; increase the budget");
        };
        let exact = self
            .entries
            .iter()
            .filter(|one| one.evaluation.error <= TIE);
        let exact: Vec<&str> = exact.map(|one| one.evaluation.method().title()).collect();
        if exact.len() > 1 {
            return format!("Exact within {budget}: {}", exact.join(", "));
        }
        let told = |one: &AtlasEntry| {
            let one = &one.evaluation;
            let bits = match one.structure_bits {
                0 => String::new(),
                bits => format!(" and {} structure bits", label::count(bits)),
            };
            let (title, error) = (one.method().title(), label::error(one.error));
            format!("{title}, {error}{bits}")
        };
        let paper = [Method::Lora, Method::Melora, Method::Localized];
        let mut of_paper = self.entries.iter();
        let of_paper = of_paper.find(|one| paper.contains(&one.evaluation.method()));
        let rest = of_paper.filter(|one| !std::ptr::eq(*one, best)).map(|one| {
            let setting = one.evaluation.describe();
            format!(". The paper’s closest is {} ({setting})", told(one))
        });
        format!(
            "Closest within {budget}: {}{}",
            told(best),
            rest.unwrap_or_default()
        )
    }

    /// *224 parameters*, and of a picture in colour *224 parameters per channel*.
    fn budget_words(&self) -> String {
        let each = if self.channels > 1 {
            " per channel"
        } else {
            ""
        };
        label::parameters(self.budget) + each
    }

    /// The structures that are best as LoRA: in one block of its rank.
    fn like_lora(&self) -> Vec<&'static str> {
        let all = self.entries.iter().map(|one| &one.evaluation);
        let Some(lora) = all.clone().find(|one| one.method() == Method::Lora) else {
            return Vec::new();
        };
        let same = |one: &&Evaluation| {
            one.method() != Method::Lora
                && one.ranks.iter().filter(|rank| **rank > 0).count() == 1
                && one.params == lora.params
                && compare(one.error, lora.error) == Comparison::Equal
        };
        all.filter(same).map(|one| one.method().title()).collect()
    }

    /// What must be known to read the numbers, one sentence each.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let tried = match self.fineness {
            Fineness::Every => None,
            Fineness::Round => Some("1, 2, 3, 4, 6, 8, 12, 16 … and the divisors of the sides"),
            Fineness::Coarse => Some("the powers of two, and divisors at least four times apart"),
        };
        if let Some(tried) = tried {
            remarks.push(format!(
                "The matrix is too large to try every setting; the numbers of segments tried are {tried}"
            ));
        }
        let like_lora = self.like_lora();
        if !like_lora.is_empty() {
            remarks.push(format!(
                "Best as a single block, which is LoRA itself: {}",
                like_lora.join(", ")
            ));
        }
        let missing: Vec<&str> = self.missing.iter().map(|one| one.title()).collect();
        if !missing.is_empty() && !self.entries.is_empty() {
            remarks.push(format!(
                "Not within {}: {}",
                self.budget_words(),
                missing.join(", ")
            ));
        }
        remarks
    }
}

impl AtlasEntry {
    /// Shows the structure with these settings, on its own budget.
    pub fn choose(&self, settings: &mut Settings) {
        let chosen = self.evaluation.settings.clone();
        if let Some(shown) = settings.switch(chosen.method()) {
            *shown = true;
        }
        settings.matched = None;
        settings.set(chosen);
    }
}
