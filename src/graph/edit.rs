//! Safe editing: adding, replacing and removing values and nodes.
