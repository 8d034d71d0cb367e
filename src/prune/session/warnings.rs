//! What a person should know about the current cut, in words.

use super::Session;
use super::choice::Choice;
use super::items::Items;
use crate::cost::{uncounted, uncounted_warning};
use crate::error::Result;
use crate::message::{Message, quoted};
use crate::prune::allocate::{groups_at_limit, layers_at_limit};
use crate::recipe::{Granularity, Recipe, Target};

/// How many layers a warning names.
const NAMED: usize = 3;

impl Session {
    /// A sentence for each thing that the current cut did otherwise than one might expect.
    pub(in crate::prune) fn warnings(&self) -> Result<Vec<Message>> {
        let (recipe, choice) = self.current()?;
        let mut warnings = Vec::new();
        warnings.extend(whatever_the_pattern_says(recipe));
        warnings.extend(held_back(&self.at_limit(recipe, choice)));
        warnings.extend(uncounted_warning(&uncounted(&self.graph)));
        if !recipe.granularity.leaves_the_file() {
            warnings.push(message!("warning-zeros-stay"));
        }
        Ok(warnings)
    }

    /// The names of layers of which the recipe's limits let no more go; one for layers that are cut as one.
    fn at_limit(&self, recipe: &Recipe, choice: &Choice) -> Vec<String> {
        match (choice, &self.items) {
            (Choice::Units(removed), _) => {
                let groups = groups_at_limit(&self.graph, &self.groups, recipe, removed);
                let producers = groups
                    .into_iter()
                    .filter_map(|group| self.groups.groups[group].producers.first());
                let node = |node: usize| self.graph.node_label(&self.graph.nodes[node]);
                producers.map(|producer| node(producer.node)).collect()
            }
            (Choice::Items(counts), Some((_, Items::Ranked(ranked)))) => {
                let layers = layers_at_limit(ranked, recipe, counts).into_iter();
                layers.flat_map(|l| l.names.first().cloned()).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn held_back(layers: &[String]) -> Option<Message> {
    let named = quoted(layers.iter().take(NAMED));
    match layers.len().saturating_sub(NAMED) {
        _ if layers.is_empty() => None,
        0 => Some(message!("warning-layers-at-limit", layers = named)),
        others => Some(message!(
            "warning-more-layers-at-limit",
            layers = named,
            others = others
        )),
    }
}

fn whatever_the_pattern_says(recipe: &Recipe) -> Option<Message> {
    let Granularity::NM { n, m } = recipe.granularity else {
        return None;
    };
    let share = 1.0 - n as f64 / m as f64;
    let same = |asked: f64| (asked - share).abs() < 0.005;
    let target_is_met = match recipe.target {
        None => true,
        Some(Target::Sparsity(asked)) => same(asked),
        Some(_) => false,
    };
    let shares_are_met = recipe
        .layers
        .values()
        .all(|&asked| asked == 0.0 || same(asked));
    if target_is_met && shares_are_met {
        return None;
    }
    Some(message!(
        "warning-pattern-fixed",
        n = n,
        m = m,
        share = share * 100.0
    ))
}
