//! A sweep that is killed at any moment and resumed gives what one left alone gives, bit for bit.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use localized_lora::experiment::load;
use localized_lora::finetune::Results;

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

/// So often the sweep is killed before it may end.
const KILLS: usize = 3;

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

fn runs(out: &Path) -> usize {
    match out.exists() {
        true => load(out).expect("whole at any moment").all_runs().count(),
        false => 0,
    }
}

/// Waits for another run in the file and kills the sweep a moment later. Whether it was under way.
fn kill_under_way(out: &Path, threads: usize, moment: Duration) -> bool {
    let known = runs(out);
    let mut child = start(out, threads);
    let since = Instant::now();
    while runs(out) <= known && child.try_wait().unwrap().is_none() {
        assert!(since.elapsed() < Duration::from_secs(120), "no run ends");
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(moment);
    let under_way = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    under_way && !load(out).expect("whole after a kill").complete
}

/// All that does not depend on how fast the machine was.
fn timeless(mut results: Results) -> Results {
    let runs = results.full.runs.iter_mut().chain(&mut results.runs);
    runs.for_each(|run| run.seconds = 0.0);
    results
}

#[test]
fn a_killed_and_resumed_sweep_is_that_of_one_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (alone, killed) = (
        folder.path().join("alone.json"),
        folder.path().join("killed.json"),
    );
    assert!(start(&alone, 2).wait().unwrap().success());
    let expected = timeless(load(&alone).unwrap());
    assert!(expected.complete);
    assert_eq!(expected.all_runs().count(), 14);

    let mut under_way = 0;
    for threads in [2, 1, 3, 2, 1, 3] {
        // Any moment will do; it is told, so that a failure can be looked at again.
        let moment = Duration::from_micros(rand::random::<u64>() % 150_000);
        eprintln!("{threads} threads, killed {moment:?} after a run");
        if kill_under_way(&killed, threads, moment) {
            under_way += 1;
        }
        if under_way == KILLS || load(&killed).unwrap().complete {
            break;
        }
    }
    assert!(under_way > 0, "no sweep was killed under way");
    assert!(start(&killed, 3).wait().unwrap().success());
    assert_eq!(timeless(load(&killed).unwrap()), expected);
}
