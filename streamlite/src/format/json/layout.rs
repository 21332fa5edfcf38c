//! JSON that is not JSON lines: a value over several lines, or all records in one list.

use serde::de::IgnoredAny;
use serde_json::Deserializer;

/// What a file is instead of JSON lines, and what to do.
pub(super) type Instead = (&'static str, &'static str);

const OVER_LINES: Instead = (
    "it is not JSON lines: its first value goes over several lines",
    "write each record on a line of its own, as `jq -c .` does",
);
const LIST: Instead = (
    "it is not JSON lines: its records are in one list",
    "write each record on a line of its own, as `jq -c '.[]'` does",
);

/// What a file is whose first line is no record; `following` is some of what follows. A record that has names is no list.
pub(super) fn instead_of_lines(line: &[u8], following: &[u8], has_names: bool) -> Option<Instead> {
    let first = *line.trim_ascii_start().first()?;
    if !matches!(first, b'{' | b'[') {
        return None;
    }
    let is_list_of_records =
        has_names && first == b'[' && matches!(second(line).or_else(|| second(following)), Some(b'{' | b'['));
    let goes_on = !following.trim_ascii().is_empty();
    let text = [line, b"\n", following].concat();
    let mut values = Deserializer::from_slice(&text).into_iter::<IgnoredAny>();
    let over_lines = match values.next()? {
        Ok(_) if values.byte_offset() > line.len() => true,
        Ok(_) => return (is_list_of_records && !goes_on).then_some(LIST),
        Err(error) => error.is_eof() && goes_on,
    };
    match over_lines {
        true if first == b'[' => Some(LIST),
        true => Some(OVER_LINES),
        false => None,
    }
}

/// The character after the first one.
fn second(text: &[u8]) -> Option<u8> {
    let text = text.trim_ascii_start();
    let text = text.strip_prefix(b"[").unwrap_or(text);
    text.trim_ascii_start().first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_over_several_lines_is_seen() {
        for (line, following, expected) in [
            ("{", "\"a\": 1\n}\n", Some(OVER_LINES)),
            ("{", "\"a\": 1,\n\"b\":", Some(OVER_LINES)),
            ("{ \"a\": [1,", "2] }\n", Some(OVER_LINES)),
            ("[", "{\"a\":1},\n{\"a\":2}\n]", Some(LIST)),
            ("[{\"a\":1},", "{\"a\":2}]", Some(LIST)),
            ("[{\"a\":1},{\"a\":2}]", "\n \n", Some(LIST)),
            ("[{\"a\":1}]", "[{\"a\":2}]", None),
            ("[1,2]", "", None),
            ("{\"a\":1,", "{\"a\":2}\n", None),
            ("{\"a\":", "{\"a\":2}\n{\"a\":3}", None),
            ("{\"a\":\"x", "{\"a\":2}\n", None),
            ("{\"a\":", "\n", None),
            ("{\"a\":true}", "{\"a\":2}", None),
            ("x", "{\"a\":2}", None),
            ("", "", None),
        ] {
            let found = instead_of_lines(line.as_bytes(), following.as_bytes(), true);
            assert_eq!(found, expected, "{line} {following}");
        }
        assert_eq!(instead_of_lines(b"[{\"a\":1}]", b"", false), None);
        assert_eq!(instead_of_lines(b"[", b"{\"a\":1}]", false), Some(LIST));
    }
}
