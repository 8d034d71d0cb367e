//! Plain tables for a terminal.

/// Rows under a heading: columns as wide as their widest cell, numbers to the right.
pub fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = heading.iter().map(|cell| length(cell)).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(length(cell));
        }
    }
    let to_right: Vec<bool> = (0..heading.len())
        .map(|column| {
            let mut cells = rows.iter().filter_map(|row| row.get(column));
            cells.all(|cell| cell.starts_with(|c: char| c.is_ascii_digit()))
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
    let mut text = line(&mut heading.iter().copied());
    for row in rows {
        text += &line(&mut row.iter().map(String::as_str));
    }
    text
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// A count with its thousands set apart: 4 652 008.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let first = digits.len() % 3;
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == first {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A share of a whole in percent.
pub fn percent(part: u64, whole: u64) -> String {
    match whole {
        0 => "–".into(),
        _ => format!("{:.1} %", 100.0 * part as f64 / whole as f64),
    }
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
        assert_eq!(counts, ["0", "12", "123", "1 234", "123 456", "4 652 008"]);
    }
}
