//! A look into a run: it is trained again, which gives the same to the last bit.

use std::ops::ControlFlow;

use crate::finetune::{
    AdaptationData, Inspection, PretrainedNetwork, RunKey, SweepSettings, inspect, pretrain,
};

/// Looks into runs of one sweep; runs of one seed share its pretrained network.
#[derive(Debug, Default)]
pub struct Inspector {
    pretrained: Vec<PretrainedNetwork>,
}

impl Inspector {
    /// With networks that were pretrained before.
    pub fn knowing(pretrained: Vec<PretrainedNetwork>) -> Self {
        Self { pretrained }
    }

    /// The network of a seed, pretrained once; `None` where `go_on` says stop.
    pub fn pretrained(
        &mut self,
        data: &AdaptationData,
        settings: &SweepSettings,
        seed: u64,
        go_on: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Option<&PretrainedNetwork> {
        let known = self.pretrained.iter().position(|one| one.seed == seed);
        let place = match known {
            Some(place) => place,
            None => {
                self.pretrained.push(pretrain(data, settings, seed, go_on)?);
                self.pretrained.len() - 1
            }
        };
        self.pretrained.get(place)
    }

    /// The inside of a run; `None` where `go_on`, which is asked after every batch, says stop.
    /// Cost: one run, and the first time pretraining.
    pub fn look(
        &mut self,
        data: &AdaptationData,
        settings: &SweepSettings,
        key: RunKey,
        go_on: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Option<Inspection> {
        let pretrained = self.pretrained(data, settings, key.seed, go_on)?;
        inspect(data, pretrained, settings, key, go_on)
    }
}
