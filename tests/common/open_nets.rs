//! Networks that leave the sizes of their pictures open, and compute shapes from them as exporters write it.

use super::{Net, int};
use secateur::graph::{Attribute, Dim, Graph, ValueId};
use secateur::tensor::Tensor;

/// The sizes that the networks here are built at; any even ones do.
pub const BUILT_AT: [usize; 2] = [8, 12];

impl Net {
    /// The length of one axis, as a list of one number.
    fn length(&mut self, x: ValueId, axis: i64) -> ValueId {
        let shape = self.op("Shape", &[x], &[]);
        let axis = self.integers(&[axis]);
        self.op("Gather", &[shape, axis], &[("axis", int(0))])
    }

    /// The same elements in a shape of these lists, joined.
    fn reshaped(&mut self, x: ValueId, sizes: &[ValueId]) -> ValueId {
        let target = self.concat(sizes, 0);
        self.op("Reshape", &[x, target], &[])
    }
}

/// Calls the axes of the one input by these names, and forgets all other shapes.
pub fn with_open_axes(mut graph: Graph, names: [&str; 4]) -> Graph {
    let input = graph.inputs[0];
    for value in graph.values.iter_mut().filter(|v| v.constant.is_none()) {
        let shape = value.ty.take();
        if value.name == "x0" {
            let mut ty = shape.expect("the input has a shape");
            for (dim, name) in ty.shape.iter_mut().zip(names) {
                if !name.is_empty() {
                    *dim = Dim::symbol(name);
                }
            }
            value.ty = Some(ty);
        }
    }
    assert_eq!(graph.value(input).name, "x0");
    graph
}

/// Tokens of the picture's places and back, windows of 2 × 2 places, a resize to the picture's size, a border and a crop that follow
/// from it, a stretched vector: all shapes computed from the input's. Ends in a map of the picture's size and in 5 classes.
pub fn open_net(seed: u64) -> Graph {
    let mut net = Net::new(seed);
    let [height, width] = BUILT_AT;
    let picture = net.input(&[2, 3, 2 * height, 2 * width]);
    let x = net.conv_with(picture, 16, 3, 1, 2, 1, true);
    let x = net.relu(x);
    let [n, h, w] = [0, 2, 3].map(|axis| net.length(x, axis));

    // To a row of tokens, and back to a picture.
    let places = net.op("Mul", &[h, w], &[]);
    let c = net.integers(&[16]);
    let t = net.reshaped(x, &[n, c, places]);
    let t = net.transpose(t, &[0, 2, 1]);
    let t = net.linear_3d(t, 24);
    let t = net.relu(t);
    let t = net.transpose(t, &[0, 2, 1]);
    let c = net.integers(&[24]);
    let x = net.reshaped(t, &[n, c, h, w]);

    // Windows of 2 × 2 places, normalized each, and back.
    let two = net.integers(&[2]);
    let [rows, columns] = [h, w].map(|length| net.op("Div", &[length, two], &[]));
    let t = net.reshaped(x, &[n, c, rows, two, columns, two]);
    let t = net.transpose(t, &[0, 2, 4, 1, 3, 5]);
    let t = net.op("Softmax", &[t], &[("axis", int(-1))]);
    let t = net.transpose(t, &[0, 3, 1, 4, 2, 5]);
    let t = net.reshaped(t, &[n, c, h, w]);
    let x = net.add(x, t);
    let x = net.conv(x, 20, 1);

    // A vector in every place.
    let vector = net.weight(&[1, 20, 1, 1]);
    let one = net.integers(&[20]);
    let target = net.concat(&[n, one, h, w], 0);
    let stretched = net.op("Expand", &[vector, target], &[]);
    let x = net.add(x, stretched);

    // To the picture's size.
    let [wide_n, wide_c] = [0, 1].map(|axis| net.length(x, axis));
    let [high, wide] = [2, 3].map(|axis| net.length(picture, axis));
    let sizes = net.concat(&[wide_n, wide_c, high, wide], 0);
    let nothing = net.constant(Tensor::from_f32(&[0], Vec::new()));
    let mode = [("mode", Attribute::String("nearest".into()))];
    let x = net.op("Resize", &[x, nothing, nothing, sizes], &mode);

    // A border of a quarter of the height, cropped again.
    let four = net.integers(&[4]);
    let border = net.op("Div", &[h, four], &[]);
    let zero = net.integers(&[0]);
    let pads = net.concat(&[zero, zero, border, zero, zero, zero, zero, zero], 0);
    let x = net.op("Pad", &[x, pads], &[]);
    let x = net.conv(x, 12, 3);
    let x = net.relu(x);
    let axis = net.integers(&[2]);
    let map = net.op("Slice", &[x, zero, high, axis], &[]);

    let map = net.conv(map, 4, 1);
    let classes = net.classifier(x, 5);
    net.finish(&[map, classes])
}
