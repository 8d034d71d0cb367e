//! What is to be reached.

use super::descent::Descent;
use crate::error::{Error, Result};
use crate::recipe::Target;
use serde::{Deserialize, Serialize};

/// What is to be reached.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum ShrinkGoal {
    /// So much of the original is left.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(type = "{ parameters?: number; macs?: number; bytes?: number }")
    )]
    Target(Target),
    /// As few multiply-adds as possible for this loss of the score, 0 to 1: of the accuracy where the photos have labels, else of the
    /// agreement with the original.
    MaxDrop(f64),
}

impl ShrinkGoal {
    /// What shares are of, and the share of the original that is tried first.
    ///
    /// Errors: [`Error::BadInput`] for a goal that makes no sense.
    pub(super) fn begin(self) -> Result<(Target, f64)> {
        let (target, share) = match self {
            ShrinkGoal::MaxDrop(drop) if (0.0..1.0).contains(&drop) => (
                Target::Macs as fn(f64) -> Target,
                Descent::new().next().unwrap_or(1.0),
            ),
            ShrinkGoal::MaxDrop(_) => return Err(Error::BadInput(message!("error-line"))),
            ShrinkGoal::Target(Target::Macs(share)) => (Target::Macs as _, share),
            ShrinkGoal::Target(Target::Parameters(share)) => (Target::Parameters as _, share),
            ShrinkGoal::Target(Target::Bytes(share)) => (Target::Bytes as _, share),
            ShrinkGoal::Target(Target::Sparsity(_)) => {
                return Err(Error::BadInput(message!("error-shrink-sparsity")));
            }
        };
        match share > 0.0 && share < 1.0 {
            true => Ok((target(share), share)),
            false => Err(Error::BadInput(message!("error-shrink-share"))),
        }
    }
}
