//! Pictures to learn from, pictures to choose by, and pictures for the last word.

use super::hold_out::ENOUGH;
use crate::data::Pictures;
use crate::error::{Error, Result};
use std::sync::Arc;

/// A set in parts that share no picture. Whoever works on them shares them: copies hold the same pictures.
#[derive(Debug, Clone)]
pub struct Split {
    /// To learn from (training).
    pub train: Arc<Pictures>,
    /// To choose by (validation). What is measured on them after a choice is a little better than on new pictures.
    pub validation: Arc<Pictures>,
    /// Nothing is learned from these or chosen by them (test); none where there are too few photos for a third part.
    pub test: Arc<Pictures>,
}

impl Split {
    /// Each picture's file, or its pixels, tell its part ([`Pictures::two_way_split`]), not its place, a seed or its class: a picture to learn from
    /// stays one in every larger set. Two things follow. Small classes may be missing in a part. And pictures that a set of
    /// fewer than 60 was judged by may test a larger one; pictures learned from never do. Where a set is published in parts, the
    /// one to test on stays whole, and the rest makes the first two.
    ///
    /// Errors: [`Error::BadInput`] where there are too few different pictures for two parts.
    pub fn new(mut pictures: Pictures) -> Result<Self> {
        let published = pictures.take_test();
        let (train, validation, test) = parts_of(&pictures, published);
        if train.is_empty() || validation.is_empty() {
            return Err(Error::BadInput(message!("error-too-few-pictures")));
        }
        Ok(Split {
            train: Arc::new(train),
            validation: Arc::new(validation),
            test: Arc::new(test),
        })
    }

    /// The pictures to learn from alone. Where there are too few for two parts, all but those that were published to test on,
    /// and `true`.
    pub fn train_or_all(mut pictures: Pictures) -> (Pictures, bool) {
        let published = pictures.take_test();
        let (train, validation, _) = parts_of(&pictures, published);
        match train.is_empty() || validation.is_empty() {
            true => (pictures, true),
            false => (train, false),
        }
    }
}

/// Pictures to learn from, to choose by, and to test on; where there are too few, the second or the third has none.
fn parts_of(pictures: &Pictures, published: Option<Pictures>) -> (Pictures, Pictures, Pictures) {
    if published.is_none() && pictures.len() >= ENOUGH {
        return pictures.three_way_split();
    }
    let (train, validation) = pictures.two_way_split();
    let test = published.unwrap_or_else(|| pictures.none());
    (train, validation, test)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Preset, Stack};
    use std::collections::BTreeSet;

    /// Labeled pictures of one pixel with levels from `first`.
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
        let split = Split::new(pictures).unwrap();
        assert_eq!(levels(&split.test), (200..220).collect::<Vec<u8>>());
        let mut rest = [levels(&split.train), levels(&split.validation)].concat();
        rest.sort_unstable();
        assert_eq!(rest, (0..100).collect::<Vec<u8>>());
    }

    #[test]
    fn enough_pictures_make_three_parts_and_a_few_make_two() {
        let split = Split::new(set(0, 100)).unwrap();
        let mut all = [&split.train, &split.validation, &split.test]
            .map(|part| levels(part))
            .concat();
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<u8>>());
        assert!(!split.test.is_empty());
        let few = Split::new(set(0, 12)).unwrap();
        assert!(few.test.is_empty() && !few.validation.is_empty());
        assert!(Split::new(set(0, 1)).is_err());
    }

    /// Where the pixels of the pictures are in memory.
    fn places(pictures: &Pictures) -> BTreeSet<*const u8> {
        let all = 0..pictures.len();
        all.map(|index| pictures.levels_of(index).as_ptr())
            .collect()
    }

    #[test]
    fn parts_and_samples_hold_no_pixels_of_their_own() {
        let all = set(0, 100);
        let split = Split::new(all.clone()).unwrap();
        let parted = [&split.train, &split.validation, &split.test].map(|part| places(part));
        assert_eq!(
            parted.into_iter().flatten().collect::<BTreeSet<_>>(),
            places(&all)
        );
        assert!(places(&split.train.sample(20, 1)).is_subset(&places(&all)));
    }

    /// Whoever takes other pictures of the same ones, or parts them otherwise, learns from none that another tests on.
    #[test]
    fn what_is_tested_on_is_not_learned_from_elsewhere() {
        let all = set(0, 200);
        let split = Split::new(all.clone()).unwrap();
        let test = levels(&split.test);
        assert_eq!(levels(&all.two_way_split().1), test);
        for seed in 1..20 {
            for count in [20, 100, 200] {
                let some = Split::new(all.sample(count, seed)).unwrap();
                let learned = levels(&some.train);
                assert!(learned.iter().all(|level| !test.contains(level)), "{count}");
                // The same holds in small sets, where the one who measures has two parts as well.
                let few = all.sample(count, seed).two_way_split().1;
                assert!(levels(&few).iter().all(|level| !learned.contains(level)));
            }
        }
    }
}
