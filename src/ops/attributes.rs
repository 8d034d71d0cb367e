//! Reading a node's attributes: defaults for what is left out, half-sentences for what is wrong.

use crate::graph::{Attribute, Node};
use crate::message::Message;

/// A node whose attributes are being read.
#[derive(Clone, Copy)]
pub struct Attributes<'a>(pub &'a Node);

impl<'a> Attributes<'a> {
    /// An integer, `None` where it is left out. Errors: the attribute is of another type.
    pub fn optional_int(&self, name: &str) -> Result<Option<i64>, Message> {
        match self.0.attributes.get(name) {
            None => Ok(None),
            Some(Attribute::Int(x)) => Ok(Some(*x)),
            Some(_) => Err(message!("reason-node-needs-integer", name = name)),
        }
    }

    /// An integer. Errors: the attribute is of another type.
    pub fn int(&self, name: &str, default: i64) -> Result<i64, Message> {
        Ok(self.optional_int(name)?.unwrap_or(default))
    }

    /// An integer that may not be left out. Errors: it is, or is of another type.
    pub fn required_int(&self, name: &str) -> Result<i64, Message> {
        let found = self.optional_int(name)?;
        found.ok_or_else(|| message!("reason-node-needs-attribute", name = name))
    }

    /// A number of at least 1.
    pub fn positive(&self, name: &str, default: i64) -> Result<usize, Message> {
        let number = self.int(name, default)?;
        usize::try_from(number)
            .ok()
            .filter(|&n| n >= 1)
            .ok_or_else(|| message!("reason-node-positive", number = number, name = name))
    }

    /// An integer that means yes or no. Errors: the attribute is of another type.
    pub fn flag(&self, name: &str, default: bool) -> Result<bool, Message> {
        Ok(self.int(name, default.into())? != 0)
    }

    /// A number. Errors: the attribute is of another type.
    pub fn float(&self, name: &str, default: f32) -> Result<f32, Message> {
        match self.0.attributes.get(name) {
            None => Ok(default),
            Some(Attribute::Float(x)) => Ok(*x),
            Some(_) => Err(message!("reason-node-needs-number", name = name)),
        }
    }

    /// Numbers, `None` where they are left out. Errors: the attribute is of another type.
    pub fn floats(&self, name: &str) -> Result<Option<Vec<f32>>, Message> {
        match self.0.attributes.get(name) {
            None => Ok(None),
            Some(Attribute::Floats(x)) => Ok(Some(x.clone())),
            Some(_) => Err(message!("reason-node-needs-numbers", name = name)),
        }
    }

    /// Integers, `None` where they are left out. Errors: the attribute is of another type.
    pub fn ints(&self, name: &str) -> Result<Option<Vec<i64>>, Message> {
        match self.0.attributes.get(name) {
            None => Ok(None),
            Some(Attribute::Ints(x)) => Ok(Some(x.clone())),
            Some(_) => Err(message!("reason-node-needs-integers", name = name)),
        }
    }

    /// Numbers that may not be negative.
    pub fn sizes(&self, name: &str) -> Result<Option<Vec<usize>>, Message> {
        let Some(numbers) = self.ints(name)? else {
            return Ok(None);
        };
        let sizes = numbers.iter().map(|&n| {
            usize::try_from(n)
                .map_err(|_| message!("reason-node-negative", number = n, name = name))
        });
        sizes.collect::<Result<_, _>>().map(Some)
    }

    /// A text. Errors: the attribute is of another type.
    pub fn text(&self, name: &str, default: &'a str) -> Result<&'a str, Message> {
        match self.0.attributes.get(name) {
            None => Ok(default),
            Some(Attribute::String(x)) => Ok(x),
            Some(_) => Err(message!("reason-node-needs-text", name = name)),
        }
    }
}
