//! A sweep that is killed at any moment and resumed gives what one left alone gives, bit for bit.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use localized_lora::experiment::{load, save};
use localized_lora::finetune::Results;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Two layouts, two seeds, one epoch: fourteen runs.
const SWEEP: [&str; 15] = [
    "finetune",
    "--preset",
    "quick",
    "--layouts",
    "lora,localized_grid",
    "--ranks",
    "2,4",
    "--segments",
    "2,4",
    "--epochs",
    "1",
    "--seeds",
    "0,1",
    "--json",
    "--out",
];

/// So often the sweep is killed under way before it may end.
const KILLS: usize = 4;
/// So often that is tried.
const TRIES: usize = 12;
/// The longest wait between a run's end and the kill; shorter where that came too late.
const LONGEST: Duration = Duration::from_millis(150);
/// Chooses the same moments again.
const SEED_VARIABLE: &str = "KILL_SEED";

fn start(out: &Path, threads: usize) -> Child {
    let mut program = Command::new(env!("CARGO_BIN_EXE_localized-lora"));
    program
        .args(SWEEP)
        .arg(out)
        .env("RAYON_NUM_THREADS", threads.to_string())
        .stdout(Stdio::null());
    if out.exists() {
        program.arg("--resume");
    }
    program.spawn().expect("the program starts")
}

/// Waits until the program has ended well.
fn finish(mut child: Child) {
    assert!(child.wait().unwrap().success());
}

fn read(out: &Path) -> Option<Results> {
    out.exists()
        .then(|| load(out).expect("whole at any moment"))
}

fn runs(out: &Path) -> usize {
    read(out).map_or(0, |results| results.all_runs().count())
}

/// Waits for another run in the file and kills the sweep a moment later. Whether it was under way.
fn kill_under_way(out: &Path, threads: usize, moment: Duration) -> bool {
    let known = runs(out);
    let mut child = start(out, threads);
    let since = Instant::now();
    while runs(out) <= known && child.try_wait().unwrap().is_none() {
        assert!(since.elapsed() < Duration::from_secs(300), "no run ends");
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(moment);
    child.kill().unwrap();
    child.wait().unwrap();
    !read(out).is_some_and(|results| results.complete)
}

/// Kills the sweep again and again; gives it back incomplete, with as many kills as there were.
fn kill_often(out: &Path, rng: &mut ChaCha8Rng) -> usize {
    let mut longest = LONGEST;
    let mut kills = 0;
    for threads in [2, 1, 3].into_iter().cycle().take(TRIES) {
        let moment = longest.mul_f64(rng.random());
        let before = read(out);
        if kill_under_way(out, threads, moment) {
            eprintln!("{threads} threads, killed {moment:?} after a run");
            kills += 1;
        } else {
            // Too late: back to where it was, and sooner.
            match before {
                Some(before) => save(out, &before).unwrap(),
                None => std::fs::remove_file(out).unwrap(),
            }
            longest /= 2;
        }
        if kills == KILLS {
            break;
        }
    }
    kills
}

/// All that does not depend on how fast the machine was, as text: equal when bit-identical.
fn timeless(out: &Path) -> String {
    let mut results = load(out).unwrap();
    let runs = results.full.runs.iter_mut().chain(&mut results.runs);
    runs.for_each(|run| run.seconds = 0.0);
    results.to_json().unwrap()
}

#[test]
fn a_killed_and_resumed_sweep_is_that_of_one_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join("alone.json");
    let killed = folder.path().join("killed.json");
    finish(start(&alone, 2));
    let expected = load(&alone).unwrap();
    assert!(expected.complete);
    assert_eq!(expected.all_runs().count(), 14);
    assert_eq!(expected.pretrained.len(), 2);

    let seed = match std::env::var(SEED_VARIABLE) {
        Ok(seed) => seed.parse().expect("a seed"),
        Err(_) => rand::random(),
    };
    eprintln!("{SEED_VARIABLE}={seed}");
    let kills = kill_often(&killed, &mut ChaCha8Rng::seed_from_u64(seed));
    assert!(kills > 0, "no sweep was killed under way");
    for threads in [1, 3] {
        let resumed = folder.path().join(format!("resumed with {threads}.json"));
        std::fs::copy(&killed, &resumed).unwrap();
        finish(start(&resumed, threads));
        assert_eq!(timeless(&resumed), timeless(&alone));
    }

    // Resuming what is complete trains nothing and forgets nothing.
    let bytes = std::fs::read(&alone).unwrap();
    finish(start(&alone, 1));
    assert_eq!(std::fs::read(&alone).unwrap(), bytes);
}
