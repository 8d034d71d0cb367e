//! Learning where memory runs out: an error that says so, and never an abort, which in a browser would take the worker
//! with it.

mod common;

use common::nets::{Layer::*, chain, max_pool};
use common::{Net, Random};
use secateur::Error;
use secateur::engine::{Executor, Normalization, Options, Tape};
use secateur::graph::{Attribute, Graph};
use secateur::task::Gradients;
use secateur::tensor::Tensor;
use secateur::text::{render, said};
use secateur::train::{LossTargets, Optimizer, Rule, Trainer, TrainingSettings};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// An allocation of more bytes than this is refused.
static MOST: AtomicUsize = AtomicUsize::new(usize::MAX);

struct Scarce;

// SAFETY: all is left to the system's allocator, or refused with a null pointer, as the trait allows.
unsafe impl GlobalAlloc for Scarce {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match layout.size() > MOST.load(Ordering::Relaxed) {
            true => std::ptr::null_mut(),
            false => unsafe { System.alloc(layout) },
        }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Scarce = Scarce;

/// What `work` gives while no allocation may take more than `most` bytes.
fn with_at_most<T>(most: usize, work: impl FnOnce() -> T) -> T {
    MOST.store(most, Ordering::Relaxed);
    let result = work();
    MOST.store(usize::MAX, Ordering::Relaxed);
    result
}

const BATCH: usize = 64;
/// Bytes of what the convolution makes of a batch; its weights take less than a hundredth of that.
const INNER: usize = BATCH * 6 * 8 * 8 * 4;

fn network() -> Graph {
    common::with_open_batch(chain(
        31,
        &[BATCH, 2, 8, 8],
        &[Conv(6, 3), Relu, Pool, Flatten, Linear(3)],
    ))
}

fn is_too_large<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::TooLarge(why)) if render(&why).contains("Use a smaller batch"))
}

/// One test, since all threads share one allocator.
#[test]
fn memory_that_there_is_not_is_told() {
    for_inner_values();
    for_weights();
    for_packed_weights();
    for_what_steps_keep();
    nothing_large_is_taken_after_the_first_step();
}

fn for_inner_values() {
    let graph = network();
    let mut random = Random(1);
    let input: Vec<f32> = (0..BATCH * 2 * 64).map(|_| random.number()).collect();
    let seed: Vec<f32> = (0..BATCH * 3).map(|_| random.number()).collect();
    let seeds = [(graph.outputs[0], &seed[..])];
    let options = Options {
        batch: BATCH,
        ..Options::default()
    };
    let tape = || {
        let mut tape = Tape::new(&graph, &options, Normalization::Stored).unwrap();
        assert!(is_too_large(
            with_at_most(INNER - 1, || tape.forward(&[&input]))
        ));
        tape.forward(&[&input]).unwrap();
        tape
    };
    let mut plenty = tape();
    plenty.backward(&seeds).unwrap();

    // There is memory for the forward pass, and none for the gradients.
    let mut scarce = tape();
    let refused = with_at_most(INNER - 1, || scarce.backward(&seeds));
    assert!(is_too_large(refused));
    scarce.backward(&seeds).unwrap();
    assert_eq!(scarce.findings().unwrap(), plenty.findings().unwrap());

    let settings = TrainingSettings {
        batch: BATCH,
        batch_statistics: Some(true),
        ..TrainingSettings::default()
    };
    let mut trainer = Trainer::new(&graph, &settings).unwrap();
    let labels = [1; BATCH];
    let goal = LossTargets {
        labels: Some(&labels),
        ..LossTargets::default()
    };
    let refused = with_at_most(INNER - 1, || trainer.step(&[&input], goal));
    assert!(is_too_large(refused));
    trainer.step(&[&input], goal).unwrap();

    // More numbers than can be counted or addressed.
    for batch in [1 << 40, usize::MAX / 4] {
        let settings = TrainingSettings {
            batch,
            batch_statistics: Some(true),
            ..TrainingSettings::default()
        };
        let error = said(&Trainer::new(&graph, &settings).err().unwrap());
        assert!(error.contains("more than fit in memory"), "{error}");
    }
}

/// What is as large as the largest stored tensor: its copy, its gradient, its moments, and what is kept of it.
fn for_weights() {
    let mut net = Net::new(32);
    let x = net.input(&[2, 1, 16, 16]);
    let x = net.flatten(x);
    let y = net.linear(x, 128);
    let graph = net.finish(&[y]);
    let scarce = 256 * 128 * size_of::<f32>() - 1;

    let options = Options {
        batch: 2,
        ..Options::default()
    };
    let tape = || Tape::new(&graph, &options, Normalization::Stored);
    assert!(is_too_large(with_at_most(scarce, tape)));
    let mut tape = tape().unwrap();
    for rule in [Rule::SGD, Rule::AdamW] {
        let optimizer = || Optimizer::new(rule, 0.0, &tape);
        assert!(is_too_large(with_at_most(scarce, optimizer)), "{rule:?}");
        optimizer().unwrap();
    }
    assert!(is_too_large(with_at_most(scarce, || tape.state())));
    let input = [0.5; 512];
    tape.forward(&[&input]).unwrap();
    tape.backward(&[(y, &[1.0; 256])]).unwrap();
    assert!(is_too_large(with_at_most(scarce, || tape.findings())));

    for rule in [Rule::SGD, Rule::AdamW] {
        let settings = TrainingSettings {
            batch: 2,
            optimizer: rule,
            batch_statistics: Some(true),
            ..TrainingSettings::default()
        };
        let trainer = || Trainer::new(&graph, &settings);
        assert!(is_too_large(with_at_most(scarce, trainer)));
        let mut trainers = [trainer().unwrap(), trainer().unwrap()];
        let goal = LossTargets {
            labels: Some(&[3, 5]),
            ..LossTargets::default()
        };
        let shares = trainers
            .each_mut()
            .map(|trainer| trainer.gradients(&[&input], goal).unwrap());
        let mean = with_at_most(scarce, || Gradients::mean(&shares));
        assert!(is_too_large(mean));
        // All that a move of the weights needs is there from the beginning.
        for (trainer, share) in trainers.iter_mut().zip(&shares) {
            with_at_most(scarce, || trainer.apply(share)).unwrap();
        }
        let learned = trainers.map(|trainer| {
            let mut graph = graph.clone();
            trainer.write_to(&mut graph);
            graph
        });
        let stored = |graph: &Graph| {
            let stored = graph.values.iter().filter_map(|v| v.constant.clone());
            stored.collect::<Vec<_>>()
        };
        assert!(stored(&learned[0]) == stored(&learned[1]));
        assert!(stored(&learned[0]) != stored(&graph));
    }
}

/// A 1 × 1 convolution of 5 filters, packed as if they were 8: weights that there is memory for, but not for these packed.
fn for_packed_weights() {
    let mut net = Net::new(33);
    let x = net.input(&[1, 1024, 1, 1]);
    let y = net.conv(x, 5, 1);
    let graph = net.finish(&[y]);
    let scarce = 5 * 1024 * size_of::<f32>();

    let tape = || Tape::new(&graph, &Options::default(), Normalization::Stored);
    assert!(is_too_large(with_at_most(scarce, tape)));
    let mut tape = tape().unwrap();
    with_at_most(scarce, || tape.forward(&[&[0.5; 1024]])).unwrap();

    let executor = || Executor::new(&graph, &Options::default());
    let refused = with_at_most(scarce, executor).err().unwrap();
    assert_eq!(refused.code(), "too-large");
    assert!(said(&refused).contains("for its weights"), "{refused}");
    executor().unwrap();
}

/// Where each window's largest number was, of which there are more than numbers come in.
fn for_what_steps_keep() {
    let mut net = Net::new(34);
    let x = net.input(&[1, 1, 16, 16]);
    let x = net.conv(x, 64, 1);
    let y = max_pool(&mut net, x, 3, 1, 1);
    let graph = net.finish(&[y]);
    let pooled = 64 * 256 * size_of::<f32>();
    let tape = || Tape::new(&graph, &Options::default(), Normalization::Stored);
    assert!(is_too_large(with_at_most(pooled - 1, tape)));
    tape().unwrap();
}

/// All that a step needs is there from the first one on.
fn nothing_large_is_taken_after_the_first_step() {
    let mut net = Net::new(35);
    let x = net.input(&[4, 16, 8, 8]);
    let x = net.conv(x, 32, 3);
    let x = net.conv_with(x, 32, 3, 32, 2, 1, true);
    let x = net.relu(x);
    let sizes = net.constant(Tensor::from_f32(&[4], vec![1.0, 1.0, 2.0, 2.0]));
    let none = net.constant(Tensor::from_f32(&[0], Vec::new()));
    let linear = Attribute::String("linear".into());
    let x = net.op("Resize", &[x, none, sizes], &[("mode", linear)]);
    let kernel = net.weight(&[32, 16, 3, 3]);
    let x = net.op("ConvTranspose", &[x, kernel], &[]);
    let x = max_pool(&mut net, x, 2, 2, 0);
    let x = net.reshape(x, &[4, 16, 25]);
    let turned = net.transpose(x, &[0, 2, 1]);
    let x = net.op("MatMul", &[turned, x], &[]);
    let x = net.flatten(x);
    let y = net.linear(x, 64);
    let graph = net.finish(&[y]);
    let options = Options {
        batch: 4,
        ..Options::default()
    };
    let mut tape = Tape::new(&graph, &options, Normalization::OfBatch).unwrap();
    let mut random = Random(2);
    let input: Vec<f32> = (0..4 * 16 * 64).map(|_| random.number()).collect();
    let seed = [1.0; 4 * 64];
    let mut step = || {
        tape.forward(&[&input])?;
        tape.backward(&[(y, &seed)])
    };
    step().unwrap();
    step().unwrap();
    // Far below what any layer's numbers or packed weights take.
    with_at_most(2048, step).unwrap();
}
