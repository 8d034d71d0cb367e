//! `secateur inspect`: what a model consists of, what can be cut, and what can't and why.

use crate::failure::Failure;
use crate::model::Model;
use crate::progress::Progress;
use crate::table::{count, table};
use clap::Args;
use secateur::message;
use secateur::prune::groups::analyze;
use secateur::prune::model_info::{LayerInfo, ModelInfo, TensorInfo};
use secateur::text::render;
use std::collections::BTreeMap;

#[derive(Args)]
pub struct Inspect {
    #[command(flatten)]
    model: Model,
    /// Answer with a JSON document
    #[arg(long)]
    json: bool,
}

impl Inspect {
    pub fn answer(self) -> Result<String, Failure> {
        let progress = Progress::new(message!("command-progress-opening"));
        let bytes = self.model.read()?;
        let size = bytes.len() as u64;
        let opened = self.model.open(bytes, BTreeMap::new())?;
        progress.stage(message!("command-progress-groups"));
        let groups = analyze(&opened.graph)?;
        let model = ModelInfo::new(&opened.graph, &groups, size, opened.warnings);
        if !self.json {
            return Ok(readable(&model));
        }
        let text = serde_json::to_string_pretty(&model)
            .map_err(|e| Failure::new(format!("the answer can't be written: {e}")))?;
        Ok(text + "\n")
    }
}

fn readable(model: &ModelInfo) -> String {
    let producer = match model.producer.as_str() {
        "" => String::new(),
        producer => format!(", written by {producer}"),
    };
    let mut text = format!("{} (opset {}{producer})\n", model.name, model.opset);
    for (what, tensors) in [("input", &model.inputs), ("output", &model.outputs)] {
        for TensorInfo { name, dtype, shape } in tensors {
            text += &format!("{what} {name}: {dtype} {}\n", shape.join(" × "));
        }
    }
    let rows: Vec<Vec<String>> = model.layers.iter().map(row).collect();
    text += "\n";
    text += &table(
        &[
            "layer",
            "kind",
            "in",
            "out",
            "parameters",
            "non-zeros",
            "multiply-adds",
            "bytes",
            "group",
        ],
        &rows,
    );
    let totals = &model.totals;
    text += &format!(
        "\nin all: {} parameters ({} not zero), {} multiply-adds, {} bytes of activations, {} bytes of file\n",
        count(totals.parameters),
        count(totals.nonzeros),
        count(totals.macs),
        count(totals.activation_bytes),
        count(totals.bytes)
    );
    text += &groups(model);
    if !model.kept.is_empty() {
        text += "\nchannels that can't be cut:\n";
        for kept in &model.kept {
            text += &format!(
                "  {}: {} of {}: {}\n",
                kept.layer,
                kept.channels,
                kept.of,
                render(&kept.reason)
            );
        }
    }
    if !model.unsupported.is_empty() {
        text += "\noperators that are not known:\n";
        for unknown in &model.unsupported {
            let (node, operator) = (&unknown.node, &unknown.operator);
            text += &format!("  {node}: {operator} (opset {})\n", unknown.opset);
        }
    }
    if !model.warnings.is_empty() {
        text += "\nwarnings:\n";
        for warning in &model.warnings {
            text += &format!("  {}\n", render(warning));
        }
    }
    text
}

fn row(layer: &LayerInfo) -> Vec<String> {
    let cost = &layer.cost;
    let group = layer.group.map_or("kept".into(), |group| group.to_string());
    vec![
        cost.name.clone(),
        cost.kind.clone(),
        cost.channels_in.to_string(),
        cost.channels_out.to_string(),
        count(cost.parameters),
        count(cost.nonzeros),
        count(cost.macs),
        count(cost.bytes),
        group,
    ]
}

fn groups(model: &ModelInfo) -> String {
    let mut text = "\nchannel groups, which are cut in step:\n".to_string();
    if model.groups.is_empty() {
        text += "  none\n";
    }
    for group in &model.groups {
        let layers = group.layers.iter().filter_map(|&id| model.layers.get(id));
        let names: Vec<&str> = layers.map(|layer| layer.cost.name.as_str()).collect();
        text += &format!(
            "  {}: {} channels of {}\n",
            group.id,
            group.channels,
            names.join(", ")
        );
    }
    text
}
