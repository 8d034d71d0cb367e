//! Sets of pictures to learn from and to measure on, small enough to keep whole.

use super::augment::Change;
use super::image::{check_size, to_levels, write_levels};
use super::preset::Preset;
use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::graph::Dim;
use crate::random::{SplitMix64, fnv};
use std::sync::Arc;

/// Many pictures of one size, 8 bits a color.
#[derive(Debug, Clone, Copy)]
pub struct Stack<'a> {
    /// Picture after picture, row by row.
    pub levels: &'a [u8],
    pub width: u32,
    pub height: u32,
    /// Bytes of a pixel: 1 is gray, 3 are red, green and blue.
    pub channels: usize,
}

/// Pictures at a model's size, 8 bits a color, all labeled or none. Copies of a set, and sets chosen from one, share its
/// pictures' levels, so that these are in memory once.
#[derive(Debug, Clone)]
pub struct Pictures {
    preset: Preset,
    /// By picture: rows of red, green and blue.
    levels: Vec<Arc<[u8]>>,
    /// By picture: what tells it apart from others, whoever decoded it ([`Pictures::add_photo`]).
    keys: Vec<u64>,
    /// Classes by picture; empty where the pictures have no labels.
    labels: Vec<u32>,
    /// The part that was published to test on, where there is one.
    test: Option<Arc<Pictures>>,
}

impl Pictures {
    /// No pictures yet, for models that this preset describes. Errors: a preset that contradicts itself.
    pub fn new(preset: &Preset) -> Result<Self> {
        preset.check()?;
        Ok(Pictures {
            preset: preset.clone(),
            levels: Vec::new(),
            keys: Vec::new(),
            labels: Vec::new(),
            test: None,
        })
    }

    /// Takes a picture in: `rgba` holds `width × height` pixels. All pictures of a set have a label, or none.
    pub fn add(&mut self, rgba: &[u8], width: u32, height: u32, label: Option<u32>) -> Result<()> {
        self.add_photo(rgba, [width, height], None, label)
    }

    /// The same for a photo. `key` is its file's ([`file_key`]): decoders round differently, and what part of the set it is in
    /// must not depend on that.
    pub fn add_photo(
        &mut self,
        rgba: &[u8],
        [width, height]: [u32; 2],
        key: Option<u64>,
        label: Option<u32>,
    ) -> Result<()> {
        self.check_labeled(label.is_some())?;
        let levels = to_levels(rgba, width, height, &self.preset)?;
        self.push(levels.into(), key);
        self.labels.extend(label);
        Ok(())
    }

    fn push(&mut self, levels: Arc<[u8]>, key: Option<u64>) {
        self.keys
            .push(key.unwrap_or_else(|| fnv(levels.iter().copied())));
        self.levels.push(levels);
    }

    /// Takes many pictures in; `labels` has a class for each, where they are known. Pictures that have the preset's size
    /// already are taken as they are.
    ///
    /// Errors: [`Error::BadInput`] where the bytes are no whole pictures, or there is not one label a picture.
    pub fn add_stack(&mut self, stack: Stack, labels: Option<&[u32]>) -> Result<()> {
        let Stack {
            levels,
            width,
            height,
            channels,
        } = stack;
        check_size(width, height)?;
        let size = width as usize * height as usize * channels;
        if !matches!(channels, 1 | 3) || !levels.len().is_multiple_of(size) {
            return Err(Error::BadInput(message!(
                "error-picture-bytes",
                bytes = levels.len(),
                width = width,
                height = height,
                channels = channels
            )));
        }
        let count = levels.len() / size;
        if let Some(labels) = labels {
            check_count(count, labels.len())?;
        }
        if count == 0 {
            return Ok(());
        }
        self.check_labeled(labels.is_some())?;
        let colors = |pixel: &[u8]| [pixel[0], pixel[channels / 2], pixel[channels - 1]];
        let fits = [width, height] == self.preset.size;
        for picture in levels.chunks_exact(size) {
            let pixels = picture.chunks_exact(channels).map(colors);
            let levels = if fits {
                pixels.flatten().collect()
            } else {
                let rgba: Vec<u8> = pixels.flat_map(|[r, g, b]| [r, g, b, 255]).collect();
                to_levels(&rgba, width, height, &self.preset)?.into()
            };
            self.push(levels, None);
        }
        self.labels.extend(labels.unwrap_or_default());
        Ok(())
    }

    /// All pictures of a set have a label, or none.
    fn check_labeled(&self, labeled: bool) -> Result<()> {
        if labeled == self.labels.is_empty() && !self.is_empty() {
            return Err(Error::BadInput(message!("error-half-labeled")));
        }
        Ok(())
    }

    /// Takes over all pictures of a set of the same kind.
    pub fn append(&mut self, other: Pictures) {
        self.levels.extend(other.levels);
        self.keys.extend(other.keys);
        self.labels.extend(other.labels);
    }

    /// Says which pictures were published to test on, beside these: nothing is to be learned from them or chosen by them.
    ///
    /// Errors: [`Error::BadInput`] where one part has labels and the other has none.
    pub fn keep_to_test(&mut self, test: Pictures) -> Result<()> {
        if test.is_empty() {
            return Ok(());
        }
        self.check_labeled(test.labels().is_some())?;
        self.test = Some(Arc::new(test));
        Ok(())
    }

    /// Parts with the pictures that were published to test on, where there are any.
    pub fn take_test(&mut self) -> Option<Pictures> {
        self.test.take().map(Arc::unwrap_or_clone)
    }

    /// How many pictures there are.
    pub fn len(&self) -> usize {
        self.levels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }

    /// How a picture becomes a model's input.
    pub fn preset(&self) -> &Preset {
        &self.preset
    }

    /// One picture as [`Pictures::add_stack`] takes it: at the preset's size, three bytes a pixel.
    pub fn levels_of(&self, index: usize) -> &[u8] {
        &self.levels[index]
    }

    /// What tells a picture apart: a hash of its file, or of its levels where it came without one.
    pub(super) fn key(&self, index: usize) -> u64 {
        self.keys[index]
    }

    /// The classes by picture, where they are known.
    pub fn labels(&self) -> Option<&[u32]> {
        (!self.labels.is_empty()).then_some(&self.labels)
    }

    /// Says which class each label so far stands for, by that label; others are left as they are.
    pub fn relabel(&mut self, classes: &[u32]) {
        for label in &mut self.labels {
            *label = classes.get(*label as usize).copied().unwrap_or(*label);
        }
    }

    /// The class of one picture, counted from 0; `None` without labels.
    pub fn label(&self, index: usize) -> Option<u32> {
        self.labels.get(index).copied()
    }

    /// Numbers of one sample of the model's input.
    pub fn sample_len(&self) -> usize {
        self.preset.tensor_shape().iter().product()
    }

    /// Writes pictures, one after the other, as a batch of the model's input: as they are, or each with its change.
    pub fn write(&self, indices: &[usize], changes: Option<&[Change]>, out: &mut [f32]) {
        let samples = out.chunks_exact_mut(self.sample_len());
        for (at, (&index, out)) in indices.iter().zip(samples).enumerate() {
            let levels = self.levels_of(index);
            match changes.and_then(|changes| changes.get(at)) {
                Some(change) => {
                    write_levels(&change.apply(levels, &self.preset), &self.preset, out);
                }
                None => write_levels(levels, &self.preset, out),
            }
        }
    }

    /// A number that tells sets apart: the same pictures with the same labels in the same order give the same (FNV-1a).
    pub fn fingerprint(&self) -> u64 {
        let levels = self.levels.iter().flat_map(|levels| levels.iter().copied());
        let labels = self.labels.iter().flat_map(|label| label.to_le_bytes());
        fnv(levels.chain(labels))
    }

    /// As many of the pictures as asked for, chosen at random by the seed; all where there are no more.
    pub fn sample(&self, most: usize, seed: u32) -> Pictures {
        let mut order = SplitMix64(u64::from(seed)).order(self.len());
        order.truncate(most);
        self.chosen(order.into_iter())
    }

    /// These pictures, in this order.
    pub(crate) fn chosen(&self, indices: impl Iterator<Item = usize>) -> Pictures {
        let mut chosen = self.none();
        indices.for_each(|index| chosen.take(self, index));
        chosen
    }

    /// A set of the same kind without pictures.
    pub fn none(&self) -> Pictures {
        Pictures {
            preset: self.preset.clone(),
            levels: Vec::new(),
            keys: Vec::new(),
            labels: Vec::new(),
            test: None,
        }
    }

    /// Takes over a picture of a set of the same kind.
    fn take(&mut self, from: &Pictures, index: usize) {
        self.levels.push(Arc::clone(&from.levels[index]));
        self.keys.push(from.keys[index]);
        self.labels.extend(from.labels.get(index));
    }
}

/// The key of a photo's file: its bytes by FNV-1a. The page computes the same (`www/data/file-key.ts`).
pub fn file_key(file: &[u8]) -> u64 {
    fnv(file.iter().copied())
}

/// An error where there is not one label a picture.
pub(super) fn check_count(pictures: usize, labels: usize) -> Result<()> {
    if pictures == labels {
        return Ok(());
    }
    Err(Error::BadInput(message!(
        "error-label-count",
        pictures = pictures,
        labels = labels
    )))
}

impl Dataset for Pictures {
    fn len(&self) -> usize {
        self.len()
    }

    fn sample_len(&self) -> usize {
        self.sample_len()
    }

    fn labels(&self) -> Option<&[u32]> {
        self.labels()
    }

    fn check_fits(&self, input: &[Dim]) -> Result<()> {
        self.preset().check_fits(input)
    }

    fn write_sample(&self, index: usize, input: &mut [f32]) {
        self.write(&[index], None, input);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::said;

    fn set(count: u32) -> Pictures {
        let preset =
            Preset::parse(r#"{"size": [2, 1], "mean": [0, 0, 0], "std": [1, 1, 1]}"#).unwrap();
        let mut pictures = Pictures::new(&preset).unwrap();
        for i in 0..count {
            let gray = i as u8;
            let rgba = [gray, gray, gray, 255, gray, gray, gray, 255];
            pictures.add(&rgba, 2, 1, Some(i % 3)).unwrap();
        }
        pictures
    }

    #[test]
    fn a_batch_holds_the_pictures_asked_for() {
        let pictures = set(5);
        let mut out = vec![0.0; 12];
        pictures.write(&[3, 1], None, &mut out);
        assert_eq!(
            out,
            [3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
        );
    }

    #[test]
    fn a_stack_is_taken_like_its_pictures_one_by_one() {
        for size in ["[3, 2]", "[2, 2]"] {
            let preset = format!(r#"{{"size": {size}, "mean": [9], "std": [2]}}"#);
            let preset = Preset::parse(&preset).unwrap();
            let gray: Vec<u8> = (0..12).map(|i| 20 * i).collect();
            let stack = Stack {
                levels: &gray,
                width: 3,
                height: 2,
                channels: 1,
            };
            let mut at_once = Pictures::new(&preset).unwrap();
            at_once.add_stack(stack, Some(&[4, 1])).unwrap();
            let mut singly = Pictures::new(&preset).unwrap();
            for (gray, label) in gray.chunks(6).zip([4, 1]) {
                let rgba: Vec<u8> = gray.iter().flat_map(|&l| [l, l, l, 255]).collect();
                singly.add(&rgba, 3, 2, Some(label)).unwrap();
            }
            assert_eq!(at_once.levels, singly.levels);
            assert_eq!(at_once.labels(), Some(&[4, 1][..]));
        }
    }

    #[test]
    fn a_stack_that_does_not_fit_together_is_refused() {
        let mut pictures = set(2);
        let mut told = |levels: &[u8], channels, labels: Option<&[u32]>| {
            let stack = Stack {
                levels,
                width: 2,
                height: 1,
                channels,
            };
            said(&pictures.add_stack(stack, labels).unwrap_err())
        };
        assert!(told(&[1; 5], 1, None).contains("5 bytes"));
        assert!(told(&[1; 4], 2, None).contains("2 bytes each"));
        let labels = told(&[1; 6], 3, Some(&[1, 2]));
        assert!(labels.contains("1 photos and 2 labels"), "{labels}");
        assert!(told(&[1; 6], 3, None).contains("some have none"));
    }

    #[test]
    fn a_part_to_test_on_stays_apart() {
        let mut pictures = set(12);
        pictures.keep_to_test(set(3)).unwrap();
        assert_eq!(pictures.len(), 12);
        let (first, second) = pictures.two_way_split();
        assert_eq!(first.len() + second.len(), 12);
        assert_eq!(pictures.take_test().map(|test| test.len()), Some(3));
        assert!(pictures.take_test().is_none());
        let mut unlabeled = Pictures::new(pictures.preset()).unwrap();
        unlabeled.add(&[0; 8], 2, 1, None).unwrap();
        assert!(pictures.keep_to_test(unlabeled).is_err());
    }

    #[test]
    fn a_photo_is_told_by_its_file_whoever_decoded_it() {
        // Vectors of the function's authors (http://www.isthe.com/chongo/src/fnv/test_fnv.c).
        assert_eq!(file_key(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(file_key(b"foobar"), 0x8594_4171_f739_67e8);
        let split = |nudge: u8| {
            let mut pictures = set(0);
            for i in 0..100u8 {
                let rgba = [i + nudge, i, i, 255, i, i, i, 255];
                let key = file_key(&[i]);
                pictures.add_photo(&rgba, [2, 1], Some(key), None).unwrap();
            }
            let (train, validation, test) = pictures.three_way_split();
            [train, validation, test].map(|part| {
                let green = (0..part.len()).map(|i| part.levels_of(i)[1]);
                green.collect::<Vec<u8>>()
            })
        };
        assert_eq!(split(0), split(1));
    }

    #[test]
    fn half_labeled_sets_are_refused() {
        let mut pictures = set(1);
        let error = pictures.add(&[0; 8], 2, 1, None).unwrap_err();
        assert!(said(&error).contains("label"));
    }
}
