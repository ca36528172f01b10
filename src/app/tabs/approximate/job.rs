//! What the Approximate tab asks of its worker, and the answer: everything that it draws.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use nalgebra::DMatrix;

use crate::app::worker::Reply;
use crate::approx::curve::{CurvePoint, adaptive_curve, uniform_curve};
use crate::approx::{
    BlockLayout, Evaluation, FactorError, Factors, LayoutKind, MethodSettings, evaluate,
    reconstruct,
};
use crate::session::{Session, Settings};
use crate::source::{self, Limits, Loaded, Source, SourceError, Transform};

/// Everything that one session gives.
#[derive(Debug)]
pub struct Analysis {
    /// The session that was computed; its settings fit the matrix.
    pub session: Session,
    /// The matrix and what is known of it.
    pub loaded: Arc<Loaded>,
    /// Names the matrix: equal ids mean equal cells.
    pub matrix_id: u64,
    /// Smallest and largest cell.
    pub range: (f64, f64),
    /// ‖W‖.
    pub norm: f64,
    /// Singular values of the whole matrix.
    pub sigma: Arc<Vec<f64>>,
    /// Numerical rank.
    pub rank: usize,
    /// The methods in view.
    pub methods: Vec<MethodResult>,
    /// How long this answer took.
    pub timing: Timing,
    /// What the user should know: settings that were lowered to fit.
    pub notes: Vec<String>,
}

impl Analysis {
    /// What the matrix is called, with its label and what was done to it.
    pub fn name(&self) -> String {
        self.session.title(&self.loaded.labelled_name())
    }
}

/// One method at its setting.
#[derive(Debug)]
pub struct MethodResult {
    /// What was asked for.
    pub settings: MethodSettings,
    /// What came out, or why nothing could.
    pub outcome: Result<Outcome, String>,
}

/// What a method gives.
#[derive(Debug)]
pub struct Outcome {
    /// Parameters, ranks and error.
    pub evaluation: Evaluation,
    /// The factorization it comes from.
    pub factors: Arc<Factors>,
    /// Ŵ.
    pub reconstruction: Arc<DMatrix<f64>>,
    /// Names the reconstruction and its residual.
    pub id: u64,
    /// W − Ŵ, signed.
    pub residual: Arc<DMatrix<f64>>,
    /// The largest |W − Ŵ|.
    pub largest_residual: f64,
    /// Error at every rank of the same layout.
    pub curve: Arc<Vec<CurvePoint>>,
}

/// Where the time went.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timing {
    /// Reading the source, zero when it was kept.
    pub load: Duration,
    /// Factorizing what was not known yet.
    pub factorize: Duration,
    /// Truncating and multiplying out.
    pub reconstruct: Duration,
    /// Blocks factorized by nalgebra and by faer, over all layouts in view.
    pub backends: (usize, usize),
}

/// What the worker sends back.
#[derive(Debug)]
pub enum Progress {
    /// A complete answer.
    Done(Arc<Analysis>),
    /// The session could not be computed; the sentence says why.
    Failed(String),
}

/// Keeps what the next request may need again.
#[derive(Default)]
pub struct Analyst {
    matrix: Option<Kept>,
    factors: HashMap<LayoutKind, (Arc<Factors>, Curves)>,
    reconstructions: HashMap<MethodSettings, Picture>,
}

/// What a reconstruction looks like.
#[derive(Clone)]
struct Picture {
    id: u64,
    reconstruction: Arc<DMatrix<f64>>,
    residual: Arc<DMatrix<f64>>,
    largest_residual: f64,
}

impl Picture {
    fn of(matrix: &DMatrix<f64>, factors: &Factors, ranks: &[usize]) -> Self {
        let reconstruction = reconstruct(factors, ranks);
        let residual = matrix - &reconstruction;
        Self {
            id: new_id(),
            largest_residual: residual.amax(),
            residual: Arc::new(residual),
            reconstruction: Arc::new(reconstruction),
        }
    }
}

type Curves = (Arc<Vec<CurvePoint>>, Arc<Vec<CurvePoint>>);

struct Kept {
    source: Source,
    subtract: Option<Source>,
    transform: Transform,
    limits: Limits,
    loaded: Arc<Loaded>,
    id: u64,
    range: (f64, f64),
}

/// Factorizations of this many layouts are kept; the oldest knowledge is forgotten whole.
const LAYOUTS: usize = 24;

/// An overtaken request is given up only after this long, so that a dragged slider still shows
/// its way.
const PATIENCE: Duration = Duration::from_millis(250);

static IDS: AtomicU64 = AtomicU64::new(1);

fn new_id() -> u64 {
    IDS.fetch_add(1, Ordering::Relaxed)
}

impl Analyst {
    /// Answers one request.
    pub fn work(&mut self, (session, limits): (Session, Limits), reply: &Reply<'_, Progress>) {
        let start = Instant::now();
        let keep_going = || {
            if start.elapsed() < PATIENCE {
                ControlFlow::Continue(())
            } else {
                reply.keep_going()
            }
        };
        match self.analyse(session, &limits, &keep_going) {
            Ok(analysis) => reply.send(Progress::Done(Arc::new(analysis))),
            Err(Failure::Stopped) => {}
            Err(Failure::Said(sentence)) => reply.send(Progress::Failed(sentence)),
        }
    }

    fn analyse(
        &mut self,
        mut session: Session,
        limits: &Limits,
        keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<Analysis, Failure> {
        let mut timing = Timing::default();
        let before = Instant::now();
        self.load(&session, limits)?;
        timing.load = before.elapsed();
        let Some(kept) = &self.matrix else {
            return Err(Failure::Stopped);
        };
        let (loaded, matrix_id, range) = (Arc::clone(&kept.loaded), kept.id, kept.range);
        let (rows, cols) = loaded.matrix.shape();
        let notes = session.settings.fit(rows, cols);

        let whole = self
            .factors(&loaded.matrix, LayoutKind::Grid(1), &mut timing, keep_going)?
            .0;
        let sigma = whole
            .blocks
            .first()
            .map(|b| b.sigma.clone())
            .unwrap_or_default();
        let mut methods = Vec::new();
        for settings in session.settings.shown() {
            let outcome = match self.outcome(
                &loaded.matrix,
                &settings,
                &session.settings,
                &mut timing,
                keep_going,
            ) {
                Err(Failure::Stopped) => return Err(Failure::Stopped),
                Err(Failure::Said(sentence)) => Err(sentence),
                Ok(outcome) => Ok(outcome),
            };
            methods.push(MethodResult { settings, outcome });
        }
        self.forget(&session.settings);
        Ok(Analysis {
            rank: whole.spectra.numerical_rank(0),
            sigma: Arc::new(sigma),
            norm: whole.spectra.norm,
            session,
            loaded,
            matrix_id,
            range,
            methods,
            timing,
            notes,
        })
    }

    /// Loads the session's matrix unless it is the one that is kept.
    fn load(&mut self, session: &Session, limits: &Limits) -> Result<(), Failure> {
        if self.matrix.as_ref().is_some_and(|kept| {
            kept.source == session.source
                && kept.subtract == session.subtract
                && kept.transform == session.transform
                && kept.limits == *limits
        }) {
            return Ok(());
        }
        let wanted = match &session.subtract {
            None => session.source.clone(),
            Some(other) => {
                Source::Difference(Box::new(session.source.clone()), Box::new(other.clone()))
            }
        };
        let mut loaded = source::load(&wanted, limits)?;
        loaded.matrix = session.transform.apply(&loaded.matrix);
        let range = loaded
            .matrix
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
                (low.min(*v), high.max(*v))
            });
        self.factors.clear();
        self.reconstructions.clear();
        self.matrix = Some(Kept {
            source: session.source.clone(),
            subtract: session.subtract.clone(),
            transform: session.transform,
            limits: *limits,
            loaded: Arc::new(loaded),
            id: new_id(),
            range,
        });
        Ok(())
    }

    fn factors(
        &mut self,
        matrix: &DMatrix<f64>,
        kind: LayoutKind,
        timing: &mut Timing,
        keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<(Arc<Factors>, Curves), Failure> {
        let kind = kind.canonical();
        if let Some(known) = self.factors.get(&kind) {
            return Ok(known.clone());
        }
        let before = Instant::now();
        let layout = BlockLayout::new(matrix.nrows(), matrix.ncols(), kind)
            .map_err(|error| Failure::Said(error.to_string()))?;
        let factors = Arc::new(Factors::compute(matrix, layout, keep_going)?);
        let curves = (
            Arc::new(uniform_curve(&factors.spectra)),
            Arc::new(adaptive_curve(&factors.spectra)),
        );
        timing.factorize += before.elapsed();
        self.factors
            .insert(kind, (Arc::clone(&factors), curves.clone()));
        Ok((factors, curves))
    }

    fn outcome(
        &mut self,
        matrix: &DMatrix<f64>,
        settings: &MethodSettings,
        all: &Settings,
        timing: &mut Timing,
        keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<Outcome, Failure> {
        if let Some(sentence) = all.unaffordable(matrix.nrows(), matrix.ncols(), settings) {
            return Err(Failure::Said(sentence));
        }
        let (factors, curves) = self.factors(matrix, settings.layout(), timing, keep_going)?;
        let (by_nalgebra, by_faer) = factors.backends();
        timing.backends.0 += by_nalgebra;
        timing.backends.1 += by_faer;
        let evaluation = evaluate(&factors.spectra, settings)
            .map_err(|error| Failure::Said(error.to_string()))?;
        let before = Instant::now();
        let picture = self
            .reconstructions
            .entry(settings.clone())
            .or_insert_with(|| Picture::of(matrix, &factors, &evaluation.ranks))
            .clone();
        timing.reconstruct += before.elapsed();
        let curve = match settings {
            MethodSettings::LocalizedAdaptive(_) => curves.1,
            _ => curves.0,
        };
        Ok(Outcome {
            evaluation,
            factors,
            reconstruction: picture.reconstruction,
            id: picture.id,
            residual: picture.residual,
            largest_residual: picture.largest_residual,
            curve,
        })
    }

    /// Keeps memory bounded: only the reconstructions in view, and a limited number of layouts.
    fn forget(&mut self, settings: &Settings) {
        let shown = settings.shown();
        self.reconstructions
            .retain(|known, _| shown.contains(known));
        if self.factors.len() > LAYOUTS {
            let wanted: Vec<_> = shown.iter().map(|s| s.layout().canonical()).collect();
            self.factors
                .retain(|kind, _| *kind == LayoutKind::Grid(1) || wanted.contains(kind));
        }
    }
}

enum Failure {
    Stopped,
    Said(String),
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::Said(error.to_string())
    }
}

impl From<FactorError> for Failure {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::Stopped => Self::Stopped,
            other => Self::Said(other.to_string()),
        }
    }
}
