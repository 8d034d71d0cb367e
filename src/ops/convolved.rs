//! What a convolution and a transposed convolution read alike from their inputs: data (batch, channels, spatial…), stored weights,
//! and an optional bias.

use super::coupling::{Axis, Rule};
use super::narrow::{Change, Narrowing};
use super::uniform::Slice;
use super::{Known, known};
use crate::graph::{Attribute, Dim, ValueId};
use crate::message::Message;

/// The shapes that a convolution works on.
pub struct Operands {
    pub batch: Dim,
    pub channels: Dim,
    /// The data's lengths along the spatial axes.
    pub spatial: Vec<Dim>,
    /// The lengths of the weights' first two axes, which hold channels.
    pub filters: [usize; 2],
    /// The lengths of the weights' other axes, one for each spatial axis.
    pub kernel: Vec<usize>,
}

impl Operands {
    /// `None` where the shape of the weights is not known. Errors: data without a batch and channels, or weights that have too few
    /// axes or not as many as the data.
    pub fn new(inputs: &[Option<Known>]) -> Result<Option<Self>, Message> {
        let (x, w) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        let [batch, channels, spatial @ ..] = x.shape() else {
            return Err(message!(
                "reason-node-needs-batch",
                shape = known::display(x.shape())
            ));
        };
        let Some(weights) = w.ty.known_shape() else {
            return Ok(None);
        };
        let [first, second, kernel @ ..] = &weights[..] else {
            return Err(message!(
                "reason-node-weights-axes",
                weights = format!("{weights:?}")
            ));
        };
        if kernel.len() != spatial.len() {
            return Err(message!(
                "reason-node-weights",
                weights = format!("{weights:?}"),
                data = known::display(x.shape())
            ));
        }
        Ok(Some(Operands {
            batch: batch.clone(),
            channels: channels.clone(),
            spatial: spatial.to_vec(),
            filters: [*first, *second],
            kernel: kernel.to_vec(),
        }))
    }

    /// The shape of the weights, for a message.
    pub fn weights(&self) -> String {
        format!("{:?}", [&self.filters[..], &self.kernel].concat())
    }
}

/// Checks that the bias, if there is one, holds a number for each output channel.
pub fn check_bias(inputs: &[Option<Known>], filters: usize) -> Result<(), Message> {
    match known::given(inputs, 2) {
        Some(bias) if bias.shape() != [Dim::Known(filters)] => Err(message!(
            "reason-node-bias",
            filters = filters,
            shape = known::display(bias.shape())
        )),
        _ => Ok(()),
    }
}

/// What a convolution gives: batch and output channels, then the lengths of the spatial axes.
pub fn output(
    inputs: &[Option<Known>],
    batch: Dim,
    filters: usize,
    spatial: impl IntoIterator<Item = Dim>,
) -> Result<Vec<Known>, Message> {
    let axes = [batch, Dim::Known(filters)];
    let shape = axes.into_iter().chain(spatial).collect();
    Ok(vec![Known::new(known::needed(inputs, 0)?.dtype(), shape)])
}

/// The axes of a convolution's channels, and how many there are.
pub struct Channels {
    pub stored: ValueId,
    /// Of the data.
    pub read: Axis,
    /// Of the output.
    pub made: Axis,
    pub inputs: usize,
    pub outputs: usize,
}

impl Channels {
    /// Freezes what no convolution can lose, couples the bias, and gives the axes of which channels can go; `None` where all is
    /// frozen.
    pub fn couple(rule: &mut Rule<'_>) -> Option<Self> {
        let node = rule.node;
        let (data, stored, out) = (node.input(0)?, node.input(1)?, node.output(0)?);
        if !rule.is_stored_float(stored) {
            rule.freeze_all(&message!("reason-frozen-computed-weights"));
            return None;
        }
        rule.per_sample(&message!("reason-frozen-convolution"));
        for axis in 2..rule.rank(stored) {
            rule.freeze(
                Axis::of(stored, axis),
                &message!("reason-frozen-kernel-side"),
            );
        }
        let (Some(inputs), Some(outputs)) = (rule.size(data, 1), rule.size(out, 1)) else {
            rule.freeze_all(&message!("reason-frozen-unknown-channels"));
            return None;
        };
        if let Some(bias) = node.input(2) {
            rule.same(Axis::of(out, 1), Axis::of(bias, 0));
        }
        Some(Channels {
            stored,
            read: Axis::of(data, 1),
            made: Axis::of(out, 1),
            inputs,
            outputs,
        })
    }
}

/// Filters that are all zero leave the bias.
pub fn uniform(slice: &Slice<'_>) -> Option<f32> {
    match slice.node.input(2) {
        _ if slice.axis != 1 => None,
        None => Some(0.0),
        Some(_) => slice.input_at(2, 0, slice.index),
    }
}

/// A depthwise convolution that loses channels has as many groups fewer.
pub fn rewrite(narrowing: &Narrowing<'_>, group: usize) -> Vec<Change> {
    let Some(data) = narrowing.node.input(0) else {
        return Vec::new();
    };
    let is_depthwise = group > 1 && narrowing.length(data, 1) == Some(group);
    match narrowing.kept(data, 1) {
        Some(kept) if is_depthwise => {
            let group = Attribute::Int(kept.len() as i64);
            vec![Change::Attribute("group", group)]
        }
        _ => Vec::new(),
    }
}
