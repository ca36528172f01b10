//! Another program that does the same work, measured in turn with ours: A B A B …, so that
//! whatever else the machine does meets both.

use std::fmt;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

/// Settings by which OpenBLAS is slower than it can be, or takes the kernels of another processor.
const SLOWING: [&str; 2] = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"];

/// A child process that waits for the name of a work on its standard input, does it once, and
/// answers with the seconds that it took.
pub struct Peer {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// What it says it is: library, version, kernels.
    name: String,
}

impl Peer {
    /// Starts it and waits until it is ready. `None` where it cannot run.
    fn start(mut command: Command) -> Option<Self> {
        for variable in SLOWING {
            command.env_remove(variable);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let input = child.stdin.take()?;
        let mut output = BufReader::new(child.stdout.take()?).lines();
        let Some(Ok(name)) = output.next() else {
            child.wait().ok();
            return None;
        };
        Some(Self {
            child,
            input,
            output,
            name,
        })
    }

    /// numpy, through `python3` or what `PYTHON` names.
    pub fn numpy() -> Option<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let mut command = Command::new(&python);
        command
            .arg(root.join("benches/numpy_peer.py"))
            .arg(root.join("assets/mnist"));
        let peer = Self::start(command);
        match &peer {
            Some(peer) => println!("peer: {}", peer.name),
            None => println!("no peer: {python} could not run benches/numpy_peer.py; set PYTHON"),
        }
        peer
    }

    /// Seconds of one work.
    pub fn run(&mut self, work: &str) -> f64 {
        writeln!(self.input, "{work}").expect("the peer listens");
        let answer = self.output.next().expect("the peer answers");
        let answer = answer.expect("the peer's answer is text");
        answer.parse().unwrap_or_else(|_| panic!("{work}: {answer}"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It ends with its input, which an empty line stands for.
        writeln!(self.input).ok();
        self.child.wait().ok();
    }
}

/// Times of one work, in seconds, of both where there is a peer.
pub struct Rounds {
    ours: Vec<f64>,
    theirs: Vec<f64>,
}

/// Does `work` and the peer's work of that name in turn, `rounds` times after one that does not count.
pub fn alternate(
    rounds: usize,
    name: &str,
    peer: Option<&mut Peer>,
    mut work: impl FnMut(),
) -> Rounds {
    let mut measured = Rounds {
        ours: Vec::new(),
        theirs: Vec::new(),
    };
    let mut peer = peer;
    for round in 0..=rounds {
        let start = Instant::now();
        work();
        let ours = start.elapsed().as_secs_f64();
        let theirs = peer.as_mut().map(|peer| peer.run(name));
        if round > 0 {
            measured.ours.push(ours);
            measured.theirs.extend(theirs);
        }
    }
    measured
}

impl fmt::Display for Rounds {
    /// Medians, and the median of the rounds' ratios with its extremes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", milliseconds(median(&self.ours)))?;
        if self.theirs.is_empty() {
            return Ok(());
        }
        let ratios: Vec<f64> = (self.ours.iter().zip(&self.theirs))
            .map(|(ours, theirs)| ours / theirs)
            .collect();
        let extreme = |pick: fn(f64, f64) -> f64| ratios.iter().copied().reduce(pick);
        write!(
            f,
            ", peer {}, ratio {:.2} ({:.2} to {:.2} in {} rounds)",
            milliseconds(median(&self.theirs)),
            median(&ratios),
            extreme(f64::min).unwrap_or(f64::NAN),
            extreme(f64::max).unwrap_or(f64::NAN),
            ratios.len()
        )
    }
}

fn milliseconds(seconds: f64) -> String {
    let milliseconds = 1e3 * seconds;
    let decimals = if milliseconds < 10.0 { 2 } else { 1 };
    format!("{milliseconds:8.decimals$} ms")
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// What else runs: the load average, as Linux tells it.
pub fn load() -> String {
    std::fs::read_to_string("/proc/loadavg").map_or_else(
        |_| "this system does not tell its load".to_owned(),
        |text| {
            let averages: Vec<&str> = text.split_whitespace().take(3).collect();
            format!("load average {}", averages.join(" "))
        },
    )
}
