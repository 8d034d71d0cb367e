//! What is being done, on standard error where that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::time::Duration;

/// A line that tells the stage and the time it has taken; it vanishes when dropped.
pub struct Progress {
    line: ProgressBar,
}

impl Progress {
    pub fn new(stage: &'static str) -> Self {
        // Draws on standard error, and nothing at all where that is no terminal.
        let line = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({prefix}{elapsed})") {
            line.set_style(style);
        }
        line.set_message(stage);
        line.enable_steady_tick(Duration::from_millis(100));
        Progress { line }
    }

    pub fn stage(&self, stage: &'static str) {
        self.line.set_prefix("");
        self.line.set_message(stage);
    }

    /// How much of the stage is done.
    pub fn count(&self, done: usize, of: usize) {
        self.line.set_prefix(format!("{done} of {of}, "));
    }

    /// A remark to the user, which stays.
    pub fn note(&self, text: &str) {
        self.line.suspend(|| {
            // With standard error closed there is nobody left to tell.
            let _ = writeln!(std::io::stderr(), "{text}");
        });
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.line.finish_and_clear();
    }
}
