//! The messages that cross the boundary to the browser, each declared once: its TypeScript type is generated from it. Fields
//! mean what the core's reports say they mean. What the core's own types say already crosses as it is.

pub mod comparison;
pub mod criteria;
pub mod cut;
pub mod data_parallel;
pub mod layer;
pub mod model;
pub mod pictures;
pub mod probing;
pub mod recovery;
pub mod shrink;
pub mod task;
