//! Points in time as fields of records: `#[serde(with = "streamlite::time::rfc2822")]`.

use std::fmt;

use serde::de::{Error as _, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::notation::{HttpDate, Notation, Rfc2822, Rfc3339, TimeFormat};
use super::timestamp::Timestamp;
use crate::error::Result as OrError;

/// What a field may be: a [`Timestamp`], or an `Option` of one.
#[doc(hidden)]
pub trait Stamp: Sized {
    /// Writes it, as the value that is made of a point in time.
    fn write<S: Serializer, V: Serialize>(
        &self,
        to: S,
        value: impl FnOnce(Timestamp) -> V,
    ) -> Result<S::Ok, S::Error>;

    /// Reads one; the first is what a value is read by, the second what takes it.
    fn read<'de, D: Deserializer<'de>, R: ReadValue<'de>>(from: D, value: R) -> Result<Self, D::Error>;
}

/// How a value is read that is there.
#[doc(hidden)]
pub trait ReadValue<'de> {
    fn read<D: Deserializer<'de>>(self, from: D) -> Result<Timestamp, D::Error>;
}

impl Stamp for Timestamp {
    fn write<S: Serializer, V: Serialize>(
        &self,
        to: S,
        value: impl FnOnce(Timestamp) -> V,
    ) -> Result<S::Ok, S::Error> {
        value(*self).serialize(to)
    }

    fn read<'de, D: Deserializer<'de>, R: ReadValue<'de>>(from: D, value: R) -> Result<Self, D::Error> {
        value.read(from)
    }
}

impl Stamp for Option<Timestamp> {
    fn write<S: Serializer, V: Serialize>(
        &self,
        to: S,
        value: impl FnOnce(Timestamp) -> V,
    ) -> Result<S::Ok, S::Error> {
        match self {
            Some(timestamp) => to.serialize_some(&value(*timestamp)),
            None => to.serialize_none(),
        }
    }

    fn read<'de, D: Deserializer<'de>, R: ReadValue<'de>>(from: D, value: R) -> Result<Self, D::Error> {
        from.deserialize_option(Perhaps(value))
    }
}

/// Takes a value or nothing.
struct Perhaps<R>(R);

impl<'de, R: ReadValue<'de>> Visitor<'de> for Perhaps<R> {
    type Value = Option<Timestamp>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time or nothing")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        self.0.read(from).map(Some)
    }
}

/// Takes a text.
struct Text<'a, N>(&'a N);

impl<'de, N: Notation> ReadValue<'de> for Text<'_, N> {
    fn read<D: Deserializer<'de>>(self, from: D) -> Result<Timestamp, D::Error> {
        if from.is_human_readable() {
            from.deserialize_str(self)
        } else {
            Timestamp::deserialize(from)
        }
    }
}

impl<N: Notation> Visitor<'_> for Text<'_, N> {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time as a text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Timestamp, E> {
        self.0.parse(text).map_err(E::custom)
    }
}

/// A point as a text; saved in binary it is a number, as that of a field without an attribute.
struct AsText<'a, N>(&'a N, Timestamp);

impl<N: Notation> Serialize for AsText<'_, N> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(notation, timestamp) = self;
        if !to.is_human_readable() {
            return timestamp.serialize(to);
        }
        to.serialize_str(&notation.write(*timestamp).map_err(S::Error::custom)?)
    }
}

/// What [`time_format!`](crate::time_format) writes with.
#[doc(hidden)]
pub fn serialize_text<T: Stamp, S: Serializer>(
    format: &OrError<TimeFormat>,
    time: &T,
    to: S,
) -> Result<S::Ok, S::Error> {
    match format {
        Ok(format) => time.write(to, |timestamp| AsText(format, timestamp)),
        Err(error) => Err(S::Error::custom(error)),
    }
}

/// What [`time_format!`](crate::time_format) reads with.
#[doc(hidden)]
pub fn deserialize_text<'de, T: Stamp, D: Deserializer<'de>>(
    format: &OrError<TimeFormat>,
    from: D,
) -> Result<T, D::Error> {
    match format {
        Ok(format) => T::read(from, Text(format)),
        Err(error) => Err(D::Error::custom(error)),
    }
}

/// A module of texts.
macro_rules! texts {
    ($($(#[$doc:meta])* $module:ident: $notation:expr;)*) => {$(
        $(#[$doc])*
        pub mod $module {
            use super::*;

            /// Writes a [`Timestamp`], or an `Option` of one.
            ///
            /// # Errors
            /// If there is no text of it, or it cannot be written.
            pub fn serialize<T: Stamp, S: Serializer>(time: &T, to: S) -> Result<S::Ok, S::Error> {
                time.write(to, |timestamp| AsText(&$notation, timestamp))
            }

            /// Reads a [`Timestamp`], or an `Option` of one.
            ///
            /// # Errors
            /// If it is none, or cannot be read.
            pub fn deserialize<'de, T: Stamp, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
                T::read(from, Text(&$notation))
            }
        }
    )*};
}

texts! {
    /// A field that is a text as RFC 3339 has it, with an offset: `#[serde(with = "streamlite::time::rfc3339")]`.
    ///
    /// A [`Timestamp`] reads such texts without an attribute, too, and numbers beside them; with it a number is an error, and a
    /// text is what is written. It is UTC that is written.
    ///
    /// ```
    /// use streamlite::prelude::*;
    ///
    /// #[derive(Debug, Serialize, Deserialize)]
    /// struct Visit {
    ///     page: String,
    ///     #[serde(with = "streamlite::time::rfc3339")]
    ///     at: Timestamp,
    ///     #[serde(with = "streamlite::time::http_date", default)]
    ///     cached: Option<Timestamp>,
    /// }
    ///
    /// # let dir = tempfile::tempdir()?;
    /// let path = dir.path().join("visits.csv");
    /// std::fs::write(&path, "page,at,cached\n/,2023-11-14T23:13:20+01:00,\"Tue, 14 Nov 2023 22:13:20 GMT\"\n/a,2023-11-14T22:13:21Z,\n")?;
    /// let visits = pipeline!(from(CsvSource::<Visit>::open(&path)?).map(|v| (v.at, v.cached))).collect()?;
    /// let first = Timestamp::from_secs(1_700_000_000);
    /// assert_eq!(visits, [(first, Some(first)), (Timestamp::from_secs(1_700_000_001), None)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    rfc3339: Rfc3339;
    /// A field that is a text as RFC 2822 has it: `#[serde(with = "streamlite::time::rfc2822")]`; see
    /// [`Timestamp::from_rfc2822`].
    rfc2822: Rfc2822;
    /// A field that is a text as HTTP has it: `#[serde(with = "streamlite::time::http_date")]`; see
    /// [`Timestamp::from_http_date`].
    http_date: HttpDate;
}

/// Takes a number of units, of which so many are a second.
struct Number<const PER_SECOND: i64>;

impl<'de, const PER_SECOND: i64> ReadValue<'de> for Number<PER_SECOND> {
    fn read<D: Deserializer<'de>>(self, from: D) -> Result<Timestamp, D::Error> {
        if !from.is_human_readable() {
            Timestamp::deserialize(from)
        } else if PER_SECOND == 1 {
            from.deserialize_any(self)
        } else {
            from.deserialize_i64(self)
        }
    }
}

impl<const PER_SECOND: i64> Visitor<'_> for Number<PER_SECOND> {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time as a number of ")?;
        f.write_str(match PER_SECOND {
            1 => "seconds",
            1_000 => "milliseconds",
            1_000_000 => "microseconds",
            _ => "nanoseconds",
        })?;
        f.write_str(" since 1970")
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Timestamp, E> {
        let (number, per_second) = (i128::from(number), i128::from(PER_SECOND));
        let millis = (number * 1_000).div_euclid(per_second);
        i64::try_from(millis)
            .map(Timestamp::from_millis)
            .map_err(|_| E::custom("it is more than a timestamp can be"))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Timestamp, E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            Err(_) => Err(E::custom("it is more than a timestamp can be")),
        }
    }

    /// Seconds may have a fraction, which is rounded to milliseconds: what is written with three digits comes back as it was.
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Timestamp, E> {
        let millis = (number * 1_000.0).round();
        if PER_SECOND != 1 {
            return Err(E::invalid_type(serde::de::Unexpected::Float(number), &self));
        }
        // Up to there each whole number of milliseconds is one.
        if millis.abs() > 9e15 || millis.is_nan() {
            return Err(E::custom("it is more than a timestamp can be"));
        }
        #[expect(clippy::cast_possible_truncation, reason = "it was checked")]
        Ok(Timestamp::from_millis(millis as i64))
    }
}

/// A module of numbers.
macro_rules! numbers {
    ($($(#[$doc:meta])* $module:ident: $per_second:literal;)*) => {$(
        $(#[$doc])*
        pub mod $module {
            use super::*;

            /// Writes a [`Timestamp`], or an `Option` of one.
            ///
            /// # Errors
            /// If its number is more than an `i64` can be, or it cannot be written.
            pub fn serialize<T: Stamp, S: Serializer>(time: &T, to: S) -> Result<S::Ok, S::Error> {
                time.write(to, AsNumber::<$per_second>)
            }

            /// Reads a [`Timestamp`], or an `Option` of one.
            ///
            /// # Errors
            /// If it is none, or cannot be read.
            pub fn deserialize<'de, T: Stamp, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
                T::read(from, Number::<$per_second>)
            }
        }
    )*};
}

numbers! {
    /// A field that is a number of seconds since 1970, with a fraction or without:
    /// `#[serde(with = "streamlite::time::epoch_seconds")]`. A fraction is rounded to milliseconds.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// #[derive(Serialize, Deserialize)]
    /// struct Tick {
    ///     #[serde(with = "streamlite::time::epoch_seconds")]
    ///     at: Timestamp,
    /// }
    ///
    /// let tick: Tick = serde_json::from_str(r#"{"at":1700000000.5}"#)?;
    /// assert_eq!(tick.at, Timestamp::from_millis(1_700_000_000_500));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    epoch_seconds: 1;
    /// A field that is a whole number of milliseconds since 1970: `#[serde(with = "streamlite::time::epoch_millis")]`. A
    /// [`Timestamp`] reads them without an attribute, too, and texts beside them.
    epoch_millis: 1_000;
    /// A field that is a whole number of microseconds since 1970: `#[serde(with = "streamlite::time::epoch_micros")]`. It is the
    /// millisecond before it.
    epoch_micros: 1_000_000;
    /// A field that is a whole number of nanoseconds since 1970: `#[serde(with = "streamlite::time::epoch_nanos")]`. It is the
    /// millisecond before it.
    epoch_nanos: 1_000_000_000;
}

/// A point as a number of units, of which so many are a second; saved in binary it is one of milliseconds.
struct AsNumber<const PER_SECOND: i64>(Timestamp);

impl<const PER_SECOND: i64> Serialize for AsNumber<PER_SECOND> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(timestamp) = self;
        if !to.is_human_readable() {
            return timestamp.serialize(to);
        }
        let millis = timestamp.as_millis();
        if PER_SECOND == 1 && millis % 1_000 != 0 {
            #[expect(clippy::cast_precision_loss, reason = "it was so when it was read")]
            return to.serialize_f64(millis as f64 / 1_000.0);
        }
        let number = i128::from(millis) * i128::from(PER_SECOND) / 1_000;
        match i64::try_from(number) {
            Ok(number) => to.serialize_i64(number),
            Err(_) => Err(S::Error::custom(format_args!(
                "{timestamp} is no number of so small units"
            ))),
        }
    }
}

/// A format of your own for the fields of records: a module that `#[serde(with = "…")]` names.
///
/// ```
/// use streamlite::prelude::*;
/// use streamlite::time_format;
///
/// time_format!(mod german = "%d.%m.%Y %H:%M:%S", "Europe/Berlin");
///
/// #[derive(Debug, Serialize, Deserialize)]
/// struct Order {
///     #[serde(with = "german")]
///     at: Timestamp,
/// }
///
/// let order: Order = serde_json::from_str(r#"{"at":"14.11.2023 23:13:20"}"#)?;
/// assert_eq!(order.at, Timestamp::from_secs(1_700_000_000));
/// assert_eq!(serde_json::to_string(&order)?, r#"{"at":"14.11.2023 23:13:20"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Without a zone it is UTC. See [`TimeFormat`](crate::time::TimeFormat) for the rules; a format or a zone that there is none of
/// is an error of the first record.
#[macro_export]
macro_rules! time_format {
    ($(#[$attribute:meta])* $visibility:vis mod $module:ident = $format:literal $(, $zone:literal)?) => {
        $(#[$attribute])*
        #[doc = concat!("A field that is a time of the format `", $format, "`.")]
        $visibility mod $module {
            static FORMAT: ::std::sync::LazyLock<$crate::Result<$crate::time::TimeFormat>> =
                ::std::sync::LazyLock::new(|| $crate::time::TimeFormat::new($format)$(.and_then(|format| format.in_zone($zone)))?);

            /// Writes a time.
            pub fn serialize<T: $crate::time::Stamp, S: $crate::time::Serializer>(
                time: &T,
                to: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::time::serialize_text(&FORMAT, time, to)
            }

            /// Reads a time.
            pub fn deserialize<'de, T: $crate::time::Stamp, D: $crate::time::Deserializer<'de>>(
                from: D,
            ) -> ::core::result::Result<T, D::Error> {
                $crate::time::deserialize_text(&FORMAT, from)
            }
        }
    };
}
