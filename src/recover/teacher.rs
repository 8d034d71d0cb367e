//! The original as a teacher: its answers, and its inner values for as long as they are matched.

use super::features::Pair;
use super::logit_cache::CacheKey;
use super::logit_cache::LogitCache;
use crate::data::Pictures;
use crate::engine::{Executor, Options};
use crate::error::{Error, Result};
use crate::eval::logits;
use crate::graph::{Graph, ValueId};
use crate::tensor::Tensor;

/// What inner values of the pruned model should hold.
type Inner = Vec<(ValueId, Vec<f32>)>;

/// Pictures that the original looks at in one go where it remembers, since then few of a batch are new to it.
const AT_ONCE: usize = 8;

pub(super) struct Teacher {
    graph: Graph,
    /// Whether it answers with probabilities.
    probabilities: bool,
    /// Of a batch to learn from.
    shape: Vec<usize>,
    /// Runs whole batches and keeps what is matched, for as long as it is.
    matching: Option<Matching>,
    /// Gives answers alone.
    executor: Executor,
    at_once: usize,
    /// Where pictures come again as they were, for as long as there is room.
    memory: Option<LogitCache>,
}

struct Matching {
    executor: Executor,
    pairs: Vec<Pair>,
}

impl Teacher {
    /// Teaches batches of `batch` pictures. `matched` are inner values, until [`Teacher::match_no_more`]; with `remember`, a
    /// [`CacheKey`] always stands for the same pixels.
    pub fn new(
        original: &Graph,
        pictures: &Pictures,
        batch: usize,
        matched: Vec<Pair>,
        remember: bool,
    ) -> Result<Self> {
        let runs = |batch: usize, keep: Vec<String>| {
            let options = Options {
                batch,
                keep,
                ..Options::default()
            };
            Executor::new(original, &options)
        };
        let at_once = if remember { AT_ONCE.min(batch) } else { batch };
        let names = matched
            .iter()
            .map(|pair| &original.value(pair.teacher).name);
        let matching = match matched.is_empty() {
            true => None,
            false => Some(Matching {
                executor: runs(batch, names.cloned().collect())?,
                pairs: matched,
            }),
        };
        let mut shape = pictures.preset().tensor_shape().to_vec();
        shape[0] = batch;
        Ok(Teacher {
            executor: runs(at_once, Vec::new())?,
            graph: original.clone(),
            probabilities: original.last_softmax().is_some(),
            shape,
            matching,
            at_once,
            memory: remember.then(LogitCache::new),
        })
    }

    /// From then on only answers are told.
    pub fn match_no_more(&mut self) {
        self.matching = None;
    }

    /// Logits (samples, classes) of a batch, and what the pruned model should have inside. `input` holds what `views` tell.
    pub fn teach(&mut self, input: &[f32], views: &[CacheKey]) -> Result<(Vec<f32>, Inner)> {
        if let Some(matching) = &mut self.matching {
            let tensor = Tensor::from_f32(&self.shape, input.to_vec());
            let said = say(&mut matching.executor, tensor, self.probabilities)?;
            let inner = matching.inner(&self.graph)?;
            if let Some(memory) = &mut self.memory {
                memory.take(views, &said);
            }
            self.forget_where_full();
            return Ok((said, inner));
        }
        let Some(mut memory) = self.memory.take() else {
            let all: Vec<usize> = (0..views.len()).collect();
            return Ok((self.ask(input, views.len(), &all)?, Inner::new()));
        };
        let new = memory.unknown(views);
        let said = self.ask(input, views.len(), &new)?;
        let new: Vec<CacheKey> = new.iter().map(|&at| views[at]).collect();
        memory.take(&new, &said);
        let all = memory.recall(views);
        self.memory = Some(memory);
        self.forget_where_full();
        Ok((all, Inner::new()))
    }

    /// From then on the original is asked each time.
    fn forget_where_full(&mut self) {
        self.memory.take_if(|memory| memory.is_full());
    }

    /// Logits of the pictures at these places of a batch of `count`.
    fn ask(&mut self, input: &[f32], count: usize, places: &[usize]) -> Result<Vec<f32>> {
        let sample = input.len() / count.max(1);
        let shape: Vec<usize> = [&[self.at_once], &self.shape[1..]].concat();
        let mut said = Vec::new();
        for places in places.chunks(self.at_once) {
            let pictures = places.iter().map(|at| &input[at * sample..][..sample]);
            let mut numbers = pictures.collect::<Vec<_>>().concat();
            numbers.resize(self.at_once * sample, 0.0);
            let tensor = Tensor::from_f32(&shape, numbers);
            let answers = say(&mut self.executor, tensor, self.probabilities)?;
            said.extend(&answers[..answers.len() / self.at_once * places.len()]);
        }
        Ok(said)
    }
}

impl Matching {
    /// What the pruned model should have inside for the batch that was run last.
    fn inner(&self, original: &Graph) -> Result<Inner> {
        let inner = self.pairs.iter().map(|pair| {
            let name = &original.value(pair.teacher).name;
            let wanted = self.executor.value(name).and_then(|x| pair.wanted(&x));
            let wanted = wanted
                .ok_or_else(|| Error::BadInput(message!("error-feature-no-floats", name = name)))?;
            Ok((pair.student, wanted))
        });
        inner.collect()
    }
}

/// Logits (samples, classes) of a batch.
fn say(executor: &mut Executor, input: Tensor, probabilities: bool) -> Result<Vec<f32>> {
    let outputs = executor.run(&[input])?;
    let said = outputs.first().and_then(Tensor::floats);
    let said = said.ok_or_else(|| Error::BadModel(message!("error-original-no-classifier")))?;
    Ok(logits(said.into_owned(), probabilities))
}
