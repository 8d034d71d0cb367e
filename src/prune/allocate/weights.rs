//! How many single weights, or blocks of them, go from each layer.

use super::limits::by_hand;
use super::sorted::Sorted;
use super::{least_level, out_of_reach};
use crate::cost::{CostModel, Lengths};
use crate::error::{Error, Result};
use crate::graph::ValueId;
use crate::prune::mask::{Blocks, WeightMask, sort_keys};
use crate::recipe::{Allocation, Recipe, Target};

/// Above the bits of every number that is not below zero, infinity included.
const PAST_ALL: usize = 0x7f80_0001;

/// The items (weights or blocks) of one layer, and how much goes as more of them go: the least salient first, and of equal ones
/// those that come first. Only the saliency in order is kept; which item has which, the criterion tells again where a mask is
/// made.
#[derive(Clone)]
pub struct RankedLayer {
    /// The layers that use the tensor: one, or those that share it.
    pub names: Vec<String>,
    /// The first of them, by its place in [`Groups::layers`](crate::prune::groups::Groups::layers).
    pub layer: usize,
    pub tensor: ValueId,
    /// How the tensor falls into items, where they are blocks.
    pub blocks: Option<Blocks>,
    /// The items' saliency, sorted.
    saliency: Sorted,
    /// How many weights that are not zero the first so many items hold; one entry more than there are items. `None` where
    /// items are weights whose zeros all come first.
    nonzeros_before: Option<Vec<u32>>,
    /// Weights that are not zero.
    pub nonzeros: usize,
    /// All weights.
    pub weights: usize,
    /// Multiply-adds of the nodes that use the tensor.
    pub macs: u64,
}

impl RankedLayer {
    /// `layer`: its name, and its place among the layers. `saliency` is that of the items, by item.
    pub fn new(
        (name, layer): (String, usize),
        tensor: ValueId,
        weights: &[f32],
        saliency: Vec<f32>,
        blocks: Option<Blocks>,
        macs: u64,
    ) -> Self {
        let nonzeros_before = blocks
            .as_ref()
            .map(|blocks| nonzeros_before(blocks, weights, &saliency));
        RankedLayer {
            names: vec![name],
            layer,
            tensor,
            saliency: Sorted::new(saliency),
            blocks,
            nonzeros_before,
            nonzeros: weights.iter().filter(|w| **w != 0.0).count(),
            weights: weights.len(),
            macs,
        }
    }

    /// How many items there are, weights or blocks.
    pub fn items(&self) -> usize {
        self.saliency.len()
    }

    /// The mask of the tensor's weights when `count` items go. `saliency`: that of the items, by item.
    pub fn mask(&self, saliency: &[f32], count: usize) -> WeightMask {
        let mut mask = WeightMask::all(self.items());
        let last = count.checked_sub(1).and_then(|at| self.saliency.get(at));
        if let Some(last) = last {
            // Of those that are worth as much as the last one, so many go.
            let mut equal = count - self.below(last.to_bits().into());
            for (item, s) in saliency.iter().map(|s| s.max(0.0)).enumerate() {
                if s < last || (s == last && equal > 0) {
                    equal -= usize::from(s == last);
                    mask.remove(item);
                }
            }
        }
        match &self.blocks {
            Some(blocks) => blocks.spread(&mask),
            None => mask,
        }
    }

    /// The saliency of the first item that stays when `count` go. `None` where all stay or none do.
    pub fn threshold(&self, count: usize) -> Option<f32> {
        self.saliency.get(count).filter(|_| count > 0)
    }

    /// Weights that are not zero when `count` items are gone.
    pub fn nonzeros_after(&self, count: usize) -> usize {
        match &self.nonzeros_before {
            Some(before) => self.nonzeros - before[count] as usize,
            None => self.nonzeros.min(self.items() - count),
        }
    }

    /// How many items have less than this saliency (given by its bits).
    fn below(&self, bits: u64) -> usize {
        self.saliency.below(bits)
    }
}

/// How many weights that are not zero the least so many blocks hold, from none to all.
fn nonzeros_before(blocks: &Blocks, weights: &[f32], saliency: &[f32]) -> Vec<u32> {
    let mut of_block = vec![0u32; blocks.len()];
    for (block, w) in blocks.of_weights().zip(weights) {
        of_block[block] += u32::from(*w != 0.0);
    }
    let mut keys = sort_keys(saliency);
    keys.sort_unstable();
    let mut sum = 0;
    let mut sums = vec![0];
    for key in &keys {
        sum += of_block[*key as u32 as usize];
        sums.push(sum);
    }
    sums
}

/// All layers, kept until the criterion changes.
#[derive(Clone)]
pub struct RankedWeights {
    pub layers: Vec<RankedLayer>,
}

/// How many items go from each layer: as few as meet the recipe's target, the least first.
pub fn choose_weights(
    ranked: &RankedWeights,
    costs: &CostModel<'_>,
    recipe: &Recipe,
) -> Result<Vec<usize>> {
    let layers = &ranked.layers;
    let limits: Vec<Limit> = layers
        .iter()
        .map(|layer| Limit::new(layer, recipe))
        .collect();
    let free: usize = layers
        .iter()
        .zip(&limits)
        .filter(|(_, l)| l.fixed.is_none())
        .map(|(l, _)| l.items())
        .sum();
    // Enough levels that neighboring ones differ by single items.
    let at_level = |level: usize| -> Vec<usize> {
        let wanted: Vec<usize> = match recipe.allocation {
            Allocation::Uniform => {
                let share = level as f64 / free.max(1) as f64;
                layers
                    .iter()
                    .map(|l| (share * l.items() as f64).round() as usize)
                    .collect()
            }
            Allocation::Global => least_of_all(layers, &limits, level),
            Allocation::Manual => vec![0; layers.len()],
        };
        wanted
            .into_iter()
            .zip(&limits)
            .map(|(count, limit)| limit.apply(count))
            .collect()
    };
    let target = match (recipe.allocation, recipe.target) {
        (Allocation::Manual, _) | (_, None) => return Ok(at_level(0)),
        (_, Some(Target::Bytes(_))) => {
            return Err(Error::BadRecipe(message!("error-recipe-bytes")));
        }
        (_, Some(target)) => target,
    };
    let share_at = |level: usize| share_left(ranked, costs, &at_level(level), target);
    let all: usize = layers.iter().map(RankedLayer::items).sum();
    // One item of each layer stays, even where so much is asked that rounding would take it.
    let most: usize = layers.iter().map(|l| l.items().saturating_sub(1)).sum();
    let met = |level: usize| match target {
        Target::Sparsity(asked) => {
            (share_at(level) * all as f64).round() >= (asked * all as f64).round().min(most as f64)
        }
        Target::Parameters(asked) | Target::Macs(asked) | Target::Bytes(asked) => {
            share_at(level) <= asked
        }
    };
    match least_level(free, met) {
        Some(level) => Ok(at_level(level)),
        None => {
            let without = recipe.without_limits();
            let limited = without != *recipe && choose_weights(ranked, costs, &without).is_ok();
            Err(out_of_reach(target, share_at(free), limited))
        }
    }
}

/// What is left of a target's quantity when so many items of each layer are gone, as a share of the dense model; for
/// sparsity, the share of the items that goes.
pub fn share_left(
    ranked: &RankedWeights,
    costs: &CostModel<'_>,
    counts: &[usize],
    target: Target,
) -> f64 {
    let pairs = || ranked.layers.iter().zip(counts);
    let after = || pairs().map(|(l, &count)| (l, l.nonzeros_after(count)));
    match target {
        Target::Sparsity(_) => {
            let all: usize = ranked.layers.iter().map(RankedLayer::items).sum();
            counts.iter().sum::<usize>() as f64 / all.max(1) as f64
        }
        Target::Parameters(_) => {
            let all = costs.parameters(&Lengths::new());
            let gone: usize = after().map(|(l, now)| l.weights - now).sum();
            1.0 - gone as f64 / all.max(1) as f64
        }
        Target::Macs(_) | Target::Bytes(_) => {
            let all = costs.macs(&Lengths::new());
            let gone: f64 = after()
                .map(|(l, now)| l.macs as f64 * (1.0 - now as f64 / l.weights.max(1) as f64))
                .sum();
            1.0 - gone / all.max(1) as f64
        }
    }
}

/// The `level` least items of all layers that are not fixed, as a count for each layer. Where a layer's limit stops it, the
/// others go on; equal items go in the order of layers.
fn least_of_all(layers: &[RankedLayer], limits: &[Limit], level: usize) -> Vec<usize> {
    let below = |bits: u64| -> Vec<usize> {
        let counts = layers.iter().zip(limits).map(|(layer, limit)| {
            if limit.fixed.is_some() {
                0
            } else {
                layer.below(bits).min(limit.most)
            }
        });
        counts.collect()
    };
    // The highest saliency below which no more than `level` items lie.
    let above = least_level(PAST_ALL, |bits| {
        below(bits as u64).iter().sum::<usize>() > level
    });
    let bits = above.map_or(PAST_ALL, |bits| bits - 1) as u64;
    let mut counts = below(bits);
    let mut missing = level - counts.iter().sum::<usize>().min(level);
    for (count, most) in counts.iter_mut().zip(below(bits + 1)) {
        let more = (most - *count).min(missing);
        *count += more;
        missing -= more;
    }
    counts
}

/// The layers of which the recipe's limits let no more go, where more was asked or may have been.
pub fn layers_at_limit<'a>(
    ranked: &'a RankedWeights,
    recipe: &Recipe,
    counts: &[usize],
) -> Vec<&'a RankedLayer> {
    let pairs = ranked.layers.iter().zip(counts);
    let held = pairs.filter(|(layer, count)| {
        let limit = Limit::new(layer, recipe);
        match limit.fixed {
            Some(asked) => asked > limit.most,
            None => **count == limit.most,
        }
    });
    held.map(|(layer, _)| layer).collect()
}

/// What may go from one layer.
struct Limit {
    /// At most this many items may go.
    most: usize,
    /// Exactly this many go.
    fixed: Option<usize>,
}

impl Limit {
    fn new(layer: &RankedLayer, recipe: &Recipe) -> Self {
        let share = |share: f64| (share * layer.items() as f64).round() as usize;
        let said = by_hand(recipe, &layer.names).map(share);
        let whole = recipe.allocation == Allocation::Manual;
        let highest_asked = match recipe.target {
            // A target that is above the limit of each layer would be out of reach by its own default.
            Some(Target::Sparsity(asked)) => asked.max(recipe.most_of_a_layer()),
            _ => recipe.most_of_a_layer(),
        };
        Limit {
            most: share(highest_asked).min(layer.items().saturating_sub(1)),
            fixed: said.or(whole.then_some(0)),
        }
    }

    fn apply(&self, wanted: usize) -> usize {
        self.fixed.unwrap_or(wanted).min(self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Graph;

    fn layer(name: &str, weights: &[f32]) -> RankedLayer {
        let saliency = weights.iter().map(|w| w.abs()).collect();
        RankedLayer::new((name.into(), 0), ValueId(0), weights, saliency, None, 100)
    }

    fn chosen(layers: Vec<RankedLayer>, recipe: &str) -> Vec<usize> {
        let graph = Graph::default();
        let recipe = Recipe::parse(recipe).unwrap();
        choose_weights(&RankedWeights { layers }, &CostModel::new(&graph), &recipe).unwrap()
    }

    /// `torch.nn.utils.prune.global_unstructured`'s own test.
    #[test]
    fn the_least_of_all_layers() {
        let layers = || {
            vec![
                layer("a", &[1., 2., 3., 4., -4., -3., -2., -1.]),
                layer("b", &[0., 0.1, -2.]),
            ]
        };
        let share = 4.0 / 11.0;
        let recipe = format!(r#"{{"granularity": "weight", "target": {{"sparsity": {share}}}}}"#);
        assert_eq!(chosen(layers(), &recipe), [2, 2]);
    }

    #[test]
    fn uniform_is_the_same_share_of_each() {
        let layers = vec![layer("a", &[1.0; 10]), layer("b", &[9.0; 20])];
        let recipe =
            r#"{"granularity": "weight", "allocation": "uniform", "target": {"sparsity": 0.3}}"#;
        assert_eq!(chosen(layers, recipe), [3, 6]);
    }

    #[test]
    fn protected_and_set_layers_stand_apart() {
        let layers = vec![
            layer("a", &[1.0; 10]),
            layer("b", &[2.0; 10]),
            layer("c", &[3.0; 10]),
        ];
        let recipe = r#"{"granularity": "weight", "target": {"sparsity": 0.2}, "protect": ["a"], "layers": {"c": 0.3}}"#;
        assert_eq!(chosen(layers, recipe), [0, 3, 3]);
    }

    /// TensorFlow's model optimization toolkit keeps one of 100 weights where almost all are to go.
    #[test]
    fn one_weight_of_a_layer_stays() {
        let weights: Vec<f32> = (1..=100).map(|w| w as f32).collect();
        let recipe = r#"{"granularity": "weight", "target": {"sparsity": 0.999}}"#;
        assert_eq!(chosen(vec![layer("a", &weights)], recipe), [99]);
    }

    /// The same tool's 1 to 10 at a fifth: 1 and 2 go, and 3 is the threshold.
    #[test]
    fn the_threshold_is_the_least_that_stays() {
        let weights: Vec<f32> = (1..=10).map(|w| w as f32).collect();
        let recipe = r#"{"granularity": "weight", "target": {"sparsity": 0.2}}"#;
        let count = chosen(vec![layer("a", &weights)], recipe)[0];
        let ranked = layer("a", &weights);
        assert_eq!(ranked.threshold(count), Some(3.0));
        let mask = ranked.mask(&weights, count);
        assert!((0..10).all(|at| mask.keeps(at) == (at >= 2)));
    }

    /// The same tool's table of steps: weights that are gone stay gone as more go.
    #[test]
    fn steps_of_a_schedule_leave_as_many_weights_as_the_table_says() {
        let weights: Vec<f32> = (1..=100).map(|w| (w as f32).sin()).collect();
        let ranked = layer("a", &weights);
        let saliency: Vec<f32> = weights.iter().map(|w| w.abs()).collect();
        let mut before = ranked.mask(&saliency, 0);
        for (percent, stay) in [(0, 100), (10, 90), (10, 90), (30, 70), (30, 70), (50, 50)] {
            let share = f64::from(percent) / 100.0;
            let recipe =
                format!(r#"{{"granularity": "weight", "target": {{"sparsity": {share}}}}}"#);
            let count = chosen(vec![layer("a", &weights)], &recipe)[0];
            let mask = ranked.mask(&saliency, count);
            assert_eq!((0..100).filter(|&at| mask.keeps(at)).count(), stay);
            assert!((0..100).all(|at| before.keeps(at) || !mask.keeps(at)));
            before = mask;
        }
    }

    #[test]
    fn ties_across_layers_stop_at_the_count() {
        let layers = vec![layer("a", &[1.0; 7]), layer("b", &[1.0; 10])];
        let recipe = r#"{"granularity": "weight", "target": {"sparsity": 0.4}}"#;
        // torch's _compute_nparams(0.4, 17) is 7.
        assert_eq!(chosen(layers, recipe).iter().sum::<usize>(), 7);
    }
}
