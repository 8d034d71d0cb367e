//! The browser's door to the core: translates calls and messages, decides nothing.

mod errors;
pub mod messages;
