//! A schema as JSON Schema, draft 2020-12.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::kind::{Enum, Kind, Struct};

/// The text of it.
pub(super) fn of(root: &Kind) -> String {
    let mut again = BTreeSet::new();
    find_again(root, &mut again);
    let mut writing = Writing {
        again,
        defs: Map::new(),
    };
    let mut schema = writing.kind(root);
    if let Value::Object(object) = &mut schema {
        let draft = "https://json-schema.org/draft/2020-12/schema";
        object.insert("$schema".to_owned(), draft.into());
        if !writing.defs.is_empty() {
            object.insert("$defs".to_owned(), Value::Object(writing.defs));
        }
    }
    format!("{schema:#}")
}

/// The names of what is in itself.
fn find_again(kind: &Kind, again: &mut BTreeSet<&'static str>) {
    match kind {
        Kind::Again(name) => {
            again.insert(name);
        }
        Kind::Optional(kind) | Kind::List(kind) | Kind::Map(kind) => find_again(kind, again),
        Kind::Tuple(kinds) => kinds.iter().for_each(|kind| find_again(kind, again)),
        Kind::Struct(of) => of.fields.iter().for_each(|field| find_again(&field.kind, again)),
        Kind::Enum(of) => of
            .variants
            .iter()
            .for_each(|variant| find_again(&variant.kind, again)),
        _ => {}
    }
}

struct Writing {
    again: BTreeSet<&'static str>,
    /// What is in itself, by its name.
    defs: Map<String, Value>,
}

impl Writing {
    fn kind(&mut self, kind: &Kind) -> Value {
        match kind {
            Kind::Any => json!({}),
            Kind::Nothing => json!({"type": "null"}),
            Kind::Bool => json!({"type": "boolean"}),
            Kind::Integer { signed: true, bits } => match bits {
                8 | 16 | 32 => {
                    let most = i64::from(i32::MAX >> (32 - u32::from(*bits)));
                    json!({"type": "integer", "minimum": -most - 1, "maximum": most})
                }
                64 => json!({"type": "integer", "minimum": i64::MIN, "maximum": i64::MAX}),
                _ => json!({"type": "integer"}),
            },
            Kind::Integer { signed: false, bits } => match bits {
                8 | 16 | 32 => {
                    json!({"type": "integer", "minimum": 0, "maximum": u32::MAX >> (32 - u32::from(*bits))})
                }
                64 => json!({"type": "integer", "minimum": 0, "maximum": u64::MAX}),
                _ => json!({"type": "integer", "minimum": 0}),
            },
            Kind::Float => json!({"type": "number"}),
            Kind::Char => json!({"type": "string", "minLength": 1, "maxLength": 1}),
            Kind::Text => json!({"type": "string"}),
            Kind::Bytes => {
                json!({"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 255}})
            }
            Kind::Optional(kind) => json!({"anyOf": [self.kind(kind), {"type": "null"}]}),
            Kind::List(kind) => json!({"type": "array", "items": self.kind(kind)}),
            Kind::Tuple(kinds) => {
                let (items, len): (Vec<Value>, _) =
                    (kinds.iter().map(|kind| self.kind(kind)).collect(), kinds.len());
                json!({"type": "array", "prefixItems": items, "minItems": len, "maxItems": len})
            }
            Kind::Map(kind) => json!({"type": "object", "additionalProperties": self.kind(kind)}),
            Kind::Struct(of) => {
                let schema = self.fields(of);
                self.named(of.name, schema)
            }
            Kind::Enum(of) => {
                let schema = self.variants(of);
                self.named(of.name, schema)
            }
            Kind::Again(name) => reference(name),
        }
    }

    fn named(&mut self, name: &'static str, schema: Value) -> Value {
        if !self.again.contains(name) {
            return schema;
        }
        self.defs.insert(name.to_owned(), schema);
        reference(name)
    }

    fn fields(&mut self, of: &Struct) -> Value {
        let mut properties = Map::new();
        for field in &of.fields {
            let schema = self.kind(&field.kind);
            for alias in &field.aliases {
                properties.insert((*alias).to_owned(), schema.clone());
            }
            properties.insert(field.name.to_owned(), schema);
        }
        // One that has other names is there by any of them, which a list of names cannot say.
        let required = of
            .fields
            .iter()
            .filter(|field| field.required && field.aliases.is_empty());
        let required: Vec<_> = required.map(|field| field.name).collect();
        let any_name = of
            .fields
            .iter()
            .filter(|field| field.required && !field.aliases.is_empty());
        let any_name: Vec<Value> = any_name
            .map(|field| {
                let names = field.aliases.iter().chain([&field.name]);
                let names: Vec<Value> = names.map(|name| json!({"required": [name]})).collect();
                json!({"anyOf": names})
            })
            .collect();
        let mut schema = json!({"type": "object", "properties": properties, "required": required});
        if let Value::Object(object) = &mut schema {
            if !of.name.is_empty() {
                object.insert("title".to_owned(), of.name.into());
            }
            if !any_name.is_empty() {
                object.insert("allOf".to_owned(), any_name.into());
            }
            if of.refuses_unknown {
                object.insert("additionalProperties".to_owned(), false.into());
            }
        }
        schema
    }

    fn variants(&mut self, of: &Enum) -> Value {
        let plain = of.variants.iter().filter(|variant| variant.kind == Kind::Nothing);
        let plain: Vec<Value> = plain.map(|variant| variant.name.into()).collect();
        let holding = of.variants.iter().filter(|variant| variant.kind != Kind::Nothing);
        let holding = holding.map(|variant| {
            let name = variant.name;
            let kind = self.kind(&variant.kind);
            json!({"type": "object", "properties": {name: kind}, "required": [name], "additionalProperties": false})
        });
        let mut any: Vec<Value> = holding.collect();
        if any.is_empty() {
            return json!({"enum": plain});
        }
        if !plain.is_empty() {
            any.insert(0, json!({"enum": plain}));
        }
        json!({"anyOf": any})
    }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}
