//! Says why a test has nothing to test.

use std::fmt::Display;
use std::io::Write;

/// Bypasses the test harness, which hides the output of tests that pass.
pub fn skipped(why: impl Display) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
