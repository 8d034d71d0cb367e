//! What operators have in common that keep the shape of their data and store a number for each channel.

use super::{Known, known};
use crate::message::Message;
use std::ops::Range;

/// The output of an operator whose data come first and whose parameters, by their places among its inputs, hold a number for each
/// channel (axis 1): shaped as the data. Errors: data without channels, or a parameter that has another length.
pub fn infer(inputs: &[Option<Known>], parameters: Range<usize>) -> Result<Known, Message> {
    let data = known::needed(inputs, 0)?;
    let channels = data
        .shape()
        .get(1)
        .ok_or(message!("reason-node-needs-channels"))?;
    for i in parameters {
        let parameter = known::needed(inputs, i)?;
        let fits = match (parameter.shape(), channels.known()) {
            ([length], Some(channels)) => length.known() == Some(channels),
            ([length], None) => length.known().is_some(),
            _ => false,
        };
        if !fits {
            return Err(message!(
                "reason-node-norm-channels",
                channels = channels,
                parameter = known::display(parameter.shape())
            ));
        }
    }
    Ok(Known::new(data.dtype(), data.shape().to_vec()))
}
