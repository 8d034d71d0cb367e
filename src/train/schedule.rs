//! How the learning rate moves from the first step to the last.

use serde::{Deserialize, Serialize};

/// A factor of the learning rate by the share of steps that are done.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Schedule {
    Constant,
    /// Half a cosine from 1 to 0 (Loshchilov and Hutter, “SGDR”, ICLR 2017).
    #[default]
    Cosine,
    /// Up from 1/25 for three tenths of the steps and down to almost nothing, by cosines (Smith and Topin,
    /// “Super-Convergence”, 2018).
    OneCycle,
}

/// Where one-cycle starts, how long it rises, and where it ends.
const START: f64 = 1.0 / 25.0;
const RISE: f64 = 0.3;
const END: f64 = 1e-4;

impl Schedule {
    /// The factor where the share `done` of the way is behind, 0 to 1.
    pub fn factor(self, done: f64) -> f64 {
        let between = |from: f64, to: f64, share: f64| {
            to + (from - to) * 0.5 * (1.0 + (std::f64::consts::PI * share.clamp(0.0, 1.0)).cos())
        };
        match self {
            Schedule::Constant => 1.0,
            Schedule::Cosine => between(1.0, 0.0, done),
            Schedule::OneCycle if done < RISE => between(START, 1.0, done / RISE),
            Schedule::OneCycle => between(1.0, END, (done - RISE) / (1.0 - RISE)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_middles() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        close(Schedule::Cosine.factor(0.0), 1.0);
        close(Schedule::Cosine.factor(0.5), 0.5);
        close(Schedule::Cosine.factor(1.0), 0.0);
        close(Schedule::OneCycle.factor(0.0), 0.04);
        close(Schedule::OneCycle.factor(0.3), 1.0);
        close(Schedule::OneCycle.factor(1.0), 1e-4);
        close(Schedule::Constant.factor(0.7), 1.0);
    }
}
