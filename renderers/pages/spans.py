"""Lengths of time in short words."""

from __future__ import annotations

from datetime import timedelta

from metamodel.messages import Message, message

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def spoken(time: timedelta) -> Message:
    """A length of time: days, hours below one, minutes below that."""
    if time >= DAY:
        return message("{n} d", n=time // DAY)
    if time >= HOUR:
        return message("{n} h", n=time // HOUR)
    return message("{n} min", n=time // timedelta(minutes=1))
