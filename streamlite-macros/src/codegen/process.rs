//! Process closures: the states become a tuple, the handlers closures that take it apart.

use std::iter::repeat;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Pat;
use syn::spanned::Spanned;

use super::at;
use super::describe::Describe;
use crate::model::{Argument, Call, CallArgument, Handler, Inputs, Process, State, StateKind, nested_states};
use crate::syntax::text;

/// What the closures of a process are made of.
struct Parts<'a> {
    process: &'a Process,
    /// The type of the states of one key.
    kept: TokenStream,
    /// The type of the states that all keys share.
    shared_kept: TokenStream,
    /// The type of the side outputs.
    sides: TokenStream,
    /// The type of what is emitted.
    emitted: TokenStream,
    state: Ident,
    shared: Ident,
    side: Ident,
}

impl<'a> Parts<'a> {
    fn of(process: &'a Process) -> Self {
        let [state, shared, side] =
            ["states", "shared", "sides"].map(|name| Ident::new(name, Span::mixed_site()));
        let types = process.sides.iter().map(|side| &side.ty);
        let kept = |states: &[State]| nested_states(states.iter().map(State::kept).collect());
        Self {
            process,
            kept: kept(&process.states),
            shared_kept: kept(&process.shared),
            sides: quote!((#(__streamlite::Side<#types>,)*)),
            emitted: if process.emits { quote!(_) } else { quote!(()) },
            state,
            shared,
            side,
        }
    }

    /// The parameters of a handler of a key, after what is given to it.
    fn parameters(&self, given: &TokenStream) -> TokenStream {
        let Self {
            process,
            kept,
            shared_kept,
            sides,
            emitted,
            state,
            shared,
            side,
        } = self;
        let ctx = &process.ctx;
        quote! {
            #given #shared: &#shared_kept, #state: &mut #kept, #side: &mut #sides,
            #ctx: &mut __streamlite::ProcessContext<'_, _, #emitted>
        }
    }

    /// The parameters of the handler of what is broadcast.
    fn broadcast_parameters(&self, given: &[Pat]) -> TokenStream {
        let Self {
            process,
            shared_kept,
            sides,
            emitted,
            shared,
            side,
            ..
        } = self;
        let ctx = &process.ctx;
        quote! {
            #(#given,)* #shared: &mut #shared_kept, #side: &mut #sides,
            #ctx: &mut __streamlite::BroadcastContext<'_, #emitted>
        }
    }

    /// The body of a handler of a key: what all keys share is there to be read.
    fn body(&self, body: &TokenStream) -> TokenStream {
        let Process { ctx, states, .. } = self.process;
        let views = plain(states).map(|(number, name)| {
            quote! {
                #[allow(unused_variables, unused_mut)]
                let mut #name = #name.view(#ctx.written(#number));
            }
        });
        let (pattern, state) = (pattern(states), &self.state);
        let views = quote! {
            #[allow(unused_variables)]
            let #pattern = #state;
            #(#views)*
        };
        self.around(&quote!(get), &views, body)
    }

    /// The body of the handler of what is broadcast, which changes what all keys share.
    fn broadcast_body(&self, body: &TokenStream) -> TokenStream {
        self.around(&quote!(get_mut), &TokenStream::new(), body)
    }

    /// What is the user's, after what it sees: of what all keys share by this method.
    fn around(&self, get: &TokenStream, views: &TokenStream, body: &TokenStream) -> TokenStream {
        let Self {
            process,
            shared,
            side,
            ..
        } = self;
        let ctx = &process.ctx;
        let shared_views = plain(&process.shared).map(|(_, name)| {
            quote! {
                #[allow(unused_variables)]
                let #name = #name.#get();
            }
        });
        let pattern = pattern(&process.shared);
        let side_names = process.sides.iter().map(|side| &side.name);
        quote! {
            let _ = &#ctx;
            #[allow(unused_variables)]
            let #pattern = #shared;
            #(#shared_views)*
            #views
            #[allow(unused_variables)]
            let (#(#side_names,)*) = #side;
            #body;
        }
    }
}

/// The plain states, each with its number.
fn plain(states: &[State]) -> impl Iterator<Item = (usize, &Ident)> {
    let states = states.iter().enumerate();
    states
        .filter(|(_, state)| state.kind == StateKind::Plain)
        .map(|(number, state)| (number, &state.name))
}

/// What takes the tuple of the states apart.
fn pattern(states: &[State]) -> TokenStream {
    nested_states(states.iter().map(|state| state.name.to_token_stream()).collect())
}

impl Describe<'_> {
    pub(super) fn process(&self, receiver: &TokenStream, process: &Process) -> TokenStream {
        let Process {
            method,
            first,
            first_shared,
            inputs,
            ..
        } = process;
        let [stream, handled] = ["stream", "handled"].map(|name| Ident::new(name, Span::mixed_site()));
        let parts = Parts::of(process);
        let Parts {
            kept,
            shared_kept,
            sides,
            emitted,
            ..
        } = &parts;
        let on_record = match inputs {
            Inputs::One | Inputs::Broadcast => {
                let handler = process.handler("on_record");
                handler.map(|handler| self.by_key(&parts, handler))
            }
            Inputs::Two => {
                process
                    .handler("on_left")
                    .zip(process.handler("on_right"))
                    .map(|(left, right)| {
                        let (given, body) = either(left, right);
                        self.handler(
                            &parts.parameters(&given),
                            &parts.body(&body),
                            &[&left.body, &right.body],
                        )
                    })
            }
        };
        let others = ["on_timer", "on_end"].map(|name| process.handler(name));
        let others = others.into_iter().flatten().map(|handler| {
            let (name, closure) = (&handler.name, self.by_key(&parts, handler));
            quote!(let #handled = #handled.#name(#closure);)
        });
        let on_broadcast = process.handler("on_broadcast").map(|handler| {
            let specs = self.specs(&process.shared, &[]);
            let first = self.closure(&TokenStream::new(), first_shared);
            let closure = self.handler(
                &parts.broadcast_parameters(&handler.parameters),
                &parts.broadcast_body(&handler.body.expr.to_token_stream()),
                &[&handler.body],
            );
            quote!(let #handled = #stream.broadcast_handlers(#handled, #specs, #first, #closure);)
        });
        let specs = self.specs(&process.states, &process.ttls);
        let first = self.closure(&TokenStream::new(), first);
        let checks = self.stored_states(process.shared.iter().chain(&process.states), &handled);
        quote!({
            let #stream = #receiver;
            let #handled =
                #stream.handlers::<#kept, #sides, #emitted, #shared_kept, _, _>(#specs, #first, #on_record);
            #(#others)*
            #on_broadcast
            #checks
            #stream.#method(#handled)
        })
    }

    /// A handler of a key.
    fn by_key(&self, parts: &Parts<'_>, handler: &Handler<Argument>) -> TokenStream {
        let Handler { parameters, body, .. } = handler;
        self.handler(
            &parts.parameters(&quote!(#(#parameters,)*)),
            &parts.body(&body.expr.to_token_stream()),
            &[body],
        )
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

    /// The names of states, and how long their values live.
    fn specs(&self, states: &[State], ttls: &[Option<Argument>]) -> TokenStream {
        let ttls = ttls.iter().map(Option::as_ref).chain(repeat(None));
        let specs = states.iter().zip(ttls).map(|(state, ttl)| {
            let name = text(&state.name);
            let ttl = ttl.map(|ttl| {
                let after = self.argument(ttl, ttl.expr.to_token_stream());
                quote!(.ttl(#after))
            });
            let by_clock = state.ttl.as_ref().is_some_and(|ttl| ttl.by_processing_time);
            let by_clock = by_clock.then(|| quote!(.by_processing_time()));
            quote!(__streamlite::StateSpec::new(#name) #ttl #by_clock)
        });
        quote!(__streamlite::specs([#(#specs),*]))
    }

    /// What the states hold must be storable, in a function: asked at the user's own type, after the handlers, when all
    /// types are known.
    fn stored_states<'s>(&self, states: impl Iterator<Item = &'s State>, handled: &Ident) -> TokenStream {
        if !self.graph.owns {
            return TokenStream::new();
        }
        let types = states.flat_map(State::stored);
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
