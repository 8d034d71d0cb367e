//! How far each round of a search goes.

use serde::{Deserialize, Serialize};

/// Whether a search feels its way to the line, or goes to its goal by a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Pace {
    /// Steps that are halved each time the line is crossed.
    #[default]
    Search,
    /// All at once.
    OneShot,
    /// This many rounds, each of which removes as much of the original as any other.
    Linear(usize),
    /// This many rounds, of which the first remove the most (Zhu and Gupta 2017, arXiv 1710.01878).
    Cubic(usize),
}

/// More rounds than this make cuts of less than a channel or two.
const MOST_ROUNDS: usize = 100;

impl Pace {
    /// The number of rounds, where it is known beforehand.
    pub fn rounds(self) -> Option<usize> {
        match self {
            Pace::Search => None,
            Pace::OneShot => Some(1),
            Pace::Linear(rounds) | Pace::Cubic(rounds) => Some(rounds.clamp(1, MOST_ROUNDS)),
        }
    }

    /// How much of all that goes is gone after so many rounds of a schedule, 0 to 1.
    pub(super) fn gone(self, done: usize) -> f64 {
        let power = match self {
            Pace::Cubic(_) => 3.0,
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
