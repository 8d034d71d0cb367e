//! Channels into blocks of the image, and back.

use super::attributes::Attributes;
use super::coupling::{Axis, IndexMap, Rule};
use super::lowering::KernelContext;
use super::uniform::Slice;
use super::{Known, Operator, doubles, known, places};
use crate::graph::{Dim, Node, Product};
use crate::kernels::Kernel;
use crate::kernels::copy::Gathered;
use crate::kernels::strided;
use crate::message::Message;
use crate::tensor::Tensor;

/// `DepthToSpace` or `SpaceToDepth` of (batch, channels, height, width), with blocks of `side` × `side`.
#[derive(Debug, Clone, PartialEq)]
pub struct Blocks {
    pub side: usize,
    pub order: Order,
}

/// What the many channels are, from the slowest index to the fastest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `DepthToSpace` in mode DCR: the place in the block, then the channel of the large image.
    BlockFirst,
    /// `DepthToSpace` in mode CRD: the channel of the large image, then the place in the block.
    ChannelFirst,
    /// `SpaceToDepth`: the place in the block, then the channel of the large image.
    ToDepth,
}

impl Blocks {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        attributes.required_int("blocksize")?;
        let order = match (node.op_type.as_str(), attributes.text("mode", "DCR")?) {
            ("SpaceToDepth", _) => Order::ToDepth,
            (_, "DCR") => Order::BlockFirst,
            (_, "CRD") => Order::ChannelFirst,
            (_, mode) => return Err(message!("reason-node-unknown-mode", mode = mode)),
        };
        Ok(Blocks {
            side: attributes.positive("blocksize", 1)?,
            order,
        })
    }

    /// Which channel of the large image each of the many channels shows a part of, and which part.
    fn channel(&self, deep: usize, channels: usize) -> (usize, usize) {
        let square = self.side * self.side;
        match self.order {
            Order::ChannelFirst => (deep / square, deep % square),
            Order::BlockFirst | Order::ToDepth => (deep % channels, deep / channels),
        }
    }
}

impl Operator for Blocks {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let [batch, channels, rows, columns] = x.shape() else {
            return Err(doubles::inconsistent());
        };
        let square = self
            .side
            .checked_mul(self.side)
            .ok_or_else(doubles::inconsistent)?;
        let times = |dim: &Dim, by: usize| {
            let product = Product::of(&[dim.clone(), by.into()]);
            product.map_or_else(|| Err(doubles::inconsistent()), |product| Ok(product.dim()))
        };
        let part = |dim: &Dim, by: usize| match dim.known() {
            Some(size) if !size.is_multiple_of(by) => Err(doubles::inconsistent()),
            Some(size) => Ok(Dim::Known(size / by)),
            None => Ok(Dim::unnamed()),
        };
        let sizes = match self.order {
            Order::ToDepth => [
                times(channels, square)?,
                part(rows, self.side)?,
                part(columns, self.side)?,
            ],
            _ => [
                part(channels, square)?,
                times(rows, self.side)?,
                times(columns, self.side)?,
            ],
        };
        let [channels, rows, columns] = sizes;
        let shape = vec![batch.clone(), channels, rows, columns];
        Ok(vec![Known::new(x.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let x = known::tensor(inputs, 0)?;
        let steps = places::strides(x.shape());
        let mut sources = Vec::with_capacity(x.len());
        places::each(&shape, |at| {
            let [sample, channel, row, column] = at else {
                return;
            };
            let place = match self.order {
                Order::ToDepth => {
                    let (from, part) = self.channel(*channel, x.shape()[1]);
                    let (down, right) = (part / self.side, part % self.side);
                    [
                        *sample,
                        from,
                        row * self.side + down,
                        column * self.side + right,
                    ]
                }
                order => {
                    let part = row % self.side * self.side + column % self.side;
                    let deep = match order {
                        Order::ChannelFirst => channel * self.side * self.side + part,
                        _ => part * shape[1] + channel,
                    };
                    [*sample, deep, row / self.side, column / self.side]
                }
            };
            sources.push(place.iter().zip(&steps).map(|(i, step)| i * step).sum());
        });
        Ok(vec![doubles::moved(x, &shape, &sources)?])
    }

    /// Each channel of the large image goes with the `side`² channels that make it.
    fn couple(&self, rule: &mut Rule<'_>) {
        let why = rule.across();
        let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0)) else {
            return;
        };
        let (deep, large) = match self.order {
            Order::ToDepth => (out, data),
            _ => (data, out),
        };
        let (Some(count), Some(channels)) = (rule.size(deep, 1), rule.size(large, 1)) else {
            return rule.freeze_all(&why);
        };
        rule.same(Axis::of(data, 0), Axis::of(out, 0));
        let table: Vec<usize> = (0..count).map(|at| self.channel(at, channels).0).collect();
        let map = IndexMap::identity().table(table);
        rule.link(Axis::of(deep, 1), Axis::of(large, 1), map);
        for value in [data, out] {
            for axis in 2..rule.rank(value) {
                rule.freeze(Axis::of(value, axis), &why);
            }
        }
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        match slice.axis {
            1 => slice.carried(),
            _ => None,
        }
    }

    /// A transposition with rows, columns and channels taken apart.
    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let (Some(shape), &[batch, channels, rows, columns]) =
            (context.shape(0), &context.outputs[0][..])
        else {
            return Ok(None);
        };
        let &[sample, channel, row, column] = &strided::strides(shape)[..] else {
            return Ok(None);
        };
        let side = self.side as isize;
        let (lengths, steps) = match self.order {
            Order::ToDepth => (
                [batch, self.side, self.side, shape[1], rows, columns],
                [sample, row, column, channel, side * row, side * column],
            ),
            order => {
                let (own, part) = match order {
                    Order::ChannelFirst => (side * side * channel, channel),
                    _ => (channel, channels as isize * channel),
                };
                (
                    [
                        batch,
                        channels,
                        rows / self.side,
                        self.side,
                        columns / self.side,
                        self.side,
                    ],
                    [sample, own, row, side * part, column, part],
                )
            }
        };
        Ok(Some(Box::new(Gathered::new(&lengths, 0, &steps))))
    }
}
