//! Notices where learning runs away, and which weights are worth going back to.

use crate::task::Gradients;

/// The loss may grow to so many times that of the first step before learning counts as diverged at once.
const RUNAWAY: f64 = 50.0;
/// Steps in a window.
pub(super) const WINDOW: usize = 25;
/// How far a window's normalized loss may lie above the best one's before learning counts as diverged, and before its
/// weights are none to go back to. Half is all that lies between a model that errs little and one that says nothing.
const FAR: f64 = 0.5;
const NEAR: f64 = 0.2;
/// The first step of fewer samples than this says too little to be compared with.
const TELLING: usize = 8;
/// The last window may be shorter, but not than this, unless it is all there is, and with at least so many times [`TELLING`]
/// samples in all: fewer may do badly by chance.
const SHORTEST: usize = 5;

/// What a step's loss says of the weights that it was found with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Usual,
    /// They are about as good as the best so far.
    Good,
    Diverged,
}

/// Goes by the mean of the normalized loss over windows of [`WINDOW`] steps: a network that was ruined says the same of
/// every sample, and its loss is no larger than that. From the beginning, the best window is the first step alone.
#[derive(Debug, Clone, Default)]
pub struct DivergenceMonitor {
    /// The loss of the first step, in nats; the same normalized, and its samples.
    first: Option<f64>,
    first_normalized: f64,
    first_samples: usize,
    best: f64,
    /// Windows that are over.
    windows: usize,
    /// Of the window at hand.
    sum: f64,
    count: usize,
    samples: usize,
    /// The normalized loss of the last step.
    last: f64,
}

impl DivergenceMonitor {
    /// Takes in what the next step's batch says before the weights move.
    pub fn observe(&mut self, gradients: &Gradients) -> Verdict {
        let first = *self.first.get_or_insert_with(|| {
            self.best = match gradients.samples < TELLING {
                true => 1.0,
                false => gradients.normalized_loss,
            };
            (self.first_normalized, self.first_samples) =
                (gradients.normalized_loss, gradients.samples);
            gradients.loss
        });
        let is_finite =
            gradients.loss.is_finite() && gradients.numbers.iter().all(|x| x.is_finite());
        if !is_finite || gradients.loss > RUNAWAY * first.max(1.0) {
            return Verdict::Diverged;
        }
        let mut finding = Verdict::Usual;
        if self.count == WINDOW {
            let mean = self.sum / WINDOW as f64;
            (self.sum, self.count, self.samples) = (0.0, 0, 0);
            self.windows += 1;
            if mean > self.best + FAR {
                return Verdict::Diverged;
            }
            self.best = self.best.min(mean);
            // The window's last step may have been the one that ruined them, so this batch has a say too.
            if mean.max(gradients.normalized_loss) <= self.best + NEAR {
                finding = Verdict::Good;
            }
        }
        self.sum += gradients.normalized_loss;
        self.count += 1;
        self.samples += gradients.samples;
        self.last = gradients.normalized_loss;
        finding
    }

    /// Judges what no later step does: the last window, where learning is over, at its end or before. What has come down again
    /// by the last step did not run away.
    ///
    /// A step's batch tells of the weights before its move. So a run of fewer than [`SHORTEST`] steps is judged by those after
    /// the first, where they have samples enough, and a run of a single step, or of a few with small batches, by nothing.
    pub fn end(&self) -> Verdict {
        let (mut sum, mut count, mut samples) = (self.sum, self.count, self.samples);
        let is_short = self.windows == 0 && count < SHORTEST;
        if is_short {
            sum -= self.first_normalized;
            count = count.saturating_sub(1);
            samples = samples.saturating_sub(self.first_samples);
        }
        let mean = sum / count as f64;
        let says_enough =
            (is_short || count >= SHORTEST) && samples >= SHORTEST * TELLING && count > 0;
        match says_enough && mean.min(self.last) > self.best + FAR {
            true => Verdict::Diverged,
            false => Verdict::Usual,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradients(normalized_loss: f64) -> Gradients {
        Gradients {
            numbers: vec![0.0],
            loss: 2.3 * normalized_loss,
            normalized_loss,
            hits: None,
            samples: 64,
            progress: 0.0,
            rate: 0.1,
        }
    }

    /// The steps that are not usual, counted from 1, for these normalized losses.
    fn findings(losses: impl IntoIterator<Item = f64>) -> Vec<(usize, Verdict)> {
        let mut monitor = DivergenceMonitor::default();
        let seen = losses
            .into_iter()
            .map(|loss| monitor.observe(&gradients(loss)));
        let unusual = (1..).zip(seen).filter(|(_, f)| *f != Verdict::Usual);
        unusual.collect()
    }

    #[test]
    fn a_collapse_to_chance_is_noticed_when_a_window_is_over() {
        let steady = [0.1; 60];
        let found = findings(steady.into_iter().chain([1.0; 20]));
        // The window of steps 51 to 75 is far from the best; step 61 ruined it.
        assert_eq!(
            found,
            [
                (26, Verdict::Good),
                (51, Verdict::Good),
                (76, Verdict::Diverged)
            ]
        );
        let from_the_start = findings([0.1].into_iter().chain([1.0; 30]));
        assert_eq!(from_the_start, [(26, Verdict::Diverged)]);
    }

    #[test]
    fn weights_that_the_last_step_of_a_window_ruined_are_not_good() {
        let found = findings([0.1; 25].into_iter().chain([1.0; 30]));
        assert_eq!(found, [(51, Verdict::Diverged)]);
    }

    #[test]
    fn what_rises_and_comes_down_again_is_left_alone() {
        // From 0.3 nats of ln 10 to 1, and back; then a few steps at chance.
        let rise = [[0.13; 5], [0.43; 5], [0.43; 5], [0.4; 5], [0.3; 5]];
        let found = findings(rise.into_iter().flatten().chain([0.1; 30]));
        assert_eq!(found, [(51, Verdict::Good)]);
        let bump = [0.1; 30].into_iter().chain([1.0; 8]).chain([0.1; 60]);
        assert!(findings(bump).iter().all(|(_, f)| *f == Verdict::Good));
    }

    #[test]
    fn what_knew_nothing_from_the_start_may_stay_so() {
        let found = findings([1.0; 100]);
        assert!(found.iter().all(|(_, finding)| *finding == Verdict::Good));
    }

    /// What the end says after these normalized losses, none of which is a divergence on its way.
    fn end(samples: usize, losses: impl IntoIterator<Item = f64>) -> Verdict {
        let mut monitor = DivergenceMonitor::default();
        for loss in losses {
            let found = monitor.observe(&Gradients {
                samples,
                ..gradients(loss)
            });
            assert_ne!(found, Verdict::Diverged);
        }
        monitor.end()
    }

    #[test]
    fn the_last_steps_are_judged_when_learning_is_over() {
        for ruined in [4, 10, 24] {
            let short = [0.1].into_iter().chain(vec![1.0; ruined]);
            assert_eq!(end(64, short), Verdict::Diverged, "{ruined}");
        }
        let late = [0.1; 51].into_iter().chain([1.0; 12]);
        assert_eq!(end(64, late), Verdict::Diverged);
        let whole = [0.1; 25].into_iter().chain([1.0; 25]);
        assert_eq!(end(64, whole), Verdict::Diverged);
    }

    #[test]
    fn the_last_steps_are_let_be_where_they_say_little_or_came_down_again() {
        assert_eq!(end(64, []), Verdict::Usual);
        // Too few steps, too few samples, and a rise that is over.
        let noisy = [0.1; 51].into_iter().chain([1.0; 3]);
        assert_eq!(end(64, noisy), Verdict::Usual);
        let few = [0.1; 50].into_iter().chain([1.0; 12]);
        assert_eq!(end(2, few), Verdict::Usual);
        let rise = [0.1].into_iter().chain([1.0; 15]).chain([0.5, 0.3]);
        assert_eq!(end(64, rise), Verdict::Usual);
        assert_eq!(end(64, [1.0; 12]), Verdict::Usual);
    }

    #[test]
    fn short_runs_are_judged_by_what_came_of_their_first_steps() {
        for ruined in [1, 2, 3] {
            let short = || [0.1].into_iter().chain(vec![1.0; ruined]);
            assert_eq!(end(64, short()), Verdict::Diverged, "{ruined}");
            // So few samples may do badly by chance.
            assert_eq!(end(40 / (ruined + 1), short()), Verdict::Usual, "{ruined}");
        }
        assert_eq!(end(64, [0.1, 1.0, 1.0, 0.3]), Verdict::Usual);
        assert_eq!(end(64, [0.1, 0.2, 0.1]), Verdict::Usual);
        // The only batch tells of the weights before any move, and a lucky small one of nothing.
        assert_eq!(end(64, [1.0]), Verdict::Usual);
        assert_eq!(end(4, [0.0].into_iter().chain([1.0; 3])), Verdict::Usual);
    }

    #[test]
    fn a_lucky_first_sample_is_no_measure() {
        let mut monitor = DivergenceMonitor::default();
        let alone = |loss| Gradients {
            samples: 1,
            ..gradients(loss)
        };
        monitor.observe(&alone(0.0));
        assert!((0..60).all(|_| monitor.observe(&alone(0.9)) != Verdict::Diverged));
    }

    #[test]
    fn what_is_no_number_or_grows_beyond_measure_is_noticed_at_once() {
        for bad in [
            Gradients {
                loss: f64::NAN,
                ..gradients(0.1)
            },
            Gradients {
                loss: 51.0,
                ..gradients(1.0)
            },
            Gradients {
                numbers: vec![f32::INFINITY],
                ..gradients(0.1)
            },
        ] {
            let mut monitor = DivergenceMonitor::default();
            assert_eq!(monitor.observe(&gradients(0.1)), Verdict::Usual);
            assert_eq!(monitor.observe(&bad), Verdict::Diverged);
        }
    }
}
