//! Which arrays are weights of modules for which PEFT has adapters of the forms that are written.

use super::{ScanTarget, ScanTargets, SkippedArray};
use crate::source::{module, module_of_weight};

/// The last words of the names of embeddings in the models of common libraries.
const EMBEDDINGS: [&str; 15] = [
    "wte",
    "wpe",
    "shared",
    "embed_tokens",
    "embed_positions",
    "embed_in",
    "embedding",
    "embeddings",
    "tok_embeddings",
    "token_embedding",
    "position_embedding",
    "word_embeddings",
    "position_embeddings",
    "token_type_embeddings",
    "relative_attention_bias",
];

/// The arrays of a model, by their names.
pub struct Adaptable {
    /// Whether they are named as modules name them.
    of_modules: bool,
}

impl Adaptable {
    /// From all names.
    pub fn among<'a>(mut names: impl Iterator<Item = &'a str>) -> Self {
        Self {
            of_modules: names.any(|name| module_of_weight(name).is_some()),
        }
    }

    /// Why an array takes no adapter.
    pub fn refusal(&self, name: &str) -> Option<&'static str> {
        if module(name).is_empty() {
            return Some("without a name of its own, which PEFT needs");
        }
        let last = module(name).rsplit('.').next();
        if last.is_some_and(|last| EMBEDDINGS.contains(&last)) {
            return Some("an embedding, whose adapters PEFT stores in another form");
        }
        (self.of_modules && module_of_weight(name).is_none())
            .then_some("not the weight of a module, which PEFT needs")
    }
}

impl ScanTargets {
    /// Leaves out what takes no adapter.
    pub fn leave_out_unadaptable(&mut self) {
        let adaptable = Adaptable::among(self.targets.iter().map(|target| target.name.as_str()));
        let mut kept: Vec<ScanTarget> = Vec::new();
        for target in self.targets.drain(..) {
            match adaptable.refusal(&target.name) {
                None => kept.push(target),
                Some(reason) => self.skipped.push(SkippedArray {
                    name: target.name,
                    reason: reason.to_owned(),
                }),
            }
        }
        self.targets = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embeddings_and_bare_parameters_take_no_adapter() {
        let names = ["h.0.q.weight", "h.0.embed_tokens.weight", "head.queries"];
        let model = Adaptable::among(names.into_iter());
        let refused = names.map(|name| model.refusal(name).is_some());
        assert_eq!(refused, [false, true, true]);
        // Where nothing is named as a module's weight, names say no more.
        let plain = Adaptable::among(["q", "wte"].into_iter());
        assert!(plain.refusal("q").is_none() && plain.refusal("wte").is_some());
        for nameless in ["", ".weight"] {
            let told = plain.refusal(nameless).expect("is refused");
            assert!(told.contains("without a name"), "{told}");
        }
    }
}
