//! Duration literals: `5s`, `1min`, anywhere in a block, inside the tokens of other macros, too.

use std::iter::Peekable;

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::{Expr, Lit};

use crate::errors::Errors;

/// Units and their milliseconds.
const UNITS: [(&str, i64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("min", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// What a number may end in without being a duration.
const NUMBER_SUFFIXES: [&str; 16] = [
    "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f16", "f32",
    "f64", "f128",
];

/// Replaces each duration literal by a call that makes the `TimeDelta`.
///
/// It is in an invisible group whose tokens have the literal's own span and hygiene, so that errors point at it.
pub(super) fn replace(tokens: TokenStream, errors: &mut Errors) -> TokenStream {
    let mut replaced = TokenStream::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let tree = match tree {
            TokenTree::Group(group) => {
                let mut replaced = Group::new(group.delimiter(), replace(group.stream(), errors));
                replaced.set_span(group.span());
                TokenTree::Group(replaced)
            }
            TokenTree::Literal(literal) => match duration_at(&literal, &mut trees, errors) {
                Some(millis) => TokenTree::Group(call(&literal, millis)),
                None => TokenTree::Literal(literal),
            },
            tree => tree,
        };
        replaced.extend([tree]);
    }
    replaced
}

/// The duration that begins with a literal; `None` if it is another one. What is written in two parts, as `5 s` and `1min 30s`,
/// is none, and is taken as what it means from there on.
fn duration_at(
    literal: &Literal,
    trees: &mut Peekable<impl Iterator<Item = TokenTree>>,
    errors: &mut Errors,
) -> Option<i64> {
    if let Some(TokenTree::Ident(unit)) = trees.peek()
        && let Some(number) = whole_number(literal)
        && let Some((_, millis)) = UNITS.iter().find(|(known, _)| unit == known)
    {
        let text = format!("a duration is written in one word: `{literal}{unit}`");
        errors.at(unit.span(), text);
        trees.next();
        return Some(number.saturating_mul(*millis));
    }
    let mut millis = millis_of(literal, errors)?;
    let mut sum = literal.to_string();
    while let Some(TokenTree::Literal(next)) = trees.peek()
        && let Some(more) = millis_of(next, errors)
    {
        sum += &format!(" + {next}");
        errors.at(next.span(), format!("a sum of durations has a `+`: `{sum}`"));
        millis = millis.saturating_add(more);
        trees.next();
    }
    Some(millis)
}

fn whole_number(literal: &Literal) -> Option<i64> {
    literal.to_string().replace('_', "").parse().ok()
}

fn call(literal: &Literal, millis: i64) -> Group {
    let span = literal.span();
    let mut number = Literal::i64_suffixed(millis);
    number.set_span(span);
    let mut group = Group::new(
        Delimiter::None,
        quote_spanned!(span=> __streamlite::delta(#number)),
    );
    group.set_span(span);
    group
}

/// A duration literal that was replaced, in its largest unit; `None` of any other group.
pub(crate) fn in_words(group: &Group) -> Option<String> {
    let mut tokens = group.stream().into_iter();
    if group.delimiter() != Delimiter::None || tokens.next()?.to_string() != "__streamlite" {
        return None;
    }
    let Some(TokenTree::Group(arguments)) = tokens.last() else {
        return None;
    };
    let millis = arguments.stream().to_string();
    let millis: i64 = millis.strip_suffix("i64")?.parse().ok()?;
    let largest = UNITS.iter().rfind(|(_, unit)| millis % unit == 0 && millis != 0);
    let (name, unit) = largest.unwrap_or(&UNITS[0]);
    Some(format!("{}{name}", millis / unit))
}

/// The milliseconds of a duration literal; `None` for any other literal.
fn millis_of(literal: &Literal, errors: &mut Errors) -> Option<i64> {
    let text = literal.to_string();
    let is_decimal = text.starts_with(|c: char| c.is_ascii_digit())
        && !["0x", "0b", "0o"].iter().any(|prefix| text.starts_with(prefix));
    let unit_at = text
        .find(|c: char| c.is_ascii_alphabetic())
        .filter(|_| is_decimal)?;
    let (number, unit) = text.split_at(unit_at);
    let number = number.replace('_', "");
    if NUMBER_SUFFIXES.contains(&unit) || is_exponent(unit) {
        return None;
    }
    match duration(&number, unit) {
        Ok(millis) => Some(millis),
        Err(mistake) => {
            errors.at(literal.span(), mistake);
            Some(1)
        }
    }
}

/// Whether this is the rest of a float such as `1e-5`.
fn is_exponent(unit: &str) -> bool {
    unit.starts_with(['e', 'E'])
        && unit[1..].starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+')
}

fn duration(number: &str, unit: &str) -> Result<i64, String> {
    let Some(&(_, millis)) = UNITS.iter().find(|&&(known, _)| known == unit) else {
        let meant = meant(unit).unwrap_or("s");
        return Err(format!(
            "unknown unit `{unit}`: a duration is written with `ms`, `s`, `min`, `h` or `d`, such as `{number}{meant}`"
        ));
    };
    if number.contains('.') {
        return Err(fractional(number, unit, millis));
    }
    let whole = number.parse::<i64>().ok();
    whole
        .and_then(|number| number.checked_mul(millis))
        .ok_or_else(|| format!("`{number}{unit}` does not fit: the longest duration is 292 million years"))
}

/// The unit that another word for it means.
fn meant(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "msec" | "msecs" | "millis" | "milliseconds" => "ms",
        "sec" | "secs" | "second" | "seconds" | "S" => "s",
        "m" | "mins" | "minute" | "minutes" | "M" => "min",
        "hr" | "hrs" | "hour" | "hours" | "H" => "h",
        "day" | "days" | "D" => "d",
        _ => return None,
    })
}

/// The error for `1.5h`, with what to write instead.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "it is a suggestion"
)]
fn fractional(number: &str, unit: &str, millis: i64) -> String {
    let total = (number.parse::<f64>().unwrap_or(0.0) * millis as f64).round() as i64;
    let fits = UNITS
        .iter()
        .rev()
        .find(|&&(_, size)| total != 0 && total % size == 0);
    let &(smaller, size) = fits.unwrap_or(&UNITS[0]);
    format!(
        "a duration is a whole number: write `{}{smaller}` instead of `{number}{unit}`",
        total / size
    )
}

/// The milliseconds of an expression that is a duration literal, negated or not.
pub(crate) fn literal_millis(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Group(group) => literal_millis(&group.expr),
        Expr::Paren(paren) => literal_millis(&paren.expr),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => {
            literal_millis(&unary.expr).map(|millis| -millis)
        }
        Expr::Call(call) => {
            let Expr::Path(path) = &*call.func else {
                return None;
            };
            let is_delta = path
                .path
                .segments
                .first()
                .is_some_and(|first| first.ident == "__streamlite");
            match call.args.first() {
                Some(Expr::Lit(literal)) if is_delta => match &literal.lit {
                    Lit::Int(number) => number.base10_parse().ok(),
                    _ => None,
                },
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, is_exponent};

    #[test]
    fn whole_durations_have_their_milliseconds() {
        assert_eq!(duration("5", "s"), Ok(5_000));
        assert_eq!(duration("7", "d"), Ok(604_800_000));
        assert_eq!(duration("0", "ms"), Ok(0));
    }

    #[test]
    fn what_is_no_duration_says_what_to_write() {
        assert!(duration("5", "sec").is_err_and(|text| text.contains("`5s`")));
        assert!(duration("1.5", "h").is_err_and(|text| text.contains("`90min`")));
        assert!(duration("9223372036854775807", "s").is_err_and(|text| text.contains("does not fit")));
    }

    #[test]
    fn floats_with_an_exponent_stay_floats() {
        assert!(is_exponent("e5") && is_exponent("E-5"));
        assert!(!is_exponent("else"));
    }
}
