//! Gradients and arrangements that must hold for any shape, checked without PyTorch.
#![allow(clippy::unwrap_used)]

use localized_lora::finetune::batch::Batch;
use localized_lora::finetune::images::{Examples, SparseImages};
use localized_lora::finetune::layout::{Layout, Part};
use localized_lora::finetune::model::{
    Adapter, BatchWorkspace, Full, Inputs, Model, ModelScore, evaluate, loss_and_gradient,
};
use localized_lora::finetune::network::{Network, Shape};
use localized_lora::finetune::wiring::Wiring;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const IMAGES: usize = 4;

fn shapes() -> impl Strategy<Value = Shape> {
    (2usize..8, 2usize..8, 2usize..20, 2usize..5).prop_map(|(rows, cols, hidden, classes)| Shape {
        rows,
        cols,
        hidden,
        classes,
    })
}

fn random_examples(shape: &Shape, images: usize, rng: &mut ChaCha8Rng) -> Examples<f64> {
    let labels = (0..images).map(|_| rng.random_range(0..shape.classes as u8));
    let labels = labels.collect();
    let dark = rng.random_range(0..shape.inputs());
    let mut palette = vec![0.0];
    let mut levels = Vec::new();
    for pixel in 0..images * shape.inputs() {
        let value = rng.random::<f64>();
        if value < 0.4 || pixel % shape.inputs() == dark {
            levels.push(0);
        } else {
            levels.push(palette.len() as u16);
            palette.push(value);
        }
    }
    let mut sparse = SparseImages::new(shape.inputs(), palette);
    levels
        .chunks(shape.inputs())
        .for_each(|image| sparse.push(image.iter().copied()));
    Examples {
        images: sparse,
        labels,
    }
}

/// A model's gradient and losses on all examples as one batch.
fn gradient(
    model: &impl Model<f64>,
    parameters: &[f64],
    (examples, frozen): (&Examples<f64>, &[f64]),
) -> (Vec<f64>, Vec<f64>) {
    let all: Vec<u32> = (0..examples.labels.len() as u32).collect();
    let batch = Batch::new(&examples.images, &all);
    let inputs = Inputs {
        labels: &examples.labels,
        frozen,
    };
    let mut gradients = vec![0.0; parameters.len()];
    let at = &mut BatchWorkspace::default();
    let losses = loss_and_gradient(model, parameters, &mut gradients, &inputs, &batch, at);
    (gradients, losses)
}

/// How a model does on all examples, in batches of three.
fn evaluation(
    model: &impl Model<f64>,
    parameters: &[f64],
    (examples, frozen): (&Examples<f64>, &[f64]),
) -> Vec<ModelScore> {
    let all: Vec<u32> = (0..examples.labels.len() as u32).collect();
    let batches = Batch::sequence(&examples.images, &all, 3);
    let inputs = Inputs {
        labels: &examples.labels,
        frozen,
    };
    evaluate(
        model,
        parameters,
        &inputs,
        &batches,
        &mut BatchWorkspace::default(),
    )
}

/// Compares every gradient with the change of the loss, and says how many there were.
fn check_gradients(
    model: &impl Model<f64>,
    parameters: &[f64],
    examples: (&Examples<f64>, &[f64]),
) {
    const STEP: f64 = 1e-6;
    let (gradients, losses) = gradient(model, parameters, examples);
    let loss = losses[0];
    assert!((loss - evaluation(model, parameters, examples)[0].loss).abs() < 1e-12);
    let mut moved = parameters.to_vec();
    let mut loss_at = |index: usize, value: f64| {
        let before = std::mem::replace(&mut moved[index], value);
        let loss = evaluation(model, &moved, examples)[0].loss;
        moved[index] = before;
        loss
    };
    for (index, &gradient) in gradients.iter().enumerate() {
        let value = parameters[index];
        let (above, below) = (loss_at(index, value + STEP), loss_at(index, value - STEP));
        let (right, left) = ((above - loss) / STEP, (loss - below) / STEP);
        let slope = (above - below) / (2.0 * STEP);
        // Where a hidden unit is switched within the step, the loss has a bend.
        let bend = (right - left).abs();
        assert!(
            (slope - gradient).abs() < 1e-7 + 1e-5 * gradient.abs() + bend,
            "parameter {index} of {}: {gradient} instead of {slope}",
            gradients.len()
        );
        assert!(index < model.trained() || gradient == 0.0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_adapters_gradients_are_the_slopes_of_its_loss(
        shape in shapes(),
        layout in prop::sample::select(Layout::ALL.to_vec()),
        segments in 1usize..5,
        rank in 1usize..4,
        seed: u64,
    ) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let network = Network::<f64>::random(shape, &mut rng);
        let examples = random_examples(&shape, IMAGES, &mut rng);
        let wiring = Wiring::new(layout.parts(&shape, segments, rank), &examples.images.ever_lit());
        let mut parameters: Vec<f64> = wiring.random(&mut rng);
        for parameter in &mut parameters {
            *parameter += 0.3 * (rng.random::<f64>() - 0.5);
        }
        let frozen = network.first_layer(&examples.images);
        let model = Adapter { wiring: &wiring, network: &network };
        check_gradients(&model, &parameters, (&examples, &frozen));
    }

    #[test]
    fn parts_of_different_ranks_have_right_gradients_too(shape in shapes(), seed: u64) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let network = Network::<f64>::random(shape, &mut rng);
        let examples = random_examples(&shape, IMAGES, &mut rng);
        let mut parts = Layout::LocalizedBlock.parts(&shape, 2, 1);
        for part in &mut parts {
            part.rank = rng.random_range(0..4);
        }
        let wiring = Wiring::new(parts, &examples.images.ever_lit());
        let parameters: Vec<f64> = (0..wiring.params()).map(|_| rng.random::<f64>() - 0.5).collect();
        let frozen = network.first_layer(&examples.images);
        let model = Adapter { wiring: &wiring, network: &network };
        check_gradients(&model, &parameters, (&examples, &frozen));
    }

    #[test]
    fn the_whole_networks_gradients_are_the_slopes_of_its_loss(shape in shapes(), seed: u64) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let network = Network::<f64>::random(shape, &mut rng);
        let examples = random_examples(&shape, IMAGES, &mut rng);
        let full = Full::new(shape, &examples.images.ever_lit(), 1);
        let parameters = full.parameters(&network);
        prop_assert_eq!(parameters.len(), shape.params());
        prop_assert_eq!(&full.network(0, &parameters), &network);
        check_gradients(&full, &parameters, (&examples, &[]));
    }

    #[test]
    fn an_adapter_does_what_its_update_added_to_the_weights_does(
        shape in shapes(),
        layout in prop::sample::select(Layout::ALL.to_vec()),
        segments in 1usize..5,
        rank in 1usize..4,
        seed: u64,
    ) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let network = Network::<f64>::random(shape, &mut rng);
        let examples = random_examples(&shape, IMAGES, &mut rng);
        let lit = examples.images.ever_lit();
        let wiring = Wiring::new(layout.parts(&shape, segments, rank), &lit);
        let parameters: Vec<f64> = (0..wiring.params()).map(|_| rng.random::<f64>() - 0.5).collect();
        let update = wiring.update(0, shape.hidden, &parameters);
        let mut merged = network.clone();
        for (weight, change) in merged.w1.iter_mut().zip(update.iter()) {
            *weight += change;
        }
        let frozen = network.first_layer(&examples.images);
        let model = Adapter { wiring: &wiring, network: &network };
        let adapted = evaluation(&model, &parameters, (&examples, &frozen));
        let full = Full::new(shape, &lit, 1);
        let whole = evaluation(&full, &full.parameters(&merged), (&examples, &[]));
        prop_assert!((adapted[0].loss - whole[0].loss).abs() < 1e-12);
        prop_assert!((adapted[0].accuracy() - merged.accuracy(&examples)).abs() < 1e-12);
    }

    #[test]
    fn adapters_side_by_side_do_what_each_does_alone_bit_for_bit(
        shape in shapes(),
        layout in prop::sample::select(Layout::ALL.to_vec()),
        segments in 1usize..5,
        rank in 1usize..9,
        runs in 2usize..12,
        images in 1usize..150,
        seed: u64,
    ) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let network = Network::<f64>::random(shape, &mut rng);
        let examples = random_examples(&shape, images, &mut rng);
        let frozen = network.first_layer(&examples.images);
        let examples = (&examples, &frozen[..]);
        let lit = examples.0.images.ever_lit();
        let parts = layout.parts(&shape, segments, rank);
        let alone = Wiring::new(parts.clone(), &lit);
        let together = Wiring::side_by_side(parts, &lit, runs);
        let parameters: Vec<f64> = (0..together.params()).map(|_| rng.random::<f64>() - 0.5).collect();
        let model = Adapter { wiring: &together, network: &network };
        let (gradients, losses) = gradient(&model, &parameters, examples);
        let evaluations = evaluation(&model, &parameters, examples);
        let spread = together.spread(&(0..runs).map(|run| run as f64).collect::<Vec<_>>());
        for (run, loss) in losses.into_iter().enumerate() {
            let mut own = vec![0.0; alone.params()];
            for part in 0..alone.parts().len() {
                let (a, b) = together.factors(run, part, &parameters);
                alone.set_factors(0, part, (&a, &b), &mut own);
            }
            let model = Adapter { wiring: &alone, network: &network };
            let (own_gradients, own_losses) = gradient(&model, &own, examples);
            prop_assert_eq!(loss, own_losses[0]);
            prop_assert_eq!(&evaluations[run], &evaluation(&model, &own, examples)[0]);
            for part in 0..alone.parts().len() {
                prop_assert_eq!(
                    together.factors(run, part, &gradients),
                    alone.factors(0, part, &own_gradients)
                );
            }
            let of_run = spread.iter().filter(|&&value| value == run as f64).count();
            prop_assert_eq!(of_run, alone.trained());
        }
    }

    #[test]
    fn networks_side_by_side_do_what_each_does_alone_bit_for_bit(
        shape in shapes(),
        runs in 2usize..4,
        images in 1usize..150,
        seed: u64,
    ) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let examples = random_examples(&shape, images, &mut rng);
        let lit = examples.images.ever_lit();
        let (alone, together) = (Full::new(shape, &lit, 1), Full::new(shape, &lit, runs));
        let parameters: Vec<f64> = (0..runs * shape.params()).map(|_| rng.random::<f64>() - 0.5).collect();
        let (gradients, losses) = gradient(&together, &parameters, (&examples, &[]));
        for (run, loss) in losses.into_iter().enumerate() {
            let own = alone.parameters(&together.network(run, &parameters));
            let (own_gradients, own_losses) = gradient(&alone, &own, (&examples, &[]));
            prop_assert_eq!(loss, own_losses[0]);
            prop_assert_eq!(together.network(run, &gradients), alone.network(0, &own_gradients));
        }
    }

    #[test]
    fn parameters_are_counted_as_in_the_design(rank in 1usize..9, count in 1usize..17) {
        let shape = Shape { rows: 28, cols: 28, hidden: 64, classes: 5 };
        prop_assert_eq!(shape.params(), 50_565);
        let params = |layout: Layout| {
            layout.parts(&shape, count, rank).iter().map(Part::params).sum::<usize>()
        };
        prop_assert_eq!(params(Layout::Lora), 848 * rank);
        prop_assert_eq!(params(Layout::Melora), 848 * rank);
        prop_assert_eq!(params(Layout::LocalizedBlock), 848 * count * rank);
        prop_assert_eq!(params(Layout::LocalizedGrid), (784 + 64 * count * count) * rank);
    }
}
