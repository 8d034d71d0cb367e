//! Opening, cutting, checking and writing grow with the model, in memory and in work: counted by what is allocated, never by the
//! clock.

mod common;

use common::{Net, with_open_batch};
use secateur::graph::{Graph, ValueId};
use secateur::onnx::{OpenOptions, open, write};
use secateur::prune::cut::CutFile;
use secateur::prune::groups::analyze;
use secateur::prune::session::Session;
use secateur::recipe::Recipe;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Bytes that are in use, the most that were so, and how often any were asked for.
static USED: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);
static TIMES: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: all is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(used, Relaxed);
        TIMES.fetch_add(1, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `work` had in use at most, beside what was in use before, and how often it asked for memory.
fn counted<T>(work: impl FnOnce() -> T) -> (T, usize, usize) {
    let (used, times) = (USED.load(Relaxed), TIMES.load(Relaxed));
    MOST.store(used, Relaxed);
    let result = work();
    (
        result,
        MOST.load(Relaxed) - used,
        TIMES.load(Relaxed) - times,
    )
}

/// One test, since all threads share one allocator.
#[test]
fn large_models_are_cut_in_proportion() {
    for (name, file) in [
        ("transformer", file(&transformer(64, 4, 8, 192))),
        ("convolutions", file(&convolutions(12, 96))),
    ] {
        takes_three_times_the_file(name, &file);
    }
    work_grows_with_the_model(|depth| transformer(8, 2, depth, 16));
    work_grows_with_the_model(|depth| convolutions(depth, 8));
}

/// `depth` layers of attention with `heads` heads and a perceptron, `width` wide, over `words` words.
fn transformer(words: usize, heads: usize, depth: usize, width: usize) -> Graph {
    let mut net = Net::new(41);
    let mut x = net.input(&[1, words, width]);
    for _ in 0..depth {
        let attended = attention(&mut net, x, words, heads, width);
        let x1 = net.add(x, attended);
        let y = net.linear_3d(x1, 4 * width);
        let y = net.relu(y);
        let y = net.linear_3d(y, width);
        x = net.add(x1, y);
    }
    let x = net.linear_3d(x, 2 * width);
    let x = net.relu(x);
    let y = net.linear_3d(x, 10);
    with_open_batch(net.finish(&[y]))
}

fn attention(net: &mut Net, x: ValueId, words: usize, heads: usize, width: usize) -> ValueId {
    let (heads, width_of_head) = (heads as i64, (width / heads) as i64);
    let split = [0, words as i64, heads, width_of_head];
    let [queries, keys, values] = [[0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]].map(|order| {
        let y = net.linear_3d(x, width);
        let y = net.reshape(y, &split);
        net.transpose(y, &order)
    });
    let scores = net.op("MatMul", &[queries, keys], &[]);
    let scores = net.op("Softmax", &[scores], &[("axis", common::int(-1))]);
    let y = net.op("MatMul", &[scores, values], &[]);
    let y = net.transpose(y, &[0, 2, 1, 3]);
    let y = net.reshape(y, &[0, words as i64, width as i64]);
    net.linear_3d(y, width)
}

/// `depth` convolutions of 3 × 3 with `width` channels, two by two with a shortcut around.
fn convolutions(depth: usize, width: usize) -> Graph {
    let mut net = Net::new(42);
    let x = net.input(&[1, 3, 8, 8]);
    let mut x = net.conv(x, width, 3);
    for _ in 0..depth / 2 {
        let y = net.conv(x, width, 3);
        let y = net.batch_norm(y);
        let y = net.relu(y);
        let y = net.conv(y, width, 3);
        let y = net.batch_norm(y);
        let y = net.add(x, y);
        x = net.relu(y);
    }
    let y = net.classifier(x, 10);
    with_open_batch(net.finish(&[y]))
}

/// The model's file, its matrices scaled as they are in networks that learn: else numbers grow from layer to layer until rounding
/// is all that is left.
fn file(graph: &Graph) -> Vec<u8> {
    let mut graph = graph.clone();
    for value in &mut graph.values {
        let Some(tensor) = value.constant.as_ref().filter(|t| t.shape().len() > 1) else {
            continue;
        };
        let widest = tensor.shape()[..2].iter().max().map_or(1, |&n| n);
        let places: usize = tensor.shape()[2..].iter().product();
        let scale = 1.0 / ((widest * places) as f32).sqrt();
        let numbers: Vec<f32> = tensor.floats().unwrap().iter().map(|w| w * scale).collect();
        value.constant = tensor.with_floats(&numbers).map(Into::into);
    }
    write(&graph).unwrap()
}

const RECIPES: [&str; 4] = [
    r#"{"target": {"macs": 0.9}}"#,
    r#"{"target": {"macs": 0.6}}"#,
    r#"{"granularity": "weight", "criterion": "lamp", "target": {"sparsity": 0.5}}"#,
    r#"{"granularity": "2:4"}"#,
];

fn cut(file: Vec<u8>, recipe: &str) -> CutFile {
    let size = file.len() as u64;
    let opened = open(file.into(), &OpenOptions::default()).unwrap();
    let mut session = Session::new(opened.graph, size).unwrap();
    session.choose(&Recipe::parse(recipe).unwrap()).unwrap();
    session.last_file(None).unwrap()
}

/// What any model takes beside what its weights take: names, numbers of elements, activations.
const BESIDE: usize = 2 << 20;

fn takes_three_times_the_file(name: &str, file: &[u8]) {
    assert!(file.len() > 3 * BESIDE / 2, "{name}: {} bytes", file.len());
    for recipe in RECIPES {
        let file = file.to_vec();
        let size = file.len();
        // The file's own bytes are there already.
        let (cut, most, _) = counted(|| cut(file, recipe));
        let times = (most + size) as f64 / size as f64;
        println!("{name}, {recipe}: {times:.2} × {size} bytes");
        assert!(
            most + size <= 3 * size + BESIDE,
            "{name}, {recipe}: {times:.2} × the file"
        );
        let check = cut.report.check;
        let agrees = check.is_some_and(|check| check.agrees);
        assert!(cut.repacked.is_none() || agrees, "{name}: {check:?}");
    }
}

/// Twice as many layers take twice the work, in all and for finding groups alone.
fn work_grows_with_the_model(model: impl Fn(usize) -> Graph) {
    let work = [12, 24].map(|depth| {
        let graph = model(depth);
        let file = file(&graph);
        let groups = counted(|| analyze(&graph).unwrap()).2;
        let cuts = RECIPES.map(|recipe| {
            let file = file.clone();
            counted(|| cut(file, recipe)).2
        });
        [&[groups], &cuts[..]].concat()
    });
    for (once, twice) in work[0].iter().zip(&work[1]) {
        assert!(*twice as f64 <= 2.3 * *once as f64, "{work:?}");
    }
}
