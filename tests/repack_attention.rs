//! Attention as exporters write it, in every form that they know: what can be cut is found, and the masked model and the re-packed
//! one compute the same.

mod common;

use common::repacking::{agree, group_sizes, parameters, random_units};
use common::{Net, Random, int, with_open_batch};
use proptest::prelude::*;
use secateur::graph::{Graph, ValueId};
use secateur::prune::groups::analyze;
use secateur::tensor::Tensor;

/// How attention is written.
#[derive(Debug, Clone)]
struct Form {
    heads: usize,
    width: usize,
    words: usize,
    /// Whether the words come before the batch, into which the heads are merged.
    merged: bool,
    /// Whether a single head is split off all the same.
    always_split: bool,
    biases: bool,
    /// Where a constant scales: queries, keys, or scores.
    scaled: [bool; 3],
    /// Whether negative queries are dropped, which zeros pass.
    rectified: bool,
}

fn forms() -> impl Strategy<Value = Form> {
    let sizes = (1usize..5, 2usize..6, 2usize..5);
    (sizes, any::<[bool; 4]>(), any::<[bool; 3]>()).prop_map(
        |((heads, width, words), [merged, always_split, biases, rectified], scaled)| Form {
            heads,
            width,
            words,
            merged,
            always_split,
            biases,
            scaled,
            rectified,
        },
    )
}

impl Form {
    fn splits(&self) -> bool {
        self.heads > 1 || self.always_split
    }

    fn model(&self, seed: u64) -> Graph {
        let mut net = Net::new(seed);
        let x = net.input(&[1, self.words, 7]);
        let x = match self.merged {
            true => net.transpose(x, &[1, 0, 2]),
            false => x,
        };
        let [queries, keys, values] = [0, 1, 2].map(|part| {
            let y = self.linear(&mut net, x, self.heads * self.width);
            let y = match part == 0 && self.rectified {
                true => net.relu(y),
                false => y,
            };
            let y = self.scale(&mut net, y, part < 2 && self.scaled[part]);
            self.by_head(&mut net, y, part == 1)
        });
        let scores = net.op("MatMul", &[queries, keys], &[]);
        let scores = self.scale(&mut net, scores, self.scaled[2]);
        let scores = net.op("Softmax", &[scores], &[("axis", int(-1))]);
        let y = net.op("MatMul", &[scores, values], &[]);
        let y = self.joined(&mut net, y);
        let y = self.linear(&mut net, y, 3);
        let y = match self.merged {
            true => net.transpose(y, &[1, 0, 2]),
            false => y,
        };
        with_open_batch(net.finish(&[y]))
    }

    fn linear(&self, net: &mut Net, x: ValueId, out: usize) -> ValueId {
        let inner = *net.dims(x).last().unwrap();
        let (weights, bias) = (net.weight(&[inner, out]), net.weight(&[out]));
        let y = net.op("MatMul", &[x, weights], &[]);
        match self.biases {
            true => net.add(y, bias),
            false => y,
        }
    }

    fn scale(&self, net: &mut Net, x: ValueId, scaled: bool) -> ValueId {
        let half = net.constant(Tensor::from_f32(&[], vec![0.5]));
        match scaled {
            true => net.op("Mul", &[x, half], &[]),
            false => x,
        }
    }

    /// (batch, heads, words, width), or (batch · heads, words, width); keys the other way round.
    fn by_head(&self, net: &mut Net, x: ValueId, turned: bool) -> ValueId {
        let (heads, width, words) = (self.heads as i64, self.width as i64, self.words as i64);
        if self.merged {
            let y = net.reshape(x, &[words, -1, width]);
            return net.transpose(y, if turned { &[1, 2, 0] } else { &[1, 0, 2] });
        }
        if !self.splits() {
            return match turned {
                true => net.transpose(x, &[0, 2, 1]),
                false => x,
            };
        }
        let y = net.reshape(x, &[0, words, heads, width]);
        net.transpose(y, if turned { &[0, 2, 3, 1] } else { &[0, 2, 1, 3] })
    }

    fn joined(&self, net: &mut Net, y: ValueId) -> ValueId {
        let (all, words) = ((self.heads * self.width) as i64, self.words as i64);
        if self.merged {
            let y = net.transpose(y, &[1, 0, 2]);
            return net.reshape(y, &[words, -1, all]);
        }
        if !self.splits() {
            return y;
        }
        let y = net.transpose(y, &[0, 2, 1, 3]);
        net.reshape(y, &[0, words, all])
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn attention_is_cut_however_it_is_written(form in forms(), seed in any::<u64>()) {
        let graph = form.model(seed);
        let groups = analyze(&graph).expect("analyses");
        // Several heads go as heads; of a single one, queries and keys lose width together, and values by themselves.
        let units = group_sizes(&groups);
        let expected = match form.heads {
            1 => vec![form.width, form.width],
            heads => vec![heads],
        };
        prop_assert_eq!(units, expected, "{:?}", form);
        let mut random = Random(seed ^ 1);
        let removed = random_units(&groups, &mut random);
        let packed = agree(&graph, &groups, &removed, &mut random);
        prop_assert!(removed.is_empty() || parameters(&packed.graph) < parameters(&graph));
    }
}
