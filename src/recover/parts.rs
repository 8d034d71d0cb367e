//! Pictures to learn from, pictures to choose by, and pictures for the last word.

use crate::data::Pictures;
use crate::error::{Error, Result};
use std::sync::Arc;

/// Fewer pictures than this leave nothing worth a third part.
const ENOUGH: usize = 60;

/// A set in parts that share no picture. Whoever works on them shares them: copies hold the same pictures.
#[derive(Debug, Clone)]
pub struct Parts {
    /// To learn from (training).
    pub lessons: Arc<Pictures>,
    /// To choose by (validation). What is measured on them after a choice is a little better than on new pictures.
    pub judged: Arc<Pictures>,
    /// Nothing is learned from these or chosen by them (test); none where there are too few pictures for a third part.
    pub test: Arc<Pictures>,
}

impl Parts {
    /// The same pictures and seed give the same parts. Pictures that were published to test on are the test part, whole; all
    /// others are then for the first two.
    ///
    /// Errors: [`Error::BadInput`] where there are too few pictures for two parts.
    pub fn new(mut pictures: Pictures, seed: u32) -> Result<Self> {
        let (rest, test) = match (pictures.take_test(), pictures.len()) {
            (Some(test), _) => (pictures, test),
            (None, count) if count >= ENOUGH => pictures.hold_back(seed),
            (None, _) => {
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
            lessons: Arc::new(lessons),
            judged: Arc::new(judged),
            test: Arc::new(test),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Preset, Stack};

    /// Labelled pictures of one pixel with levels from `first`.
    fn set(first: u8, count: u8) -> Pictures {
        let preset = Preset::parse(r#"{"size": 1, "mean": [0], "std": [1]}"#).unwrap();
        let mut pictures = Pictures::new(&preset).unwrap();
        let levels: Vec<u8> = (first..first + count).collect();
        let stack = Stack {
            levels: &levels,
            width: 1,
            height: 1,
            channels: 1,
        };
        let labels: Vec<u32> = levels.iter().map(|&level| u32::from(level) % 2).collect();
        pictures.add_stack(stack, Some(&labels)).unwrap();
        pictures
    }

    fn levels(pictures: &Pictures) -> Vec<u8> {
        let mut out = vec![0.0; pictures.len()];
        let all: Vec<usize> = (0..pictures.len()).collect();
        pictures.write(&all, None, &mut out);
        let mut levels: Vec<u8> = out.iter().map(|level| level.round() as u8).collect();
        levels.sort_unstable();
        levels
    }

    #[test]
    fn nothing_of_a_published_test_part_is_learned_from_or_chosen_by() {
        let mut pictures = set(0, 100);
        pictures.keep_to_test(set(200, 20)).unwrap();
        let parts = Parts::new(pictures, 3).unwrap();
        assert_eq!(levels(&parts.test), (200..220).collect::<Vec<u8>>());
        let mut rest = [levels(&parts.lessons), levels(&parts.judged)].concat();
        rest.sort_unstable();
        assert_eq!(rest, (0..100).collect::<Vec<u8>>());
    }

    #[test]
    fn enough_pictures_make_three_parts_and_a_few_make_two() {
        let parts = Parts::new(set(0, 100), 3).unwrap();
        let mut all = [&parts.lessons, &parts.judged, &parts.test]
            .map(|part| levels(part))
            .concat();
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<u8>>());
        assert!(!parts.test.is_empty());
        let few = Parts::new(set(0, 12), 3).unwrap();
        assert!(few.test.is_empty() && !few.judged.is_empty());
        assert!(Parts::new(set(0, 1), 3).is_err());
    }
}
