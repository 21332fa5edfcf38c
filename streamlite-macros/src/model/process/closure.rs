//! The closure of `process`, taken apart.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, ExprClosure, Local, Pat, Stmt, Type};

use super::handlers::{ABOUT_KEY, Handler, Inputs, QUIET, TIMERS, context_uses, find, needed};
use super::state::{Attributes, SideOutput, State, attributes, kind_of};
use super::types::{last_name, type_arguments};
use crate::errors::Errors;
use crate::model::argument::mentioned;
use crate::model::names::bound;

/// A process closure before its arguments are numbered.
pub(in crate::model) struct TakenApart {
    pub(in crate::model) inputs: Inputs,
    pub(in crate::model) ctx: Ident,
    pub(in crate::model) states: Vec<State>,
    /// States that all keys share.
    pub(in crate::model) shared: Vec<State>,
    pub(in crate::model) sides: Vec<SideOutput>,
    pub(in crate::model) handlers: Vec<Handler<Expr>>,
    pub(in crate::model) emits: bool,
}

/// Takes the closure of `process` apart. What is wrong is reported, and the rest is taken as it is.
pub(in crate::model) fn take_apart(
    method: &Ident,
    inputs: Inputs,
    closure: &ExprClosure,
    errors: &mut Errors,
) -> Option<TakenApart> {
    let ctx = context(closure, errors)?;
    let Expr::Block(block) = &*closure.body else {
        let text = "a process is a block of states and handlers: `.process(|ctx| { let count: u64 = 0; on_record(|record| { … }); })`";
        errors.at(closure.body.span(), text);
        return None;
    };
    let mut parts = TakenApart {
        inputs,
        ctx,
        states: Vec::new(),
        shared: Vec::new(),
        sides: Vec::new(),
        handlers: Vec::new(),
        emits: false,
    };
    let mut is_right = true;
    for statement in &block.block.stmts {
        is_right &= parts.statement(statement, errors).is_some();
    }
    let has = |name| parts.handlers.iter().any(|handler| handler.name == name);
    if is_right && let Some(missing) = needed(inputs).find(|needed| !has(needed.name)) {
        let kind = match inputs {
            Inputs::One => "a process handles records",
            Inputs::Two => "a process of connected streams handles the records of both",
            Inputs::Broadcast => "a process of two streams handles the records of both",
        };
        errors.at(method.span(), format!("{kind}: add `{}`", missing.form));
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
        let is_taken = self.all_states().any(|state| state.name == *ident)
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
        let Attributes {
            ttl,
            broadcast,
            others,
        } = attributes(local, ident, errors)?;
        if let (Some(at), false) = (broadcast, self.inputs == Inputs::Broadcast) {
            let text = "all keys share such a state, and records of a stream that is broadcast change it: write `rules.broadcast_to(records)` before `.on(…).process(…)`";
            errors.at(at, text);
            return None;
        }
        let states = if broadcast.is_some() {
            &mut self.shared
        } else {
            &mut self.states
        };
        states.push(State {
            name: ident.clone(),
            ty: ty.clone(),
            kind: kind_of(ty),
            ttl,
            local: Local {
                attrs: others,
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
        let known = match name {
            Some(name) => find(&name.to_string(), self.inputs).map(|known| (name, known)),
            None => Err("a handler is written `on_record(|record| { … });`".to_owned()),
        };
        let (name, known) = match known {
            Ok(known) => known,
            Err(text) => {
                errors.at(call.func.span(), text);
                return None;
            }
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
            [Expr::Closure(closure)] if closure.inputs.len() == known.parameters => closure,
            _ => {
                errors.at(name.span(), format!("this handler is written `{}`", known.form));
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
        for state in self.all_states() {
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
            .flat_map(|handler| handler.parameters.iter().flat_map(bound))
        {
            let is_state = self.all_states().any(|state| state.name == name);
            if is_state || self.sides.iter().any(|side| side.name == name) || name == self.ctx {
                errors.at(
                    name.span(),
                    format!("`{name}` is declared in the process already: give the parameter another name"),
                );
                is_right = false;
            }
        }
        is_right &= self.check_broadcast(errors);
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

    /// A record that is broadcast belongs to no key.
    fn check_broadcast(&self, errors: &mut Errors) -> bool {
        let Some(handler) = self
            .handlers
            .iter()
            .find(|handler| handler.name == "on_broadcast")
        else {
            return true;
        };
        let body = handler.body.to_token_stream();
        let states: Vec<_> = self.states.iter().map(|state| state.name.clone()).collect();
        if let Some(state) = mentioned(&body, &states) {
            let text = format!(
                "`{state}` belongs to a key, and a record that is broadcast to none: mark the state `#[broadcast]`, and all keys share it"
            );
            errors.at(state.span(), text);
            return false;
        }
        let uses = context_uses(&body, &self.ctx);
        let is_about_key = |method: &&Ident| ABOUT_KEY.iter().any(|about| *method == about);
        match uses.iter().flatten().find(is_about_key) {
            None => true,
            Some(method) => {
                let text = format!(
                    "a record that is broadcast belongs to no key: `{method}` is for the other handlers"
                );
                errors.at(method.span(), text);
                false
            }
        }
    }

    /// The states of a key, and those that all keys share.
    fn all_states(&self) -> impl Iterator<Item = &State> {
        self.states.iter().chain(&self.shared)
    }

    /// The names that mean something in a handler, and so for no parameter of the pipeline.
    pub(in crate::model) fn names(&self, handler: &Handler<Expr>) -> Vec<Ident> {
        let states = self.all_states().map(|state| state.name.clone());
        let sides = self.sides.iter().map(|side| side.name.clone());
        let parameters = handler.parameters.iter().flat_map(bound);
        states
            .chain(sides)
            .chain(parameters)
            .chain([self.ctx.clone()])
            .collect()
    }
}
