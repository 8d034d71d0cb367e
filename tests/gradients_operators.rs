//! Gradients of operators that the other networks do not have, against finite differences in double precision.

mod common;

use common::slopes::check;
use common::{Net, int, ints};
use secateur::engine::{Normalization, Options, Tape};
use secateur::graph::{Attribute, ValueId};
use secateur::tensor::Tensor;
use secateur::text::said;

fn text(word: &str) -> Attribute {
    Attribute::String(word.into())
}

/// A network that goes on from four planes of 5 × 4, and these.
fn net(seed: u64) -> (Net, ValueId) {
    let mut net = Net::new(seed);
    let x = net.input(&[2, 3, 5, 4]);
    let x = net.conv(x, 4, 1);
    (net, x)
}

#[test]
fn functions_of_one_number() {
    let cases: [(&str, Vec<(&str, Attribute)>); 11] = [
        ("Elu", vec![]),
        ("Elu", vec![("alpha", Attribute::Float(0.5))]),
        ("Gelu", vec![]),
        ("Gelu", vec![("approximate", text("tanh"))]),
        ("HardSigmoid", vec![]),
        (
            "HardSigmoid",
            vec![
                ("alpha", Attribute::Float(0.5)),
                ("beta", Attribute::Float(0.3)),
            ],
        ),
        ("Erf", vec![]),
        ("Exp", vec![]),
        ("LeakyRelu", vec![]),
        ("Abs", vec![]),
        ("Neg", vec![]),
    ];
    for (seed, (op, attributes)) in (40..).zip(cases) {
        let (mut net, x) = net(seed);
        let y = net.op(op, &[x], &attributes);
        check(&net.finish(&[y]), seed);
    }
    // Away from zero, where a root is a kink, and a logarithm and a reciprocal have no value.
    for op in ["Sqrt", "Log", "Reciprocal"] {
        let (mut net, x) = net(50);
        let x = net.op("Sigmoid", &[x], &[]);
        let y = net.op(op, &[x], &[]);
        check(&net.finish(&[y]), 50);
    }
}

#[test]
fn what_becomes_of_several_numbers() {
    let (mut pooled, x) = net(51);
    let y = pooled.op("GlobalMaxPool", &[x], &[]);
    check(&pooled.finish(&[y]), 51);
    for (seed, op) in (52..).zip(["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"]) {
        for axes in [&[2, 3][..], &[1], &[-1]] {
            for keep in [0, 1] {
                let (mut net, x) = net(seed);
                let keep = ("keepdims", int(keep));
                let y = match op {
                    "ReduceSum" => {
                        let axes = net.integers(axes);
                        net.op(op, &[x, axes], &[keep])
                    }
                    _ => net.op(op, &[x], &[("axes", ints(axes)), keep]),
                };
                check(&net.finish(&[y]), seed);
            }
        }
    }
}

#[test]
fn several_tensors_number_by_number() {
    for (seed, op) in (60..).zip(["Max", "Min", "Sum"]) {
        let (mut net, x) = net(seed);
        let other = net.conv(x, 4, 3);
        let both = net.op(op, &[x, other], &[]);
        let channel = net.weight(&[4, 1, 1]);
        let y = net.op(op, &[both, channel], &[]);
        check(&net.finish(&[y]), seed);
    }
}

#[test]
fn resampling_in_all_its_forms() {
    let coordinates = [
        "half_pixel",
        "half_pixel_symmetric",
        "pytorch_half_pixel",
        "align_corners",
        "asymmetric",
    ];
    // No place lies just between two, where single and double precision may choose differently.
    let scales = [
        [1.0, 1.0, 2.0, 2.0],
        [1.0, 1.0, 1.7, 0.75],
        [1.0, 1.0, 0.9, 3.0],
    ];
    let resampled = |scales: [f32; 4], attributes: &[(&str, Attribute)]| {
        let (mut net, x) = net(70);
        let region = net.constant(Tensor::from_f32(&[0], Vec::new()));
        let scales = net.constant(Tensor::from_f32(&[4], scales.to_vec()));
        let y = net.op("Resize", &[x, region, scales], attributes);
        check(&net.finish(&[y]), 70);
    };
    for scales in scales {
        for mode in coordinates {
            let coordinates = ("coordinate_transformation_mode", text(mode));
            resampled(scales, &[("mode", text("linear")), coordinates.clone()]);
            for (coefficient, exclude) in [(-0.75, 0), (-0.5, 0), (-0.75, 1)] {
                let cubic = [
                    ("mode", text("cubic")),
                    ("cubic_coeff_a", Attribute::Float(coefficient)),
                    ("exclude_outside", int(exclude)),
                    coordinates.clone(),
                ];
                resampled(scales, &cubic);
            }
            for rounding in ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"] {
                let rounding = ("nearest_mode", text(rounding));
                resampled(scales, &[coordinates.clone(), rounding]);
            }
        }
    }
}

#[test]
fn resampling_of_older_operator_sets() {
    for mode in ["nearest", "linear"] {
        for scales in [[1.0, 1.0, 2.0, 3.0], [1.0, 1.0, 1.7, 0.75]] {
            let (mut net, x) = net(71);
            let scales = net.constant(Tensor::from_f32(&[4], scales.to_vec()));
            let y = net.op("Upsample", &[x, scales], &[("mode", text(mode))]);
            check(&net.finish(&[y]), 71);
        }
    }
}

#[test]
fn repetition_along_any_axis() {
    for repeats in [[1, 1, 2, 3], [1, 2, 1, 1], [2, 1, 1, 1], [1, 1, 1, 1]] {
        let (mut net, x) = net(72);
        let repeats = net.integers(&repeats);
        let y = net.op("Tile", &[x, repeats], &[]);
        check(&net.finish(&[y]), 72);
    }
}

#[test]
fn powers_of_numbers_of_any_sign() {
    for exponent in [0.0, 1.0, 2.0, 3.0] {
        // Both signs, zeros, and what is above zero.
        for between in [None, Some("Relu"), Some("Sigmoid")] {
            for whole in [false, true] {
                let (mut net, x) = net(73);
                let base = between.map_or(x, |op| net.op(op, &[x], &[]));
                let exponent = net.constant(match whole {
                    true => Tensor::from_i64(&[], vec![exponent as i64]),
                    false => Tensor::from_f32(&[], vec![exponent]),
                });
                let y = net.op("Pow", &[base, exponent], &[]);
                check(&net.finish(&[y]), 73);
            }
        }
    }
    for exponent in [0.5, 2.5, -1.0, -1.5] {
        let (mut net, x) = net(74);
        let base = net.op("Sigmoid", &[x], &[]);
        let exponent = net.constant(Tensor::from_f32(&[], vec![exponent]));
        let y = net.op("Pow", &[base, exponent], &[]);
        check(&net.finish(&[y]), 74);
    }
}

#[test]
fn powers_whose_exponents_are_learned() {
    let exponents =
        |net: &mut Net| net.constant(Tensor::from_f32(&[4, 1, 1], vec![1.5, 2.0, 2.5, 3.0]));
    for between in ["Sigmoid", "Relu"] {
        let (mut net, x) = net(75);
        let base = net.op(between, &[x], &[]);
        let exponents = exponents(&mut net);
        let y = net.op("Pow", &[base, exponents], &[]);
        check(&net.finish(&[y]), 75);
    }
    // A stored base under a computed exponent.
    let (mut net, x) = net(76);
    let base = exponents(&mut net);
    let y = net.op("Pow", &[base, x], &[]);
    check(&net.finish(&[y]), 76);
}

#[test]
fn exponents_that_are_no_floats_and_only_a_run_tells_are_refused() {
    let (mut net, x) = net(77);
    let exponents = net.integer_input(&[2, 1, 1, 1]);
    let y = net.op("Pow", &[x, exponents], &[]);
    let options = Options {
        batch: 2,
        ..Options::default()
    };
    let error = Tape::new(&net.finish(&[y]), &options, Normalization::Stored).err();
    let error = said(&error.expect("a refusal"));
    assert!(error.contains("(Pow) reads numbers at run time"), "{error}");
}
