//! One round of a search: a cut that is measured, recovered, and measured again.

use super::event::SearchEvent;
use crate::data::Pictures;
use crate::error::{Error, Result};
use crate::eval::Metrics;
use crate::eval::ModelComparison;
use crate::eval::ReferenceLogits;
use crate::graph::Graph;
use crate::message::Message;
use crate::recover::RecoveryRun;
use crate::train::Gradients;
use std::sync::Arc;

pub(super) struct Round {
    /// The share of the original that was asked for.
    share: f64,
    /// The cut's file.
    pub file: Vec<u8>,
    /// The pictures that it is measured on, and what the original says of them.
    judged: (Arc<Pictures>, ReferenceLogits),
    /// What is to be said of learning that ran away.
    diverged: Option<Message>,
    work: Work,
}

enum Work {
    /// The cut is being measured; then it is recovered.
    Cut(ModelComparison, Box<RecoveryRun>),
    /// The cut was as good as this.
    Recovery(Metrics, Box<RecoveryRun>),
    Recovered(Metrics, Box<Graph>, ModelComparison),
}

/// Where a piece of work leaves a round.
pub(super) enum Left {
    More(Box<Round>, Box<SearchEvent>),
    Nothing(Box<Ended>),
}

/// A round that is over.
pub(super) struct Ended {
    pub share: f64,
    pub graph: Graph,
    /// Before recovery, and after.
    pub cut: Metrics,
    pub recovered: Metrics,
    /// What is to be said of learning that ran away.
    pub diverged: Option<Message>,
}

impl Round {
    /// `cut` is what its file holds; the job recovers it.
    pub fn new(
        share: f64,
        (cut, file): (&Graph, Vec<u8>),
        job: RecoveryRun,
        judged: (Arc<Pictures>, ReferenceLogits),
    ) -> Result<Self> {
        let trial = trial(cut, &judged)?;
        Ok(Round {
            share,
            file,
            judged,
            diverged: None,
            work: Work::Cut(trial, Box::new(job)),
        })
    }

    /// Whether the next piece is a step of learning.
    pub fn learns(&self) -> bool {
        matches!(&self.work, Work::Recovery(_, job) if job.learns())
    }

    /// What learns, where the next piece is a step of learning.
    pub fn learner(&mut self) -> Option<&mut RecoveryRun> {
        match &mut self.work {
            Work::Recovery(_, job) if job.learns() => Some(job),
            _ => None,
        }
    }

    fn more(self: Box<Self>, stage: SearchEvent) -> Result<Left> {
        Ok(Left::More(self, Box::new(stage)))
    }

    /// Does the next piece: shows a picture, or recovers, by the step that shares come to, where there are any.
    pub fn advance(mut self: Box<Self>, shares: &[Gradients]) -> Result<Left> {
        match self.work {
            Work::Cut(mut trial, job) => {
                let (done, of) = trial.advance()?;
                if done < of {
                    self.work = Work::Cut(trial, job);
                    return self.more(SearchEvent::Judging((done, of).into()));
                }
                let cut = trial.tested().quality;
                self.work = Work::Recovery(cut, job);
                self.more(SearchEvent::Cut(cut))
            }
            Work::Recovery(cut, mut job) => {
                let advanced = match shares {
                    [] => job.advance(),
                    _ => job.apply(shares),
                };
                let advance = match advanced {
                    Ok(advance) if advance.done < advance.of => {
                        self.work = Work::Recovery(cut, job);
                        return self.more(SearchEvent::Recovering(advance));
                    }
                    Ok(advance) => Some(advance),
                    // The last good weights are judged like any others.
                    Err(Error::Diverged(reason)) => {
                        self.diverged = Some(reason);
                        None
                    }
                    Err(error) => return Err(error),
                };
                let graph = Box::new(job.finish().graph);
                let trial = trial(&graph, &self.judged)?;
                self.work = Work::Recovered(cut, graph, trial);
                match advance {
                    Some(advance) => self.more(SearchEvent::Recovering(advance)),
                    None => self.advance(&[]),
                }
            }
            Work::Recovered(cut, graph, mut trial) => {
                let (done, of) = trial.advance()?;
                if done < of {
                    self.work = Work::Recovered(cut, graph, trial);
                    return self.more(SearchEvent::Judging((done, of).into()));
                }
                Ok(Left::Nothing(Box::new(Ended {
                    share: self.share,
                    graph: *graph,
                    cut,
                    recovered: trial.tested().quality,
                    diverged: self.diverged,
                })))
            }
        }
    }
}

fn trial(
    model: &Graph,
    (pictures, answers): &(Arc<Pictures>, ReferenceLogits),
) -> Result<ModelComparison> {
    ModelComparison::against(answers, model, Arc::clone(pictures))
}
