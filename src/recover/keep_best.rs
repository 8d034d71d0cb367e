//! Train, judge, keep the best: a recovery whose model is judged on the way, so that it need not end with a worse one.

use super::event::{Event, Judged, Warning};
use super::plan::Plan;
use super::recovered::Recovered;
use super::recovery::Recovery;
use crate::data::Pictures;
use crate::error::Result;
use crate::eval::{ComparisonResult, Metrics, ModelComparison, ReferenceLogits};
use crate::graph::Graph;
use crate::message::Message;
use crate::task::{Exchange, Step, Task};
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::Arc;

/// Where a file tells how it was recovered, in its `metadata_props`.
pub const RECOVERY_KEY: &str = "secateur.recovery";

/// The pictures that the best model is chosen by, the logits of the original on them, and how good the model and the original
/// were on them before recovery.
pub struct Judge {
    pub pictures: Arc<Pictures>,
    pub reference: ReferenceLogits,
    pub baseline: ComparisonResult,
}

/// A recovery at work, and the best of its models so far.
pub struct KeepBest {
    plan: Plan,
    recovery: Recovery,
    judge: Option<Judge>,
    judging: Option<Judging>,
    best: Option<Best>,
    /// The best that was told as a checkpoint is of so many pieces of work.
    told: usize,
    events: VecDeque<Event>,
    /// What comes out, once nothing is left but to tell of the last judgment.
    ended: Option<Recovered>,
    diverged: Option<Message>,
}

struct Best {
    graph: Graph,
    done: usize,
    quality: Metrics,
}

struct Judging {
    comparison: ModelComparison,
    is_last: bool,
}

impl KeepBest {
    /// Without a judge, the last model is what comes out. With one, it is the best of those that are judged: after each tenth of
    /// the way where it trains, at the end, and before the beginning, since what comes out should not be worse than what went
    /// in.
    pub fn new(recovery: Recovery, plan: &Plan, judge: Option<Judge>) -> Self {
        let mut events = VecDeque::new();
        let best = judge.as_ref().map(|judge| {
            events.push_back(Event::Baseline(judge.baseline));
            Best {
                graph: recovery.model(),
                done: 0,
                quality: judge.baseline.quality,
            }
        });
        KeepBest {
            plan: plan.clone(),
            recovery,
            judge,
            judging: None,
            best,
            told: 0,
            events,
            ended: None,
            diverged: None,
        }
    }

    /// Begins to judge the model as it is now, if there is a judge.
    fn begin_judging(&mut self, is_last: bool) -> Result<()> {
        if let Some(Judge {
            pictures,
            reference,
            ..
        }) = &self.judge
        {
            let model = self.recovery.model();
            let comparison = ModelComparison::against(reference, &model, Arc::clone(pictures))?;
            self.judging = Some(Judging {
                comparison: comparison.ending_early(),
                is_last,
            });
        }
        Ok(())
    }

    /// Of two models that are as good, the later one counts.
    fn take(&mut self, quality: Metrics) {
        let done = self.recovery.done();
        let beaten = |best: &Best| quality.compare(&best.quality).is_ge();
        if self.best.as_ref().is_none_or(beaten) {
            self.best = Some(Best {
                graph: self.recovery.model(),
                done,
                quality,
            });
        }
        self.events.push_back(Event::Judged(Judged {
            done,
            quality,
            accuracy: self.recovery.accuracy(),
        }));
        self.recovery.mark_judged();
    }

    /// Tells the best model so far, where it is a better one than was told before.
    fn tell_checkpoint(&mut self) {
        let told = self.told;
        if let Some(best) = self.best.as_ref().filter(|best| best.done > told) {
            self.told = best.done;
            let (graph, quality) = (best.graph.clone(), best.quality);
            let recovered = self.recovered(graph, Some(best.done), Some(quality));
            self.events
                .push_back(Event::Checkpoint(Box::new(recovered)));
        }
    }

    fn recovered(&self, graph: Graph, kept: Option<usize>, quality: Option<Metrics>) -> Recovered {
        let mut recovered = Recovered {
            graph,
            layers: self.recovery.layers().to_vec(),
            kept,
            done: self.recovery.done(),
            quality,
            diverged: self.diverged.clone(),
        };
        if kept != Some(0) {
            record(&mut recovered.graph, &self.plan, kept);
        }
        recovered
    }

    /// The best of the models that were judged; the last one as it is, where it can't be told whether it is the best.
    fn end(&mut self, judged: Option<ComparisonResult>) -> Recovered {
        let last = judged.map(|result| result.quality);
        let all = self.judge.as_ref().map(|judge| judge.pictures.len());
        let is_whole = last.is_some_and(|last| Some(last.pictures) == all);
        if let Some(quality) = last.filter(|_| is_whole) {
            self.take(quality);
        }
        match self.best.take().filter(|_| is_whole) {
            Some(best) => self.recovered(best.graph, Some(best.done), Some(best.quality)),
            None => self.recovered(self.recovery.model(), None, last),
        }
    }
}

impl Task for KeepBest {
    type Event = Event;
    type Output = Recovered;

    fn step(&mut self) -> Result<Step<Event, Recovered>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(Step::Event(event));
            }
            if let Some(recovered) = self.ended.take() {
                return Ok(Step::Done(recovered));
            }
            if let Some(judging) = &mut self.judging {
                let compared = match judging.comparison.step()? {
                    Step::Event(progress) => return Ok(Step::Event(progress.into())),
                    Step::Done(compared) => compared.result,
                };
                let is_last = judging.is_last;
                self.judging = None;
                if is_last {
                    self.ended = Some(self.end(Some(compared)));
                    continue;
                }
                self.take(compared.quality);
                self.tell_checkpoint();
                continue;
            }
            match self.recovery.step()? {
                Step::Event(event) => {
                    if let Event::Warning(Warning::Diverged(reason)) = &event {
                        self.diverged = Some(reason.clone());
                    }
                    if self.recovery.is_due() {
                        self.begin_judging(false)?;
                    }
                    return Ok(Step::Event(event));
                }
                Step::Done(_) => {
                    self.begin_judging(true)?;
                    if self.judging.is_none() {
                        return Ok(Step::Done(self.end(None)));
                    }
                    self.events.push_back(Event::Trained(self.recovery.done()));
                }
            }
        }
    }

    /// Training ends with what it has learned, which is judged once more; asked again, judging ends too.
    fn stop(&mut self) {
        match &mut self.judging {
            Some(Judging {
                comparison,
                is_last: true,
            }) => comparison.stop(),
            // The end comes so soon that judging before it tells nothing.
            _ => {
                self.judging = None;
                self.recovery.stop();
            }
        }
    }

    fn exchange(&mut self) -> Option<&mut dyn Exchange> {
        match self.judging.is_none() && self.events.is_empty() {
            true => self.recovery.exchange(),
            false => None,
        }
    }
}

/// Writes into a model how it was recovered, after what is written there of recoveries before.
fn record(graph: &mut Graph, plan: &Plan, kept: Option<usize>) {
    #[derive(Serialize)]
    struct Entry<'a> {
        #[serde(flatten)]
        plan: &'a Plan,
        /// The piece of work after which the weights were taken, where that was chosen.
        #[serde(skip_serializing_if = "Option::is_none")]
        kept: Option<usize>,
    }
    let is_record = |(key, _): &&(String, String)| key == RECOVERY_KEY;
    let before = graph.metadata.iter().find(is_record);
    let before = before.and_then(|(_, text)| serde_json::from_str(text).ok());
    let mut entries: Vec<serde_json::Value> = before.unwrap_or_default();
    entries
        .push(serde_json::to_value(Entry { plan, kept }).expect("a plan holds only what JSON can"));
    graph.metadata.retain(|(key, _)| key != RECOVERY_KEY);
    let text = serde_json::Value::Array(entries).to_string();
    graph.metadata.push((RECOVERY_KEY.into(), text));
}
