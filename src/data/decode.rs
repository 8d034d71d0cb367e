//! Picture files to pixels (native only).
