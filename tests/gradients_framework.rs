//! Whole models against JAX: the loss, and its gradient by every parameter. `reference/make_gradients.py` made the cases
//! and says how they are stored.

#[path = "common/vectors.rs"]
mod vectors;

use bytes::Bytes;
use secateur::engine::{Normalization, Options, Tape};
use secateur::graph::{Graph, ValueId};
use secateur::onnx;
use secateur::train::loss::{cross_entropy, distillation};
use secateur::train::{LossTargets, Trainer, TrainingSettings};
use serde::Deserialize;
use std::collections::BTreeSet;
use vectors::{number, record, tensors, text};

/// How far single precision may be from double, as a share of the largest number of a gradient.
const TOLERANCE: f32 = 1e-4;
/// The same as a share of the largest number of all gradients: what a normalization of the batch takes away again (a shift
/// before it, say) has a gradient of zero, and single precision leaves dust there.
const DUST: f32 = 1e-7;

struct Case {
    name: String,
    terms: Terms,
    graph: Graph,
    input: Vec<f32>,
    labels: Vec<u32>,
    teacher: Vec<f32>,
    loss: f64,
    /// In the order of [`Terms::learned`].
    gradients: Vec<Vec<f32>>,
}

/// What the loss is made of.
#[derive(Deserialize)]
struct Terms {
    batch: usize,
    of_batch: bool,
    learned: Vec<String>,
    /// The share of the cross-entropy, where it is in it.
    labels: Option<f32>,
    #[serde(default)]
    smoothing: f32,
    /// The share of distillation, where it is in it.
    teacher: Option<f32>,
    #[serde(default = "one")]
    temperature: f32,
}

fn one() -> f32 {
    1.0
}

fn cases() -> Vec<Case> {
    let mut file = Bytes::from_static(include_bytes!("reference/gradients.bin"));
    (0..number(&mut file)).map(|_| case(&mut file)).collect()
}

fn case(file: &mut Bytes) -> Case {
    let name = text(file);
    let terms = serde_json::from_str(&text(file)).unwrap();
    let opened = onnx::open(record(file), &Default::default());
    let graph = opened.unwrap_or_else(|e| panic!("{name}: {e}")).graph;
    let fed = tensors(file);
    let found: Vec<Vec<f32>> = tensors(file)
        .iter()
        .map(|t| t.floats().unwrap().into_owned())
        .collect();
    let labels = fed[1].integers().unwrap();
    Case {
        terms,
        graph,
        input: fed[0].floats().unwrap().into_owned(),
        labels: labels.into_iter().map(|label| label as u32).collect(),
        teacher: fed[2].floats().unwrap().into_owned(),
        loss: f64::from(found[0][0]),
        gradients: found[1..].to_vec(),
        name,
    }
}

impl Case {
    fn value(&self, name: &str) -> ValueId {
        let at = self.graph.values.iter().position(|v| v.name == name);
        ValueId(at.unwrap_or_else(|| panic!("{}: no {name}", self.name)) as u32)
    }

    /// The loss of these logits; its gradient by them goes into `seed`.
    fn loss(&self, logits: &[f32], seed: &mut [f32]) -> f64 {
        let terms = &self.terms;
        let mut loss = 0.0;
        if let Some(share) = terms.labels {
            loss += cross_entropy(logits, &self.labels, terms.smoothing, share, seed);
        }
        if let Some(share) = terms.teacher {
            let classes = logits.len() / terms.batch;
            let t = terms.temperature;
            loss += distillation(logits, &self.teacher, classes, t, share, seed);
        }
        loss
    }
}

#[test]
fn every_gradient_is_the_frameworks() {
    let cases = cases();
    assert_eq!(cases.len(), 8);
    for case in cases {
        let options = Options {
            batch: case.terms.batch,
            ..Options::default()
        };
        let normalization = match case.terms.of_batch {
            true => Normalization::OfBatch,
            false => Normalization::Stored,
        };
        let mut tape = Tape::new(&case.graph, &options, normalization)
            .unwrap_or_else(|e| panic!("{}: {e}", case.name));
        let named = |value: ValueId| case.graph.value(value).name.clone();
        let learned: BTreeSet<String> = tape.parameters().iter().map(|p| named(p.value)).collect();
        assert_eq!(learned, case.terms.learned.iter().cloned().collect());

        tape.forward(&[&case.input]).unwrap();
        let output = case.graph.outputs[0];
        let mut seed = vec![0.0; tape.value(output).len()];
        let loss = case.loss(tape.value(output), &mut seed);
        assert!(
            (loss - case.loss).abs() < 1e-5 * case.loss,
            "{}: the loss is {loss}, should be {}",
            case.name,
            case.loss
        );
        tape.backward(&[(output, &seed)]).unwrap();
        let dust = DUST * largest(case.gradients.iter().flatten());
        for (name, expected) in case.terms.learned.iter().zip(&case.gradients) {
            let found = tape.gradient(case.value(name)).unwrap();
            assert_eq!(found.len(), expected.len());
            let allowed = dust + TOLERANCE * largest(expected);
            for (at, (x, y)) in found.iter().zip(expected).enumerate() {
                assert!(
                    (x - y).abs() < allowed,
                    "{}: {name} at {at} is {x}, should be {y} within {allowed}",
                    case.name
                );
            }
        }
    }
}

fn largest<'a>(numbers: impl IntoIterator<Item = &'a f32>) -> f32 {
    numbers.into_iter().fold(0.0, |most, x| most.max(x.abs()))
}

/// A step of learning goes by the very same loss and gradients.
#[test]
fn a_step_tells_the_frameworks_loss_and_norm() {
    for case in cases() {
        let terms = &case.terms;
        let settings = TrainingSettings {
            batch: terms.batch,
            smoothing: terms.smoothing,
            temperature: terms.temperature,
            label_weight: terms.labels.unwrap_or_default(),
            batch_statistics: Some(terms.of_batch),
            ..TrainingSettings::default()
        };
        let goal = LossTargets {
            labels: terms.labels.map(|_| &case.labels[..]),
            teacher: terms.teacher.map(|_| &case.teacher[..]),
            inner: &[],
        };
        let mut trainer = Trainer::new(&case.graph, &settings).unwrap();
        let told = trainer.step(&[&case.input], goal).unwrap();
        let all = case.gradients.iter().flatten();
        let norm = all.map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
        for (found, expected) in [(told.loss, case.loss), (told.gradient_norm, norm)] {
            assert!(
                (found / expected - 1.0).abs() < f64::from(TOLERANCE),
                "{}: {found}, should be {expected}",
                case.name
            );
        }
    }
}
