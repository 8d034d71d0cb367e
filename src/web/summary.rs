//! The message that describes an opened model.

use crate::api::model::ModelSummary;
use crate::data::guess::Guess;
use crate::data::outputs;
use crate::data::preset::Preset;
use crate::graph::{Dim, Graph, ValueId};
use crate::message::Message;
use crate::prune::model_info::ModelInfo;
use crate::prune::session::Session;

/// `name` is the file's.
pub fn summary(session: &Session, name: &str, warnings: Vec<Message>) -> ModelSummary {
    let (graph, bytes) = (session.graph(), session.file_bytes());
    let mut model_info = ModelInfo::new(graph, session.groups(), bytes, warnings);
    model_info.name = name.into();
    let guess = guess(graph);
    ModelSummary {
        model_info,
        classes: outputs(graph),
        preset: guess.preset,
        preset_notes: guess.notes,
    }
}

fn guess(graph: &Graph) -> Guess {
    let shape = |v: Option<&ValueId>| -> Vec<Dim> {
        let ty = v.and_then(|&v| graph.value(v).ty.as_ref());
        ty.map(|ty| ty.shape.clone()).unwrap_or_default()
    };
    let classes = shape(graph.outputs.first()).last().and_then(Dim::known);
    Preset::guess(&shape(graph.inputs.first()), classes)
}
