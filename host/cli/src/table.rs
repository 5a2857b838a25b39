//! Tables of plain text.

/// Alignment of a column's cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Names to copy, never shortened: for the first column. They get lines of their own if lines would be too long.
    Name,
    /// Names and other text, shortened if a line gets too long.
    Left,
    /// Text that is never shortened.
    Whole,
    /// Numbers.
    Right,
}

/// Terminal width of the output, in columns.
pub const COLUMNS: usize = 100;
/// A column of text is not made narrower than this.
const NARROWEST: usize = 10;

/// Rows below a header, each column as wide as its widest cell, with two spaces before each column.
/// Columns whose cells are all empty are left out. If a line would be longer than [`COLUMNS`], the longest texts are
/// shortened; numbers never are.
#[derive(Debug)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: &[(&str, Align)]) -> Self {
        Table { columns: columns.iter().map(|&(name, align)| (name.to_owned(), align)).collect(), rows: Vec::new() }
    }

    /// Adds a row with one cell for each column.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table, each line ended by a newline.
    pub fn text(&self) -> String {
        let cell = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
        let used: Vec<usize> =
            (0..self.columns.len()).filter(|&c| self.rows.iter().any(|row| !cell(row, c).is_empty())).collect();
        let header: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let lines: Vec<&Vec<String>> = std::iter::once(&header).chain(&self.rows).collect();
        let width = |column: usize| lines.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or(0);
        let mut widths: Vec<usize> = used.iter().map(|&column| width(column)).collect();
        let is_text = |i: usize| self.columns[used[i]].1 == Align::Left;
        let shrink = |widths: &mut Vec<usize>| loop {
            if widths.iter().map(|width| width + 2).sum::<usize>() <= COLUMNS {
                return true;
            }
            let texts = (0..used.len()).filter(|&i| is_text(i) && widths[i] > NARROWEST);
            let Some(widest) = texts.max_by_key(|&i| widths[i]) else { return false };
            widths[widest] -= 1;
        };
        let has_names = used.first().is_some_and(|&column| self.columns[column].1 == Align::Name);
        let mut below = widths.clone();
        let mut apart = false;
        if !shrink(&mut widths) && has_names {
            // The line below a name is indented by two more.
            below[0] = 0;
            apart = shrink(&mut below);
        }
        if apart {
            widths = below;
        }
        let mut text = String::new();
        for row in lines {
            let mut line = String::new();
            for (&column, &width) in used.iter().zip(&widths) {
                if apart && column == used[0] {
                    let name = cell(row, column);
                    line.push_str(&if name.is_empty() { "  ".to_owned() } else { format!("  {name}\n  ") });
                    continue;
                }
                let cell = shortened(&cell(row, column), width);
                line.push_str("  ");
                match self.columns[column].1 {
                    Align::Name | Align::Left | Align::Whole => line.push_str(&format!("{cell:<width$}")),
                    Align::Right => line.push_str(&format!("{cell:>width$}")),
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// A text limited to this many characters. Names differ mostly at the beginning and end, so the middle is left out.
pub fn shortened(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(1);
    let end = text.chars().skip(length - kept / 3);
    text.chars().take(kept - kept / 3).chain(['…']).chain(end).collect()
}

/// Breaks lines that are longer than [`COLUMNS`] between words, not inside of numbers in groups of digits; the following lines are
/// indented by two more spaces. Styles do not count.
pub fn wrapped(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let mut column = 0;
        for (i, word) in words(&line[indent..]).into_iter().enumerate() {
            let length = visible(word);
            if i == 0 {
                out.extend(std::iter::repeat_n(' ', indent));
                column = indent;
            } else if column + 1 + length > COLUMNS && length > 0 {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent + 2));
                column = indent + 2;
            } else {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += length;
        }
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    }
    out
}

/// The words of a line. A number in groups of digits is one, and so is a percentage: `12 345`, `8.1 %`.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    for (at, _) in line.match_indices(' ') {
        let (before, after) = (&line[start..at], &line[at + 1..]);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let joined = before.ends_with(|c: char| c.is_ascii_digit()) && (digits == 3 || after.starts_with('%'));
        if !joined {
            words.push(before);
            start = at + 1;
        }
    }
    words.push(&line[start..]);
    words
}

/// Characters of a word, without style sequences.
fn visible(word: &str) -> usize {
    let mut pieces = word.split('\u{1b}');
    let first = pieces.next().unwrap_or_default().chars().count();
    first + pieces.map(|piece| piece.split_once('m').map_or(0, |(_, text)| text.chars().count())).sum::<usize>()
}

/// A number with a space between groups of three digits: `12 345`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_empty_ones_are_left_out() {
        let mut table = Table::new(&[("name", Align::Left), ("nothing", Align::Left), ("bytes", Align::Right)]);
        table.row(["é".into(), String::new(), "1".into()]);
        table.row(["longer".into(), String::new(), "123456".into()]);
        assert_eq!(table.text(), "  name     bytes\n  é            1\n  longer  123456\n");
    }

    #[test]
    fn long_texts_do_not_break_the_table() {
        let mut table = Table::new(&[("name", Align::Left), ("own name", Align::Left), ("bytes", Align::Right)]);
        table.row(["n".repeat(300), "o".repeat(40), "123456".into()]);
        table.row(["short".into(), "short".into(), "1".into()]);
        let text = table.text();
        assert!(text.lines().all(|line| line.chars().count() <= COLUMNS), "{text}");
        assert!(text.contains("…") && text.contains("123456") && text.contains("short"), "{text}");
        let mut numbers = Table::new(&[("n", Align::Right)]);
        numbers.row(["1".repeat(150)]);
        assert!(numbers.text().contains(&"1".repeat(150)));
    }

    #[test]
    fn names_are_never_shortened() {
        let mut table = Table::new(&[("C name", Align::Name), ("own name", Align::Left), ("type", Align::Whole)]);
        let name = |length: usize| "n".repeat(length);
        table.row([name(70), "o".repeat(50), "int8".into()]);
        let text = table.text();
        assert!(text.contains(&format!("  {}  o", name(70))) && text.contains('…'), "{text}");
        table.row([name(90), "own".into(), "int8".into()]);
        table.row([String::new(), "more".into(), String::new()]);
        let (text, names) = (table.text(), [name(70), name(90)]);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= COLUMNS), "{text}");
        assert_eq!((lines[0], lines[1].trim_start().split(' ').next()), ("  C name", Some("own")), "{text}");
        assert_eq!((lines[2], lines[4]), (&*format!("  {}", names[0]), &*format!("  {}", names[1])), "{text}");
        assert_eq!((lines.len(), lines[6]), (7, "    more"), "{text}");
        assert!(lines[3].contains(&"o".repeat(50)), "{text}");
    }

    #[test]
    fn long_lines_are_broken_between_words() {
        let text = format!("  {}\nshort  line\n\n", "word ".repeat(30));
        let wrapped = wrapped(&text);
        let lines: Vec<&str> = wrapped.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= COLUMNS), "{wrapped}");
        assert!(lines[0].starts_with("  word") && lines[1].starts_with("    word"), "{wrapped}");
        assert_eq!(lines[2..], ["short  line", ""]);
        assert_eq!(super::wrapped(&"x".repeat(120)), "x".repeat(120) + "\n");
        assert_eq!(visible("\u{1b}[1mbold\u{1b}[0m"), 4);
        assert_eq!(words("of 1 234 567 bytes,  8.1 % of 12"), ["of", "1 234 567", "bytes,", "", "8.1 %", "of", "12"]);
        let numbers = super::wrapped(&"of 12 345 678 ".repeat(20));
        let starts = numbers.lines().map(|line| line.trim_start().get(..2));
        assert!(starts.into_iter().all(|start| [Some("of"), Some("12")].contains(&start)), "{numbers}");
    }

    #[test]
    fn digits_in_groups() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1 000"), (1234567, "1 234 567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
