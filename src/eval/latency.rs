//! Repeated measurements in one line: the median, and how far the runs lie apart.

use serde::{Deserialize, Serialize};

/// Times of repeated runs, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Timing {
    pub median: f64,
    /// The first and the third quartile.
    pub low: f64,
    pub high: f64,
    pub runs: usize,
}

/// `None` without runs.
pub fn timing(milliseconds: &[f64]) -> Option<Timing> {
    let mut sorted = milliseconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some(Timing {
        median: quantile(&sorted, 0.5)?,
        low: quantile(&sorted, 0.25)?,
        high: quantile(&sorted, 0.75)?,
        runs: sorted.len(),
    })
}

/// Linear between the two nearest (Hyndman and Fan's type 7, 1996).
fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let place = q * sorted.len().checked_sub(1)? as f64;
    let below = sorted[place.floor() as usize];
    let above = sorted[place.ceil() as usize];
    Some(below + (above - below) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_and_quartiles() {
        let t = timing(&[4.0, 1.0, 3.0, 2.0]).unwrap();
        assert_eq!((t.low, t.median, t.high, t.runs), (1.75, 2.5, 3.25, 4));
        assert_eq!(timing(&[7.0]).unwrap().median, 7.0);
        assert_eq!(timing(&[]), None);
    }
}
