//! The macros of streamlite.
use proc_macro::TokenStream;
/// x
#[proc_macro]
pub fn pipeline_in(_t: TokenStream) -> TokenStream {
    TokenStream::new()
}
/// x
#[proc_macro_attribute]
pub fn dataflow(_a: TokenStream, t: TokenStream) -> TokenStream {
    t
}
