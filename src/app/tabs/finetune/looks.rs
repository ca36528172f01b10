//! The runs that the user looks into: one, or two to compare.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::asked::SweepRequest;
use super::trainer::{
    DataCache, Inspected, InspectionMessage, InspectionRequest, InspectionWorker,
};
use crate::app::service::Service;
use crate::app::state::State;
use crate::app::texture::MatrixTexture;
use crate::app::widgets::matrix_view::PaneView;
use crate::app::worker::Wake;
use crate::experiment::{Projections, figures};
use crate::figure::BlockLine;
use crate::finetune::{Inspection, Results, RunKey};

/// More runs than this are not kept at hand.
const KEPT: usize = 12;

/// The inside of a run, ready to be drawn.
pub struct LearnedRun {
    /// The run.
    pub run: Arc<Inspection>,
    /// Names the pictures.
    pub id: u64,
    /// The largest absolute value of ΔW.
    pub bound: f64,
    /// The parts that are rectangles of ΔW.
    pub parts: Vec<BlockLine>,
    /// The parts that are cells of the image.
    pub cells: Vec<BlockLine>,
    /// The hidden units that moved most, as images of their inputs.
    pub features: Vec<UnitFeature>,
    /// The picture of ΔW.
    pub texture: Option<MatrixTexture>,
}

/// A hidden unit's row of ΔW.
pub struct UnitFeature {
    /// The unit.
    pub unit: usize,
    /// Its row in the image's shape.
    pub image: DMatrix<f64>,
    /// The picture of it.
    pub texture: Option<MatrixTexture>,
}

/// The selected runs, and what is known of the insides of runs.
pub struct Looks {
    wake: Wake,
    service: Service<InspectionRequest, InspectionMessage>,
    /// The sweep that the insides belong to.
    asked: Option<SweepRequest>,
    /// One run, or two to compare.
    selected: Vec<RunKey>,
    learned: Vec<LearnedRun>,
    next_id: u64,
    /// Projections, and the results that they stand beside.
    projections: Option<(Arc<Results>, Arc<Projections>)>,
    /// The progress of the insides asked for.
    pub progress: f32,
    /// One zoom for all pictures of ΔW.
    pub pane: PaneView,
}

impl Looks {
    /// Nothing is selected.
    pub fn new(wake: Wake, cache: DataCache) -> Self {
        let mut looker = InspectionWorker::default();
        Self {
            wake,
            service: Service::new("inspect", move |request, reply| {
                looker.work(&request, reply, &cache);
            }),
            asked: None,
            selected: Vec::new(),
            learned: Vec::new(),
            next_id: 0,
            projections: None,
            progress: 0.0,
            pane: PaneView::default(),
        }
    }

    /// The selected runs.
    pub fn selected(&self) -> &[RunKey] {
        &self.selected
    }

    /// The inside of a run, if it is known yet.
    pub fn learned(&mut self, key: &RunKey) -> Option<&mut LearnedRun> {
        self.learned
            .iter_mut()
            .find(|one| one.run.record.key == *key)
    }

    /// The insides of the selected runs that are known.
    pub fn known(&self) -> Vec<Arc<Inspection>> {
        let find = |key: &RunKey| {
            let one = self.learned.iter().find(|one| one.run.record.key == *key);
            one.map(|one| Arc::clone(&one.run))
        };
        self.selected.iter().filter_map(find).collect()
    }

    /// Whether an inside is still to come.
    pub fn busy(&self) -> bool {
        self.service.busy()
    }

    /// Forgets everything when the sweep is another one.
    pub fn belong_to(&mut self, asked: Option<&SweepRequest>) {
        if self.asked.as_ref() != asked {
            self.stop();
            self.asked = asked.cloned();
            self.selected.clear();
            self.learned.clear();
            self.projections = None;
        }
    }

    /// The projections beside these results, if they are known.
    pub fn projections(&self, results: Option<&Results>) -> Option<&Arc<Projections>> {
        let (of, found) = self.projections.as_ref()?;
        (Some(of.as_ref()) == results).then_some(found)
    }

    /// Projects full fine-tuning's update onto every configuration of these results.
    pub fn project(&mut self, results: Arc<Results>) {
        let Some((dataset, settings)) = self.asked.clone() else {
            return;
        };
        self.progress = 0.0;
        let request = InspectionRequest {
            dataset,
            name: results.dataset.clone(),
            settings,
            asked: Inspected::Projections(results),
        };
        self.service.ask(request, &self.wake);
    }

    /// Selects a run; `beside` compares it with the one selected before.
    pub fn select(&mut self, key: RunKey, beside: bool, name: &str) {
        if let Some(place) = self.selected.iter().position(|known| *known == key) {
            if beside || self.selected.len() == 1 {
                self.selected.remove(place);
            } else {
                self.selected = vec![key];
            }
        } else if beside {
            self.selected.truncate(1);
            self.selected.push(key);
        } else {
            self.selected = vec![key];
        }
        self.look(name);
    }

    /// Selects nothing.
    pub fn clear(&mut self) {
        self.stop();
        self.selected.clear();
    }

    fn look(&mut self, name: &str) {
        let mut runs = self.selected.clone();
        runs.retain(|key| self.learned.iter().all(|one| one.run.record.key != *key));
        let Some((dataset, settings)) = self.asked.clone() else {
            return;
        };
        if runs.is_empty() {
            return self.stop();
        }
        self.progress = 0.0;
        let look = InspectionRequest {
            dataset,
            name: name.to_owned(),
            settings,
            asked: Inspected::Runs(runs),
        };
        self.service.ask(look, &self.wake);
    }

    /// Stops looking.
    pub fn stop(&mut self) {
        self.service.cancel();
    }

    /// Takes what the worker sent.
    pub fn receive(&mut self, state: &mut State, image: [usize; 2]) {
        for answer in self.service.receive() {
            match answer {
                Ok(InspectionMessage::Progress(share)) => self.progress = share,
                Ok(InspectionMessage::Run(run)) => self.keep(run, image),
                Ok(InspectionMessage::Projections(results, found)) => {
                    self.projections = Some((results, Arc::from(found)));
                }
                Ok(InspectionMessage::Failed(why)) | Err(why) => {
                    self.selected.clear();
                    state.fail(why);
                }
            }
        }
    }

    fn keep(&mut self, run: Arc<Inspection>, image: [usize; 2]) {
        if self.asked.is_none() || run.update.ncols() != image[0] * image[1] {
            return;
        }
        self.next_id += 1;
        let selected = self.selected.clone();
        let wanted = |one: &LearnedRun| selected.contains(&one.run.record.key);
        if self.learned.len() >= KEPT
            && let Some(place) = self.learned.iter().position(|one| !wanted(one))
        {
            self.learned.remove(place);
        }
        let features = figures::most_moved(&run, figures::FEATURES)
            .into_iter()
            .map(|unit| UnitFeature {
                unit,
                image: figures::feature(&run, unit, image),
                texture: None,
            });
        self.learned.push(LearnedRun {
            id: self.next_id,
            bound: run.update.amax(),
            parts: figures::part_lines(&run.parts),
            cells: figures::cell_lines(&run.parts, image),
            features: features.collect(),
            texture: None,
            run,
        });
    }
}
