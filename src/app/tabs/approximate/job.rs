//! The tab's worker: the engine on a thread of its own, told the window in time.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::analysis::{Analysis, Analyst, Listener, Stage};
use crate::app::worker::Reply;
use crate::session::Session;
use crate::source::Limits;

/// A message of the worker.
#[derive(Debug)]
pub enum JobMessage {
    /// The stage of the work.
    At(Stage),
    /// The answer, or a first view of it.
    Done(Arc<Analysis>),
    /// The session could not be computed; the sentence says why.
    Failed(Box<Session>, String),
}

/// An overtaken request is given up only after this long, so that a dragged slider still shows
/// its way.
const PATIENCE: Duration = Duration::from_millis(250);

/// Words that change faster than this cannot be read.
const READABLE: Duration = Duration::from_millis(50);

/// The window, waiting for one answer.
struct AnswerWait<'a> {
    reply: &'a Reply<'a, JobMessage>,
    start: Instant,
    told: Mutex<Option<Instant>>,
}

impl Listener for AnswerWait<'_> {
    /// Quick work is not worth a word.
    fn reached(&self, stage: Stage) {
        if self.start.elapsed() < READABLE {
            return;
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|last| last.elapsed() >= READABLE) {
            *told = Some(Instant::now());
            self.reply.send(JobMessage::At(stage));
        }
    }

    fn keep_going(&self) -> ControlFlow<()> {
        if self.start.elapsed() < PATIENCE {
            ControlFlow::Continue(())
        } else {
            self.reply.keep_going()
        }
    }
}

/// Answers one request, with the pictures that the panes will draw.
pub fn work(
    analyst: &mut Analyst,
    (session, limits): (Session, Limits),
    reply: &Reply<'_, JobMessage>,
) {
    let waiting = AnswerWait {
        reply,
        start: Instant::now(),
        told: Mutex::new(None),
    };
    let show = |mut analysis: Analysis| {
        analysis.multiply_out(&waiting);
        reply.send(JobMessage::Done(Arc::new(analysis)));
    };
    // What stands in its way stands in that of the whole answer, which tells.
    if let Ok(Some(first)) = analyst.first_view(&session, &limits, &waiting) {
        show(first);
    }
    match analyst.analyse(session.clone(), &limits, &waiting) {
        Ok(analysis) => show(analysis),
        Err(error) if error.is_stop() => {}
        Err(error) => reply.send(JobMessage::Failed(Box::new(session), error.to_string())),
    }
}
