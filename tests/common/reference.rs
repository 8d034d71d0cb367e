//! A brute-force forward pass in double precision: every operator by its definition, one element at a time.
//! It shares nothing with the library's own kernels.

use ndarray::{ArrayD, Axis, IxDyn, Slice, concatenate};
use secateur::graph::{Attribute, Graph, Node};
use secateur::tensor::Tensor;

pub type Array = ArrayD<f64>;

pub fn array(tensor: &Tensor) -> Array {
    let numbers: Vec<f64> = match tensor.floats() {
        Some(floats) => floats.iter().map(|&x| f64::from(x)).collect(),
        None => tensor
            .integers()
            .expect("numbers")
            .iter()
            .map(|&x| x as f64)
            .collect(),
    };
    Array::from_shape_vec(tensor.shape(), numbers).expect("count fits shape")
}

/// Runs a graph; gives its outputs.
pub fn run(graph: &Graph, inputs: &[Tensor]) -> Vec<Array> {
    let mut arrays: Vec<Option<Array>> = graph
        .values
        .iter()
        .map(|v| v.constant.as_deref().map(array))
        .collect();
    for (&id, tensor) in graph.inputs.iter().zip(inputs) {
        arrays[id.0 as usize] = Some(array(tensor));
    }
    for node in &graph.nodes {
        let read = |id: secateur::graph::ValueId| arrays[id.0 as usize].clone().expect("computed");
        let inputs: Vec<Option<Array>> = node.inputs.iter().map(|id| id.map(read)).collect();
        for (id, out) in node.outputs.iter().zip(evaluate(node, &inputs)) {
            if let Some(id) = id {
                arrays[id.0 as usize] = Some(out);
            }
        }
    }
    let outputs = graph.outputs.iter();
    outputs
        .map(|id| arrays[id.0 as usize].clone().expect("computed"))
        .collect()
}

fn ints(node: &Node, name: &str, default: &[i64]) -> Vec<i64> {
    match node.attributes.get(name) {
        Some(Attribute::Ints(x)) => x.clone(),
        _ => default.to_vec(),
    }
}

fn int(node: &Node, name: &str, default: i64) -> i64 {
    node.int(name).unwrap_or(default)
}

fn at_axis(axis: i64, rank: usize) -> usize {
    (if axis < 0 { axis + rank as i64 } else { axis }) as usize
}

fn whole(array: &Array) -> Vec<i64> {
    array.iter().map(|&x| x as i64).collect()
}

/// One node.
pub fn evaluate(node: &Node, inputs: &[Option<Array>]) -> Vec<Array> {
    let get = |i: usize| inputs.get(i).and_then(|x| x.as_ref());
    let x = get(0).expect("a first input");
    let binary = |f: fn(f64, f64) -> f64| vec![broadcast(x, get(1).expect("two inputs"), f)];
    let unary = |f: &dyn Fn(f64) -> f64| vec![x.mapv(f)];
    match node.op_type.as_str() {
        "Add" => binary(|a, b| a + b),
        "Sub" => binary(|a, b| a - b),
        "Mul" => binary(|a, b| a * b),
        "Div" => binary(|a, b| a / b),
        "Pow" => binary(f64::powf),
        "Max" => binary(f64::max),
        "Min" => binary(f64::min),
        "Sum" => binary(|a, b| a + b),
        "PRelu" => binary(|x, slope| if x < 0.0 { x * slope } else { x }),
        "Where" => {
            let picked = broadcast(x, get(1).expect("three inputs"), |c, a| {
                if c != 0.0 { a } else { f64::NAN }
            });
            vec![broadcast(&picked, get(2).expect("three inputs"), |p, b| {
                if p.is_nan() { b } else { p }
            })]
        }
        "Relu" => unary(&|x| x.max(0.0)),
        "LeakyRelu" => unary(&|x| if x < 0.0 { 0.01 * x } else { x }),
        "Sigmoid" => unary(&|x| 1.0 / (1.0 + (-x).exp())),
        "HardSwish" => unary(&|x| x * (x / 6.0 + 0.5).clamp(0.0, 1.0)),
        "Tanh" => unary(&f64::tanh),
        "Abs" => unary(&f64::abs),
        "Neg" => unary(&|x| -x),
        "Log" => unary(&f64::ln),
        "Reciprocal" => unary(&|x| 1.0 / x),
        "Exp" => unary(&f64::exp),
        "Sqrt" => unary(&f64::sqrt),
        "Elu" => {
            let alpha = f64::from(node.float("alpha").unwrap_or(1.0));
            unary(&|x| if x < 0.0 { alpha * (x.exp() - 1.0) } else { x })
        }
        "HardSigmoid" => {
            let alpha = f64::from(node.float("alpha").unwrap_or(0.2));
            let beta = f64::from(node.float("beta").unwrap_or(0.5));
            unary(&|x| (alpha * x + beta).clamp(0.0, 1.0))
        }
        "Erf" => unary(&erf),
        "Gelu" => match node.string("approximate") {
            Some("tanh") => {
                let scale = (2.0 / std::f64::consts::PI).sqrt();
                unary(&|x| 0.5 * x * (1.0 + (scale * (x + 0.044715 * x.powi(3))).tanh()))
            }
            _ => unary(&|x| 0.5 * x * (1.0 + erf(x / 2f64.sqrt()))),
        },
        "Clip" => {
            let bound = |i, default| get(i).map_or(default, |b: &Array| b[IxDyn(&[])]);
            let (low, high) = (bound(1, f64::MIN), bound(2, f64::MAX));
            unary(&|x| x.clamp(low, high))
        }
        "Identity" | "Dropout" => vec![x.clone()],
        "Mean" if inputs.len() == 1 => vec![x.clone()],
        "Conv" => vec![conv(node, x, get(1).expect("weights"), get(2))],
        "ConvTranspose" => vec![conv_transpose(node, x, get(1).expect("weights"), get(2))],
        "Gemm" => vec![gemm(node, x, get(1).expect("two factors"), get(2))],
        "MatMul" => vec![matmul(x, get(1).expect("two factors"))],
        "BatchNormalization" => {
            let p = |i: usize, c: usize| get(i).expect("five inputs")[[c].as_slice()];
            vec![Array::from_shape_fn(x.raw_dim(), |at| {
                let c = at[1];
                p(1, c) * (x[&at] - p(3, c)) / (p(4, c) + 1e-5).sqrt() + p(2, c)
            })]
        }
        "InstanceNormalization" => {
            let axes: Vec<usize> = (2..x.ndim()).collect();
            let normal = normalize(x, &axes);
            let p = |i: usize, c: usize| get(i).expect("three inputs")[[c].as_slice()];
            vec![Array::from_shape_fn(x.raw_dim(), |at| {
                normal[&at] * p(1, at[1]) + p(2, at[1])
            })]
        }
        "LayerNormalization" => {
            let first = at_axis(int(node, "axis", -1), x.ndim());
            let normal = normalize(x, &(first..x.ndim()).collect::<Vec<_>>());
            let scaled = broadcast(&normal, get(1).expect("a scale"), |a, b| a * b);
            vec![get(2).map_or(scaled.clone(), |b| broadcast(&scaled, b, |a, b| a + b))]
        }
        "Softmax" => {
            let axis = Axis(at_axis(int(node, "axis", -1), x.ndim()));
            let exp = x.mapv(f64::exp);
            let sum = exp.sum_axis(axis).insert_axis(axis);
            vec![broadcast(&exp, &sum, |a, b| a / b)]
        }
        "LRN" => {
            let half = int(node, "size", 1) / 2;
            vec![Array::from_shape_fn(x.raw_dim(), |at| {
                let channels = x.shape()[1] as i64;
                let near = (at[1] as i64 - half).max(0)..=(at[1] as i64 + half).min(channels - 1);
                let squares: f64 = near
                    .map(|c| {
                        let mut at = at.clone();
                        at[1] = c as usize;
                        x[&at] * x[&at]
                    })
                    .sum();
                x[&at] / (1.0 + 1e-4 / (2 * half + 1) as f64 * squares).powf(0.75)
            })]
        }
        "MaxPool" => vec![pool(node, x, true)],
        "AveragePool" => vec![pool(node, x, false)],
        "GlobalAveragePool" => vec![mean(x, &(2..x.ndim()).collect::<Vec<_>>(), true)],
        "GlobalMaxPool" => {
            let axes: Vec<usize> = (2..x.ndim()).collect();
            vec![fold(x, &axes, true, f64::max)]
        }
        "ReduceSum" | "ReduceMax" | "ReduceMin" => {
            let axes = get(1).map_or_else(|| ints(node, "axes", &[]), whole);
            let axes: Vec<usize> = axes.iter().map(|&a| at_axis(a, x.ndim())).collect();
            let keep = int(node, "keepdims", 1) != 0;
            vec![match node.op_type.as_str() {
                "ReduceSum" => fold(x, &axes, keep, |a, b| a + b),
                "ReduceMax" => fold(x, &axes, keep, f64::max),
                _ => fold(x, &axes, keep, f64::min),
            }]
        }
        "ReduceMean" => {
            let axes = ints(node, "axes", &[]);
            let axes: Vec<usize> = axes.iter().map(|&a| at_axis(a, x.ndim())).collect();
            vec![mean(x, &axes, int(node, "keepdims", 1) != 0)]
        }
        "Concat" => {
            let parts: Vec<_> = inputs.iter().flatten().map(|p| p.view()).collect();
            let axis = at_axis(int(node, "axis", 0), x.ndim());
            vec![
                concatenate(Axis(axis), &parts)
                    .expect("parts fit")
                    .as_standard_layout()
                    .to_owned(),
            ]
        }
        "Split" => {
            let axis = at_axis(int(node, "axis", 0), x.ndim());
            let equal = vec![(x.shape()[axis] / node.outputs.len()) as i64; node.outputs.len()];
            let mut start = 0;
            let lengths = get(1).map_or(equal, whole);
            let part = |n: &i64| {
                let range = Slice::from(start..start + *n as isize);
                start += *n as isize;
                x.slice_axis(Axis(axis), range)
                    .as_standard_layout()
                    .to_owned()
            };
            lengths.iter().map(part).collect()
        }
        "Slice" => {
            let bounds = |i| whole(get(i).expect("bounds"));
            let (starts, ends, axes) = (bounds(1), bounds(2), bounds(3));
            let steps = get(4).map_or_else(|| vec![1; starts.len()], whole);
            let mut out = x.clone();
            for (at, axis) in axes.into_iter().enumerate() {
                let axis = at_axis(axis, x.ndim());
                let end = ends[at].min(x.shape()[axis] as i64) as isize;
                let range = Slice::new(starts[at] as isize, Some(end), steps[at] as isize);
                out = out
                    .slice_axis(Axis(axis), range)
                    .as_standard_layout()
                    .to_owned();
            }
            vec![out]
        }
        "Gather" => {
            let axis = Axis(at_axis(int(node, "axis", 0), x.ndim()));
            let indices = get(1).expect("indices");
            let picks: Vec<usize> = whole(indices).iter().map(|&i| i as usize).collect();
            let out = x.select(axis, &picks);
            vec![if indices.ndim() == 0 {
                out.index_axis_move(axis, 0)
            } else {
                out
            }]
        }
        "Pad" => {
            let pads = whole(get(1).expect("amounts"));
            let filling = get(2).map_or(0.0, |v| v.iter().next().copied().unwrap_or(0.0));
            let grown = (0..x.ndim()).map(|a| x.shape()[a] as i64 + pads[a] + pads[a + x.ndim()]);
            let shape: Vec<usize> = grown.map(|n| n as usize).collect();
            vec![Array::from_shape_fn(IxDyn(&shape), |at| {
                let from: Vec<i64> = (0..x.ndim()).map(|a| at[a] as i64 - pads[a]).collect();
                inside(x, &from).unwrap_or(filling)
            })]
        }
        "Reshape" => {
            let mut shape = whole(get(1).expect("a target"));
            for (axis, n) in shape.iter_mut().enumerate() {
                *n = if *n == 0 { x.shape()[axis] as i64 } else { *n };
            }
            let known: i64 = shape.iter().filter(|&&n| n != -1).product();
            let shape: Vec<usize> = shape
                .iter()
                .map(|&n| {
                    if n == -1 {
                        x.len() / known as usize
                    } else {
                        n as usize
                    }
                })
                .collect();
            vec![reshape(x, &shape)]
        }
        "Flatten" => vec![reshape(x, &[x.shape()[0], x.len() / x.shape()[0]])],
        "Squeeze" => {
            let gone = whole(get(1).expect("axes"));
            let kept = (0..x.ndim()).filter(|&a| !gone.contains(&(a as i64)));
            vec![reshape(x, &kept.map(|a| x.shape()[a]).collect::<Vec<_>>())]
        }
        "Shape" => {
            let sizes = x.shape().iter().map(|&n| n as f64).collect();
            vec![Array::from_shape_vec(vec![x.ndim()], sizes).expect("a vector")]
        }
        "Unsqueeze" => {
            let mut shape = x.shape().to_vec();
            whole(get(1).expect("axes"))
                .iter()
                .for_each(|&a| shape.insert(a as usize, 1));
            vec![reshape(x, &shape)]
        }
        "Transpose" => {
            let order = ints(node, "perm", &[]);
            let order: Vec<usize> = order.iter().map(|&a| a as usize).collect();
            vec![
                x.clone()
                    .permuted_axes(order)
                    .as_standard_layout()
                    .to_owned(),
            ]
        }
        "Expand" => {
            let shape: Vec<usize> = whole(get(1).expect("a shape"))
                .iter()
                .map(|&n| n as usize)
                .collect();
            vec![broadcast(x, &Array::zeros(shape), |a, _| a)]
        }
        "Tile" => {
            let repeats = whole(get(1).expect("repeats"));
            let grown = x.shape().iter().zip(repeats);
            let shape: Vec<usize> = grown.map(|(&n, times)| n * times as usize).collect();
            vec![Array::from_shape_fn(shape, |at| {
                let from: Vec<usize> = (0..x.ndim()).map(|a| at[a] % x.shape()[a]).collect();
                x[&from[..]]
            })]
        }
        "Resize" => vec![resize(node, x, get(2).expect("scales"))],
        // As `Resize` is with these two (ONNX's own conversion to operator set 10 and 11).
        "Upsample" => {
            let mut node = node.clone();
            for (name, word) in [
                ("coordinate_transformation_mode", "asymmetric"),
                ("nearest_mode", "floor"),
            ] {
                let word = Attribute::String(word.into());
                node.attributes.insert(name.into(), word);
            }
            vec![resize(&node, x, get(1).expect("scales"))]
        }
        other => panic!("the reference does not know {other}"),
    }
}

fn inside(x: &Array, at: &[i64]) -> Option<f64> {
    let at: Option<Vec<usize>> = at.iter().map(|&i| usize::try_from(i).ok()).collect();
    x.get(IxDyn(&at?)).copied()
}

fn reshape(x: &Array, shape: &[usize]) -> Array {
    Array::from_shape_vec(shape, x.iter().copied().collect()).expect("same count")
}

fn broadcast(a: &Array, b: &Array, f: impl Fn(f64, f64) -> f64) -> Array {
    let rank = a.ndim().max(b.ndim());
    let size = |x: &Array, axis: usize| {
        (axis + x.ndim())
            .checked_sub(rank)
            .map_or(1, |axis| x.shape()[axis])
    };
    let shape: Vec<usize> = (0..rank)
        .map(|axis| match (size(a, axis), size(b, axis)) {
            (1, n) | (n, 1) => n,
            (n, m) if n == m => n,
            (n, m) => panic!("{n} does not broadcast to {m}"),
        })
        .collect();
    let (a, b) = (
        a.broadcast(shape.as_slice()).expect("broadcasts"),
        b.broadcast(shape.as_slice()).expect("broadcasts"),
    );
    Array::from_shape_fn(shape.as_slice(), |at| f(a[&at], b[&at]))
}

fn mean(x: &Array, axes: &[usize], keep: bool) -> Array {
    let mut out = x.clone();
    for &axis in axes {
        out = out
            .mean_axis(Axis(axis))
            .expect("not empty")
            .insert_axis(Axis(axis));
    }
    reduced(&out, axes, keep)
}

/// All numbers along some axes, taken together two by two.
fn fold(x: &Array, axes: &[usize], keep: bool, f: fn(f64, f64) -> f64) -> Array {
    let mut out = x.clone();
    for &axis in axes {
        let lanes = out.map_axis(Axis(axis), |lane| {
            lane.iter().copied().reduce(f).expect("not empty")
        });
        out = lanes.insert_axis(Axis(axis));
    }
    reduced(&out, axes, keep)
}

/// An array of which these axes have one place left, with or without them.
fn reduced(x: &Array, axes: &[usize], keep: bool) -> Array {
    let dims = x.shape().iter().enumerate();
    let shape: Vec<usize> = dims
        .filter(|(axis, _)| keep || !axes.contains(axis))
        .map(|(_, &n)| n)
        .collect();
    reshape(x, &shape)
}

/// By its power series, `2/√π · Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1))`.
fn erf(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for n in 1..200 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    sum * 2.0 / std::f64::consts::PI.sqrt()
}

/// As ONNX specifies it, by scales.
fn resize(node: &Node, x: &Array, scales: &Array) -> Array {
    let coordinates = node.string("coordinate_transformation_mode");
    let rounding = node.string("nearest_mode");
    let grown = x.shape().iter().zip(scales);
    let shape: Vec<usize> = grown.map(|(&n, s)| (n as f64 * s) as usize).collect();
    // The places along an axis that one of the output's is made of, with their weights.
    let taps = |axis: usize, at: usize| -> Vec<(usize, f64)> {
        let (input, output) = (x.shape()[axis] as f64, shape[axis] as f64);
        let (at, scale) = (at as f64, scales[axis]);
        if scale == 1.0 {
            return vec![(at as usize, 1.0)];
        }
        let half_pixel = (at + 0.5) / scale - 0.5;
        let from = match coordinates {
            None | Some("half_pixel") => half_pixel,
            Some("half_pixel_symmetric") => {
                input / 2.0 * (1.0 - output / (scale * input)) + half_pixel
            }
            Some("pytorch_half_pixel") if output > 1.0 => half_pixel,
            Some("align_corners") if output > 1.0 => at * (input - 1.0) / (output - 1.0),
            Some("asymmetric") => at / scale,
            _ => 0.0,
        };
        let inside = |place: f64| place.clamp(0.0, input - 1.0) as usize;
        if node.string("mode") == Some("linear") {
            let share = from - from.floor();
            let next = from.floor() + 1.0;
            return vec![(inside(from.floor()), 1.0 - share), (inside(next), share)];
        }
        if node.string("mode") == Some("cubic") {
            let a = f64::from(node.float("cubic_coeff_a").unwrap_or(-0.75));
            let near = [-1.0, 0.0, 1.0, 2.0].map(|step| from.floor() + step);
            let weigh = |&place: &f64| (place, keys(a, (from - place).abs()));
            let mut taps: Vec<(f64, f64)> = near.iter().map(weigh).collect();
            if int(node, "exclude_outside", 0) == 1 {
                taps.retain(|(place, _)| (0.0..input).contains(place));
                let sum: f64 = taps.iter().map(|(_, weight)| weight).sum();
                taps.iter_mut().for_each(|(_, weight)| *weight /= sum);
            }
            let taps = taps.into_iter();
            return taps.map(|(at, weight)| (inside(at), weight)).collect();
        }
        let nearest = match rounding {
            None | Some("round_prefer_floor") => (from - 0.5).ceil(),
            Some("round_prefer_ceil") => (from + 0.5).floor(),
            Some("floor") => from.floor(),
            _ => from.ceil(),
        };
        vec![(inside(nearest), 1.0)]
    };
    Array::from_shape_fn(IxDyn(&shape), |at| {
        let mut sources = vec![(Vec::new(), 1.0)];
        for axis in 0..x.ndim() {
            let taps = taps(axis, at[axis]);
            let longer = sources.iter().flat_map(|(place, weight)| {
                let more = taps
                    .iter()
                    .map(move |(next, share)| ([&place[..], &[*next]].concat(), weight * share));
                more.collect::<Vec<_>>()
            });
            sources = longer.collect();
        }
        let parts = sources.iter().map(|(place, weight)| x[&place[..]] * weight);
        parts.sum()
    })
}

/// Keys, “Cubic convolution interpolation for digital image processing”, 1981: equations 4 and 8, with any coefficient.
fn keys(a: f64, distance: f64) -> f64 {
    match distance {
        d if d < 1.0 => (a + 2.0) * d.powi(3) - (a + 3.0) * d.powi(2) + 1.0,
        d if d < 2.0 => a * d.powi(3) - 5.0 * a * d.powi(2) + 8.0 * a * d - 4.0 * a,
        _ => 0.0,
    }
}

fn normalize(x: &Array, axes: &[usize]) -> Array {
    let centered = broadcast(x, &mean(x, axes, true), |a, b| a - b);
    let variance = mean(&centered.mapv(|v| v * v), axes, true);
    broadcast(&centered, &variance, |a, v| a / (v + 1e-5).sqrt())
}

fn conv(node: &Node, x: &Array, w: &Array, bias: Option<&Array>) -> Array {
    let group = int(node, "group", 1) as usize;
    let (strides, pads) = (ints(node, "strides", &[1, 1]), ints(node, "pads", &[0; 4]));
    let dilations = ints(node, "dilations", &[1, 1]);
    let [each_in, kh, kw] = [w.shape()[1], w.shape()[2], w.shape()[3]];
    let each_out = w.shape()[0] / group;
    let side = |i: usize, k: usize| {
        let reach = (k as i64 - 1) * dilations[i] + 1;
        (x.shape()[2 + i] as i64 + pads[i] + pads[i + 2] - reach) / strides[i] + 1
    };
    let shape = [
        x.shape()[0],
        w.shape()[0],
        side(0, kh) as usize,
        side(1, kw) as usize,
    ];
    assert_eq!(x.shape()[1], each_in * group, "channels fit the weights");
    Array::from_shape_fn(IxDyn(&shape), |at| {
        let mut sum = bias.map_or(0.0, |b| b[[at[1]].as_slice()]);
        for c in 0..each_in {
            for (i, j) in (0..kh).flat_map(|i| (0..kw).map(move |j| (i, j))) {
                let from = [
                    at[0] as i64,
                    (at[1] / each_out * each_in + c) as i64,
                    at[2] as i64 * strides[0] + i as i64 * dilations[0] - pads[0],
                    at[3] as i64 * strides[1] + j as i64 * dilations[1] - pads[1],
                ];
                sum += w[[at[1], c, i, j].as_slice()] * inside(x, &from).unwrap_or(0.0);
            }
        }
        sum
    })
}

fn conv_transpose(node: &Node, x: &Array, w: &Array, bias: Option<&Array>) -> Array {
    let group = int(node, "group", 1) as usize;
    let (strides, pads) = (ints(node, "strides", &[1, 1]), ints(node, "pads", &[0; 4]));
    let [inputs, each_out, kh, kw] = [w.shape()[0], w.shape()[1], w.shape()[2], w.shape()[3]];
    assert_eq!(x.shape()[1], inputs, "channels fit the weights");
    let side = |i: usize, k: usize| {
        (x.shape()[2 + i] as i64 - 1) * strides[i] + k as i64 - pads[i] - pads[i + 2]
    };
    let shape = [
        x.shape()[0],
        each_out * group,
        side(0, kh) as usize,
        side(1, kw) as usize,
    ];
    let mut out = Array::from_shape_fn(IxDyn(&shape), |at| {
        bias.map_or(0.0, |b| b[[at[1]].as_slice()])
    });
    for (at, &value) in x.indexed_iter() {
        for k in 0..each_out {
            for (i, j) in (0..kh).flat_map(|i| (0..kw).map(move |j| (i, j))) {
                let to = [
                    at[0] as i64,
                    (at[1] / (inputs / group) * each_out + k) as i64,
                    at[2] as i64 * strides[0] + i as i64 - pads[0],
                    at[3] as i64 * strides[1] + j as i64 - pads[1],
                ];
                if inside(&out, &to).is_some() {
                    out[to.map(|n| n as usize).as_slice()] +=
                        value * w[[at[1], k, i, j].as_slice()];
                }
            }
        }
    }
    out
}

fn gemm(node: &Node, a: &Array, b: &Array, c: Option<&Array>) -> Array {
    let flip = |x: &Array, name: &str| match int(node, name, 0) {
        0 => x.clone(),
        _ => x.t().to_owned(),
    };
    let (alpha, beta) = (
        node.float("alpha").unwrap_or(1.0),
        node.float("beta").unwrap_or(1.0),
    );
    let product = matmul(&flip(a, "transA"), &flip(b, "transB")).mapv(|x| x * f64::from(alpha));
    match c {
        Some(c) => broadcast(&product, &c.mapv(|x| x * f64::from(beta)), |a, b| a + b),
        None => product,
    }
}

fn matmul(a: &Array, b: &Array) -> Array {
    let (m, n) = (a.shape()[a.ndim() - 2], b.shape()[b.ndim() - 1]);
    let depth = a.shape()[a.ndim() - 1];
    assert_eq!(depth, b.shape()[b.ndim() - 2], "factors fit");
    let stack = |x: &Array| Array::zeros(&x.shape()[..x.ndim() - 2]);
    let mut shape = broadcast(&stack(a), &stack(b), |_, _| 0.0).shape().to_vec();
    let whole = |x: &Array, rows: usize, columns: usize, shape: &[usize]| {
        let full = [shape, &[rows, columns]].concat();
        x.broadcast(full.as_slice()).expect("broadcasts").to_owned()
    };
    let (a, b) = (whole(a, m, depth, &shape), whole(b, depth, n, &shape));
    shape.extend([m, n]);
    let rank = shape.len();
    Array::from_shape_fn(IxDyn(&shape), |at| {
        let (mut from_a, mut from_b) = (at.clone(), at.clone());
        let product = |k| {
            from_a[rank - 1] = k;
            from_b[rank - 2] = k;
            a[&from_a] * b[&from_b]
        };
        (0..depth).map(product).sum()
    })
}

fn pool(node: &Node, x: &Array, largest: bool) -> Array {
    let kernel = ints(node, "kernel_shape", &[]);
    let (strides, pads) = (ints(node, "strides", &[1, 1]), ints(node, "pads", &[0; 4]));
    let counted = int(node, "count_include_pad", 0) != 0;
    let side =
        |i: usize| (x.shape()[2 + i] as i64 + pads[i] + pads[i + 2] - kernel[i]) / strides[i] + 1;
    let shape = [
        x.shape()[0],
        x.shape()[1],
        side(0) as usize,
        side(1) as usize,
    ];
    Array::from_shape_fn(IxDyn(&shape), |at| {
        let window = (0..kernel[0]).flat_map(|i| (0..kernel[1]).map(move |j| (i, j)));
        let numbers: Vec<f64> = window
            .filter_map(|(i, j)| {
                let row = at[2] as i64 * strides[0] + i - pads[0];
                let column = at[3] as i64 * strides[1] + j - pads[1];
                inside(x, &[at[0] as i64, at[1] as i64, row, column])
            })
            .collect();
        if largest {
            return numbers.into_iter().fold(f64::MIN, f64::max);
        }
        let count = if counted {
            (kernel[0] * kernel[1]) as usize
        } else {
            numbers.len()
        };
        numbers.iter().sum::<f64>() / count as f64
    })
}
