"""Days, instants, times and lengths of time: typed as people type them, with a calendar beside what has a day."""

from __future__ import annotations

from dataclasses import replace

from renderers.forms.view import Widget
from renderers.forms.widgets.base import Making, WidgetKind

_SAMPLES = {
    "ru": {"date": "дд.мм.гггг", "datetime": "дд.мм.гггг чч:мм", "time": "чч:мм", "duration": "2 ч 30 мин"},
    "en": {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm", "time": "hh:mm", "duration": "2 h 30 min"},
}


def build(making: Making, widget: Widget) -> Widget:
    """What an empty field shows; in a row of a table nothing."""
    samples = _SAMPLES.get(making.desk.texts.language, _SAMPLES["en"])
    return replace(
        widget, more={**widget.more, "sample": "" if making.in_row else samples[making.field.type.widget]}
    )


KINDS = tuple(WidgetKind(name=name, build=build) for name in ("date", "datetime", "time", "duration"))
