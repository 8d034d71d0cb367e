//! How far each round cuts where an accepted loss is what ends it.

/// The share of what is left that the first round removes.
const FIRST_STEP: f64 = 0.2;
/// Steps are halved each time the line is crossed; below this one it is over.
const LAST_STEP: f64 = 0.04;
/// Less than this share of a model is not asked for.
const LEAST: f64 = 0.05;

/// The way down to the line.
#[derive(Debug, Clone)]
pub(super) struct Descent {
    /// The smallest share of the original that was accepted.
    share: f64,
    step: f64,
}

impl Descent {
    pub fn new() -> Self {
        Descent {
            share: 1.0,
            step: FIRST_STEP,
        }
    }

    /// The share of the original to try next; `None` where it is over.
    pub fn next(&self) -> Option<f64> {
        let next = self.share * (1.0 - self.step);
        (self.step >= LAST_STEP && next >= LEAST).then_some(next)
    }

    /// Takes in what was tried last: the share that is left of it, where it is on this side of the line.
    pub fn take(&mut self, accepted: Option<f64>) {
        match accepted {
            Some(left) => self.share = self.share.min(left),
            None => self.step /= 2.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How small a model becomes, of which everything from `line` up is accepted, and in how many rounds.
    fn descended(line: f64) -> (f64, usize) {
        let (mut descent, mut rounds) = (Descent::new(), 0);
        while let Some(next) = descent.next() {
            descent.take((next >= line).then_some(next));
            rounds += 1;
        }
        (descent.share, rounds)
    }

    #[test]
    fn it_ends_near_the_line_and_on_this_side_of_it() {
        for percent in 6..100 {
            let line = f64::from(percent) / 100.0;
            let (share, rounds) = descended(line);
            assert!(share >= line, "{share} for {line}");
            assert!(share * (1.0 - 2.0 * LAST_STEP) < line, "{share} for {line}");
            assert!(rounds < 25, "{rounds}");
        }
        assert_eq!(descended(1.1).0, 1.0);
        assert!(descended(0.0).0 >= LEAST);
    }
}
