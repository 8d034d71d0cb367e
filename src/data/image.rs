//! Pixels to tensor: what the preset says, done to an RGBA photo.
