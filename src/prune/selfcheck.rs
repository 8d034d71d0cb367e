//! The check that every re-pack passes in the product: the masked dense model and the re-packed one, run on the same
//! input, must say the same.
