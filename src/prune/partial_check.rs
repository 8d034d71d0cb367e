//! The check of a re-pack where no engine at hand runs the whole model: everything around the unknown operators is run. Their
//! axes are frozen, so both models must hand them the very same, and make the very same of whatever they give back.

use super::check;
use super::cut::{CutFile, test_pattern};
use super::session::Session;
use crate::error::Result;
use crate::graph::{Graph, Node, ValueId};
use crate::message::quoted;
use crate::ops::operator;

impl Session {
    /// Checks a cut that could not be checked whole: what unknown operators give is an input with a test pattern, what they are
    /// given an output. Takes what comes of it into the report. A cut that has been checked stays as it is.
    ///
    /// Fails with [`Error::BadInput`](crate::error::Error::BadInput) where it is not known what shape a node's output has, and
    /// as [`check::check`] does on the rest.
    pub fn check_partially(&self, cut: &mut CutFile) -> Result<()> {
        let (Some(external_check), Some(packed)) = (&cut.external_check, &cut.repacked) else {
            return Ok(());
        };
        let Some(masked) = self.masked_model(&external_check.removed)? else {
            return Ok(());
        };
        let (masked, packed) = (without_unknown(&masked), without_unknown(packed));
        let inputs = test_pattern(&masked)?;
        let check = check::check(masked, &packed, &inputs)?;
        let names: Vec<String> = self
            .graph()
            .unsupported()
            .into_iter()
            .map(|unknown| unknown.node)
            .collect();
        let with = message!("part-test-pattern", nodes = quoted(names));
        cut.report.take_check(check, with);
        Ok(())
    }
}

/// The same model without its unknown nodes.
fn without_unknown(graph: &Graph) -> Graph {
    let mut rest = graph.clone();
    let is_known = |node: &Node| !matches!(operator(node, graph.opset()), Ok(None));
    let (known, unknown): (Vec<Node>, Vec<Node>) = rest.nodes.drain(..).partition(is_known);
    let made = |id: &ValueId| known.iter().any(|node| node.outputs.contains(&Some(*id)));
    for node in &unknown {
        for id in node.reads().filter(made) {
            if !rest.outputs.contains(&id) {
                rest.outputs.push(id);
            }
        }
    }
    let given = unknown
        .iter()
        .flat_map(|node| node.outputs.iter().flatten());
    rest.inputs.extend(given);
    // An output that such a node makes is told by what the node is given.
    let inputs = rest.inputs.clone();
    rest.outputs.retain(|id| !inputs.contains(id));
    rest.nodes = known;
    rest
}
