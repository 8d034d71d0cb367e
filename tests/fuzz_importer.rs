//! Damaged models never make the importer, the analysis, the model_cost or the engine's planning panic, work without end,
//! or take memory that the file does not justify.
//!
//! Valid models (those of `reference/operators.bin`, one for each operator and variant) are damaged in ways drawn
//! from a fixed seed. `FUZZ_RUNS` sets how many times; `FUZZ_SEED` where to begin; `FUZZ_CONTROL` leaves only models with control
//! flow, sequences, functions, and data in other files. Work is counted in allocations,
//! not in time: the count is the same on every machine.

#[path = "support/control_models.rs"]
mod control_models;
#[path = "support/onnx_bytes.rs"]
mod onnx_bytes;
#[path = "support/protobuf_damage.rs"]
mod protobuf_damage;
#[path = "support/random.rs"]
mod random;

use bytes::{Buf, Bytes};
use random::Random;
use secateur::Result;
use secateur::engine::{Executor, Options};
use secateur::graph::Graph;
use secateur::onnx::{self, OpenOptions, Opened};
use secateur::prune::model_info::ModelInfo;
use secateur::prune::session::Session;
use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Counts what the system allocator hands out.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static COUNT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system allocator with the layout it came with.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(live, Relaxed);
        COUNT.fetch_add(1, Relaxed);
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the pointer came from `alloc` above with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Constants worked out at load time may take this much whatever the file's size, temporary copies included.
const ALLOWANCE: usize = 32 << 20;
/// Bytes of memory that one byte of the file may take: two bytes can be an empty entry of a list.
const PER_BYTE: usize = 256;
/// Book-keeping of channels may take this much besides: sizes that a file claims cost it nothing.
const ANALYSIS: usize = 256 << 20;
/// What the engine may fill with constants that it works out for a batch, besides its activations.
const ENGINE: usize = 512 << 20;
/// Working memory that the engine may take for one byte of activations.
const PER_ACTIVATION: usize = 32;
/// A model whose activations take more than this is not planned: it may rightly ask for more than the machine has.
const PLANNED: u64 = 16 << 20;
/// Allocations that one run may make.
const MOST_ALLOCATIONS: usize = 4_000_000;

/// Longer models are left out: damage would seldom meet what matters.
const LONGEST: usize = 4096;

fn models() -> Vec<Vec<u8>> {
    if std::env::var_os("FUZZ_CONTROL").is_some() {
        return control_models::models();
    }
    let mut file = Bytes::from_static(include_bytes!("reference/operators.bin"));
    let mut models = Vec::new();
    let count = file.get_u32_le();
    for _ in 0..count {
        skip(&mut file);
        let length = file.get_u32_le() as usize;
        models.push(file.split_to(length).to_vec());
        for _ in 0..2 {
            for _ in 0..file.get_u32_le() {
                skip(&mut file);
            }
        }
    }
    models.extend(control_models::models());
    models.extend(node_suite());
    models
}

/// The models of the standard's node tests, where they are there: most operators have none among the vectors.
fn node_suite() -> Vec<Vec<u8>> {
    let Some(folder) = std::env::var_os("ONNX_NODE_SUITE") else {
        return Vec::new();
    };
    let cases = fs::read_dir(folder).expect("the folder that ONNX_NODE_SUITE names");
    let mut files: Vec<_> = cases
        .map(|case| {
            case.expect("an entry of the folder")
                .path()
                .join("model.onnx")
        })
        .collect();
    files.sort();
    let models = files.iter().filter_map(|file| fs::read(file).ok());
    let opens =
        |model: &Vec<u8>| open_beside(model.clone().into(), &OpenOptions::default()).is_ok();
    models
        .filter(|model| model.len() < LONGEST && opens(model))
        .collect()
}

fn skip(file: &mut Bytes) {
    let length = file.get_u32_le() as usize;
    file.advance(length);
}

/// The file beside the models.
fn beside() -> BTreeMap<String, Bytes> {
    [("data".to_string(), Bytes::from_static(&[0x3f; 64]))].into()
}

/// The model with the data beside it, opened.
fn open_beside(bytes: Bytes, options: &OpenOptions) -> Result<Opened> {
    onnx::open(onnx::embed(bytes, &beside())?, options)
}

/// Damages a model: mostly some of its fields, else its bytes.
fn damage(bytes: &mut Vec<u8>, models: &[Vec<u8>], random: &mut Random) {
    match random.below(3) {
        0 => damage_bytes(bytes, models, random),
        _ => *bytes = protobuf_damage::damage(bytes, random),
    }
}

fn damage_bytes(bytes: &mut Vec<u8>, models: &[Vec<u8>], random: &mut Random) {
    let at = random.below(bytes.len());
    match random.below(8) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = random.next() as u8;
            }
        }
        2 => bytes.truncate(at),
        // A length, or any number, becomes one of those that go wrong most.
        3 => {
            const NUMBERS: [&[u8]; 6] = [
                &[0xff, 0xff, 0xff, 0xff, 0x07],
                &[0xff, 0xff, 0xff, 0xff, 0x0f],
                &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
                &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
                &[0x80, 0x80, 0x80, 0x08],
                &[0x00],
            ];
            let number = NUMBERS[random.below(NUMBERS.len())];
            let end = (at + 1).min(bytes.len());
            bytes.splice(at..end, number.iter().copied());
        }
        4 => {
            let end = (at + random.below(32)).min(bytes.len());
            bytes.drain(at..end);
        }
        5 => {
            let end = (at + random.below(64)).min(bytes.len());
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        6 => {
            let other = &models[random.below(models.len())];
            let from = random.below(other.len());
            let to = (from + random.below(128)).min(other.len());
            bytes.splice(at..at, other[from..to].iter().copied());
        }
        _ => {
            let other = &models[random.below(models.len())];
            bytes.truncate(at);
            bytes.extend_from_slice(&other[random.below(other.len())..]);
        }
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// Memory that one piece of work took at most.
fn peak_of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.load(Relaxed);
    PEAK.store(before, Relaxed);
    let result = work();
    (result, PEAK.load(Relaxed) - before)
}

/// What the page does with a model that it has opened: finds its channel groups, counts it, and plans how to run it.
/// Returns whether it could be planned.
fn look_into(graph: Graph, length: usize, run: u64) -> bool {
    let analysed = || {
        let session = Session::new(graph, length as u64).expect("what opens can be analysed");
        let bytes = session.file_bytes();
        let model_info = ModelInfo::new(session.graph(), session.groups(), bytes, Vec::new());
        // What is counted is one sample's, and a plan is for as many as the model takes at a time.
        let taken = model_info
            .inputs
            .first()
            .and_then(|input| input.shape.first()?.parse().ok());
        let samples: u64 = taken.unwrap_or(1).max(1);
        let activations = model_info.totals.activation_bytes.saturating_mul(samples);
        (session, activations)
    };
    let ((session, activations), peak) = peak_of(analysed);
    assert!(
        peak <= ANALYSIS + PER_BYTE * length,
        "run {run}: the analysis took {peak} bytes for a file of {length}"
    );
    if activations > PLANNED {
        return false;
    }
    let (planned, peak) = peak_of(|| Executor::new(session.graph(), &Options::default()).is_ok());
    let fair = ENGINE + PER_BYTE * length + PER_ACTIVATION * activations as usize;
    assert!(
        peak <= fair,
        "run {run}: the engine took {peak} bytes for a file of {length} and activations of {activations}"
    );
    planned
}

#[test]
fn damaged_models_are_refused_or_read_at_a_fair_price() {
    let models = models();
    let (runs, seed) = (setting("FUZZ_RUNS", 20_000), setting("FUZZ_SEED", 0));
    for (i, model) in models.iter().enumerate() {
        let whole = open_beside(model.clone().into(), &OpenOptions::default());
        assert!(whole.is_ok(), "model {i}, undamaged: {whole:?}");
    }
    let (mut opened, mut planned) = (0u64, 0u64);
    for run in seed..seed + runs {
        let mut random = Random::new(run);
        let mut bytes = models[random.below(models.len())].clone();
        for _ in 0..=random.below(3) {
            damage(&mut bytes, &models, &mut random);
        }
        let length = bytes.len();
        let bytes = Bytes::from(bytes);
        // Every other model is opened at given sizes.
        let given = run.is_multiple_of(2);
        let read = onnx::read(bytes.clone()).ok().filter(|_| given);
        let axes = read.map_or(Vec::new(), |graph| onnx::open_axes(&graph));
        let dims: BTreeMap<String, usize> = axes.into_iter().map(|axis| (axis, 2)).collect();
        let count = COUNT.load(Relaxed);
        let import = || {
            let model = open_beside(bytes, &OpenOptions { dims }).ok()?;
            let written = onnx::write(&model.graph).expect("small models can be written");
            let again = onnx::read(written.into());
            assert!(
                again.is_ok(),
                "run {run}: what was written cannot be read: {again:?}"
            );
            Some(model.graph)
        };
        let (graph, peak) = peak_of(import);
        assert!(
            peak <= ALLOWANCE + PER_BYTE * length,
            "run {run}: {peak} bytes for a file of {length}"
        );
        if let Some(graph) = graph {
            opened += 1;
            planned += u64::from(look_into(graph, length, run));
        }
        let count = COUNT.load(Relaxed) - count;
        assert!(count <= MOST_ALLOCATIONS, "run {run}: {count} allocations");
        if (run + 1 - seed).is_multiple_of(100_000) {
            eprintln!(
                "{} runs, {opened} readable, {planned} planned",
                run + 1 - seed
            );
        }
    }
    println!(
        "{runs} damaged models from seed {seed}, {opened} of them still readable, {planned} of them planned"
    );
    assert!(
        opened > runs / 10 && opened < runs,
        "{opened} of {runs} were readable"
    );
    assert!(
        planned > opened / 4,
        "only {planned} of {opened} were planned"
    );
}
