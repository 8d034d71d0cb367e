//! Topological order, and the error that names a cycle.
