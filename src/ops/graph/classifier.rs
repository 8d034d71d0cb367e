//! How a classifier ends: with its logits, or with a softmax of them.

use crate::graph::{Graph, Node, ValueId};

impl Graph {
    /// The softmax whose probabilities are the model's first output; `None` where that output holds logits.
    pub fn last_softmax(&self) -> Option<&Node> {
        let mut value = *self.outputs.first()?;
        loop {
            let node = self.maker(value)?;
            let operator = self.described(node)?;
            if operator.gives_probabilities() {
                return Some(node);
            }
            // A view gives the numbers that it was given, in another shape at most.
            value = node.input(0).filter(|_| operator.is_view())?;
        }
    }

    /// The value that holds the logits: the first output, or what goes into the softmax that makes it.
    pub fn logits(&self) -> Option<ValueId> {
        match self.last_softmax() {
            Some(softmax) => softmax.input(0),
            None => self.outputs.first().copied(),
        }
    }

    /// The standard operator whose first output is this value.
    fn maker(&self, value: ValueId) -> Option<&Node> {
        let mut nodes = self.nodes.iter();
        nodes.find(|node| node.domain.is_empty() && node.output(0) == Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chain of operators; gives the value in front of each, and the last one's.
    fn chain(operators: &[(&str, &str)]) -> (Graph, Vec<ValueId>) {
        let mut graph = Graph::default();
        let mut values = vec![graph.add_value("image", None)];
        for (domain, op) in operators {
            let output = graph.add_value(op, None);
            graph.nodes.push(Node {
                name: String::new(),
                op_type: (*op).into(),
                domain: (*domain).into(),
                inputs: vec![values.last().copied()],
                outputs: vec![Some(output)],
                attributes: Default::default(),
                captures: Vec::new(),
            });
            values.push(output);
        }
        graph.outputs = values.last().copied().into_iter().collect();
        (graph, values)
    }

    #[test]
    fn a_softmax_is_found_behind_what_only_passes_it_on() {
        let (graph, values) = chain(&[
            ("", "Gemm"),
            ("", "Softmax"),
            ("", "Reshape"),
            ("", "Identity"),
        ]);
        assert_eq!(graph.last_softmax().unwrap().output(0), Some(values[2]));
        assert_eq!(graph.logits(), Some(values[1]));
    }

    #[test]
    fn what_changes_the_numbers_ends_the_search() {
        for last in [("", "Mul"), ("com.example", "Identity"), ("", "LogSoftmax")] {
            let (graph, values) = chain(&[("", "Softmax"), last]);
            assert!(graph.last_softmax().is_none());
            assert_eq!(graph.logits(), Some(values[2]));
        }
        let (graph, _) = chain(&[("com.example", "Softmax")]);
        assert!(graph.last_softmax().is_none());
    }
}
