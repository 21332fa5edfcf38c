//! Finding a quote that is never closed.

/// Whether a record ends inside a quoted field.
pub(super) fn end_inside_quotes(record: &[u8], delimiter: u8) -> bool {
    let (mut quoted, mut at_start) = (false, true);
    let mut bytes = record.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let was_at_start = std::mem::take(&mut at_start);
        match byte {
            b'"' if quoted => quoted = bytes.next_if_eq(&b'"').is_some(),
            b'"' if was_at_start => quoted = true,
            byte if !quoted => at_start = byte == delimiter || byte == b'\n' || byte == b'\r',
            _ => {}
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_quote_that_opens_a_field_counts() {
        for closed in [&b"a,\"b\"\"c\",d"[..], b"5\" disk,x", b"\"a\nb\",\"\"", b""] {
            assert!(!end_inside_quotes(closed, b','), "{closed:?}");
        }
        for open in [&b"a,\"b,c"[..], b"\"\"\"", b"x\n\"y"] {
            assert!(end_inside_quotes(open, b','), "{open:?}");
        }
    }
}
