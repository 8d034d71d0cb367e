//! What is being done, on standard error where that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use secateur::message;
use secateur::message::Message;
use secateur::recover;
use secateur::task::{self, Phase};
use secateur::text::render;
use std::io::Write;
use std::time::Duration;

const UNKNOWN: &str = "{spinner} {msg} ({elapsed})";
const COUNTED: &str = "{spinner} {msg} {bar:24} {pos} of {len} ({elapsed})";

/// A line that tells the stage and the time it has taken, with a bar where it is known how much there is to do; it
/// vanishes when dropped.
pub struct Progress {
    line: ProgressBar,
}

impl Progress {
    /// Begins to show a stage.
    pub fn new(stage: Message) -> Self {
        // Draws on standard error, and nothing at all where that is no terminal.
        let progress = Progress {
            line: ProgressBar::new_spinner(),
        };
        progress.stage(stage);
        progress.line.enable_steady_tick(Duration::from_millis(100));
        progress
    }

    /// Shows the next stage, of which it is not known how long it takes.
    pub fn stage(&self, stage: Message) {
        self.look_like(UNKNOWN);
        self.tell(stage);
    }

    fn tell(&self, stage: Message) {
        self.line.set_message(render(&stage));
    }

    /// A phase and how much of it is done.
    pub fn show(&self, task::Progress { phase, done, of }: task::Progress) {
        self.tell(match phase {
            Phase::Scoring => message!("command-progress-criterion"),
            Phase::Reference => message!("command-progress-original"),
            Phase::Baseline => message!("command-progress-baseline"),
            Phase::TryingRates => message!("command-progress-rates"),
            Phase::Recalibrating | Phase::Reconstructing => message!("command-progress-recovering"),
            Phase::Judging => message!("command-progress-evaluating"),
            Phase::Testing => message!("command-progress-measuring"),
        });
        self.count(done, of);
    }

    /// What a recovery tells. What comes out of it tells where training diverged.
    pub fn recovery(&self, event: &recover::Event) {
        match event {
            recover::Event::Progress(progress) => self.show(*progress),
            recover::Event::LearningRate(rate) => {
                self.note(message!("command-recover-rate", rate = *rate));
            }
            recover::Event::Learning(learning) => {
                self.tell(message!("command-progress-recovering"));
                self.count(learning.done, learning.of);
            }
            recover::Event::Warning(recover::Warning::Unmatched(unmatched)) => {
                self.note(message!("command-note", text = unmatched.message()));
            }
            _ => {}
        }
    }

    /// How much of the stage is done.
    pub fn count(&self, done: usize, of: usize) {
        self.look_like(COUNTED);
        self.line.set_length(of as u64);
        self.line.set_position(done as u64);
    }

    fn look_like(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.line.set_style(style);
        }
    }

    /// A remark to the user, which stays.
    pub fn note(&self, remark: Message) {
        let text = render(&remark);
        self.line.suspend(|| {
            // With standard error closed there is nobody left to tell.
            let _ = writeln!(std::io::stderr(), "{text}");
        });
    }

    /// A warning to the user, which stays.
    pub fn warn(&self, warning: &Message) {
        self.note(message!("command-warning", text = warning));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.line.finish_and_clear();
    }
}
