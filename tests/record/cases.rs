//! The calls of the record, as `cases.json` has them.

use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The document. In its texts, `{name}` stands for what `with` or `inputs` has under that name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    inputs: BTreeMap<String, String>,
    /// The arguments that cases share, so that a flag is written once.
    calls: BTreeMap<String, Vec<String>>,
    /// What other cases need the files of, and those after it in this list.
    first: Vec<Row>,
    cases: Vec<Row>,
    grids: Vec<Grid>,
}

/// One call.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    call: String,
    #[serde(default)]
    with: BTreeMap<String, String>,
    /// What goes to the file that `{recipe}` stands for; a text is written as it is.
    recipe: Option<Value>,
    #[serde(default)]
    more: Vec<String>,
}

/// A call with every recipe that is put together of one part from each of the lists.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Grid {
    name: String,
    call: String,
    with: BTreeMap<String, String>,
    recipes: Vec<BTreeMap<String, Map<String, Value>>>,
}

/// One call, ready to be made.
pub struct Case {
    pub name: String,
    pub arguments: Vec<String>,
    pub recipe: Option<String>,
}

/// All calls: those whose files others need, in their order, and the others.
pub struct Cases {
    pub first: Vec<Case>,
    pub others: Vec<Case>,
}

impl Cases {
    /// Reads the document. `work` is the folder that all files go to.
    pub fn read(text: &str, work: &str) -> Cases {
        let mut document: Document = serde_json::from_str(text).expect("a table of cases");
        document.inputs.insert("work".into(), work.into());
        let grids: Vec<Row> = document.grids.iter().flat_map(Grid::rows).collect();
        let of = |rows: &[Row]| {
            rows.iter()
                .map(|row| document.case(row))
                .collect::<Vec<_>>()
        };
        let mut others = of(&document.cases);
        others.extend(of(&grids));
        Cases {
            first: of(&document.first),
            others,
        }
    }
}

impl Document {
    fn case(&self, row: &Row) -> Case {
        let shared = self.calls.get(&row.call);
        let shared = shared.unwrap_or_else(|| panic!("{}: no call “{}”", row.name, row.call));
        let mut names = self.inputs.clone();
        let folder = folder_of(&self.inputs["work"], &row.name);
        names.insert("recipe".into(), format!("{folder}.json"));
        names.insert("out".into(), folder);
        names.extend(row.with.clone());
        Case {
            name: row.name.clone(),
            arguments: shared
                .iter()
                .chain(&row.more)
                .map(|text| filled(text, &names))
                .collect(),
            recipe: row.recipe.as_ref().map(|recipe| match recipe {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            }),
        }
    }
}

impl Grid {
    fn rows(&self) -> Vec<Row> {
        let mut all = vec![(self.name.clone(), Map::new())];
        for parts in &self.recipes {
            all = all
                .iter()
                .flat_map(|(name, recipe)| {
                    parts.iter().map(move |(part, fields)| {
                        let mut recipe = recipe.clone();
                        recipe.extend(fields.clone());
                        (format!("{name}, {part}"), recipe)
                    })
                })
                .collect();
        }
        all.into_iter()
            .map(|(name, recipe)| Row {
                name,
                call: self.call.clone(),
                with: self.with.clone(),
                recipe: Some(Value::Object(recipe)),
                more: Vec::new(),
            })
            .collect()
    }
}

/// Where a case's files go.
pub fn folder_of(work: &str, name: &str) -> String {
    let plain = name
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' });
    format!("{work}/{}", plain.collect::<String>())
}

fn filled(text: &str, names: &BTreeMap<String, String>) -> String {
    let Some((before, rest)) = text.split_once('{') else {
        return text.into();
    };
    let (name, after) = rest.split_once('}').expect("a closing brace");
    let value = names.get(name);
    let value = value.unwrap_or_else(|| panic!("“{text}” names “{name}”, which is nothing"));
    format!("{before}{}{}", filled(value, names), filled(after, names))
}
