"""A calendar from what was asked, the model and the rights: one bounded question to `core.query`, then days with entries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_day_names
from markupsafe import Markup

from core.query import read
from core.query.allowed import granted
from core.query.plan import MAX_LIMIT
from core.query.query import Link as RecordLink
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import message
from metamodel.model import Field, View
from renderers.calendars.spans import DAY, SCALES, Span
from renderers.calendars.view import CalendarView, Day, Entry, Link
from renderers.filters.bar import combined
from renderers.lists.address import EVERY
from renderers.lists.columns import result_of
from renderers.lists.listing import Listing, question
from renderers.pages.cells import HIDDEN, Cells, cells_of, quoted
from renderers.pages.people import person
from renderers.pages.tones import TONES, tone_of

LONGEST = dt.timedelta(days=366)
"""What began so long ago is not looked for: a calendar reads along the index of beginnings."""

IN_A_DAY = 4
"""Entries of a day of a month that are shown."""

SHORTEST = 30
"""Minutes as high as which an entry is drawn at least."""

PERSON_TONES = ("grey", "blue", "violet", "teal", "amber", "green")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A calendar before its records are read: a list whose view says when they begin."""

    listing: Listing
    view: View
    starts: Field
    ends: Field | None
    color: Field | None

    @property
    def timed(self) -> bool:
        """Whether records have hours."""
        return self.starts.result.kind == "datetime"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Everything that drawing a calendar needs."""

    tx: Transaction
    who: Visit
    calendar: Calendar
    span: Span
    cells: Cells

    @property
    def zone(self) -> ZoneInfo:
        return self.tx.workspace.zone

    @property
    def today(self) -> dt.date:
        return self.tx.now.astimezone(self.zone).date()


def calendar_of(listing: Listing) -> Calendar:
    """The calendar that a listing's view is."""
    view, entity = listing.view, listing.entity
    assert view is not None and view.starts is not None
    readable = listing.grants.readable(entity.uid)

    def known(uid: str | None) -> Field | None:
        return entity.by_uid[uid] if uid is not None and uid in readable else None

    return Calendar(
        listing=listing,
        view=view,
        starts=entity.by_uid[view.starts],
        ends=known(view.ends),
        color=known(view.color_by),
    )


def drawing(tx: Transaction, who: Visit, calendar: Calendar, span: Span) -> Drawing:
    """The drawing of a calendar for its reader."""
    cells = cells_of(who.site.templates.environment, who.texts, who.zone, tx.model)
    return Drawing(tx=tx, who=who, calendar=calendar, span=span, cells=cells)


def calendar_view(made: Drawing) -> CalendarView:
    """The calendar with its entries."""
    calendar, span, language = made.calendar, made.span, made.who.language
    items, more = _items(made)
    by_day = _by_day(made, items)
    days = [_day(made, day, by_day.get(day, [])) for day in span.days]
    names = get_day_names("abbreviated", "stand-alone", locale=language)
    address = calendar.listing.address
    texts = made.who.texts
    now = made.tx.now.astimezone(made.zone)
    words = {"month": texts.gettext("Month"), "week": texts.gettext("Week"), "day": texts.gettext("Day")}
    undated = replace(address, view=_listed(made), cursor=None).filtered(
        combined(calendar.listing.filter, f"{calendar.starts.name} IS NULL") or ""
    )
    return CalendarView(
        scale=span.scale,
        words=span.words(language),
        weeks=tuple(tuple(days[n : n + 7]) for n in range(0, len(days), 7)),
        names=tuple(names[n] for n in range(7)),
        scales=tuple(
            Link(label=words[s], href=_at(made, span.on, s), current=s == span.scale) for s in SCALES
        ),
        previous=_at(made, span.step(-1), span.scale),
        following=_at(made, span.step(1), span.scale),
        today=_at(made, made.today, span.scale),
        place=f"{address.path}/calendar",
        view=calendar.view.name,
        timed=calendar.timed and span.scale != "month",
        hours=tuple(format_time(dt.time(hour), "short", locale=language) for hour in range(24)),
        now_minutes=now.hour * 60 + now.minute if span.first <= now.date() < span.end else None,
        left_out=texts.gettext("Not all records are shown here: narrow the filter to see the others.")
        if more
        else "",
        undated_href=undated.href(),
        none_words="" if items else texts.gettext("Nothing falls on these days."),
    )


def _listed(made: Drawing) -> str:
    """The view that shows the records as a list: one of everything, else the first list, else the list of all."""
    lists = [view for view in made.calendar.listing.views if view.kind == "list"]
    return next((view.name for view in sorted(lists, key=lambda view: view.filter is not None)), EVERY)


def _at(made: Drawing, on: dt.date, scale: str) -> str:
    return made.calendar.listing.address.href(on=on.isoformat(), scale=scale)


def _items(made: Drawing) -> tuple[list[dict[str, Any]], bool]:
    """The records that fall into the days, and whether there are more than are read."""
    calendar = made.calendar
    fields = [column.name for column in calendar.listing.columns]
    fields += [f.name for f in (calendar.starts, calendar.ends, calendar.color) if f is not None]
    asked = replace(
        question(calendar.listing),
        filter=combined(calendar.listing.filter, within(calendar, made.span.first, made.span.end)),
        fields=tuple(dict.fromkeys(fields)),
        sort=(calendar.starts.name,),
        limit=MAX_LIMIT,
    )
    page = read(made.tx, made.who.actor, asked)
    return page.items, page.next is not None


def within(calendar: Calendar, first: dt.date, end: dt.date) -> str:
    """The condition that a record falls into the days from ``first`` to before ``end``."""
    starts = calendar.starts.name
    if calendar.ends is None:
        return f"{starts} >= date '{first}' AND {starts} < date '{end}'"
    ends, earliest = calendar.ends.name, max(first, dt.date.min + LONGEST) - LONGEST
    return (
        f"{starts} >= date '{earliest}' AND {starts} < date '{end}'"
        f" AND ({starts} >= date '{first}' OR {ends} >= date '{first}')"
    )


def _by_day(made: Drawing, items: Sequence[dict[str, Any]]) -> Mapping[dt.date, list[Entry]]:
    calendar = made.calendar
    ids = [item["id"] for item in items]
    movable = _movable(made, ids)
    drawn = _drawn(made, items)
    found: dict[dt.date, list[Entry]] = defaultdict(list)
    for index, item in enumerate(items):
        starts = item.get(calendar.starts.name)
        if starts is None:
            continue
        ends = item.get(calendar.ends.name) if calendar.ends is not None else None
        first, last = (
            _local(made, starts),
            _local(made, ends if ends is not None and ends >= starts else starts),
        )
        entry = _entry(made, item, drawn[index], item["id"] in movable)
        day = max(first.date(), made.span.first)
        while day <= last.date() and day < made.span.end:
            found[day].append(_in_day(made, entry, day, first, last))
            day += DAY
    return {day: _lanes(entries) for day, entries in found.items()}


def _local(made: Drawing, value: dt.date | dt.datetime) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value.astimezone(made.zone)
    return dt.datetime.combine(value, dt.time(), made.zone)


def _movable(made: Drawing, ids: Sequence[int]) -> frozenset[int] | set[int]:
    calendar = made.calendar
    if calendar.starts.read_only or not calendar.starts.writable:
        return frozenset()
    return granted(made.tx, made.who.actor, calendar.listing.entity, ids, "update", calendar.starts)


def _drawn(made: Drawing, items: Sequence[dict[str, Any]]) -> list[tuple[str, tuple[Markup, ...]]]:
    """Of each record its title in words and the further columns as HTML."""
    listing = made.calendar.listing
    kept = [c for c in listing.columns if c.field.uid not in (made.calendar.starts.uid,)]
    columns = [
        [
            Markup(html)
            for html in made.cells.draw(c.field, result_of(c.path), "")(
                [item.get(c.name, HIDDEN) for item in items]
            )
        ]
        for c in kept
    ]
    found = []
    for row in zip(*columns, strict=True) if columns else ([],) * len(items):
        title = Markup(row[0]).striptags() if row else ""
        found.append((str(title), tuple(html for html in row[1:] if html)))
    return found


def _entry(
    made: Drawing, item: Mapping[str, Any], drawn: tuple[str, tuple[Markup, ...]], movable: bool
) -> Entry:
    title, more = drawn
    name = title or made.who.texts.gettext("no title")
    path = made.calendar.listing.address.path
    return Entry(
        id=item["id"],
        href=f"{path}/{item['id']}",
        title=Markup(quoted(name)),
        spoken=name,
        tone=_tone(made, item),
        more=more,
        fixed=not movable,
        can_end=made.calendar.ends is not None,
    )


def _tone(made: Drawing, item: Mapping[str, Any]) -> str:
    field = made.calendar.color
    if field is None:
        return "blue"
    value = item.get(field.name)
    if isinstance(value, RecordLink):
        return PERSON_TONES[person(value.id, value.title or "").tone] if value.id else "grey"
    if isinstance(value, bool):
        return "green" if value else "grey"
    choice = field.choice(value) if isinstance(value, str) else None
    if choice is None:
        return "grey"
    return (
        tone_of(choice.color) if choice.color else TONES[1 + field.choices.index(choice) % (len(TONES) - 1)]
    )


def _in_day(made: Drawing, entry: Entry, day: dt.date, first: dt.datetime, last: dt.datetime) -> Entry:
    """An entry as it is on one of its days."""
    begins, goes_on = first.date() == day, last.date() > day
    if not made.calendar.timed:
        return replace(entry, begins=begins, goes_on=goes_on)
    time = format_time(first, "short", locale=made.who.language) if begins else ""
    whole = (not begins and goes_on) or (last - first >= DAY)
    top = first.hour * 60 + first.minute if begins else 0
    end = 24 * 60 if goes_on else last.hour * 60 + last.minute
    top = min(top, 24 * 60 - SHORTEST)
    return replace(
        entry, begins=begins, goes_on=goes_on, time=time, all_day=whole, top=top,
        minutes=max(end - top, SHORTEST), spoken=f"{time} {entry.spoken}".strip(),
    )  # fmt: skip


def _lanes(entries: list[Entry]) -> list[Entry]:
    """Entries at the same time beside one another, those of whole days first."""
    whole = [entry for entry in entries if entry.all_day]
    timed = sorted((e for e in entries if not e.all_day), key=lambda e: (e.top, -e.minutes, e.id))
    made: list[Entry] = []
    group: list[Entry] = []
    ends: list[int] = []
    for entry in timed:
        if group and entry.top >= max(ends):
            made += [replace(each, lanes=len(ends)) for each in group]
            group, ends = [], []
        lane = next((n for n, end in enumerate(ends) if end <= entry.top), len(ends))
        ends[lane : lane + 1] = [entry.top + entry.minutes]
        group.append(replace(entry, lane=lane))
    return whole + made + [replace(each, lanes=len(ends)) for each in group]


def _day(made: Drawing, day: dt.date, entries: Sequence[Entry]) -> Day:
    span, language = made.span, made.who.language
    shown = entries if span.scale != "month" or len(entries) <= IN_A_DAY + 1 else entries[:IN_A_DAY]
    left = len(entries) - len(shown)
    address = made.calendar.listing.address
    listed = replace(address, view=EVERY, cursor=None).filtered(
        combined(made.calendar.listing.filter, within(made.calendar, day, min(day, dt.date.max - DAY) + DAY))
        or ""
    )
    return Day(
        date=day.isoformat(),
        number=str(day.day),
        words=format_date(day, "full", locale=language),
        name=format_date(day, "EEE d", locale=language),
        today=day == made.today,
        outside=span.scale == "month" and day.month != span.on.month,
        weekend=day.weekday() >= 5,
        entries=tuple(shown),
        left=left,
        left_words=made.who.texts.render(message("{count} more", count=left)) if left else "",
        list_href=listed.href(),
        day_href=_at(made, day, "day"),
        create_href=_create(made, day),
    )


def _create(made: Drawing, day: dt.date) -> str | None:
    """The form of a new record of this day."""
    listing, starts = made.calendar.listing, made.calendar.starts
    grants, entity = listing.grants, listing.entity
    if entity.parent is not None or not grants.may(entity.uid, "create"):
        return None
    if starts.uid not in grants.writable(entity.uid, "create") or starts.read_only or not starts.writable:
        return None
    written = f"{day.isoformat()}T09:00" if made.calendar.timed else day.isoformat()
    return f"{listing.address.path}/new?{starts.name}={written}"
