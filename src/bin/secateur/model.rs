//! The arguments that name a model, and opening it.

use crate::arguments::axis_length;
use crate::data::Data;
use crate::failure::Failure;
use crate::files;
use bytes::Bytes;
use clap::Args;
use secateur::Error;
use secateur::graph::Graph;
use secateur::message;
use secateur::onnx::{self, ExternalFolder, OpenOptions, Opened};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// ONNX files end at 2 GiB.
const LARGEST: u64 = i32::MAX as u64;

#[derive(Args)]
pub struct Model {
    #[arg(id = "model", value_name = "model")]
    path: PathBuf,
    #[arg(long = "size", value_name = "size", value_parser = axis_length)]
    sizes: Vec<(String, usize)>,
}

impl Model {
    /// The model's file, with the data that it keeps in files beside it.
    pub fn read(&self) -> Result<Bytes, Failure> {
        let bytes = files::read(&self.path, LARGEST)?.into();
        onnx::embed(bytes, &ExternalFolder::of(&self.path))
            .map_err(|e| Failure::in_file(&self.path, &e))
    }

    /// Opens the model. `known` are lengths that something else tells; those given by hand count more.
    pub fn open(&self, bytes: Bytes, known: BTreeMap<String, usize>) -> Result<Opened, Failure> {
        let mut dims = known;
        dims.extend(self.sizes.iter().cloned());
        onnx::open(bytes, &OpenOptions { dims }).map_err(|e| match e {
            Error::OpenDimensions(axes) => message!(
                "command-error-open-sizes",
                path = self.path.display(),
                first = axes.first().map_or("height", String::as_str),
                names = axes
            )
            .into(),
            e => Failure::in_file(&self.path, &e),
        })
    }
}

/// A second model, which takes what the first takes.
pub struct Other(pub PathBuf);

impl Other {
    /// Opens it. Lengths that were given for the first model count for the axes that this one has as well.
    pub fn open(self, first: &Model, data: &Data) -> Result<Graph, Failure> {
        let model = Model {
            path: self.0,
            sizes: Vec::new(),
        };
        let bytes = model.read()?;
        let mut known = data.lengths(&bytes)?;
        // A file that can't be read is explained when it is opened.
        let axes = onnx::read(bytes.clone()).map_or(Vec::new(), |graph| onnx::open_axes(&graph));
        let shared = first.sizes.iter().filter(|(name, _)| axes.contains(name));
        known.extend(shared.cloned());
        Ok(model.open(bytes, known)?.graph)
    }
}
