//! Reconstruction sees all pictures, keeps the scale of the answers, and never gives back a worse model.

mod common;

use common::Net;
use common::colors::{patterns, pictures, preset};
use proptest::prelude::*;
use secateur::data::{Pictures, Preset};
use secateur::engine::{Executor, Options};
use secateur::eval::evaluate;
use secateur::graph::Graph;
use secateur::prune::cut::cut;
use secateur::recipe::Recipe;
use secateur::recover::{Fitted, Reconstruction};
use secateur::task::{Phase, Step, Task};
use secateur::tensor::Tensor;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: all is left to the system's allocator; only sizes are counted.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// An inverted bottleneck with a shortcut, as MobileNets have them.
fn network(seed: u64) -> Graph {
    sized(seed, 8)
}

/// The same for pictures of this side.
fn sized(seed: u64, side: usize) -> Graph {
    let mut net = Net::new(seed);
    let x = net.input(&[1, 3, side, side]);
    let conv = |net: &mut Net, x, out, side, groups| {
        let y = net.conv_with(x, out, side, groups, 1, side / 2, false);
        net.batch_norm(y)
    };
    let stem = conv(&mut net, x, 12, 3, 1);
    let stem = net.relu(stem);
    let y = conv(&mut net, stem, 24, 1, 1);
    let y = net.relu(y);
    let y = conv(&mut net, y, 24, 3, 24);
    let y = net.relu(y);
    let y = conv(&mut net, y, 12, 1, 1);
    let y = net.op("Add", &[y, stem], &[]);
    let y = net.pool(y);
    let y = net.flatten(y);
    let y = net.linear(y, 3);
    common::with_open_batch(net.finish(&[y]))
}

fn pruned(graph: &Graph, macs: f64) -> Graph {
    let recipe = format!(r#"{{"criterion": "random", "target": {{"macs": {macs}}}}}"#);
    cut(graph, 0, &Recipe::parse(&recipe).unwrap(), None)
        .unwrap()
        .graph
}

fn reconstruction(pruned: &Graph, original: &Graph, pictures: &Pictures) -> Reconstruction {
    let pictures = Arc::new(pictures.clone());
    Reconstruction::new(pruned, original, pictures, Fitted::Weights, 1).unwrap()
}

fn kl(model: &Graph, original: &Graph, pictures: &Pictures) -> f64 {
    evaluate(model, Some(original), pictures)
        .unwrap()
        .kl
        .unwrap()
}

/// The standard deviation of all logits around the mean of their class.
fn spread(model: &Graph, pictures: &Pictures) -> f64 {
    let mut executor = Executor::new(model, &Options::default()).unwrap();
    let mut input = vec![0.0; pictures.sample_len()];
    let rows: Vec<Vec<f64>> = (0..pictures.len())
        .map(|index| {
            pictures.write(&[index], None, &mut input);
            let input = Tensor::from_f32(&[1, 3, 8, 8], input.clone());
            let logits = executor.run(&[input]).unwrap().swap_remove(0);
            logits
                .floats()
                .unwrap()
                .iter()
                .map(|&x| f64::from(x))
                .collect()
        })
        .collect();
    let count = rows.len() as f64;
    let squares = (0..rows[0].len()).map(|class| {
        let mean = rows.iter().map(|row| row[class]).sum::<f64>() / count;
        rows.iter()
            .map(|row| (row[class] - mean).powi(2))
            .sum::<f64>()
            / count
    });
    squares.sum::<f64>().sqrt()
}

fn constants(graph: &Graph) -> Vec<Option<Arc<Tensor>>> {
    graph
        .values
        .iter()
        .map(|value| value.constant.clone())
        .collect()
}

#[test]
fn the_scale_of_the_answers_is_kept() {
    let (few, unseen) = (pictures(160, 1, false), pictures(120, 2, false));
    for seed in [3, 4, 5] {
        let original = network(seed);
        let cut = pruned(&original, 0.6);
        let made = reconstruction(&cut, &original, &few).finish().unwrap();
        assert!(kl(&made, &original, &unseen) < kl(&cut, &original, &unseen));
        let share = spread(&made, &unseen) / spread(&original, &unseen);
        assert!((share - 1.0).abs() < 0.1, "{share}");
    }
}

#[test]
fn where_nothing_is_cut_nothing_changes() {
    let original = network(6);
    let made = reconstruction(&original, &original, &pictures(40, 1, false));
    assert_eq!(constants(&made.finish().unwrap()), constants(&original));
}

/// Two branches as some exporters write them: both convolutions, then both normalizations.
#[test]
fn a_layer_between_another_and_its_normalization_is_fitted() {
    let mut net = Net::new(9);
    let x = net.input(&[1, 3, 8, 8]);
    let left = net.conv_with(x, 12, 3, 1, 1, 1, false);
    let right = net.conv_with(x, 12, 3, 1, 1, 1, false);
    let left = net.batch_norm(left);
    let right = net.batch_norm(right);
    let y = net.op("Add", &[left, right], &[]);
    let y = net.relu(y);
    let y = net.pool(y);
    let y = net.flatten(y);
    let y = net.linear(y, 3);
    let original = common::with_open_batch(net.finish(&[y]));
    let weights = r#"{"granularity": "weight", "target": {"sparsity": 0.7}}"#;
    let cut = cut(&original, 0, &Recipe::parse(weights).unwrap(), None).unwrap();
    let mut made = reconstruction(&cut.graph, &original, &pictures(40, 1, false));
    (&mut made).run(|_| ()).unwrap();
    let layers = made.layers();
    assert_eq!(layers.len(), 3, "{layers:?}");
    assert!(layers[..2].iter().all(|l| l.after < l.before), "{layers:?}");
}

/// Every fourth picture, which reconstruction judges by.
fn held_back(pictures: &Pictures) -> Pictures {
    let mut held = pictures.none();
    for at in (3..pictures.len()).step_by(4) {
        let levels = pictures.levels_of(at);
        let rgba: Vec<u8> = levels
            .chunks(3)
            .flat_map(|p| [p[0], p[1], p[2], 255])
            .collect();
        held.add(&rgba, 8, 8, None).unwrap();
    }
    held
}

fn copies(pictures: &Pictures, count: usize) -> Pictures {
    let levels = pictures.levels_of(0);
    let rgba: Vec<u8> = levels
        .chunks(3)
        .flat_map(|p| [p[0], p[1], p[2], 255])
        .collect();
    let mut all = pictures.none();
    for _ in 0..count {
        all.add(&rgba, 8, 8, None).unwrap();
    }
    all
}

fn of_one_color(count: usize, seed: u64) -> Pictures {
    let mut all = Pictures::new(&preset()).unwrap();
    for at in 0..count {
        let level = ((seed as usize + at * 37) % 256) as u8;
        all.add(&[level, 255 - level, level / 2, 255].repeat(64), 8, 8, None)
            .unwrap();
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_comes_out_is_never_worse(seed in 0u64..1000, kind in 0..3, macs in 0.3..0.95f64) {
        let original = network(seed);
        let cut = pruned(&original, macs);
        let shown = match kind {
            0 => patterns(24, seed, false, [60.0, 80.0]),
            1 => copies(&patterns(1, seed, false, [60.0, 80.0]), 20),
            _ => of_one_color(20, seed),
        };
        let made = reconstruction(&cut, &original, &shown).finish().unwrap();
        let judge = held_back(&shown);
        let (before, after) = (kl(&cut, &original, &judge), kl(&made, &original, &judge));
        prop_assert!(after <= before, "{} became {}", before, after);
    }

    #[test]
    fn stopped_anywhere_it_gives_back_a_model_that_is_no_worse(seed in 0u64..1000, steps in 0usize..40) {
        let original = network(seed);
        let cut = pruned(&original, 0.5);
        let shown = pictures(24, seed, false);
        let mut task = reconstruction(&cut, &original, &shown);
        for _ in 0..steps {
            if let Step::Done(_) = task.step().unwrap() {
                return Ok(());
            }
        }
        task.stop();
        let made = task.run(|at| assert_eq!(at.phase, Phase::Judging)).unwrap();
        let judge = held_back(&shown);
        let (before, after) = (kl(&cut, &original, &judge), kl(&made, &original, &judge));
        prop_assert!(after <= before, "{} became {}", before, after);
    }
}

/// What is kept of all pictures is limited: as halves, the widest values of these would take more.
#[test]
fn memory_is_limited() {
    const SIDE: usize = 96;
    const COUNT: usize = 150;
    let original = sized(8, SIDE);
    let cut = pruned(&original, 0.9);
    let wide = 2 * 20 * SIDE * SIDE * size_of::<u16>() * COUNT;
    let preset = r#"{"size": 96, "mean": [128, 128, 128], "std": [64, 64, 64]}"#;
    let mut shown = Pictures::new(&Preset::parse(preset).unwrap()).unwrap();
    for at in 0..COUNT {
        let level = (at % 256) as u8;
        let rgba = [level, 128, 255 - level, 255].repeat(SIDE * SIDE);
        shown.add(&rgba, SIDE as u32, SIDE as u32, None).unwrap();
    }
    let task = reconstruction(&cut, &original, &shown);
    PEAK.store(0, Ordering::Relaxed);
    task.finish().unwrap();
    let peak = PEAK.load(Ordering::Relaxed);
    assert!(peak < 250 << 20, "{peak} bytes");
    assert!(wide > 100 << 20, "{wide} bytes tell nothing");
}
