//! Reading and writing the document, and the errors that tell what is wrong with one.

use super::{Allocation, Granularity, Recipe, Target};
use crate::error::{Error, Result};
use crate::message::{Message, quoted};
use serde_json::Value;

const FIELDS: [&str; 12] = [
    "criterion",
    "granularity",
    "block",
    "allocation",
    "target",
    "layers",
    "protect",
    "reduction",
    "floor",
    "roundTo",
    "maxSparsity",
    "seed",
];
const TARGETS: [&str; 4] = ["sparsity", "parameters", "macs", "bytes"];

impl Recipe {
    /// Reads a recipe document and checks it as far as it can be without a model.
    pub fn parse(text: &str) -> Result<Recipe> {
        let document: Value = serde_json::from_str(text)
            .map_err(|e| bad(message!("reason-recipe-json", reason = e)))?;
        let Value::Object(fields) = &document else {
            return Err(bad(message!("reason-recipe-object")));
        };
        known_fields(&message!("part-recipe"), fields.keys(), &FIELDS)?;
        match fields.get("target") {
            Some(Value::Object(target)) => {
                known_fields(&message!("part-target"), target.keys(), &TARGETS)?;
                if target.len() != 1 {
                    return Err(bad(message!(
                        "reason-recipe-targets",
                        count = target.len(),
                        targets = quoted(TARGETS)
                    )));
                }
            }
            Some(other) => {
                return Err(bad(message!("reason-recipe-target", given = other)));
            }
            None => {}
        }
        if let Some(Value::String(granularity)) = fields.get("granularity") {
            granularity.parse::<Granularity>().map_err(bad)?;
        }
        let recipe: Recipe = serde_json::from_value(document)
            .map_err(|e| bad(message!("reason-recipe-value", reason = e)))?;
        recipe.check()?;
        Ok(recipe)
    }

    /// The whole document with every default written out, always the same text for the same recipe.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(&self.whole()).expect("a recipe holds only what JSON can")
    }

    /// Whether the fields make sense together.
    pub fn check(&self) -> Result<()> {
        match self.target {
            Some(Target::Sparsity(share)) => in_range("target.sparsity", share, 0.0, 0.999)?,
            Some(Target::Parameters(share)) => in_range("target.parameters", share, 0.001, 1.0)?,
            Some(Target::Macs(share)) => in_range("target.macs", share, 0.001, 1.0)?,
            Some(Target::Bytes(share)) => in_range("target.bytes", share, 0.001, 1.0)?,
            None if self.allocation == Allocation::Manual => {}
            None if matches!(self.granularity, Granularity::NM { .. }) => {}
            None => {
                return Err(bad(message!(
                    "reason-recipe-no-target",
                    targets = quoted(TARGETS)
                )));
            }
        }
        for (layer, share) in &self.layers {
            in_range(&format!("layers.{layer}"), *share, 0.0, 1.0)?;
        }
        if self.allocation == Allocation::Manual && self.layers.is_empty() {
            return Err(bad(message!("reason-recipe-manual")));
        }
        in_range("maxSparsity", self.most_of_a_layer(), 0.0, 1.0)?;
        if self.floor == 0 {
            return Err(bad(message!("reason-recipe-floor")));
        }
        if !(1..=256).contains(&self.round_to) {
            return Err(bad(message!(
                "reason-recipe-round-to",
                value = self.round_to
            )));
        }
        if self.granularity == Granularity::Branch && self.allocation == Allocation::Uniform {
            return Err(bad(message!("reason-recipe-uniform-branches")));
        }
        match (self.granularity, self.block) {
            (Granularity::Block, None) => Err(bad(message!("reason-recipe-needs-block"))),
            (Granularity::Block, Some([rows, columns]))
                if !(1..=4096).contains(&rows) || !(1..=4096).contains(&columns) =>
            {
                Err(bad(message!(
                    "reason-recipe-block",
                    rows = rows,
                    columns = columns
                )))
            }
            (Granularity::Block, Some(_)) | (_, None) => Ok(()),
            (other, Some(_)) => Err(bad(message!(
                "reason-recipe-block-only",
                granularity = other.to_string()
            ))),
        }
    }
}

fn bad(what: Message) -> Error {
    Error::BadRecipe(message!("error-recipe", reason = what))
}

fn in_range(field: &str, share: f64, low: f64, high: f64) -> Result<()> {
    if (low..=high).contains(&share) {
        return Ok(());
    }
    Err(bad(message!(
        "reason-recipe-share",
        field = field,
        share = share,
        low = low,
        high = high
    )))
}

fn known_fields<'a>(
    place: &Message,
    names: impl Iterator<Item = &'a String>,
    known: &[&str],
) -> Result<()> {
    for name in names {
        if !known.contains(&name.as_str()) {
            return Err(bad(message!(
                "reason-recipe-field",
                place = place,
                name = name,
                hint = suggest(name, known)
            )));
        }
    }
    Ok(())
}

/// “Did you mean …?” where a known name is near, else all of them.
pub fn suggest(name: &str, known: &[&str]) -> Message {
    did_you_mean(name, known).unwrap_or_else(|| message!("hint-known", names = quoted(known)))
}

/// The known name that is near, if there is one.
pub fn did_you_mean(name: &str, known: &[&str]) -> Option<Message> {
    let near = known.iter().min_by_key(|k| distance(name, k))?;
    let is_near = distance(name, near) <= 3.min(near.len() / 2);
    is_near.then(|| message!("hint-did-you-mean", name = near))
}

/// Edits (letters put in, left out or changed) from one word to another, case aside: Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.to_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::said;

    fn message(text: &str) -> String {
        said(&Recipe::parse(text).unwrap_err())
    }

    #[test]
    fn the_readme_recipe_is_whole() {
        let text = r#"{"criterion": "l2", "granularity": "channel", "allocation": "global", "target": {"macs": 0.7}}"#;
        let recipe = Recipe::parse(text).unwrap();
        assert_eq!(recipe.target, Some(Target::Macs(0.7)));
        assert_eq!(
            recipe,
            Recipe::parse(r#"{"target": {"macs": 0.7}}"#).unwrap()
        );
        assert_eq!(Recipe::parse(&recipe.to_json()).unwrap(), recipe.whole());
    }

    #[test]
    fn a_layer_may_lose_more_of_its_weights_than_of_its_channels() {
        let most = |text: &str| Recipe::parse(text).unwrap().most_of_a_layer();
        assert_eq!(most(r#"{"target": {"macs": 0.7}}"#), 0.95);
        assert_eq!(
            most(r#"{"granularity": "weight", "target": {"sparsity": 0.7}}"#),
            0.99
        );
        assert_eq!(
            most(r#"{"granularity": "weight", "target": {"sparsity": 0.7}, "maxSparsity": 0.8}"#),
            0.8
        );
    }

    #[test]
    fn patterns_are_read_and_written() {
        let recipe = Recipe::parse(r#"{"granularity": "2:4"}"#).unwrap();
        assert_eq!(recipe.granularity, Granularity::NM { n: 2, m: 4 });
        assert!(recipe.to_json().contains(r#""granularity": "2:4""#));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, expected) in [
            ("[1]", "is a JSON object"),
            ("{", "not a JSON document"),
            (r#"{"targt": {"macs": 0.7}}"#, "Did you mean “target”?"),
            (
                r#"{"target": {"flops": 0.7}}"#,
                "Known names are “sparsity”",
            ),
            (
                r#"{"target": {"macs": 0.7, "bytes": 0.5}}"#,
                "one target, not 2",
            ),
            (r#"{"target": 0.7}"#, "must be an object"),
            (r#"{"target": {"macs": 1.7}}"#, "“target.macs” is 1.7"),
            (
                r#"{"target": {"sparsity": -0.1}}"#,
                "“target.sparsity” is −0.1",
            ),
            (r#"{}"#, "has no target"),
            (r#"{"granularity": "4:2"}"#, "must be smaller"),
            (
                r#"{"granularity": "columns", "target": {"macs": 0.7}}"#,
                "a pattern such as",
            ),
            (
                r#"{"granularity": "block", "target": {"sparsity": 0.5}}"#,
                "needs “block”",
            ),
            (
                r#"{"block": [4, 1], "target": {"sparsity": 0.5}}"#,
                "goes with",
            ),
            (r#"{"allocation": "manual"}"#, "needs “layers”"),
            (
                r#"{"target": {"macs": 0.7}, "floor": 0}"#,
                "“floor” must be at least 1",
            ),
            (
                r#"{"target": {"macs": 0.7}, "roundTo": 0}"#,
                "“roundTo” is 0",
            ),
        ] {
            let message = message(text);
            assert!(message.contains(expected), "{text} gave: {message}");
        }
    }
}
