//! The message that describes an opened model.

use super::messages::{GroupInfo, KeptRow, LayerInfo, ModelSummary, TensorInfo};
use crate::data::preset::Preset;
use crate::graph::{Dim, Graph, ValueId};
use crate::prune::session::Session;
use crate::report::{Ledger, Lengths};
use crate::tensor::DType;

pub fn summary(session: &Session, name: &str, warnings: Vec<String>) -> ModelSummary {
    let graph = session.graph();
    let groups = session.groups();
    let ledger = Ledger::new(graph);
    let own = Lengths::new();
    let layer_at = |node: usize| ledger.rows().iter().position(|row| row.node == node);
    let made_by: Vec<GroupInfo> = groups
        .groups
        .iter()
        .map(|group| GroupInfo {
            id: group.id,
            channels: group.units.len(),
            layers: group
                .producers
                .iter()
                .filter_map(|p| layer_at(p.node))
                .collect(),
        })
        .collect();
    let costs = ledger.layers(&own);
    let rows = ledger.rows().iter().zip(costs).enumerate();
    let layers = rows
        .map(|(id, (row, cost))| LayerInfo {
            id,
            group: made_by
                .iter()
                .find(|g| g.layers.contains(&id))
                .map(|g| g.id),
            kept: groups
                .kept()
                .iter()
                .find(|k| k.node == row.node)
                .map(|k| k.reason.clone()),
            cost,
        })
        .collect();
    let guess = guess(graph);
    ModelSummary {
        name: name.into(),
        opset: graph.opset(),
        producer: graph.producer_name.clone(),
        inputs: graph.inputs.iter().map(|&v| tensor(graph, v)).collect(),
        outputs: graph.outputs.iter().map(|&v| tensor(graph, v)).collect(),
        totals: ledger.totals(&own, session.file_bytes()),
        layers,
        groups: made_by,
        unsupported: graph.unsupported(),
        kept: groups
            .kept()
            .iter()
            .map(|kept| KeptRow {
                place: kept.layer.clone(),
                reason: kept.reason.clone(),
                channels: kept.channels,
                of: kept.of,
            })
            .collect(),
        warnings,
        preset: guess.preset,
        preset_notes: guess.notes,
    }
}

fn guess(graph: &Graph) -> crate::data::guess::Guess {
    let shape = |v: Option<&ValueId>| -> Vec<Dim> {
        let ty = v.and_then(|&v| graph.value(v).ty.as_ref());
        ty.map(|ty| ty.shape.clone()).unwrap_or_default()
    };
    let classes = shape(graph.outputs.first()).last().and_then(Dim::known);
    Preset::guess(&shape(graph.inputs.first()), classes)
}

fn tensor(graph: &Graph, id: ValueId) -> TensorInfo {
    let value = graph.value(id);
    TensorInfo {
        name: value.name.clone(),
        dtype: value
            .ty
            .as_ref()
            .map_or("unknown", |ty| dtype(ty.dtype))
            .into(),
        shape: value
            .ty
            .iter()
            .flat_map(|ty| ty.shape.iter().map(Dim::to_string))
            .collect(),
    }
}

fn dtype(dtype: DType) -> &'static str {
    match dtype {
        DType::F32 => "float32",
        DType::F64 => "float64",
        DType::F16 => "float16",
        DType::I64 => "int64",
        DType::I32 => "int32",
        DType::I8 => "int8",
        DType::U8 => "uint8",
        DType::Bool => "bool",
        DType::Other(_) => "other",
    }
}
