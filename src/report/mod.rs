//! Counting and comparing: what a model costs, layer by layer, and how two models' answers differ.

mod compare;
mod ledger;
mod remainder;
mod timing;

pub use compare::{
    ClassScore, Comparison, Difference, Summary, compare, difference, first_choice, logits,
    summarize, top,
};
pub use ledger::{Account, Layer, LayerCost, Ledger, Lengths, Totals, account};
pub use remainder::Remainder;
pub use timing::{Timing, timing};
