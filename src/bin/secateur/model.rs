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
use secateur::onnx::{self, OpenOptions, Opened};
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
    pub fn read(&self) -> Result<Bytes, Failure> {
        Ok(files::read(&self.path, LARGEST)?.into())
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
    pub fn open(self, data: &Data) -> Result<Graph, Failure> {
        let model = Model {
            path: self.0,
            sizes: Vec::new(),
        };
        let bytes = model.read()?;
        let known = data.lengths(&bytes)?;
        Ok(model.open(bytes, known)?.graph)
    }
}
