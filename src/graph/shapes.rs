//! Shape inference over the whole graph, by asking each node's operator.
