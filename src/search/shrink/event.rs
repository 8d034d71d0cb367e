//! What is told while everything is chosen by the machine.

use super::shrunk::Shrunk;
use super::strategy::Strategy;
use super::tried::Tried;
use crate::eval::Metrics;
use crate::message::Message;
use crate::recover;
use crate::task::Progress;
use serde::Serialize;

#[derive(Debug)]
pub enum ShrinkEvent {
    Progress(Progress),
    /// How good the original is on the photos that models are chosen by.
    Original(Metrics),
    Trying(Attempted),
    /// What came of the strategy that was being tried.
    Tried(Box<Tried>),
    /// The strategy that was being tried can't cut this model so far, for this reason.
    Impossible(Strategy, Message),
    /// The best model is trained from the next step on; its file, for the replicas elsewhere.
    Training(Vec<u8>),
    /// What comes out, before it is tested.
    Shrunk(Box<Shrunk>),
    /// A cut is reconstructed, or the best model is trained.
    Recovery(recover::Event),
}

/// A strategy that is being tried.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Attempted {
    pub strategy: Strategy,
    /// The share of the original that is asked for.
    pub share: f64,
    /// Its number among the strategies that are tried at this share, from 1 on, and how many they are.
    pub number: usize,
    pub of: usize,
}

impl From<Progress> for ShrinkEvent {
    fn from(progress: Progress) -> Self {
        ShrinkEvent::Progress(progress)
    }
}

impl From<recover::Event> for ShrinkEvent {
    fn from(event: recover::Event) -> Self {
        match event {
            recover::Event::Progress(progress) => ShrinkEvent::Progress(progress),
            event => ShrinkEvent::Recovery(event),
        }
    }
}
