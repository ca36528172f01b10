//! What the Approximate tab asks of its worker, and the answer: everything that it draws.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nalgebra::DMatrix;

use super::progress::Stage;
use crate::analysis::{AnalysisError, Spent, measurable, spending};
use crate::app::worker::Reply;
use crate::approx::curve::{CurvePoint, adaptive_curve, uniform_curve};
use crate::approx::{
    BlockLayout, Evaluation, FactorError, Factors, LayoutKind, MethodSettings, evaluate,
    reconstruct,
};
use crate::session::{Session, Settings};
use crate::source::{Limits, Loaded, Source, SourceError, Transform};

/// Everything that one session gives.
#[derive(Debug)]
pub struct Analysis {
    /// The session that was computed; its settings fit the matrix.
    pub session: Session,
    /// The settings that were wanted.
    pub wanted: Settings,
    /// The matrix and what is known of it.
    pub loaded: Arc<Loaded>,
    /// Names the matrix: equal ids mean equal cells.
    pub matrix_id: u64,
    /// The values at the ends of the colour scale.
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

    /// The session as the user asked for it.
    pub fn asked(&self) -> Session {
        Session {
            settings: self.wanted.clone(),
            ..self.session.clone()
        }
    }

    /// What came out of each method that gave something.
    pub fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        let results = self.methods.iter();
        results.filter_map(|method| method.outcome.as_ref().ok())
    }

    /// What each method spends of the one budget, also the one that gets nothing for it; nothing
    /// where ranks are set one by one.
    pub fn spending(&self) -> Vec<Spent> {
        let evaluations: Vec<_> = self.outcomes().map(|one| &one.evaluation).collect();
        let settings = &self.session.settings;
        let mut spent = spending(&evaluations, settings);
        if settings.matched.is_some() {
            let without = self.methods.iter().filter(|one| one.outcome.is_err());
            spent.extend(without.map(|one| Spent {
                method: one.settings.method(),
                share: settings.share_of_budget(one.settings.method()),
                params: 0,
            }));
        }
        spent
    }
}

/// One method at its setting.
#[derive(Debug)]
pub struct MethodResult {
    /// What was asked for.
    pub settings: MethodSettings,
    /// Error at every rank of the same layout, also where the present setting gives nothing.
    pub curve: Arc<Vec<CurvePoint>>,
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
    /// Blocks factorized by the built-in SVD and by faer, over all layouts in view.
    pub backends: (usize, usize),
}

/// What the worker sends back.
#[derive(Debug)]
pub enum Progress {
    /// What is being done now.
    At(Stage),
    /// A complete answer.
    Done(Arc<Analysis>),
    /// The session could not be computed; the sentence says why.
    Failed(Box<Session>, String),
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

/// What one request is told by, and asks whether it is still wanted.
struct Run<'a> {
    reply: &'a Reply<'a, Progress>,
    start: Instant,
    told: Mutex<Option<Instant>>,
    timing: Timing,
}

/// Words that change faster than this cannot be read.
const READABLE: Duration = Duration::from_millis(50);

impl Run<'_> {
    fn keep_going(&self) -> ControlFlow<()> {
        if self.start.elapsed() < PATIENCE {
            ControlFlow::Continue(())
        } else {
            self.reply.keep_going()
        }
    }

    /// Says what is being done. Quick work is not worth a word.
    fn tell(&self, stage: Stage) {
        if self.start.elapsed() < READABLE {
            return;
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|last| last.elapsed() >= READABLE) {
            *told = Some(Instant::now());
            self.reply.send(Progress::At(stage));
        }
    }
}

impl Analyst {
    /// Answers one request.
    pub fn work(&mut self, (session, limits): (Session, Limits), reply: &Reply<'_, Progress>) {
        let mut run = Run {
            reply,
            start: Instant::now(),
            told: Mutex::new(None),
            timing: Timing::default(),
        };
        match self.analyse(session.clone(), &limits, &mut run) {
            Ok(analysis) => reply.send(Progress::Done(Arc::new(analysis))),
            Err(Failure::Stopped) => {}
            Err(Failure::Said(sentence)) => {
                reply.send(Progress::Failed(Box::new(session), sentence));
            }
        }
    }

    fn analyse(
        &mut self,
        mut session: Session,
        limits: &Limits,
        run: &mut Run<'_>,
    ) -> Result<Analysis, Failure> {
        let before = Instant::now();
        self.load(&session, limits, run)?;
        run.timing.load = before.elapsed();
        let Some(kept) = &self.matrix else {
            return Err(Failure::Stopped);
        };
        let (loaded, matrix_id) = (Arc::clone(&kept.loaded), kept.id);
        let matrix = &loaded.matrix;
        let (rows, cols) = matrix.shape();
        let fitted = session.settings.fitted(rows, cols);
        let notes = fitted.notes();
        let wanted = std::mem::replace(&mut session.settings, fitted.settings);

        let whole = self.factors(matrix, LayoutKind::Grid(1), run)?.0;
        measurable(&whole)?;
        let sigma = whole
            .blocks
            .first()
            .map(|b| b.sigma.clone())
            .unwrap_or_default();
        let mut methods = Vec::new();
        for settings in session.settings.shown() {
            methods.push(self.method(matrix, settings, &session.settings, run)?);
        }
        self.forget(&session.settings);
        Ok(Analysis {
            rank: whole.spectra.numerical_rank(0),
            sigma: Arc::new(sigma),
            norm: whole.spectra.norm,
            range: loaded.range(),
            session,
            wanted,
            loaded,
            matrix_id,
            methods,
            timing: run.timing,
            notes,
        })
    }

    /// Loads the session's matrix unless it is the one that is kept.
    fn load(&mut self, session: &Session, limits: &Limits, run: &Run<'_>) -> Result<(), Failure> {
        if self.matrix.as_ref().is_some_and(|kept| {
            kept.source == session.source
                && kept.subtract == session.subtract
                && kept.transform == session.transform
                && kept.limits == *limits
        }) {
            return Ok(());
        }
        let loaded = session.load(limits)?;
        if let ControlFlow::Break(()) = run.keep_going() {
            return Err(Failure::Stopped);
        }
        self.factors.clear();
        self.reconstructions.clear();
        self.matrix = Some(Kept {
            source: session.source.clone(),
            subtract: session.subtract.clone(),
            transform: session.transform,
            limits: *limits,
            loaded: Arc::new(loaded),
            id: new_id(),
        });
        Ok(())
    }

    fn factors(
        &mut self,
        matrix: &DMatrix<f64>,
        kind: LayoutKind,
        run: &mut Run<'_>,
    ) -> Result<(Arc<Factors>, Curves), Failure> {
        let kind = kind.canonical();
        if let Some(known) = self.factors.get(&kind) {
            return Ok(known.clone());
        }
        let before = Instant::now();
        let layout = BlockLayout::new(matrix.nrows(), matrix.ncols(), kind)
            .map_err(|error| Failure::Said(error.to_string()))?;
        let (begun, of) = (AtomicUsize::new(0), layout.blocks().len());
        let asked = || {
            // Asked before each block, and perhaps once more within a large one.
            let block = (begun.fetch_add(1, Ordering::Relaxed) + 1).min(of);
            run.tell(Stage::Factorizing { block, of });
            run.keep_going()
        };
        let factors = Arc::new(Factors::compute(matrix, layout, &asked)?);
        let curves = (
            Arc::new(uniform_curve(&factors.spectra)),
            Arc::new(adaptive_curve(&factors.spectra)),
        );
        run.timing.factorize += before.elapsed();
        self.factors
            .insert(kind, (Arc::clone(&factors), curves.clone()));
        Ok((factors, curves))
    }

    /// One method: its curve in any case, and what its setting gives or why it gives nothing.
    fn method(
        &mut self,
        matrix: &DMatrix<f64>,
        settings: MethodSettings,
        all: &Settings,
        run: &mut Run<'_>,
    ) -> Result<MethodResult, Failure> {
        let (factors, curves) = self.factors(matrix, settings.layout(), run)?;
        let curve = match settings {
            MethodSettings::LocalizedAdaptive(_) => curves.1,
            _ => curves.0,
        };
        let (built_in, by_faer) = factors.backends();
        run.timing.backends.0 += built_in;
        run.timing.backends.1 += by_faer;
        let evaluation = match all.unaffordable(matrix.nrows(), matrix.ncols(), &settings) {
            Some(sentence) => Err(sentence),
            None => evaluate(&factors.spectra, &settings).map_err(|error| error.to_string()),
        };
        let outcome = evaluation.map(|evaluation| {
            run.tell(Stage::Multiplying);
            let before = Instant::now();
            let picture = self
                .reconstructions
                .entry(settings.clone())
                .or_insert_with(|| Picture::of(matrix, &factors, &evaluation.ranks))
                .clone();
            run.timing.reconstruct += before.elapsed();
            Outcome {
                evaluation,
                factors,
                reconstruction: picture.reconstruction,
                id: picture.id,
                residual: picture.residual,
                largest_residual: picture.largest_residual,
            }
        });
        Ok(MethodResult {
            settings,
            curve,
            outcome,
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

impl From<AnalysisError> for Failure {
    fn from(error: AnalysisError) -> Self {
        match error {
            AnalysisError::Factor(error) => error.into(),
            other => Self::Said(other.to_string()),
        }
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
