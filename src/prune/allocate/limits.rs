//! What a recipe says about single layers, looked up in a model.

use crate::cost::{CostModel, uncounted};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::message::{Message, quoted};
use crate::prune::branches::Branch;
use crate::recipe::{Allocation, Granularity, Recipe, Target, did_you_mean, suggest};

/// How many layers a message names.
const NAMED: usize = 3;

/// Whether the layers that a recipe names are there, and the branches, where it removes such: it protects either, and says of a
/// branch alone whether it goes.
pub fn check_names(recipe: &Recipe, costs: &CostModel<'_>, branches: &[Branch]) -> Result<()> {
    let layers: Vec<&str> = costs.rows().iter().map(|l| l.name.as_str()).collect();
    let branches: Vec<&str> = branches.iter().map(|branch| branch.name.as_str()).collect();
    let both = [&branches[..], &layers].concat();
    let (settable, protectable) = match recipe.granularity {
        Granularity::Branch => (branches, both),
        _ => (layers.clone(), layers),
    };
    let protect = recipe.protect.iter();
    let protect = protect.map(|name| ("protect", name, &protectable));
    let set = recipe.layers.keys().map(|name| ("layers", name, &settable));
    for (field, name, known) in protect.chain(set) {
        if !known.contains(&name.as_str()) {
            let hint = match known.len() {
                0..=12 => suggest(name, known),
                _ => nearest(name, known),
            };
            return Err(Error::BadRecipe(message!(
                "error-recipe-no-layer",
                field = field,
                name = name,
                hint = hint
            )));
        }
    }
    Ok(())
}

/// Whether a share of the multiply-adds can be asked for: not where layers are left out of them, which a cut may leave as they
/// are.
pub fn check_counted(recipe: &Recipe, graph: &Graph) -> Result<()> {
    let asks = matches!(recipe.target, Some(Target::Macs(_)));
    let left = uncounted(graph);
    let layers: Vec<&str> = left
        .iter()
        .filter(|left| left.multiplies)
        .map(|left| left.node.as_str())
        .collect();
    if !asks || recipe.allocation == Allocation::Manual || layers.is_empty() {
        return Ok(());
    }
    let mut unknown: Vec<&str> = left
        .iter()
        .filter(|left| !left.multiplies)
        .map(|left| left.operator.as_str())
        .collect();
    unknown.sort_unstable();
    unknown.dedup();
    Err(Error::BadRecipe(message!(
        "error-recipe-uncounted",
        count = layers.len(),
        layers = quoted(layers.into_iter().take(NAMED)),
        unknown = unknown.len(),
        operators = quoted(unknown)
    )))
}

/// A hint that does not list a whole large model.
fn nearest(name: &str, known: &[&str]) -> Message {
    did_you_mean(name, known).unwrap_or_else(|| {
        message!(
            "hint-layers",
            count = known.len(),
            first = known[0],
            last = known[known.len() - 1]
        )
    })
}

/// The share that the recipe sets by hand for layers that are cut as one: 0 where one is protected, `None` where nothing
/// is said. They can't be cut differently, so the most careful word counts.
pub fn by_hand(recipe: &Recipe, layers: impl IntoIterator<Item = impl AsRef<str>>) -> Option<f64> {
    let said = layers.into_iter().filter_map(|layer| {
        let layer = layer.as_ref();
        let protected = recipe.protect.iter().any(|name| name == layer);
        protected
            .then_some(0.0)
            .or_else(|| recipe.layers.get(layer).copied())
    });
    said.min_by(f64::total_cmp)
}
