//! Process closures: the states become a tuple, the handlers closures that take it apart.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::at;
use super::describe::Describe;
use crate::model::{Argument, Call, CallArgument, Handler, Inputs, Process, State, StateKind, nested_states};

/// The states of a process: how they are kept, and what handlers see of them.
struct States {
    /// The tuple's type.
    kept: TokenStream,
    /// What takes the tuple apart.
    pattern: TokenStream,
    /// What makes of a state what handlers see.
    views: TokenStream,
}

impl Describe<'_> {
    pub(super) fn process(&self, receiver: &TokenStream, process: &Process) -> TokenStream {
        let Process {
            method,
            ctx,
            states: fields,
            sides,
            first,
            emits,
            inputs,
            ..
        } = process;
        let states = states_of(fields, ctx);
        let side_types = sides.iter().map(|side| &side.ty);
        let side_types = quote!((#(__streamlite::Side<#side_types>,)*));
        let emitted = if *emits { quote!(_) } else { quote!(()) };
        let (stream, handled) = (
            Ident::new("stream", Span::mixed_site()),
            Ident::new("handled", Span::mixed_site()),
        );
        let (kept, specs) = (&states.kept, self.specs(process));
        let first = self.closure(&TokenStream::new(), first);
        let side_names: Vec<_> = sides.iter().map(|side| &side.name).collect();
        let closure = |given: &TokenStream, body: &TokenStream, arguments: &[&Argument]| {
            let [state, side] = ["states", "sides"].map(|name| Ident::new(name, Span::mixed_site()));
            let States { pattern, views, .. } = &states;
            let parameters = quote! {
                #given #state: &mut #kept, #side: &mut #side_types,
                #ctx: &mut __streamlite::ProcessContext<'_, _, #emitted>
            };
            let body = quote! {
                let _ = &#ctx;
                #[allow(unused_variables)]
                let #pattern = #state;
                #views
                #[allow(unused_variables)]
                let (#(#side_names,)*) = #side;
                #body;
            };
            self.handler(&parameters, &body, arguments)
        };
        let alone = |handler: &Handler<Argument>| {
            let Handler { parameters, body, .. } = handler;
            closure(&quote!(#(#parameters,)*), &body.expr.to_token_stream(), &[body])
        };
        let on_record = match inputs {
            Inputs::One => process.handler("on_record").map(alone),
            Inputs::Two => {
                process
                    .handler("on_left")
                    .zip(process.handler("on_right"))
                    .map(|(left, right)| {
                        let (given, body) = either(left, right);
                        closure(&given, &body, &[&left.body, &right.body])
                    })
            }
        };
        let others = ["on_timer", "on_end"].map(|name| process.handler(name));
        let others = others.into_iter().flatten().map(|handler| {
            let (name, closure) = (&handler.name, alone(handler));
            quote!(let #handled = #handled.#name(#closure);)
        });
        let checks = self.stored_states(fields, &handled);
        quote!({
            let #stream = #receiver;
            let #handled = #stream.handlers::<#kept, #side_types, #emitted, _, _>(#specs, #first, #on_record);
            #(#others)*
            #checks
            #stream.#method(#handled)
        })
    }

    /// A process of the user's own, in a function: what it keeps must be storable, which is asked at the process.
    pub(super) fn own_process(
        &self,
        receiver: &TokenStream,
        call: &Call,
        call_of: &TokenStream,
    ) -> TokenStream {
        let [CallArgument::Value(argument)] = &call.arguments[..] else {
            return quote!(#receiver #call_of);
        };
        let (method, span) = (&call.method, at(argument.expr.span()));
        let [stream, process] = ["stream", "process"].map(|name| Ident::new(name, Span::mixed_site()));
        let [stream_here, process_here] = ["stream", "process"].map(|name| Ident::new(name, span));
        let value = self.argument(argument, argument.expr.to_token_stream());
        let checked = quote_spanned!(span=> #stream_here.stored_process(#process_here));
        quote!({
            let #stream = #receiver;
            let #process = #value;
            let #process = #checked;
            #stream.#method(#process)
        })
    }

    /// The names of the states, and how long their values live.
    fn specs(&self, process: &Process) -> TokenStream {
        let specs = process.states.iter().zip(&process.ttls).map(|(state, ttl)| {
            let name = state.name.to_string();
            let ttl = ttl.as_ref().map(|ttl| {
                let after = self.argument(ttl, ttl.expr.to_token_stream());
                quote!(.ttl(#after))
            });
            let by_clock = state.ttl.as_ref().is_some_and(|ttl| ttl.by_processing_time);
            let by_clock = by_clock.then(|| quote!(.by_processing_time()));
            quote!(__streamlite::StateSpec::new(#name) #ttl #by_clock)
        });
        quote!(__streamlite::specs([#(#specs),*]))
    }

    /// What the states hold must be storable, in a function: asked at the user's own type, behind the handlers, when all
    /// types are known.
    fn stored_states(&self, states: &[State], handled: &Ident) -> TokenStream {
        if !self.graph.owns {
            return TokenStream::new();
        }
        let types = states.iter().flat_map(State::stored);
        let checks = types.map(|ty| {
            let span = at(ty.span());
            let handled = Ident::new(&handled.to_string(), span);
            quote_spanned!(span=> let #handled = __streamlite::stored_state(__streamlite::type_named::<#ty>(), #handled);)
        });
        checks.collect()
    }
}

/// The handlers of connected streams are one, of records that say where they come from: what is given to it, and its body.
fn either(left: &Handler<Argument>, right: &Handler<Argument>) -> (TokenStream, TokenStream) {
    let [record, value] = ["record", "value"].map(|name| Ident::new(name, Span::mixed_site()));
    let arm = |handler: &Handler<Argument>| {
        let (parameters, body) = (&handler.parameters, &handler.body.expr);
        quote!({ #(let #parameters = #value;)* #body; })
    };
    let [left, right] = [left, right].map(arm);
    let body = quote! {
        match #record {
            __streamlite::Either::Left(#value) => #left
            __streamlite::Either::Right(#value) => #right
        }
    };
    (quote!(#record: __streamlite::Either<_, _>,), body)
}

fn states_of(fields: &[State], ctx: &Ident) -> States {
    let names = fields.iter().map(|state| state.name.to_token_stream());
    let views = fields
        .iter()
        .enumerate()
        .filter(|(_, state)| state.kind == StateKind::Plain)
        .map(|(number, state)| {
            let name = &state.name;
            quote! {
                #[allow(unused_variables, unused_mut)]
                let mut #name = #name.view(#ctx.written(#number));
            }
        });
    States {
        kept: nested_states(fields.iter().map(State::kept).collect()),
        pattern: nested_states(names.collect()),
        views: views.collect(),
    }
}
