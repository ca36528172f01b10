//! Another program that does the same work, as a child process that is told when.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

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
        answer
            .parse()
            .unwrap_or_else(|_| panic!("{work}: {answer}"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It ends with its input, which an empty line stands for.
        writeln!(self.input).ok();
        self.child.wait().ok();
    }
}
