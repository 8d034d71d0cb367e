//! What a teacher said of pictures, kept for when they come again.

use std::collections::{BTreeMap, BTreeSet};

/// A picture by its number, and whether it is mirrored.
pub type CacheKey = (usize, bool);

/// ReferenceLogits that take more bytes than this are too many to keep.
const ROOM: usize = 64 << 20;

/// ReferenceLogits by view, a number for each class; a view always stands for the same pixels.
pub(super) struct LogitCache {
    answers: BTreeMap<CacheKey, Vec<f32>>,
    /// Bytes of answers that there is room for.
    room: usize,
}

impl LogitCache {
    /// An empty cache with room for what a browser's memory bears.
    pub fn new() -> Self {
        LogitCache {
            answers: BTreeMap::new(),
            room: ROOM,
        }
    }

    /// The places of the views that it holds no answers on, each view once.
    pub fn unknown(&self, views: &[CacheKey]) -> Vec<usize> {
        let mut seen = BTreeSet::new();
        let mut is_new = |view: &CacheKey| !self.answers.contains_key(view) && seen.insert(*view);
        let places = views.iter().enumerate();
        places
            .filter_map(|(at, view)| is_new(view).then_some(at))
            .collect()
    }

    /// Takes in what was said of each of these views, one after the other.
    pub fn take(&mut self, views: &[CacheKey], said: &[f32]) {
        let classes = (said.len() / views.len().max(1)).max(1);
        let answers = said.chunks_exact(classes).map(<[f32]>::to_vec);
        self.answers.extend(views.iter().copied().zip(answers));
    }

    /// What was said of all of these views, one after the other; nothing of those that it holds no answers on.
    pub fn recall(&self, views: &[CacheKey]) -> Vec<f32> {
        let answers = views.iter().filter_map(|view| self.answers.get(view));
        answers.flatten().copied().collect()
    }

    /// Whether it holds more than there is room for, all answers being of one length.
    pub fn is_full(&self) -> bool {
        let classes = self.answers.values().next().map_or(0, Vec::len);
        self.answers.len() * classes * size_of::<f32>() > self.room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_asked_for_once_and_recalled_wherever_it_comes() {
        let mut memory = LogitCache::new();
        let first = [(3, false), (3, true), (3, false), (1, false)];
        assert_eq!(memory.unknown(&first), [0, 1, 3]);
        memory.take(
            &[(3, false), (3, true), (1, false)],
            &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        );
        assert_eq!(
            memory.recall(&first),
            [1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 5.0, 6.0]
        );
        assert_eq!(memory.unknown(&[(1, false), (1, true)]), [1]);
        // Where everything is known, nothing is said anew.
        memory.take(&[], &[]);
        assert_eq!(memory.recall(&[(3, true)]), [3.0, 4.0]);
    }

    #[test]
    fn it_is_full_when_its_answers_take_more_bytes_than_there_is_room_for() {
        let mut memory = LogitCache {
            room: 16,
            ..LogitCache::new()
        };
        assert!(!memory.is_full());
        memory.take(&[(0, false), (1, false)], &[0.0; 4]);
        assert!(!memory.is_full());
        memory.take(&[(2, false)], &[0.0; 2]);
        assert!(memory.is_full());
    }
}
