//! `name::test(…)`: the pipeline with an input for each source and an output for each sink.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use crate::model::LoweredFunction;
use crate::syntax::Parameter;

pub(super) fn test_driver(function: &LoweredFunction) -> TokenStream {
    let LoweredFunction {
        name,
        generics,
        parameters,
        ..
    } = function;
    let driver = format_ident!(
        "{}TestDriver",
        camel(&name.unraw().to_string()),
        span = name.span()
    );
    let invented = |name: &str| Ident::new(name, Span::mixed_site());
    let (bench, runner, clock) = (invented("__bench"), invented("__runner"), invented("__clock"));
    let (mut fields, mut names, mut setup, mut values, mut arguments) =
        (vec![], vec![], vec![], vec![], vec![]);
    for parameter in parameters {
        let name = parameter.name();
        let text = name.unraw().to_string();
        // A local is no item: a port or a parameter may have the name of the function.
        let mut local = name.clone();
        local.set_span(name.span().resolved_at(Span::mixed_site()));
        let port = format_ident!(
            "{}_port",
            name,
            span = name.span().resolved_at(Span::mixed_site())
        );
        match parameter {
            Parameter::Source(_, ends) => {
                let item = &ends.item;
                let doc = format!("Feeds `{text}`.");
                fields.push(quote!(#[doc = #doc] pub #name: __streamlite::TestInput<#item>));
                setup.push(quote!(let (#port, #local) = #bench.input::<#item>(#text);));
                names.push(quote!(#name: #local));
                arguments.push(quote!(#port));
            }
            Parameter::Sink(_, ends) => {
                let item = &ends.item;
                let doc = format!("Takes what `{text}` got.");
                fields.push(quote!(#[doc = #doc] pub #name: __streamlite::TestOutput<#item>));
                setup.push(quote!(let (#port, #local) = #bench.output::<#item>(#text);));
                names.push(quote!(#name: #local));
                arguments.push(quote!(#port));
            }
            Parameter::Value(_, ty) => {
                values.push(quote!(#local: #ty));
                arguments.push(quote!(#local));
            }
            Parameter::Stream(..) => {}
            Parameter::Wrong(_) => arguments.push(quote!(())),
        }
    }
    // A port with the clock's name is a mistake that was reported: one error is enough.
    let clock_is_taken = parameters.iter().any(|parameter| parameter.name() == "clock");
    let own_clock = Ident::new(
        if clock_is_taken { "__clock" } else { "clock" },
        Span::call_site(),
    );
    let drives = format!("Drives `{name}` by hand.");
    let (for_impl, for_type, where_clause) = generics.split_for_impl();
    let lifetimes_and_types = generics.type_params().map(|parameter| &parameter.ident);
    let phantom = quote!(::core::marker::PhantomData<fn() -> (#(#lifetimes_and_types,)*)>);
    quote! {
        #[doc = #drives]
        #[derive(::core::fmt::Debug)]
        #[allow(private_interfaces, unnameable_types)]
        pub struct #driver #for_impl #where_clause {
            #(#fields,)*
            /// The clock of the job: time passes when the test says so.
            pub #own_clock: __streamlite::TestClock,
            __runner: __streamlite::TestRunner,
            __generics: #phantom,
        }

        #[allow(dead_code)]
        impl #for_impl #driver #for_type #where_clause {
            /// Ends the inputs, and runs to the end.
            #[track_caller]
            pub fn finish(&mut self) -> __streamlite::Report {
                self.__runner.finish()
            }

            /// Ends the inputs and runs to the end, or returns the error that the job fails with.
            ///
            /// # Errors
            /// What the job fails with.
            pub fn try_finish(&mut self) -> ::core::result::Result<__streamlite::Report, __streamlite::Error> {
                self.__runner.try_finish()
            }

            /// Says what the job has done so far.
            #[must_use]
            pub fn report(&self) -> __streamlite::Report {
                self.__runner.report()
            }

            /// The state of a statement, which can be asked for what it keeps of a key.
            #[must_use]
            pub fn state(&self, name: &str) -> __streamlite::StateView<'_> {
                self.__runner.state(name)
            }

            /// Why a window of a key has not fired, or what else has become of it.
            #[must_use]
            #[track_caller]
            pub fn why<__K>(&self, statement: &str, key: &__K, window: __streamlite::Window) -> __streamlite::Why
            where
                __K: ::core::clone::Clone + ::core::marker::Send + 'static,
            {
                self.__runner.why(statement, key, window)
            }

            /// How far event time has come, and what holds it back.
            #[must_use]
            #[track_caller]
            pub fn watermarks(&self) -> __streamlite::Watermarks {
                self.__runner.watermarks()
            }

            /// Saves all that the job remembers.
            #[must_use]
            #[track_caller]
            pub fn savepoint(&mut self) -> __streamlite::Savepoint {
                self.__runner.savepoint()
            }

            /// Goes on where a job of the same pipeline was saved. To be called before anything else.
            #[must_use]
            #[track_caller]
            pub fn restore(mut self, savepoint: &__streamlite::Savepoint) -> Self {
                self.__runner.restore(savepoint);
                self
            }
        }

        #[allow(dead_code)]
        impl #name {
            /// Drives the pipeline by hand, for tests: an input for each source, an output for each sink, and the clock.
            #[must_use]
            #[track_caller]
            #[allow(private_interfaces)]
            pub fn test #for_impl (#(#values),*) -> #driver #for_type #where_clause {
                let mut #bench = __streamlite::TestBench::new();
                #(#setup)*
                let (#runner, #clock) = #bench.start(#name(#(#arguments),*));
                #driver { #(#names,)* #own_clock: #clock, __runner: #runner, __generics: ::core::marker::PhantomData }
            }
        }
    }
}

/// `sensor_alerts` to `SensorAlerts`.
fn camel(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().to_string());
        first.unwrap_or_default() + letters.as_str()
    });
    words.collect()
}
