//! Which channels of the original each layer of a re-packed model still has. The file carries it, so that a model can be
//! measured against its original, layer by layer, however many cuts lie between the two.

use super::flow::Indices;
use super::groups::Groups;
use crate::error::{Error, Result};
use crate::graph::{Graph, ValueId};
use std::collections::{BTreeMap, BTreeSet};

/// Where a file keeps it in its `metadata_props`: a JSON object from the name of a layer's output to a bit for each
/// channel of the original, four to a hexadecimal digit, the lowest bit first.
pub const LINEAGE_KEY: &str = "secateur.kept";

/// By the name of a layer's output: the original's channels that are left, in order. Layers that lost none are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lineage(BTreeMap<String, Vec<usize>>);

impl Lineage {
    /// What a cut of `graph` keeps.
    pub(super) fn of(graph: &Graph, groups: &Groups, kept: &Indices) -> Self {
        let layers = groups.layers.iter().map(|(node, _)| &graph.nodes[*node]);
        let norms = graph.batch_norms();
        let outputs: BTreeSet<ValueId> = layers.chain(norms).filter_map(|n| n.output(0)).collect();
        let cut = kept
            .iter()
            .filter(|(axis, _)| outputs.contains(&axis.value));
        let named = cut.map(|(axis, kept)| (graph.value(axis.value).name.clone(), kept.clone()));
        Lineage(named.collect())
    }

    /// What is left of the original after one more cut.
    pub fn then(&self, cut: &Lineage) -> Lineage {
        let mut all = self.0.clone();
        for (name, kept) in &cut.0 {
            let through = match self.0.get(name) {
                Some(before) => kept
                    .iter()
                    .filter_map(|&i| before.get(i).copied())
                    .collect(),
                None => kept.clone(),
            };
            all.insert(name.clone(), through);
        }
        Lineage(all)
    }

    /// The channels of an ancestor that the output of this name still has; `None` where it has them all.
    ///
    /// Fails where the ancestor does not have them.
    pub fn within(&self, ancestor: &Lineage, name: &str) -> Result<Option<Vec<usize>>> {
        let Some(own) = self.0.get(name) else {
            return Ok(None);
        };
        let Some(older) = ancestor.0.get(name) else {
            return Ok(Some(own.clone()));
        };
        let places = own.iter().map(|i| older.binary_search(i).ok());
        places
            .collect::<Option<Vec<_>>>()
            .map(Some)
            .ok_or_else(|| stranger(name))
    }

    /// What earlier cuts removed, from the model's metadata; nothing where it was never cut. Errors: metadata that can't be read.
    pub fn read(graph: &Graph) -> Result<Self> {
        let Some((_, text)) = graph.metadata.iter().find(|(key, _)| key == LINEAGE_KEY) else {
            return Ok(Lineage::default());
        };
        let unreadable = || Error::BadModel(message!("error-lineage", key = LINEAGE_KEY));
        let masks: BTreeMap<String, String> =
            serde_json::from_str(text).map_err(|_| unreadable())?;
        let named = masks
            .into_iter()
            .map(|(name, mask)| Some((name, indices(&mask)?)));
        named
            .collect::<Option<_>>()
            .map(Lineage)
            .ok_or_else(unreadable)
    }

    /// Records it in a model, in place of what was recorded before.
    pub fn write(&self, graph: &mut Graph) {
        graph.metadata.retain(|(key, _)| key != LINEAGE_KEY);
        if self.0.is_empty() {
            return;
        }
        let masks: BTreeMap<&String, String> = self.0.iter().map(|(n, k)| (n, mask(k))).collect();
        let text = serde_json::to_string(&masks).expect("names and digits are JSON");
        graph.metadata.push((LINEAGE_KEY.into(), text));
    }
}

fn mask(kept: &[usize]) -> String {
    let digits = kept.last().map_or(0, |last| last / 4 + 1);
    let mut nibbles = vec![0u32; digits];
    for &index in kept {
        nibbles[index / 4] |= 1 << (index % 4);
    }
    nibbles
        .into_iter()
        .filter_map(|nibble| char::from_digit(nibble, 16))
        .collect()
}

fn indices(mask: &str) -> Option<Vec<usize>> {
    let mut indices = Vec::new();
    for (at, digit) in mask.chars().enumerate() {
        let nibble = digit.to_digit(16)?;
        indices.extend(
            (0..4)
                .filter(|bit| nibble >> bit & 1 == 1)
                .map(|bit| at * 4 + bit),
        );
    }
    Some(indices)
}

fn stranger(name: &str) -> Error {
    Error::BadInput(message!("error-not-its-original", name = name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lineage(kept: &[usize]) -> Lineage {
        Lineage(BTreeMap::from([("y".to_string(), kept.to_vec())]))
    }

    #[test]
    fn bits_are_channels() {
        assert_eq!(mask(&[0, 1, 5, 8]), "321");
        assert_eq!(indices("321"), Some(vec![0, 1, 5, 8]));
        assert_eq!(indices("3g"), None);
    }

    #[test]
    fn cuts_follow_each_other() {
        let first = lineage(&[1, 3, 4, 7]);
        let both = first.then(&lineage(&[0, 2]));
        assert_eq!(both, lineage(&[1, 4]));
        assert_eq!(both.within(&first, "y"), Ok(Some(vec![0, 2])));
        assert_eq!(both.within(&Lineage::default(), "y"), Ok(Some(vec![1, 4])));
        assert_eq!(both.within(&first, "z"), Ok(None));
        assert!(lineage(&[2]).within(&first, "y").is_err());
    }
}
