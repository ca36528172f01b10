//! The system's file dialogs, asked without making the window wait.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::{Duration, Instant};

use super::command::Command;
use super::service::Service;
use super::worker::{Reply, Wake};
use crate::source::{ARRAY_EXTENSIONS, OPENABLE_EXTENSIONS};

/// The kind of path that a dialog asks for.
pub enum Question {
    /// A file that exists: what such files are, and their endings.
    File(&'static str, Vec<&'static str>),
    /// A folder.
    Folder,
    /// A file to be written, with its suggested name.
    Save(String),
}

impl Question {
    /// A file with a matrix.
    pub fn matrix() -> Self {
        Self::File("Images, tables and arrays", OPENABLE_EXTENSIONS.clone())
    }

    /// A file with arrays, or the index of several.
    pub fn arrays() -> Self {
        Self::File("Models and arrays", ARRAY_EXTENSIONS.clone())
    }
}

impl Question {
    /// A session file.
    pub fn session() -> Self {
        Self::File("Sessions", vec!["json"])
    }
}

/// The answer of a dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum DialogAnswer {
    /// A path, and what is to be done with it.
    Path(Command),
    /// Nothing, and so fast that no dialog can have been on screen.
    NoDialog,
    /// Nothing.
    Cancelled,
}

type DialogRequest = Pin<Box<dyn Future<Output = Option<rfd::FileHandle>> + Send>>;

/// The dialog under way. A portal that hangs is never given up by the library, so every dialog
/// has a thread of its own, and a new one leaves the old behind.
pub struct Dialogs {
    wake: Wake,
    open: Option<Open>,
}

struct Open {
    service: Service<DialogRequest, Option<PathBuf>>,
    then: fn(PathBuf) -> Command,
    since: Instant,
}

/// No person chooses a file faster than this.
const NO_PERSON: Duration = Duration::from_millis(400);

impl Dialogs {
    /// Asks nothing yet.
    pub fn new(wake: Wake) -> Self {
        Self { wake, open: None }
    }

    /// Asks for a path; `then` makes the command that takes it.
    pub fn ask(&mut self, question: Question, then: fn(PathBuf) -> Command) {
        let dialog = rfd::AsyncFileDialog::new();
        let asked: DialogRequest = match question {
            Question::File(what, endings) => Box::pin(
                dialog
                    .add_filter(what, &endings)
                    .add_filter("All files", &["*"])
                    .pick_file(),
            ),
            Question::Folder => Box::pin(dialog.pick_folder()),
            Question::Save(name) => Box::pin(dialog.set_file_name(name).save_file()),
        };
        let mut service = Service::new("file dialog", choose);
        service.ask(asked, &self.wake);
        self.open = Some(Open {
            service,
            then,
            since: Instant::now(),
        });
    }

    /// The answer of the dialog, once.
    pub fn receive(&mut self) -> Option<DialogAnswer> {
        let open = self.open.as_mut()?;
        let answer = open.service.receive().into_iter().next()?;
        let (then, quick) = (open.then, open.since.elapsed() < NO_PERSON);
        self.open = None;
        Some(match answer {
            Ok(Some(path)) => DialogAnswer::Path(then(path)),
            _ if quick => DialogAnswer::NoDialog,
            _ => DialogAnswer::Cancelled,
        })
    }
}

fn choose(asked: DialogRequest, reply: &Reply<'_, Option<PathBuf>>) {
    let chosen = pollster::block_on(asked);
    reply.send(chosen.map(|file| file.path().to_path_buf()));
}
