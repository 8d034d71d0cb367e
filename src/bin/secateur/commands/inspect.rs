//! `secateur inspect`: what a model consists of, what can be cut, and what can't and why.

use crate::failure::Failure;
use crate::files::json;
use crate::model::Model;
use crate::progress::Progress;
use crate::table::{count, table};
use clap::Args;
use secateur::error::UnsupportedOperator;
use secateur::message;
use secateur::prune::groups::analyze;
use secateur::prune::model_info::{LayerInfo, ModelInfo, TensorInfo};
use secateur::t;
use secateur::text::{entry, render};
use std::collections::BTreeMap;

#[derive(Args)]
pub struct Inspect {
    #[command(flatten)]
    model: Model,
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
        match self.json {
            true => json(&model),
            false => Ok(readable(&model)),
        }
    }
}

fn readable(model: &ModelInfo) -> String {
    let (name, opset) = (&model.name, model.opset);
    let title = match model.producer.as_str() {
        "" => t!("command-inspect-title", name = name, opset = opset),
        producer => t!(
            "command-inspect-title-by",
            name = name,
            opset = opset,
            producer = producer
        ),
    };
    let inputs = model.inputs.iter().map(|tensor| {
        let TensorInfo { name, dtype, shape } = tensor;
        let shape = shape.join(" × ");
        t!("command-inspect-input", name = name, type = dtype, shape = shape)
    });
    let outputs = model.outputs.iter().map(|tensor| {
        let TensorInfo { name, dtype, shape } = tensor;
        let shape = shape.join(" × ");
        t!("command-inspect-output", name = name, type = dtype, shape = shape)
    });
    let head: Vec<String> = [title].into_iter().chain(inputs).chain(outputs).collect();
    head.join("\n")
        + "\n\n"
        + &layers(model)
        + &section(t!("command-inspect-groups"), groups(model))
        + &section(t!("command-inspect-branches"), branches(model))
        + &section(t!("command-inspect-kept"), kept(model))
        + &section(t!("command-inspect-unsupported"), unsupported(model))
        + &section(
            t!("command-inspect-warnings"),
            model.warnings.iter().map(render).collect(),
        )
}

/// Lines under a heading, where there are any.
fn section(heading: String, lines: Vec<String>) -> String {
    match lines.is_empty() {
        true => String::new(),
        false => format!("\n{heading}:\n  {}\n", lines.join("\n  ")),
    }
}

/// What each layer consists of, and all together.
fn layers(model: &ModelInfo) -> String {
    let rows: Vec<Vec<String>> = model.layers.iter().map(row).collect();
    let heading = [
        t!("command-column-layer"),
        t!("command-column-kind"),
        t!("command-column-channels-in"),
        t!("command-column-channels-out"),
        t!("command-row-parameters"),
        t!("command-row-nonzeros"),
        t!("command-row-macs"),
        t!("command-column-bytes"),
        t!("command-column-group"),
    ];
    let totals = &model.totals;
    let totals = t!(
        "command-inspect-totals",
        parameters = count(totals.parameters),
        nonzeros = count(totals.nonzeros),
        macs = count(totals.macs),
        activations = count(totals.activation_bytes),
        bytes = count(totals.bytes)
    );
    format!("{}\n{totals}\n", table(&heading, &rows))
}

fn row(layer: &LayerInfo) -> Vec<String> {
    let cost = &layer.cost;
    let kind = entry(&format!("page-network-kind-{}", cost.kind));
    vec![
        cost.name.clone(),
        kind.unwrap_or_else(|| cost.kind.clone()),
        cost.channels_in.to_string(),
        cost.channels_out.to_string(),
        count(cost.parameters),
        count(cost.nonzeros),
        count(cost.macs),
        count(cost.bytes),
        layer.group.map_or("–".into(), |group| group.to_string()),
    ]
}

fn groups(model: &ModelInfo) -> Vec<String> {
    let described = model.groups.iter().map(|group| {
        let layers = group.layers.iter().filter_map(|&id| model.layers.get(id));
        let names: Vec<&str> = layers.map(|layer| layer.cost.name.as_str()).collect();
        t!(
            "command-inspect-group",
            group = group.id,
            channels = group.channels,
            layers = names
        )
    });
    match model.groups.is_empty() {
        true => vec![t!("command-inspect-no-groups")],
        false => described.collect(),
    }
}

fn branches(model: &ModelInfo) -> Vec<String> {
    let described = model.branches.iter().map(|branch| {
        let layers = branch.layers.iter().filter_map(|&id| model.layers.get(id));
        let names: Vec<&str> = layers.map(|layer| layer.cost.name.as_str()).collect();
        let share = branch.macs as f64 / model.totals.macs.max(1) as f64;
        t!(
            "command-inspect-branch",
            branch = branch.name,
            share = 100.0 * share,
            layers = names
        )
    });
    described.collect()
}

fn kept(model: &ModelInfo) -> Vec<String> {
    let described = model.kept.iter().map(|kept| {
        t!(
            "command-inspect-kept-channels",
            layer = kept.layer,
            kept = kept.channels,
            count = kept.of,
            reason = kept.reason
        )
    });
    described.collect()
}

fn unsupported(model: &ModelInfo) -> Vec<String> {
    let groups = UnsupportedOperator::grouped(&model.unsupported);
    let described = groups.iter().map(|group| {
        t!(
            "command-inspect-operator",
            node = group.first.node,
            operator = group.first.operator,
            opset = group.first.opset,
            count = group.count
        )
    });
    described.collect()
}
