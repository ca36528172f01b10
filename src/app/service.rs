//! Work that is done for the window: a worker that starts when it is first asked, and its answers.

use std::sync::Arc;

use super::worker::{Answer, Answers, Reply, Wake, Worker};

/// A worker with its answers. It has no thread before it is asked.
pub struct Service<Q, A> {
    name: &'static str,
    /// The work of the worker, until it is started.
    job: Option<Job<Q, A>>,
    worker: Option<(Worker<Q>, Answers<A>)>,
}

type Job<Q, A> = Box<dyn FnMut(Q, &Reply<'_, A>) + Send>;

impl<Q: Send + 'static, A: Send + 'static> Service<Q, A> {
    /// Work that `job` does on a thread called `name`.
    pub fn new(name: &'static str, job: impl FnMut(Q, &Reply<'_, A>) + Send + 'static) -> Self {
        Self {
            name,
            job: Some(Box::new(job)),
            worker: None,
        }
    }

    /// Asks; a request that still waits is forgotten. `wake` is called after each answer.
    pub fn ask(&mut self, request: Q, wake: &Wake) {
        if let Some(job) = self.job.take() {
            self.worker = Some(Worker::spawn(self.name, Arc::clone(wake), job));
        }
        if let Some((worker, _)) = &mut self.worker {
            worker.ask(request);
        }
    }

    /// Forgets the waiting request and tells the one under way to stop.
    pub fn cancel(&mut self) {
        if let Some((worker, _)) = &mut self.worker {
            worker.cancel();
        }
    }

    /// Whether an answer is still to come.
    pub fn busy(&self) -> bool {
        self.worker
            .as_ref()
            .is_some_and(|(worker, _)| worker.busy())
    }

    /// The answers since the last call, oldest first, and why there are none where the work
    /// failed.
    pub fn receive(&mut self) -> Vec<Result<A, String>> {
        let Some((worker, answers)) = &mut self.worker else {
            return Vec::new();
        };
        let told = worker.receive(answers).into_iter();
        told.filter_map(|answer| match answer {
            Answer::Given(answer) => Some(Ok(answer)),
            Answer::Failed(why) => Some(Err(why)),
            Answer::Finished => None,
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_runs_before_it_is_asked_and_then_every_answer_comes() {
        let wake: Wake = Arc::new(|| ());
        let mut doubled = Service::new("test", |number: u32, reply| {
            assert!(number != 1, "one is refused");
            reply.send(2 * number);
        });
        assert!(!doubled.busy() && doubled.receive().is_empty());
        for (asked, answer) in [(3, Some(6)), (1, None), (4, Some(8))] {
            doubled.ask(asked, &wake);
            let mut told = Vec::new();
            while doubled.busy() {
                told.extend(doubled.receive());
                std::thread::yield_now();
            }
            assert_eq!(told.len(), 1);
            assert_eq!(told[0].clone().ok(), answer);
        }
        doubled.ask(5, &wake);
        doubled.cancel();
        assert!(!doubled.busy());
    }
}
