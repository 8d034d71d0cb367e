//! Plain tables for a terminal.

use secateur::t;

/// Rows under a heading: columns as wide as their widest cell, numbers to the right.
pub fn table(heading: &[impl AsRef<str>], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = heading.iter().map(|cell| length(cell.as_ref())).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(length(cell));
        }
    }
    let to_right: Vec<bool> = (0..heading.len())
        .map(|column| {
            let mut cells = rows.iter().filter_map(|row| row.get(column));
            cells.all(|cell| cell.starts_with(|c: char| c.is_ascii_digit() || c == '–'))
        })
        .collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for ((cell, &width), &right) in cells.zip(&widths).zip(&to_right) {
            let space = " ".repeat(width.saturating_sub(length(cell)));
            let (before, after) = if right {
                (space, String::new())
            } else {
                (String::new(), space)
            };
            line += &format!("{before}{cell}{after}  ");
        }
        line.trim_end().to_string() + "\n"
    };
    let mut text = line(&mut heading.iter().map(AsRef::as_ref));
    for row in rows {
        text += &line(&mut row.iter().map(String::as_str));
    }
    text
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// The same where the columns are what the command compares: before, after, and the share that is kept.
pub fn compared(rows: &[Vec<String>]) -> String {
    let heading = [
        String::new(),
        t!("command-column-before"),
        t!("command-column-after"),
        t!("command-column-kept"),
    ];
    table(&heading, rows)
}

/// A row of that: what is counted, in both models.
pub fn compared_counts(what: String, before: u64, after: u64) -> Vec<String> {
    let kept = match before {
        0 => "–".into(),
        _ => rounded_percent(after as f64 / before as f64),
    };
    vec![what, count(before), count(after), kept]
}

/// A count with its thousands set apart: 4,652,008.
pub fn count(n: u64) -> String {
    let group = t!("number-group");
    let digits = n.to_string();
    let first = digits.len() % 3;
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == first {
            text += &group;
        }
        text.push(digit);
    }
    text
}

/// A share in percent, to the hundredth.
pub fn percent(share: f64) -> String {
    t!("command-percent", percent = 100.0 * share)
}

/// A share in percent, to the tenth.
pub fn rounded_percent(share: f64) -> String {
    t!("command-percent-rounded", percent = 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [
            vec!["é".into(), "7".into()],
            vec!["abc".into(), "12".into()],
        ];
        assert_eq!(
            table(&["name", "n"], &rows),
            "name   n\né      7\nabc   12\n"
        );
    }

    #[test]
    fn thousands_stand_apart() {
        let counts = [0, 12, 123, 1234, 123456, 4652008].map(count);
        assert_eq!(counts, ["0", "12", "123", "1,234", "123,456", "4,652,008"]);
    }
}
