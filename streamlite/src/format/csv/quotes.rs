//! Quotes that are not closed, or closed too early.

use memchr::{memchr, memchr2};

use super::dialect::Dialect;

/// What is wrong with the quotes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    Fine,
    /// It ends inside a quoted field.
    Unclosed,
    /// Something other than a delimiter follows a closing quote.
    TextAfter,
}

/// Looks at the quotes of a record. One that does not open a field is text.
#[inline]
pub(super) fn check(record: &[u8], dialect: &Dialect) -> Quoting {
    match dialect.quote {
        Some(quote) if memchr(quote, record).is_some() => check_quotes(record, quote, dialect),
        _ => Quoting::Fine,
    }
}

fn check_quotes(record: &[u8], quote: u8, dialect: &Dialect) -> Quoting {
    let ends_field = |byte: u8| byte == dialect.delimiter || byte == b'\n' || byte == b'\r';
    let mut place = 0;
    while let Some(found) = record.get(place..).and_then(|rest| memchr(quote, rest)) {
        let opened = place + found;
        place = opened + 1;
        if opened > 0 && !ends_field(record[opened - 1]) {
            continue;
        }
        let Some(end) = closing(record, place, quote, dialect.escape) else {
            return Quoting::Unclosed;
        };
        place = end + 1;
        match record.get(place) {
            Some(byte) if !ends_field(*byte) => return Quoting::TextAfter,
            _ => place += 1,
        }
    }
    Quoting::Fine
}

/// Where the quote is that closes a field.
fn closing(record: &[u8], mut place: usize, quote: u8, escape: Option<u8>) -> Option<usize> {
    loop {
        let rest = record.get(place..)?;
        let found = place
            + match escape {
                Some(escape) => memchr2(quote, escape, rest)?,
                None => memchr(quote, rest)?,
            };
        let is_quote = record[found] == quote;
        if is_quote && record.get(found + 1) != Some(&quote) {
            return Some(found);
        }
        place = found + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(record: &[u8], escape: Option<u8>) -> Quoting {
        let dialect = Dialect {
            escape,
            ..Dialect::default()
        };
        check(record, &dialect)
    }

    #[test]
    fn only_a_quote_that_opens_a_field_counts() {
        for fine in [
            &b"a,\"b\"\"c\",d"[..],
            b"5\" disk,x",
            b"\"a\nb\",\"\"",
            b"",
            b"\"\",\"\"",
            b"a\",b",
            b"a,b\"c\"d\n",
        ] {
            assert_eq!(checked(fine, None), Quoting::Fine, "{fine:?}");
        }
        for open in [
            &b"a,\"b,c"[..],
            b"\"\"\"",
            b"x\n\"y",
            b"\"",
            b"\"a\",\"",
            b"\"\",\"\"\"",
        ] {
            assert_eq!(checked(open, None), Quoting::Unclosed, "{open:?}");
        }
        for behind in [&b"\"say \\\"hi\\\" now\",b"[..], b"a,\"b\"c,d", b"\"\"a"] {
            assert_eq!(checked(behind, None), Quoting::TextAfter, "{behind:?}");
        }
    }

    #[test]
    fn an_escaped_quote_does_not_close_a_field() {
        for fine in [&b"\"say \\\"hi\\\" now\",b"[..], b"\"\\\\\",x", b"\"a\"\"b\""] {
            assert_eq!(checked(fine, Some(b'\\')), Quoting::Fine, "{fine:?}");
        }
        for open in [&b"\"a\\\""[..], b"\"\\"] {
            assert_eq!(checked(open, Some(b'\\')), Quoting::Unclosed, "{open:?}");
        }
    }
}
