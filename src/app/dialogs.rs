//! The system's file dialogs, asked without making the window wait.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::worker::{Answer, Answers, Reply, Wake, Worker};
use crate::source::OPENABLE_EXTENSIONS;

/// What the chosen path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Open the file.
    Open,
    /// Subtract the file.
    Subtract,
    /// Open the data set in the folder.
    Folder,
    /// Train on the data set in the folder.
    TrainingData,
    /// Show the results of a sweep.
    Results,
    /// Write the figure there.
    Export,
}

/// What a dialog answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// A path.
    Path(Purpose, PathBuf),
    /// Nothing, and so fast that no dialog can have been on screen.
    NoDialog,
    /// Nothing.
    Cancelled,
}

type Asked = Pin<Box<dyn Future<Output = Option<rfd::FileHandle>> + Send>>;

/// The dialog under way. A portal that hangs is never given up by the library, so every dialog
/// has a thread of its own, and a new one leaves the old behind.
#[derive(Default)]
pub struct Dialogs {
    open: Option<Open>,
}

struct Open {
    worker: Worker<Asked>,
    answers: Answers<Option<PathBuf>>,
    purpose: Purpose,
    since: Instant,
}

/// No person chooses a file faster than this.
const NO_PERSON: Duration = Duration::from_millis(400);

impl Dialogs {
    /// Asks for a path.
    pub fn ask(&mut self, purpose: Purpose, suggested: Option<&str>, wake: &Wake) {
        let dialog = rfd::AsyncFileDialog::new();
        let asked: Asked = match purpose {
            Purpose::Open | Purpose::Subtract => Box::pin(
                dialog
                    .add_filter("Images, tables and arrays", OPENABLE_EXTENSIONS.as_slice())
                    .add_filter("All files", &["*"])
                    .pick_file(),
            ),
            Purpose::Folder | Purpose::TrainingData => Box::pin(dialog.pick_folder()),
            Purpose::Results => Box::pin(dialog.add_filter("Results", &["json"]).pick_file()),
            Purpose::Export => {
                let name = suggested.unwrap_or("figure.png");
                Box::pin(dialog.set_file_name(name).save_file())
            }
        };
        let (mut worker, answers) = Worker::spawn("file dialog", Arc::clone(wake), choose);
        worker.ask(asked);
        self.open = Some(Open {
            worker,
            answers,
            purpose,
            since: Instant::now(),
        });
    }

    /// What the dialog answered, once.
    pub fn receive(&mut self) -> Option<Chosen> {
        let open = self.open.as_mut()?;
        let answer = open.worker.receive(&open.answers).into_iter().next()?;
        let (purpose, quick) = (open.purpose, open.since.elapsed() < NO_PERSON);
        self.open = None;
        Some(match answer {
            Answer::Given(Some(path)) => Chosen::Path(purpose, path),
            _ if quick => Chosen::NoDialog,
            _ => Chosen::Cancelled,
        })
    }
}

fn choose(asked: Asked, reply: &Reply<'_, Option<PathBuf>>) {
    let chosen = pollster::block_on(asked);
    reply.send(chosen.map(|file| file.path().to_path_buf()));
}
