//! Gradients and arrangements that must hold for any shape, checked without PyTorch.
#![allow(clippy::unwrap_used)]

use localized_lora::finetune::images::{Examples, SparseImages};
use localized_lora::finetune::layout::{Layout, Part};
use localized_lora::finetune::model::{Adapter, Full, Inputs, Model, evaluate, loss_and_gradient};
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

fn random_examples(shape: &Shape, rng: &mut ChaCha8Rng) -> Examples<f64> {
    let mut images = SparseImages::new(shape.inputs());
    let dark = rng.random_range(0..shape.inputs());
    for _ in 0..IMAGES {
        let image: Vec<f64> = (0..shape.inputs())
            .map(|pixel| match rng.random::<f64>() {
                x if x < 0.4 || pixel == dark => 0.0,
                x => x,
            })
            .collect();
        images.push(image);
    }
    let labels = (0..IMAGES)
        .map(|_| rng.random_range(0..shape.classes as u8))
        .collect();
    Examples { images, labels }
}

/// Compares every gradient with the change of the loss, and says how many there were.
fn check_gradients(model: &impl Model<f64>, parameters: &[f64], inputs: &Inputs<'_, f64>) {
    const STEP: f64 = 1e-6;
    let all: Vec<u32> = (0..IMAGES as u32).collect();
    let mut gradients = vec![0.0; parameters.len()];
    let loss = loss_and_gradient(model, parameters, &mut gradients, inputs, &all);
    assert!((loss - evaluate(model, parameters, inputs, &all).loss).abs() < 1e-12);
    let mut moved = parameters.to_vec();
    let mut loss_at = |index: usize, value: f64| {
        let before = std::mem::replace(&mut moved[index], value);
        let loss = evaluate(model, &moved, inputs, &all).loss;
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
        let examples = random_examples(&shape, &mut rng);
        let wiring = Wiring::new(layout.parts(&shape, segments, rank), &examples.images.ever_lit());
        let mut parameters: Vec<f64> = wiring.random(&mut rng);
        for parameter in &mut parameters {
            *parameter += 0.3 * (rng.random::<f64>() - 0.5);
        }
        let frozen = network.first_layer(&examples.images);
        let model = Adapter { wiring: &wiring, network: &network };
        check_gradients(&model, &parameters, &Inputs::new(&examples, &frozen));
    }

    #[test]
    fn parts_of_different_ranks_have_right_gradients_too(shape in shapes(), seed: u64) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let network = Network::<f64>::random(shape, &mut rng);
        let examples = random_examples(&shape, &mut rng);
        let mut parts = Layout::LocalizedBlock.parts(&shape, 2, 1);
        for part in &mut parts {
            part.rank = rng.random_range(0..4);
        }
        let wiring = Wiring::new(parts, &examples.images.ever_lit());
        let parameters: Vec<f64> = (0..wiring.params()).map(|_| rng.random::<f64>() - 0.5).collect();
        let frozen = network.first_layer(&examples.images);
        let model = Adapter { wiring: &wiring, network: &network };
        check_gradients(&model, &parameters, &Inputs::new(&examples, &frozen));
    }

    #[test]
    fn the_whole_networks_gradients_are_the_slopes_of_its_loss(shape in shapes(), seed: u64) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let network = Network::<f64>::random(shape, &mut rng);
        let examples = random_examples(&shape, &mut rng);
        let full = Full::new(shape, &examples.images.ever_lit());
        let parameters = full.parameters(&network);
        prop_assert_eq!(parameters.len(), shape.params());
        prop_assert_eq!(&full.network(&parameters), &network);
        check_gradients(&full, &parameters, &Inputs::new(&examples, &[]));
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
        let examples = random_examples(&shape, &mut rng);
        let lit = examples.images.ever_lit();
        let wiring = Wiring::new(layout.parts(&shape, segments, rank), &lit);
        let parameters: Vec<f64> = (0..wiring.params()).map(|_| rng.random::<f64>() - 0.5).collect();
        let update = wiring.update(shape.hidden, shape.inputs(), &parameters);
        let mut merged = network.clone();
        for (weight, change) in merged.w1.iter_mut().zip(update.iter()) {
            *weight += change;
        }
        let all: Vec<u32> = (0..IMAGES as u32).collect();
        let frozen = network.first_layer(&examples.images);
        let model = Adapter { wiring: &wiring, network: &network };
        let adapted = evaluate(&model, &parameters, &Inputs::new(&examples, &frozen), &all);
        let full = Full::new(shape, &lit);
        let whole = evaluate(&full, &full.parameters(&merged), &Inputs::new(&examples, &[]), &all);
        prop_assert!((adapted.loss - whole.loss).abs() < 1e-12);
        prop_assert!((adapted.accuracy() - merged.accuracy(&examples)).abs() < 1e-12);
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
