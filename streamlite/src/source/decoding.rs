//! How bytes become records, of sources that take any format.

use std::sync::Arc;

use crate::format::{Fail, Lines, Policy};

/// The greatest record that is read unless the source says otherwise: 1 MiB.
pub(super) const MAX_RECORD: usize = 1 << 20;

/// How bytes become records.
pub(super) struct Decoding<F> {
    pub(super) format: Arc<F>,
    pub(super) policy: Policy,
    pub(super) max_record: usize,
}

impl Default for Decoding<Lines> {
    fn default() -> Self {
        Self {
            format: Arc::new(Lines),
            policy: Policy::new(Fail),
            max_record: MAX_RECORD,
        }
    }
}

impl<F> Clone for Decoding<F> {
    fn clone(&self) -> Self {
        Self {
            format: Arc::clone(&self.format),
            policy: self.policy.clone(),
            max_record: self.max_record,
        }
    }
}

impl<F> Decoding<F> {
    /// The same of another format.
    pub(super) fn of<G>(self, format: G) -> Decoding<G> {
        Decoding {
            format: Arc::new(format),
            policy: self.policy,
            max_record: self.max_record,
        }
    }
}

/// The methods of a source that has a `decoding`: its name, what it is generic over before its format, and its
/// other fields.
macro_rules! decoding_options {
    ($source:ident[$($other:ident)?] { $($field:ident),* }) => {
        impl<$($other,)? F> $source<$($other,)? F> {
            /// Reads records of another format than before: `Csv::<Trade>::default().delimiter(b';')`.
            #[must_use]
            pub fn format<G>(self, format: G) -> $source<$($other,)? G> {
                $source {
                    decoding: self.decoding.of(format),
                    $($field: self.$field,)*
                }
            }

            /// Reads JSON lines, each a `T`; see [`Json`](crate::format::Json) for the rules.
            #[cfg(feature = "json")]
            #[must_use]
            pub fn json<T: serde::de::DeserializeOwned>(self) -> $source<$($other,)? crate::format::Json<T>> {
                self.format(crate::format::Json::default())
            }

            /// Reads CSV, of which each record is a `T`; the first line is the header. See [`Csv`](crate::format::Csv) for the
            /// rules.
            #[cfg(feature = "csv")]
            #[must_use]
            pub fn csv<T: serde::de::DeserializeOwned>(self) -> $source<$($other,)? crate::format::Csv<T>> {
                self.format(crate::format::Csv::default())
            }

            /// Says what becomes of bad records: [`Fail`](super::Fail), [`Skip`](super::Skip) or
            /// [`Route(sink)`](super::Route()).
            #[must_use]
            pub fn on_error(mut self, policy: impl crate::format::OnError + 'static) -> Self {
                self.decoding.policy = crate::format::Policy::new(policy);
                self
            }

            /// Takes records up to so many bytes; a longer one is a bad record. 1 MiB unless said otherwise.
            #[must_use]
            pub fn max_record_bytes(mut self, bytes: usize) -> Self {
                self.decoding.max_record = bytes;
                self
            }
        }
    };
}

pub(super) use decoding_options;
