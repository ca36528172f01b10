//! One session, computed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::budget::{Expense, left_out, not_matched, refused};
use super::listener::{Listener, Stage};
use super::notes::{notes, truncation};
use super::outcome::{MethodResult, Outcome};
use crate::approx::{Evaluation, Method, MethodSettings, TruncatedSpectrum};
use crate::figure::label;
use crate::session::{Session, Settings};
use crate::source::LoadedMatrix;

/// Everything that one session gives.
#[derive(Debug)]
pub struct Analysis {
    /// The session that was computed; its settings fit the matrix.
    pub session: Session,
    /// The settings that were wanted.
    pub wanted: Settings,
    /// The matrix and what is known of it.
    pub loaded: Arc<LoadedMatrix>,
    /// Names the matrix: equal ids mean equal cells.
    pub matrix_id: u64,
    /// The values at the ends of the colour scale.
    pub range: (f64, f64),
    /// The smallest and the largest cell.
    pub extremes: (f64, f64),
    /// ‖W‖, of a picture in colour over all channels.
    pub norm: f64,
    /// Singular values of the whole matrix.
    pub sigma: Arc<Vec<f64>>,
    /// Numerical rank (III.A); where the spectrum is truncated, a lower bound.
    pub rank: usize,
    /// What is known of the whole matrix's spectrum, where it is truncated.
    pub truncated: Option<TruncatedSpectrum>,
    /// The methods in view.
    pub methods: Vec<MethodResult>,
    /// The time that this answer took.
    pub timing: Timing,
    /// Settings that were changed to fit the matrix, one sentence each.
    pub changes: Vec<String>,
    /// Whether it is a step on the way to the answer: with fewer terms than its settings say, or a first
    /// view of a large matrix.
    pub partial: bool,
}

/// The time that each step took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timing {
    /// Reading the source, zero when it was kept.
    pub load: Duration,
    /// Factorizing what was not known yet.
    pub factorize: Duration,
    /// Truncating and multiplying out.
    pub reconstruct: Duration,
    /// Blocks factorized by the built-in SVD and by faer, over all layouts in view.
    pub backends: (usize, usize),
}

impl Analysis {
    /// This matrix and session on its way, with these results.
    pub(super) fn with_methods(&self, methods: impl Iterator<Item = MethodResult>) -> Self {
        Self {
            session: self.session.clone(),
            wanted: self.wanted.clone(),
            loaded: Arc::clone(&self.loaded),
            matrix_id: self.matrix_id,
            range: self.range,
            extremes: self.extremes,
            norm: self.norm,
            sigma: Arc::clone(&self.sigma),
            rank: self.rank,
            truncated: self.truncated,
            methods: methods.collect(),
            timing: self.timing,
            changes: self.changes.clone(),
            partial: true,
        }
    }

    /// Rows and columns of the matrix.
    pub fn shape(&self) -> (usize, usize) {
        self.loaded.matrix.shape()
    }

    /// Into how many channels the entries fall: three of a picture in colour, else one.
    pub fn channels(&self) -> usize {
        if self.loaded.channels.is_some() { 3 } else { 1 }
    }

    /// A setting in words: of a picture in colour its budget is for each channel.
    pub fn describe(&self, settings: &MethodSettings) -> String {
        settings.describe_over(self.channels())
    }

    /// The entries that are approximated, over all channels.
    pub fn entries(&self) -> usize {
        self.loaded.matrix.len() * self.channels()
    }

    /// The name of the matrix, with its label and its transform.
    pub fn name(&self) -> String {
        self.session.title(&self.loaded.labelled_name())
    }

    /// The letter of the matrix: that of an update where it is one, or a difference.
    pub fn letter(&self) -> &'static str {
        match self.loaded.is_update || self.session.subtract.is_some() {
            true => "ΔW",
            false => "W",
        }
    }

    /// The numerical rank, or what is known of it.
    pub fn rank_words(&self) -> String {
        let rank = match self.truncated {
            None => self.rank.to_string(),
            Some(_) => format!("at least {}", self.rank),
        };
        match self.channels() {
            1 => rank,
            _ => format!("{rank} (luminance)"),
        }
    }

    /// One line about the matrix.
    pub fn heading(&self) -> String {
        let (rows, cols) = self.shape();
        format!(
            "{}: {rows} × {cols}, rank {}, norm {}",
            self.name(),
            self.rank_words(),
            label::short(self.norm)
        )
    }

    /// The session as the user asked for it.
    pub fn asked(&self) -> Session {
        Session {
            settings: self.wanted.clone(),
            ..self.session.clone()
        }
    }

    /// The results of each method that has some.
    pub fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.results().map(|(_, outcome)| outcome)
    }

    /// The methods that gave something, with what came out.
    pub fn results(&self) -> impl Iterator<Item = (&MethodResult, &Outcome)> {
        let results = self.methods.iter();
        results.filter_map(|method| Some((method, method.outcome.as_ref().ok()?)))
    }

    /// The numbers of the methods that gave something.
    pub fn evaluations(&self) -> Vec<&Evaluation> {
        self.outcomes().map(|one| &one.evaluation).collect()
    }

    /// The results of one method, if it is in view and has some.
    pub fn outcome_of(&self, method: Method) -> Option<&Outcome> {
        let mut outcomes = self.outcomes();
        outcomes.find(|one| one.evaluation.method() == method)
    }

    /// The expense of each method under one budget, also of one that gets nothing for it; nothing where
    /// ranks are set one by one.
    pub fn spending(&self) -> Vec<Expense> {
        let settings = &self.session.settings;
        if settings.matched.is_none() || self.partial {
            return Vec::new();
        }
        // A setting is for one channel; what is told is of all.
        let all = self.channels();
        let spent = |one: &MethodResult| Expense {
            method: one.settings.method(),
            share: all.saturating_mul(settings.share_of_budget(one.settings.method())),
            params: one.outcome.as_ref().map_or(0, |it| it.evaluation.spent),
        };
        self.methods.iter().map(spent).collect()
    }

    /// Why methods are missing. A budget may be too small for one method and not for another: that
    /// one is left out.
    ///
    /// # Errors
    /// Why there is nothing to show: no method gave anything, or one whose own setting is wrong.
    pub fn left_out(&self) -> Result<Vec<String>, String> {
        let failed = self.methods.iter().filter_map(|one| {
            let why = one.outcome.as_ref().err()?;
            Some((one.settings.method(), why.as_str()))
        });
        let failed: Vec<_> = failed.collect();
        let nothing = failed.len() == self.methods.len();
        match failed.first() {
            Some((method, why)) if nothing || self.session.settings.matched.is_none() => {
                Err(refused(*method, why))
            }
            _ => Ok(failed.iter().map(|(of, why)| left_out(*of, why)).collect()),
        }
    }

    /// The notes on every method, and whether the one budget is matched; none on a step, which has not
    /// spent what it may.
    pub fn notes(&self) -> Vec<String> {
        self.notes_on(&|_| true)
    }

    /// The notes on some of the methods, such as those that a figure shows.
    pub fn notes_on(&self, shown: &dyn Fn(Method) -> bool) -> Vec<String> {
        if self.partial {
            return Vec::new();
        }
        let settings = &self.session.settings;
        let outcomes = || self.outcomes().filter(|one| shown(one.evaluation.method()));
        let of_methods = outcomes().flat_map(|one| notes(&one.evaluation, settings));
        let of_methods = of_methods.chain(outcomes().filter_map(truncation));
        let mut spending = self.spending();
        spending.retain(|spent| shown(spent.method));
        of_methods.chain(not_matched(&spending)).collect()
    }

    /// Multiplies out what would otherwise be when somebody looks, and takes the time.
    pub fn multiply_out(&mut self, listener: &dyn Listener) {
        let before = Instant::now();
        for outcome in self.outcomes() {
            listener.reached(Stage::Multiplying);
            outcome.residual();
            outcome.channels();
        }
        self.timing.reconstruct = before.elapsed();
    }
}
