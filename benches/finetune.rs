//! What fine-tuning costs: an epoch of each layout on one core beside the core's limit, and the
//! paper's whole sweep on all cores. `cargo bench --bench finetune`
//!
//! `benches/pytorch_peer.py` runs the same sweep in PyTorch for whoever has it.

#[path = "support/load.rs"]
mod load;

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Instant;

use load::load;
use localized_lora::experiment::{Experiment, SweepPreset};
use localized_lora::finetune::{
    AdaptationData, Configuration, Layout, Part, PretrainedNetwork, Runs, SweepSettings, pretrain,
    sweep,
};

/// What PyTorch 2.15 needed for the 108 adapter runs on an idle machine of two cores.
const PYTORCH_SECONDS: f64 = 818.0;

/// So many that what is done once does not matter.
const EPOCHS: usize = 20;

fn main() {
    let experiment = Experiment {
        preset: SweepPreset::Paper,
        ..Experiment::default()
    };
    let data = experiment.data().expect("built in");
    let settings = experiment.settings();
    println!("{}", load());
    // The sweep first: its memory at most is that of the process so far.
    whole_sweep(&data, &settings);
    epochs(&data, &settings);
    println!("{}", load());
}

fn go_on() -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn epochs(data: &AdaptationData, settings: &SweepSettings) {
    let peak = peak();
    println!("a core multiplies and adds {peak:.1} · 10⁹ f32 numbers a second at most");
    println!(
        "seconds an epoch of 26,464 digits, validation included, of one core and one of three"
    );
    println!("runs side by side:");
    let once = SweepSettings {
        pretraining_epochs: 1,
        ..settings.clone()
    };
    let mut pretrained = pretrain(data, &once, 0, &go_on).expect("not stopped");
    pretrained.keep_batches(EPOCHS);
    // The first to see the batches makes them.
    epoch(data, &pretrained, settings, None);
    let of = |layout, segments, rank| {
        Some(Configuration {
            layout,
            segments,
            rank,
        })
    };
    for adapter in [
        None,
        of(Layout::Lora, 1, 2),
        of(Layout::Lora, 1, 8),
        of(Layout::Lora, 1, 32),
        of(Layout::Melora, 4, 4),
        of(Layout::LocalizedBlock, 4, 4),
        of(Layout::LocalizedBlock, 16, 2),
        of(Layout::LocalizedGrid, 2, 4),
        of(Layout::LocalizedGrid, 4, 8),
        of(Layout::LocalizedGrid, 8, 8),
    ] {
        let (seconds, name) = epoch(data, &pretrained, settings, adapter);
        let useful = operations(data, settings, adapter) / 1e9;
        let share = 100.0 * useful / (peak * seconds);
        println!(
            "  {name:24} {seconds:.3} s, {useful:5.2} · 10⁹ operations, {share:4.1} % of the limit"
        );
    }
}

/// The mean of some epochs.
fn epoch(
    data: &AdaptationData,
    pretrained: &PretrainedNetwork,
    settings: &SweepSettings,
    adapter: Option<Configuration>,
) -> (f64, String) {
    let rates = &settings.learning_rates;
    let mut runs = Runs::new(data, pretrained, adapter, rates);
    let clock = Clock::start();
    for _ in 0..EPOCHS {
        runs.epoch(&go_on).expect("not stopped");
    }
    let seconds = clock.seconds() / (EPOCHS * rates.len()) as f64;
    let name = adapter.map_or_else(
        || "full".to_owned(),
        |one| format!("{}:{}:{}", one.layout.id(), one.segments, one.rank),
    );
    (seconds, name)
}

/// Multiplications and additions that an epoch's formulas need, dark pixels skipped: forward and
/// gradient of every training digit, the step of every batch, forward of the held-out tenth.
fn operations(
    data: &AdaptationData,
    settings: &SweepSettings,
    adapter: Option<Configuration>,
) -> f64 {
    let images = &data.adaptation.images;
    let count = images.count();
    let mut lit = vec![0_usize; images.pixels()];
    for image in 0..count {
        images
            .lit(image)
            .0
            .iter()
            .for_each(|&pixel| lit[pixel as usize] += 1);
    }
    // A part that an image leaves dark costs nothing.
    let seen = |part: &Part| {
        let reads: Vec<bool> = (0..images.pixels())
            .map(|pixel| part.inputs.contains(&pixel))
            .collect();
        let seeing = |image: &usize| images.lit(*image).0.iter().any(|&p| reads[p as usize]);
        // Every tenth image tells.
        let few = (0..count).step_by(10);
        few.clone().filter(seeing).count() as f64 / few.count() as f64
    };
    let mean = |pixels: &[usize]| {
        let sum: usize = pixels.iter().map(|&pixel| lit[pixel]).sum();
        sum as f64 / count as f64
    };
    let shape = settings.shape(data.rows, data.cols);
    let (hidden, classes) = (shape.hidden as f64, shape.classes as f64);
    let (forward, backward, params) = match adapter {
        None => {
            let all: Vec<usize> = (0..images.pixels()).collect();
            let layer = 2.0 * mean(&all) * hidden;
            let classifier = 2.0 * hidden * classes;
            (
                layer + classifier,
                layer + 2.0 * classifier,
                shape.params() as f64,
            )
        }
        Some(configuration) => {
            let parts = configuration.parts(&shape);
            let read = |part: &Part| 2.0 * mean(&part.inputs) * part.rank as f64;
            let spread = |part: &Part| 2.0 * seen(part) * (part.rank * part.hidden.len()) as f64;
            let classifier = 2.0 * hidden * classes;
            let forward: f64 = parts.iter().map(|part| read(part) + spread(part)).sum();
            let backward: f64 = parts
                .iter()
                .map(|part| read(part) + 2.0 * spread(part))
                .sum();
            let params = configuration.params(&shape) as f64;
            (forward + classifier, backward + classifier, params)
        }
    };
    let validation = count / 10;
    let training = count - validation;
    let steps = training.div_ceil(settings.batch) as f64;
    const ADAM: f64 = 12.0;
    training as f64 * (forward + backward) + validation as f64 * forward + steps * ADAM * params
}

/// Operations a second, in 10⁹, of independent multiplications and additions of f32, with the
/// instructions that the trainer uses.
fn peak() -> f64 {
    let (operations, seconds) = (0..3)
        .map(|_| {
            let clock = Clock::start();
            let operations = pulp::Arch::new().dispatch(Peak);
            (operations, clock.seconds())
        })
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or_default();
    operations / seconds / 1e9
}

struct Peak;

impl pulp::WithSimd for Peak {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, simd: S) -> f64 {
        /// As many chains as hide the time from one result to the next, and stay in registers.
        const CHAINS: usize = 12;
        const ROUNDS: usize = 50_000_000;
        let factor = simd.splat_f32s(black_box(0.999));
        let term = simd.splat_f32s(black_box(0.001));
        let mut sums = [simd.splat_f32s(1.0); CHAINS];
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = simd.mul_add_e_f32s(*sum, factor, term);
            }
        }
        black_box(sums);
        (2 * CHAINS * ROUNDS * S::F32_LANES) as f64
    }
}

fn whole_sweep(data: &AdaptationData, settings: &SweepSettings) {
    let (start, processor) = (Instant::now(), processor_seconds());
    let results = sweep(data, settings, None, &|_| go_on()).expect("it can be trained");
    let wall = start.elapsed().as_secs_f64();
    let seconds = |runs: &[localized_lora::finetune::RunRecord]| -> f64 {
        runs.iter().map(|run| run.seconds).sum()
    };
    let adapters = seconds(&results.runs);
    println!(
        "the paper's sweep: {wall:.1} s for {} full and {} adapter runs with pretraining \
         ({:.1} s and {adapters:.1} s of one core); PyTorch needed {PYTORCH_SECONDS:.0} s for the \
         adapter runs, {:.0} times as long",
        results.full.runs.len(),
        results.runs.len(),
        seconds(&results.full.runs),
        PYTORCH_SECONDS / wall,
    );
    match processor.zip(processor_seconds()) {
        Some((before, after)) => println!("processor time: {:.1} s", after - before),
        None => println!("processor time: this system does not tell"),
    }
    match memory() {
        Some(peak) => println!("memory at most: {peak}"),
        None => println!("memory: this system does not tell"),
    }
}

/// Takes the time of what one thread does: processor time where the system tells it, which another
/// program's work makes no longer.
struct Clock {
    start: Instant,
    processor: Option<f64>,
}

impl Clock {
    fn start() -> Self {
        Self {
            start: Instant::now(),
            processor: processor_seconds(),
        }
    }

    fn seconds(&self) -> f64 {
        match self.processor.zip(processor_seconds()) {
            Some((before, after)) => after - before,
            None => self.start.elapsed().as_secs_f64(),
        }
    }
}

/// Processor time of all threads of this process so far, as Linux tells it.
fn processor_seconds() -> Option<f64> {
    let mut nanoseconds = 0.0;
    for thread in std::fs::read_dir("/proc/self/task").ok()? {
        let told = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        nanoseconds += told.split_whitespace().next()?.parse::<f64>().ok()?;
    }
    Some(nanoseconds / 1e9)
}

/// The largest memory that this process had, as Linux tells it.
fn memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.trim_start_matches("VmHWM:").trim().to_owned())
}
