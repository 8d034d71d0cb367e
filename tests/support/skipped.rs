//! Says why a test has nothing to test.

use std::fmt::Display;
use std::io::Write;

/// Goes past the test harness, which swallows what passing tests print.
pub fn skipped(why: impl Display) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
