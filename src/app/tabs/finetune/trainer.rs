//! The sweep on its own threads: what it is asked, and what it tells.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::gate::Gate;
use super::keeper::{FileState, SweepKeeper};
use super::reader::{kept_file, take_over_others};
use crate::app::worker::{Pool, Reply};
use crate::experiment::{Experiment, Inspector, Projections};
use crate::finetune::{AdaptationData, Event, Inspection, Results, RunKey, SweepSettings, sweep};
use crate::source::Dataset;

/// A data set, and its digits.
type CachedDigits = Option<(Dataset, Arc<AdaptationData>)>;

/// The digits of the data set last used, shared by all who train.
#[derive(Clone, Default)]
pub struct DataCache(Arc<Mutex<CachedDigits>>);

impl DataCache {
    /// The digits, read and sorted once.
    fn get(&self, dataset: &Dataset) -> Result<Arc<AdaptationData>, String> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, data)) = &*kept
            && known == dataset
        {
            return Ok(Arc::clone(data));
        }
        let experiment = Experiment {
            dataset: dataset.clone(),
            ..Experiment::default()
        };
        let data = Arc::new(experiment.data().map_err(|error| error.to_string())?);
        *kept = Some((dataset.clone(), Arc::clone(&data)));
        Ok(data)
    }
}

/// A sweep to run.
pub struct Sweep {
    /// The digits.
    pub dataset: Dataset,
    /// The runs.
    pub settings: SweepSettings,
    /// The runs that are done already.
    pub done: Option<Results>,
    /// The folder that every run is kept in as it ends.
    pub folder: Option<PathBuf>,
    /// Whether nothing that is kept is taken over.
    pub anew: bool,
}

/// A message of a sweep.
pub enum SweepMessage {
    /// Results of the sweep that begins, with what was done before.
    Begun(Results),
    /// Something happened.
    Event(Event),
    /// Whether the runs are kept.
    Keeping(FileState),
    /// All runs that there are.
    Ended(Results),
    /// Why there are none.
    Failed(String),
}

/// Runs a sweep.
pub fn work(
    request: &Sweep,
    reply: &Reply<'_, SweepMessage>,
    cache: &DataCache,
    gate: &Gate,
    pool: &Pool,
) {
    let outcome = cache
        .get(&request.dataset)
        .and_then(|data| run(request, &data, reply, gate, pool));
    reply.send(match outcome {
        Ok(results) => SweepMessage::Ended(results),
        Err(why) => SweepMessage::Failed(why),
    });
}

fn run(
    request: &Sweep,
    data: &AdaptationData,
    reply: &Reply<'_, SweepMessage>,
    gate: &Gate,
    pool: &Pool,
) -> Result<Results, String> {
    let Sweep {
        dataset, settings, ..
    } = request;
    let text = |error: crate::finetune::FinetuneError| error.to_string();
    settings
        .check(&settings.shape(data.rows, data.cols))
        .map_err(text)?;
    let mut begun = Results::new(&data.name, (data.rows, data.cols), settings);
    if let Some(done) = &request.done {
        done.check(settings, (&data.name, [data.rows, data.cols]))
            .map_err(text)?;
        begun.take_over(done);
    }
    let folder = request.folder.as_deref();
    let file = folder.map(|folder| kept_file(folder, dataset, settings));
    let (keeper, told) = SweepKeeper::open(file.as_deref(), begun, request.anew)?;
    for keeping in told {
        reply.send(SweepMessage::Keeping(keeping));
    }
    if let Some(folder) = folder.filter(|_| !request.anew) {
        keeper.take_over(|results| take_over_others(folder, dataset, results));
    }
    let done = keeper.results();
    reply.send(SweepMessage::Begun(done.clone()));
    let on_event = |event: Event| {
        gate.wait();
        // After *Stop* the file belongs to whoever comes next.
        reply.keep_going()?;
        if let Some(keeping) = keeper.keep(&event) {
            reply.send(SweepMessage::Keeping(keeping));
        }
        if matches!(event, Event::Epoch(_)) {
            gate.epoch_ended();
        }
        reply.send(SweepMessage::Event(event));
        reply.keep_going()
    };
    let results = pool.run(|| sweep(data, settings, Some(&done), &on_event));
    let results = results.map_err(text)?;
    if reply.keep_going().is_continue()
        && let Some(keeping) = keeper.save()
    {
        reply.send(SweepMessage::Keeping(keeping));
    }
    Ok(results)
}

/// Runs to look into.
#[derive(Clone)]
pub struct InspectionRequest {
    /// The digits.
    pub dataset: Dataset,
    /// The name of the digits that the results are of.
    pub name: String,
    /// The sweep that they belong to.
    pub settings: SweepSettings,
    /// What is asked of them.
    pub asked: Inspected,
}

/// What is asked of a sweep's runs.
#[derive(Clone)]
pub enum Inspected {
    /// The insides of these.
    Runs(Vec<RunKey>),
    /// Projections of full fine-tuning's update beside all that are trained.
    Projections(Arc<Results>),
}

/// A message of an inspector.
pub enum InspectionMessage {
    /// Progress through the runs asked for, 0 to 1.
    Progress(f32),
    /// The inside of a run.
    Run(Arc<Inspection>),
    /// The projections.
    Projections(Arc<Results>, Box<Projections>),
    /// Why there is none.
    Failed(String),
}

/// Looks into the runs of the sweep in view.
#[derive(Default)]
pub struct InspectionWorker {
    known: Option<(Dataset, SweepSettings)>,
    inspector: Inspector,
}

impl InspectionWorker {
    /// Trains the runs again and tells what is inside.
    pub fn work(
        &mut self,
        request: &InspectionRequest,
        reply: &Reply<'_, InspectionMessage>,
        cache: &DataCache,
    ) {
        let asked = (request.dataset.clone(), request.settings.clone());
        if self.known.as_ref() != Some(&asked) {
            self.inspector = Inspector::default();
            self.known = Some(asked);
        }
        match cache.get(&request.dataset) {
            Ok(data) if data.name != request.name => {
                reply.send(InspectionMessage::Failed(format!(
                    "the results are of {}, but the data set chosen is {}; choose the folder of {}",
                    request.name, data.name, request.name
                )));
            }
            Ok(data) => match &request.asked {
                Inspected::Runs(runs) => self.look(&request.settings, runs, &data, reply),
                Inspected::Projections(results) => self.project(results, &data, reply),
            },
            Err(why) => reply.send(InspectionMessage::Failed(why)),
        }
    }

    /// Stopped is no answer, and needs none.
    fn look(
        &mut self,
        settings: &SweepSettings,
        runs: &[RunKey],
        data: &AdaptationData,
        reply: &Reply<'_, InspectionMessage>,
    ) {
        let tick = || reply.keep_going();
        for (index, key) in runs.iter().enumerate() {
            reply.send(InspectionMessage::Progress(
                index as f32 / runs.len() as f32,
            ));
            let inspector = &mut self.inspector;
            match inspector.look(data, settings, *key, &tick) {
                Some(run) => reply.send(InspectionMessage::Run(Arc::new(run))),
                None => return,
            }
        }
    }

    fn project(
        &mut self,
        results: &Arc<Results>,
        data: &AdaptationData,
        reply: &Reply<'_, InspectionMessage>,
    ) {
        let on_done = |done: usize, of: usize| {
            reply.send(InspectionMessage::Progress(done as f32 / of.max(1) as f32));
        };
        let (inspector, go_on) = (&mut self.inspector, || reply.keep_going());
        match Projections::measure(data, results, inspector, &go_on, &on_done) {
            Ok(Some(found)) => {
                let results = Arc::clone(results);
                reply.send(InspectionMessage::Projections(results, Box::new(found)));
            }
            Ok(None) => {}
            Err(why) => reply.send(InspectionMessage::Failed(why)),
        }
    }
}
