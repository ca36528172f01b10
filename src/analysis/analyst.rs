//! The one engine: reads, fits, factorizes, measures, and keeps what the next session may need.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use nalgebra::DMatrix;

use super::color::{Channels, ColorChannel, ColorPicture, norms};
use super::error::AnalysisError;
use super::listener::{Listener, Stage};
use super::outcome::{MethodResult, Outcome};
use super::picture::{Picture, new_id};
use super::result::{Analysis, Timing};
use crate::approx::channels::{combined, combined_curve};
use crate::approx::curve::CurvePoint;
use crate::approx::metrics::norm;
use crate::approx::{
    BlockLayout, Evaluation, FactorError, Factors, FirstView, Keep, LayoutError, LayoutKind,
    Method, MethodSettings, evaluate,
};
use crate::session::{Session, Settings};
use crate::source::{Limits, LoadedMatrix};

/// Factorizations of this many layouts are kept; the oldest knowledge is forgotten whole.
const LAYOUTS: usize = 24;

/// The layout of the whole matrix as one block.
const WHOLE: LayoutKind = LayoutKind::Grid(1);

/// Triplets of a large matrix that are computed at once.
const TRIPLETS: usize = 64;

/// The least number of triplets of one of its blocks.
const LEAST: usize = 8;

/// Analyses sessions one after the other. What two have in common is computed once: the matrix,
/// its factorization by a layout, a curve, a reconstruction.
#[derive(Debug, Default)]
pub struct Analyst {
    kept: Option<KeptMatrix>,
    factors: HashMap<LayoutKind, Arc<Factors>>,
    /// Those of red, green and blue.
    channels: HashMap<LayoutKind, Channels<Arc<Factors>>>,
    curves: HashMap<(Method, LayoutKind), Arc<Vec<CurvePoint>>>,
    pictures: HashMap<MethodSettings, Arc<Picture>>,
}

/// The matrix at hand.
#[derive(Clone, Debug)]
struct KeptMatrix {
    /// The session that it was read for; its settings do not matter.
    session: Session,
    limits: Limits,
    loaded: Arc<LoadedMatrix>,
    extremes: (f64, f64),
    id: u64,
}

/// Ranks that are computed at once, so that a slider's next ones are there; for every layout as
/// many as cost the same, so that all curves end there.
fn in_steps(keep: Keep, layout: &BlockLayout) -> Keep {
    let (rows, cols) = layout.shape();
    let same = TRIPLETS * (rows + cols) / layout.cost_per_rank().max(1);
    match keep {
        Keep::All => Keep::All,
        Keep::First(rank) => Keep::First(rank.next_multiple_of(same.max(LEAST))),
    }
}

/// One session on its way.
struct Run<'a> {
    kept: KeptMatrix,
    listener: &'a dyn Listener,
    timing: Timing,
}

impl Run<'_> {
    fn factorize(
        &self,
        matrix: &DMatrix<f64>,
        layout: BlockLayout,
        keep: Keep,
    ) -> Result<Factors, AnalysisError> {
        let asked = stages(self.listener, layout.blocks().len());
        Ok(Factors::compute_first(matrix, layout, keep, &asked)?)
    }
}

/// Tells a listener of each of so many blocks.
fn stages(listener: &dyn Listener, of: usize) -> impl Fn() -> ControlFlow<()> + Sync {
    let begun = AtomicUsize::new(0);
    move || {
        // Asked before each block, and perhaps once more within a large one.
        let block = (begun.fetch_add(1, Ordering::Relaxed) + 1).min(of);
        listener.reached(Stage::Factorizing { block, of });
        listener.keep_going()
    }
}

/// ‖W‖ over all channels; of a matrix without them its own, which is known.
fn over_channels(loaded: &LoadedMatrix, own: f64) -> f64 {
    match loaded.channels.as_deref() {
        None => own,
        Some(channels) => norm(channels.iter().flat_map(|channel| channel.iter().copied())),
    }
}

/// The numbers over all channels, and their picture; those of the matrix where it has none.
fn in_colour(
    one: Evaluation,
    loaded: &LoadedMatrix,
    channels: Option<&Channels<Arc<Factors>>>,
) -> Result<(Evaluation, Option<Arc<ColorPicture>>), String> {
    let (Some(factors), Some(matrices)) = (channels, loaded.channels.as_deref()) else {
        return Ok((one, None));
    };
    let [red, green, blue] = factors;
    let measure = |factors: &Factors| {
        evaluate(&factors.spectra, &one.settings).map_err(|error| error.to_string())
    };
    let each = [measure(red)?, measure(green)?, measure(blue)?];
    let norms = norms(factors.each_ref().map(|one| &one.spectra));
    let all = combined(one, &each, &norms);
    let mut at = 0;
    let channels = each.map(|evaluation| {
        let (own, matrix) = (&factors[at], &matrices[at]);
        at += 1;
        let factors = match &evaluation.leaves {
            Some(leaves) => Arc::new(own.of_leaves(matrix, leaves)),
            None => Arc::clone(own),
        };
        ColorChannel {
            factors,
            evaluation,
        }
    });
    Ok((all, Some(Arc::new(ColorPicture::new(channels)))))
}

impl Analyst {
    /// The session's matrix, read unless it is the one at hand.
    ///
    /// # Errors
    /// As [`Session::load`]; *stop* from the listener, which is asked when the matrix is there.
    pub fn load(
        &mut self,
        session: &Session,
        limits: &Limits,
        listener: &dyn Listener,
    ) -> Result<Arc<LoadedMatrix>, AnalysisError> {
        Ok(self.keep(session, limits, listener)?.loaded)
    }

    /// Everything that the session gives; its settings are the wanted ones and are fitted to the
    /// matrix. Cost: one factorization of the matrix for each layout that is not known yet.
    /// Reconstructions are multiplied out by whoever looks at them.
    ///
    /// # Errors
    /// A matrix that cannot be read, a cell that is not finite, a block without verified
    /// factorization, a norm beyond `f64`, or *stop* from the listener.
    pub fn analyse(
        &mut self,
        mut session: Session,
        limits: &Limits,
        listener: &dyn Listener,
    ) -> Result<Analysis, AnalysisError> {
        let before = Instant::now();
        let kept = self.keep(&session, limits, listener)?;
        let timing = Timing {
            load: before.elapsed(),
            ..Timing::default()
        };
        let mut run = Run {
            kept,
            listener,
            timing,
        };
        let (rows, cols) = run.kept.loaded.matrix.shape();
        let fitted = session.settings.fitted(rows, cols);
        let changes = fitted.notes();
        let lora = Keep::First(fitted.settings.lora.rank);
        let wanted = std::mem::replace(&mut session.settings, fitted.settings);
        let whole = self.factors(WHOLE, lora, &mut run)?;
        if !whole.spectra.norm.is_finite() {
            return Err(AnalysisError::Overflow);
        }
        let mut methods = Vec::new();
        for settings in session.settings.shown() {
            methods.push(self.method(settings, &session.settings, &mut run)?);
        }
        self.forget(&session.settings);
        let sigma = whole.spectra.sigma.first().cloned().unwrap_or_default();
        let KeptMatrix {
            loaded,
            extremes,
            id,
            ..
        } = run.kept;
        Ok(Analysis {
            rank: whole.spectra.numerical_rank(0),
            truncated: whole.spectra.truncated(),
            sigma: Arc::new(sigma),
            norm: over_channels(&loaded, whole.spectra.norm),
            range: loaded.pixel_range.unwrap_or(extremes),
            extremes,
            session,
            wanted,
            loaded,
            matrix_id: id,
            methods,
            timing: run.timing,
            changes,
            partial: false,
        })
    }

    /// What a session gives of a matrix that is new and takes a while: its answer from the first
    /// triplets alone, with the curve and the spectrum as far as squares tell them
    /// ([`FirstView`]). It is a step on the way to the answer, which [`Analyst::analyse`] gives.
    ///
    /// # Errors
    /// As [`Analyst::analyse`].
    pub fn first_view(
        &mut self,
        session: &Session,
        limits: &Limits,
        listener: &dyn Listener,
    ) -> Result<Option<Analysis>, AnalysisError> {
        let kept = self.keep(session, limits, listener)?;
        let is_known = self.factors.contains_key(&WHOLE);
        let is_worth = FirstView::is_worth(&kept.loaded.matrix);
        if is_known || !is_worth || kept.loaded.channels.is_some() {
            return Ok(None);
        }
        let seen = self.seen_first(session, &kept.loaded.matrix, (limits, listener));
        self.forget_parts();
        seen
    }

    fn seen_first(
        &mut self,
        session: &Session,
        matrix: &DMatrix<f64>,
        (limits, listener): (&Limits, &dyn Listener),
    ) -> Result<Option<Analysis>, AnalysisError> {
        let (rows, cols) = matrix.shape();
        let fitted = session.settings.fitted(rows, cols);
        let shown = fitted.settings.shown();
        let lora = (WHOLE, Keep::First(fitted.settings.lora.rank));
        let needs = |one: &MethodSettings| (one.layout().canonical(), one.configured().needs());
        let mut sigma = Vec::new();
        for (kind, keep) in std::iter::once(lora).chain(shown.iter().map(needs)) {
            if self.factors.contains_key(&kind) {
                continue;
            }
            let layout = BlockLayout::new(rows, cols, kind)?;
            let Keep::First(count) = in_steps(keep, &layout) else {
                continue;
            };
            let asked = stages(listener, layout.blocks().len());
            let view = match FirstView::of(matrix, &layout, count, &asked)? {
                Some(view) => view,
                None if kind == WHOLE => return Ok(None),
                None => continue,
            };
            if kind == WHOLE {
                sigma = view.spectra.sigma.first().cloned().unwrap_or_default();
            }
            let of_layout = |one: &&MethodSettings| one.layout().canonical() == kind;
            for settings in shown.iter().filter(of_layout) {
                let curve = Arc::new(settings.configured().curve(&view.spectra));
                self.curves.insert((settings.method(), kind), curve);
            }
            self.factors.insert(kind, Arc::new(view.factors));
        }
        let seen = self.analyse(session.clone(), limits, listener)?;
        Ok(Some(Analysis {
            sigma: Arc::new(sigma),
            partial: true,
            ..seen
        }))
    }

    /// Forgets what first views left: only whole factorizations are kept of such a matrix.
    fn forget_parts(&mut self) {
        self.factors.retain(|_, factors| factors.holds(Keep::All));
        let known = &self.factors;
        self.curves.retain(|(_, kind), _| known.contains_key(kind));
        let is_known = |one: &MethodSettings| known.contains_key(&one.layout().canonical());
        self.pictures.retain(|settings, _| is_known(settings));
    }

    fn keep(
        &mut self,
        session: &Session,
        limits: &Limits,
        listener: &dyn Listener,
    ) -> Result<KeptMatrix, AnalysisError> {
        let same = |kept: &&KeptMatrix| kept.session.same_matrix(session) && kept.limits == *limits;
        if let Some(kept) = self.kept.as_ref().filter(same) {
            return Ok(kept.clone());
        }
        let loaded = Arc::new(session.load(limits)?);
        if listener.keep_going().is_break() {
            return Err(FactorError::Stopped.into());
        }
        self.factors.clear();
        self.channels.clear();
        self.curves.clear();
        self.pictures.clear();
        let kept = KeptMatrix {
            session: session.clone(),
            limits: *limits,
            extremes: (loaded.matrix.min(), loaded.matrix.max()),
            loaded,
            id: new_id(),
        };
        self.kept = Some(kept.clone());
        Ok(kept)
    }

    fn factors(
        &mut self,
        kind: LayoutKind,
        keep: Keep,
        run: &mut Run<'_>,
    ) -> Result<Arc<Factors>, AnalysisError> {
        let kind = kind.canonical();
        if let Some(known) = self.factors.get(&kind).filter(|known| known.holds(keep)) {
            return Ok(Arc::clone(known));
        }
        let (rows, cols) = run.kept.loaded.matrix.shape();
        let layout = BlockLayout::new(rows, cols, kind)?;
        let keep = in_steps(keep, &layout);
        // A curve ends where the spectrum does.
        self.curves.retain(|(_, of), _| *of != kind);
        let before = Instant::now();
        let matrix = &run.kept.loaded.matrix;
        let factors = Arc::new(run.factorize(matrix, layout, keep)?);
        run.timing.factorize += before.elapsed();
        self.factors.insert(kind, Arc::clone(&factors));
        Ok(factors)
    }

    /// The factors of red, green and blue; nothing for a matrix without them.
    fn channels(
        &mut self,
        kind: LayoutKind,
        run: &mut Run<'_>,
    ) -> Result<Option<Channels<Arc<Factors>>>, AnalysisError> {
        let kind = kind.canonical();
        let Some([red, green, blue]) = run.kept.loaded.channels.as_deref() else {
            return Ok(None);
        };
        if let Some(known) = self.channels.get(&kind) {
            return Ok(Some(known.clone()));
        }
        let before = Instant::now();
        let of = |matrix: &DMatrix<f64>| {
            let layout = BlockLayout::new(matrix.nrows(), matrix.ncols(), kind)?;
            run.factorize(matrix, layout, Keep::All)
        };
        let made = [
            Arc::new(of(red)?),
            Arc::new(of(green)?),
            Arc::new(of(blue)?),
        ];
        run.timing.factorize += before.elapsed();
        self.channels.insert(kind, made.clone());
        Ok(Some(made))
    }

    /// One method: its curve in any case, and what its setting gives or why it gives nothing.
    fn method(
        &mut self,
        settings: MethodSettings,
        all: &Settings,
        run: &mut Run<'_>,
    ) -> Result<MethodResult, AnalysisError> {
        let (factors, evaluated) = self.evaluated(&settings, run)?;
        let (built_in, by_faer) = factors.backends();
        run.timing.backends.0 += built_in;
        run.timing.backends.1 += by_faer;
        let loaded = &run.kept.loaded;
        let (rows, cols) = loaded.matrix.shape();
        let evaluation = match all.unaffordable(rows, cols, &settings) {
            Some(sentence) => Err(sentence),
            None => evaluated.map_err(|error| error.to_string()),
        };
        let channels = self.channels(settings.layout(), run)?;
        let loaded = &run.kept.loaded;
        let curve = self.curve(&settings, &factors, channels.as_ref());
        let evaluation = evaluation.and_then(|one| in_colour(one, loaded, channels.as_ref()));
        let outcome = evaluation.map(|(evaluation, color)| {
            let picture = || {
                let ranks = evaluation.ranks.clone();
                let used = match &evaluation.leaves {
                    Some(leaves) => Arc::new(factors.of_leaves(&loaded.matrix, leaves)),
                    None => Arc::clone(&factors),
                };
                Arc::new(Picture::new(Arc::clone(loaded), used, ranks))
            };
            let known = self.pictures.entry(settings.clone());
            let picture = Arc::clone(known.or_insert_with(picture));
            Outcome {
                evaluation,
                factors: picture.factors(),
                picture,
                color,
            }
        });
        Ok(MethodResult {
            settings,
            curve,
            outcome,
        })
    }

    /// What a setting gives, with as many triplets as it takes.
    fn evaluated(
        &mut self,
        settings: &MethodSettings,
        run: &mut Run<'_>,
    ) -> Result<(Arc<Factors>, Result<Evaluation, LayoutError>), AnalysisError> {
        let mut keep = settings.configured().needs();
        loop {
            let factors = self.factors(settings.layout(), keep, run)?;
            match evaluate(&factors.spectra, settings) {
                Err(LayoutError::Truncated { kept }) => keep = Keep::First(2 * kept),
                evaluated => return Ok((factors, evaluated)),
            }
        }
    }

    fn curve(
        &mut self,
        settings: &MethodSettings,
        factors: &Factors,
        channels: Option<&Channels<Arc<Factors>>>,
    ) -> Arc<Vec<CurvePoint>> {
        let kind = settings.layout().canonical();
        let of = |factors: &Factors| settings.configured().curve(&factors.spectra);
        let made = || {
            Arc::new(match channels {
                None => of(factors),
                Some(all) => {
                    let each = all.each_ref().map(|one| of(one));
                    combined_curve(&each, &norms(all.each_ref().map(|one| &one.spectra)))
                }
            })
        };
        let known = self.curves.entry((settings.method(), kind));
        Arc::clone(known.or_insert_with(made))
    }

    /// Keeps memory bounded: only the reconstructions in view, and a limited number of layouts.
    fn forget(&mut self, settings: &Settings) {
        let shown = settings.shown();
        self.pictures.retain(|known, _| shown.contains(known));
        if self.factors.len() > LAYOUTS {
            let wanted: Vec<_> = shown.iter().map(|s| s.layout().canonical()).collect();
            let keep = |kind: &LayoutKind| *kind == WHOLE || wanted.contains(kind);
            self.factors.retain(|kind, _| keep(kind));
            self.channels.retain(|kind, _| keep(kind));
            self.curves.retain(|(_, kind), _| keep(kind));
        }
    }
}
