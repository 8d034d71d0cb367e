//! Where each tensor lies in one buffer: two may share a place when they never live at the same time.

use std::ops::Range;

/// A tensor that needs a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tenant {
    pub len: usize,
    /// The first and the last step that touch it.
    pub first: usize,
    pub last: usize,
}

/// Gives each tenant a range; returns them with the length of the whole buffer.
/// `None` where that is more than can be counted.
///
/// Greedy by size: the largest first, each at the lowest place that is free for its whole life
/// (Pisarchyk and Lee, 2020, <https://arxiv.org/abs/2001.03288>).
pub fn place(tenants: &[Tenant]) -> Option<(Vec<Range<usize>>, usize)> {
    let mut order: Vec<usize> = (0..tenants.len()).collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(tenants[at].len), at));
    let mut ranges = vec![0..0; tenants.len()];
    // Those that have a place, by where it starts.
    let mut placed: Vec<usize> = Vec::new();
    let mut total = 0;
    for at in order {
        let tenant = tenants[at];
        if tenant.len == 0 {
            continue;
        }
        let mut start = 0;
        for &other in &placed {
            let apart = tenants[other].last < tenant.first || tenant.last < tenants[other].first;
            if apart {
                continue;
            }
            if ranges[other].start >= start && ranges[other].start - start >= tenant.len {
                break;
            }
            start = start.max(ranges[other].end);
        }
        let end = start.checked_add(tenant.len)?;
        ranges[at] = start..end;
        total = total.max(end);
        let position = placed.partition_point(|&other| ranges[other].start <= start);
        placed.insert(position, at);
    }
    Some((ranges, total))
}

/// Borrows several parts of a buffer at once. `ranges` are disjoint or equal; equal ones get the same slice once,
/// and the result says for each range which slice is its own.
pub fn carve<'a>(
    mut buffer: &'a mut [f32],
    ranges: &[Range<usize>],
) -> (Vec<&'a mut [f32]>, Vec<usize>) {
    let mut order: Vec<usize> = (0..ranges.len()).collect();
    order.sort_by_key(|&at| (ranges[at].start, ranges[at].end));
    let mut slices = Vec::with_capacity(ranges.len());
    let mut owners = vec![0; ranges.len()];
    let mut consumed = 0;
    let mut previous: Option<&Range<usize>> = None;
    for at in order {
        let range = &ranges[at];
        if previous != Some(range) {
            let (_, rest) = buffer.split_at_mut(range.start - consumed);
            let (slice, rest) = rest.split_at_mut(range.len());
            slices.push(slice);
            buffer = rest;
            consumed = range.end;
            previous = Some(range);
        }
        owners[at] = slices.len() - 1;
    }
    (slices, owners)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_two_living_tenants_share(
            sizes in proptest::collection::vec((0usize..50, 0usize..20, 0usize..6), 1..40)
        ) {
            let tenants: Vec<Tenant> = sizes
                .iter()
                .map(|&(len, first, life)| Tenant { len, first, last: first + life })
                .collect();
            let (ranges, total) = place(&tenants).unwrap();
            for (i, a) in tenants.iter().enumerate() {
                prop_assert_eq!(ranges[i].len(), a.len);
                prop_assert!(ranges[i].end <= total);
                for (j, b) in tenants.iter().enumerate().skip(i + 1) {
                    let together = a.first <= b.last && b.first <= a.last;
                    let overlap = ranges[i].start < ranges[j].end && ranges[j].start < ranges[i].end;
                    prop_assert!(!(together && overlap && a.len > 0 && b.len > 0));
                }
            }
        }
    }

    #[test]
    fn a_chain_needs_room_for_two() {
        let tenants: Vec<Tenant> = (0..10)
            .map(|i| Tenant {
                len: 100,
                first: i,
                last: i + 1,
            })
            .collect();
        assert_eq!(place(&tenants).unwrap().1, 200);
    }

    #[test]
    fn carved_slices_are_where_they_should_be() {
        let mut buffer: Vec<f32> = (0..10).map(|x| x as f32).collect();
        let (slices, owners) = carve(&mut buffer, &[5..7, 0..2, 5..7, 0..0]);
        assert_eq!(slices[owners[0]], [5.0, 6.0]);
        assert_eq!(slices[owners[1]], [0.0, 1.0]);
        assert_eq!(owners[0], owners[2]);
        assert!(slices[owners[3]].is_empty());
    }
}
