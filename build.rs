//! Lists the languages of `text/`, so that adding a file there adds a language to the command.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=text");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut entries: Vec<String> = fs::read_dir(root.join("text"))?
        .filter_map(|entry| language(&entry.ok()?.path()))
        .collect();
    entries.sort();
    fs::write(out.join("languages.rs"), format!("&[{}]", entries.concat()))
}

/// A language's name and its file, as an entry of the list in `src/text/mod.rs`.
fn language(file: &Path) -> Option<String> {
    let name = file.file_stem()?.to_str()?;
    let is_catalog = file.extension()? == "ftl";
    is_catalog.then(|| format!("({name:?}, include_str!({file:?})),"))
}
