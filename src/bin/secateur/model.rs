//! The arguments that name a model, and opening it.

use crate::data::Data;
use crate::failure::Failure;
use crate::files;
use bytes::Bytes;
use clap::Args;
use secateur::Error;
use secateur::graph::Graph;
use secateur::onnx::{self, OpenOptions, Opened};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// ONNX files end at 2 GiB.
const LARGEST: u64 = i32::MAX as u64;

#[derive(Args)]
pub struct Model {
    /// The ONNX file
    #[arg(value_name = "MODEL.onnx")]
    path: PathBuf,
    /// The length of an axis that the model leaves open, such as height=224; the batch may stay open
    #[arg(long = "size", value_name = "AXIS=LENGTH", value_parser = size)]
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
        onnx::open(bytes, &OpenOptions { dims }).map_err(|e| {
            let place = self.path.display();
            match e {
                Error::OpenDimensions(axes) => Failure::new(format!(
                    "“{place}”: the model leaves these lengths open: {}; give each, such as --size {}=224",
                    axes.join(", "),
                    axes.first().map_or("height", String::as_str)
                )),
                e => Failure::in_file(&self.path, &e),
            }
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

fn size(text: &str) -> Result<(String, usize), String> {
    let (axis, length) = text
        .split_once('=')
        .ok_or("write AXIS=LENGTH, such as height=224")?;
    match length.parse() {
        Ok(length) if length > 0 => Ok((axis.into(), length)),
        _ => Err(format!(
            "“{length}” is no length: give a whole number of 1 or more"
        )),
    }
}
