//! Finds out the schema of a type, place by place.

use serde::de::DeserializeOwned;

use super::ask::{Ask, Goal, Hint, Step};
use super::blank::{Blank, Known, Refusal, TEXTS, key_of};
use super::kind::{Enum, Field, Kind, Struct, Variant};

/// A name that no field has.
const NOBODY: &str = "\u{1}no field has this name";
/// What is deeper is not looked at.
const DEEPEST: usize = 64;

/// What is known of a type so far.
#[derive(Default)]
pub(super) struct Tracer {
    path: Vec<Step>,
    /// The structs and enums on the way, by their lists of names.
    within: Vec<usize>,
    known: Known,
}

impl Tracer {
    pub(super) fn trace<T: DeserializeOwned>(mut self) -> Kind {
        self.kind::<T>()
    }

    /// Leads the type to the present place; texts of nothing are this one.
    fn ask<T: DeserializeOwned>(&self, text: &'static str, goal: &mut Goal<'_>) {
        let blank = Blank {
            text,
            known: &self.known,
            depth: 0,
        };
        // It ends with an error, once it is there.
        let _ = T::deserialize(Ask {
            path: &self.path,
            goal,
            blank,
        });
    }

    fn kind<T: DeserializeOwned>(&mut self) -> Kind {
        if self.path.len() == DEEPEST {
            return Kind::Any;
        }
        // Before the place there may be values that have to be made of texts.
        let found = TEXTS.iter().find_map(|text| {
            let mut goal = Goal::Hint(None, false);
            self.ask::<T>(text, &mut goal);
            match goal {
                Goal::Hint(Some(hint), is_optional) => Some((hint, is_optional)),
                _ => None,
            }
        });
        let Some((hint, is_optional)) = found else {
            return Kind::Any;
        };
        let kind = match hint {
            Hint::Plain(kind) => kind,
            Hint::List => Kind::List(Box::new(self.inner::<T>(Step::Element(0)))),
            Hint::Tuple(len) => Kind::Tuple(
                (0..len)
                    .map(|place| self.inner::<T>(Step::Element(place)))
                    .collect(),
            ),
            Hint::Map => Kind::Map(Box::new(self.inner::<T>(Step::Value))),
            Hint::Struct(name, fields) => self.named(name, fields, Self::fields::<T>),
            Hint::Enum(name, variants) => self.named(name, variants, Self::variants::<T>),
        };
        if is_optional {
            Kind::Optional(Box::new(kind))
        } else {
            kind
        }
    }

    fn inner<T: DeserializeOwned>(&mut self, step: Step) -> Kind {
        self.path.push(step);
        let kind = self.kind::<T>();
        self.path.pop();
        kind
    }

    /// A struct or an enum, unless it is in one of its kind.
    fn named(
        &mut self,
        name: &'static str,
        names: &'static [&'static str],
        look: fn(&mut Self, &'static str, &'static [&'static str]) -> Kind,
    ) -> Kind {
        let key = key_of(names);
        if !names.is_empty() && self.within.contains(&key) {
            return Kind::Again(name);
        }
        self.within.push(key);
        let kind = look(self, name, names);
        self.within.pop();
        kind
    }

    fn variants<T: DeserializeOwned>(&mut self, name: &'static str, names: &'static [&'static str]) -> Kind {
        let variants = names.iter().enumerate().map(|(place, name)| Variant {
            name,
            kind: self.inner::<T>(Step::Variant(place)),
        });
        let variants = variants.collect();
        Kind::Enum(Enum { name, variants })
    }

    fn fields<T: DeserializeOwned>(&mut self, name: &'static str, names: &'static [&'static str]) -> Kind {
        let mut fields: Vec<Field> = Vec::new();
        for name in names {
            let kind = self.inner::<T>(Step::Field(name));
            let (own, text) = self.own_name::<T>(name);
            self.known.texts.insert((key_of(names), name), text);
            match fields.iter_mut().find(|field| field.name == own) {
                Some(field) if *name == own => field.kind = kind,
                Some(field) => field.aliases.push(name),
                None => fields.push(Field {
                    name: own,
                    aliases: (*name != own).then_some(*name).into_iter().collect(),
                    kind,
                    required: true,
                }),
            }
        }
        let own: Vec<_> = fields.iter().map(|field| field.name).collect();
        self.known.names.insert(key_of(names), own.clone());
        for field in &mut fields {
            field.required = self.is_required::<T>(field, &own);
        }
        let unknown = self.made::<T, _>(&[NOBODY], |made, _| (made == Err(Refusal::Unknown)).then_some(()));
        Kind::Struct(Struct {
            name,
            fields,
            refuses_unknown: unknown.is_some(),
        })
    }

    /// What becomes of the struct at the present place that has these fields: the first answer that says something, whatever
    /// texts it takes.
    fn made<T: DeserializeOwned, R>(
        &self,
        names: &[&'static str],
        says: impl Fn(Result<(), Refusal>, &'static str) -> Option<R>,
    ) -> Option<R> {
        TEXTS.iter().find_map(|text| {
            let mut goal = Goal::Made(names, None);
            self.ask::<T>(text, &mut goal);
            match goal {
                Goal::Made(_, Some(made)) => says(made, text),
                _ => None,
            }
        })
    }

    /// The name of the field that takes this name, which says so if it is there twice; and a text that it takes.
    fn own_name<T: DeserializeOwned>(&self, name: &'static str) -> (&'static str, &'static str) {
        let known = self.made::<T, _>(&[name, name], |made, text| match made {
            Err(Refusal::Twice(own)) => Some((own, text)),
            _ => None,
        });
        known.unwrap_or((name, ""))
    }

    /// Whether a field must be there: without it the others are not enough.
    fn is_required<T: DeserializeOwned>(&self, field: &Field, all: &[&'static str]) -> bool {
        let others: Vec<_> = all.iter().copied().filter(|name| *name != field.name).collect();
        let answer = self.made::<T, _>(&others, |made, _| match made {
            Ok(()) => Some(false),
            Err(Refusal::Missing(name)) if name == field.name => Some(true),
            Err(_) => None,
        });
        answer.unwrap_or(!matches!(field.kind, Kind::Optional(_)))
    }
}
