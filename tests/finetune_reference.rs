//! The trainer against PyTorch's own autograd and Adam (`data/finetune_pytorch.json`, whose
//! `source` names the version): every layout, three steps, in f64 and in f32.
#![allow(clippy::unwrap_used)]

use localized_lora::finetune::adam::Adam;
use localized_lora::finetune::batch::Batch;
use localized_lora::finetune::images::{Examples, SparseImages};
use localized_lora::finetune::layout::{Layout, Part};
use localized_lora::finetune::model::{
    Adapter, BatchWorkspace, Full, Inputs, Model, loss_and_gradient,
};
use localized_lora::finetune::network::{Network, Shape};
use localized_lora::finetune::real::Real;
use localized_lora::finetune::wiring::Wiring;
use nalgebra::DMatrix;
use serde::Deserialize;

const LEARNING_RATE: f64 = 0.01;

type Rows = Vec<Vec<f64>>;

#[derive(Deserialize)]
struct Reference {
    image_side: usize,
    hidden: usize,
    classes: usize,
    w1: Rows,
    b1: Vec<f64>,
    w2: Rows,
    b2: Vec<f64>,
    batches: Vec<ReferenceBatch>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct ReferenceBatch {
    x: Rows,
    y: Vec<u8>,
}

#[derive(Deserialize)]
struct Weights {
    w1: Rows,
    b1: Vec<f64>,
    w2: Rows,
    b2: Vec<f64>,
}

#[derive(Deserialize)]
struct Factors {
    a: Rows,
    b: Rows,
}

#[derive(Deserialize)]
struct PartAtStart {
    inputs: Vec<usize>,
    outputs: Vec<usize>,
    a: Rows,
    b: Rows,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Case {
    Adapter {
        layout: Layout,
        segments: usize,
        rank: usize,
        params: usize,
        parts: Vec<PartAtStart>,
        losses: Vec<f64>,
        first_gradients: Vec<Factors>,
        after_three_steps: Vec<Factors>,
    },
    Full {
        params: usize,
        losses: Vec<f64>,
        first_gradients: Weights,
        after_three_steps: Weights,
    },
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("data/finetune_pytorch.json")).unwrap()
}

fn matrix(rows: &Rows) -> DMatrix<f64> {
    DMatrix::from_fn(rows.len(), rows[0].len(), |r, c| rows[r][c])
}

fn reals<T: Real>(values: impl IntoIterator<Item = f64>) -> Vec<T> {
    values.into_iter().map(T::from_f64).collect()
}

impl Reference {
    fn network<T: Real>(&self) -> Network<T> {
        Network {
            shape: Shape {
                rows: self.image_side,
                cols: self.image_side,
                hidden: self.hidden,
                classes: self.classes,
            },
            // nalgebra keeps columns together, as the network keeps inputs
            w1: reals(matrix(&self.w1).iter().copied()),
            b1: reals(self.b1.iter().copied()),
            w2: reals(self.w2.iter().flatten().copied()),
            b2: reals(self.b2.iter().copied()),
        }
    }

    /// All batches as one set of examples, and the numbers of each batch's. Every pixel has a level
    /// of its own.
    fn examples<T: Real>(&self) -> (Examples<T>, Vec<Vec<u32>>) {
        let rows = || self.batches.iter().flat_map(|batch| &batch.x);
        let mut palette = vec![T::ZERO];
        palette.extend(rows().flatten().map(|&pixel| T::from_f64(pixel)));
        let mut images = SparseImages::new(self.image_side * self.image_side, palette);
        let mut level = 1..;
        for row in rows() {
            images.push(level.by_ref().take(row.len()));
        }
        let (mut labels, mut batches) = (Vec::new(), Vec::new());
        for batch in &self.batches {
            let first = labels.len() as u32;
            labels.extend(&batch.y);
            batches.push((first..labels.len() as u32).collect());
        }
        (Examples { images, labels }, batches)
    }
}

struct Steps<T> {
    losses: Vec<f64>,
    first_gradients: Vec<T>,
    after: Vec<T>,
}

fn three_steps<T: Real>(
    model: &impl Model<T>,
    mut parameters: Vec<T>,
    (examples, frozen): (&Examples<T>, &[T]),
    batches: &[Vec<u32>],
) -> Steps<T> {
    let trained = model.trained();
    let mut adam = Adam::new(&vec![T::from_f64(LEARNING_RATE); trained]);
    let mut gradients = vec![T::ZERO; parameters.len()];
    let (mut losses, mut first_gradients) = (Vec::new(), Vec::new());
    let inputs = Inputs {
        labels: &examples.labels,
        frozen,
    };
    let mut at = BatchWorkspace::default();
    for batch in batches {
        let batch = Batch::new(&examples.images, batch);
        let loss = loss_and_gradient(model, &parameters, &mut gradients, &inputs, &batch, &mut at);
        losses.push(loss[0].to_f64());
        if first_gradients.is_empty() {
            first_gradients = gradients.clone();
        }
        adam.step(&mut parameters[..trained], &gradients[..trained]);
    }
    Steps {
        losses,
        first_gradients,
        after: parameters,
    }
}

#[track_caller]
fn assert_close(
    what: &str,
    ours: impl IntoIterator<Item = f64>,
    theirs: impl IntoIterator<Item = f64>,
    tolerance: f64,
) {
    let (ours, theirs): (Vec<f64>, Vec<f64>) =
        (ours.into_iter().collect(), theirs.into_iter().collect());
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (index, (a, b)) in ours.iter().zip(&theirs).enumerate() {
        assert!(
            (a - b).abs() <= tolerance,
            "{what}, entry {index}: {a} instead of {b}"
        );
    }
}

fn check_network<T: Real>(what: &str, ours: &Network<T>, theirs: &Weights, tolerance: f64) {
    let pairs = [
        (&ours.w1, matrix(&theirs.w1).iter().copied().collect()),
        (&ours.b1, theirs.b1.clone()),
        (&ours.w2, theirs.w2.concat()),
        (&ours.b2, theirs.b2.clone()),
    ];
    for (ours, theirs) in pairs {
        assert_close(what, ours.iter().map(|x| x.to_f64()), theirs, tolerance);
    }
}

fn check_factors<T: Real>(
    what: &str,
    wiring: &Wiring,
    ours: &[T],
    theirs: &[Factors],
    tolerance: f64,
) {
    assert_eq!(wiring.parts().len(), theirs.len());
    for (index, theirs) in theirs.iter().enumerate() {
        let (a, b) = wiring.factors(0, index, ours);
        for (ours, theirs) in [(a, &theirs.a), (b, &theirs.b)] {
            let theirs = matrix(theirs);
            assert_eq!(ours.shape(), theirs.shape());
            let what = format!("{what} of part {index}");
            assert_close(
                &what,
                ours.iter().copied(),
                theirs.iter().copied(),
                tolerance,
            );
        }
    }
}

/// `exact` holds for losses and gradients, `adam` for parameters after Adam's steps, which
/// divide by the gradient's size and so magnify rounding.
fn check_all_cases<T: Real>(exact: f64, adam: f64) {
    let reference = reference();
    let network = reference.network::<T>();
    let (examples, batches) = reference.examples::<T>();
    let frozen = network.first_layer(&examples.images);
    let lit = examples.images.ever_lit();
    assert_eq!(reference.cases.len(), 8);
    for case in &reference.cases {
        match case {
            Case::Full {
                params,
                losses,
                first_gradients,
                after_three_steps,
            } => {
                assert_eq!(network.shape.params(), *params);
                let full = Full::new(network.shape, &lit, 1);
                let start = full.parameters(&network);
                let ours = three_steps(&full, start, (&examples, &[]), &batches);
                assert_close("losses", ours.losses, losses.iter().copied(), exact);
                let gradients = full.network(0, &ours.first_gradients);
                check_network("gradients", &gradients, first_gradients, exact);
                let after = full.network(0, &ours.after);
                check_network("parameters", &after, after_three_steps, adam);
            }
            Case::Adapter {
                layout,
                segments,
                rank,
                params,
                parts,
                losses,
                first_gradients,
                after_three_steps,
            } => {
                let what = format!("{} {segments} {rank}", layout.name());
                let wiring = Wiring::new(layout.parts(&network.shape, *segments, *rank), &lit);
                assert_eq!(wiring.params(), *params, "{what}");
                assert_eq!(
                    wiring.parts().iter().map(Part::params).sum::<usize>(),
                    *params
                );
                let mut parameters = vec![T::ZERO; wiring.params()];
                for (index, part) in parts.iter().enumerate() {
                    let ours = &wiring.parts()[index];
                    assert_eq!(ours.inputs, part.inputs, "{what}");
                    assert_eq!(ours.hidden.clone().collect::<Vec<_>>(), part.outputs);
                    let factors = (&matrix(&part.a), &matrix(&part.b));
                    wiring.set_factors(0, index, factors, &mut parameters);
                }
                let model = Adapter {
                    wiring: &wiring,
                    network: &network,
                };
                let ours = three_steps(&model, parameters, (&examples, &frozen), &batches);
                assert_close(&what, ours.losses, losses.iter().copied(), exact);
                let first = &ours.first_gradients;
                check_factors(
                    &format!("{what}: gradients"),
                    &wiring,
                    first,
                    first_gradients,
                    exact,
                );
                let after = &ours.after;
                check_factors(
                    &format!("{what}: parameters"),
                    &wiring,
                    after,
                    after_three_steps,
                    adam,
                );
            }
        }
    }
}

#[test]
fn training_agrees_with_pytorch_to_nine_digits() {
    check_all_cases::<f64>(1e-9, 1e-9);
}

#[test]
fn training_in_f32_agrees_with_pytorch_to_its_accuracy() {
    check_all_cases::<f32>(5e-6, 5e-5);
}
