//! Pictures to learn from, pictures to choose by, and pictures for the last word.

use crate::data::Pictures;
use crate::error::{Error, Result};

/// Fewer pictures than this leave nothing worth a third part.
const ENOUGH: usize = 60;

/// A set in parts that share no picture.
#[derive(Debug, Clone)]
pub struct Parts {
    /// To learn from (training).
    pub lessons: Pictures,
    /// To choose by (validation). What is measured on them after a choice is a little better than on new pictures.
    pub judged: Pictures,
    /// Nothing is learned from these or chosen by them (test); none where there are too few pictures for a third part.
    pub test: Pictures,
}

impl Parts {
    /// The same pictures and seed give the same parts.
    ///
    /// Errors: [`Error::BadInput`] where there are too few pictures for two parts.
    pub fn new(pictures: Pictures, seed: u32) -> Result<Self> {
        let (rest, test) = match pictures.len() {
            count if count >= ENOUGH => pictures.hold_back(seed),
            _ => {
                let none = pictures.sample(0, seed);
                (pictures, none)
            }
        };
        let (lessons, judged) = rest.hold_back(seed);
        if lessons.is_empty() || judged.is_empty() {
            return Err(Error::BadInput(
                "there are too few pictures to learn from some and to measure on others: add some more, a few dozen do well"
                    .into(),
            ));
        }
        Ok(Parts {
            lessons,
            judged,
            test,
        })
    }
}
