//! The sweep on its own threads: what it is asked, what it tells, and the file that keeps every run.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::gate::Gate;
use crate::app::worker::{Pool, Reply};
use crate::experiment::{self, Experiment};
use crate::finetune::train::Pretrained;
use crate::finetune::{
    AdaptationData, Event, Inspection, Results, RunKey, SweepSettings, inspect, pretrain, sweep,
};
use crate::source::Dataset;

/// A data set, and its digits.
type Kept = Option<(Dataset, Arc<AdaptationData>)>;

/// The digits of the data set last used, shared by all who train.
#[derive(Clone, Default)]
pub struct DataCache(Arc<Mutex<Kept>>);

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
    /// Which digits.
    pub dataset: Dataset,
    /// Which runs.
    pub settings: SweepSettings,
    /// What is done already.
    pub done: Option<Results>,
    /// Where every run is kept as it ends.
    pub file: Option<PathBuf>,
}

/// What a sweep tells.
pub enum Told {
    /// Empty results of the sweep that begins.
    Begun(Results),
    /// Something happened.
    Event(Event),
    /// The file cannot be written; training goes on.
    Unsaved(String),
    /// All runs that there are.
    Ended(Results),
    /// Why there are none.
    Failed(String),
}

/// Runs a sweep.
pub fn work(request: &Sweep, reply: &Reply<'_, Told>, cache: &DataCache, gate: &Gate, pool: &Pool) {
    let outcome = cache
        .get(&request.dataset)
        .and_then(|data| run(request, &data, reply, gate, pool));
    reply.send(match outcome {
        Ok(results) => Told::Ended(results),
        Err(why) => Told::Failed(why),
    });
}

fn run(
    request: &Sweep,
    data: &AdaptationData,
    reply: &Reply<'_, Told>,
    gate: &Gate,
    pool: &Pool,
) -> Result<Results, String> {
    let mut begun = Results::new(&data.name, (data.rows, data.cols), &request.settings);
    if let Some(done) = &request.done {
        done.check(&request.settings, &data.name)
            .map_err(|error| error.to_string())?;
        begun.take_over(done);
    }
    let kept = request.file.as_deref().and_then(kept);
    if let Some(kept) = kept.filter(|kept| kept.check(&request.settings, &data.name).is_ok()) {
        begun.take_over(&kept);
    }
    let done = begun.clone();
    reply.send(Told::Begun(begun.clone()));
    let keeper = Keeper {
        file: request.file.clone(),
        kept: Mutex::new((begun, false)),
    };
    let on_event = |event: Event| {
        gate.wait();
        if let Some(why) = keeper.keep(&event) {
            reply.send(Told::Unsaved(why));
        }
        if matches!(event, Event::Epoch(_)) {
            gate.epoch_ended();
        }
        reply.send(Told::Event(event));
        reply.keep_going()
    };
    let results = pool.run(|| sweep(data, &request.settings, Some(&done), &on_event));
    let results = results.map_err(|error| error.to_string())?;
    if let Some(why) = keeper.save(&results) {
        reply.send(Told::Unsaved(why));
    }
    Ok(results)
}

/// What the file holds; a damaged one is put aside, because it will be written again.
fn kept(file: &Path) -> Option<Results> {
    if !file.exists() {
        return None;
    }
    let kept = experiment::load(file);
    if kept.is_err() {
        // Where it cannot be moved, writing will fail too, and that is told.
        let _ = std::fs::rename(file, file.with_extension("damaged.json"));
    }
    kept.ok()
}

/// Writes the results after every run.
struct Keeper {
    file: Option<PathBuf>,
    /// The results, and whether a failure was told already.
    kept: Mutex<(Results, bool)>,
}

impl Keeper {
    /// Why the event could not be saved, the first time.
    fn keep(&self, event: &Event) -> Option<String> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match *event {
            Event::Pretrained { seed, accuracy } => kept.0.add_pretrained(seed, accuracy),
            Event::RunDone(run) => kept.0.add(run),
            Event::Epoch(_) | Event::Progress { .. } => return None,
        }
        let why = self.save(&kept.0)?;
        let first = !kept.1;
        kept.1 = true;
        first.then_some(why)
    }

    fn save(&self, results: &Results) -> Option<String> {
        let file = self.file.as_ref()?;
        let folder = file.parent().map_or(Ok(()), std::fs::create_dir_all);
        match folder {
            Ok(()) => experiment::save(file, results)
                .err()
                .map(|error| error.to_string()),
            Err(error) => Some(format!(
                "{}: the folder cannot be made ({error}), save the results by Export",
                file.display()
            )),
        }
    }
}

/// Runs to look into.
#[derive(Clone)]
pub struct Look {
    /// Which digits.
    pub dataset: Dataset,
    /// The name of the digits that the results are of.
    pub name: String,
    /// The sweep that they belong to.
    pub settings: SweepSettings,
    /// Which.
    pub runs: Vec<RunKey>,
}

/// What an inspector tells.
pub enum Seen {
    /// Progress through the runs asked for, 0 to 1.
    Progress(f32),
    /// The inside of a run.
    Run(Arc<Inspection>),
    /// Why there is none.
    Failed(String),
}

/// Pretrained networks that the inspector keeps for the next look.
#[derive(Default)]
pub struct Inspector {
    known: Option<(Dataset, SweepSettings)>,
    pretrained: Vec<Pretrained>,
}

impl Inspector {
    /// Trains the runs again and tells what is inside.
    pub fn work(&mut self, request: &Look, reply: &Reply<'_, Seen>, cache: &DataCache) {
        let asked = (request.dataset.clone(), request.settings.clone());
        if self.known.as_ref() != Some(&asked) {
            self.pretrained.clear();
            self.known = Some(asked);
        }
        match cache.get(&request.dataset) {
            Ok(data) if data.name != request.name => reply.send(Seen::Failed(format!(
                "the results are of {}, but the data set chosen is {}; choose the folder of {}",
                request.name, data.name, request.name
            ))),
            Ok(data) => {
                // Stopped is no answer, and needs none.
                let _ = self.look(request, &data, reply);
            }
            Err(why) => reply.send(Seen::Failed(why)),
        }
    }

    fn look(
        &mut self,
        request: &Look,
        data: &AdaptationData,
        reply: &Reply<'_, Seen>,
    ) -> ControlFlow<()> {
        let settings = &request.settings;
        let tick = || reply.keep_going();
        for (index, key) in request.runs.iter().enumerate() {
            reply.send(Seen::Progress(index as f32 / request.runs.len() as f32));
            if self.pretrained.iter().all(|one| one.seed != key.seed) {
                match pretrain(data, settings, key.seed, &tick) {
                    Some(network) => self.pretrained.push(network),
                    None => return ControlFlow::Break(()),
                }
            }
            let network = self.pretrained.iter().find(|one| one.seed == key.seed);
            match network.and_then(|network| inspect(data, network, settings, *key, &tick)) {
                Some(run) => reply.send(Seen::Run(Arc::new(run))),
                None => return ControlFlow::Break(()),
            }
        }
        ControlFlow::Continue(())
    }
}
