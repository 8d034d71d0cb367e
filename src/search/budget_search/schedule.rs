//! How far each round of a search goes.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Whether a search feels its way to the line, or goes to its goal by a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum PruningSchedule {
    /// Steps that are halved each time the line is crossed.
    #[default]
    Search,
    /// All at once.
    OneShot,
    /// This many rounds, each of which removes as much of the original as any other.
    Linear(f64),
    /// This many rounds, of which the first remove the most (Zhu and Gupta 2017, arXiv 1710.01878).
    Cubic(f64),
}

/// More rounds than this make cuts of less than a channel or two.
const MOST_ROUNDS: usize = 100;

impl PruningSchedule {
    /// Fails with [`Error::BadInput`] where there is a number of rounds and it is no whole one that makes sense.
    pub fn check(self) -> Result<()> {
        match self {
            PruningSchedule::Linear(rounds) | PruningSchedule::Cubic(rounds)
                if rounds.fract() != 0.0 || !(1.0..=MOST_ROUNDS as f64).contains(&rounds) =>
            {
                Err(Error::BadInput(message!(
                    "error-rounds",
                    most = MOST_ROUNDS,
                    rounds = rounds
                )))
            }
            _ => Ok(()),
        }
    }

    /// The number of rounds, where it is known beforehand.
    pub fn rounds(self) -> Option<usize> {
        match self {
            PruningSchedule::Search => None,
            PruningSchedule::OneShot => Some(1),
            PruningSchedule::Linear(rounds) | PruningSchedule::Cubic(rounds) => {
                Some(rounds as usize)
            }
        }
    }

    /// How much of all that goes is gone after so many rounds of a schedule, 0 to 1.
    pub(super) fn gone(self, done: usize) -> f64 {
        let power = match self {
            PruningSchedule::Cubic(_) => 3.0,
            _ => 1.0,
        };
        let of = self.rounds().unwrap_or(1) as f64;
        polynomial(0.0, 1.0, (0.0, of), power, done as f64)
    }
}

/// Polynomial decay from `initial` to `last` between two steps, 3 being the power of Zhu and Gupta's schedule:
/// `last + (initial − last) · (1 − (step − begin) / (end − begin))^power`; the ends hold outside.
pub fn polynomial(initial: f64, last: f64, (begin, end): (f64, f64), power: f64, step: f64) -> f64 {
    let way = ((step - begin) / (end - begin)).clamp(0.0, 1.0);
    last + (initial - last) * (1.0 - way).powf(power)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::said;

    #[test]
    fn rounds_are_a_whole_number() {
        for rounds in [1.0, 5.0, 100.0] {
            PruningSchedule::Linear(rounds).check().unwrap();
            assert_eq!(
                PruningSchedule::Cubic(rounds).rounds(),
                Some(rounds as usize)
            );
        }
        for rounds in [0.0, -5.0, 2.5, 101.0, f64::NAN, f64::INFINITY] {
            for pace in [
                PruningSchedule::Linear(rounds),
                PruningSchedule::Cubic(rounds),
            ] {
                let error = said(&pace.check().unwrap_err());
                assert!(error.contains("whole number from 1 to 100"), "{error}");
                assert!(
                    error.contains(&rounds.to_string().replace('-', "−")),
                    "{error}"
                );
            }
        }
    }
}
