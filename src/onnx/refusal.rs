//! How a file is refused.

use crate::message::Message;
use crate::{Error, Result};

/// The error for a model that contradicts itself.
pub fn bad<T>(message: Message) -> Result<T> {
    Err(Error::BadModel(message))
}
