//! How much may be made in place of control flow and sequences.

/// What may still be made and tried: loops in loops ask for more than any computer has.
pub struct Budget {
    /// Nodes that may be made.
    pub nodes: usize,
    /// Bytes of nodes that may be copied.
    pub bytes: usize,
    /// Nodes that may be worked out to find how often loops run.
    pub steps: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            nodes: 4096,
            bytes: 1 << 21,
            steps: 8192,
        }
    }
}
