//! Networks that several tests look at: small ones, and well-known ones, layer by layer as their papers and torchvision have
//! them.

use super::{Net, int, ints, with_open_batch};
use secateur::graph::{Graph, ValueId};
use secateur::tensor::Tensor;

/// A layer of a [`chain`].
#[derive(Clone, Copy)]
pub enum Layer {
    /// A convolution to so many channels by a square kernel of this side, with a border that keeps the size.
    Conv(usize, usize),
    /// A 3×3 convolution to so many channels that halves the size.
    Halved(usize),
    /// A 3×3 convolution to so many channels in so many groups.
    Grouped(usize, usize),
    Norm,
    Relu,
    /// The mean over all places.
    Pool,
    Flatten,
    Linear(usize),
}

/// A network of layers one after the other, with random weights.
pub fn chain(seed: u64, input: &[usize], layers: &[Layer]) -> Graph {
    let mut net = Net::new(seed);
    let input = net.input(input);
    let output = layers.iter().fold(input, |x, layer| match *layer {
        Layer::Conv(out, side) => net.conv(x, out, side),
        Layer::Halved(out) => net.conv_with(x, out, 3, 1, 2, 1, true),
        Layer::Grouped(out, groups) => net.conv_with(x, out, 3, groups, 1, 1, true),
        Layer::Norm => net.batch_norm(x),
        Layer::Relu => net.relu(x),
        Layer::Pool => net.pool(x),
        Layer::Flatten => net.flatten(x),
        Layer::Linear(out) => net.linear(x, out),
    });
    net.finish(&[output])
}

/// Tells red, green and blue pictures of 8 × 8 apart by the first 3 channels of each of its two 1×1 convolutions, which have so
/// many; the other weights are noise.
pub fn tells_colors([first, second]: [usize; 2]) -> Graph {
    let mut net = Net::new(7);
    let mut matrix = |rows: usize, columns: usize, strength: f32, axes: usize| {
        let noise = net.random.tensor(&[rows, columns]);
        let mut weights: Vec<f32> = noise.floats().unwrap().iter().map(|x| x * 0.01).collect();
        for i in 0..3 {
            weights[i * columns + i] = strength;
        }
        let mut shape = vec![rows, columns];
        shape.resize(axes, 1);
        net.constant(Tensor::from_f32(&shape, weights))
    };
    let convolutions = [matrix(first, 3, 1.0, 4), matrix(second, first, 1.0, 4)];
    let last = matrix(3, second, 8.0, 2);
    let mut y = net.input(&[1, 3, 8, 8]);
    for weights in convolutions {
        y = net.conv_of(&[y, weights], 1, 1, 0);
        y = net.relu(y);
    }
    let y = net.pool(y);
    let y = net.flatten(y);
    let logits = net.op("Gemm", &[y, last], &[("transB", int(1))]);
    with_open_batch(net.finish(&[logits]))
}

fn conv_bn(
    net: &mut Net,
    x: ValueId,
    out: usize,
    k: usize,
    group: usize,
    stride: usize,
) -> ValueId {
    let y = net.conv_with(x, out, k, group, stride, k / 2, false);
    net.batch_norm(y)
}

fn stem(net: &mut Net, x: ValueId) -> ValueId {
    let y = conv_bn(net, x, 64, 7, 1, 2);
    let y = net.relu(y);
    max_pool(net, y, 3, 2, 1)
}

pub fn max_pool(net: &mut Net, x: ValueId, k: i64, stride: i64, pad: i64) -> ValueId {
    let attributes = [
        ("kernel_shape", ints(&[k, k])),
        ("strides", ints(&[stride, stride])),
        ("pads", ints(&[pad; 4])),
    ];
    net.op("MaxPool", &[x], &attributes)
}

/// He et al. 2016, basic blocks.
pub fn resnet18(mut net: Net, size: usize) -> Graph {
    let x = net.input(&[1, 3, size, size]);
    let mut y = stem(&mut net, x);
    for (stage, width) in [64, 128, 256, 512].into_iter().enumerate() {
        for block in 0..2 {
            let stride = if stage > 0 && block == 0 { 2 } else { 1 };
            let main = conv_bn(&mut net, y, width, 3, 1, stride);
            let main = net.relu(main);
            let main = conv_bn(&mut net, main, width, 3, 1, 1);
            if stride == 2 {
                y = conv_bn(&mut net, y, width, 1, 1, 2);
            }
            y = net.add(main, y);
            y = net.relu(y);
        }
    }
    let y = net.classifier(y, 1000);
    net.finish(&[y])
}

/// He et al. 2016, bottlenecks with the stride at the 3×3 (as torchvision has it).
pub fn resnet50(mut net: Net, size: usize) -> Graph {
    let x = net.input(&[1, 3, size, size]);
    let mut y = stem(&mut net, x);
    for (stage, (width, blocks)) in [(64, 3), (128, 4), (256, 6), (512, 3)]
        .into_iter()
        .enumerate()
    {
        for block in 0..blocks {
            let stride = if stage > 0 && block == 0 { 2 } else { 1 };
            let main = conv_bn(&mut net, y, width, 1, 1, 1);
            let main = net.relu(main);
            let main = conv_bn(&mut net, main, width, 3, 1, stride);
            let main = net.relu(main);
            let main = conv_bn(&mut net, main, 4 * width, 1, 1, 1);
            if block == 0 {
                y = conv_bn(&mut net, y, 4 * width, 1, 1, stride);
            }
            y = net.add(main, y);
            y = net.relu(y);
        }
    }
    let y = net.classifier(y, 1000);
    net.finish(&[y])
}

fn relu6(net: &mut Net, x: ValueId) -> ValueId {
    let low = net.constant(secateur::tensor::Tensor::from_f32(&[], vec![0.0]));
    let high = net.constant(secateur::tensor::Tensor::from_f32(&[], vec![6.0]));
    net.op("Clip", &[x, low, high], &[])
}

/// Sandler et al. 2018.
pub fn mobilenet_v2(mut net: Net, size: usize) -> Graph {
    let x = net.input(&[1, 3, size, size]);
    let y = conv_bn(&mut net, x, 32, 3, 1, 2);
    let mut y = relu6(&mut net, y);
    let stages = [
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ];
    for (expand, width, blocks, stride) in stages {
        for block in 0..blocks {
            let stride = if block == 0 { stride } else { 1 };
            let channels = net.dims(y)[1];
            let mut main = y;
            if expand > 1 {
                main = conv_bn(&mut net, main, expand * channels, 1, 1, 1);
                main = relu6(&mut net, main);
            }
            main = conv_bn(
                &mut net,
                main,
                expand * channels,
                3,
                expand * channels,
                stride,
            );
            main = relu6(&mut net, main);
            main = conv_bn(&mut net, main, width, 1, 1, 1);
            y = if stride == 1 && channels == width {
                net.add(y, main)
            } else {
                main
            };
        }
    }
    let y = conv_bn(&mut net, y, 1280, 1, 1, 1);
    let y = relu6(&mut net, y);
    let y = net.classifier(y, 1000);
    net.finish(&[y])
}

/// Simonyan & Zisserman 2015, configuration A.
pub fn vgg11(mut net: Net, size: usize) -> Graph {
    let mut y = net.input(&[1, 3, size, size]);
    for stage in [&[64][..], &[128], &[256, 256], &[512, 512], &[512, 512]] {
        for &width in stage {
            y = net.conv(y, width, 3);
            y = net.relu(y);
        }
        y = max_pool(&mut net, y, 2, 2, 0);
    }
    y = net.flatten(y);
    for width in [4096, 4096] {
        y = net.linear(y, width);
        y = net.relu(y);
    }
    let y = net.linear(y, 1000);
    net.finish(&[y])
}
