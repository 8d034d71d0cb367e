//! The criteria that a recipe can name, as the command's help lists them.

use crate::table::table;
use secateur::message::Message;
use secateur::prune::criteria;
use secateur::text::render;

/// What a recipe's criterion can be.
pub fn help() -> String {
    let rows = criteria::all().map(|criterion| {
        let info = &criterion.info;
        let said_by = |key| render(&Message::new(key, []));
        let mut said = said_by(info.about);
        if !info.weights {
            said += " Whole channels only.";
        }
        if let Some(needs) = info.needs {
            said += &format!(" Needs {}.", said_by(needs));
        }
        if criterion.looks_at_pictures() {
            said += " Looks at pictures: --data and --preset.";
        }
        vec![format!("  {}", info.name), said]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let table = table(&["", ""], &rows);
    format!(
        "A recipe's criterion, and what it takes first:{}",
        table.trim_end()
    )
}
