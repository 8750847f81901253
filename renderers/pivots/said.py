"""What is said above a report or instead of its table: what is gone or refused, with the ways out; how to begin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.errors import KubikError
from core.i18n import Texts
from metamodel.messages import message
from renderers.filters.view import FilterBar
from renderers.lists.view import Empty, Step
from renderers.pages.icons import icon_name
from renderers.pivots.address import Area, AxisText, ValueText
from renderers.pivots.asking import Asked
from renderers.pivots.fields import Usable, usable_fields
from renderers.pivots.view import Line, Notice
from renderers.pivots.words import step_words


def notices(asked: Asked, texts: Texts) -> Iterator[Notice]:
    """What of the report is gone, above it."""
    wrong = [texts.render(each) for each in (asked.base.wrong if asked.base else ())]
    wrong += [texts.render(lost.why) for lost in asked.lost]
    if wrong:
        yield Notice(
            title=texts.gettext("Opened in part"), text=" ".join(dict.fromkeys(wrong)),
            lines=(Line(label=texts.gettext("Go on without it"), href=asked.whole().href()),) if asked.lost else (),
        )  # fmt: skip


def refused(asked: Asked, error: KubikError, texts: Texts) -> Notice:
    """What the engine refuses, with what would help: wider steps, fewer fields, a filter."""
    words = error.errors[0].message if error.errors else error.detail
    return Notice(
        title=texts.gettext("This report cannot be counted"), text=texts.render(words), tone="red",
        lines=tuple(_ways_out(asked, texts)),
    )  # fmt: skip


def _ways_out(asked: Asked, texts: Texts) -> Iterator[Line]:
    wider = {"day": "month", "week": "month", "month": "quarter", "quarter": "year"}
    areas: tuple[tuple[Area, tuple[AxisText, ...]], ...] = (("columns", asked.columns), ("rows", asked.rows))
    for area, listed in areas:
        for at, axis in enumerate(listed):
            if axis.by in wider:
                changed = replace(axis, by=wider[axis.by])
                href = asked.address.with_area(area, [*listed[:at], changed, *listed[at + 1 :]]).href()
                words = texts.render(
                    message(
                        "{field} {step}",
                        field=asked.ground.label(axis.field),
                        step=step_words(wider[axis.by], texts),
                    )
                )
                yield Line(label=words, href=href)
        if listed:
            href = asked.address.with_area(area, listed[:-1]).href()
            words = texts.render(message("Without {field}", field=asked.ground.label(listed[-1].field)))
            yield Line(label=words, href=href)


def wrong_filter(over: FilterBar, texts: Texts) -> Empty:
    """Instead of the table: a filter that cannot be applied."""
    drop = Step(label=texts.gettext("Drop the filter"), href=over.drop_all, icon="filter-off")
    rest = Step(label=texts.gettext("Drop only what is wrong"), href=over.drop_wrong, icon="eraser")
    return Empty(
        title=texts.gettext("This filter cannot be applied"), icon="alert-circle", text=over.problem,
        steps=(rest, drop) if over.drop_wrong else (drop,),
    )  # fmt: skip


def nothing(asked: Asked, over: FilterBar, texts: Texts) -> Empty:
    """Instead of the table: no record, or none that fits."""
    parts = [texts.render(message("“{text}”", text=asked.search))] if asked.search else []
    if over.sentence:
        parts.append(over.sentence)
    if not parts:
        records = asked.entity.label_many.in_language(texts.language) or asked.entity.name
        words = texts.gettext("You see here what you have access to.")
        return Empty(
            title=texts.render(message("{what}: nothing here yet", what=records)),
            icon=icon_name(asked.entity.icon),
            text=words,
        )
    bare = replace(asked.address, filter="", search="").href()
    return Empty(
        title=texts.gettext("Nothing found"), icon="search",
        text=texts.render(message("No record fits: {filters}", filters="; ".join(parts))),
        steps=(Step(label=texts.gettext("Drop search and filters"), href=bare, icon="filter-off"),),
    )  # fmt: skip


def beginning(asked: Asked, texts: Texts) -> Empty:
    """A report that is not begun: what it is, and three that many want."""
    return Empty(
        title=texts.gettext("What shall be counted?"), icon="table",
        text=texts.gettext("Put fields into rows and columns: drag them, or press a field. Or begin with one of these:"),
        steps=tuple(_suggestions(asked, texts)),
    )  # fmt: skip


def _suggestions(asked: Asked, texts: Texts) -> Iterator[Step]:
    """Records by stage, by month, by person, with the first amount added up."""
    ground, address = asked.ground, asked.address
    fields = [each for each in usable_fields(ground) if each.usable]
    amount = next((each for each in fields if each.amount and each.icon == "coin"), None)
    values = (
        ValueText(aggregate="count"),
        *((ValueText(aggregate="sum", field=amount.name),) if amount else ()),
    )
    counts = [asked.entity.label_many.in_language(texts.language), *((amount.label,) if amount else ())]
    stages = asked.entity.stages
    stage = asked.entity.by_uid[stages.field].name if stages is not None else ""
    wanted: Sequence[Usable | None] = (
        next((each for each in fields if each.name == stage), None),
        next((each for each in fields if each.moment), None),
        next((each for each in fields if each.key and each.icon == "user"), None),
        next((each for each in fields if each.key and each.icon == "list" and each.name != stage), None),
    )
    for each in [each for each in wanted if each is not None][:3]:
        by = "month" if each.moment else None
        said = f"{each.label} {step_words(by, texts)}" if by else each.label
        href = replace(address, rows=(AxisText(field=each.name, by=by),), values=values).href()
        yield Step(label=": ".join((said, ", ".join(counts))), href=href, icon=each.icon)
