//! A schema for people to read.

use std::fmt;

use super::Schema;
use super::kind::{Enum, Kind, Struct};

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            Kind::Struct(of) => {
                writeln!(f, "{}", of.name)?;
                fields(f, of, 2)
            }
            Kind::Enum(of) => {
                writeln!(f, "{}", of.name)?;
                variants(f, of, 2)
            }
            other => {
                writeln!(f, "{other}")?;
                inside(f, other, 2)
            }
        }
    }
}

/// In a few words, without what is in it.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Any => f.write_str("anything"),
            Kind::Nothing => f.write_str("nothing"),
            Kind::Bool => f.write_str("true or false"),
            Kind::Integer { signed, bits } => {
                let bits = u32::from(*bits).clamp(1, 128);
                if *signed {
                    let most = i128::MAX >> (128 - bits);
                    write!(f, "a whole number from {} to {most}", -most - 1)
                } else {
                    write!(f, "a whole number from 0 to {}", u128::MAX >> (128 - bits))
                }
            }
            Kind::Float => f.write_str("a number"),
            Kind::Char => f.write_str("a character"),
            Kind::Text => f.write_str("a text"),
            Kind::Bytes => f.write_str("bytes"),
            Kind::Optional(kind) => write!(f, "{kind}, or nothing"),
            Kind::List(kind) => write!(f, "a list, each {kind}"),
            Kind::Tuple(kinds) => {
                f.write_str("a list of ")?;
                for (place, kind) in kinds.iter().enumerate() {
                    write!(f, "{}{kind}", if place > 0 { " and " } else { "" })?;
                }
                Ok(())
            }
            Kind::Map(kind) => write!(f, "by names, each {kind}"),
            Kind::Struct(of) if of.name.is_empty() => f.write_str("fields"),
            Kind::Struct(Struct { name, .. }) | Kind::Again(name) => f.write_str(name),
            Kind::Enum(of) => {
                let names: Vec<_> = of.variants.iter().map(|variant| variant.name).collect();
                write!(f, "one of `{}`", names.join("`, `"))
            }
        }
    }
}

fn fields(f: &mut fmt::Formatter<'_>, of: &Struct, indent: usize) -> fmt::Result {
    let widest = of.fields.iter().map(|field| field.name.chars().count()).max();
    let width = widest.unwrap_or(0);
    for field in &of.fields {
        write!(f, "{:indent$}{:width$}  {}", "", field.name, field.kind)?;
        if !field.required {
            f.write_str("; may be absent")?;
        }
        if !field.aliases.is_empty() {
            write!(f, "; also called `{}`", field.aliases.join("`, `"))?;
        }
        writeln!(f)?;
        inside(f, &field.kind, indent + 2)?;
    }
    if of.refuses_unknown {
        writeln!(f, "{:indent$}and no other", "")?;
    }
    Ok(())
}

fn variants(f: &mut fmt::Formatter<'_>, of: &Enum, indent: usize) -> fmt::Result {
    for variant in &of.variants {
        if variant.kind != Kind::Nothing {
            writeln!(f, "{:indent$}{}: {}", "", variant.name, variant.kind)?;
            inside(f, &variant.kind, indent + 2)?;
        }
    }
    Ok(())
}

/// What a few words leave out.
fn inside(f: &mut fmt::Formatter<'_>, kind: &Kind, indent: usize) -> fmt::Result {
    match kind {
        Kind::Optional(kind) | Kind::List(kind) | Kind::Map(kind) => inside(f, kind, indent),
        Kind::Tuple(kinds) => kinds.iter().try_for_each(|kind| inside(f, kind, indent)),
        Kind::Struct(of) => fields(f, of, indent),
        Kind::Enum(of) => variants(f, of, indent),
        _ => Ok(()),
    }
}
