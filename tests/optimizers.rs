//! What a step does to the weights, against the formulas of the papers in double precision: momentum, AdamW, weight decay,
//! clipping, schedules and masks.

mod common;

use common::Net;
use secateur::graph::{Graph, ValueId};
use secateur::tensor::Tensor;
use secateur::train::{
    LossTargets, Rule, Schedule, Trainer, TrainingBudget, TrainingSettings, TrainingStep,
};

/// `y = W·x + b`, two classes and three inputs; the fourth weight is masked.
fn linear() -> (Graph, [ValueId; 2]) {
    let mut net = Net::new(1);
    let x = net.input(&[2, 3]);
    let weights = vec![0.5, -0.25, 1.0, 0.0, 0.75, -0.5];
    let w = net.constant(Tensor::from_f32(&[2, 3], weights));
    let b = net.constant(Tensor::from_f32(&[2], vec![0.125, 0.0]));
    let y = net.op("Gemm", &[x, w, b], &[("transB", common::int(1))]);
    (net.finish(&[y]), [w, b])
}

const INPUT: [f32; 6] = [1.0, 2.0, -1.0, 0.5, -0.5, 2.0];
const LABELS: [u32; 2] = [0, 1];
/// Where the masked weight is, and where the bias begins, among all eight numbers that are learned.
const MASKED: usize = 3;
const BIAS: usize = 6;

fn learned(trainer: &Trainer, graph: &Graph, values: &[ValueId]) -> Vec<f64> {
    let mut graph = graph.clone();
    trainer.write_to(&mut graph);
    let numbers = values.iter().flat_map(|&id| {
        let tensor = graph.constant(id).unwrap();
        tensor.floats().unwrap().into_owned()
    });
    numbers.map(f64::from).collect()
}

/// The gradient of the mean cross-entropy by all that is learned, by its formula: `(softmax − one-hot)ᵀ · x / samples`,
/// without what is masked.
fn gradient(weights: &[f64]) -> Vec<f64> {
    let mut gradient = vec![0.0; 8];
    for (x, &label) in INPUT.chunks(3).zip(&LABELS) {
        let logit = |c: usize| {
            let products = (0..3).map(|i| weights[c * 3 + i] * f64::from(x[i]));
            products.sum::<f64>() + weights[BIAS + c]
        };
        let powers = [logit(0).exp(), logit(1).exp()];
        for c in 0..2 {
            let target = f64::from(u8::from(label as usize == c));
            let apart = (powers[c] / (powers[0] + powers[1]) - target) / 2.0;
            (0..3).for_each(|i| gradient[c * 3 + i] += apart * f64::from(x[i]));
            gradient[BIAS + c] += apart;
        }
    }
    gradient[MASKED] = 0.0;
    gradient
}

fn norm(gradient: &[f64]) -> f64 {
    gradient.iter().map(|x| x * x).sum::<f64>().sqrt()
}

const STEPS: usize = 20;

fn settings(rule: Rule) -> TrainingSettings {
    TrainingSettings {
        budget: TrainingBudget::Steps(STEPS),
        batch: 2,
        learning_rate: 0.1,
        optimizer: rule,
        schedule: Schedule::Constant,
        weight_decay: 0.0,
        clip: 1e9,
        batch_statistics: Some(true),
        ..TrainingSettings::default()
    }
}

fn step(trainer: &mut Trainer) -> TrainingStep {
    let goal = LossTargets {
        labels: Some(&LABELS),
        ..LossTargets::default()
    };
    trainer.step(&[&INPUT], goal).unwrap()
}

/// A step by a formula: moves the weights by a gradient, at a rate; the count of steps begins with 1.
type Formula<'a> = &'a mut dyn FnMut(&mut [f64], &[f64], f64, i32);

/// Fails unless all steps are those of the formula. Gives what they told.
fn check(settings: &TrainingSettings, formula: Formula<'_>) -> Vec<TrainingStep> {
    let (graph, values) = linear();
    let mut trainer = Trainer::new(&graph, settings).unwrap();
    let mut expected = learned(&trainer, &graph, &values);
    let mut told = Vec::new();
    for count in 1..=STEPS as i32 {
        let mut gradient = gradient(&expected);
        let long = norm(&gradient);
        let learned_now = step(&mut trainer);
        assert!((learned_now.gradient_norm / long - 1.0).abs() < 1e-4);
        let shorter = (f64::from(settings.clip) / long).min(1.0);
        gradient.iter_mut().for_each(|x| *x *= shorter);
        let progress = f64::from(count - 1) / STEPS as f64;
        let rate = f64::from(settings.learning_rate) * settings.schedule.factor(progress);
        formula(&mut expected, &gradient, rate, count);
        let got = learned(&trainer, &graph, &values);
        assert_eq!(got[MASKED], 0.0, "a masked weight moved");
        for (at, (got, want)) in got.iter().zip(&expected).enumerate() {
            assert!(
                (got - want).abs() < 2e-5,
                "step {count}, {at}: {got} {want}"
            );
        }
        told.push(learned_now);
    }
    told
}

/// `v ← 0.9·v + g + λ·w`, `w ← w − η·v`, and no decay of biases.
fn momentum(decay: f64) -> impl FnMut(&mut [f64], &[f64], f64, i32) {
    let mut velocity = [0.0; 8];
    move |weights, gradient, rate, _| {
        for at in 0..8 {
            let decay = if at < BIAS { decay } else { 0.0 };
            velocity[at] = 0.9 * velocity[at] + gradient[at] + decay * weights[at];
            weights[at] -= rate * velocity[at];
        }
    }
}

/// Loshchilov and Hutter, “Decoupled weight decay regularization”, ICLR 2019, algorithm 2.
fn adamw(decay: f64) -> impl FnMut(&mut [f64], &[f64], f64, i32) {
    let (mut m, mut v) = ([0.0; 8], [0.0; 8]);
    move |weights, gradient, rate, count| {
        for at in 0..8 {
            let decay = if at < BIAS { decay } else { 0.0 };
            m[at] = 0.9 * m[at] + 0.1 * gradient[at];
            v[at] = 0.999 * v[at] + 0.001 * gradient[at] * gradient[at];
            let mean = m[at] / (1.0 - 0.9f64.powi(count));
            let square = v[at] / (1.0 - 0.999f64.powi(count));
            weights[at] -= rate * (mean / (square.sqrt() + 1e-8) + decay * weights[at]);
        }
    }
}

#[test]
fn both_rules_with_and_without_weight_decay() {
    for weight_decay in [0.0, 0.1] {
        let with = |rule| TrainingSettings {
            weight_decay,
            ..settings(rule)
        };
        let decay = f64::from(weight_decay);
        check(&with(Rule::SGD), &mut momentum(decay));
        check(&with(Rule::AdamW), &mut adamw(decay));
    }
}

#[test]
fn gradients_that_are_too_long_are_shortened_together() {
    for clip in [0.05, 0.3] {
        let settings = TrainingSettings {
            clip,
            ..settings(Rule::SGD)
        };
        let told = check(&settings, &mut momentum(0.0));
        // Long ones are told as they were, and some are short enough where the limit is high.
        assert!(told[0].gradient_norm > f64::from(clip));
        let last = told.last().unwrap();
        assert_eq!(last.gradient_norm < f64::from(clip), clip == 0.3);
    }
}

#[test]
fn the_rate_follows_the_schedule() {
    use std::f64::consts::PI;
    let cosine = |done: f64| 0.5 * (1.0 + (PI * done).cos());
    let one_cycle = |done: f64| match done < 0.3 {
        true => 0.04 + 0.96 * 0.5 * (1.0 - (PI * done / 0.3).cos()),
        false => 1e-4 + (1.0 - 1e-4) * 0.5 * (1.0 + (PI * (done - 0.3) / 0.7).cos()),
    };
    let constant = |_: f64| 1.0;
    let schedules: [(Schedule, &dyn Fn(f64) -> f64); 3] = [
        (Schedule::Constant, &constant),
        (Schedule::Cosine, &cosine),
        (Schedule::OneCycle, &one_cycle),
    ];
    for (schedule, factor) in schedules {
        let settings = TrainingSettings {
            schedule,
            ..settings(Rule::SGD)
        };
        let told = check(&settings, &mut momentum(0.0));
        for (at, told) in told.iter().enumerate() {
            let rate = 0.1 * factor(at as f64 / 20.0);
            assert!(
                (f64::from(told.rate) - rate).abs() < 1e-7,
                "{schedule:?} {at}"
            );
            assert_eq!(told.step, at + 1);
        }
    }
}

/// Where almost all is masked, neither the norm nor the shortening goes by what the masked weights would do.
#[test]
fn only_what_is_left_has_a_gradient() {
    let mut net = Net::new(2);
    let x = net.input(&[2, 3]);
    let w = net.constant(Tensor::from_f32(
        &[2, 3],
        vec![0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
    ));
    let y = net.op("Gemm", &[x, w], &[("transB", common::int(1))]);
    let graph = net.finish(&[y]);
    let settings = TrainingSettings {
        clip: 0.01,
        ..settings(Rule::SGD)
    };
    let mut trainer = Trainer::new(&graph, &settings).unwrap();
    let weights = [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let of_left = gradient(&weights)[2];
    let told = step(&mut trainer);
    assert!((told.gradient_norm - of_left.abs()).abs() < 1e-6);
    let moved = learned(&trainer, &graph, &[w]);
    assert!((moved[2] - (1.0 - 0.1 * 0.01 * of_left.signum())).abs() < 1e-6);
    assert!(moved.iter().enumerate().all(|(at, x)| at == 2 || *x == 0.0));
}

/// A network that says the same of everything has its first class as first choice, and no other.
#[test]
fn a_dead_network_is_right_by_chance_alone() {
    let mut net = Net::new(3);
    let x = net.input(&[2, 3]);
    let w = net.constant(Tensor::from_f32(&[2, 3], vec![0.0; 6]));
    let y = net.op("Gemm", &[x, w], &[("transB", common::int(1))]);
    let graph = net.finish(&[y]);
    let mut trainer = Trainer::new(&graph, &settings(Rule::SGD)).unwrap();
    assert_eq!(step(&mut trainer).hits, Some(1));
}
