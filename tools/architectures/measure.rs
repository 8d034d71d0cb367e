//! What the core makes of one exported architecture: `cargo run --example architectures -- FOLDER`.
//!
//! FOLDER holds what `export.py` writes. Writes the cuts' files and, beside each, the dense model that is masked alike, which
//! `make.py` runs in ONNX Runtime. Prints one JSON document a line, so that what was found before a failure is not lost.

use bytes::Bytes;
use secateur::cost::{CostModel, Lengths, uncounted};
use secateur::engine::{Executor, Options};
use secateur::error::Result;
use secateur::graph::Graph;
use secateur::onnx::{self, OpenOptions, open, read_tensor};
use secateur::prune::allocate::{RankedUnits, check_counted, choose_units};
use secateur::prune::check::{check, compare, tolerance};
use secateur::prune::criteria::{scorer, unit_scores};
use secateur::prune::groups::{Groups, analyze};
use secateur::prune::repack::{mask_channels, repack};
use secateur::recipe::Recipe;
use secateur::tensor::Tensor;
use secateur::text::{render, said};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Half of the multiply-adds.
const HALF: &str = r#"{"target": {"macs": 0.5}}"#;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("Name the folder that export.py has written.");
        return ExitCode::from(2);
    };
    match measure(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell("failed", json!(said(&error)));
            ExitCode::FAILURE
        }
    }
}

fn tell(what: &str, found: Value) {
    println!("{}", json!({ what: found }));
}

fn measure(folder: &Path) -> Result<()> {
    let file: Bytes = fs::read(folder.join("model.onnx"))
        .expect("an exported model")
        .into();
    let size = file.len() as u64;
    let opened = open(
        file,
        &OpenOptions {
            dims: BTreeMap::new(),
        },
    )?;
    let graph = opened.graph;
    let warnings: Vec<String> = opened.warnings.iter().map(render).collect();
    tell(
        "loads",
        json!({ "warnings": warnings, "uncounted": uncounted(&graph).len() }),
    );

    let (inputs, expected) = (tensors(folder, "input"), tensors(folder, "output"));
    match ours(&graph, &inputs).and_then(|outputs| compare(&expected, &outputs, tolerance(&graph)))
    {
        Ok(apart) => tell(
            "runs",
            json!({ "abs": apart.max_abs, "rel": apart.max_rel }),
        ),
        Err(error) => tell("runs", json!({ "error": said(&error) })),
    }

    let groups = analyze(&graph)?;
    let costs = CostModel::new(&graph);
    let macs = costs.macs(&Lengths::new());
    tell("kept", kept(&groups, &costs, macs));
    let model = Model {
        folder,
        graph: &graph,
        groups: &groups,
        costs: &costs,
        size,
        inputs: &inputs,
    };
    // As far as a recipe's limits let each layer go.
    let all: BTreeMap<&str, f64> = costs
        .rows()
        .iter()
        .map(|layer| (&*layer.name, 1.0))
        .collect();
    let least = json!({ "allocation": "manual", "layers": all }).to_string();
    for (name, recipe) in [
        ("least", Recipe::parse(&least)?),
        ("half", Recipe::parse(HALF)?),
    ] {
        match model.cut(name, &recipe) {
            Ok(found) => tell(name, found),
            Err(error) => tell(name, json!({ "error": said(&error) })),
        }
    }
    Ok(())
}

/// An opened model and what is known of it.
struct Model<'m> {
    folder: &'m Path,
    graph: &'m Graph,
    groups: &'m Groups,
    costs: &'m CostModel<'m>,
    /// Bytes of its file.
    size: u64,
    inputs: &'m [Tensor],
}

/// The files `input_0.pb`, `input_1.pb` and so on.
fn tensors(folder: &Path, what: &str) -> Vec<Tensor> {
    let files = (0..).map(|at| folder.join(format!("{what}_{at}.pb")));
    let bytes = files.map_while(|file| fs::read(file).ok());
    bytes
        .map(|bytes| read_tensor(bytes.into()).expect("a tensor"))
        .collect()
}

fn ours(graph: &Graph, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
    let batch = inputs.first().and_then(|input| input.shape().first());
    let options = Options {
        batch: batch.copied().unwrap_or(1),
        ..Options::default()
    };
    Executor::new(graph, &options)?.run(inputs)
}

/// For each reason: in how many layers channels stay for it, and the share of the multiply-adds that make them.
fn kept(groups: &Groups, costs: &CostModel<'_>, macs: u64) -> Value {
    let own = Lengths::new();
    let mut reasons: BTreeMap<(String, String), (Vec<String>, f64)> = BTreeMap::new();
    for row in groups.kept() {
        let key = (row.reason.key.to_string(), render(&row.reason));
        let (layers, share) = reasons.entry(key).or_default();
        layers.push(row.layer.clone());
        let whole = costs.macs_of(row.node, &own) as f64 / macs.max(1) as f64;
        // A recurrent layer has a row for each of its matrices.
        let matrices = groups.layers.iter().filter(|(node, _)| *node == row.node);
        let part = row.channels as f64 / row.of.max(1) as f64;
        *share += whole * part / matrices.count().max(1) as f64;
    }
    let rows = reasons.into_iter().map(|((key, reason), (layers, share))| {
        json!({ "key": key, "reason": reason, "layers": layers, "share": share })
    });
    rows.collect()
}

impl Model<'_> {
    /// Makes a cut, checks it as the product does, and writes its files.
    fn cut(&self, name: &str, recipe: &Recipe) -> Result<Value> {
        let (graph, groups, costs) = (self.graph, self.groups, self.costs);
        check_counted(recipe, graph)?;
        let scorer = scorer(&recipe.criterion, recipe.seed, None)?;
        let scores = unit_scores(graph, groups, &*scorer, recipe.reduction)?;
        let ranked = RankedUnits::new(graph, groups, scores);
        let removed = choose_units(graph, groups, &ranked, costs, recipe, self.size)?;
        let left = costs.macs(&ranked.lengths(&removed)) as f64;
        let share = left / costs.macs(&Lengths::new()).max(1) as f64;
        let masked = mask_channels(graph, groups, &removed)?;
        let packed = repack(graph, groups, &removed)?.graph;
        for (model, kind) in [(&masked, "masked"), (&packed, "packed")] {
            let file = self.folder.join(format!("{name}-{kind}.onnx"));
            fs::write(file, onnx::write(model)?).expect("room on the disk");
        }
        let check = check(masked, &packed, self.inputs)?;
        Ok(json!({ "share": share, "rel": check.max_rel, "agrees": check.agrees }))
    }
}
