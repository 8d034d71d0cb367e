//! Measuring on pictures, with a word on how far it is.

use crate::progress::Progress;
use secateur::data::Pictures;
use secateur::eval::{Evaluator, Metrics, ModelComparison};
use secateur::graph::Graph;
use secateur::search::{Preparation, Preparing};
use std::sync::OnceLock;
use std::time::Instant;

/// Milliseconds since the first call.
pub fn now() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1000.0
}

/// Finds out what has to be known before something begins.
pub fn prepare<T>(mut preparation: Preparation<T>, progress: &Progress) -> secateur::Result<T> {
    loop {
        let preparing = preparation.advance()?;
        let (stage, advance) = match preparing {
            Preparing::Scoring(advance) => ("Measuring the criterion", advance),
            Preparing::Measuring(advance) => ("Measuring the original", advance),
        };
        progress.at(stage, advance);
        if preparing.is_over() {
            return preparation.finish();
        }
    }
}

/// Shows all pictures of a trial.
pub fn show_all(trial: &mut ModelComparison, progress: &Progress) -> secateur::Result<()> {
    loop {
        let (done, of) = trial.advance()?;
        progress.count(done, of);
        if done >= of {
            return Ok(());
        }
    }
}

/// A model alone on pictures with labels.
pub fn evaluate(
    model: &Graph,
    pictures: &Pictures,
    progress: &Progress,
) -> secateur::Result<Metrics> {
    let mut exam = Evaluator::new(model, None)?;
    for index in 0..pictures.len() {
        exam.show(pictures, index)?;
        progress.count(index + 1, pictures.len());
    }
    Ok(exam.quality())
}
