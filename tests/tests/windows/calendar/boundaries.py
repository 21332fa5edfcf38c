#!/usr/bin/env python3
"""Writes boundaries.txt: where days, weeks, months and years start in some time zones, by walking the clock of the zone
minute by minute with Python's own zone data. A unit starts at the first minute at which the wall clock has reached the
time of day at which it starts, on its first day: so a time that is skipped counts from the moment that skips it, and one
that comes twice from its first coming."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

CASES = [  # zone, from, days, why
    ("UTC", date(2024, 2, 26), 8),  # a leap day
    ("Europe/Berlin", date(2024, 3, 28), 8),  # 23 hours
    ("Europe/Berlin", date(2024, 10, 24), 8),  # 25 hours, an hour that repeats
    ("America/Sao_Paulo", date(2018, 11, 1), 8),  # midnight is skipped
    ("America/Havana", date(2024, 10, 31), 8),  # midnight comes twice
    ("Pacific/Apia", date(2011, 12, 27), 8),  # a day is skipped
    ("Pacific/Kwajalein", date(1993, 8, 18), 8),  # the same, long ago
    ("Australia/Lord_Howe", date(2024, 4, 3), 8),  # half an hour
    ("Europe/Moscow", date(2014, 10, 22), 8),  # new rules
    ("Europe/Istanbul", date(2016, 9, 5), 8),  # summer time for ever
    ("Asia/Kathmandu", date(1985, 12, 29), 8),  # a quarter of an hour
    ("America/New_York", date(1969, 12, 28), 8),  # before 1970
]
STARTS = [0, 90, 150, 360, 1439]  # minutes after midnight
UNITS = {
    "daily": lambda d: d,
    "weekly": lambda d: d - timedelta(days=d.weekday()),
    "monthly": lambda d: d.replace(day=1),
    "yearly": lambda d: d.replace(month=1, day=1),
}


def boundaries(zone, first, days, start, unit):
    """Every boundary in that time, in milliseconds since 1970."""
    zone = ZoneInfo(zone)
    at = datetime(first.year, first.month, first.day, tzinfo=timezone.utc) - timedelta(days=2)
    end = at + timedelta(days=days + 4)
    reached, found = None, []
    while at < end:
        local = at.astimezone(zone).replace(tzinfo=None) - timedelta(minutes=start)
        key = UNITS[unit](local.date())
        if reached is None or key > reached:  # a clock that goes back does not begin a day anew
            if reached is not None:
                found.append(int(at.timestamp()) * 1000)
            reached = key
        at += timedelta(minutes=1)
    return found


with open("boundaries.txt", "w") as out:
    for zone, first, days in CASES:
        for start in STARTS:
            for unit in UNITS:
                found = boundaries(zone, first, days, start, unit)
                print(zone, unit, start, *found, file=out)
