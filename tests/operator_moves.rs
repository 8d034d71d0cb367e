//! Kernels that move numbers against the plain definitions of the same operators, on random shapes and attributes: equal bits.

mod common;

use common::by_kernel::{list, same_bits, sizes, text};
use common::{Net, Random, int};
use secateur::tensor::Tensor;

#[test]
fn padding() {
    for seed in 0..300 {
        let mut net = Net::new(seed);
        let mut random = Random(seed);
        let rank = 1 + random.below(4);
        let shape = sizes(&mut random, rank, 9);
        let mode = ["constant", "reflect", "edge", "wrap"][random.below(4)];
        // A border must be shorter than what it reflects, and something must be left.
        let amount = |random: &mut Random, size: usize| match random.below(3) {
            0 => 0,
            1 if size > 2 => {
                -(random.below(size.div_ceil(2) - 1) as i64 + 1).min(size as i64 / 2 - 1)
            }
            _ => random.below(size.min(5)) as i64,
        };
        let mut pads = vec![0; 2 * rank];
        for axis in 0..rank {
            pads[axis] = amount(&mut random, shape[axis]);
            pads[rank + axis] = amount(&mut random, shape[axis]);
        }
        let x = net.input(&shape);
        let mut inputs = vec![x, net.integers(&pads)];
        if random.below(2) == 0 {
            inputs.push(net.weight(&[]));
        }
        let y = net.op("Pad", &inputs, &[("mode", text(mode))]);
        same_bits(net, &[y], seed);
    }
}

#[test]
fn slices_and_choices() {
    for seed in 0..300 {
        let mut net = Net::new(seed);
        let mut random = Random(seed);
        let rank = 1 + random.below(4);
        let shape = sizes(&mut random, rank, 12);
        let x = net.input(&shape);
        let y = match random.below(3) {
            0 => {
                let count = 1 + random.below(rank);
                let axes = random.choose(rank, count);
                let (mut starts, mut ends, mut steps) = (vec![], vec![], vec![]);
                for &axis in &axes {
                    let size = shape[axis] as i64;
                    let step = [1, 2, 3, -1, -2][random.below(5)];
                    let ordered = [0, random.below(shape[axis]) as i64];
                    let (start, end) = if step > 0 {
                        (ordered[1], size)
                    } else {
                        (-1, -size - 1 + ordered[1])
                    };
                    starts.push(start);
                    ends.push(end);
                    steps.push(step);
                }
                let axes: Vec<i64> = axes.iter().map(|&axis| axis as i64).collect();
                let inputs = [
                    x,
                    net.integers(&starts),
                    net.integers(&ends),
                    net.integers(&axes),
                    net.integers(&steps),
                ];
                net.op("Slice", &inputs, &[])
            }
            1 => {
                let axis = random.below(rank);
                let size = shape[axis] as i64;
                let count = 1 + random.below(9);
                let indices = list(&mut random, count, -size, size);
                let indices = match random.below(3) {
                    0 => Tensor::from_i64(&[], vec![indices[0]]),
                    _ => Tensor::from_i64(&[1, count], indices),
                };
                let inputs = [x, net.constant(indices)];
                net.op("Gather", &inputs, &[("axis", int(axis as i64))])
            }
            _ => {
                let order = random.choose(24, 1)[0];
                let mut left: Vec<i64> = (0..rank as i64).collect();
                let perm: Vec<i64> = (0..rank)
                    .map(|i| left.remove(order / (i + 1) % left.len()))
                    .collect();
                net.transpose(x, &perm)
            }
        };
        same_bits(net, &[y], seed);
    }
}

#[test]
fn repeats_and_blocks() {
    for seed in 0..200 {
        let mut net = Net::new(seed);
        let mut random = Random(seed);
        let y = match random.below(4) {
            0 => {
                let rank = 1 + random.below(4);
                let shape = sizes(&mut random, rank, 5);
                let repeats = list(&mut random, rank, 1, 4);
                let inputs = [net.input(&shape), net.integers(&repeats)];
                net.op("Tile", &inputs, &[])
            }
            1 => {
                let rank = 1 + random.below(4);
                let target = sizes(&mut random, rank, 5);
                let kept = 1 + random.below(rank);
                let own: Vec<usize> = target[rank - kept..]
                    .iter()
                    .map(|&n| if random.below(2) == 0 { 1 } else { n })
                    .collect();
                let target: Vec<i64> = target.iter().map(|&n| n as i64).collect();
                let inputs = [net.input(&own), net.integers(&target)];
                net.op("Expand", &inputs, &[])
            }
            shuffled => {
                let side = 1 + random.below(4);
                let [batch, channels, rows, columns] = sizes(&mut random, 4, 9)[..] else {
                    unreachable!("four sizes");
                };
                let attributes = [("blocksize", int(side as i64))];
                if shuffled == 2 {
                    let x = net.input(&[batch, channels, side * rows, side * columns]);
                    net.op("SpaceToDepth", &[x], &attributes)
                } else {
                    let x = net.input(&[batch, side * side * channels, rows, columns]);
                    let mode = ("mode", text(["DCR", "CRD"][random.below(2)]));
                    net.op("DepthToSpace", &[x], &[attributes[0].clone(), mode])
                }
            }
        };
        same_bits(net, &[y], seed);
    }
}
