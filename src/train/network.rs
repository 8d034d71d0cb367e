//! A small network to begin with: the classroom's, untrained.

use crate::error::{Error, Result};
use crate::graph::{Attribute, Dim, Graph, Node, TensorType, Value, ValueId};
use crate::onnx::{OpenOptions, open, write};
use crate::random::SplitMix64;
use crate::tensor::{DType, Tensor};
use std::sync::Arc;

const OPSET: i64 = 17;
const IR_VERSION: i64 = 8;

/// A residual network of every construct that pruning has to respect: plain, depthwise and pointwise convolutions, each
/// with BatchNormalization, sums around them, and a classifier behind a global mean.
///
/// `channels` and `size` (width, height) are the pictures', `width` the channels after the first convolution; each of the
/// two reductions doubles them. With a width of 16 and ten classes it has about 116,000 parameters. Weights begin as He et
/// al. (“Delving Deep into Rectifiers”, ICCV 2015) draw them, evenly; the last scale of each residual branch begins at zero
/// (Goyal et al. 2017, arXiv 1706.02677).
///
/// Errors: [`Error::BadInput`] for pictures of fewer than 4 pixels a side, or without channels, width or classes.
pub fn small_network(
    channels: usize,
    size: [usize; 2],
    width: usize,
    classes: usize,
    seed: u32,
) -> Result<Graph> {
    if size[0].min(size[1]) < 4 || channels == 0 || width == 0 || classes < 2 {
        return Err(Error::BadInput(message!("error-network-to-train")));
    }
    let mut sketch = Sketch::new(seed);
    let x = sketch.input(channels, size);
    let x = sketch.conv("stem", x, Filters::of(channels, width, 3));
    let x = sketch.relu("stem", x);
    let x = sketch.conv("down1", x, Filters::of(width, 2 * width, 3).stride(2));
    let x = sketch.relu("down1", x);
    let x = sketch.inverted("block1", x, 2 * width);
    let x = sketch.conv(
        "down2.depthwise",
        x,
        Filters::depthwise(2 * width).stride(2),
    );
    let x = sketch.relu("down2.depthwise", x);
    let x = sketch.conv("down2", x, Filters::of(2 * width, 4 * width, 1));
    let x = sketch.relu("down2", x);
    let x = sketch.residual("block2", x, 4 * width);
    let x = sketch.inverted("block3", x, 4 * width);
    let x = sketch.conv("head", x, Filters::of(4 * width, 8 * width, 1));
    let x = sketch.relu("head", x);
    let x = sketch.node("GlobalAveragePool", "pool", vec![x], &[]);
    let x = sketch.node("Flatten", "flatten", vec![x], &[]);
    sketch.classifier(x, 8 * width, classes);
    sketch.finish()
}

/// The filters of a convolution.
#[derive(Clone, Copy)]
struct Filters {
    inputs: usize,
    outputs: usize,
    kernel: usize,
    stride: usize,
    groups: usize,
}

impl Filters {
    fn of(inputs: usize, outputs: usize, kernel: usize) -> Self {
        Filters {
            inputs,
            outputs,
            kernel,
            stride: 1,
            groups: 1,
        }
    }

    fn depthwise(channels: usize) -> Self {
        Filters {
            groups: channels,
            ..Filters::of(channels, channels, 3)
        }
    }

    fn stride(self, stride: usize) -> Self {
        Filters { stride, ..self }
    }
}

/// A graph under construction; opening it as a file checks it and finds its shapes.
struct Sketch {
    graph: Graph,
    random: SplitMix64,
}

impl Sketch {
    fn new(seed: u32) -> Self {
        let mut graph = Graph {
            name: "small residual network".into(),
            ir_version: IR_VERSION,
            producer_name: "secateur".into(),
            producer_version: env!("CARGO_PKG_VERSION").into(),
            ..Graph::default()
        };
        graph.opsets.insert(String::new(), OPSET);
        Sketch {
            graph,
            random: SplitMix64(u64::from(seed)),
        }
    }

    fn value(&mut self, name: &str, ty: Option<TensorType>, tensor: Option<Tensor>) -> ValueId {
        self.graph.values.push(Value {
            name: name.into(),
            ty,
            constant: tensor.map(Arc::new),
            ..Value::default()
        });
        ValueId(self.graph.values.len() as u32 - 1)
    }

    fn input(&mut self, channels: usize, [width, height]: [usize; 2]) -> ValueId {
        let batch = Dim::symbol("batch");
        let shape = vec![batch, channels.into(), height.into(), width.into()];
        let input = self.value("image", Some(TensorType::new(DType::F32, shape)), None);
        self.graph.inputs.push(input);
        input
    }

    /// Weights drawn evenly with the variance `2 / fan_in`.
    fn weights(&mut self, name: &str, shape: &[usize], fan_in: usize) -> ValueId {
        let bound = (6.0 / fan_in as f32).sqrt();
        let count = shape.iter().product();
        let numbers = (0..count).map(|_| bound * self.random.between()).collect();
        self.value(name, None, Some(Tensor::from_f32(shape, numbers)))
    }

    fn filled(&mut self, name: &str, count: usize, number: f32) -> ValueId {
        let tensor = Tensor::from_f32(&[count], vec![number; count]);
        self.value(name, None, Some(tensor))
    }

    fn node(
        &mut self,
        op_type: &str,
        name: &str,
        inputs: Vec<ValueId>,
        attributes: &[(&str, Attribute)],
    ) -> ValueId {
        let output = self.value(&format!("{name}.out"), None, None);
        let attributes = attributes.iter();
        self.graph.nodes.push(Node {
            name: name.into(),
            domain: String::new(),
            op_type: op_type.into(),
            inputs: inputs.into_iter().map(Some).collect(),
            outputs: vec![Some(output)],
            attributes: attributes
                .map(|(name, value)| ((*name).into(), value.clone()))
                .collect(),
            captures: Vec::new(),
        });
        output
    }

    /// A convolution that keeps sides (or halves them), and its normalization.
    fn conv(&mut self, name: &str, x: ValueId, filters: Filters) -> ValueId {
        self.conv_scaled(name, x, filters, 1.0)
    }

    fn conv_scaled(&mut self, name: &str, x: ValueId, filters: Filters, scale: f32) -> ValueId {
        let Filters {
            inputs,
            outputs,
            kernel,
            stride,
            groups,
        } = filters;
        let each = inputs / groups;
        let shape = [outputs, each, kernel, kernel];
        let weights = self.weights(&format!("{name}.weight"), &shape, each * kernel * kernel);
        let ints = |x: usize, count: usize| Attribute::Ints(vec![x as i64; count]);
        let attributes = [
            ("kernel_shape", ints(kernel, 2)),
            ("pads", ints(kernel / 2, 4)),
            ("strides", ints(stride, 2)),
            ("group", Attribute::Int(groups as i64)),
        ];
        let x = self.node("Conv", name, vec![x, weights], &attributes);
        let of_norm = [
            ("scale", scale),
            ("shift", 0.0),
            ("mean", 0.0),
            ("variance", 1.0),
        ];
        let mut read = vec![x];
        for (what, number) in of_norm {
            read.push(self.filled(&format!("{name}.norm.{what}"), outputs, number));
        }
        self.node("BatchNormalization", &format!("{name}.norm"), read, &[])
    }

    fn relu(&mut self, name: &str, x: ValueId) -> ValueId {
        self.node("Relu", &format!("{name}.relu"), vec![x], &[])
    }

    /// Two plain convolutions beside a shortcut.
    fn residual(&mut self, name: &str, x: ValueId, channels: usize) -> ValueId {
        let (first, second) = (format!("{name}.conv1"), format!("{name}.conv2"));
        let filters = Filters::of(channels, channels, 3);
        let y = self.conv(&first, x, filters);
        let y = self.relu(&first, y);
        let y = self.conv_scaled(&second, y, filters, 0.0);
        let sum = self.node("Add", &format!("{name}.add"), vec![x, y], &[]);
        self.relu(name, sum)
    }

    /// Wider, depthwise, and back, beside a shortcut (Sandler et al., “MobileNetV2”, CVPR 2018).
    fn inverted(&mut self, name: &str, x: ValueId, channels: usize) -> ValueId {
        let (wide, depthwise) = (format!("{name}.wide"), format!("{name}.depthwise"));
        let y = self.conv(&wide, x, Filters::of(channels, 2 * channels, 1));
        let y = self.relu(&wide, y);
        let y = self.conv(&depthwise, y, Filters::depthwise(2 * channels));
        let y = self.relu(&depthwise, y);
        let back = Filters::of(2 * channels, channels, 1);
        let y = self.conv_scaled(&format!("{name}.narrow"), y, back, 0.0);
        self.node("Add", &format!("{name}.add"), vec![x, y], &[])
    }

    fn classifier(&mut self, x: ValueId, inputs: usize, classes: usize) {
        let weights = self.weights("classifier.weight", &[classes, inputs], 2 * inputs);
        let bias = self.filled("classifier.bias", classes, 0.0);
        let rows = [("transB", Attribute::Int(1))];
        let logits = self.node("Gemm", "classifier", vec![x, weights, bias], &rows);
        self.graph.value_mut(logits).name = "logits".into();
        let shape = vec![Dim::symbol("batch"), classes.into()];
        self.graph.value_mut(logits).ty = Some(TensorType::new(DType::F32, shape));
        self.graph.outputs.push(logits);
    }

    fn finish(self) -> Result<Graph> {
        let bytes = write(&self.graph)?;
        Ok(open(bytes.into(), &OpenOptions::default())?.graph)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classrooms_network() {
        let graph = small_network(1, [28, 28], 16, 10, 1).unwrap();
        let stored = graph.values.iter().filter_map(|v| v.constant.as_ref());
        let numbers: usize = stored.map(|t| t.shape().iter().product::<usize>()).sum();
        assert!((100_000..150_000).contains(&numbers), "{numbers}");
        let logits = graph.value(graph.outputs[0]).ty.as_ref().unwrap();
        assert_eq!(logits.shape, [Dim::symbol("batch"), Dim::Known(10)]);
    }

    #[test]
    fn what_can_not_be_built_is_refused() {
        assert!(small_network(1, [3, 28], 16, 10, 1).is_err());
        assert!(small_network(1, [28, 28], 16, 1, 1).is_err());
    }
}
