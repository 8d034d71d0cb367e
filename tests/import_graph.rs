//! The house's order, held against the sources: imports run downwards from room to room, no files import one another in a
//! circle, and the drawing in docs/architecture.md is the one that the sources give. After a change that moves it,
//! `DRAW=1 cargo test --test import_graph` draws it anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of `src`, from the top down. A room may import those that stand below it, and no other.
const ROOMS: [&str; 22] = [
    "web", "api", "text", "search", "recover", "eval", "prune", "train", "data", "recipe", "cost",
    "task", "engine", "onnx", "ops", "dataset", "graph", "kernels", "tensor", "random", "error",
    "message",
];

/// A module's path below its crate: `["prune", "criteria", "l1"]`. A folder's `mod.rs` is the folder.
type Module = Vec<String>;

/// Which modules each one imports.
type Imports = BTreeMap<Module, BTreeSet<Module>>;

const BEGIN: &str = "<!-- drawn by tests/import_graph.rs -->";
const END: &str = "<!-- end of the drawing -->";

#[test]
fn imports_run_downwards() {
    let rooms = rooms();
    for room in rooms.keys() {
        assert!(
            ROOMS.contains(&room.as_str()),
            "say in ROOMS where {room} stands"
        );
    }
    let floor = |room: &str| ROOMS.iter().position(|one| *one == room);
    let up: Vec<String> = imports(Path::new("src"))
        .iter()
        .flat_map(|(from, all)| all.iter().map(move |to| (from, to)))
        .filter(|(from, to)| from[0] != to[0] && floor(&from[0]) > floor(&to[0]))
        .map(|(from, to)| format!("{} imports {}", from.join("/"), to.join("/")))
        .collect();
    assert!(up.is_empty(), "imports that run up:\n{}", up.join("\n"));
}

#[test]
fn no_files_import_one_another_in_a_circle() {
    for root in ["src", "src/bin/secateur"] {
        // What a folder's files have in common stands in its `mod.rs`, which names the files as well: that is no circle.
        let mut imports = imports(Path::new(root));
        for (from, all) in &mut imports {
            all.retain(|to| !from.starts_with(to) && !to.starts_with(from));
        }
        // Circles are left when all files that import nothing of what is left, or that nothing left imports, have been taken away,
        // again and again.
        loop {
            let left: BTreeSet<Module> = imports.keys().cloned().collect();
            let imported: BTreeSet<Module> = imports.values().flatten().cloned().collect();
            let before = imports.len();
            imports.retain(|from, all| {
                imported.contains(from) && all.iter().any(|to| left.contains(to))
            });
            if imports.len() == before {
                break;
            }
        }
        let names: Vec<String> = imports
            .iter()
            .map(|(from, all)| {
                let circle = all.iter().filter(|to| imports.contains_key(*to));
                let to: Vec<String> = circle.map(|to| to.join("/")).collect();
                format!("{} imports {}", from.join("/"), to.join(", "))
            })
            .collect();
        assert!(
            names.is_empty(),
            "files of {root} in a circle:\n{}",
            names.join("\n")
        );
    }
}

#[test]
fn the_drawing_is_what_the_sources_give() {
    let path = "docs/architecture.md";
    let document = fs::read_to_string(path).unwrap();
    let (before, rest) = document.split_once(BEGIN).expect("a place for the drawing");
    let (drawn, after) = rest.split_once(END).expect("an end of the drawing");
    let drawing = format!("\n\n```text\n{}```\n\n", drawing());
    if std::env::var_os("DRAW").is_some() {
        fs::write(path, format!("{before}{BEGIN}{drawing}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(
        drawn, drawing,
        "draw it anew: DRAW=1 cargo test --test import_graph"
    );
}

/// A line a room, from the top down: what the room is and what it imports.
fn drawing() -> String {
    let rooms = rooms();
    let present = ROOMS.iter().filter(|room| rooms.contains_key(**room));
    let line = |room: &&str| {
        let below: Vec<&str> = ROOMS
            .iter()
            .copied()
            .filter(|to| rooms[*room].contains(*to))
            .collect();
        match below.is_empty() {
            true => format!("{room}\n"),
            false => format!("{room:<9}→ {}\n", below.join(" ")),
        }
    };
    present.map(line).collect()
}

/// By room, the rooms that it imports.
fn rooms() -> BTreeMap<String, BTreeSet<String>> {
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, all) in imports(Path::new("src")) {
        let room = rooms.entry(from[0].clone()).or_default();
        room.extend(
            all.into_iter()
                .map(|to| to[0].clone())
                .filter(|to| *to != from[0]),
        );
    }
    rooms
}

/// All imports below a folder, of what is not under test alone. What `lib.rs` or `main.rs` imports does not count: it only names the
/// rooms.
fn imports(root: &Path) -> Imports {
    let mut files = Vec::new();
    list(root, root, &mut files);
    let sources: BTreeMap<Module, String> = files
        .into_iter()
        .map(|(module, file)| (module, code(&fs::read_to_string(file).unwrap())))
        .collect();
    let names: BTreeMap<Module, BTreeMap<String, Module>> = sources
        .iter()
        .map(|(module, code)| (module.clone(), passed_on(module, code, &sources)))
        .collect();
    let mut imports = Imports::new();
    for (module, code) in sources.iter().filter(|(module, _)| !module.is_empty()) {
        let all = paths(code)
            .into_iter()
            .filter(|(is_passed_on, _)| !is_passed_on);
        let targets = all.filter_map(|(_, path)| absolute(module, &path, &sources));
        let targets = targets.map(|path| home(path, &sources, &names));
        let other = targets.filter(|to| !to.is_empty() && to != module);
        imports.insert(module.clone(), other.collect());
    }
    imports
}

/// The modules below a folder and their files. The command is a crate of its own.
fn list(root: &Path, folder: &Path, files: &mut Vec<(Module, PathBuf)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path != Path::new("src/bin") {
                list(root, &path, files);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && !path.ends_with("testing.rs")
            && !path.to_string_lossy().ends_with("_tests.rs")
        {
            let below = path.strip_prefix(root).unwrap().with_extension("");
            let mut module: Module = below
                .iter()
                .map(|part| part.to_str().unwrap().to_string())
                .collect();
            if matches!(module.last().unwrap().as_str(), "mod" | "lib" | "main") {
                module.pop();
            }
            files.push((module, path));
        }
    }
}

/// A source without its comments, its strings and its tests, which stand last.
fn code(source: &str) -> String {
    let mut lines = String::new();
    for line in source.lines() {
        if line.starts_with("mod tests {") {
            break;
        }
        let line = line.split("//").next().unwrap_or_default();
        // Every second piece between quotes is a string; a quote inside one is rare and harmless here.
        let outside = line.split('"').step_by(2);
        lines.extend(outside.chain(["\n"]));
    }
    lines
}

/// Each path that a source names, and whether it is passed on by a `pub use`.
fn paths(code: &str) -> Vec<(bool, Module)> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find("use ") {
        let (before, after) = rest.split_at(at);
        let line = before.rsplit('\n').next().unwrap_or_default().trim();
        let is_import = line.is_empty() || line.starts_with("pub");
        let (tree, behind) = after[4..].split_once(';').unwrap_or((&after[4..], ""));
        named(before, &mut found);
        if is_import {
            let mut paths = Vec::new();
            leaves(&[], tree, &mut paths);
            found.extend(
                paths
                    .into_iter()
                    .map(|path| (line.starts_with("pub"), path)),
            );
            rest = behind;
        } else {
            rest = &after[4..];
        }
    }
    named(rest, &mut found);
    found
}

/// Paths in the midst of code that begin with `crate`, `super` or `self`.
fn named(code: &str, found: &mut Vec<(bool, Module)>) {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    for word in code.split(|c: char| !is_part(c)) {
        if ["crate::", "super::", "self::"]
            .iter()
            .any(|start| word.starts_with(start))
        {
            let parts = word.split("::").filter(|part| !part.is_empty());
            found.push((false, parts.map(Into::into).collect()));
        }
    }
}

/// The paths of a `use` tree.
fn leaves(before: &[String], tree: &str, paths: &mut Vec<Module>) {
    let tree = tree.trim();
    let (stem, inner) = match tree.split_once('{') {
        Some((stem, inner)) => (stem, inner.strip_suffix('}')),
        None => (tree, None),
    };
    let stem = stem.split(" as ").next().unwrap_or_default();
    let parts = stem
        .split("::")
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let path: Module = before
        .iter()
        .cloned()
        .chain(parts.map(Into::into))
        .collect();
    let Some(inner) = inner else {
        paths.push(path);
        return;
    };
    let (mut depth, mut start) = (0, 0);
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                leaves(&path, &inner[start..at], paths);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !inner[start..].trim().is_empty() {
        leaves(&path, &inner[start..], paths);
    }
}

/// A path from the crate's root; `None` where it leaves the crate.
fn absolute(
    module: &Module,
    path: &[String],
    sources: &BTreeMap<Module, String>,
) -> Option<Module> {
    let ups = path.iter().take_while(|part| *part == "super").count();
    let rest = |from: &[String], skipped: usize| Some([from, &path[skipped..]].concat());
    match path.first()?.as_str() {
        "crate" => rest(crate_of(module), 1),
        "self" => rest(module, 1),
        "super" => rest(&module[..module.len().checked_sub(ups)?], ups),
        first => {
            let child = [module.as_slice(), &[first.to_string()]].concat();
            sources.contains_key(&child).then(|| rest(module, 0))?
        }
    }
}

/// The module that is the root of a module's crate.
fn crate_of(module: &Module) -> &[String] {
    match module.first() {
        Some(room) if room == "kernels" => &module[..1],
        _ => &[],
    }
}

/// The names that a module passes on, and where they come from.
fn passed_on(
    module: &Module,
    code: &str,
    sources: &BTreeMap<Module, String>,
) -> BTreeMap<String, Module> {
    let passed_on = paths(code)
        .into_iter()
        .filter(|(is_passed_on, _)| *is_passed_on);
    let from = passed_on.filter_map(|(_, path)| {
        let name = path.last()?.clone();
        Some((name, absolute(module, &path, sources)?))
    });
    from.collect()
}

/// The module in which what a path names is at home, whoever passes it on.
fn home(
    mut path: Module,
    sources: &BTreeMap<Module, String>,
    names: &BTreeMap<Module, BTreeMap<String, Module>>,
) -> Module {
    loop {
        let mut length = path.len();
        while length > 0 && !sources.contains_key(&path[..length]) {
            length -= 1;
        }
        let (module, rest) = path.split_at(length);
        let passed_on = rest.first().and_then(|name| names.get(module)?.get(name));
        match passed_on {
            Some(from) if *from != path => path = [from.as_slice(), &rest[1..]].concat(),
            _ => return module.to_vec(),
        }
    }
}
