//! Every operator against ONNX Runtime: `reference/make_ops.py` made the cases and says how they are stored.

#[path = "common/vectors.rs"]
mod vectors;

use bytes::Bytes;
use secateur::engine::{Executor, Options};
use secateur::graph::{Graph, ValueId};
use secateur::onnx;
use secateur::ops::graph::shapes;
use secateur::ops::operator;
use secateur::tensor::{DType, Tensor};
use vectors::{number, record, tensors, text};

struct Case {
    name: String,
    graph: Graph,
    inputs: Vec<Tensor>,
    expected: Vec<Tensor>,
}

fn cases() -> Vec<Case> {
    let mut file = Bytes::from_static(include_bytes!("reference/operators.bin"));
    (0..number(&mut file)).map(|_| case(&mut file)).collect()
}

fn case(file: &mut Bytes) -> Case {
    let name = text(file);
    let graph = onnx::read(record(file)).unwrap_or_else(|e| panic!("{name}: {e}"));
    Case {
        graph,
        inputs: tensors(file),
        expected: tensors(file),
        name,
    }
}

/// Fails unless type and shape are equal and the elements within `tolerance` of each other, relative to the largest.
fn check(name: &str, found: &Tensor, expected: &Tensor, tolerance: f64) {
    assert_eq!(found.dtype(), expected.dtype(), "{name}");
    assert_eq!(found.shape(), expected.shape(), "{name}");
    if !found.dtype().is_float() {
        assert_eq!(found, expected, "{name}");
        return;
    }
    let wide = |t: &Tensor| match t.cast(DType::F64) {
        Some(Tensor::F64(a)) => a,
        _ => unreachable!("floats are floats"),
    };
    let (found, expected) = (wide(found), wide(expected));
    let largest = expected.iter().fold(1.0f64, |max, x| max.max(x.abs()));
    for (at, (x, y)) in found.iter().zip(&expected).enumerate() {
        let close = (x - y).abs() <= tolerance * largest || x == y || x.is_nan() && y.is_nan();
        assert!(close, "{name}: element {at} is {x}, should be {y}");
    }
}

fn tolerance(tensors: &[Tensor]) -> f64 {
    match tensors.iter().any(|t| t.dtype() == DType::F16) {
        true => 2e-3,
        false => 1e-5,
    }
}

#[test]
fn evaluation_agrees_with_onnx_runtime() {
    let cases = cases();
    assert!(cases.len() > 250);
    for case in cases {
        let graph = &case.graph;
        let node = &graph.nodes[0];
        let operator =
            operator(node, graph.opset()).unwrap_or_else(|e| panic!("{}: {e}", case.name));
        let operator = operator.unwrap_or_else(|| panic!("{} is not known", case.name));
        let value = |id: &ValueId| {
            let fed = graph.inputs.iter().position(|input| input == id);
            match fed {
                Some(i) => &case.inputs[i],
                None => graph.constant(*id).unwrap(),
            }
        };
        let inputs: Vec<_> = node
            .inputs
            .iter()
            .map(|id| id.as_ref().map(value))
            .collect();
        let outputs = operator
            .evaluate(&inputs)
            .unwrap_or_else(|e| panic!("{}: {e}", case.name));
        for (found, expected) in outputs.iter().zip(&case.expected) {
            check(&case.name, found, expected, tolerance(&case.inputs));
        }
    }
}

#[test]
fn inferred_shapes_are_the_computed_ones() {
    for mut case in cases() {
        let infer = shapes::infer(&mut case.graph);
        infer.unwrap_or_else(|e| panic!("{}: {e}", case.name));
        for (output, expected) in case.graph.outputs.iter().zip(&case.expected) {
            let value = case.graph.value(*output);
            let ty = value
                .ty
                .as_ref()
                .unwrap_or_else(|| panic!("{} has an unknown type", case.name));
            assert_eq!(ty.dtype, expected.dtype(), "{}", case.name);
            assert_eq!(ty.rank(), expected.shape().len(), "{}", case.name);
            for (dim, &size) in ty.shape.iter().zip(expected.shape()) {
                assert!(
                    dim.known().is_none_or(|n| n == size),
                    "{}: {ty:?}",
                    case.name
                );
            }
        }
    }
}

#[test]
fn the_executor_agrees_with_onnx_runtime() {
    for case in cases() {
        let batch = case.inputs.first().and_then(|x| x.shape().first().copied());
        let options = Options {
            batch: batch.unwrap_or(1),
            ..Options::default()
        };
        let mut executor = match Executor::new(&case.graph, &options) {
            Ok(executor) => executor,
            Err(error) => panic!("{}: {error}", case.name),
        };
        let outputs = executor
            .run(&case.inputs)
            .unwrap_or_else(|e| panic!("{}: {e}", case.name));
        for (found, expected) in outputs.iter().zip(&case.expected) {
            check(
                &case.name,
                found,
                expected,
                tolerance(&case.inputs).max(1e-4),
            );
        }
    }
}
