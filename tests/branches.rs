//! Branches: what is found, that the re-packed model computes what the dense one computes without them, and which go first.

mod common;

use common::colors::patterns;
use common::nets::{Layer::*, chain, resnet18};
use common::random_net::random_net;
use common::reference::run;
use common::repacking::parameters;
use common::{Net, Random, distance, int, random_inputs, with_open_batch};
use proptest::prelude::*;
use secateur::cost::{CostModel, Lengths};
use secateur::data::Pictures;
use secateur::graph::{Graph, ValueId};
use secateur::onnx::{OpenOptions, open, write};
use secateur::prune::branches::{Branch, find, mask, remove};
use secateur::prune::criteria::Measured;
use secateur::prune::criteria::measured::Measuring;
use secateur::prune::cut::{RECIPE_KEY, cut, cut_measured};
use secateur::prune::session::Session;
use secateur::recipe::Recipe;
use secateur::search::{Sensitivity, cut_scores};
use secateur::task::{Step, Task};
use secateur::tensor::Tensor;
use secateur::text::{render, said};

fn macs(graph: &Graph) -> u64 {
    CostModel::new(graph).macs(&Lengths::new())
}

fn recipe(text: &str) -> Recipe {
    Recipe::parse(text).expect(text)
}

/// A convolution, its Relu, and a convolution that gives as many channels as it takes.
fn block(net: &mut Net, x: ValueId, inner: usize) -> ValueId {
    let channels = net.dims(x)[1];
    let y = net.conv(x, inner, 3);
    let y = net.relu(y);
    net.conv(y, channels, 1)
}

/// Residual blocks of each kind, `steps` of them, some of them inside others.
fn residual_net(seed: u64, steps: usize) -> Graph {
    let mut net = Net::new(seed);
    let x = net.input(&[1, 3, 6, 6]);
    let mut y = net.conv(x, 5, 3);
    for _ in 0..steps {
        y = residual(&mut net, y, 2);
    }
    let y = net.classifier(y, 4);
    net.finish(&[y])
}

fn residual(net: &mut Net, x: ValueId, depth: usize) -> ValueId {
    let inner = 2 + net.random.below(4);
    let mut y = block(net, x, inner);
    if depth > 0 && net.random.below(3) == 0 {
        y = residual(net, y, depth - 1);
    }
    match net.random.below(5) {
        0 => {
            let channels = net.dims(x)[1];
            let shortcut = net.conv(x, channels, 1);
            net.op("Sum", &[y, shortcut], &[])
        }
        1 => {
            let z = block(net, x, 3);
            net.op("Sum", &[y, x, z], &[])
        }
        2 => net.op("Sub", &[x, y], &[]),
        3 => {
            let gate = net.op("Sigmoid", &[y], &[]);
            net.op("Mul", &[gate, x], &[])
        }
        _ => {
            let sum = net.add(y, x);
            net.relu(sum)
        }
    }
}

/// What a node's output is in the dense model without some branches, found by running each node with what it then reads: a branch
/// that is gone gives what its node carries.
fn bypassed(graph: &Graph, removed: &[&Branch], inputs: &[Tensor]) -> Vec<Vec<f64>> {
    let mut rewired = graph.clone();
    for branch in removed {
        let node = &mut rewired.nodes[branch.node];
        let carried = node.inputs[branch.carried];
        node.op_type = "Identity".into();
        node.inputs = vec![carried];
    }
    let outputs = run(&rewired, inputs);
    outputs
        .iter()
        .map(|out| out.iter().copied().collect())
        .collect()
}

/// Removes branches and compares the result with the masked model, and both with the rewired one.
fn agree(graph: &Graph, removed: &[&Branch], random: &mut Random) -> Graph {
    let packed = remove(graph, removed.iter().copied());
    let masked = mask(graph, removed.iter().copied()).expect("masks");
    let inputs = random_inputs(graph, random);
    let expected = bypassed(graph, removed, &inputs);
    for (what, model) in [("re-packed", &packed), ("masked", &masked)] {
        let outputs = run(model, &inputs);
        assert_eq!(outputs.len(), expected.len());
        for (out, expected) in outputs.iter().zip(&expected) {
            let out: Vec<f64> = out.iter().copied().collect();
            assert_eq!(&out, expected, "{what}");
        }
    }
    // As a file it has the same shapes, and is taken again.
    let opened = open(
        write(&packed).expect("writes").into(),
        &OpenOptions::default(),
    );
    let opened = opened.expect("opens").graph;
    for (a, b) in run(&opened, &inputs).iter().zip(run(&packed, &inputs)) {
        assert!(distance(a, &b) < 1e-5);
    }
    for (&a, &b) in packed.outputs.iter().zip(&graph.outputs) {
        assert_eq!(packed.value(a).ty, graph.value(b).ty);
        assert_eq!(packed.value(a).name, graph.value(b).name);
    }
    packed
}

fn some<'b>(branches: &'b [Branch], random: &mut Random) -> Vec<&'b Branch> {
    let count = random.below(branches.len() + 1);
    let picked = random.choose(branches.len(), count);
    picked.into_iter().map(|at| &branches[at]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn residual_networks_compute_the_same_without_their_branches(seed in any::<u64>(), steps in 1usize..5) {
        let graph = residual_net(seed, steps);
        let branches = find(&graph);
        prop_assert!(branches.len() >= steps, "{} of {steps}", branches.len());
        let mut random = Random(seed ^ 1);
        for _ in 0..3 {
            let removed = some(&branches, &mut random);
            let packed = agree(&graph, &removed, &mut random);
            if !removed.is_empty() {
                prop_assert!(parameters(&packed) < parameters(&graph));
                prop_assert!(macs(&packed) < macs(&graph));
            }
        }
    }

    #[test]
    fn random_networks_compute_the_same_without_their_branches(seed in any::<u64>(), steps in 3usize..9) {
        let graph = random_net(seed, steps);
        let branches = find(&graph);
        let mut random = Random(seed ^ 1);
        let removed = some(&branches, &mut random);
        let packed = agree(&graph, &removed, &mut random);
        prop_assert_eq!(packed.inputs.len(), graph.inputs.len());
        if !removed.is_empty() {
            prop_assert!(parameters(&packed) < parameters(&graph));
        }
    }
}

#[test]
fn each_block_of_a_resnet_is_a_branch() {
    let mut net = Net::new(1);
    net.hollow = true;
    let graph = resnet18(net, 32);
    let branches = find(&graph);
    assert_eq!(branches.len(), 8);
    for branch in &branches {
        assert_eq!(graph.nodes[branch.node].op_type, "Add");
        let of = |op: &str| {
            let nodes = branch.nodes.iter();
            nodes
                .filter(|&&node| graph.nodes[node].op_type == op)
                .count()
        };
        // Where the shortcut has a convolution of its own, it is the two of the block that go.
        assert_eq!((of("Conv"), of("Add")), (2, 1), "{}", branch.name);
    }
    let names: Vec<&str> = branches.iter().map(|b| b.name.as_str()).collect();
    let is_node = |name: &&str| graph.nodes.iter().any(|node| node.name == **name);
    assert!(names.iter().all(is_node), "{names:?}");
}

/// Attention and the layers behind it, each with its residual connection.
#[test]
fn a_transformer_block_is_two_branches() {
    let mut net = Net::new(2);
    let x = net.input(&[1, 5, 8]);
    let [q, k, v] = [8, 8, 8].map(|width| net.linear_3d(x, width));
    let k = net.transpose(k, &[0, 2, 1]);
    let scores = net.op("MatMul", &[q, k], &[]);
    let scores = net.op("Softmax", &[scores], &[("axis", int(-1))]);
    let y = net.op("MatMul", &[scores, v], &[]);
    let y = net.linear_3d(y, 8);
    let x = net.add(x, y);
    let y = net.linear_3d(x, 16);
    let y = net.relu(y);
    let y = net.linear_3d(y, 8);
    let x = net.add(x, y);
    let x = net.linear_3d(x, 3);
    let graph = net.finish(&[x]);
    let branches = find(&graph);
    assert_eq!(branches.len(), 2, "{branches:?}");
    let all: Vec<&Branch> = branches.iter().collect();
    let packed = agree(&graph, &all, &mut Random(1));
    assert_eq!(parameters(&packed), 8 * 3 + 3);
}

#[test]
fn what_can_not_be_bypassed_is_no_branch() {
    // The sum is the output.
    let mut net = Net::new(3);
    let x = net.input(&[1, 4, 6, 6]);
    let y = block(&mut net, x, 3);
    let sum = net.add(x, y);
    let graph = net.finish(&[sum]);
    assert!(find(&graph).is_empty());
    // Nothing but the sum itself would go: the layer's output is needed elsewhere.
    let mut net = Net::new(3);
    let x = net.input(&[1, 4, 6, 6]);
    let y = block(&mut net, x, 3);
    let sum = net.add(x, y);
    let joined = net.concat(&[sum, y], 1);
    let out = net.conv(joined, 2, 1);
    let graph = net.finish(&[out]);
    assert!(find(&graph).is_empty());
    // An input would no longer be read.
    let mut net = Net::new(3);
    let [a, b] = [4, 4].map(|channels| net.input(&[1, channels, 6, 6]));
    let [c, d] = [a, b].map(|x| net.conv(x, 5, 3));
    let sum = net.add(c, d);
    let out = net.conv(sum, 2, 1);
    let graph = net.finish(&[out]);
    assert!(find(&graph).is_empty());
    // The other input is stored, or of another shape.
    let mut net = Net::new(3);
    let x = net.input(&[1, 4, 1, 1]);
    let y = net.conv(x, 4, 1);
    let bias = net.weight(&[1, 4, 1, 1]);
    let y = net.add(bias, y);
    let wide = net.input(&[1, 4, 6, 6]);
    let wide = net.relu(wide);
    let y = net.add(y, wide);
    let out = net.conv(y, 2, 1);
    let graph = net.finish(&[out]);
    let branches = find(&graph);
    assert!(
        branches
            .iter()
            .all(|b| graph.nodes[b.node].op_type != "Conv")
    );
    // The wide one alone can carry on; without the other, the first input would not be read.
    assert!(branches.is_empty(), "{branches:?}");
}

/// Three blocks of unlike weight, on pictures of three kinds.
fn blocks(strengths: &[f32]) -> Graph {
    let mut net = Net::new(8);
    let x = net.input(&[1, 3, 8, 8]);
    let mut y = net.conv(x, 6, 3);
    for (at, &strength) in strengths.iter().enumerate() {
        let inner = 3 + 2 * at;
        let z = block(&mut net, y, inner);
        let scale = net.constant(Tensor::from_f32(&[], vec![strength]));
        let z = net.op("Mul", &[z, scale], &[]);
        y = net.add(y, z);
    }
    let y = net.classifier(y, 3);
    with_open_batch(net.finish(&[y]))
}

fn pictures(count: usize) -> Pictures {
    patterns(count, 6, false, [90.0, 50.0])
}

fn divergence(graph: &Graph, pictures: &Pictures) -> Measured {
    Measuring::new(graph, "divergence", pictures.clone(), 1)
        .unwrap()
        .finish()
        .unwrap()
}

/// Σ p ln(p / q), the mean over the pictures, from what the plain reference computes.
fn kl(original: &Graph, model: &Graph, pictures: &Pictures) -> f64 {
    let probabilities = |graph: &Graph, index: usize| -> Vec<f64> {
        let mut numbers = vec![0.0; pictures.sample_len()];
        pictures.write(&[index], None, &mut numbers);
        let input = Tensor::from_f32(&[1, 3, 8, 8], numbers);
        let exp: Vec<f64> = run(graph, &[input])[0].iter().map(|x| x.exp()).collect();
        let sum: f64 = exp.iter().sum();
        exp.iter().map(|x| x / sum).collect()
    };
    let of_one = |index: usize| -> f64 {
        let (p, q) = (probabilities(original, index), probabilities(model, index));
        p.iter().zip(&q).map(|(p, q)| p * (p / q).ln()).sum()
    };
    (0..pictures.len()).map(of_one).sum::<f64>() / pictures.len() as f64
}

/// The order by the definition: each time the branch goes without which the divergence grows least for each multiply-add.
fn greedy(graph: &Graph, pictures: &Pictures) -> Vec<String> {
    let branches = find(graph);
    let mut gone: Vec<&Branch> = Vec::new();
    while gone.len() < branches.len() {
        let now = remove(graph, gone.iter().copied());
        let before = kl(graph, &now, pictures);
        let left = branches.iter().filter(|branch| !gone.contains(branch));
        let cost = |branch: &&Branch| {
            let less = remove(graph, gone.iter().copied().chain([*branch]));
            let saved = macs(&now) - macs(&less);
            (kl(graph, &less, pictures) - before) / saved as f64
        };
        let least = left.min_by(|a, b| cost(a).total_cmp(&cost(b)));
        gone.push(least.expect("one is left"));
    }
    gone.iter().map(|branch| branch.name.clone()).collect()
}

#[test]
fn divergence_orders_branches_as_brute_force_does() {
    for strengths in [[0.3, 0.02, 0.1], [0.01, 0.2, 0.2], [0.1, 0.1, 0.1]] {
        let (graph, pictures) = (blocks(&strengths), pictures(5));
        let measured = divergence(&graph, &pictures);
        let mut scores = measured.branches.clone();
        scores.sort_by(|a, b| a.score.total_cmp(&b.score));
        let order: Vec<String> = scores.into_iter().map(|scored| scored.branch).collect();
        assert_eq!(order, greedy(&graph, &pictures), "{strengths:?}");
    }
}

#[test]
fn progress_grows_to_its_end_and_equal_pictures_give_equal_scores() {
    for graph in [
        blocks(&[0.1, 0.2, 0.3]),
        blocks(&[0.1]),
        with_open_batch(nested()),
    ] {
        let pictures = pictures(4);
        let mut task = Measuring::new(&graph, "divergence", pictures.clone(), 1).unwrap();
        let (mut done, mut last) = (0, None);
        let measured = loop {
            match task.step().unwrap() {
                Step::Event(progress) => {
                    assert_eq!(progress.done, done + 1);
                    assert!(progress.done <= progress.of, "{progress:?}");
                    done = progress.done;
                    last = Some(progress);
                }
                Step::Done(measured) => break measured,
            }
        };
        assert!(last.unwrap().is_whole(), "{last:?}");
        assert_eq!(measured, divergence(&graph, &pictures));
        assert_eq!(measured.branches.len(), find(&graph).len());
    }
}

/// A branch inside a branch.
fn nested() -> Graph {
    let mut net = Net::new(9);
    let x = net.input(&[1, 3, 8, 8]);
    let x = net.conv(x, 4, 3);
    let y = block(&mut net, x, 3);
    let z = block(&mut net, y, 3);
    let y = net.add(y, z);
    let x = net.add(x, y);
    let y = net.classifier(x, 3);
    net.finish(&[y])
}

#[test]
fn what_is_inside_a_branch_goes_with_it() {
    let graph = nested();
    let branches = find(&graph);
    assert_eq!(branches.len(), 2);
    let (inner, outer) = (&branches[0], &branches[1]);
    assert!(inner.nodes.iter().all(|node| outer.nodes.contains(node)));
    let alone = agree(&graph, &[outer], &mut Random(1));
    let both = agree(&graph, &[inner, outer], &mut Random(1));
    assert_eq!(parameters(&alone), parameters(&both));
}

#[test]
fn previews_count_what_is_made_and_what_is_made_is_checked() {
    let graph = blocks(&[0.3, 0.02, 0.1]);
    let bytes = write(&graph).unwrap().len() as u64;
    let pictures = pictures(5);
    for criterion in ["l2", "l1", "random", "lamp", "divergence", "taylor"] {
        for target in [
            r#""macs": 0.8"#,
            r#""parameters": 0.7"#,
            r#""sparsity": 0.34"#,
            r#""bytes": 0.9"#,
        ] {
            let text = format!(
                r#"{{"granularity": "branch", "criterion": "{criterion}", "target": {{{target}}}}}"#
            );
            let mut session = Session::new(graph.clone(), bytes).unwrap();
            if ["divergence", "taylor"].contains(&criterion) {
                let error = session.choose(&recipe(&text)).unwrap_err();
                assert!(said(&error).contains("photos"), "{error}");
                let measured = cut_scores(&graph, criterion, pictures.clone(), 0, true);
                session
                    .take_scores(measured.unwrap().finish().unwrap())
                    .unwrap();
            }
            let preview = session.preview(&recipe(&text)).expect(&text);
            let cut = session.finish(None).expect(&text);
            let report = &cut.report;
            let (shown, made) = (&preview.after, &report.after.totals);
            assert_eq!(
                (shown.macs, shown.parameters),
                (made.macs, made.parameters),
                "{text}"
            );
            assert_eq!(shown.nonzeros, made.nonzeros, "{text}");
            assert_eq!(shown.activation_bytes, made.activation_bytes, "{text}");
            let off = shown.bytes.abs_diff(made.bytes) as f64 / bytes as f64;
            assert!(off < 0.1, "{text}: {} for {}", shown.bytes, made.bytes);
            assert!(report.check.unwrap().agrees, "{text}");
            assert!(
                !report.branches.is_empty() && report.branches.len() < 3,
                "{text}"
            );
            // The rows tell the same as the finished file's.
            let rows = session.layers_after(&report.after);
            for (shown, made) in preview.layers.iter().zip(&rows) {
                assert_eq!((shown.macs, shown.parameters), (made.macs, made.parameters));
                assert_eq!(shown.channels_gone, made.channels_gone);
            }
            let gone = rows.iter().filter(|row| row.channels_out == 0).count();
            assert_eq!(gone, 2 * report.branches.len(), "{text}");
            let metadata = &cut.graph.metadata;
            assert!(
                metadata
                    .iter()
                    .any(|(key, told)| key == RECIPE_KEY && told.contains("branch"))
            );
            // It is a model like any other: its channels can be cut next, and its other branches.
            let size = cut.bytes.len() as u64;
            let channels = recipe(r#"{"target": {"macs": 0.8}}"#);
            assert!(cut_again(&cut.graph, size, &channels));
        }
    }
}

fn cut_again(graph: &Graph, size: u64, recipe: &Recipe) -> bool {
    let cut = cut(graph, size, recipe, None).expect("cuts again");
    cut.report.check.expect("is checked").agrees
}

#[test]
fn a_recipe_protects_branches_and_names_them() {
    let graph = blocks(&[0.3, 0.02, 0.1]);
    let branches = find(&graph);
    let [first, second, third] = [0, 1, 2].map(|at| branches[at].name.as_str());
    let removed = |text: &str| -> Vec<String> {
        let cut = cut(&graph, 10_000, &recipe(text), None).expect(text);
        cut.report.branches
    };
    let by_hand = format!(
        r#"{{"granularity": "branch", "allocation": "manual", "layers": {{"{second}": 1, "{third}": 0}}}}"#
    );
    assert_eq!(removed(&by_hand), [second]);
    let all = format!(
        r#"{{"granularity": "branch", "allocation": "manual", "layers": {{"{first}": 1, "{second}": 1, "{third}": 1}}}}"#
    );
    assert_eq!(removed(&all), [first, second, third]);
    for kept in [first, second, third] {
        let text = format!(
            r#"{{"granularity": "branch", "target": {{"sparsity": 0.67}}, "protect": ["{kept}"]}}"#
        );
        let removed = removed(&text);
        assert!(
            removed.len() == 2 && !removed.contains(&kept.to_string()),
            "{removed:?}"
        );
    }
    // A layer protects the branch that it is in.
    let inside = graph.node_label(&graph.nodes[branches[1].nodes[0]]);
    let text = format!(
        r#"{{"granularity": "branch", "target": {{"sparsity": 0.67}}, "protect": ["{inside}"]}}"#
    );
    assert_eq!(removed(&text), [first, third]);
    let error = |text: &str| said(&cut(&graph, 10_000, &recipe(text), None).unwrap_err());
    let unknown =
        error(r#"{"granularity": "branch", "target": {"macs": 0.9}, "protect": ["Ad1"]}"#);
    assert!(unknown.contains("Ad1"), "{unknown}");
    let layer = format!(
        r#"{{"granularity": "branch", "allocation": "manual", "layers": {{"{inside}": 1}}}}"#
    );
    assert!(error(&layer).contains(&inside));
}

#[test]
fn what_can_not_be_done_is_said() {
    let error =
        |graph: &Graph, text: &str| said(&cut(graph, 10_000, &recipe(text), None).unwrap_err());
    let plain = chain(
        5,
        &[1, 3, 6, 6],
        &[Conv(6, 3), Relu, Pool, Flatten, Linear(3)],
    );
    let branch = r#"{"granularity": "branch", "target": {"macs": 0.9}}"#;
    assert!(error(&plain, branch).starts_with("No branches can be removed"));
    let graph = blocks(&[0.3, 0.02, 0.1]);
    let whole = macs(&graph);
    let all: Vec<Branch> = find(&graph);
    let least = macs(&remove(&graph, &all)) as f64 / whole as f64;
    let every = format!(
        r#"{{"granularity": "branch", "target": {{"macs": {}}}}}"#,
        least + 1e-6
    );
    assert!(error(&graph, &every).contains("without any of the model's 3 branches"));
    let beyond = format!(
        r#"{{"granularity": "branch", "target": {{"macs": {}}}}}"#,
        least - 0.01
    );
    assert!(error(&graph, &beyond).contains("of the multiply-adds"));
    // Scores of branches judge nothing else.
    let measured = divergence(&graph, &pictures(3));
    for granularity in ["channel", "weight"] {
        let text = format!(
            r#"{{"granularity": "{granularity}", "criterion": "divergence", "target": {{"sparsity": 0.3}}}}"#
        );
        let cut = cut_measured(&graph, 10_000, &recipe(&text), Some(measured.clone()), None);
        assert!(said(&cut.unwrap_err()).contains("“divergence” judges whole branches"));
    }
    let other = blocks(&[0.3]);
    let mut session = Session::new(other.clone(), 10_000).unwrap();
    session
        .take_scores(divergence(&other, &pictures(3)))
        .unwrap();
    let mut session = Session::new(graph, 10_000).unwrap();
    assert!(
        session
            .take_scores(divergence(&other, &pictures(3)))
            .is_err()
    );
    let uniform = Recipe::parse(
        r#"{"granularity": "branch", "allocation": "uniform", "target": {"macs": 0.9}}"#,
    );
    assert!(said(&uniform.unwrap_err()).contains("“uniform”"));
    let none = Measuring::new(&plain, "divergence", pictures(3), 0);
    assert!(none.is_err());
}

/// No branch goes that need not, even where the last one saves far more than was lacking.
#[test]
fn as_few_branches_go_as_meet_the_target() {
    let graph = blocks(&[0.3, 0.02, 0.1]);
    let branches = find(&graph);
    let mut most = 0;
    for share in [1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5] {
        let text = format!(r#"{{"granularity": "branch", "target": {{"macs": {share}}}}}"#);
        let Ok(cut) = cut(&graph, 10_000, &recipe(&text), None) else {
            break;
        };
        let left = macs(&cut.graph) as f64 / macs(&graph) as f64;
        assert!(left <= share, "{left} for {share}");
        let gone = |branch: &&Branch| cut.report.branches.contains(&branch.name);
        for spared in branches.iter().filter(gone) {
            let others = branches.iter().filter(gone).filter(|at| *at != spared);
            let left = macs(&remove(&graph, others)) as f64 / macs(&graph) as f64;
            assert!(left > share, "{} need not go for {share}", spared.name);
        }
        most = most.max(cut.report.branches.len());
        let warnings: Vec<String> = cut.report.warnings.iter().map(render).collect();
        assert!(warnings.is_empty(), "{warnings:?}");
    }
    assert_eq!(most, 2);
}

/// Each branch is a probe of its own.
#[test]
fn sensitivity_probes_each_branch_once() {
    let graph = blocks(&[0.3, 0.02, 0.1]);
    let split = secateur::data::Split::new(pictures(40)).unwrap();
    let recipe = recipe(r#"{"granularity": "branch", "target": {"macs": 0.9}}"#);
    let begun = Sensitivity::prepare((&graph, 10_000), &recipe, &[0.5], &split, 16, 1).unwrap();
    let mut sensitivity = begun.finish().unwrap();
    assert_eq!((sensitivity.len(), sensitivity.levels()), (3, &[1.0][..]));
    let lost: Vec<f64> = (0..3)
        .map(|at| {
            let point = sensitivity.probe(at).unwrap().finish().unwrap();
            point.quality.kl.unwrap()
        })
        .collect();
    assert!(lost[0] > lost[1], "{lost:?}");
}

/// The models that the product ships with or tests on. They lie outside the repository.
#[test]
fn real_models_agree_without_some_branches() {
    for (name, blocks) in [("resnet20-cifar10", 9), ("efficientnet-lite0", 9)] {
        let path = format!("../shared/models/{name}.onnx");
        let Ok(bytes) = std::fs::read(&path) else {
            common::skipped::skipped(format_args!("{path} is not there"));
            continue;
        };
        let size = bytes.len() as u64;
        let graph = open(bytes.into(), &OpenOptions::default())
            .expect("opens")
            .graph;
        let branches = find(&graph);
        assert_eq!(branches.len(), blocks, "{name}");
        let text = r#"{"granularity": "branch", "criterion": "random", "target": {"macs": 0.75}}"#;
        let cut = cut(&graph, size, &recipe(text), None).expect(name);
        let check = cut.report.check.expect("runs");
        assert!(check.agrees, "{name}: {check:?}");
        assert!(macs(&cut.graph) as f64 <= 0.75 * macs(&graph) as f64);
        assert!(cut.bytes.len() < size as usize);
    }
}
