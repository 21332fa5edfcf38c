//! Whether something is a timestamp.

use crate::time::Timestamp;

/// What becomes a timestamp: all that is `Into<Timestamp>`, asked where a closure returns it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no timestamp",
    label = "this is `{Self}`",
    note = "a timestamp is a `Timestamp`, an `i64` of milliseconds since 1970, or a `SystemTime`: write `r.at as i64` for another \
            integer, `Timestamp::from_secs(r.at)` for seconds, and `Timestamp` as the field's type for a text"
)]
pub trait ToTimestamp {
    /// The timestamp.
    fn to_timestamp(self) -> Timestamp;
}

#[diagnostic::do_not_recommend]
impl<T: Into<Timestamp>> ToTimestamp for T {
    #[inline]
    fn to_timestamp(self) -> Timestamp {
        self.into()
    }
}
