//! Distillation that also matches what is inside: values that a cut has narrowed stay nearer to the original's channels.

mod common;

use common::Random;
use common::nets::{Layer::*, chain};
use secateur::data::{Augmentation, Pictures, Preset};
use secateur::engine::{Executor, Options};
use secateur::graph::Graph;
use secateur::prune::cut::cut;
use secateur::recipe::Recipe;
use secateur::recover::features::{pairs, stages};
use secateur::recover::{Event, Method, Plan, Recovery, Replicas, STAGES};
use secateur::task::{Step, Task};
use secateur::tensor::Tensor;
use secateur::text::render;
use secateur::text::said;
use secateur::train::{TrainingBudget, TrainingSettings};
use std::sync::Arc;

const SIDE: u32 = 8;

fn pictures() -> Pictures {
    let preset =
        Preset::parse(r#"{"size": 8, "mean": [128, 128, 128], "std": [64, 64, 64]}"#).unwrap();
    let mut pictures = Pictures::new(&preset).unwrap();
    let mut random = Random(8);
    for _ in 0..64 {
        let rgba: Vec<u8> = (0..SIDE * SIDE * 4)
            .map(|_| random.below(256) as u8)
            .collect();
        pictures.add(&rgba, SIDE, SIDE, None).unwrap();
    }
    pictures
}

fn begin(
    pruned: &Graph,
    original: &Graph,
    pictures: &Arc<Pictures>,
    plan: &Plan,
) -> secateur::Result<Recovery> {
    let pictures = Arc::clone(pictures);
    Recovery::new(pruned, Some(original), pictures, plan, Replicas::All, None)
}

/// Of the next step of training.
fn loss(recovery: &mut Recovery) -> f64 {
    match recovery.step().unwrap() {
        Step::Event(Event::Learning(learning)) => learning.step.loss,
        other => panic!("{other:?}"),
    }
}

fn network() -> Graph {
    common::with_open_batch(chain(
        5,
        &[1, 3, 8, 8],
        &[Conv(12, 3), Relu, Grouped(12, 2), Relu, Flatten, Linear(3)],
    ))
}

/// Of two resolutions.
fn of_two_stages() -> Graph {
    common::with_open_batch(chain(
        6,
        &[1, 3, 8, 8],
        &[Conv(12, 3), Relu, Halved(12), Relu, Flatten, Linear(3)],
    ))
}

/// What a model computes under a name for one picture.
fn value(graph: &Graph, name: &str, pictures: &Pictures, index: usize) -> Tensor {
    let options = Options {
        keep: vec![name.into()],
        ..Options::default()
    };
    let mut executor = Executor::new(graph, &options).unwrap();
    let mut input = vec![0.0; pictures.sample_len()];
    pictures.write(&[index], None, &mut input);
    let shape = pictures.preset().tensor_shape();
    executor.run(&[Tensor::from_f32(&shape, input)]).unwrap();
    executor.value(name).unwrap()
}

/// The squared distance from the original's channels that are left, as a share of their squares.
fn apart(model: &Graph, original: &Graph, name: &str, pictures: &Pictures) -> f64 {
    let pair = &pairs(model, original, &[name.into()]).unwrap()[0];
    let (mut missed, mut all) = (0.0, 0.0);
    for index in 0..8 {
        let wanted = pair
            .wanted(&value(original, name, pictures, index))
            .unwrap();
        let has = value(model, name, pictures, index);
        for (has, wanted) in has.floats().unwrap().iter().zip(wanted) {
            missed += f64::from(has - wanted).powi(2);
            all += f64::from(wanted).powi(2);
        }
    }
    missed / all
}

#[test]
fn inner_values_stay_nearer_to_the_originals() {
    let (original, pictures) = (network(), pictures());
    let recipe = Recipe::parse(r#"{"target": {"macs": 0.4}}"#).unwrap();
    let pruned = cut(&original, 0, &recipe, None).unwrap().graph;
    let last = stages(&original)
        .pop()
        .expect("a value of a picture's shape");
    let distilled = |inner: Vec<String>| {
        let plan = Plan {
            settings: TrainingSettings {
                budget: TrainingBudget::Steps(1200),
                batch: 16,
                learning_rate: 0.01,
                augmentation: Augmentation::default(),
                features: inner,
                ..Plan::new(Method::Distill, pictures.preset()).settings
            },
            ..Plan::new(Method::Distill, pictures.preset())
        };
        let mut recovery = begin(&pruned, &original, &Arc::new(pictures.clone()), &plan).unwrap();
        // Features are matched in the first tenth.
        (0..120).for_each(|_| {
            loss(&mut recovery);
        });
        apart(&recovery.model(), &original, &last, &pictures)
    };
    let (matched, not) = (distilled(vec![STAGES.into()]), distilled(Vec::new()));
    assert!(matched < 0.8 * not, "{matched} beside {not}");
}

#[test]
fn a_value_that_no_node_makes_is_refused() {
    let original = network();
    let plan = Plan {
        settings: TrainingSettings {
            features: vec!["nothing".into()],
            ..Plan::new(Method::Distill, pictures().preset()).settings
        },
        ..Plan::new(Method::Distill, pictures().preset())
    };
    let refused = begin(&original, &original, &Arc::new(pictures()), &plan).err();
    let told = said(&refused.expect("refused"));
    assert!(told.contains("“nothing”"), "{told}");
}

/// What of the stages a pruned model can't be taught by is told, by name, and the others teach.
#[test]
fn stages_that_can_not_be_paired_are_told() {
    let (original, pictures) = (of_two_stages(), Arc::new(pictures()));
    let recipe = Recipe::parse(r#"{"target": {"macs": 0.5}}"#).unwrap();
    let pruned = cut(&original, 0, &recipe, None).unwrap().graph;
    let names = stages(&original);
    let [fine, coarse] = &names[..] else {
        panic!("{names:?} are not two");
    };
    let plan = Plan {
        settings: TrainingSettings {
            budget: TrainingBudget::Steps(60),
            batch: 8,
            ..Plan::new(Method::Distill, pictures.preset()).settings
        },
        ..Plan::new(Method::Distill, pictures.preset())
    };
    let job = |pruned: &Graph, plan: &Plan| begin(pruned, &original, &pictures, plan).unwrap();
    assert_eq!(job(&pruned, &plan).unmatched(), None);

    let mut renamed = pruned.clone();
    let id = renamed.find(fine).unwrap();
    renamed.value_mut(id).name = "another".into();
    let mut partly = job(&renamed, &plan);
    let unmatched = partly.unmatched().unwrap();
    assert_eq!((unmatched.of, unmatched.stages.len()), (2, 1));
    assert_eq!(&unmatched.stages[0].0, fine);
    let told = render(&unmatched.message());
    for part in [
        &format!("1 of 2 features can't be matched: “{fine}”"),
        "computes no such value",
        "The others",
    ] {
        assert!(told.contains(part), "{told}");
    }
    // The same as if the other had been named alone.
    let named = Plan {
        settings: TrainingSettings {
            features: vec![coarse.clone()],
            ..plan.clone().settings
        },
        ..plan.clone()
    };
    let mut alone = job(&renamed, &named);
    assert_eq!(alone.unmatched(), None);
    let mut blind = job(
        &renamed,
        &Plan {
            settings: TrainingSettings {
                features: Vec::new(),
                ..plan.clone().settings
            },
            ..plan.clone()
        },
    );
    let [partly, alone, blind] = [&mut partly, &mut alone, &mut blind].map(loss);
    assert_eq!(partly, alone);
    assert!(partly > blind);

    // Without the record of the cut nothing can be paired.
    let mut unrecorded = pruned;
    unrecorded.metadata.clear();
    let told = job(&unrecorded, &plan).unmatched().unwrap().message();
    let told = render(&told);
    for part in [
        "2 of 2",
        fine.as_str(),
        coarse.as_str(),
        ". The answers teach",
    ] {
        assert!(told.contains(part), "{told}");
    }
}

/// Moving pictures by next to nothing leaves them as they are, but then the original is asked anew each time. Mixed pictures
/// never come again.
#[test]
fn answers_that_are_remembered_are_those_that_would_be_given() {
    let (original, pictures) = (network(), Arc::new(pictures()));
    let recipe = Recipe::parse(r#"{"target": {"macs": 0.5}}"#).unwrap();
    let pruned = cut(&original, 0, &recipe, None).unwrap().graph;
    let losses = |shift: f32, mixup: f32| -> Vec<f64> {
        let augmentation = Augmentation {
            flip: true,
            shift,
            ..Augmentation::default()
        };
        let plan = Plan {
            settings: TrainingSettings {
                budget: TrainingBudget::Steps(30),
                batch: 12,
                augmentation,
                mixup,
                ..Plan::new(Method::Distill, pictures.preset()).settings
            },
            ..Plan::new(Method::Distill, pictures.preset())
        };
        let mut recovery = begin(&pruned, &original, &pictures, &plan).unwrap();
        (0..30).map(|_| loss(&mut recovery)).collect()
    };
    for mixup in [0.0, 0.5] {
        let (remembered, asked) = (losses(0.0, mixup), losses(1e-9, mixup));
        for (step, (a, b)) in remembered.iter().zip(&asked).enumerate() {
            assert!(
                (a - b).abs() < 1e-6 * b.abs().max(1e-3),
                "mixup {mixup}, step {step}: {a} {b}"
            );
        }
    }
}
