//! The process as others see it: signals, threads, and libraries that give up.

use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use super::{program, refuse, succeed};

/// A decoder that panics is an answer like any other.
#[test]
fn a_library_that_panics_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let picture = include_bytes!("../data/cases/t08_planart.tif");
    std::fs::write(folder.path().join("t08_planart.tif"), picture).unwrap();
    for options in ["", " --json", " --figure a.png"] {
        let line = format!("approximate t08_planart.tif{options}");
        refuse(folder.path(), &line, 1, "t08_planart.tif");
    }
}

/// Told by the program itself, as a process of its own: what hears of a panic belongs to a whole
/// process.
#[test]
fn a_bug_of_ours_is_one_line() {
    const CHILD: &str = "LOCALIZED_LORA_TEST_BUG";
    if std::env::var_os(CHILD).is_some() {
        localized_lora::process::start();
        let met = || -> () { panic!("one\n\ntwo") };
        std::thread::scope(|scope| {
            let threads = [0; 3].map(|_| scope.spawn(met));
            assert!(threads.into_iter().all(|thread| thread.join().is_err()));
        });
        return;
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "process::a_bug_of_ours_is_one_line",
            "--exact",
            "--nocapture",
        ])
        .env(CHILD, "1")
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    let lines: Vec<&str> = errors.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), 1, "{errors}");
    for part in [
        "error: this is a bug",
        env!("CARGO_PKG_VERSION"),
        "one two",
        "process.rs",
    ] {
        assert!(lines[0].contains(part), "{part} in {errors}");
    }
}

#[test]
fn more_threads_than_any_machine_has_are_not_started() {
    let folder = tempfile::tempdir().unwrap();
    let expected = succeed(folder.path(), "dataset --digit 1");
    for count in ["100000", "1", "0", "many"] {
        let output = program(folder.path())
            .env("RAYON_NUM_THREADS", count)
            .args(["dataset", "--digit", "1"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{count}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    }
}

/// A user who may have one process has no thread to spare. The limit does not bind root, who runs
/// this as somebody else, if he may look at the program.
#[cfg(target_os = "linux")]
#[test]
fn one_thread_will_do() {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = std::process::Command::new("sh");
        command
            .args(["-c", "if (ulimit -u 1) 2>&-; then ulimit -u 1; else ulimit -p 1; fi && exec \"$0\" dataset --digit 1"])
            .arg(env!("CARGO_BIN_EXE_localized-lora"))
            .current_dir("/");
        command
    };
    let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let output = match root {
        true => start().uid(65_534).gid(65_534).output().unwrap(),
        false => start().output().unwrap(),
    };
    let errors = String::from_utf8(output.stderr).unwrap();
    if root && output.status.code() == Some(126) {
        eprintln!("not checked: another user may not run the program here");
        return;
    }
    assert!(output.status.success(), "{errors}");
    let expected = succeed(folder.path(), "dataset --digit 1");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[cfg(unix)]
mod signals {
    use super::*;

    /// A sweep that takes longer than this test.
    const LONG: &str = "finetune --preset wider --layouts lora,melora --epochs 20";

    fn start(folder: &Path, options: &str) -> Child {
        std::process::Command::new(env!("CARGO_BIN_EXE_localized-lora"))
            .args(
                LONG.split(' ')
                    .chain(options.split(' ').filter(|word| !word.is_empty())),
            )
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn send(signal: &str, child: &Child) {
        let sent = std::process::Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    fn ended_by(signal: &str, child: Child) -> Output {
        send(signal, &child);
        child.wait_with_output().unwrap()
    }

    /// Waits for what a program does, and leaves none behind that does not do it.
    fn wait_until(child: &mut Child, what: impl Fn() -> bool) {
        let start = Instant::now();
        while !what() {
            if start.elapsed() > Duration::from_secs(300) {
                child.kill().unwrap();
                panic!("nothing happens");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Whether a program has come so far that a signal is its own to answer: it blocks them for a thread that
    /// waits for them, but for SIGHUP where whoever runs the tests ignores it. Where the system does not tell, the time that follows has to do.
    fn looks_out_for_signals(id: u32) -> bool {
        const TERM: u64 = 1 << 14;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"));
        let Ok(status) = status else {
            return !cfg!(target_os = "linux");
        };
        let mask = status.lines().find_map(|line| line.strip_prefix("SigBlk:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        mask.is_some_and(|mask| mask & TERM > 0)
    }

    fn runs_in(path: &Path) -> usize {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.matches("\"validation_loss\"").count()
    }

    #[test]
    fn an_interrupted_sweep_says_what_is_kept_and_how_it_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.json");
        let mut child = start(folder.path(), "--out r.json --figure f.svg");
        wait_until(&mut child, || runs_in(&path) > 0);
        let output = ended_by("-INT", child);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(130), "{errors}");
        assert!(output.stdout.is_empty());
        assert_eq!(errors.lines().count(), 1, "{errors}");
        assert!(errors.starts_with("stopped: "), "{errors}");
        for part in ["runs are done", "no figure was drawn", "--resume", "r.json"] {
            assert!(errors.contains(part), "{part} in {errors}");
        }
        let names: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["r.json"]);
        assert!(runs_in(&path) > 0);
    }

    /// That a run has ended shows nowhere outside, so the signal comes after more and more time.
    #[test]
    fn an_interrupted_sweep_without_a_file_prints_what_there_is() {
        let folder = tempfile::tempdir().unwrap();
        for seconds in 0.. {
            let child = start(folder.path(), "--csv");
            std::thread::sleep(Duration::from_secs(1 << seconds));
            let output = ended_by("-TERM", child);
            let errors = String::from_utf8(output.stderr).unwrap();
            let printed = String::from_utf8(output.stdout).unwrap();
            assert_eq!(output.status.code(), Some(143), "{errors}");
            let last = errors.lines().last().unwrap_or_default();
            let runs = printed.lines().skip(1).count();
            if runs > 0 {
                assert!(printed.starts_with("layout,"), "{printed}");
                let said = format!("stopped: {runs} of ");
                assert!(
                    last.starts_with(&said) && last.contains("--out"),
                    "{errors}"
                );
                break;
            }
        }
    }

    #[test]
    fn other_work_ends_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_localized-lora"))
            .args([
                "dataset",
                "--locality",
                "--split",
                "train",
                "--figure",
                "a.svg",
            ])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let id = child.id();
        wait_until(&mut child, || looks_out_for_signals(id));
        std::thread::sleep(Duration::from_millis(300));
        let output = ended_by("-TERM", child);
        assert_eq!(output.status.code(), Some(143));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    /// As `nohup` does.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_signal_that_is_ignored_from_the_start_stays_so() {
        let folder = tempfile::tempdir().unwrap();
        let child = std::process::Command::new("sh")
            .args(["-c", "trap '' HUP; exec \"$0\" dataset --digit 1"])
            .arg(env!("CARGO_BIN_EXE_localized-lora"))
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(200));
        let output = ended_by("-HUP", child);
        assert!(output.status.success());
    }
}
