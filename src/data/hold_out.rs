//! Which pictures of a set are held back. Each picture itself tells, so that whoever learns from it today does not test on it
//! tomorrow.

use super::pictures::Pictures;
use crate::random::SplitMix64;

/// The share that is held back at a time, and the most pictures.
const SHARE: f64 = 0.15;
const MOST: f64 = 2000.0;
/// Sets of fewer pictures than this are held back from once, a double share: where there are few, more of them are needed
/// to mean anything.
pub const ENOUGH: usize = 60;

/// A picture's rank and its index.
type Ranked = (f64, usize);

/// Every picture has a rank from 0 to below 1, a hash of its file, or of its levels where it came without one; those of the highest
/// ranks are held back. Ranks hang neither on a seed nor on the rest of the set, and no set holds a larger share back than a smaller one
/// does. So a picture that is left to learn from is left in every larger set as well (but for sets of a few pictures that all rank
/// high), and copies of a picture stay together. The shares are the same for all sets of 60 to 13,333 pictures; beyond, the highest
/// ranks alone stay held back.
impl Pictures {
    /// Holds the first share back: those to learn from, and those held back, both in the order of their ranks, whatever the
    /// order in which they came.
    ///
    /// Where no rank is high enough, the highest there is counts. A set of which nothing would be left stays whole, and
    /// nothing is held back.
    pub fn two_way_split(&self) -> (Pictures, Pictures) {
        let ranked = self.ranked();
        let (rest, held) = parted(&ranked, 1.0 - first_share(self.len()));
        (self.taken(rest), self.taken(held))
    }

    /// Holds both shares back: those to learn from, those of the second share, and those of the first, which are those that
    /// [`Pictures::two_way_split`] holds back.
    pub fn three_way_split(&self) -> (Pictures, Pictures, Pictures) {
        let ranked = self.ranked();
        let share = first_share(self.len());
        let (rest, first) = parted(&ranked, 1.0 - share);
        let (rest, second) = match parted(rest, 1.0 - 2.0 * share) {
            // A handful of pictures that all rank high: the highest alone is held back, so that there is something to choose by.
            (rest, []) => {
                let highest = rest.last().map_or(0.0, |(rank, _)| *rank);
                rest.split_at(below(rest, highest))
            }
            parts => parts,
        };
        (self.taken(rest), self.taken(second), self.taken(first))
    }

    /// Rank and index of each picture, from the lowest rank up: its key, made even by SplitMix64.
    fn ranked(&self) -> Vec<Ranked> {
        let rank = |index| SplitMix64(self.key(index)).fraction();
        let mut ranked: Vec<Ranked> = (0..self.len()).map(|index| (rank(index), index)).collect();
        ranked.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        ranked
    }

    fn taken(&self, ranked: &[Ranked]) -> Pictures {
        self.chosen(ranked.iter().map(|(_, index)| *index))
    }
}

/// Those that rank below, and the others.
fn parted(ranked: &[Ranked], least: f64) -> (&[Ranked], &[Ranked]) {
    let highest = ranked.last().map_or(0.0, |(rank, _)| *rank);
    match below(ranked, least.min(highest)) {
        0 => (ranked, &[]),
        below => ranked.split_at(below),
    }
}

/// How many rank below.
fn below(ranked: &[Ranked], least: f64) -> usize {
    ranked.partition_point(|(rank, _)| *rank < least)
}

fn first_share(count: usize) -> f64 {
    match count < ENOUGH {
        true => 2.0 * SHARE,
        false => SHARE.min(MOST / count as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Preset, Stack};
    use std::collections::BTreeSet;

    /// Pictures of one pixel, each with its number as color.
    fn set(numbers: impl Iterator<Item = u32>) -> Pictures {
        let preset = Preset::parse(r#"{"size": 1, "std": [1, 1, 1]}"#).unwrap();
        let mut pictures = Pictures::new(&preset).unwrap();
        let levels: Vec<u8> = numbers
            .flat_map(|number| number.to_le_bytes().into_iter().take(3))
            .collect();
        let stack = Stack {
            levels: &levels,
            width: 1,
            height: 1,
            channels: 3,
        };
        pictures.add_stack(stack, None).unwrap();
        pictures
    }

    fn levels(pictures: &Pictures) -> Vec<&[u8]> {
        let all = 0..pictures.len();
        all.map(|index| pictures.levels_of(index)).collect()
    }

    fn numbers(pictures: &Pictures) -> BTreeSet<u32> {
        let pixels = levels(pictures);
        let number = |pixel: &[u8]| u32::from_le_bytes([pixel[0], pixel[1], pixel[2], 0]);
        pixels.into_iter().map(number).collect()
    }

    #[test]
    fn as_many_are_held_back_as_was_meant() {
        for (count, share) in [(40, 0.3), (1000, 0.15), (10_000, 0.15), (40_000, 0.05)] {
            let mut held = [0, 0];
            let rounds = 40_000 / count;
            for round in 0..rounds {
                let (rest, second, first) =
                    set(round * count..(round + 1) * count).three_way_split();
                assert_eq!(rest.len() + second.len() + first.len(), count as usize);
                held[0] += first.len();
                held[1] += second.len();
            }
            for held in held {
                let told = held as f64 / 40_000.0;
                // Within four standard deviations of a fair choice.
                let spread = (share * (1.0 - share) / 40_000.0_f64).sqrt();
                assert!((told - share).abs() < 4.0 * spread, "{told} of {count}");
            }
        }
    }

    /// However a set grows, nothing that may be learned from is held back later, and nothing of the second share is in the first
    /// but where the set was small.
    #[test]
    fn a_growing_set_never_holds_back_what_was_learned_from() {
        let sizes = [
            1, 2, 3, 5, 12, 30, 59, 60, 61, 99, 100, 500, 13_333, 13_334, 20_000,
        ];
        for start in [0, 1_000_000, 2_000_000] {
            let parts = sizes.map(|size| {
                let (rest, second, first) = match size < ENOUGH as u32 {
                    true => {
                        let pictures = set(start..start + size);
                        let (rest, held) = pictures.two_way_split();
                        (rest, held, pictures.none())
                    }
                    false => set(start..start + size).three_way_split(),
                };
                [rest, second, first].map(|part| numbers(&part))
            });
            for (at, [rest, second, _]) in parts.iter().enumerate() {
                // Where nothing could be held back, there is no second part to measure on.
                if second.is_empty() {
                    continue;
                }
                for [_, later_second, later_first] in &parts[at..] {
                    assert!(rest.is_disjoint(later_second) && rest.is_disjoint(later_first));
                }
            }
            let [hundred, most] = [10, 12].map(|at| &parts[at]);
            let among = |part: &BTreeSet<u32>| -> BTreeSet<u32> {
                part.iter()
                    .copied()
                    .filter(|number| number - start < 100)
                    .collect()
            };
            for part in 0..3 {
                assert_eq!(hundred[part], among(&most[part]));
            }
        }
    }

    #[test]
    fn the_order_does_not_count_and_copies_stay_together() {
        let (rest, second, first) = set((0..200).chain(0..200)).three_way_split();
        let (turned, turned_second, turned_first) =
            set((0..200).rev().chain((0..200).rev())).three_way_split();
        for (part, turned) in [
            (&rest, &turned),
            (&second, &turned_second),
            (&first, &turned_first),
        ] {
            assert_eq!(levels(part), levels(turned));
            assert_eq!(part.len(), 2 * numbers(part).len());
        }
    }

    #[test]
    fn something_is_held_back_where_anything_else_is_left() {
        for start in 0..300 {
            let (rest, held) = set(start..start + 3).two_way_split();
            assert!(!rest.is_empty());
            // All three rank high now and then.
            let all_high = set(start..start + 3)
                .ranked()
                .iter()
                .all(|(rank, _)| *rank >= 0.7);
            assert_eq!(held.is_empty(), all_high);
        }
        let (rest, held) = set([7; 30].into_iter()).two_way_split();
        assert_eq!((rest.len(), held.len()), (30, 0));
        let (rest, held) = set(0..0).two_way_split();
        assert_eq!((rest.len(), held.len()), (0, 0));
    }
}
