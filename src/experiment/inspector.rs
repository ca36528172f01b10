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
    /// The inside of a run; `None` where `go_on`, which is asked after every batch, says stop.
    /// Cost: one run, and the first time pretraining.
    pub fn look(
        &mut self,
        data: &AdaptationData,
        settings: &SweepSettings,
        key: RunKey,
        go_on: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Option<Inspection> {
        let known = self.pretrained.iter().position(|one| one.seed == key.seed);
        let place = match known {
            Some(place) => place,
            None => {
                let network = pretrain(data, settings, key.seed, go_on)?;
                self.pretrained.push(network);
                self.pretrained.len() - 1
            }
        };
        inspect(data, &self.pretrained[place], settings, key, go_on)
    }
}
