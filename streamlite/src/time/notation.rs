//! Points in time as texts: as RFC 3339, RFC 2822 and HTTP write them, and in any format.

use std::fmt;

use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;

use super::timestamp::{ParseTimestampError, Timestamp, of_calendar};
use crate::error::Error;

/// A point in time that a notation has no text for: its year is none of four digits, or the zone is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{timestamp} cannot be written {how}: {cause}")]
pub struct FormatTimestampError {
    timestamp: Timestamp,
    how: String,
    cause: String,
}

/// How a point in time is written as a text.
pub(super) trait Notation {
    /// The point that a text is.
    fn parse(&self, text: &str) -> Result<Timestamp, ParseTimestampError>;

    /// The text of a point.
    fn write(&self, timestamp: Timestamp) -> Result<String, FormatTimestampError>;
}

/// `2023-11-14T22:13:20Z`.
pub(super) struct Rfc3339;

/// `Tue, 14 Nov 2023 22:13:20 +0000`.
pub(super) struct Rfc2822;

/// `Tue, 14 Nov 2023 22:13:20 GMT`.
pub(super) struct HttpDate;

const RFC_2822: &str = "as RFC 2822 has it, such as `Tue, 14 Nov 2023 22:13:20 +0000`";
const HTTP: &str = "as HTTP has it, such as `Tue, 14 Nov 2023 22:13:20 GMT`";
/// The older forms that whoever reads HTTP has to take, by RFC 9110, 5.6.7.
const OLDER_HTTP: [&str; 2] = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

impl Timestamp {
    /// The point in time that a text is, as RFC 2822 has it: the `Date` of a mail. What RFC 3339 has is read by
    /// [`parse`](str::parse).
    ///
    /// ```
    /// # use streamlite::Timestamp;
    /// let sent = Timestamp::from_rfc2822("Tue, 14 Nov 2023 23:13:20 +0100")?;
    /// assert_eq!(sent, Timestamp::from_secs(1_700_000_000));
    /// # Ok::<(), streamlite::time::ParseTimestampError>(())
    /// ```
    ///
    /// # Errors
    /// If it is no such text.
    pub fn from_rfc2822(text: &str) -> Result<Self, ParseTimestampError> {
        Rfc2822.parse(text)
    }

    /// The point in time that a text is, as HTTP has it: the `Date` or `Last-Modified` of a response, also in the two older
    /// forms. Of years of two digits those up to 68 are in this century.
    ///
    /// ```
    /// # use streamlite::Timestamp;
    /// for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
    ///     assert_eq!(Timestamp::from_http_date(text)?, Timestamp::from_secs(784_111_777));
    /// }
    /// # Ok::<(), streamlite::time::ParseTimestampError>(())
    /// ```
    ///
    /// # Errors
    /// If it is no such text.
    pub fn from_http_date(text: &str) -> Result<Self, ParseTimestampError> {
        HttpDate.parse(text)
    }

    /// The text of it as RFC 2822 has it, in UTC; what is smaller than a second is cut off.
    ///
    /// # Errors
    /// If its year has not four digits.
    pub fn to_rfc2822(self) -> Result<String, FormatTimestampError> {
        Rfc2822.write(self)
    }

    /// The text of it as HTTP has it; what is smaller than a second is cut off.
    ///
    /// # Errors
    /// If its year has not four digits.
    pub fn to_http_date(self) -> Result<String, FormatTimestampError> {
        HttpDate.write(self)
    }
}

/// A format of your own for points in time, in the terms of `strftime`: `%Y-%m-%d %H:%M:%S%.f`.
///
/// A text without an offset (`%z`, `%:z`) is a time of a zone: UTC, unless another one is [said](Self::in_zone). Where clocks
/// are set back and a time comes twice, it is the first one; where they are set forward and it does not come, that which an
/// unchanged clock would show. What is smaller than a millisecond is cut off, towards the past. A format without a time of day
/// is the beginning of the day. All directives are in the documentation of
/// [`jiff`](https://docs.rs/jiff/latest/jiff/fmt/strtime/index.html#conversion-specifications).
///
/// ```
/// use streamlite::Timestamp;
/// use streamlite::time::TimeFormat;
///
/// let format = TimeFormat::new("%d.%m.%Y %H:%M")?;
/// let time = format.parse("14.11.2023 22:13")?;
/// assert_eq!(time.to_string(), "2023-11-14T22:13:00Z");
/// assert_eq!(format.write(time)?, "14.11.2023 22:13");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Fields of records have it by [`time_format!`](crate::time_format).
#[derive(Clone, Debug)]
pub struct TimeFormat {
    format: String,
    zone: TimeZone,
}

impl TimeFormat {
    /// A format in the terms of `strftime`.
    ///
    /// # Errors
    /// If it has a directive that there is none of.
    pub fn new(format: impl Into<String>) -> crate::error::Result<Self> {
        let format = format.into();
        let example = jiff::Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
        if let Err(cause) = strtime::format(&format, &example) {
            return Err(Error::setting(
                format!("the format of times `{format}`"),
                cause.to_string(),
                "write it in the terms of `strftime`, such as `%Y-%m-%d %H:%M:%S`",
            ));
        }
        let zone = TimeZone::UTC;
        Ok(Self { format, zone })
    }

    /// Times without an offset are those of a zone, by its name in the IANA database: `Europe/Berlin`.
    ///
    /// # Errors
    /// If no such zone is known.
    pub fn in_zone(self, zone: &str) -> crate::error::Result<Self> {
        let zone = TimeZone::get(zone).map_err(|cause| {
            Error::setting(
                format!("the time zone `{zone}`"),
                cause.to_string(),
                "name it as the IANA database does, such as `Europe/Berlin`; without the feature `calendar` it must be \
                 on this computer",
            )
        })?;
        Ok(Self { zone, ..self })
    }

    /// The point in time that a text is.
    ///
    /// # Errors
    /// If it is not of this format.
    pub fn parse(&self, text: &str) -> Result<Timestamp, ParseTimestampError> {
        Notation::parse(self, text)
    }

    /// The text of a point in time.
    ///
    /// # Errors
    /// If the calendar does not know its year.
    pub fn write(&self, timestamp: Timestamp) -> Result<String, FormatTimestampError> {
        Notation::write(self, timestamp)
    }
}

/// A point as the calendar has it.
fn on_calendar(
    timestamp: Timestamp,
    how: impl fmt::Display,
) -> Result<jiff::Timestamp, FormatTimestampError> {
    jiff::Timestamp::from_millisecond(timestamp.as_millis()).map_err(|cause| FormatTimestampError {
        timestamp,
        how: how.to_string(),
        cause: cause.to_string(),
    })
}

impl Notation for Rfc3339 {
    fn parse(&self, text: &str) -> Result<Timestamp, ParseTimestampError> {
        text.parse()
    }

    fn write(&self, timestamp: Timestamp) -> Result<String, FormatTimestampError> {
        Ok(on_calendar(timestamp, "as RFC 3339 has it")?.to_string())
    }
}

impl Notation for Rfc2822 {
    fn parse(&self, text: &str) -> Result<Timestamp, ParseTimestampError> {
        let read = rfc2822::DateTimeParser::new().parse_timestamp(text);
        read.map(of_calendar)
            .map_err(|_| ParseTimestampError::new(text, RFC_2822))
    }

    fn write(&self, timestamp: Timestamp) -> Result<String, FormatTimestampError> {
        let known = on_calendar(timestamp, RFC_2822)?;
        let text = rfc2822::DateTimePrinter::new().timestamp_to_string(&known);
        text.map_err(|cause| FormatTimestampError {
            timestamp,
            how: RFC_2822.to_owned(),
            cause: cause.to_string(),
        })
    }
}

impl Notation for HttpDate {
    fn parse(&self, text: &str) -> Result<Timestamp, ParseTimestampError> {
        let failed = || ParseTimestampError::new(text, HTTP);
        if text.ends_with("GMT")
            && let Ok(read) = rfc2822::DateTimeParser::new().parse_timestamp(text)
        {
            return Ok(of_calendar(read));
        }
        for format in OLDER_HTTP {
            if let Ok(read) = strtime::parse(format, text)
                && let Ok(date) = read.to_datetime()
                && let Ok(zoned) = date.to_zoned(TimeZone::UTC)
            {
                return Ok(of_calendar(zoned.timestamp()));
            }
        }
        Err(failed())
    }

    fn write(&self, timestamp: Timestamp) -> Result<String, FormatTimestampError> {
        let known = on_calendar(timestamp, HTTP)?;
        let text = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&known);
        text.map_err(|cause| FormatTimestampError {
            timestamp,
            how: HTTP.to_owned(),
            cause: cause.to_string(),
        })
    }
}

impl Notation for TimeFormat {
    fn parse(&self, text: &str) -> Result<Timestamp, ParseTimestampError> {
        let failed = || ParseTimestampError::new(text, format_args!("by `{}`", self.format));
        let read = strtime::parse(&self.format, text).map_err(|_| failed())?;
        if read.offset().is_some() || read.timestamp().is_some() {
            return read.to_timestamp().map(of_calendar).map_err(|_| failed());
        }
        let day = || {
            read.to_date()
                .map(|date| date.to_datetime(jiff::civil::Time::midnight()))
        };
        let local = read.to_datetime().or_else(|_| day()).map_err(|_| failed())?;
        let zoned = self.zone.to_ambiguous_zoned(local).compatible();
        zoned
            .map(|zoned| of_calendar(zoned.timestamp()))
            .map_err(|_| failed())
    }

    fn write(&self, timestamp: Timestamp) -> Result<String, FormatTimestampError> {
        let how = format_args!("by `{}`", self.format);
        let zoned = on_calendar(timestamp, how)?.to_zoned(self.zone.clone());
        strtime::format(&self.format, &zoned).map_err(|cause| FormatTimestampError {
            timestamp,
            how: how.to_string(),
            cause: cause.to_string(),
        })
    }
}
