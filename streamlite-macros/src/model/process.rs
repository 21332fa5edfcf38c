//! `process(|ctx| { … })`: its `let`s are the states of one key and its side outputs, its calls are handlers.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{
    Attribute, Expr, ExprCall, ExprClosure, GenericArgument, Local, Pat, PathArguments, Stmt, Token, Type,
};

use super::argument::{Argument, mentioned, pattern_names};
use crate::errors::Errors;
use crate::syntax::literal_millis;

/// A process closure, taken apart, its arguments numbered.
pub(crate) struct Process {
    /// `process`, as the user wrote it.
    pub(crate) method: Ident,
    pub(crate) ctx: Ident,
    pub(crate) states: Vec<State>,
    /// How long the values of each state live, if not for ever.
    pub(crate) ttls: Vec<Option<Argument>>,
    pub(crate) sides: Vec<SideOutput>,
    /// Makes the first values.
    pub(crate) first: Argument,
    pub(crate) handlers: Vec<Handler<Argument>>,
    /// Whether something is emitted, as far as can be seen.
    pub(crate) emits: bool,
}

/// A process closure before its arguments are numbered.
pub(super) struct TakenApart {
    pub(super) ctx: Ident,
    pub(super) states: Vec<State>,
    pub(super) sides: Vec<SideOutput>,
    pub(super) handlers: Vec<Handler<Expr>>,
    pub(super) emits: bool,
}

/// `let name: Type = first;`
pub(crate) struct State {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) kind: StateKind,
    pub(crate) ttl: Option<Ttl>,
    /// The `let` as it was written, without its own attributes.
    pub(super) local: Local,
}

/// `#[ttl(after)]`, `#[ttl(after, processing_time)]`
pub(crate) struct Ttl {
    pub(crate) after: Expr,
    pub(crate) by_processing_time: bool,
}

/// What a state is, by the name of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StateKind {
    /// Handlers see the value itself.
    Plain,
    /// One of the library's own: `Value`, `List`, `Map`, `Reducing`.
    Library,
}

/// `let name: Side<Type>;`
pub(crate) struct SideOutput {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

/// `on_record(|record| …);`
pub(crate) struct Handler<B> {
    pub(crate) name: Ident,
    pub(crate) parameters: Vec<Pat>,
    pub(crate) body: B,
}

/// The handlers that there are, and how many parameters their closures have.
const HANDLERS: [(&str, usize, &str); 3] = [
    ("on_record", 1, "on_record(|record| …);"),
    ("on_timer", 1, "on_timer(|at| …);"),
    ("on_end", 0, "on_end(|| …);"),
];

/// The methods of the context that set timers.
const TIMERS: [&str; 3] = ["timer_at", "timer_after", "processing_timer_after"];

/// The methods of the context that emit nothing.
const QUIET: [&str; 11] = [
    "key",
    "timestamp",
    "watermark",
    "processing_time",
    "time_domain",
    "timer_at",
    "timer_after",
    "delete_timer",
    "processing_timer_after",
    "delete_processing_timer",
    "clear",
];

impl State {
    /// The type of the state as the library keeps it.
    pub(crate) fn kept(&self) -> TokenStream {
        let (ty, expires) = (&self.ty, self.ttl.is_some());
        match (self.kind, expires) {
            (StateKind::Plain, false) => quote!(__streamlite::Plain<#ty>),
            (StateKind::Plain, true) => quote!(__streamlite::Plain<#ty, __streamlite::Expiring>),
            (StateKind::Library, false) => ty.to_token_stream(),
            (StateKind::Library, true) => with_expiring(ty).to_token_stream(),
        }
    }

    /// The types that it must be able to store.
    pub(crate) fn stored(&self) -> Vec<&Type> {
        match self.kind {
            StateKind::Plain => vec![&self.ty],
            StateKind::Library => type_arguments(&self.ty),
        }
    }

    /// The statement that makes its first value.
    fn statement(&self) -> TokenStream {
        let mut local = self.local.clone();
        if self.kind == StateKind::Library
            && self.ttl.is_some()
            && let Pat::Type(typed) = &mut local.pat
        {
            *typed.ty = with_expiring(&typed.ty);
        }
        local.to_token_stream()
    }

    /// Its first value, as the library keeps it.
    fn first(&self) -> TokenStream {
        let name = &self.name;
        match self.kind {
            StateKind::Plain => quote!(__streamlite::Plain::new(#name)),
            StateKind::Library => name.to_token_stream(),
        }
    }
}

/// What makes the first values of all states.
pub(super) fn first_values(states: &[State]) -> Expr {
    if states.is_empty() {
        return syn::parse_quote!({});
    }
    let statements = states.iter().map(State::statement);
    let values = nested(states.iter().map(State::first).collect());
    syn::parse_quote!({ #(#statements)* #values })
}

/// How many states stand in one tuple; more are nested.
const TUPLE: usize = 8;

/// A tuple, or a tuple of tuples where there are too many.
pub(crate) fn nested(mut items: Vec<TokenStream>) -> TokenStream {
    while items.len() > TUPLE {
        items = items.chunks(TUPLE).map(|chunk| quote!((#(#chunk,)*))).collect();
    }
    quote!((#(#items,)*))
}

/// Takes the closure of `process` apart. What is wrong is reported, and the rest is taken as it is.
pub(super) fn take_apart(method: &Ident, closure: &ExprClosure, errors: &mut Errors) -> Option<TakenApart> {
    let ctx = context(closure, errors)?;
    let Expr::Block(block) = &*closure.body else {
        let text = "a process is a block of states and handlers: `.process(|ctx| { let count: u64 = 0; on_record(|record| { … }); })`";
        errors.at(closure.body.span(), text);
        return None;
    };
    let mut parts = TakenApart {
        ctx,
        states: Vec::new(),
        sides: Vec::new(),
        handlers: Vec::new(),
        emits: false,
    };
    let mut is_right = true;
    for statement in &block.block.stmts {
        is_right &= parts.statement(statement, errors).is_some();
    }
    if is_right && !parts.handlers.iter().any(|handler| handler.name == "on_record") {
        errors.at(
            method.span(),
            "a process handles records: add `on_record(|record| { … });`",
        );
        is_right = false;
    }
    (is_right && parts.check(errors)).then_some(parts)
}

/// The name of the context.
fn context(closure: &ExprClosure, errors: &mut Errors) -> Option<Ident> {
    let parameters: Vec<_> = closure.inputs.iter().collect();
    match &parameters[..] {
        [Pat::Ident(name)] => Some(name.ident.clone()),
        [Pat::Wild(wild)] => Some(Ident::new("ctx", wild.span().resolved_at(Span::mixed_site()))),
        _ => {
            let text = "the closure of `process` has one parameter, which names the context: `|ctx| { … }`";
            errors.at(closure.inputs_begin.span, text);
            None
        }
    }
}

impl TakenApart {
    fn statement(&mut self, statement: &Stmt, errors: &mut Errors) -> Option<()> {
        match statement {
            Stmt::Local(local) => self.local(local, errors),
            Stmt::Expr(Expr::Call(call), _) => self.handler(call, errors),
            Stmt::Expr(..) | Stmt::Item(_) | Stmt::Macro(_) => {
                let text = "a process consists of states, `let name: Type = first;`, and handlers, such as `on_record(|record| { … });`: move this into a handler";
                errors.at(statement.span(), text);
                None
            }
        }
    }

    /// `let name: Type = first;`, `let name: Side<Type>;`
    fn local(&mut self, local: &Local, errors: &mut Errors) -> Option<()> {
        let (pattern, ty) = match &local.pat {
            Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
            pattern => (pattern, None),
        };
        let Pat::Ident(name) = pattern else {
            errors.at(pattern.span(), "a state has one name: `let count: u64 = 0;`");
            return None;
        };
        let ident = &name.ident;
        if let Some(mutability) = &name.mutability {
            let text = format!("a state may be changed in any case: remove `mut` from `{ident}`");
            errors.at(mutability.span(), text);
            return None;
        }
        let Some(ty) = ty else {
            let text =
                format!("the state `{ident}` needs a type, which it is saved with: `let {ident}: u64 = …;`");
            errors.at(ident.span(), text);
            return None;
        };
        let is_taken = self.states.iter().any(|state| state.name == *ident)
            || self.sides.iter().any(|side| side.name == *ident)
            || *ident == self.ctx;
        if is_taken {
            errors.at(
                ident.span(),
                format!("`{ident}` is declared a second time: give it a name of its own"),
            );
            return None;
        }
        if last_name(ty).is_some_and(|name| name == "Side") {
            return self.side(local, ident, ty, errors);
        }
        if local.init.is_none() {
            let text = format!(
                "the state `{ident}` needs a first value: `let {ident}: {} = …;`",
                ty.to_token_stream()
            );
            errors.at(ident.span(), text);
            return None;
        }
        let (ttl, attributes) = attributes(local, ident, errors)?;
        self.states.push(State {
            name: ident.clone(),
            ty: ty.clone(),
            kind: kind_of(ty),
            ttl,
            local: Local {
                attrs: attributes,
                ..local.clone()
            },
        });
        Some(())
    }

    fn side(&mut self, local: &Local, name: &Ident, ty: &Type, errors: &mut Errors) -> Option<()> {
        if let Some(init) = &local.init {
            let text = format!(
                "a side output has no value: `let {name}: {};`",
                ty.to_token_stream()
            );
            errors.at(init.expr.span(), text);
            return None;
        }
        let arguments = type_arguments(ty);
        let [ty] = &arguments[..] else {
            errors.at(ty.span(), "a side output says what it emits: `Side<Alert>`");
            return None;
        };
        if self.sides.len() == 7 {
            errors.at(
                name.span(),
                "a process has at most seven side outputs: emit an enum, and take it apart by `match`",
            );
            return None;
        }
        self.sides.push(SideOutput {
            name: name.clone(),
            ty: (*ty).clone(),
        });
        Some(())
    }

    /// `on_record(|record| …);`
    fn handler(&mut self, call: &ExprCall, errors: &mut Errors) -> Option<()> {
        let name = match &*call.func {
            Expr::Path(path) => path.path.get_ident(),
            _ => None,
        };
        let known = name.and_then(|name| Some((name, HANDLERS.iter().find(|(known, ..)| name == known)?)));
        let Some((name, (_, parameters, form))) = known else {
            let text = name.map_or_else(
                || "a handler is written `on_record(|record| { … });`".to_owned(),
                |name| unknown_handler(&name.to_string()),
            );
            errors.at(call.func.span(), text);
            return None;
        };
        if self.handlers.iter().any(|handler| handler.name == *name) {
            errors.at(
                name.span(),
                format!("`{name}` is written a second time: a process has one of each"),
            );
            return None;
        }
        let arguments: Vec<_> = call.args.iter().collect();
        let closure = match &arguments[..] {
            [Expr::Closure(closure)] if closure.inputs.len() == *parameters => closure,
            _ => {
                errors.at(name.span(), format!("this handler is written `{form}`"));
                return None;
            }
        };
        self.handlers.push(Handler {
            name: name.clone(),
            parameters: closure.inputs.iter().cloned().collect(),
            body: (*closure.body).clone(),
        });
        Some(())
    }

    /// Checks what is used and what is not; says whether it can be described.
    fn check(&mut self, errors: &mut Errors) -> bool {
        let mut is_right = true;
        let bodies: TokenStream = self
            .handlers
            .iter()
            .map(|handler| handler.body.to_token_stream())
            .collect();
        for state in &self.states {
            let name = &state.name;
            if mentioned(&bodies, std::slice::from_ref(name)).is_none() && !name.to_string().starts_with('_')
            {
                errors.at(
                    name.span(),
                    format!("the state `{name}` is never used: use it in a handler, or remove it"),
                );
            }
        }
        for side in &self.sides {
            let name = &side.name;
            if mentioned(&bodies, std::slice::from_ref(name)).is_none() {
                let text = format!(
                    "the side output `{name}` is never used: emit to it, `{name}.emit(…)`, or remove it"
                );
                errors.at(name.span(), text);
                is_right = false;
            }
        }
        for name in self
            .handlers
            .iter()
            .flat_map(|handler| handler.parameters.iter().flat_map(pattern_names))
        {
            let is_state = self.states.iter().any(|state| state.name == name);
            if is_state || self.sides.iter().any(|side| side.name == name) || name == self.ctx {
                errors.at(
                    name.span(),
                    format!("`{name}` is declared in the process already: give the parameter another name"),
                );
                is_right = false;
            }
        }
        let has_timers = self.handlers.iter().any(|handler| handler.name == "on_timer");
        let uses = context_uses(&bodies, &self.ctx);
        if !has_timers
            && let Some(timer) = uses
                .iter()
                .flatten()
                .find(|method| TIMERS.iter().any(|timer| method == timer))
        {
            let text =
                format!("`{timer}` sets a timer, and nothing handles it: add `on_timer(|at| {{ … }});`");
            errors.at(timer.span(), text);
        }
        let is_quiet = |method: &Ident| QUIET.iter().any(|quiet| method == quiet);
        self.emits = !uses.iter().all(|method| method.as_ref().is_some_and(is_quiet));
        is_right
    }

    /// The names that stand for something in a handler, and so for no parameter of the pipeline.
    pub(super) fn names(&self, handler: &Handler<Expr>) -> Vec<Ident> {
        let states = self.states.iter().map(|state| state.name.clone());
        let sides = self.sides.iter().map(|side| side.name.clone());
        let parameters = handler.parameters.iter().flat_map(pattern_names);
        states
            .chain(sides)
            .chain(parameters)
            .chain([self.ctx.clone()])
            .collect()
    }
}

/// The attributes of a state: its TTL, and those that are rustc's.
fn attributes(local: &Local, state: &Ident, errors: &mut Errors) -> Option<(Option<Ttl>, Vec<Attribute>)> {
    let (mut ttl, mut others) = (None, Vec::new());
    for attribute in &local.attrs {
        let path = attribute.path();
        if path.is_ident("ttl") {
            if ttl.is_some() {
                errors.at(path.span(), format!("`{state}` has a TTL already"));
                return None;
            }
            match attribute.parse_args::<Ttl>() {
                Ok(parsed) => ttl = Some(parsed),
                Err(error) => {
                    errors.push(error);
                    return None;
                }
            }
        } else if ["doc", "allow", "expect", "warn", "deny"]
            .iter()
            .any(|name| path.is_ident(name))
        {
            others.push(attribute.clone());
        } else {
            let text = "this means nothing on a state: its one attribute is `#[ttl(1h)]`";
            errors.at(path.span(), text);
            return None;
        }
    }
    if let Some(Ttl { after, .. }) = &ttl
        && literal_millis(after).is_some_and(|millis| millis <= 0)
    {
        errors.at(
            after.span(),
            "a TTL is longer than zero: its values would be gone at once",
        );
        return None;
    }
    Some((ttl, others))
}

impl Parse for Ttl {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        const FORM: &str = "a TTL is written `#[ttl(1h)]`, or by the clock `#[ttl(1h, processing_time)]`";
        if input.is_empty() {
            return Err(input.error(FORM));
        }
        let after = input.parse()?;
        let mut by_processing_time = false;
        if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            let domain: Ident = input.parse()?;
            by_processing_time = domain == "processing_time";
            if !by_processing_time && domain != "event_time" {
                return Err(syn::Error::new(domain.span(), FORM));
            }
        }
        if !input.is_empty() {
            return Err(input.error(FORM));
        }
        Ok(Self {
            after,
            by_processing_time,
        })
    }
}

/// What to say of a handler that there is not.
fn unknown_handler(name: &str) -> String {
    let all = HANDLERS.iter().map(|(known, ..)| *known);
    match all.clone().min_by_key(|known| distance(known, name)) {
        Some(near) if distance(near, name) <= 3 => {
            format!("unknown handler `{name}`: did you mean `{near}`?")
        }
        _ => format!(
            "unknown handler `{name}`: there are `on_record`, `on_timer` and `on_end`; what a handler calls stands inside it"
        ),
    }
}

/// How many letters differ, by insertions, deletions and replacements.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (place, letter) in one.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = place + 1;
        for (column, byte) in other.bytes().enumerate() {
            let replaced = diagonal + usize::from(letter != byte);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

/// The methods of the context that are called; `None` where it is used in another way.
fn context_uses(tokens: &TokenStream, ctx: &Ident) -> Vec<Option<Ident>> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let is_dot =
        |tree: Option<&TokenTree>| matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == '.');
    let mut uses = Vec::new();
    for (place, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) => uses.extend(context_uses(&group.stream(), ctx)),
            // Behind a dot it is a field, or a handler that is half typed.
            TokenTree::Ident(word) if word == ctx && place > 0 && is_dot(trees.get(place - 1)) => {
                uses.push(None);
            }
            TokenTree::Ident(word) if word == ctx => {
                uses.push(match (is_dot(trees.get(place + 1)), trees.get(place + 2)) {
                    (true, Some(TokenTree::Ident(method))) => Some(method.clone()),
                    _ => None,
                });
            }
            _ => {}
        }
    }
    uses
}

fn kind_of(ty: &Type) -> StateKind {
    match last_name(ty) {
        Some(name)
            if ["Value", "List", "Map", "Reducing"]
                .iter()
                .any(|known| name == known) =>
        {
            StateKind::Library
        }
        _ => StateKind::Plain,
    }
}

/// The last name of a path.
fn last_name(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        Type::Group(group) => last_name(&group.elem),
        Type::Paren(paren) => last_name(&paren.elem),
        _ => None,
    }
}

/// The types between the angle brackets of a path.
fn type_arguments(ty: &Type) -> Vec<&Type> {
    let arguments = match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.arguments),
        Type::Group(group) => return type_arguments(&group.elem),
        Type::Paren(paren) => return type_arguments(&paren.elem),
        _ => None,
    };
    match arguments {
        Some(PathArguments::AngleBracketed(arguments)) => arguments
            .args
            .iter()
            .filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The type of a state of the library's own whose values expire.
fn with_expiring(ty: &Type) -> Type {
    let mut ty = ty.clone();
    let mut inner = &mut ty;
    loop {
        inner = match inner {
            Type::Group(group) => &mut group.elem,
            Type::Paren(paren) => &mut paren.elem,
            Type::Path(path) => {
                if let Some(segment) = path.path.segments.last_mut()
                    && let PathArguments::AngleBracketed(arguments) = &mut segment.arguments
                {
                    arguments.args.push(syn::parse_quote!(__streamlite::Expiring));
                }
                return ty;
            }
            _ => return ty,
        };
    }
}
