//! A table of text: names to the left, numbers to the right, no column that is empty.

use std::fmt;

use crate::time::Timestamp;

/// How many columns are names, to the left.
const NAMES: usize = 3;
/// The widest that a cell may be; what is longer is cut.
const WIDEST: usize = 60;

#[derive(Debug)]
pub(super) struct TextTable {
    rows: Vec<Vec<String>>,
}

impl TextTable {
    pub(super) fn new(header: &[&str]) -> Self {
        Self {
            rows: vec![header.iter().map(|&name| name.to_owned()).collect()],
        }
    }

    pub(super) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into_iter().map(cut).collect());
    }

    /// The width of each column; 0 where no row has anything.
    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.first().map_or(0, Vec::len);
        (0..columns).map(|column| self.width(column)).collect()
    }

    fn width(&self, column: usize) -> usize {
        let cells = || self.rows.iter().map(|row| row[column].chars().count());
        if cells().skip(1).all(|width| width == 0) {
            0
        } else {
            cells().max().unwrap_or(0)
        }
    }
}

fn cut(text: String) -> String {
    if text.chars().count() <= WIDEST {
        return text;
    }
    text.chars().take(WIDEST - 1).chain(['…']).collect()
}

impl fmt::Display for TextTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for row in &self.rows {
            let mut line = String::new();
            for (column, (cell, &width)) in row
                .iter()
                .zip(&widths)
                .enumerate()
                .filter(|(_, (_, width))| **width > 0)
            {
                let text = if column < NAMES {
                    format!("  {cell:<width$}")
                } else {
                    format!("  {cell:>width$}")
                };
                line.push_str(&text);
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A watermark in words: the end of the input, nothing yet, or a time.
pub(super) fn reached(watermark: Timestamp) -> String {
    match watermark {
        Timestamp::MAX => "end".to_owned(),
        Timestamp::MIN => "none yet".to_owned(),
        watermark => watermark.to_string(),
    }
}
