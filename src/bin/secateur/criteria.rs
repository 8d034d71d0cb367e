//! The criteria that a recipe can name, as the command's help lists them.

use secateur::message::Message;
use secateur::prune::criteria::{self, Criterion};
use secateur::t;
use secateur::text::render;

/// What a recipe's criterion can be.
pub fn help() -> String {
    let listed: Vec<String> = criteria::all().map(described).collect();
    format!("{}:\n{}", t!("help-heading-criteria"), listed.join("\n"))
}

fn described(criterion: &Criterion) -> String {
    let info = &criterion.info;
    let mut meaning = render(&Message::new(info.about, []));
    if !info.channels {
        meaning = t!("help-criterion-branches", about = meaning);
    } else if !info.weights {
        meaning = t!("help-criterion-channels", about = meaning);
    }
    if let Some(needs) = info.needs {
        meaning = t!(
            "help-criterion-needs",
            about = meaning,
            what = Message::new(needs, [])
        );
    }
    if criterion.looks_at_pictures() {
        meaning = t!("help-criterion-photos", about = meaning);
    }
    format!(
        "- {}",
        t!("help-value", name = info.name, meaning = meaning)
    )
}
