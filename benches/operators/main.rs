//! `cargo bench --bench operators`: compares single operators, which mostly move numbers, with ONNX Runtime, in turns. One
//! thread, native code. With names of `.onnx` files behind `--` it shows how long each step of these models takes instead,
//! and the whole beside ONNX Runtime.
//!
//! ONNX Runtime is the one of `python3`, or of what `PYTHON` names (packages `onnxruntime` and `numpy`). Without it, our times
//! stand alone.

mod cases;
#[path = "../../tests/common/mod.rs"]
mod common;

use cases::cases;
use common::{Random, random_inputs};
use secateur::engine::{Executor, Options};
use secateur::graph::Graph;
use secateur::onnx::{self, OpenOptions, open};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

const ROUNDS: usize = 31;

fn main() {
    let mut peer = Peer::new();
    if peer.is_none() {
        println!("ONNX Runtime is absent: see the first lines of benches/operators/main.rs");
    }
    let models = std::env::args()
        .skip(1)
        .filter(|name| name.ends_with(".onnx"));
    let models: Vec<PathBuf> = models.map(PathBuf::from).collect();
    for model in &models {
        profile(model, &mut peer);
    }
    if models.is_empty() {
        single_operators(&mut peer);
    }
}

fn single_operators(peer: &mut Option<Peer>) {
    let folder = std::env::temp_dir().join(format!("secateur-operators-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for models");
    println!(
        "{:<44}{:>12}{:>14}{:>7}",
        "operator", "ours", "ONNX Runtime", "ratio"
    );
    let mut worst = (0.0, "");
    for (name, graph) in cases() {
        let path = folder.join("model.onnx");
        std::fs::write(&path, onnx::write(&graph).expect("writes")).expect("a file");
        let (ours, theirs) = in_turns(&graph, &path, peer);
        println!("{name:<44}{}", in_columns(ours, theirs));
        let ratio = theirs.map_or(0.0, |theirs| ours / theirs);
        if ratio > worst.0 {
            worst = (ratio, name);
        }
    }
    println!("the largest ratio: {:.2} ({})", worst.0, worst.1);
    std::fs::remove_dir_all(&folder).expect("removes its folder");
}

fn in_columns(ours: f64, theirs: Option<f64>) -> String {
    let milliseconds = |x: f64| format!("{:.3} ms", 1e3 * x);
    let ours_alone = format!("{:>12}", milliseconds(ours));
    match theirs {
        None => ours_alone,
        Some(theirs) => format!(
            "{ours_alone}{:>14}{:>7.2}",
            milliseconds(theirs),
            ours / theirs
        ),
    }
}

/// Medians of both, in seconds.
fn in_turns(graph: &Graph, path: &Path, peer: &mut Option<Peer>) -> (f64, Option<f64>) {
    let inputs = random_inputs(graph, &mut Random(1));
    let mut executor = Executor::new(graph, &Options::default()).expect("a plan");
    if let Some(peer) = peer {
        peer.open(path);
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        executor.run(&inputs).expect("runs");
        ours.push(start.elapsed().as_secs_f64());
        theirs.extend(peer.as_mut().map(Peer::run));
    }
    (median(ours).expect("rounds"), median(theirs))
}

fn profile(path: &Path, peer: &mut Option<Peer>) {
    let bytes = std::fs::read(path).expect("a model");
    let opened = open(bytes.into(), &OpenOptions::default()).expect("a good model");
    let graph = &opened.graph;
    let inputs = random_inputs(graph, &mut Random(1));
    let mut executor = Executor::new(graph, &Options::default()).expect("a plan");
    let mut times = vec![Vec::new(); executor.steps().count()];
    for _ in 0..ROUNDS {
        let mut last = Instant::now();
        let watch = |step: usize| {
            times[step].push(last.elapsed().as_secs_f64());
            last = Instant::now();
        };
        executor.run_watched(&inputs, watch).expect("runs");
    }
    println!("{}", path.display());
    for (step, times) in executor.steps().zip(times) {
        let how = if step.has_kernel { "" } else { "  no kernel" };
        let time = 1e3 * median(times).expect("rounds");
        println!("  {time:>9.3} ms  {}{how}", step.label);
    }
    let (ours, theirs) = in_turns(graph, path, peer);
    println!("  {:<42}{}", "the whole", in_columns(ours, theirs));
}

fn median(mut times: Vec<f64>) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}

/// ONNX Runtime in a process of its own, which runs when it is told to.
struct Peer {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Peer {
    fn new() -> Option<Self> {
        let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
        let script =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/operators/onnx_runtime.py");
        let mut process = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let to = process.stdin.take()?;
        let from = BufReader::new(process.stdout.take()?);
        let mut peer = Peer { process, to, from };
        (peer.line()? == "ready").then_some(peer)
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.from
            .read_line(&mut line)
            .ok()
            .filter(|&count| count > 0)?;
        Some(line.trim().to_string())
    }

    fn tell(&mut self, line: &str) -> String {
        writeln!(self.to, "{line}").expect("the peer listens");
        self.line().expect("the peer answers")
    }

    fn open(&mut self, path: &Path) {
        let answer = self.tell(&path.display().to_string());
        assert_eq!(answer, "ready");
    }

    /// Seconds of one run.
    fn run(&mut self) -> f64 {
        self.tell("run").parse().expect("seconds")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
