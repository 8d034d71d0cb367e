//! The criteria that a recipe can name, as the command's help lists them.

use crate::table::table;
use secateur::prune::score;

/// What a recipe's criterion can be.
pub fn help() -> String {
    let rows = score::all().map(|entry| {
        let about = &entry.about;
        let mut said = about.sentence.to_owned();
        if !about.weights {
            said += " Whole channels only.";
        }
        if let Some(needs) = about.needs {
            said += &format!(" Needs {needs}.");
        }
        if entry.looks_at_pictures() {
            said += " Looks at pictures: --data and --preset.";
        }
        vec![format!("  {}", about.name), said]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let table = table(&["", ""], &rows);
    format!(
        "A recipe's criterion, and what it takes first:{}",
        table.trim_end()
    )
}
