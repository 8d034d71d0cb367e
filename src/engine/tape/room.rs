//! Memory for learning, and an error where there is none: an allocation that fails can't be caught in a browser.

use crate::error::{Error, Result};

/// An empty list with room for so many numbers.
///
/// Fails with [`Error::TooLarge`], as all in this file, where there is no memory for them.
pub(crate) fn room(length: usize) -> Result<Vec<f32>> {
    let mut numbers = Vec::new();
    numbers
        .try_reserve_exact(length)
        .map_err(|_| Error::TooLarge(message!("error-training-too-large")))?;
    Ok(numbers)
}

pub(crate) fn zeros(length: usize) -> Result<Vec<f32>> {
    let mut numbers = room(length)?;
    numbers.resize(length, 0.0);
    Ok(numbers)
}

pub(crate) fn copy(numbers: &[f32]) -> Result<Vec<f32>> {
    let mut own = room(numbers.len())?;
    own.extend_from_slice(numbers);
    Ok(own)
}
