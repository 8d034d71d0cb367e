//! The commands, a file each: their arguments, and what they answer.

pub mod evaluate;
pub mod inspect;
pub mod prune;
pub mod recover;
pub mod run;
pub mod search;
pub mod sensitivity;
pub mod shrink;
pub mod train;
